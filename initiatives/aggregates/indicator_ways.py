"""An indicator's way to its targets: what was known when, and what was aimed at. Values in the indicator's own unit.

Of a flow that adds up, a target is for a year, so years are compared with it; of everything else, each period is.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from initiatives.aggregates.indicator_series import Series, TargetVersion
from initiatives.choices import Accumulation, Availability, ObservationKind, Qualifier, TargetType
from initiatives.models import Observation
from initiatives.rules.years import (
    Observed,
    Version,
    YearValue,
    disjoint,
    in_force,
    of_the_whole,
    year_value,
    years_of,
)


@dataclass(frozen=True)
class Reached:
    """A value at the end of a day, or why there is none. It is of the periods of a `year` until then, or else of one
    period, from `start` where that is known; `ids` are the observations that make it."""

    day: date
    value: Decimal | None
    availability: Availability
    qualifier: Qualifier
    ids: tuple[int, ...]
    year: YearValue | None = None
    start: date | None = None


@dataclass(frozen=True)
class Way:
    """Values in the order of their days, and targets with bounds in the order in which they are due, each in the
    version that judges. `under_way`: the year that is not over, where only years that are over stand in `reached`."""

    reached: tuple[Reached, ...]
    targets: tuple[TargetVersion, ...]
    under_way: YearValue | None = None


def way(known: Series) -> Way:
    """Of one indicator up to the day of its series."""
    targets = tuple(_targets(known))
    if known.nature.accumulation == Accumulation.FLOW and known.nature.adds_up:
        reached, under_way = _by_year(known)
        return Way(reached, targets, under_way)
    return Way(tuple(_by_period(known)), targets)


def corrected(indicators: Collection[int]) -> set[int]:
    """Of what stands, the observations that superseded another. One query."""
    rows = Observation.objects.standing().filter(indicator__in=indicators).exclude(kind=ObservationKind.ORIGINAL)
    return set(rows.values_list("pk", flat=True))


def _targets(known: Series) -> Iterator[TargetVersion]:
    """In the version in force when it is due, or on the day, where that is before."""
    for due_on in sorted(known.targets):
        versions = known.targets[due_on]
        dated = [Version(v.target.number, known.indicator.plan.day(v.target.set_at), v.bounds) for v in versions]
        number = in_force(dated, min(known.on, due_on)).number
        chosen = next(version for version in versions if version.target.number == number)
        if chosen.bounds.target_type != TargetType.TBD:
            yield chosen


def _by_year(known: Series) -> tuple[tuple[Reached, ...], YearValue | None]:
    """Years that are over, whole or not, and the one under way apart. Before any is over, the year under way as it
    adds up, period by period: a part of a year beside whole ones would look like a fall."""
    calendar = known.nature.calendar
    years = [year_value(known.observed, one, known.nature, on=known.on) for one in years_of(known.observed, calendar)]
    over = tuple(_of_year(one, one.ends_on) for one in years if one.ends_on <= known.on)
    under_way = next((one for one in years if one.ends_on > known.on and one.value is not None), None)
    if over or under_way is None:
        return over, under_way
    ends = sorted({one.end for one in known.observed if one.end and under_way.starts_on <= one.end})
    parts = (year_value(known.observed, under_way.year, known.nature, on=end) for end in ends)
    return tuple(_of_year(one, one.until) for one in parts if one.until is not None), None


def _of_year(found: YearValue, day: date) -> Reached:
    availability = Availability.NOT_AVAILABLE if found.value is None else Availability.REPORTED
    return Reached(day, found.value, availability, found.qualifier, found.ids, year=found)


def _by_period(known: Series) -> Iterator[Reached]:
    """Of a flow the longest periods that share no day; of a stock and a running total the last of each day. What is
    not available is said where nothing else is reported of that time."""
    whole = of_the_whole(known.observed, known.nature)
    reported = [one for one in whole if one.end and one.reading.amount is not None]
    if known.nature.accumulation == Accumulation.FLOW:
        reported = disjoint(reported)
    by_day: dict[date, Observed] = {one.end: one for one in reported if one.end}
    for one in whole:
        silent = one.end and one.end not in by_day and one.reading.amount is None
        if one.end and silent and not any(one.meets(other) for other in reported):
            by_day[one.end] = one
    for day in sorted(by_day):
        one = by_day[day]
        availability = Availability(one.reading.availability)
        yield Reached(day, one.reading.amount, availability, one.qualifier, one.ids, start=one.start)
