"""Decisions about initiatives."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from initiatives.choices import Dimension, Health, Workflow
from initiatives.rules import (
    amount_problem,
    better,
    can_move,
    fiscal_year_problem,
    is_pre_plan,
    last_day_to_spend,
    rated_weeks,
    slippage_days,
    update_problems,
    worst,
)

LAW = settings(deadline=None, max_examples=300, database=None)
RATING = st.sampled_from(list(Health))


def test_every_move_of_the_workflow():
    allowed = {(old, new) for old in Workflow for new in Workflow if can_move(old, new)}
    assert allowed == {
        ("draft", "submitted"),
        ("submitted", "submitted"),
        ("submitted", "returned"),
        ("submitted", "approved"),
        ("returned", "submitted"),
    }


def test_no_path_leads_from_approved_to_draft():
    """I7, on the whole graph."""
    reached, edge = set(), {Workflow.APPROVED}
    while edge:
        reached |= edge
        edge = {new for old in reached for new in Workflow if can_move(old, new)} - reached
    assert reached == {Workflow.APPROVED}


@LAW
@given(st.lists(RATING, min_size=1, max_size=3))
def test_the_worst_of_some_ratings_is_one_of_them_and_none_is_worse(ratings):
    gravest = worst(ratings)
    assert gravest in ratings
    assert not any(better(gravest, rating) and gravest != rating for rating in ratings)


@LAW
@given(st.lists(RATING, min_size=3, max_size=3), RATING, st.booleans(), st.booleans())
def test_what_a_submission_owes(ratings, overall, reasoned, pathed):
    problems = update_problems(
        ratings=dict(zip(Dimension, ratings, strict=True)),
        overall=overall,
        overall_reason="Because." if reasoned else " ",
        headlines=("", "Titre"),
        paths_to_green=("Do it." if pathed else "", ""),
    )
    owes_reason = better(overall, worst(ratings)) and not reasoned
    owes_path = overall != Health.GREEN and not pathed
    assert set(problems) == {
        *(["overall_reason"] if owes_reason else []),
        *(["path_to_green_en"] if owes_path else []),
    }


@pytest.mark.parametrize("rating", ["", "purple", "GREEN", "no_update"])
def test_what_is_no_rating_is_asked_for_again(rating):
    ratings = {Dimension.SCHEDULE: rating, Dimension.COST: "green", Dimension.SCOPE: rating}
    problems = update_problems(
        ratings=ratings, overall=rating, overall_reason="", headlines=(" ", ""), paths_to_green=("", "")
    )
    assert set(problems) == {"health_schedule", "health_scope", "health_overall", "headline_en"}


@pytest.mark.parametrize(
    "amount", ["0.01", "-0.01", "5300000", "99999999999999.99", "-99999999999999.99", "1E+3", "1.50", "1.500", "1E-2"]
)
def test_amounts_that_can_be_recorded(amount):
    assert amount_problem(Decimal(amount)) is None


@pytest.mark.parametrize(
    "amount",
    ["0", "-0.00", "NaN", "sNaN", "Infinity", "-Infinity", "0.001", "1.005", "100000000000000.00", "1E+14", "1E+40",
     "123456789012345678901234567890", "1E-9"],
)  # fmt: skip
def test_amounts_that_cannot(amount):
    assert amount_problem(Decimal(amount)) is not None


@LAW
@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_an_amount_is_accepted_when_the_column_keeps_it_as_it_is(amount):
    fits = amount.is_finite() and amount != 0 and abs(amount) < 10**14 and amount == round(amount, 2)
    assert (amount_problem(amount) is None) == fits


@pytest.mark.parametrize(("year", "known"), [(1999, False), (2000, True), (2100, True), (2101, False), (-1, False)])
def test_fiscal_years(year, known):
    assert (fiscal_year_problem(year) is None) == known


def test_funds_of_two_years_live_a_year_longer():
    assert last_day_to_spend(2025, life_years=1) == date(2026, 3, 31)
    assert last_day_to_spend(2025, life_years=2) == date(2027, 3, 31)


def test_work_before_the_announcement_is_pre_plan_and_that_of_the_day_is_not():
    announced = date(2024, 12, 17)
    assert is_pre_plan(date(2024, 12, 16), announced_on=announced)
    assert not is_pre_plan(announced, announced_on=announced)


def test_slippage_is_negative_when_early():
    assert slippage_days(baseline_on=date(2026, 2, 28), expected_on=date(2026, 3, 1)) == 1
    assert slippage_days(baseline_on=date(2028, 3, 1), expected_on=date(2028, 2, 28)) == -2


@LAW
@given(st.dates(date(2000, 1, 10), date(2099, 12, 1)))
def test_health_rests_on_the_last_complete_week_and_this_one(on):
    complete, current = rated_weeks(on)
    assert complete.isoweekday() == current.isoweekday() == 1
    assert current <= on <= current + timedelta(days=6)
    assert complete + timedelta(days=6) <= on
    assert complete + timedelta(days=13) > on
    assert (complete == current) == (on.isoweekday() == 7)


@pytest.mark.parametrize(
    ("on", "weeks"),
    [
        (date(2027, 1, 1), (date(2026, 12, 21), date(2026, 12, 28))),  # week 53
        (date(2027, 1, 3), (date(2026, 12, 28), date(2026, 12, 28))),
        (date(2027, 1, 4), (date(2026, 12, 28), date(2027, 1, 4))),
        (date(2028, 2, 29), (date(2028, 2, 21), date(2028, 2, 28))),
    ],
)
def test_rated_weeks_around_new_year_and_leap_day(on, weeks):
    assert rated_weeks(on) == weeks
