"""Cut-offs on holidays of the federal public service, over every week of ten years."""

from datetime import date, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from pillars.rules import CUTOFFS, Cutoff, monday_of, week_dates, week_monday, working_day
from pillars.rules.federal_holidays import federal_holiday

ZONES = [ZoneInfo(f"America/{name}") for name in ("Toronto", "Vancouver", "St_Johns", "Regina")]
USUAL = {"initiative": Cutoff(3, time(17)), "pillar": Cutoff(4, time(12)), "lock": Cutoff(7, time(6))}
# Everything on Mondays, the day that most holidays are on; a lock in the small hours, when clocks change, on a Sunday.
ON_MONDAYS = {"initiative": Cutoff(7, time(9)), "pillar": Cutoff(7, time(17)), "lock": Cutoff(7, time(17))}
AT_NIGHT = {"initiative": Cutoff(2, time(23, 59)), "pillar": Cutoff(4, time(2, 30)), "lock": Cutoff(6, time(2, 30))}
MONDAYS = [date(2024, 1, 1) + timedelta(weeks=number) for number in range(10 * 52 + 2)]
TORONTO = ZONES[0]


@pytest.mark.parametrize("calendar", [USUAL, ON_MONDAYS, AT_NIGHT], ids=["usual", "mondays", "night"])
@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_every_week_of_ten_years(calendar, zone):
    """Seven days, one lock, deadlines in order; what moved is on a working day, at its own time, what did not is on
    its day."""
    weeks = [week_dates(monday, zone=zone, **calendar) for monday in MONDAYS]
    for week in weeks:
        assert (week.ends_on - week.starts_on).days == 6
        assert week.opens_at.astimezone(zone).date() == week.starts_on
        assert week.opens_at < week.initiative_due_at <= week.pillar_due_at <= week.locks_at
        moved = {move.cutoff: move for move in week.moves}
        for name, cutoff in zip(CUTOFFS, calendar.values(), strict=True):
            local = getattr(week, name).astimezone(zone)
            planned = week.starts_on + timedelta(cutoff.day)
            if name not in moved:
                assert local.date() == planned
                assert federal_holiday(planned) is None
                continue
            assert moved[name].planned == planned < moved[name].to == local.date()
            assert working_day(local.date())
            assert moved[name].to - planned <= timedelta(days=7)
            assert local.time() == cutoff.at
    assert all(before.locks_at < after.locks_at for before, after in pairwise(weeks))
    assert len({week.locks_at for week in weeks}) == len({(week.year, week.number) for week in weeks}) == len(MONDAYS)
    assert sum(bool(week.moves) for week in weeks) >= 30


def local(week, name, zone=TORONTO):
    return getattr(week, name).astimezone(zone).strftime("%a %d %b %H:%M")


@pytest.mark.parametrize(
    ("code", "due", "review", "locks", "because"),
    [
        # Thanksgiving: the lock alone.
        ("2026-W41", "Thu 08 Oct 17:00", "Fri 09 Oct 12:00", "Tue 13 Oct 06:00", ["Thanksgiving Day"]),
        # Remembrance Day is a Wednesday: nothing is due on it.
        ("2026-W46", "Thu 12 Nov 17:00", "Fri 13 Nov 12:00", "Mon 16 Nov 06:00", []),
        # Good Friday and Easter Monday: the review, and the lock after it.
        ("2026-W14", "Thu 02 Apr 17:00", "Tue 07 Apr 12:00", "Wed 08 Apr 06:00", ["Good Friday", "Easter Monday"]),
        # Christmas on Friday, Boxing Day observed on Monday; ISO week 53 follows, with New Year in it.
        ("2026-W52", "Thu 24 Dec 17:00", "Tue 29 Dec 12:00", "Wed 30 Dec 06:00",
         ["Christmas Day", "Boxing Day (observed)"]),
        ("2026-W53", "Thu 31 Dec 17:00", "Mon 04 Jan 12:00", "Tue 05 Jan 06:00", ["New Year’s Day", "New Year’s Day"]),
        # Christmas and Boxing Day on a Thursday and Friday: all three.
        ("2025-W52", "Mon 29 Dec 17:00", "Tue 30 Dec 12:00", "Wed 31 Dec 06:00",
         ["Christmas Day", "Boxing Day", "Boxing Day"]),
        # Both on a weekend, observed on Monday and Tuesday.
        ("2027-W51", "Thu 23 Dec 17:00", "Fri 24 Dec 12:00", "Wed 29 Dec 06:00", ["Christmas Day (observed)"]),
        # The days that the labour code does not have, and the civil service does.
        ("2026-W31", "Thu 30 Jul 17:00", "Fri 31 Jul 12:00", "Tue 04 Aug 06:00", ["Civic Holiday"]),
    ],
)  # fmt: skip
def test_what_moves_where_and_why(code, due, review, locks, because):
    week = week_dates(week_monday(code), zone=TORONTO, **USUAL)
    assert tuple(local(week, name) for name in CUTOFFS) == (due, review, locks)
    assert [move.holiday.name_en for move in week.moves] == because


def test_a_cutoff_on_a_day_off_that_is_no_holiday_stays():
    sunday = {**USUAL, "lock": Cutoff(6, time(20))}
    assert local(week_dates(date(2026, 11, 16), zone=TORONTO, **sunday), "locks_at") == "Sun 22 Nov 20:00"


def test_a_moved_cutoff_is_right_across_the_clock_change():
    """Monday 13 November 2028 is observed; the clocks go back on the 5th."""
    week = week_dates(monday_of(date(2028, 11, 8)), zone=TORONTO, **USUAL)
    assert week.locks_at.isoformat() == "2028-11-14T11:00:00+00:00"


def test_holidays_have_names_in_both_languages():
    names = {}
    for year in range(2024, 2034):
        day = date(year, 1, 1)
        while day.year == year:
            if found := federal_holiday(day):
                names[found.name_en] = found.name_fr
            day += timedelta(days=1)
    assert names["Boxing Day"] == "Lendemain de Noël"
    assert names["Christmas Day (observed)"] == "Jour de Noël (jour observé)"
    assert len(set(names.values())) == len(names)
    assert not [name for name in [*names, *names.values()] if "'" in name]
    assert not [english for english, french in names.items() if english == french]
    assert len({name.removesuffix(" (observed)") for name in names}) == 12
