"""Balance, burn, forecast and lapse: worked cases, and laws for ledgers of any shape."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from initiatives.choices import ForecastBasis, Stage, Vote
from initiatives.rules.money import (
    LapseRule,
    StageTotals,
    burn,
    elapsed,
    free_balance,
    funds_closed,
    known_total,
    overspent,
    projected_lapse,
    year_end_forecast,
)

D = Decimal
CENTS = st.integers(-(10**13), 10**13).map(lambda cents: D(cents) / 100)
TOTALS = st.builds(StageTotals, *[st.none() | CENTS] * 5)
RULES = st.builds(LapseRule, st.integers(1, 2), *[st.integers(0, 10000).map(lambda points: D(points) / 100)] * 2)
VOTES = st.sampled_from(["", *Vote.values])
ONE_YEAR = LapseRule()


def totals(**stages):
    return StageTotals(**{stage: D(amount) for stage, amount in stages.items()})


def test_free_balance_is_what_is_left_to_commit():
    assert free_balance(totals(authority="100.10", commitment="20.05", expenditure="30")) == D("50.05")
    assert free_balance(totals(authority="100")) == 100
    assert free_balance(totals(authority="10", expenditure="10.01")) == D("-0.01")
    assert free_balance(totals(expenditure="10")) is None
    assert free_balance(totals(authority="0", planned="9")) == 0


def test_burn_needs_both_and_something_to_divide_by():
    assert burn(totals(authority="200", expenditure="50")) == D("0.25")
    assert burn(totals(authority="200", expenditure="0")) == 0
    assert burn(totals(authority="200")) is None
    assert burn(totals(expenditure="50")) is None
    assert burn(totals(authority="0", expenditure="50")) is None


def test_the_share_of_the_year_that_is_over():
    assert elapsed(2025, on=date(2025, 3, 31)) == 0
    assert elapsed(2025, on=date(2025, 4, 1)) == D(1) / 365
    assert elapsed(2023, on=date(2023, 9, 30)) == D(183) / 366
    assert elapsed(2025, on=date(2026, 3, 31)) == elapsed(2025, on=date(2030, 1, 1)) == 1


@pytest.mark.parametrize(
    ("stages", "closed", "amount", "basis"),
    [
        ({"forecast": "90", "expenditure": "40"}, False, "90", ForecastBasis.RECORDED),
        ({"forecast": "0", "expenditure": "40"}, False, "0", ForecastBasis.RECORDED),
        ({"expenditure": "40", "commitment": "5"}, False, "45", ForecastBasis.COMPUTED),
        ({"commitment": "5"}, False, "5", ForecastBasis.COMPUTED),
        ({"forecast": "90", "expenditure": "40", "commitment": "5"}, True, "40", ForecastBasis.SPENT),
    ],
)
def test_the_year_end_forecast_says_what_it_rests_on(stages, closed, amount, basis):
    found = year_end_forecast(totals(**stages), closed=closed)
    assert (found.amount, found.basis) == (D(amount), basis)


def test_what_nobody_recorded_cannot_be_forecast():
    assert year_end_forecast(totals(authority="100", planned="100"), closed=False) is None
    assert year_end_forecast(totals(forecast="100"), closed=True) is None
    assert projected_lapse(totals(authority="100"), vote="operating", rule=ONE_YEAR, closed=False) is None
    assert projected_lapse(totals(expenditure="100"), vote="operating", rule=ONE_YEAR, closed=False) is None


@pytest.mark.parametrize(
    ("vote", "rule", "carried", "lost"),
    [
        ("operating", ONE_YEAR, "5.00", "5.05"),
        ("operating", LapseRule(operating=D("10.05")), "10.05", "0"),
        ("operating", LapseRule(operating=D("3.335")), "3.33", "6.72"),
        ("capital", ONE_YEAR, "10.05", "0"),
        ("grants_contributions", ONE_YEAR, "0", "10.05"),
        ("statutory", ONE_YEAR, "0", "10.05"),
        ("", ONE_YEAR, "0", "10.05"),
    ],
)
def test_what_is_not_spent_lapses_but_for_what_may_be_carried_forward(vote, rule, carried, lost):
    lapse = projected_lapse(totals(authority="100.05", forecast="90"), vote=vote, rule=rule, closed=False)
    assert (lapse.unspent, lapse.carried_forward, lapse.lost) == (D("10.05"), D(carried), D(lost))


def test_funds_of_two_years_lapse_a_year_later():
    assert not funds_closed(2025, life_years=1, on=date(2026, 3, 31))
    assert funds_closed(2025, life_years=1, on=date(2026, 4, 1))
    assert not funds_closed(2025, life_years=2, on=date(2027, 3, 31))
    assert funds_closed(2025, life_years=2, on=date(2027, 4, 1))


def test_overspending_is_beyond_authority_or_without_it():
    assert overspent(totals(authority="10", expenditure="12.50")) == D("2.50")
    assert overspent(totals(expenditure="12.50")) == D("12.50")
    assert overspent(totals(authority="10", expenditure="10")) == 0
    assert overspent(totals(authority="10")) is None


@given(TOTALS, VOTES, RULES, st.booleans())
def test_a_lapse_is_never_negative_and_its_parts_are_the_whole_to_the_cent(stages, vote, rule, closed):
    lapse = projected_lapse(stages, vote=vote, rule=rule, closed=closed)
    if lapse is None:
        assert stages.authority is None or year_end_forecast(stages, closed=closed) is None
        return
    assert lapse.carried_forward + lapse.lost == lapse.unspent
    for part in (lapse.unspent, lapse.carried_forward, lapse.lost):
        assert part >= 0
        assert part == part.quantize(D("0.01"))
    forecast = year_end_forecast(stages, closed=closed).amount
    assert lapse.unspent == max(stages.authority - forecast, 0)
    if lapse.carried_forward:
        assert lapse.carried_forward * 100 <= rule.percentage(vote) * stages.authority


@given(st.lists(TOTALS, max_size=6))
def test_the_whole_is_the_sum_of_its_parts(parts):
    whole = StageTotals.added(parts)
    for stage in Stage:
        known = [part.at(stage) for part in parts if part.at(stage) is not None]
        assert whole.at(stage) == (sum(known) if known else None)
    if all(part.authority is not None for part in parts):
        assert free_balance(whole) == known_total(free_balance(part) for part in parts)


@given(TOTALS)
def test_balance_and_overspending_agree(stages):
    balance, over = free_balance(stages), overspent(stages)
    if over and stages.authority is not None:
        assert over == -(balance + (stages.commitment or 0))
    if balance is not None and balance >= 0 and (stages.commitment or 0) >= 0:
        assert not over


@given(st.integers(2000, 2099), st.integers(-400, 800), st.integers(0, 400))
def test_time_only_passes(year, shift, later):
    day = date(year, 4, 1) + timedelta(days=shift)
    assert 0 <= elapsed(year, on=day) <= elapsed(year, on=day + timedelta(days=later)) <= 1
    assert (elapsed(year, on=day) == 1) == (day >= date(year + 1, 3, 31))
