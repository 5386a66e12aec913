"""The two ends of a difference: a day, what was known, and how figures were counted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import JSONField
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from pillars.models import Plan
from reports.figures import FIGURES, Figure, figure
from reports.models import WeeklyRollup
from tracker.errors import BadMoment, Invalid, Refused
from tracker.filters import iso_date
from tracker.models import Revision
from tracker.timemachine.moments import Moment, resolve

NOW = "now"
_ROLLUP = re.compile(r"[A-Z][A-Z0-9-]*-\d{4}-W\d{2}-e[1-9]\d*", re.ASCII)


@dataclass(frozen=True)
class Point:
    """A day as it was known at a revision, which was made `at` that instant. `versions` are those of the figures, by
    their keys, as a rollup names them; others count in their newest. `text` is how it was asked for: `pinned` always
    means the same."""

    text: str
    on: date
    revision: int
    at: datetime | None
    versions: Mapping[str, int] = field(default_factory=dict)
    rollup: str = ""

    @property
    def name(self) -> str:
        """What pages call it: as it was asked for, and `now` in the reader's language."""
        return _("now") if self.text == NOW else self.text

    @property
    def pinned(self) -> str:
        return self.text if self.rollup else f"r{self.revision}@{self.on.isoformat()}"

    @property
    def order(self) -> tuple[int, date]:
        """Points follow each other by what was known, then by their day."""
        return self.revision, self.on

    def figure(self, key: str) -> Figure:
        """The figure as it counts here."""
        return figure(key, self.versions.get(key))


@dataclass(frozen=True)
class Around:
    """Where points are looked for: in a plan, by a reader who looks at a moment."""

    plan: Plan
    moment: Moment
    now: datetime


def find_point(text: str, *, name: str, around: Around) -> Point:
    """The point that a text names: a rollup (`BP-2026-W46-e1`), `now`, or a moment as `as_of` takes it (a date, an
    instant, `r1234`, `2026-W46`); with `@2026-11-15` behind it, what was known then of that day. `now` is the moment
    that the reader looks at. Raises `Invalid` or `NoSuchPoint` naming the parameter."""
    asked, at, day = text.partition("@")
    found = _known(asked, name=name, around=around)
    if not at:
        return found
    try:
        return replace(found, text=text, on=iso_date(day))
    except ValidationError as error:
        raise _bad(name, " ".join(error.messages)) from error


class NoSuchPoint(Refused):
    """No rollup of that code."""

    status = 404
    code = "no_such_rollup"


def _known(text: str, *, name: str, around: Around) -> Point:
    moment = around.moment
    if text == NOW:
        return Point(NOW, moment.on, moment.revision, moment.at)
    if _ROLLUP.fullmatch(text):
        return _rollup(text, name=name, around=around)
    try:
        found = resolve(text, now=around.now)
    except BadMoment as error:
        raise _bad(name, " ".join(str(sentence) for sentence in error.fields.values())) from error
    return Point(text, found.on, found.revision, found.at)


def _rollup(code: str, *, name: str, around: Around) -> Point:
    """The seal's revision and day. Anybody who sees something of the plan may ask from there: what is computed is cut
    to what they see, and nothing of the payload is shown."""
    rows = WeeklyRollup.objects.filter(plan=around.plan, code=code)
    versions: Any = KeyTransform("figures", Cast("payload", JSONField()))
    row = rows.annotate(counted=versions).values_list("on", "as_of", "counted").first()
    if row is None:
        message = _("There is no rollup “%(code)s” in this plan.") % {"code": code[:60]}
        raise NoSuchPoint(message, fields={name: message})
    on, as_of, counted = row
    sealed = {key: named["version"] for key, named in counted.items() if key in FIGURES}
    at = Revision.objects.filter(number=as_of).values_list("at", flat=True).first()
    return Point(code, on, as_of, at, sealed, rollup=code)


def pair(first: str, second: str, *, around: Around) -> tuple[Point, Point]:
    """Both ends. Where neither is named, the two newest rollups; where one is, or there is but one rollup, from the
    newest to now."""
    newest = list(
        WeeklyRollup.objects.filter(plan=around.plan)
        .order_by("-week__starts_on", "-edition")
        .values_list("code", flat=True)[:2]
    )
    last = newest[0] if newest else NOW
    before = newest[1] if len(newest) > 1 else last
    default = (last, NOW) if first or second or before == last else (before, last)
    return (
        find_point(first or default[0], name="from", around=around),
        find_point(second or default[1], name="to", around=around),
    )


def _bad(name: str, sentence: str) -> Invalid:
    return Invalid(_("There is no such point in the history."), fields={name: sentence}, code="bad_point")
