"""Where indicators stand, from the rows of the database."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.actions.observations import ReadingContent, restate_observation
from initiatives.aggregates.indicators import series, with_position
from initiatives.choices import Accumulation, Measure, RollupRule, Standing, TargetChange, TargetType
from initiatives.models import Indicator
from initiatives.rules.indicators import NoProgress
from tests.factories import ACTOR, add_indicator, add_observation, add_plan, add_target
from tracker.timemachine import as_of, head

pytestmark = pytest.mark.django_db
DUE = date(2026, 3, 31)


def at(*day):
    return datetime(*day, 17, tzinfo=UTC)


@pytest.fixture
def plan():
    return add_plan()


@pytest.fixture
def indicator(plan):
    return add_indicator(plan, baseline_value=Decimal(0), baseline_on=date(2025, 3, 31))


def position(indicator, on):
    return series(Indicator.objects.filter(pk=indicator.pk), on=on)[indicator.pk].position


def months(indicator, value, numbers):
    for number in numbers:
        year, last = (2025, {4: 30, 6: 30, 9: 30, 11: 30}.get(number, 31)) if number > 3 else (2026, 31)
        add_observation(indicator, date(year, number, 28 if number == 2 else last), value)


def test_progress_is_the_share_of_the_way(indicator):
    add_target(indicator, DUE, "120", set_at=at(2025, 4, 1))
    months(indicator, "15", [4, 5])
    found = position(indicator, date(2025, 6, 15))
    assert (found.actual, found.progress, found.standing) == (30, Decimal("0.25"), Standing.ON_THE_WAY)
    assert found.due_on == DUE
    assert not found.year.whole


def test_why_there_is_none_is_said(plan, indicator):
    on = date(2025, 6, 15)
    assert position(indicator, on).no_progress == NoProgress.NO_TARGET
    add_target(indicator, DUE, "120")
    assert position(indicator, on).no_progress == NoProgress.NOT_REPORTED
    unbased = add_indicator(plan, "UNBASED")
    add_target(unbased, DUE, "120")
    add_observation(unbased, date(2025, 4, 30), "0")
    assert position(unbased, on).no_progress == NoProgress.NO_BASELINE


def test_a_target_lowered_after_its_period_does_not_improve_it(plan):
    """I11: last year's status stays what it was; only the class of the change tells of the lowering."""
    stock = add_indicator(plan, "STOCK", accumulation=Accumulation.STOCK, rollup_rule=RollupRule.LATEST)
    add_target(stock, DUE, "100", set_at=at(2025, 4, 1))
    add_observation(stock, DUE, "50")
    on = date(2026, 6, 1)
    assert position(stock, on).standing == Standing.MISSED
    add_target(stock, DUE, "40", number=2, reason="too high", set_at=at(2026, 5, 1))
    [one] = series(Indicator.objects.filter(pk=stock.pk), on=on).values()
    assert one.position.standing == Standing.MISSED
    assert [version.change for version in one.targets[DUE]] == [TargetChange.NEW, TargetChange.LOWERED]
    assert [row.standing for row in one.years] == [Standing.MISSED]


def test_a_target_lowered_in_time_counts(plan):
    stock = add_indicator(plan, "STOCK", accumulation=Accumulation.STOCK, rollup_rule=RollupRule.LATEST)
    add_target(stock, DUE, "100", set_at=at(2025, 4, 1))
    add_target(stock, DUE, "40", number=2, reason="too high", set_at=at(2025, 9, 1))
    add_observation(stock, DUE, "50")
    assert position(stock, date(2026, 6, 1)).standing == Standing.MET


def test_a_future_target_is_approached_from_the_last_value(indicator):
    add_target(indicator, date(2028, 3, 31), "100", set_at=at(2025, 4, 1))
    months(indicator, "5", [4, 5])
    found = position(indicator, date(2026, 5, 1))
    assert (found.actual, found.year.year, found.standing) == (10, 2025, Standing.ON_THE_WAY)


def test_restatements_count_and_the_past_stays_the_past(indicator):
    add_target(indicator, DUE, "100", set_at=at(2025, 4, 1))
    old = add_observation(indicator, date(2025, 4, 30), "10")
    before = head()
    reading = ReadingContent(value=Decimal(20))
    restate_observation(observation=old, reading=reading, reason="new page", by=ACTOR, at=at(2025, 6, 1))
    on = date(2025, 6, 15)
    assert position(indicator, on).actual == 20
    with as_of(before):
        assert position(indicator, on).actual == 10


def test_ratios_are_judged_by_their_sums(plan):
    ratio = add_indicator(
        plan, "RATIO", measure=Measure.RATIO, rollup_rule=RollupRule.RATIO, direction="decrease",
        baseline_value=Decimal("0.5"), baseline_on=date(2025, 3, 31),
    )  # fmt: skip
    add_target(ratio, DUE, None, target_type=TargetType.AT_MOST, upper=Decimal("0.1"), set_at=at(2025, 4, 1))
    add_observation(ratio, date(2025, 4, 30), None, numerator=1, denominator=2)
    add_observation(ratio, date(2025, 5, 31), None, numerator=1, denominator=8)
    found = position(ratio, date(2025, 6, 15))
    assert (found.actual, found.progress) == (Decimal("0.2"), Decimal("0.75"))


def test_a_part_of_a_year_is_not_measured_from_a_whole_one(plan):
    """Few so far is not far beyond the target: the year goes on."""
    crossings = add_indicator(
        plan, "CROSSINGS", accumulation=Accumulation.FLOW, rollup_rule=RollupRule.SUM, direction="decrease",
        baseline_value=Decimal(1200), baseline_on=date(2025, 3, 31),
    )  # fmt: skip
    add_target(crossings, DUE, None, target_type=TargetType.AT_MOST, upper=Decimal(900), set_at=at(2025, 4, 1))
    months(crossings, "70", range(4, 9))
    found = position(crossings, date(2025, 9, 15))
    assert (found.actual, found.progress, found.no_progress) == (350, None, NoProgress.PART_OF_YEAR)
    months(crossings, "70", range(9, 13))
    months(crossings, "90", [1, 2, 3])
    found = position(crossings, date(2026, 4, 15))
    assert (found.actual, found.progress, found.no_progress) == (900, Decimal(1), None)


def test_what_a_later_value_of_the_year_follows_is_not_apart(plan):
    stock = add_indicator(plan, "DOGS", accumulation=Accumulation.STOCK, rollup_rule=RollupRule.LATEST)
    for number, value in ((4, "40"), (5, None), (6, "42")):
        day = date(2025, number, 30)
        add_observation(stock, day, value, **({} if value else {"availability": "not_available"}))
    undated = add_observation(stock, None, "7")
    found = series(Indicator.objects.filter(pk=stock.pk), on=date(2025, 7, 1))[stock.pk]
    assert (found.position.actual, found.apart) == (42, [undated.pk])


def test_columns_are_what_the_position_says(plan, indicator):
    add_target(indicator, DUE, "120", set_at=at(2025, 4, 1))
    months(indicator, "15", [4, 5])
    other = add_indicator(plan, "OTHER")
    on = date(2025, 6, 15)
    rows = {row.pk: row for row in with_position(Indicator.objects.all(), on=on)}
    one, two = rows[indicator.pk], rows[other.pk]
    assert (one.standing, one.actual, one.progress, one.no_progress) == ("on_the_way", 30, Decimal("0.25"), None)
    assert (one.target_due_on, one.target_lower, one.actual_until) == (DUE, 120, date(2025, 5, 31))
    assert (two.standing, two.actual, two.progress, two.no_progress) == ("no_target", None, None, "no_target")
    assert with_position(Indicator.objects.all(), on=on).filter(standing="no_target").get() == other
    assert list(with_position(Indicator.objects.none(), on=on)) == []


def test_many_cost_as_many_queries_as_one(plan):
    for number in range(12):
        indicator = add_indicator(plan, f"I{number}")
        add_target(indicator, DUE)
        months(indicator, "1", [4, 5, 6])
    for rows in (Indicator.objects.filter(code="I1"), Indicator.objects.all()):
        with CaptureQueriesContext(connection) as queries:
            assert [one.position for one in series(rows, on=DUE).values()]
        assert len(queries) == 3
