"""The way of an indicator to its targets: which values stand beside them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from initiatives.actions.observations import ReadingContent, restate_observation
from initiatives.aggregates.indicator_ways import corrected, way
from initiatives.aggregates.indicators import series
from initiatives.choices import Accumulation, Availability, RollupRule, TargetType
from initiatives.models import Indicator, Observation
from tests.factories import ACTOR, add_indicator, add_observation, add_plan, add_target

pytestmark = pytest.mark.django_db
EARLY = datetime(2024, 4, 1, 17, tzinfo=UTC)


@pytest.fixture
def flow():
    """Something that adds up over a fiscal year."""
    return add_indicator(add_plan())


@pytest.fixture
def stock():
    return add_indicator(add_plan(), accumulation=Accumulation.STOCK, rollup_rule=RollupRule.LATEST)


def asked(indicator, on):
    [known] = series(Indicator.objects.filter(pk=indicator.pk), on=on).values()
    return way(known)


def values(found):
    return [(one.day, one.value) for one in found.reached]


def test_a_flow_is_compared_by_years_that_are_over(flow):
    for day, value in ((date(2025, 3, 31), "7"), (date(2026, 2, 28), "3"), (date(2026, 3, 31), "2")):
        add_observation(flow, day, value)
    add_observation(flow, date(2026, 4, 30), "1")
    found = asked(flow, date(2026, 11, 22))
    assert values(found) == [(date(2025, 3, 31), 7), (date(2026, 3, 31), 5)]
    assert (found.under_way.value, found.under_way.until) == (1, date(2026, 4, 30))
    assert [one.year.year for one in found.reached] == [2024, 2025]


def test_on_31_march_the_year_is_over(flow):
    add_observation(flow, date(2026, 2, 28), "3")
    add_observation(flow, date(2026, 3, 31), "2")
    assert values(asked(flow, date(2026, 3, 30))) == [(date(2026, 2, 28), 3)]
    assert values(asked(flow, date(2026, 3, 31))) == [(date(2026, 3, 31), 5)]


def test_before_any_year_is_over_the_one_under_way_adds_up(flow):
    for month, value in ((4, "4"), (5, "0"), (6, "3")):
        add_observation(flow, date(2026, month, 30), value)
    found = asked(flow, date(2026, 11, 22))
    assert values(found) == [(date(2026, 4, 30), 4), (date(2026, 5, 30), 4), (date(2026, 6, 30), 7)]
    assert found.under_way is None


def test_of_a_stock_each_period_counts_and_a_gap_is_said(stock):
    add_observation(stock, date(2026, 4, 30), "40")
    add_observation(stock, date(2026, 5, 31), None, availability=Availability.NOT_AVAILABLE)
    add_observation(stock, date(2026, 6, 30), "0")
    found = asked(stock, date(2026, 11, 22))
    assert values(found) == [(date(2026, 4, 30), 40), (date(2026, 5, 31), None), (date(2026, 6, 30), 0)]
    assert found.reached[1].availability == Availability.NOT_AVAILABLE
    assert values(asked(stock, date(2026, 5, 30))) == [(date(2026, 4, 30), 40)]


def test_periods_of_a_rate_that_share_days_are_drawn_once():
    """A quarter stands for its months; what was silent within it is not a gap."""
    rate = add_indicator(add_plan(), rollup_rule=RollupRule.NONE)
    add_observation(rate, date(2026, 4, 30), None, availability=Availability.NOT_AVAILABLE)
    add_observation(rate, date(2026, 5, 31), "9")
    add_observation(rate, date(2026, 6, 30), "5", period_start=date(2026, 4, 1))
    add_observation(rate, date(2026, 7, 31), "6")
    assert values(asked(rate, date(2026, 11, 22))) == [(date(2026, 6, 30), 5), (date(2026, 7, 31), 6)]


def test_targets_stand_in_the_version_that_judges(stock):
    add_target(stock, date(2026, 3, 31), "100", set_at=EARLY)
    add_target(
        stock, date(2026, 3, 31), "50", number=2, reason="eased too late", set_at=datetime(2026, 6, 1, tzinfo=UTC)
    )
    add_target(stock, date(2028, 3, 31), "300", set_at=EARLY)
    add_target(stock, date(2028, 3, 31), "200", number=2, reason="less money", set_at=datetime(2026, 6, 1, tzinfo=UTC))
    add_target(stock, date(2029, 3, 31), None, target_type=TargetType.TBD, set_at=EARLY)
    found = asked(stock, date(2026, 11, 22))
    assert [(one.target.due_on, one.bounds.lower) for one in found.targets] == [
        (date(2026, 3, 31), 100), (date(2028, 3, 31), 200),
    ]  # fmt: skip
    assert [one.bounds.lower for one in asked(stock, date(2026, 5, 1)).targets] == [100, 300]


def test_what_superseded_another_is_named(stock):
    add_observation(stock, date(2026, 4, 30), "40")
    old = add_observation(stock, date(2026, 5, 31), "41")
    reading = ReadingContent(value=Decimal(45), source="Newer page")
    restate_observation(observation=old, reading=reading, reason="counted anew", by=ACTOR, at=timezone.now())
    newer = Observation.objects.standing().get(period_end=date(2026, 5, 31))
    assert corrected([stock.pk]) == {newer.pk}
    found = asked(stock, date(2026, 11, 22))
    assert [set(one.ids) & corrected([stock.pk]) for one in found.reached] == [set(), {newer.pk}]
