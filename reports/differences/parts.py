"""The parts of a difference, and to which of them a change of a fact belongs. No database, no clock, no request."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from initiatives.choices import Lifecycle
from initiatives.models import (
    FundingAnnouncement,
    Indicator,
    Initiative,
    LedgerEntry,
    Milestone,
    MilestoneBaseline,
    MilestoneForecast,
    Observation,
    StatusUpdate,
    Target,
)
from pillars.models import Pillar, Plan
from tracker.choices import Channel
from tracker.models import Revision

Version = Mapping[str, Any]


class Part(models.TextChoices):
    """Why rows of a figure changed; of several reasons the first in this order counts."""

    RULE = "rule", _("rule change")
    SCOPE = "scope", _("change of scope")
    CORRECTION = "correction", _("correction")
    LATE_FACT = "late_fact", _("late fact")
    NEW_FACT = "new_fact", _("new fact")
    TIME = "time", _("time passed")

    @property
    def meaning(self) -> Promise:
        """A sentence on what belongs there."""
        return _MEANINGS[self]


_MEANINGS = {
    Part.RULE: _("The figure is counted by another version of its rule."),
    Part.SCOPE: _(
        "An initiative, a milestone or an indicator came, went, was cancelled, or changed its place or weight."
    ),
    Part.CORRECTION: _("What was recorded before was reversed, corrected, replaced or taken back."),
    Part.LATE_FACT: _("It was true by the earlier day, and was recorded only after the earlier report."),
    Part.NEW_FACT: _("It became true after the earlier day."),
    Part.TIME: _("Nothing was recorded: a day came that changes what counts."),
}


@dataclass(frozen=True)
class Touch:
    """A fact that came, changed or went with a revision: its columns before and after, None where it was not there.
    `matters`: the columns that matter to the figure."""

    model: type[models.Model]
    pk: int
    revision: Revision
    old: Version | None
    new: Version | None
    matters: frozenset[str] = frozenset()

    @property
    def stayed(self) -> bool:
        """It was there before and after."""
        return self.old is not None and self.new is not None

    @property
    def changed(self) -> frozenset[str]:
        """The columns that matter and differ, of a fact that stayed."""
        if self.old is None or self.new is None:
            return frozenset()
        old, new = self.old, self.new
        return frozenset(name for name in self.matters if new[name] != old[name])


@dataclass(frozen=True)
class _Nature:
    """How the facts of one model are to be taken.

    bears:     its coming and going is a change of scope: something else hangs on it.
    scope:     columns whose change is one; `leaving` those where only these values make it one.
    stated:    columns that hold the fact itself: another value in place of one is a correction.
    corrects:  a new row that fills one of these corrects another.
    day:       the day on which a version became true; without it, the day of its revision. `begun`: it speaks of a time
               that had begun by any day on which the figure reads it.
    sequenced: rows stand in an order of their own: a file that brings in an earlier one rewrites what was on record.
    """

    bears: bool = False
    scope: frozenset[str] = frozenset()
    leaving: Mapping[str, frozenset[str]] = field(default_factory=dict)
    stated: frozenset[str] = frozenset()
    corrects: tuple[str, ...] = ()
    day: Callable[[Version], date | datetime | None] | None = None
    begun: bool = False
    sequenced: bool = False


def _column(name: str) -> Callable[[Version], date | datetime | None]:
    return lambda version: version[name]


_NATURES: dict[type[models.Model], _Nature] = {
    Plan: _Nature(bears=True, stated=frozenset({"announced_on", "time_zone"})),
    Pillar: _Nature(bears=True, scope=frozenset({"number", "plan_id"})),
    Initiative: _Nature(
        bears=True,
        scope=frozenset({"plan_id", "pillar_id", "code"}),
        leaving={"lifecycle": frozenset({Lifecycle.NOT_PURSUED.value})},
    ),
    Milestone: _Nature(
        bears=True, scope=frozenset({"cancelled_on", "weight"}), stated=frozenset({"actual_on"}),
        day=_column("actual_on"),
    ),
    MilestoneBaseline: _Nature(day=_column("approved_at"), sequenced=True),
    MilestoneForecast: _Nature(day=_column("made_at"), sequenced=True),
    FundingAnnouncement: _Nature(
        scope=frozenset({"initiative_id"}), stated=frozenset({"amount", "in_total", "announced_on", "organization_id"}),
        day=_column("announced_on"),
    ),
    LedgerEntry: _Nature(corrects=("reverses_id", "corrects_id"), day=_column("effective_on")),
    Indicator: _Nature(
        bears=True, scope=frozenset({"initiative_id", "pillar_id"}),
        stated=frozenset({"measure", "accumulation", "rollup_rule", "calendar"}),
    ),
    Target: _Nature(day=_column("set_at")),
    Observation: _Nature(
        corrects=("supersedes_id",), day=lambda version: version["period_end"] or version["published_on"]
    ),
    StatusUpdate: _Nature(begun=True),
}  # fmt: skip
_PLAIN = _Nature()


def part_of(touches: Iterable[Touch], *, on: date, zone: ZoneInfo) -> Part:
    """Why a row is counted otherwise on that day than before: the gravest of the reasons that these changes give. A
    change that nothing explains is a correction: what was recorded was not what is recorded."""
    found = {_reason(touch, on=on, zone=zone) for touch in touches}
    return next((part for part in Part if part in found), Part.CORRECTION)


def part_later(touches: Iterable[Touch], *, on: date, zone: ZoneInfo) -> Part:
    """Why a row is counted otherwise on a later day than it would have been by what was known before: scope, or a fact
    that was not known. Nothing was reported of the later day yet, so nothing of it is late or corrected."""
    return Part.SCOPE if part_of(touches, on=on, zone=zone) == Part.SCOPE else Part.NEW_FACT


def _reason(touch: Touch, *, on: date, zone: ZoneInfo) -> Part:
    nature = _NATURES.get(touch.model, _PLAIN)
    if touch.old is None or touch.new is None:
        return _came_or_went(touch, nature, on=on, zone=zone)
    changed = touch.changed
    if changed & nature.scope or any(
        values & {touch.old[name], touch.new[name]} for name, values in nature.leaving.items() if name in changed
    ):
        return Part.SCOPE
    if any(touch.old[name] is not None for name in changed & nature.stated):
        return Part.CORRECTION
    told = nature.day is not None and bool(changed & nature.stated)
    return _dated(touch, nature if told else _PLAIN, on=on, zone=zone)


def _came_or_went(touch: Touch, nature: _Nature, *, on: date, zone: ZoneInfo) -> Part:
    if nature.bears:
        return Part.SCOPE
    if touch.new is None or any(touch.new[name] is not None for name in nature.corrects):
        return Part.CORRECTION
    found = _dated(touch, nature, on=on, zone=zone)
    filed = nature.sequenced and touch.revision.channel == Channel.IMPORT
    return Part.CORRECTION if filed and found == Part.LATE_FACT else found


def _dated(touch: Touch, nature: _Nature, *, on: date, zone: ZoneInfo) -> Part:
    """Late when it was true by that day."""
    day = None if nature.day is None or touch.new is None else nature.day(touch.new)
    if nature.begun:
        return Part.LATE_FACT
    if day is None:
        day = touch.revision.at
    if isinstance(day, datetime):
        day = day.astimezone(zone).date()
    return Part.LATE_FACT if day <= on else Part.NEW_FACT
