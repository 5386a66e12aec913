"""Periods: those of a year, the one that comes next, the same one a year before."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from initiatives.choices import Accumulation, Calendar
from initiatives.rules.indicators import year_dates
from initiatives.rules.periods import Period, Step, following, periods_of, step_of, up_to

FLOW, TOTAL, STOCK = Accumulation.FLOW, Accumulation.RUNNING_TOTAL, Accumulation.STOCK
FISCAL = Calendar.FISCAL


def period(text):
    """`2025-04-01/2025-04-30`; `/2025-04-30` has no first day."""
    start, end = text.split("/")
    return Period(date.fromisoformat(start) if start else None, date.fromisoformat(end))


def after(*known, accumulation=FLOW, calendar=FISCAL):
    found = following([period(one) for one in known], calendar=calendar, accumulation=accumulation)
    return found and f"{found.start or ''}/{found.end}"


@given(st.integers(1950, 2150), st.sampled_from(Calendar), st.sampled_from([Step.MONTH, Step.QUARTER, Step.YEAR]))
def test_the_periods_of_a_year_cover_it_once(year, calendar, step):
    first, last = year_dates(year, calendar)
    found = periods_of(year, step, calendar=calendar, accumulation=FLOW)
    assert (found[0].start, found[-1].end) == (first, last)
    assert all(one.end + timedelta(1) == other.start for one, other in pairwise(found))
    assert len(found) * found[0].months == 12
    before = periods_of(year - 1, step, calendar=calendar, accumulation=FLOW)
    assert [one.year_before for one in found] == before
    assert all(one.start == first for one in periods_of(year, step, calendar=calendar, accumulation=TOTAL))
    assert all(one.start is None for one in periods_of(year, step, calendar=calendar, accumulation=STOCK))


@given(st.integers(1950, 2150), st.sampled_from(Calendar), st.sampled_from([Step.MONTH, Step.QUARTER, Step.YEAR]),
       st.sampled_from(Accumulation))  # fmt: skip
def test_what_follows_the_periods_of_a_year_are_those_of_the_next(year, calendar, step, accumulation):
    nature = {"calendar": calendar, "accumulation": accumulation}
    known, expected = periods_of(year, step, **nature), periods_of(year + 1, step, **nature)
    before = periods_of(year - 1, step, **nature)
    assert step_of([*before, *known], **nature) == step
    assert up_to(year + 1, [*before, *known], **nature) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (["2025-01-01/2025-01-31"], "2025-02-01/2025-02-28"),
        (["2024-10-01/2024-12-31"], "2025-01-01/2025-03-31"),
        (["2024-04-01/2025-03-31"], "2025-04-01/2026-03-31"),
        (["2025-11-03/2025-11-09"], "2025-11-10/2025-11-16"),  # a week
        (["2025-02-12/2025-08-05"], None),  # of no length that returns
        (["2023-04-01/2025-03-31"], None),
        (["/2025-03-31"], None),
        ([], None),
    ],
)
def test_a_flow_goes_on_by_its_own_length(known, expected):
    assert after(*known) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (["2025-04-01/2025-04-30"], "2025-04-01/2025-05-31"),
        (["2025-04-01/2025-06-30", "2025-04-01/2025-09-30"], "2025-04-01/2025-12-31"),
        (["2024-04-01/2025-02-28", "2024-04-01/2025-03-31"], "2025-04-01/2025-04-30"),
        (["2025-04-01/2025-04-30", "2025-05-01/2025-05-31"], "2025-06-01/2025-06-30"),  # recorded month by month
    ],
)
def test_a_running_total_starts_with_its_year(known, expected):
    assert after(*known, accumulation=TOTAL) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [(["/2025-04-30"], "/2025-05-31"), (["/2024-12-31", "/2025-03-31"], "/2025-06-30"), (["/2025-04-17"], None),
     (["/2025-04-10", "/2025-04-17"], "/2025-04-24"), (["2025-04-01/2025-04-30"], "2025-05-01/2025-05-31")],
)  # fmt: skip
def test_a_stock_goes_on_by_the_days_between(known, expected):
    assert after(*known, accumulation=STOCK) == expected


def test_quarters_of_another_calendar_are_shown_as_recorded():
    known = [period("2025-02-01/2025-04-30")]
    assert step_of(known, calendar=FISCAL, accumulation=FLOW) == Step.RECORDED
    found = up_to(2025, known, calendar=FISCAL, accumulation=FLOW)
    assert [f"{one.start}" for one in found] == ["2025-02-01", "2025-05-01", "2025-08-01", "2025-11-01"]
    assert step_of([], calendar=FISCAL, accumulation=FLOW) == Step.MONTH


def test_the_end_of_february_is_its_end_a_year_before():
    assert period("2025-02-01/2025-02-28").year_before == period("2024-02-01/2024-02-29")
    assert period("2024-02-01/2024-02-29").year_before == period("2023-02-01/2023-02-28")
    assert period("2024-02-29/2024-03-04").year_before == period("2023-02-28/2023-03-04")
