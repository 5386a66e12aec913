"""The calendar, for any week, zone and cut-off."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pillars.rules import (
    Cutoff,
    fiscal_year,
    fiscal_year_dates,
    local_instant,
    monday_of,
    week_code,
    week_dates,
)

TORONTO, VANCOUVER, ST_JOHNS = (ZoneInfo(f"America/{name}") for name in ("Toronto", "Vancouver", "St_Johns"))
# Zones with clock changes at odd hours, of half an hour, at midnight, of a whole day, or none.
ZONES = st.sampled_from(
    [
        TORONTO,
        VANCOUVER,
        ST_JOHNS,
        *map(ZoneInfo, ("America/Regina", "Australia/Lord_Howe", "America/Havana", "Pacific/Apia", "UTC")),
    ]
)
USUAL = {"initiative": Cutoff(3, time(17)), "pillar": Cutoff(4, time(12)), "lock": Cutoff(7, time(6))}
LAW = settings(deadline=None, max_examples=300, database=None)
CUTOFF = st.builds(Cutoff, st.integers(0, 13), st.times())


@LAW
@given(st.dates(date(2000, 1, 1), date(2099, 12, 1)), ZONES, st.lists(CUTOFF, min_size=3, max_size=3))
def test_a_week_has_seven_days_and_its_instants_in_order(day, zone, cutoffs):
    """I20, in any zone: seven days, one lock, deadlines in the order of their wall-clock times."""
    initiative, pillar, lock = sorted(cutoffs, key=lambda cutoff: (cutoff.day, cutoff.at))
    monday = monday_of(day)
    week = week_dates(monday, zone=zone, initiative=initiative, pillar=pillar, lock=lock)
    assert (week.ends_on - week.starts_on).days == 6
    assert week.starts_on <= day <= week.ends_on
    assert week.starts_on.isoweekday() == 1
    assert date.fromisocalendar(week.year, week.number, 1) == week.starts_on
    assert week.opens_at <= week.initiative_due_at <= week.pillar_due_at <= week.locks_at
    assert week.locks_at.tzinfo is UTC


@LAW
@given(st.dates(date(2000, 1, 3), date(2099, 12, 1)), ZONES)
def test_one_lock_a_week(day, zone):
    """Locks of neighbouring weeks are a week of wall-clock time apart unless a holiday moves one, never at the same
    time or out of order; and the next week opens as this one ends."""
    week, following = (
        week_dates(monday, zone=zone, **USUAL) for monday in (monday_of(day), monday_of(day) + timedelta(7))
    )
    apart = following.locks_at.astimezone(zone).replace(tzinfo=None) - week.locks_at.astimezone(zone).replace(
        tzinfo=None
    )
    assert timedelta(days=1) <= apart <= timedelta(days=13)
    if not week.moves and not following.moves:
        assert apart == timedelta(days=7)
    assert following.starts_on == week.ends_on + timedelta(days=1)
    assert week.opens_at < week.locks_at <= following.locks_at


@pytest.mark.parametrize(
    ("monday", "opens", "locks"),
    [
        (date(2026, 3, 2), "2026-03-02T05:00:00+00:00", "2026-03-09T10:00:00+00:00"),  # spring: 167 hours long
        (date(2026, 10, 26), "2026-10-26T04:00:00+00:00", "2026-11-02T11:00:00+00:00"),  # autumn: 169 hours long
        (date(2026, 7, 6), "2026-07-06T04:00:00+00:00", "2026-07-13T10:00:00+00:00"),
    ],
)
def test_a_week_across_a_clock_change_keeps_its_wall_clock(monday, opens, locks):
    week = week_dates(monday, zone=TORONTO, **USUAL)
    assert (week.opens_at.isoformat(), week.locks_at.isoformat()) == (opens, locks)


@pytest.mark.parametrize(
    ("day", "at", "instant"),
    [
        (date(2026, 3, 8), time(2, 30), "2026-03-08T07:00:00+00:00"),  # skipped: 03:00 is the next that exists
        (date(2026, 3, 8), time(2, 0, 1), "2026-03-08T07:00:00+00:00"),
        (date(2026, 3, 8), time(3, 0), "2026-03-08T07:00:00+00:00"),
        (date(2026, 3, 8), time(1, 59), "2026-03-08T06:59:00+00:00"),
        (date(2026, 11, 1), time(1, 30), "2026-11-01T05:30:00+00:00"),  # twice: the first
        (date(2026, 11, 1), time(2, 0), "2026-11-01T07:00:00+00:00"),
    ],
)
def test_skipped_and_repeated_times(day, at, instant):
    assert local_instant(day, at, TORONTO).isoformat() == instant


def test_the_same_wall_clock_is_three_hours_later_in_vancouver():
    toronto, vancouver = (week_dates(date(2026, 11, 9), zone=zone, **USUAL) for zone in (TORONTO, VANCOUVER))
    assert vancouver.locks_at - toronto.locks_at == timedelta(hours=3)
    assert vancouver.starts_on == toronto.starts_on


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2024, 12, 30), "2025-W01"),  # New Year: the week's own year
        (date(2027, 1, 1), "2026-W53"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2027, 1, 4), "2027-W01"),
        (date(2026, 11, 22), "2026-W47"),
        (date(2028, 2, 29), "2028-W09"),
    ],
)
def test_week_codes_by_iso_8601(day, code):
    assert week_code(day) == code
    week = week_dates(monday_of(day), zone=TORONTO, **USUAL)
    assert f"{week.year}-W{week.number:02d}" == code


@LAW
@given(st.dates(date(2000, 4, 1), date(2099, 3, 31)))
def test_every_day_lies_in_one_fiscal_year(day):
    first, last = fiscal_year_dates(fiscal_year(day))
    assert first <= day <= last
    assert (first.month, first.day, last.month, last.day) == (4, 1, 3, 31)
    assert fiscal_year_dates(fiscal_year(day) + 1)[0] == last + timedelta(days=1)


def test_the_fiscal_year_turns_on_1_april():
    assert (fiscal_year(date(2026, 3, 31)), fiscal_year(date(2026, 4, 1))) == (2025, 2026)


def test_instants_are_aware_and_in_utc():
    assert local_instant(date(2026, 7, 1), time(6), TORONTO) == datetime(2026, 7, 1, 10, tzinfo=UTC)
