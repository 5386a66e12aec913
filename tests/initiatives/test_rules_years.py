"""Laws of years, and of the version that judges a period."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from initiatives.choices import (
    Accumulation,
    Availability,
    Calendar,
    Measure,
    Qualifier,
    RollupRule,
    Standing,
    TargetType,
)
from initiatives.rules.indicators import Bounds, year_dates
from initiatives.rules.observations import Reading
from initiatives.rules.years import (
    Nature,
    NoValue,
    Observed,
    Version,
    current_due,
    disjoint,
    in_force,
    judged,
    year_value,
)

LATER = date(2030, 1, 1)
FLOW = Nature(Measure.NUMBER, Accumulation.FLOW, RollupRule.SUM, Calendar.CALENDAR)
STOCK = Nature(Measure.NUMBER, Accumulation.STOCK, RollupRule.LATEST, Calendar.CALENDAR)
TOTAL = Nature(Measure.NUMBER, Accumulation.RUNNING_TOTAL, RollupRule.LATEST, Calendar.CALENDAR)
RATIO = Nature(Measure.RATIO, Accumulation.FLOW, RollupRule.RATIO, Calendar.CALENDAR)
QUARTERS = [(1, 31), (4, 30), (7, 30), (10, 31)]
DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


def month(number, value, year=2025, place=None):
    start = date(year, number, 1)
    end = (start + timedelta(31)).replace(day=1) - timedelta(1)
    reading = Reading(Availability.REPORTED if value is not None else Availability.NOT_AVAILABLE, number_of(value))
    return Observed((number,), start, end, reading, place)


def number_of(value):
    return None if value is None else Decimal(value)


def part(number, above, below):
    found = month(number, None)
    reading = Reading(Availability.REPORTED, numerator=Decimal(above), denominator=Decimal(below))
    return Observed(found.ids, found.start, found.end, reading)


def value(observations, nature, year=2025, on=LATER):
    return year_value(observations, year, nature, on=on)


class TestFlows:
    def test_sum_and_say_what_they_cover(self):
        found = value([month(1, 5), month(2, 7)], FLOW)
        assert (found.value, found.covered_days, found.days, found.whole) == (12, 59, 365, False)
        assert found.ids == (1, 2)
        assert value([month(number, 1) for number in range(1, 13)], FLOW).whole

    def test_zero_is_a_value_and_nothing_reported_is_none(self):
        assert value([month(1, 0)], FLOW).value == 0
        nothing = value([month(1, None)], FLOW)
        assert (nothing.value, nothing.reason) == (None, NoValue.NOTHING_REPORTED)

    def test_are_as_exact_as_what_they_are_made_of(self):
        about = replace(month(2, 7), qualifier=Qualifier.ABOUT)
        more = replace(month(3, 7), qualifier=Qualifier.MORE_THAN)
        assert value([month(1, 5), month(2, 7)], FLOW).qualifier == Qualifier.EXACT
        assert value([month(1, 5), more], FLOW).qualifier == Qualifier.ABOUT
        assert value([about, more], FLOW).qualifier == Qualifier.ABOUT
        assert value([more], FLOW).qualifier == value([more], STOCK).qualifier == Qualifier.MORE_THAN

    def test_count_no_day_twice(self):
        year = Observed((99,), date(2025, 1, 1), date(2025, 12, 31), Reading(Availability.REPORTED, Decimal(100)))
        found = value([month(1, 5), year, month(2, 7)], FLOW)
        assert (found.value, found.ids) == (100, (99,))

    def test_periods_over_the_end_of_a_year_belong_to_neither(self):
        reading = Reading(Availability.REPORTED, Decimal(9))
        across = Observed((1,), date(2024, 12, 9), date(2025, 1, 18), reading)
        assert value([across], FLOW, 2024).value is None
        assert value([across], FLOW, 2025).value is None

    def test_that_are_not_rolled_up_have_a_value_of_one_period_only(self):
        alone = Nature(Measure.NUMBER, Accumulation.FLOW, RollupRule.NONE, Calendar.CALENDAR)
        assert value([month(1, 5)], alone).value == 5
        two = value([month(1, 5), month(2, 7)], alone)
        assert (two.value, two.reason) == (None, NoValue.NOT_ROLLED_UP)

    def test_roll_up_by_their_rule(self):
        rows = [month(1, 5), month(2, 9), month(3, 7)]
        rules = {RollupRule.SUM: 21, RollupRule.MAX: 9, RollupRule.MIN: 5, RollupRule.LATEST: 7}
        for rule, expected in rules.items():
            assert value(rows, Nature(Measure.NUMBER, Accumulation.FLOW, rule, Calendar.CALENDAR)).value == expected

    def test_ratios_are_sums_over_sums(self):
        """1/2 and 1/2 make 2/4, not 2/5: the denominators start at nothing."""
        assert value([part(1, 1, 2), part(2, 1, 2)], RATIO).value == Decimal("0.5")
        assert value([part(1, 1, 4), part(2, 8, 8)], RATIO).value == Decimal("0.75")

    def test_places_are_rolled_up_unless_the_whole_is_reported(self):
        parts = [month(1, 3, place=1), month(1, 4, place=2)]
        assert value(parts, FLOW).value == 7
        assert value([*parts, month(1, 9)], FLOW).value == 9

    def test_places_make_a_whole_only_all_together(self):
        """A place that has begun to report and is missing, or suppressed, leaves the whole unknown."""
        one, two = month(1, 3, place=1), month(1, 4, place=2)
        alone = value([one, two, month(2, 5, place=1)], FLOW)
        assert (alone.value, alone.until) == (7, date(2025, 1, 31))
        suppressed = replace(two, reading=Reading(Availability.SUPPRESSED))
        assert value([one, suppressed], FLOW).reason == NoValue.PLACES
        later = month(3, 6, place=2)
        assert value([one, later, month(3, 1, place=1)], FLOW).value == 10  # which did not report in January yet
        quarter = replace(month(3, 9, place=2), start=date(2025, 1, 1))
        assert value([one, month(2, 5, place=1), quarter], FLOW).reason == NoValue.PLACES  # which began with January

    @pytest.mark.parametrize(
        ("nature", "whole"),
        [
            (TOTAL, 13),
            (STOCK, None),
            (replace(STOCK, rule=RollupRule.MAX), 9),
            (replace(STOCK, rule=RollupRule.NONE), None),
            (replace(FLOW, rule=RollupRule.NONE), None),
            (replace(FLOW, rule=RollupRule.LATEST), None),
        ],
    )
    def test_what_places_make_follows_the_rule(self, nature, whole):
        """The latest of several places on one day is none of them, and a place alone is not the whole."""
        found = value([month(1, 9, place=1), month(1, 4, place=2)], nature)
        assert (found.value, found.reason) == (whole, None if whole else NoValue.PLACES)
        lone = value([month(1, 9, place=1)], nature)
        assert (lone.value is None) == (whole is None)

    def test_running_totals_of_places_to_different_days_make_no_whole(self):
        january = [month(1, 5, place=1), month(1, 1, place=2)]
        found = value([*january, month(9, 900, place=1), month(10, 10, place=2)], TOTAL)
        assert (found.value, found.until) == (6, date(2025, 1, 31))

    def test_what_ended_later_does_not_count_yet(self):
        assert value([month(1, 5), month(2, 7)], FLOW, on=date(2025, 2, 27)).value == 5

    @given(st.lists(st.tuples(DAYS, st.integers(0, 60)), max_size=12))
    def test_taken_periods_share_no_day(self, spans):
        rows = [
            Observed((n,), start, start + timedelta(days), Reading(Availability.REPORTED, Decimal(1)))
            for n, (start, days) in enumerate(spans)
        ]
        taken = disjoint(rows)
        assert sum(one.length for one in taken) == len(
            {one.start + timedelta(n) for one in taken for n in range(one.length)}
        )
        assert all(one in taken or any(one.meets(other) for other in taken) for one in rows)

    @given(st.permutations([month(n, n * 3 % 5) for n in range(1, 9)]), st.sampled_from([FLOW, STOCK, TOTAL]))
    def test_order_is_irrelevant(self, rows, nature):
        assert value(rows, nature) == value(sorted(rows, key=lambda one: one.ids), nature)


@pytest.mark.parametrize("nature", [STOCK, TOTAL])
def test_stocks_and_running_totals_take_the_latest(nature):
    found = value([month(3, 50), month(6, 70), month(9, None)], nature)
    assert (found.value, found.until, found.ids) == (70, date(2025, 6, 30), (6,))


@pytest.mark.parametrize("calendar", list(Calendar))
def test_a_day_belongs_to_one_year_of_each_calendar(calendar):
    nature = Nature(Measure.NUMBER, Accumulation.STOCK, RollupRule.LATEST, calendar)
    row = month(11, 4)
    holding = [year for year in range(2023, 2028) if value([row], nature, year).value is not None]
    [only] = holding
    first, last = year_dates(only, calendar)
    assert first <= row.end <= last


class TestVersions:
    FIRST = Version(1, date(2025, 1, 10), Bounds(TargetType.AT_LEAST, Decimal(100)))
    EASIER = Version(2, date(2025, 12, 1), Bounds(TargetType.AT_LEAST, Decimal(10)))

    def test_a_period_is_judged_by_what_was_asked_when_it_ended(self):
        versions = [self.EASIER, self.FIRST]
        assert in_force(versions, date(2025, 11, 30)) == self.FIRST
        assert in_force(versions, date(2025, 12, 1)) == self.EASIER
        assert in_force(versions, date(2024, 12, 31)) == self.FIRST  # set later: the first

    @given(st.lists(DAYS, min_size=1, max_size=6), DAYS, st.dates(date(2027, 1, 1), date(2027, 12, 31)))
    def test_a_later_revision_never_changes_an_earlier_judgement(self, days, period_end, later):
        """I11: whatever is set after a period ended, the period is judged as before."""
        versions = [Version(n, day, self.FIRST.bounds) for n, day in enumerate(sorted(days), start=1)]
        easier = Version(len(versions) + 1, later, Bounds(TargetType.AT_LEAST, Decimal(-1)))
        assert in_force([*versions, easier], period_end) == in_force(versions, period_end)

    def test_the_next_target_counts_else_the_last(self):
        dues = [date(2025, 3, 31), date(2026, 3, 31)]
        assert current_due(dues, on=date(2025, 3, 31)) == dues[0]
        assert current_due(dues, on=date(2025, 4, 1)) == dues[1]
        assert current_due(dues, on=date(2027, 4, 1)) == dues[1]
        assert current_due([], on=LATER) is None


DUE = date(2025, 12, 31)


class TestStanding:
    def stands(self, rows, bounds, nature=FLOW, on=LATER):
        found = value(rows, nature, on=min(on, DUE))
        return judged(found, bounds, due_on=DUE, on=on, nature=nature)

    def test_without_a_target_or_a_report(self):
        rows = [month(1, 5)]
        assert self.stands(rows, None) == Standing.NO_TARGET
        assert self.stands(rows, Bounds(TargetType.TBD)) == Standing.NO_TARGET
        assert self.stands([], Bounds(TargetType.AT_LEAST, Decimal(0))) == Standing.NOT_REPORTED

    def test_a_floor_is_met_once_it_is_reached(self):
        floor, march = Bounds(TargetType.AT_LEAST, Decimal(10)), date(2025, 3, 31)
        assert self.stands([month(1, 10)], floor, on=march) == Standing.MET
        assert self.stands([month(1, 9)], floor, on=march) == Standing.ON_THE_WAY
        assert self.stands([month(1, 9)], floor) == Standing.NOT_REPORTED  # eleven months are missing
        whole = [month(n, 0) for n in range(2, 13)]
        assert self.stands([month(1, 9), *whole], floor) == Standing.MISSED

    def test_a_ceiling_is_kept_only_when_the_year_is_over(self):
        ceiling, march = Bounds(TargetType.AT_MOST, None, Decimal(10)), date(2025, 3, 31)
        assert self.stands([month(1, 1)], ceiling, on=march) == Standing.ON_THE_WAY
        assert self.stands([month(1, 11)], ceiling, on=march) == Standing.MISSED
        assert self.stands([month(n, 0) for n in range(1, 13)], ceiling) == Standing.MET

    def test_a_stock_is_judged_on_the_day(self):
        floor = Bounds(TargetType.AT_LEAST, Decimal(10))
        assert self.stands([month(6, 12)], floor, STOCK, on=date(2025, 8, 1)) == Standing.ON_THE_WAY
        assert self.stands([month(6, 12)], floor, STOCK) == Standing.NOT_REPORTED
        assert self.stands([month(6, 12), month(12, 9)], floor, STOCK) == Standing.MISSED
        assert self.stands([month(12, 10)], floor, STOCK) == Standing.MET
