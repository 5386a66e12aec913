"""The calendar of reporting weeks, and fiscal years. No database, no clock."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pillars.rules.federal_holidays import Holiday, federal_holiday

LATE = timedelta(minutes=15)  # what is done within them counts as done in time
LONGEST_REOPENING = timedelta(days=14)
CUTOFFS = ("initiative_due_at", "pillar_due_at", "locks_at")

_APRIL, _SATURDAY = 4, 5
_CODE = re.compile(r"([0-9]{4})-W([0-9]{2})")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Cutoff:
    """A day of the reporting week (0 is its Monday, 7 the Monday after) and a local time."""

    day: int
    at: time


@dataclass(frozen=True)
class Move:
    """A cut-off, by its name in `WeekDates`, that is not on its day: the holiday is that day's, or the one for which
    the cut-off before it had to move."""

    cutoff: str
    planned: date
    to: date
    holiday: Holiday


@dataclass(frozen=True)
class WeekDates:
    """One ISO week with its instants, in UTC."""

    year: int
    number: int
    starts_on: date
    ends_on: date
    opens_at: datetime
    initiative_due_at: datetime
    pillar_due_at: datetime
    locks_at: datetime
    moves: tuple[Move, ...] = ()


def monday_of(day: date) -> date:
    """The Monday of the ISO week that holds `day`."""
    return day - timedelta(days=day.weekday())


def week_code(day: date) -> str:
    """`2026-W46`, by ISO 8601: the year is the week's own, which differs from the calendar's around New Year."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def week_monday(code: str) -> date | None:
    """The Monday of the week `2026-W46`; None for what is no ISO week."""
    match = _CODE.fullmatch(code)
    try:
        return date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else None
    except ValueError:
        return None


def week_dates(monday: date, *, zone: ZoneInfo, initiative: Cutoff, pillar: Cutoff, lock: Cutoff) -> WeekDates:
    """The week from that Monday; cut-offs are wall-clock times in the plan's zone, right across clock changes.

    A cut-off whose day is a holiday of the federal public service moves to the same time on the next working day
    (Monday to Friday, no holiday). A cut-off never comes before the one before it: it moves to its own time on the
    first working day on which it does not. The opening does not move.
    """
    year, number, _ = monday.isocalendar()
    cutoffs = [Cutoff(0, time.min), initiative, pillar, lock]
    days = list(_cutoff_days(monday, cutoffs))
    opens, *instants = (local_instant(day, at, zone) for day, at, _holiday in days)
    initiative_due_at, pillar_due_at, locks_at = instants
    return WeekDates(
        year=year,
        number=number,
        starts_on=monday,
        ends_on=monday + 6 * _DAY,
        opens_at=opens,
        initiative_due_at=initiative_due_at,
        pillar_due_at=pillar_due_at,
        locks_at=locks_at,
        moves=tuple(
            Move(name, monday + cutoff.day * _DAY, day, holiday)
            for name, cutoff, (day, _at, holiday) in zip(CUTOFFS, cutoffs[1:], days[1:], strict=True)
            if holiday is not None
        ),
    )


def working_day(day: date) -> bool:
    """Monday to Friday, and no holiday of the federal public service."""
    return day.weekday() < _SATURDAY and federal_holiday(day) is None


def _cutoff_days(monday: date, cutoffs: list[Cutoff]) -> Iterator[tuple[date, time, Holiday | None]]:
    """The day of each, in their order, its time, and the holiday that moved it. The first is the opening."""
    before, moved_by = (monday, time.min), None
    for place, cutoff in enumerate(cutoffs):
        day = monday + cutoff.day * _DAY
        holiday = federal_holiday(day) if place else None
        if holiday is None and (day, cutoff.at) < before:
            holiday = moved_by
        if holiday is not None:
            while not working_day(day) or (day, cutoff.at) < before:
                day += _DAY
        before, moved_by = (day, cutoff.at), holiday or moved_by
        yield day, cutoff.at, holiday


def local_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant of a wall-clock time, in UTC. A time that a clock change repeats is the first of the two; one that it
    skips is the next that exists, so that a later wall-clock time never comes before an earlier one."""
    wall = datetime.combine(day, at, zone)
    if _skipped(wall):
        wall = wall.replace(second=0, microsecond=0)
        while _skipped(wall):
            wall += timedelta(minutes=1)
    return wall.astimezone(UTC)


def _skipped(wall: datetime) -> bool:
    return wall.astimezone(UTC).astimezone(wall.tzinfo).replace(tzinfo=None) != wall.replace(tzinfo=None)


def fiscal_year(day: date) -> int:
    """The start year of the Government of Canada's fiscal year (1 April to 31 March) that holds `day`."""
    return day.year if day.month >= _APRIL else day.year - 1


def fiscal_year_dates(year: int) -> tuple[date, date]:
    """First and last day of the fiscal year that starts in `year`."""
    return date(year, 4, 1), date(year + 1, 3, 31)
