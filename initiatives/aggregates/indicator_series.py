"""What is known of one indicator up to a day, and where it stands by it. Values in the indicator's own unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from initiatives.choices import (
    Accumulation,
    Calendar,
    Direction,
    Measure,
    RollupRule,
    Standing,
    TargetChange,
)
from initiatives.models import Indicator, Target
from initiatives.rules.indicators import Bounds, NoProgress, progress, year_of
from initiatives.rules.years import (
    Nature,
    Observed,
    Version,
    YearValue,
    current_due,
    in_force,
    judged,
    of_the_whole,
    year_value,
    years_of,
)


@dataclass(frozen=True)
class TargetVersion:
    """One version of a target and how it compares with the one before. `late`: first set after it was due."""

    target: Target
    bounds: Bounds
    change: TargetChange
    late: bool


@dataclass(frozen=True)
class Position:
    """Where an indicator stands on a day: what was reported, the version of the target that judges it, and how far
    the way is gone, or why there is no way. `year` is the year that the value is of."""

    standing: Standing
    year: YearValue | None
    due_on: date | None
    version: TargetVersion | None
    progress: Decimal | None
    no_progress: NoProgress | None

    @property
    def actual(self) -> Decimal | None:
        """The value that is judged; None where nothing is reported."""
        return None if self.year is None else self.year.value


@dataclass(frozen=True)
class YearRow:
    """One year of an indicator's own calendar, with the target that was due in it, as it stood when it was due."""

    value: YearValue
    version: TargetVersion | None
    standing: Standing | None


@dataclass(frozen=True)
class Series:
    """Everything that is known of one indicator up to a day."""

    indicator: Indicator
    on: date
    observed: tuple[Observed, ...]
    targets: Mapping[date, tuple[TargetVersion, ...]]  # by the day it is due, versions in order

    @cached_property
    def nature(self) -> Nature:
        """How it counts."""
        found = self.indicator
        return Nature(
            Measure(found.measure), Accumulation(found.accumulation), RollupRule(found.rollup_rule),
            Calendar(found.calendar),
        )  # fmt: skip

    @cached_property
    def _judged(self) -> tuple[date | None, TargetVersion | None, YearValue | None]:
        """The target that counts on the day, its version, and the year that it judges."""
        due_on = current_due(self.targets, on=self.on)
        return due_on, None if due_on is None else self._version(due_on), self._judged_year(due_on)

    @property
    def standing(self) -> Standing:
        """How it stands towards the target that counts on the day."""
        due_on, version, found = self._judged
        bounds = None if version is None else version.bounds
        return judged(found, bounds, due_on=due_on, on=self.on, nature=self.nature)

    @property
    def position(self) -> Position:
        """Where it stands towards the target that counts on the day."""
        due_on, version, found = self._judged
        way = progress(
            actual=None if found is None else found.value,
            baseline=self.indicator.baseline_value,
            target=None if version is None else version.bounds,
            direction=Direction(self.indicator.direction),
            part=found is not None and due_on is not None and self.nature.adds_up and not found.reaches(due_on),
        )
        return Position(
            standing=self.standing,
            year=found,
            due_on=due_on,
            version=version,
            progress=way if isinstance(way, Decimal) else None,
            no_progress=way if isinstance(way, NoProgress) else None,
        )

    @property
    def years(self) -> list[YearRow]:
        """Every year that something is reported for or a target falls into by the day, oldest first."""
        calendar = self.nature.calendar
        due = {year_of(day, calendar): day for day in sorted(self.targets)}
        this = year_of(self.on, calendar)
        reported = years_of((one for one in self.observed if one.end and one.end <= self.on), calendar)
        return [self._year(year, due.get(year)) for year in sorted({*reported, *(y for y in due if y <= this)})]

    @property
    def apart(self) -> list[int]:
        """Observations that make no year: of periods that are not published, that reach over the end of a year, or that
        lie within one that is reported whole; of places, where they make no whole. A stock or a running total that a
        later one follows made its year until then."""
        used = {number for row in self.years for number in row.value.ids}
        if self.nature.accumulation != Accumulation.FLOW:
            used |= {number for one in of_the_whole(self.observed, self.nature) if one.end for number in one.ids}
        return [number for one in self.observed for number in one.ids if number not in used]

    def _year(self, year: int, due_on: date | None) -> YearRow:
        value = year_value(self.observed, year, self.nature, on=self.on)
        if due_on is None:
            return YearRow(value, None, None)
        version = self._version(due_on)
        known = year_value(self.observed, year, self.nature, on=min(self.on, due_on))
        return YearRow(value, version, judged(known, version.bounds, due_on=due_on, on=self.on, nature=self.nature))

    def _version(self, due_on: date) -> TargetVersion:
        """The version in force at the end of what it judges: when it is due, or on the day, where that is before."""
        versions = self.targets[due_on]
        dated = [Version(v.target.number, self._day(v.target), v.bounds) for v in versions]
        chosen = in_force(dated, min(self.on, due_on))
        return next(version for version in versions if version.target.number == chosen.number)

    def _day(self, target: Target) -> date:
        return self.indicator.plan.day(target.set_at)

    def _judged_year(self, due_on: date | None) -> YearValue | None:
        """The year that the target is due in; while nothing of it is reported and it is not due, the last that has a
        value."""
        calendar, nature = self.nature.calendar, self.nature
        until = self.on if due_on is None else min(self.on, due_on)
        wanted = None if due_on is None else year_of(due_on, calendar)
        own = None if wanted is None else year_value(self.observed, wanted, nature, on=until)
        if own is not None and (own.value is not None or (due_on is not None and self.on >= due_on)):
            return own
        past = (
            year_value(self.observed, year, nature, on=until) for year in reversed(years_of(self.observed, calendar))
        )
        return next((found for found in past if found.value is not None), own)
