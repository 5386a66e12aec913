"""Laws of targets, progress and years."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from initiatives.choices import Calendar, Direction, RollupRule, TargetChange, TargetType
from initiatives.rules.indicators import (
    Bounds,
    NoProgress,
    bounds_problem,
    progress,
    ratio_of_sums,
    rolled_up,
    target_change,
    year_dates,
    year_of,
)

VALUES = st.decimals(-10_000, 10_000, places=3)
MIRRORED = {TargetType.AT_LEAST: TargetType.AT_MOST, TargetType.AT_MOST: TargetType.AT_LEAST}


@st.composite
def bounds(draw) -> Bounds:
    kind = draw(st.sampled_from(TargetType))
    low, high = sorted([draw(VALUES), draw(VALUES)])
    return {
        TargetType.AT_LEAST: Bounds(kind, low, None),
        TargetType.AT_MOST: Bounds(kind, None, high),
        TargetType.BETWEEN: Bounds(kind, low, high),
        TargetType.EXACTLY: Bounds(kind, low, low),
        TargetType.TBD: Bounds(kind),
    }[kind]


def mirror(target: Bounds) -> Bounds:
    return Bounds(
        MIRRORED.get(target.target_type, target.target_type),
        None if target.upper is None else -target.upper,
        None if target.lower is None else -target.lower,
    )


def at_least(value) -> Bounds:
    return Bounds(TargetType.AT_LEAST, Decimal(value))


def at_most(value) -> Bounds:
    return Bounds(TargetType.AT_MOST, None, Decimal(value))


class TestProgress:
    @given(VALUES, VALUES, bounds())
    def test_mirrored_data_make_the_same_progress(self, actual, baseline, target):
        up = progress(actual=actual, baseline=baseline, target=target, direction=Direction.INCREASE)
        down = progress(actual=-actual, baseline=-baseline, target=mirror(target), direction=Direction.DECREASE)
        assert up == down

    @given(VALUES, VALUES)
    def test_is_one_at_the_target_and_none_at_the_baseline(self, baseline, point):
        direction = Direction.INCREASE if point > baseline else Direction.DECREASE
        if point != baseline:
            target = at_least(point) if point > baseline else at_most(point)
            assert progress(actual=point, baseline=baseline, target=target, direction=direction) == 1
            assert progress(actual=baseline, baseline=baseline, target=target, direction=direction) == 0

    def test_falls_behind_and_goes_beyond(self):
        def made(actual):
            return progress(
                actual=Decimal(actual), baseline=Decimal(100), target=at_most(50), direction=Direction.DECREASE
            )

        assert made(75) == Decimal("0.5")
        assert made(150) == -1
        assert made(0) == 2

    @pytest.mark.parametrize(
        ("changed", "why"),
        [
            ({"direction": Direction.NEUTRAL}, NoProgress.NEUTRAL),
            ({"target": None}, NoProgress.NO_TARGET),
            ({"target": Bounds(TargetType.TBD)}, NoProgress.NO_TARGET),
            ({"target": Bounds(TargetType.BETWEEN, Decimal(1), Decimal(2))}, NoProgress.A_RANGE),
            ({"baseline": None}, NoProgress.NO_BASELINE),
            ({"actual": None}, NoProgress.NOT_REPORTED),
            ({"target": at_least(0)}, NoProgress.NO_DISTANCE),
            ({"target": at_least(-1)}, NoProgress.BEHIND_BASELINE),
            ({"part": True, "baseline": Decimal(1)}, NoProgress.PART_OF_YEAR),
        ],
    )
    def test_says_why_it_has_no_meaning(self, changed, why):
        given_ = {"actual": Decimal(0), "baseline": Decimal(0), "target": at_least(10)}
        assert progress(**{"direction": Direction.INCREASE, **given_, **changed}) is why
        assert str(why.words)


class TestTargets:
    @given(bounds(), bounds(), VALUES)
    def test_a_raised_target_is_met_by_nothing_that_missed_the_old(self, old, new, value):
        change = target_change(old, new)
        if change == TargetChange.RAISED and new.met_by(value):
            assert old.met_by(value)
        if change == TargetChange.LOWERED and old.met_by(value):
            assert new.met_by(value)
        assert (change == TargetChange.UNCHANGED) == (old == new)

    @given(bounds(), bounds())
    def test_raising_undoes_lowering(self, old, new):
        opposite = {TargetChange.RAISED: TargetChange.LOWERED, TargetChange.LOWERED: TargetChange.RAISED}
        if old.target_type == new.target_type:
            change = target_change(old, new)
            assert target_change(new, old) == opposite.get(change, change)

    def test_ambition_counts_and_not_the_number(self):
        assert target_change(at_least(10), at_least(12)) == TargetChange.RAISED
        assert target_change(at_most(10), at_most(12)) == TargetChange.LOWERED
        assert target_change(at_most(10), at_least(10)) == TargetChange.CHANGED_TYPE
        assert target_change(Bounds(TargetType.TBD), at_least(10)) == TargetChange.NEW
        assert target_change(at_least(10), Bounds(TargetType.TBD)) == TargetChange.CHANGED_TYPE
        assert target_change(None, at_least(10)) == TargetChange.NEW
        one, other = (
            Bounds(TargetType.EXACTLY, Decimal(1), Decimal(1)),
            Bounds(TargetType.EXACTLY, Decimal(2), Decimal(2)),
        )
        assert target_change(one, other) == TargetChange.MOVED

    @given(bounds())
    def test_what_is_drawn_is_sound(self, target):
        assert bounds_problem(target) == {}

    @pytest.mark.parametrize(
        ("target", "fields"),
        [
            (Bounds(TargetType.AT_LEAST), {"lower"}),
            (Bounds(TargetType.AT_LEAST, Decimal(1), Decimal(2)), {"upper"}),
            (Bounds(TargetType.BETWEEN), {"lower", "upper"}),
            (Bounds(TargetType.BETWEEN, Decimal(2), Decimal(1)), {"upper"}),
            (Bounds(TargetType.EXACTLY, Decimal(1), Decimal(2)), {"upper"}),
            (Bounds(TargetType.TBD, Decimal(0)), {"lower"}),
        ],
    )
    def test_each_type_has_its_bounds(self, target, fields):
        assert set(bounds_problem(target)) == fields


class TestYears:
    @given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.sampled_from(Calendar))
    def test_every_day_lies_in_one_year(self, day, calendar):
        first, last = year_dates(year_of(day, calendar), calendar)
        assert first <= day <= last
        assert year_dates(year_of(last + timedelta(1), calendar), calendar)[0] == last + timedelta(1)

    def test_three_calendars_side_by_side(self):
        day = date(2025, 2, 1)
        assert [year_dates(year_of(day, calendar), calendar) for calendar in Calendar] == [
            (date(2025, 1, 1), date(2025, 12, 31)),
            (date(2024, 4, 1), date(2025, 3, 31)),
            (date(2024, 10, 1), date(2025, 9, 30)),
        ]


class TestRollup:
    OBSERVED = ((date(2025, 1, 31), Decimal(5)), (date(2025, 3, 31), Decimal(0)), (date(2025, 2, 28), Decimal(7)))

    @pytest.mark.parametrize(
        ("rule", "value"), [("sum", 12), ("max", 7), ("min", 0), ("latest", 0), ("none", None), ("ratio", None)]
    )
    def test_by_its_rule(self, rule, value):
        assert rolled_up(RollupRule(rule), self.OBSERVED) == value
        assert rolled_up(RollupRule(rule), []) is None

    @given(st.lists(st.tuples(VALUES, st.decimals("0.001", 10_000, places=3)), min_size=1))
    def test_a_ratio_lies_between_its_parts(self, parts):
        whole = ratio_of_sums(parts)
        quotients = [above / below for above, below in parts]
        slack = Decimal("1e-18")
        assert min(quotients) - slack <= whole <= max(quotients) + slack

    def test_denominators_start_at_nothing(self):
        half = (Decimal(1), Decimal(2))
        assert ratio_of_sums([half, half]) == Decimal("0.5")
        assert ratio_of_sums([]) is None
