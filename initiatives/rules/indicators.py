"""Decisions about indicators: what a target asks, what progress means, which year a day belongs to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from initiatives.choices import Calendar, Direction, RollupRule, TargetChange, TargetType

_FIRST_MONTH = {Calendar.CALENDAR: 1, Calendar.FISCAL: 4, Calendar.US_FISCAL: 10}


@dataclass(frozen=True)
class Bounds:
    """What a target asks of a value; an absent bound does not limit."""

    target_type: TargetType
    lower: Decimal | None = None
    upper: Decimal | None = None

    @property
    def point(self) -> Decimal | None:
        """The one value to reach; None where there is none (a range, or a target still to be determined)."""
        if self.target_type == TargetType.AT_MOST:
            return self.upper
        return self.lower if self.target_type in (TargetType.AT_LEAST, TargetType.EXACTLY) else None

    def met_by(self, value: Decimal) -> bool | None:
        """Whether the value is what is asked; None while the target is to be determined."""
        if self.target_type == TargetType.TBD:
            return None
        return (self.lower is None or self.lower <= value) and (self.upper is None or value <= self.upper)

    def within(self, other: "Bounds") -> bool:
        """Whether every value that meets this one meets the other."""
        above = other.lower is None or (self.lower is not None and self.lower >= other.lower)
        below = other.upper is None or (self.upper is not None and self.upper <= other.upper)
        return above and below


def bounds_problem(bounds: Bounds) -> dict[str, Promise]:
    """What is wrong with a target, by field; empty when nothing is."""
    kind, lower, upper = bounds.target_type, bounds.lower, bounds.upper
    needs_lower = kind in (TargetType.AT_LEAST, TargetType.BETWEEN, TargetType.EXACTLY)
    needs_upper = kind in (TargetType.AT_MOST, TargetType.BETWEEN, TargetType.EXACTLY)
    problems: dict[str, Promise] = {}
    for field, bound, needed in [("lower", lower, needs_lower), ("upper", upper, needs_upper)]:
        if needed and bound is None:
            problems[field] = _("A target of this type needs this bound.")
        elif bound is not None and not needed:
            problems[field] = _("A target of this type has no such bound. Leave it empty.")
    if not problems and lower is not None and upper is not None:
        if lower > upper:
            problems["upper"] = _("The upper bound lies below the lower.")
        elif kind == TargetType.EXACTLY and lower != upper:
            problems["upper"] = _("Both bounds of an exact target are the same value.")
    return problems


def target_change(old: Bounds | None, new: Bounds) -> TargetChange:
    """How a target compares with the version before: raised when it is harder to meet, lowered when easier; moved when
    it asks for other values, neither all harder nor all easier. A target that was to be determined is new when set."""
    if old is None or (old.target_type == TargetType.TBD != new.target_type):
        return TargetChange.NEW
    if old == new:
        return TargetChange.UNCHANGED
    if old.target_type != new.target_type:
        return TargetChange.CHANGED_TYPE
    if new.within(old):
        return TargetChange.RAISED
    return TargetChange.LOWERED if old.within(new) else TargetChange.MOVED


class NoProgress(StrEnum):
    """Why progress has no meaning."""

    NOT_REPORTED = "not_reported"
    NO_BASELINE = "no_baseline"
    NO_TARGET = "no_target"
    A_RANGE = "a_range"
    NEUTRAL = "neutral"
    NO_DISTANCE = "no_distance"
    BEHIND_BASELINE = "behind_baseline"
    PART_OF_YEAR = "part_of_year"

    @property
    def words(self) -> Promise:
        """The reason for people."""
        return _WHY[self]


_WHY: dict[NoProgress, Promise] = {
    NoProgress.NOT_REPORTED: _("Nothing is reported yet."),
    NoProgress.NO_BASELINE: _("There is no baseline to measure from."),
    NoProgress.NO_TARGET: _("No target is set."),
    NoProgress.A_RANGE: _("The target is a range: a value lies in it or not, and is no way towards it."),
    NoProgress.NEUTRAL: _("Neither way is better, so there is no progress."),
    NoProgress.NO_DISTANCE: _("The target equals the baseline: there is no way to go."),
    NoProgress.BEHIND_BASELINE: _("The target lies on the wrong side of the baseline. Correct one of them."),
    NoProgress.PART_OF_YEAR: _("The baseline is of a whole year, and the value only of a part of one."),
}


def progress(
    *, actual: Decimal | None, baseline: Decimal | None, target: Bounds | None, direction: Direction, part: bool = False
) -> Decimal | NoProgress:
    """The share of the way from baseline to target: (actual - baseline) / (target - baseline), 1 at the target,
    negative on the wrong side of the baseline, more than 1 beyond the target; or why there is none.

    A decreasing indicator is the mirror of an increasing one: mirrored data make the same progress. `part`: the value
    is what has added up in a part of a year, which can be compared with no baseline but zero.
    """
    if direction == Direction.NEUTRAL:
        return NoProgress.NEUTRAL
    way = _way(baseline, target)
    if isinstance(way, NoProgress):
        return way
    start, length = way
    if actual is None:
        return NoProgress.NOT_REPORTED
    if (length > 0) != (direction == Direction.INCREASE):
        return NoProgress.BEHIND_BASELINE
    if part and start:
        return NoProgress.PART_OF_YEAR
    return (actual - start) / length


def _way(baseline: Decimal | None, target: Bounds | None) -> tuple[Decimal, Decimal] | NoProgress:
    """Where the way to the target begins, and how long it is."""
    if target is None or target.target_type == TargetType.TBD:
        return NoProgress.NO_TARGET
    if target.point is None:
        return NoProgress.A_RANGE
    if baseline is None:
        return NoProgress.NO_BASELINE
    length = target.point - baseline
    return (baseline, length) if length else NoProgress.NO_DISTANCE


def year_of(day: date, calendar: Calendar) -> int:
    """The year of that calendar that holds the day, by its start year: a U.S. fiscal year 2025 (from 1 October 2024)
    starts in 2024."""
    return day.year if day.month >= _FIRST_MONTH[calendar] else day.year - 1


def year_dates(year: int, calendar: Calendar) -> tuple[date, date]:
    """First and last day of the calendar's year that starts in `year`."""
    month = _FIRST_MONTH[calendar]
    return date(year, month, 1), date(year + 1, month, 1) - timedelta(days=1)


def rolled_up(rule: RollupRule, values: Iterable[tuple[date | None, Decimal]]) -> Decimal | None:
    """One value of several, each with the last day of its period; None of none, or where the rule says that there is no
    such value. Ratios roll up by `ratio_of_sums`, never from their quotients."""
    known = list(values)
    if not known or rule in (RollupRule.NONE, RollupRule.RATIO):
        return None
    if rule == RollupRule.LATEST:
        return max(known, key=lambda pair: pair[0] or date.min)[1]
    amounts = [value for _day, value in known]
    if rule == RollupRule.SUM:
        return sum(amounts, Decimal(0))
    return max(amounts) if rule == RollupRule.MAX else min(amounts)


def ratio_of_sums(parts: Iterable[tuple[Decimal, Decimal]]) -> Decimal | None:
    """Sum of the numerators over sum of the denominators: 1/2 and 1/2 make 2/4. None of none."""
    known = list(parts)
    below = sum((denominator for _numerator, denominator in known), Decimal(0))
    return sum((numerator for numerator, _denominator in known), Decimal(0)) / below if below else None
