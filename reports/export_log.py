"""Who looks at the record of what left the tracker, and how it is searched."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.choices import Role
from tracker.errors import Invalid
from tracker.filters import iso_date
from tracker.models import ExportRecord, User
from tracker.rules import EVERYWHERE

AUDITING = (Role.AUDITOR, Role.ADMINISTRATOR)
_DIGITS = 18


def may_audit(user: User) -> bool:
    """Whether the person looks at what others took: an auditor or administrator of everything."""
    return any(role in AUDITING and scope == EVERYWHERE for role, scope in user.access.grants)


@dataclass(frozen=True)
class LogFilter:
    """The record by `account`, `dataset`, days `from` and `to`, and older than `before`."""

    asked: Mapping[str, str]

    def rows(self) -> QuerySet[ExportRecord]:
        """Newest first. Raises `Invalid` for what is no day or number."""
        rows: QuerySet[ExportRecord] = ExportRecord.objects.for_list()
        if account := self.asked.get("account"):
            rows = rows.filter(account=account)
        if dataset := self.asked.get("dataset"):
            rows = rows.filter(dataset=dataset)
        if self.asked.get("from"):
            rows = rows.filter(at__gte=self._midnight("from"))
        if self.asked.get("to"):
            rows = rows.filter(at__lt=self._midnight("to", days=1))
        if before := self.asked.get("before"):
            if not (before.isascii() and before.isdigit() and len(before) <= _DIGITS):
                raise _bad("before", _("Write a whole number."))
            rows = rows.filter(pk__lt=int(before))
        return rows

    def _midnight(self, name: str, days: int = 0) -> datetime:
        """The beginning of the day named so, or of one after it, in the tracker's own time zone."""
        try:
            day = iso_date(self.asked[name])
        except ValidationError as error:
            raise _bad(name, " ".join(error.messages)) from error
        return datetime.combine(day + timedelta(days=days), time(), timezone.get_default_timezone())


def _bad(name: str, message: str) -> Invalid:
    return Invalid(_("Some filters cannot be applied."), fields={name: message}, code="bad_filter")
