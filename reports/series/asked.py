"""What a series is asked for: its weeks, and by which clock they go."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pillars.rules import monday_of, week_code, week_monday
from reports.figures.declaration import version_of
from tracker.errors import Invalid
from tracker.timemachine.moments import Moment

LONGEST = 104  # weeks in one answer
USUAL = 13  # where nobody says from which week
WEEK = timedelta(weeks=1)
_EDITION = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


class Basis(models.TextChoices):
    """Which clock the weeks go by. The day is the week's last in each."""

    REPORTED = "reported", gettext_lazy("As the sealed rollup of the week says.")
    RESTATED = "restated", gettext_lazy("Of the week's last day, as known at the moment of the answer.")
    KNOWN = "known", gettext_lazy("Of the week's last day, as known when the week locked, computed now.")


@dataclass(frozen=True)
class Asked:
    """A series as it is asked for: the Mondays of its first and last week; `edition` of rollups, `version` of the
    figure, None for the newest."""

    basis: Basis
    first: date
    last: date
    bucket: str = ""
    edition: int | None = None
    version: int | None = None

    @property
    def mondays(self) -> list[date]:
        return [self.first + WEEK * number for number in range((self.last - self.first) // WEEK + 1)]

    @property
    def pinned(self) -> dict[str, str]:
        """The parameters of the address that always means this series."""
        return {"basis": self.basis.value, "from": week_code(self.first), "to": week_code(self.last)}


def asked_series(query: Mapping[str, str], *, moment: Moment) -> Asked:
    """What a query asks for. Without `to`, up to the last week that is over; without `from`, 13 weeks. Raises `Invalid`
    naming each parameter that cannot be meant."""
    faults: dict[str, str] = {}
    words = query.get("basis", "") or Basis.RESTATED.value
    if words not in Basis.values:
        faults["basis"] = _("Write one of: %(words)s.") % {"words": ", ".join(Basis.values)}
    last = _monday(query, "to", faults) or monday_of(moment.on) - WEEK
    first = _monday(query, "from", faults) or last - WEEK * (USUAL - 1)
    if not faults and first > last:
        faults["from"] = _("The first week comes after the last.")
    elif not faults and (last - first) // WEEK >= LONGEST:
        faults["from"] = _("Ask for at most %(weeks)s weeks at once.") % {"weeks": LONGEST}
    edition = query.get("edition", "")
    if edition and (words != Basis.REPORTED or not _EDITION.fullmatch(edition)):
        faults["edition"] = _("Write the number of an edition, like 1; only rollups have editions.")
    version = query.get("version", "")
    if version and words == Basis.REPORTED:
        faults["version"] = _("A rollup names the version that it was made by.")
    if faults:
        raise Invalid(_("Some filters cannot be applied."), fields=faults, code="bad_filter")
    number = int(edition) if edition else None
    return Asked(Basis(words), first, last, query.get("bucket", ""), number, version_of(version))


def _monday(query: Mapping[str, str], name: str, faults: dict[str, str]) -> date | None:
    text = query.get(name, "")
    if not text:
        return None
    # Around other years there would be weeks that the calendar does not have.
    found = week_monday(text) if "1900" <= text < "2200" else None
    if found is None:
        faults[name] = _("Write an ISO week like 2026-W46.")
    return found
