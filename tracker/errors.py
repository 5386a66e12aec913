"""What can be refused, said once: pages, API, commands and tasks all show the same sentence and field."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.formats import long_datetime

Text = str | Promise


class Refused(Exception):
    """An action that was not carried out. `fields` names what to change; nothing was written. `more` is what programs
    are told beside: further members of the problem document."""

    status = 400
    code = "refused"

    def __init__(
        self, message: Text, *, fields: Mapping[str, Text] | None = None, code: str = "",
        more: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})
        self.more = dict(more or {})
        if code:
            self.code = code

    def __str__(self) -> str:
        return "; ".join([str(self.message), *(f"{name}: {text}" for name, text in self.fields.items())])


class Invalid(Refused):
    """The input cannot be meant: each field says what to write instead."""

    code = "invalid"


class NotAllowed(Refused):
    """The person may see this but not do it."""

    status = 403
    code = "not_allowed"


class Missing(Refused):
    """Nothing of that name exists, or the person may not see it."""

    status = 404
    code = "not_found"


class Conflict(Refused):
    """The rules of the plan, or somebody else's change, stand against it."""

    status = 409
    code = "conflict"


@dataclass(frozen=True)
class Difference:
    """A field that somebody else changed since one read it: what one saw, what is stored, what was sent, who stored it
    and when."""

    field: str
    seen: Any
    stored: Any
    sent: Any
    by: str
    at: datetime
    revision: int

    @property
    def sentence(self) -> str:
        """Who changed it, and by which revision."""
        who = {"name": self.by, "at": long_datetime(self.at), "number": self.revision}
        return _("%(name)s changed this on %(at)s (r%(number)s).") % who


class EditConflict(Refused):
    """The row is not what the writer had read: somebody else changed the same fields, differently, or it was not there.

    `values` are those sent, with what others changed beside merged in; `revision` is the stored row's: sent again under
    it, they stand.
    """

    status = 412
    code = "edit_conflict"

    def __init__(
        self, message: Text, differences: Sequence[Difference] = (), *, revision: int = 0,
        values: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            message,
            fields={difference.field: difference.sentence for difference in differences},
            more={"revision": revision, "conflicts": [asdict(difference) for difference in differences]},
        )
        self.differences = tuple(differences)
        self.revision = revision
        self.values = dict(values or {})


class PreconditionRequired(Refused):
    """There is a row already, and the caller does not say which version of it was read."""

    status = 428
    code = "precondition_required"


class KeyReused(Refused):
    """The key of a write was given to another write before."""

    status = 422
    code = "key_reused"


class RowsRefused(Refused):
    """Rows of a bulk write that cannot be accepted, by their place; none of the others was written either. Status and
    code are those of its rows where they agree."""

    def __init__(self, rows: Mapping[int, Refused]) -> None:
        self.rows = dict(sorted(rows.items()))
        count = len(rows)
        kinds = {(error.status, error.code) for error in rows.values()}
        status, code = kinds.pop() if len(kinds) == 1 else (Invalid.status, Invalid.code)
        errors = [
            {"index": index, "code": error.code, "title": error.message, "fields": error.fields}
            for index, error in self.rows.items()
        ]
        message = ngettext("%(count)d row cannot be accepted.", "%(count)d rows cannot be accepted.", count)
        super().__init__(message % {"count": count}, code=code, more={"errors": errors})
        self.status = status


@contextmanager
def of_one_row() -> Iterator[None]:
    """What a bulk action refuses of the only row it was given, as a refusal of that row."""
    try:
        yield
    except RowsRefused as error:
        raise error.rows[0] from error


class Busy(Refused):
    """Another writer holds the turn; the same request may be sent again."""

    status = 503
    code = "busy"


class TooManyTries(Refused):
    """Too many wrong passwords; none is looked at until `wait` is over."""

    status = 429
    code = "too_many_tries"

    def __init__(self, message: Text, *, wait: timedelta) -> None:
        super().__init__(message)
        self.wait = wait


class TooManyRequests(Refused):
    """More than a program or person may send in a minute; in `seconds` more can be sent."""

    status = 429
    code = "too_many_requests"

    def __init__(self, message: Text, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class BadMoment(Refused):
    """`as_of` names no moment of this history."""

    code = "bad_as_of"
