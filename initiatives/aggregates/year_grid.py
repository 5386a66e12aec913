"""An indicator's year, period by period: what is recorded, and what the same period came to a year before."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from initiatives.choices import Accumulation, Calendar
from initiatives.models import Indicator, Observation
from initiatives.rules.indicators import year_dates, year_of
from initiatives.rules.periods import Period, Step, following, periods_of, step_of, up_to
from tracker.models import Place


@dataclass(frozen=True)
class PeriodRow:
    """One period of the year. `recorded` is what stands for it, `before` what stands for the same period a year
    earlier, both with their amount; `ended` says whether anything can be reported for it yet."""

    key: str
    period: Period
    recorded: Any
    before: Any
    ended: bool


@dataclass(frozen=True)
class YearGrid:
    """The rows of a year; `others` counts what stands for other periods of it. `last` is the newest that stands."""

    year: int
    step: Step
    place: Place | None
    rows: tuple[PeriodRow, ...]
    others: int
    last: Any


@dataclass(frozen=True)
class Recorded:
    """What stands of an indicator, of the whole or of one place: values of dated periods, oldest first."""

    indicator: Indicator
    place: Place | None
    standing: tuple[Any, ...]

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.indicator.calendar)

    @property
    def accumulation(self) -> Accumulation:
        return Accumulation(self.indicator.accumulation)

    @property
    def periods(self) -> list[Period]:
        """Their periods."""
        return [Period(row.period_start, row.period_end) for row in self.standing]

    @property
    def next_period(self) -> Period | None:
        """The one to record next, where what is recorded tells."""
        return following(self.periods, calendar=self.calendar, accumulation=self.accumulation)

    @property
    def step(self) -> Step:
        """How it is recorded so far."""
        return step_of(self.periods, calendar=self.calendar, accumulation=self.accumulation)

    def year_to_record(self, *, today: date) -> int:
        """The year that the next value is of; today's where nothing tells, or where that one has not begun."""
        this, after = year_of(today, self.calendar), self.next_period
        return this if after is None else min(this, year_of(after.end, self.calendar))

    def years(self, *, today: date) -> list[int]:
        """Years that can be recorded, the newest first: from the one before the plan, or before what stands already."""
        first = min([self.indicator.plan.announced_on, *(one.end for one in self.periods)])
        return list(range(year_of(today, self.calendar), year_of(first, self.calendar) - 2, -1))

    def grid(self, year: int, step: Step, *, today: date) -> YearGrid:
        """The year's rows, with what stands for them."""
        exact = step == Step.RECORDED
        wanted = (
            up_to(year, self.periods, calendar=self.calendar, accumulation=self.accumulation)
            if exact
            else periods_of(year, step, calendar=self.calendar, accumulation=self.accumulation)
        )
        rows = tuple(self._row(period, exact=exact, today=today) for period in wanted)
        first, last = year_dates(year, self.calendar)
        in_year = {row.pk for row in self.standing if first <= row.period_end <= last}
        shown = {row.recorded.pk for row in rows if row.recorded}
        newest = self.standing[-1] if self.standing else None
        return YearGrid(year, step, self.place, rows, len(in_year - shown), newest)

    def _row(self, period: Period, *, exact: bool, today: date) -> PeriodRow:
        recorded = self._found(period, exact=exact)
        kept = Period(recorded.period_start, recorded.period_end) if recorded else period
        # A stock or a running total is of its last day: its row is the same one whatever first day it was given.
        key = f"{kept.end}" if not exact and self.accumulation != Accumulation.FLOW else f"{kept.start}_{kept.end}"
        before = self._found(kept.year_before, exact=False)
        return PeriodRow(key, kept, recorded, before, kept.end <= today)

    def _found(self, period: Period, *, exact: bool) -> Any:
        same = [row for row in self.standing if row.period_end == period.end]
        found = next((row for row in same if row.period_start == period.start), None)
        if found is None and same and not exact and self.accumulation != Accumulation.FLOW:
            return same[-1]
        return found


def recorded(indicator: Indicator, *, place: Place | None) -> Recorded:
    """What stands of the indicator there, in one query."""
    rows = (
        Observation.objects.standing()
        .filter(indicator=indicator, place=place, period_end__isnull=False)
        .with_amount()
        .order_by("period_end", "period_start", "pk")
    )
    return Recorded(indicator, place, tuple(rows))
