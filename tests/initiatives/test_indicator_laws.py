"""Laws of indicators, from the rows of the database: targets that move, directions, what is not reported."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from initiatives.aggregates.indicators import series, with_position
from initiatives.choices import (
    Accumulation,
    Availability,
    Calendar,
    Direction,
    Measure,
    RollupRule,
    TargetChange,
    TargetType,
)
from initiatives.models import Indicator, Initiative, Target
from initiatives.rules.indicators import Bounds, target_change
from initiatives.rules.observations import Reading
from initiatives.rules.years import Nature
from reports.figures import FIGURES, Selection, compute
from tests.factories import add_indicator, add_observation, add_place, add_plan, add_target
from tests.reports.worlds import LAW, undone

DUE = date(2026, 3, 31)
SET, LATER = datetime(2025, 4, 1, 17, tzinfo=UTC), datetime(2026, 6, 1, 17, tzinfo=UTC)
FEW = st.integers(-4, 4).map(Decimal)  # so that equal values, zeros and targets just met occur
DAYS = st.integers(0, 500).map(lambda days: DUE - timedelta(days))
AFTER = st.integers(0, 400).map(lambda days: DUE + timedelta(days))
STOCK = {"accumulation": Accumulation.STOCK, "rollup_rule": RollupRule.LATEST}


@st.composite
def bounds(draw) -> Bounds:
    kind, low, high = draw(st.sampled_from(TargetType)), draw(FEW), draw(FEW)
    return {
        TargetType.AT_LEAST: Bounds(kind, low, None),
        TargetType.AT_MOST: Bounds(kind, None, high),
        TargetType.BETWEEN: Bounds(kind, min(low, high), max(low, high)),
        TargetType.EXACTLY: Bounds(kind, low, low),
        TargetType.TBD: Bounds(kind),
    }[kind]


def aim(indicator: Indicator, target: Bounds, number: int, set_at: datetime) -> Target:
    return add_target(
        indicator, DUE, target.lower, upper=target.upper, target_type=target.target_type, number=number, set_at=set_at,
        reason="" if number == 1 else "agreed anew",
    )  # fmt: skip


def told(indicator: Indicator, on: date):
    """Everything that says how it did: its position, its years, and its place in the figure."""
    [known] = series(Indicator.objects.filter(pk=indicator.pk), on=on).values()
    position = known.position
    figure = compute(
        FIGURES["indicators"], Selection(indicator.plan, Initiative.objects.none()), on=on, whole_plan=True
    )
    years = [(row.value, row.standing, row.version and row.version.bounds) for row in known.years]
    return (position.standing, position.progress, position.no_progress, position.version.bounds), years, figure.cells


@pytest.mark.django_db
@pytest.mark.parametrize("nature", [STOCK, {}], ids=["stock", "flow"])
def test_a_target_revised_after_it_was_due_changes_its_class_and_nothing_else(nature):
    """I11: whatever is set afterwards, lowered above all, what the period came to stays as it was."""
    indicator = add_indicator(add_plan(), baseline_value=Decimal(0), baseline_on=date(2025, 3, 31), **nature)

    @LAW
    @given(st.dictionaries(DAYS, FEW, max_size=3), bounds(), bounds(), AFTER)
    def example(values, first, second, on):
        with undone():
            for day, value in values.items():
                start = None if nature else day
                add_observation(indicator, day, value, period_start=start)
            aim(indicator, first, 1, SET)
            before = told(indicator, on)
            aim(indicator, second, 2, LATER)
            assert told(indicator, on) == before
            [known] = series(Indicator.objects.filter(pk=indicator.pk), on=on).values()
            assert [version.change for version in known.targets[DUE]] == [
                TargetChange.NEW,
                target_change(first, second),
            ]

    example()


@pytest.mark.django_db
def test_lower_is_better_is_the_mirror_of_higher_is_better():
    """I12, and the tracker that takes a rise for progress whichever way is better: mirrored values, baselines and
    targets give the same progress, for the same reason the same none, and the same standing."""
    plan = add_plan()

    @LAW
    @given(st.dictionaries(DAYS, st.none() | FEW, max_size=3), FEW, st.none() | FEW, st.integers(-300, 400))
    def example(values, baseline, target, shift):
        on = DUE + timedelta(shift)
        with undone():
            for code, sign, direction, bound in (
                ("UP", 1, Direction.INCREASE, "lower"), ("DOWN", -1, Direction.DECREASE, "upper"),
            ):  # fmt: skip
                indicator = add_indicator(
                    plan,
                    code,
                    direction=direction,
                    baseline_value=sign * baseline,
                    baseline_on=date(2024, 1, 1),
                    **STOCK,
                )
                if target is not None:
                    kind = TargetType.AT_LEAST if sign > 0 else TargetType.AT_MOST
                    given_ = {"lower": None, bound: sign * target}
                    add_target(indicator, DUE, target_type=kind, set_at=SET, **given_)
                for day, value in values.items():
                    reported = Availability.NOT_AVAILABLE if value is None else Availability.REPORTED
                    add_observation(
                        indicator,
                        day,
                        None if value is None else sign * value,
                        period_start=None,
                        availability=reported,
                    )
            up, down = with_position(Indicator.objects.order_by("-code"), on=on)
            for name in ("standing", "progress", "no_progress", "actual_until", "target_due_on"):
                assert getattr(up, name) == getattr(down, name), name
            assert (up.actual is None) == (down.actual is None)
            assert up.actual is None or up.actual == -down.actual

    example()


READINGS = st.lists(st.tuples(DAYS, st.none() | FEW), max_size=5)
RULES = [rule for rule in RollupRule if rule != RollupRule.RATIO]


@given(READINGS, st.sampled_from(RULES), st.randoms(use_true_random=False))
def test_what_is_not_reported_is_in_no_value_and_zero_is_in_all(dated, rule, chance):
    """I10: an unknown period neither lowers a sum nor is the least; a zero does both."""
    nature = Nature(Measure.NUMBER, Accumulation.FLOW, rule, Calendar.FISCAL)
    unknown = (chance.choice(DAYS_AROUND), Reading(Availability.NOT_AVAILABLE))
    readings = [(day, Reading(Availability.REPORTED, value)) for day, value in dated if value is not None]
    assert nature.combined([*readings, unknown]) == nature.combined(readings)
    assert nature.combined([unknown]) is None
    zero = Reading(Availability.REPORTED, Decimal(0))
    assert nature.combined([unknown, (DUE, zero)]).amount == 0
    amounts = [reading.amount for _day, reading in readings]
    with_zero = nature.combined([*readings, (DUE + timedelta(1), zero)])
    expected = {
        RollupRule.SUM: sum(amounts, Decimal(0)), RollupRule.MAX: max([*amounts, Decimal(0)]),
        RollupRule.MIN: min([*amounts, Decimal(0)]), RollupRule.LATEST: Decimal(0),
        RollupRule.NONE: None if amounts else Decimal(0),
    }[rule]  # fmt: skip
    assert (with_zero and with_zero.amount) == expected


DAYS_AROUND = [DUE - timedelta(900), DUE, DUE + timedelta(900)]
PARTS = st.lists(st.tuples(FEW, st.integers(1, 5).map(Decimal)), min_size=2, max_size=5)


@given(PARTS)
def test_ratios_roll_up_by_their_sums(parts):
    """Denominators start at nothing: of two halves the whole is a half, not two fifths."""
    nature = Nature(Measure.RATIO, Accumulation.FLOW, RollupRule.RATIO, Calendar.FISCAL)
    readings = [Reading(Availability.REPORTED, numerator=above, denominator=below) for above, below in parts]
    unknown = Reading(Availability.SUPPRESSED)
    whole = nature.combined([(DUE, reading) for reading in [*readings, unknown]])
    assert whole.numerator == sum(above for above, _below in parts)
    assert whole.denominator == sum(below for _above, below in parts)
    assert replace(nature, rule=RollupRule.NONE).combined([(DUE, reading) for reading in readings]) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rule", "accumulation", "values", "whole"),
    [
        ("sum", "flow", (3, 4), 7), ("sum", "flow", (3, 0), 3), ("sum", "flow", (3, None), None),
        ("max", "stock", (3, 4), 4), ("max", "stock", (3, None), None), ("min", "stock", (3, 0), 0),
        ("min", "stock", (3, None), None), ("latest", "stock", (3, 4), None), ("none", "stock", (3, 4), None),
        ("none", "flow", (3, 4), None), ("latest", "flow", (3, 4), None),
    ],
)  # fmt: skip
def test_places_make_the_whole_by_the_rule_once_all_of_them_report(rule, accumulation, values, whole):
    indicator = add_indicator(add_plan(), rollup_rule=RollupRule(rule), accumulation=Accumulation(accumulation))
    for code, value in zip(("WINDSOR", "LACOLLE"), values, strict=True):
        reported = Availability.SUPPRESSED if value is None else Availability.REPORTED
        add_observation(
            indicator, date(2025, 4, 30), None if value is None else Decimal(value), place=add_place(code),
            availability=reported,
        )  # fmt: skip
    [known] = series(Indicator.objects.all(), on=DUE).values()
    assert known.position.actual == whole
    assert (whole is None) == bool(known.apart)
