"""The calendar of reporting weeks, and fiscal years. No database, no clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_APRIL = 4


@dataclass(frozen=True)
class Cutoff:
    """A day of the reporting week (0 is its Monday, 7 the Monday after) and a local time."""

    day: int
    at: time


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


def monday_of(day: date) -> date:
    """The Monday of the ISO week that holds `day`."""
    return day - timedelta(days=day.weekday())


def week_code(day: date) -> str:
    """`2026-W46`, by ISO 8601: the year is the week's own, which differs from the calendar's around New Year."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def week_dates(monday: date, *, zone: ZoneInfo, initiative: Cutoff, pillar: Cutoff, lock: Cutoff) -> WeekDates:
    """The week from that Monday; cut-offs are wall-clock times in the plan's zone, right across clock changes."""

    def instant(cutoff: Cutoff) -> datetime:
        return local_instant(monday + timedelta(days=cutoff.day), cutoff.at, zone)

    year, number, _ = monday.isocalendar()
    return WeekDates(
        year=year,
        number=number,
        starts_on=monday,
        ends_on=monday + timedelta(days=6),
        opens_at=instant(Cutoff(0, time.min)),
        initiative_due_at=instant(initiative),
        pillar_due_at=instant(pillar),
        locks_at=instant(lock),
    )


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
