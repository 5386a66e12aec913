"""Decisions about years: what several observations say of one, and where that leaves an indicator and its target."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from initiatives.choices import (
    Accumulation,
    Availability,
    Calendar,
    Measure,
    Qualifier,
    RollupRule,
    Standing,
    TargetType,
)
from initiatives.rules.indicators import Bounds, ratio_of_sums, rolled_up, year_dates, year_of
from initiatives.rules.observations import Reading


@dataclass(frozen=True)
class Observed:
    """A standing observation as years are made of it; several ids where places are rolled up into it. `place` is empty
    where it is of the whole."""

    ids: tuple[int, ...]
    start: date | None
    end: date | None
    reading: Reading
    place: int | None = None
    qualifier: Qualifier = Qualifier.EXACT

    @property
    def length(self) -> int:
        """Days of the period; 0 where it is not known whole."""
        return (self.end - self.start).days + 1 if self.start and self.end else 0

    def within(self, first: date, last: date) -> bool:
        """Whether the whole period is known, and lies between these days."""
        return self.start is not None and self.end is not None and first <= self.start and self.end <= last

    def meets(self, other: "Observed") -> bool:
        """Whether the two share a day."""
        if self.start is None or self.end is None or other.start is None or other.end is None:
            return False
        return self.start <= other.end and other.start <= self.end


@dataclass(frozen=True)
class Nature:
    """How an indicator counts."""

    measure: Measure
    accumulation: Accumulation
    rule: RollupRule
    calendar: Calendar

    @property
    def adds_up(self) -> bool:
        """Whether more periods of a year can only add to its value, so that a part of the year says something."""
        added = self.accumulation == Accumulation.FLOW and self.rule == RollupRule.SUM
        return self.measure == Measure.NUMBER and (added or self.accumulation == Accumulation.RUNNING_TOTAL)

    def combined(self, readings: Sequence[tuple[date | None, Reading]]) -> Reading | None:
        """One reading of several, each with its last day; None where the rule makes none."""
        reported = [(day, reading) for day, reading in readings if reading.amount is not None]
        if len(reported) == 1:
            return reported[0][1]
        if self.measure == Measure.RATIO and self.rule == RollupRule.RATIO:
            parts = [(reading.numerator, reading.denominator) for _day, reading in reported]
            known = [(above, below) for above, below in parts if above is not None and below is not None]
            if ratio_of_sums(known) is None:
                return None
            above, below = (sum(column, Decimal(0)) for column in zip(*known, strict=True))
            return Reading(Availability.REPORTED, numerator=above, denominator=below)
        value = rolled_up(self.rule, [(day, reading.amount) for day, reading in reported if reading.amount is not None])
        return None if value is None else Reading(Availability.REPORTED, value)

    def of_places(self, readings: Sequence[Reading]) -> Reading | None:
        """One reading of the whole from those of all its places at one time: what adds up over time adds up over places
        too. None where a place reports nothing, and where places make no whole."""
        rule = RollupRule.SUM if self.adds_up else self.rule
        if rule in (RollupRule.LATEST, RollupRule.NONE) or any(reading.amount is None for reading in readings):
            return None
        return replace(self, rule=rule).combined([(None, reading) for reading in readings])


class NoValue(StrEnum):
    """Why a year has no value."""

    NOTHING_REPORTED = "nothing_reported"
    NOT_ROLLED_UP = "not_rolled_up"
    PLACES = "places"

    @property
    def words(self) -> Promise:
        """The reason for people."""
        return _WHY[self]


_WHY: dict[NoValue, Promise] = {
    NoValue.NOTHING_REPORTED: _("Nothing is reported for it."),
    NoValue.NOT_ROLLED_UP: _("Its periods do not add up to one value: this indicator is not rolled up."),
    NoValue.PLACES: _("Only places are reported, and not all of them together or in a way that makes a whole."),
}


@dataclass(frozen=True)
class YearValue:
    """What is known of one year of an indicator's calendar, up to a day.

    covered_days: days of the year that the value rests on; for a stock or a running total, up to its last day.
    ids:          the observations that make the value.
    qualifier:    of the one observation; of several about, unless all are exact.
    """

    year: int
    starts_on: date
    ends_on: date
    value: Decimal | None
    reason: NoValue | None
    until: date | None
    covered_days: int
    ids: tuple[int, ...]
    qualifier: Qualifier = Qualifier.EXACT

    @property
    def days(self) -> int:
        """Days of the year."""
        return (self.ends_on - self.starts_on).days + 1

    @property
    def whole(self) -> bool:
        """Whether the value is of all the year."""
        return self.value is not None and self.covered_days == self.days

    def reaches(self, day: date) -> bool:
        """Whether the value says all that there is to say by the end of that day of the year."""
        return self.value is not None and self.covered_days >= (min(day, self.ends_on) - self.starts_on).days + 1


def disjoint(observations: Iterable[Observed]) -> list[Observed]:
    """Of some periods the longest, and of the rest those that share no day with one that is taken, oldest first. A year
    stands for its months, so that nothing is counted twice."""
    taken: list[Observed] = []
    for one in sorted(observations, key=lambda o: (-o.length, o.start or date.min, o.ids)):
        if not any(one.meets(other) for other in taken):
            taken.append(one)
    return sorted(taken, key=lambda o: (o.end or date.min, o.ids))


def of_the_whole(observations: Iterable[Observed], nature: Nature) -> list[Observed]:
    """One observation for each period, oldest first: that of the whole; where there is none, its places together, if
    every place is among them whose first period had begun by then."""
    groups: dict[tuple[date, date], list[Observed]] = {}
    begun: dict[int, date] = {}
    for one in observations:
        groups.setdefault((one.end or date.max, one.start or date.min), []).append(one)
        if one.place is not None:
            day = one.start or one.end or date.max
            begun[one.place] = min(day, begun.get(one.place, day))
    found: list[Observed] = []
    for (end, _start), group in sorted(groups.items()):
        whole = [one for one in group if one.place is None]
        complete = {one.place for one in group} >= {place for place, day in begun.items() if day <= end}
        reading = nature.of_places([one.reading for one in group]) if complete and not whole else None
        found += whole
        if reading is not None:
            ids = tuple(i for one in group for i in one.ids)
            found.append(replace(group[0], ids=ids, reading=reading, place=None, qualifier=_together(group)))
    return found


def year_value(observations: Iterable[Observed], year: int, nature: Nature, *, on: date) -> YearValue:
    """The year's value by the periods that had ended by `on`: of a flow the periods wholly inside, rolled up; of a
    running total and a stock the latest (or the greatest or least, where a stock rolls up so)."""
    first, last = year_dates(year, nature.calendar)
    ended = [one for one in observations if one.end is not None and one.end <= on]
    known = [one for one in of_the_whole(ended, nature) if one.reading.amount is not None]
    empty = YearValue(year, first, last, None, _why_none(ended, first, last), None, 0, ())
    if nature.accumulation == Accumulation.FLOW:
        return _of_flow(disjoint(one for one in known if one.within(first, last)), nature, empty)
    inside = [one for one in known if one.end is not None and first <= one.end <= last]
    if not inside:
        return empty
    chosen = _of_stock(inside, nature)
    until = inside[-1].end or first
    return replace(
        empty, value=chosen.reading.amount, reason=None, until=until, covered_days=(until - first).days + 1,
        ids=chosen.ids, qualifier=chosen.qualifier,
    )  # fmt: skip


def _why_none(ended: Iterable[Observed], first: date, last: date) -> NoValue:
    """Why nothing makes the year: places alone were reported of it, or nothing was."""
    places = (one for one in ended if one.place is not None and one.reading.amount is not None)
    found = any(one.end is not None and first <= one.end <= last for one in places)
    return NoValue.PLACES if found else NoValue.NOTHING_REPORTED


def _of_flow(inside: list[Observed], nature: Nature, empty: YearValue) -> YearValue:
    if not inside:
        return empty
    ids = tuple(i for one in inside for i in one.ids)
    covered = replace(empty, until=inside[-1].end, covered_days=sum(one.length for one in inside), ids=ids)
    reading = nature.combined([(one.end, one.reading) for one in inside])
    if reading is None:
        return replace(covered, reason=NoValue.NOT_ROLLED_UP)
    return replace(covered, value=reading.amount, reason=None, qualifier=_together(inside))


def _together(observations: Sequence[Observed]) -> Qualifier:
    """How exact a value is that is made of these."""
    said = {one.qualifier for one in observations}
    return said.pop() if len(said) == 1 and (len(observations) == 1 or Qualifier.EXACT in said) else Qualifier.ABOUT


def _of_stock(inside: list[Observed], nature: Nature) -> Observed:
    """The latest; of a stock the greatest or least, where it rolls up so."""
    if nature.accumulation == Accumulation.STOCK and nature.rule in (RollupRule.MAX, RollupRule.MIN):
        pick = max if nature.rule == RollupRule.MAX else min
        return pick(inside, key=lambda one: one.reading.amount or Decimal(0))
    return inside[-1]


def years_of(observations: Iterable[Observed], calendar: Calendar) -> list[int]:
    """Years in which some period ends, oldest first."""
    return sorted({year_of(one.end, calendar) for one in observations if one.end is not None})


@dataclass(frozen=True)
class Version:
    """One version of a target, and the day on which it was set."""

    number: int
    set_on: date
    bounds: Bounds


def in_force(versions: Iterable[Version], day: date) -> Version:
    """The version of a target that a period which ends on that day is judged by: the last one set by then, or the
    first, where that was set later. A target revised later never changes what an earlier period came to."""
    ordered = sorted(versions, key=lambda version: version.number)
    return next((version for version in reversed(ordered) if version.set_on <= day), ordered[0])


def current_due(dues: Iterable[date], *, on: date) -> date | None:
    """The day of the target that counts on `on`: the next that is due, else the last that was; None of none."""
    known = sorted(dues)
    return next((due for due in known if due >= on), known[-1] if known else None)


def judged(
    found: YearValue | None, target: Bounds | None, *, due_on: date | None, on: date, nature: Nature
) -> Standing:
    """Where the indicator stands on a day towards a target.

    Met and missed are said once the target is due and the value reaches to that day. What only adds up may be met, or
    have exceeded its ceiling, before.
    """
    if target is None or due_on is None or target.target_type == TargetType.TBD:
        return Standing.NO_TARGET
    if found is None or found.value is None:
        return Standing.NOT_REPORTED
    of_its_year = found.starts_on <= due_on <= found.ends_on
    early = _early(found.value, target) if nature.adds_up and of_its_year else None
    if early is not None or on < due_on:
        return early or Standing.ON_THE_WAY
    if not of_its_year or not found.reaches(due_on):
        return Standing.NOT_REPORTED
    return Standing.MET if target.met_by(found.value) else Standing.MISSED


def _early(value: Decimal, target: Bounds) -> Standing | None:
    """What more periods cannot undo: a floor reached, a ceiling exceeded."""
    if target.upper is not None and value > target.upper:
        return Standing.MISSED
    return Standing.MET if target.target_type == TargetType.AT_LEAST and target.met_by(value) else None
