"""A week back, a week on, and the moments that are offered."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import time_steps
from tracker.time_steps import iso_week, steps, suggestions
from tracker.timemachine.moments import Moment

TODAY = date(2026, 11, 23)  # a Monday, of 2026-W48


@pytest.fixture(autouse=True)
def begun(monkeypatch):
    monkeypatch.setattr(time_steps, "_first_day", lambda: date(2025, 1, 15))


def moment(on: date, text: str = "") -> Moment:
    return Moment(7, datetime(2026, 1, 1, tzinfo=UTC), on, text)


@pytest.mark.parametrize(
    ("shown", "earlier", "later"),
    [
        (moment(TODAY), "2026-W47", None),
        (moment(date(2026, 11, 22), "2026-W47"), "2026-W46", ""),
        (moment(date(2026, 11, 15), "2026-W46"), "2026-W45", "2026-W47"),
        (moment(date(2026, 11, 11), "2026-11-11"), "2026-W45", "2026-W46"),
        (moment(date(2026, 11, 11), "r57"), "2026-W45", "2026-W46"),
        (moment(TODAY, "2026-W48"), "2026-W47", ""),
        (moment(date(2027, 1, 3) - timedelta(days=364), "2026-W01"), "2025-W52", "2026-W02"),
        (moment(date(2025, 1, 26), "2025-W04"), "2025-W03", "2025-W05"),
        (moment(date(2025, 1, 19), "2025-W03"), None, "2025-W04"),
    ],
)
def test_steps_are_ends_of_weeks_from_the_first_to_now(shown, earlier, later):
    found = steps(shown, today=TODAY)
    assert (found.earlier, found.later) == (earlier, later)


def test_before_anything_is_recorded_there_is_no_step(monkeypatch):
    monkeypatch.setattr(time_steps, "_first_day", lambda: None)
    assert steps(moment(TODAY), today=TODAY).earlier is None


@given(st.dates(date(2025, 2, 1), TODAY))
def test_a_step_back_and_one_on_is_the_end_of_the_week(day):
    back = steps(moment(day, day.isoformat()), today=TODAY).earlier
    assert back is not None
    end = date.fromisocalendar(int(back[:4]), int(back[6:]), 7)
    assert timedelta(0) < day - end <= timedelta(days=7)
    assert steps(moment(end, back), today=TODAY).later in (iso_week(day), "")


@pytest.mark.parametrize(
    ("today", "texts"),
    [
        (TODAY, ["2026-W47", "2026-W44", "2026-10-31", "2026-09-30", "2026-03-31"]),
        (date(2027, 3, 31), ["2027-W12", "2027-W09", "2027-02-28", "2026-12-31", "2026-03-31"]),
        (date(2027, 4, 1), ["2027-W12", "2027-W09", "2027-03-31", "2027-03-31", "2027-03-31"]),
        (date(2027, 1, 1), ["2026-W52", "2026-W49", "2026-12-31", "2026-12-31", "2026-03-31"]),
    ],
)
def test_suggestions_by_the_calendar(today, texts):
    assert [one.text for one in suggestions(today=today)] == texts
