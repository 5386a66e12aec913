"""Indicators, targets and observations through their actions: what is kept, what is computed, what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from initiatives.actions.indicators import IndicatorContent, add_indicator, change_indicator
from initiatives.actions.observations import (
    ObservationContent,
    ReadingContent,
    correct_observation,
    record_observation,
    restate_observation,
)
from initiatives.actions.targets import TargetContent, change_of, set_target
from initiatives.choices import Accumulation, Availability, Measure, RollupRule, TargetChange, TargetType
from initiatives.models import Indicator, Observation, Target
from initiatives.rules.indicators import Bounds
from tests import factories
from tests.factories import ACTOR, add_initiative, add_observation, add_organization, add_pillar, add_plan, add_user
from tracker.choices import Role
from tracker.errors import Conflict, EditConflict, Invalid, NotAllowed
from tracker.timemachine import Actor, head

pytestmark = pytest.mark.django_db
AT = datetime(2026, 2, 1, 17, tzinfo=UTC)
CONTENT = IndicatorContent(
    code="TEAMS", title_en="Detector dog teams", title_fr="Équipes cynophiles", unit_en="teams", unit_fr="équipes",
    level="output", direction="increase", accumulation="flow", calendar="fiscal", rollup_rule="sum",
)  # fmt: skip


@pytest.fixture
def initiative():
    return add_initiative(add_pillar(add_plan()), lead=add_organization())


@pytest.fixture
def indicator(initiative):
    return factories.add_indicator(initiative.plan, initiative=initiative)


def refused(write, kind=Invalid, **values):
    """The fields that a refusal names; nothing is written."""
    before = head()
    with pytest.raises(kind) as error:
        write(by=ACTOR, at=AT, **values)
    assert head() == before
    return {name: str(text) for name, text in error.value.fields.items()}


def month(number, value, **fields):
    start = date(2025, number, 1)
    end = (start + timedelta(31)).replace(day=1) - timedelta(1)
    amount = None if value is None else Decimal(value)
    return ObservationContent(period_start=start, period_end=end, reading=ReadingContent(value=amount, **fields))


def record(indicator, content, at=AT, by=ACTOR):
    return record_observation(indicator=indicator, content=content, by=by, at=at)


class TestIndicators:
    def test_belong_to_an_initiative_a_pillar_or_the_plan(self, initiative):
        for number, scope in enumerate((initiative, initiative.pillar, initiative.plan)):
            made = add_indicator(scope=scope, content=replace(CONTENT, code=f"I{number}"), by=ACTOR, at=AT)
            assert made.scopes == scope.scopes
            assert made.plan == initiative.plan

    def test_are_recorded_by_whoever_records_facts_there(self, initiative):
        manager = Actor(user=add_user(role=Role.MANAGER, scope=initiative.scopes[-1]))
        assert add_indicator(scope=initiative, content=CONTENT, by=manager, at=AT).pk
        for scope in (initiative.pillar, initiative.plan):
            with pytest.raises(NotAllowed):
                add_indicator(scope=scope, content=CONTENT, by=manager, at=AT)
        admin = Actor(user=add_user(role=Role.PLAN_ADMIN, scope="BP"))
        assert add_indicator(scope=initiative.plan, content=replace(CONTENT, code="X"), by=admin, at=AT).pk

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"baseline_value": Decimal(80)}, "baseline_on"),
            ({"baseline_on": date(2024, 12, 17)}, "baseline_value"),
            ({"measure": "ratio"}, "rollup_rule"),
            ({"rollup_rule": "ratio"}, "rollup_rule"),
            ({"accumulation": "stock"}, "rollup_rule"),
            ({"code": "lower case"}, "code"),
            ({"level": "impact"}, "level"),
            ({"title_fr": ""}, "title_fr"),
            ({"decimals": 7}, "decimals"),
        ],
    )
    def test_that_make_no_sense_are_refused_by_field(self, initiative, changes, field):
        assert field in refused(add_indicator, scope=initiative, content=replace(CONTENT, **changes))

    def test_of_a_taken_code_are_refused(self, initiative):
        add_indicator(scope=initiative, content=CONTENT, by=ACTOR, at=AT)
        assert "code" in refused(add_indicator, scope=initiative.plan, content=CONTENT)

    def test_keep_what_values_mean_once_there_are_values(self, initiative):
        made = add_indicator(scope=initiative, content=CONTENT, by=ACTOR, at=AT)
        seen = made.revision
        ratio = {"measure": Measure.RATIO, "rollup_rule": RollupRule.RATIO}
        number = {"measure": CONTENT.measure, "rollup_rule": CONTENT.rollup_rule}
        seen = change_indicator(indicator=made, changes=ratio, seen=seen, by=ACTOR, at=AT).revision
        seen = change_indicator(indicator=made, changes=number, seen=seen, by=ACTOR, at=AT).revision
        record(made, month(4, "3"))
        assert "measure" in refused(change_indicator, indicator=made, changes=ratio, seen=seen, reason="why not")
        based = {"baseline_value": Decimal(80), "baseline_on": date(2024, 12, 17)}
        assert "reason" in refused(change_indicator, indicator=made, changes=based, seen=seen)
        changed = change_indicator(indicator=made, changes=based, seen=seen, reason="counted anew", by=ACTOR, at=AT)
        assert changed.baseline_value == 80
        assert "code" in refused(change_indicator, indicator=made, changes={"code": "OTHER"}, seen=changed.revision)
        before = head()
        change_indicator(indicator=made, changes=based, seen=changed.revision, by=ACTOR, at=AT)
        assert head() == before, "the same again is no change"

    def test_changed_by_somebody_else_meanwhile_are_merged_and_never_overwritten(self, initiative):
        made = add_indicator(scope=initiative, content=CONTENT, by=ACTOR, at=AT)
        seen = made.revision
        change_indicator(indicator=made, changes={"decimals": 1}, by=ACTOR, at=AT, seen=seen)
        change_indicator(indicator=made, changes={"decimals": 0, "note_en": "kept"}, by=ACTOR, at=AT, seen=seen)
        with pytest.raises(EditConflict) as found:
            change_indicator(indicator=made, changes={"decimals": 2}, by=ACTOR, at=AT, seen=seen)
        [difference] = found.value.differences
        assert (difference.field, difference.seen, difference.stored, difference.sent) == ("decimals", 0, 1, 2)
        stored = Indicator.objects.get()
        assert (stored.decimals, stored.note_en) == (1, "kept")


class TestTargets:
    DUE = date(2026, 3, 31)

    def content(self, lower="100", **fields):
        bound = None if lower is None else Decimal(lower)
        return TargetContent(**{"due_on": self.DUE, "target_type": TargetType.AT_LEAST, "lower": bound, **fields})

    def test_are_revised_by_numbered_versions_that_are_classified(self, indicator):
        changes = []
        for lower, reason in [("100", ""), ("80", "fewer teams"), ("120", "more dogs")]:
            before = Target.objects.order_by("-number").first()
            target = set_target(indicator=indicator, content=self.content(lower, reason=reason), by=ACTOR, at=AT)
            changes.append((target.number, change_of(before, Bounds(TargetType.AT_LEAST, Decimal(lower)))))
        assert changes == [(1, TargetChange.NEW), (2, TargetChange.LOWERED), (3, TargetChange.RAISED)]
        assert [target.lower for target in Target.objects.order_by("number")] == [100, 80, 120]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"lower": None}, "lower"),
            ({"upper": Decimal(1)}, "upper"),
            ({"target_type": "roughly"}, "target_type"),
            ({"target_type": "between", "upper": Decimal(1)}, "upper"),
            ({"lower": Decimal("0.0000001")}, "lower"),
        ],
    )
    def test_that_cannot_be_meant_are_refused_by_field(self, indicator, changes, field):
        content = replace(self.content(), **changes)
        assert field in refused(set_target, indicator=indicator, content=content)

    def test_are_not_revised_without_reason_nor_after_they_were_due(self, indicator):
        set_target(indicator=indicator, content=self.content(), by=ACTOR, at=AT)
        assert "reason" in refused(set_target, indicator=indicator, content=self.content("90", reason=" "))
        assert "lower" in refused(set_target, indicator=indicator, content=self.content(reason="again"))
        past = replace(self.content(), due_on=date(2025, 12, 31))
        assert "due_on" in refused(set_target, indicator=indicator, content=past)  # which would judge what is known
        set_target(indicator=indicator, content=past, by=ACTOR, at=AT - timedelta(90))
        easier = replace(past, lower=Decimal(1), reason="it was missed")
        assert "due_on" in refused(set_target, indicator=indicator, content=easier)

    def test_are_not_set_over_what_somebody_else_set_meanwhile(self, indicator):
        set_target(indicator=indicator, content=self.content(), seen=0, by=ACTOR, at=AT)
        again = self.content("90", reason="more teams")
        assert "due_on" in refused(set_target, Conflict, indicator=indicator, content=again, seen=0)
        set_target(indicator=indicator, content=again, seen=1, by=ACTOR, at=AT)
        assert "due_on" in refused(set_target, Conflict, indicator=indicator, content=self.content("80"), seen=1)
        assert Target.objects.count() == 2

    def test_are_set_by_those_who_record_facts(self, indicator):
        viewer = Actor(user=add_user(role=Role.VIEWER, scope="BP"))
        with pytest.raises(NotAllowed):
            set_target(indicator=indicator, content=self.content(), by=viewer, at=AT)


class TestRecording:
    def test_zero_is_a_value_and_nothing_is_said_to_be_nothing(self, indicator):
        assert record(indicator, month(4, "0")).value == 0
        assert "value" in refused(record_observation, indicator=indicator, content=month(5, None))
        hidden = month(5, None, availability=Availability.SUPPRESSED)
        assert record(indicator, hidden).value is None
        both = month(6, "0", availability=Availability.NOT_AVAILABLE)
        assert "value" in refused(record_observation, indicator=indicator, content=both)
        assert "availability" in refused(
            record_observation, indicator=indicator, content=month(6, "1", availability="maybe")
        )

    def test_a_ratio_has_a_numerator_and_a_denominator_of_more_than_zero(self, initiative):
        ratio = factories.add_indicator(initiative.plan, "RATIO", measure=Measure.RATIO, rollup_rule=RollupRule.RATIO)
        parts = {"numerator": Decimal(1), "denominator": Decimal(4)}
        made = record(ratio, month(4, None, **parts))
        assert (made.numerator, made.denominator, made.value) == (1, 4, None)
        for wrong, field in [({"denominator": Decimal(0)}, "denominator"), ({"numerator": None}, "numerator")]:
            content = month(5, None, **{**parts, **wrong})
            assert field in refused(record_observation, indicator=ratio, content=content)
        assert "value" in refused(record_observation, indicator=ratio, content=month(5, "0.25", **parts))

    def test_periods_are_in_order_and_not_in_the_future(self, indicator):
        def period(start, end, **fields):
            reading = ReadingContent(**{"value": Decimal(1), **fields})
            content = ObservationContent(period_start=start, period_end=end, reading=reading)
            return refused(record_observation, indicator=indicator, content=content)

        assert "period_end" in period(date(2025, 5, 1), date(2025, 4, 1))
        assert "period_end" in period(date(2026, 1, 3), date(2026, 2, 2))
        assert "period_end" in period(date(2026, 1, 3), None)
        assert "period_start" in period(None, date(2026, 1, 3))

    def test_a_period_has_one_value_and_the_refusal_says_the_way_out(self, indicator):
        record(indicator, month(4, "3"))
        fields = refused(record_observation, indicator=indicator, content=month(4, "4"))
        assert "correct it instead" in fields["period_end"]
        place = factories.add_place()
        record(indicator, replace(month(4, "2"), place=place))
        assert "period_end" in refused(
            record_observation, indicator=indicator, content=replace(month(4, "2"), place=place)
        )

    def test_readers_record_nothing(self, indicator):
        with pytest.raises(NotAllowed):
            record(indicator, month(4, "1"), by=Actor(user=add_user(role=Role.ANALYST, scope="BP")))


def test_a_stock_has_one_value_a_day(initiative):
    stock = factories.add_indicator(
        initiative.plan, "DOGS", accumulation=Accumulation.STOCK, rollup_rule=RollupRule.LATEST
    )
    record(stock, month(4, "40"))
    again = replace(month(4, "41"), period_start=None)
    assert "period_end" in refused(record_observation, indicator=stock, content=again)


class TestRunningTotals:
    @pytest.fixture
    def total(self, initiative):
        return factories.add_indicator(
            initiative.plan, "TOTAL", accumulation=Accumulation.RUNNING_TOTAL, rollup_rule=RollupRule.LATEST,
            calendar="calendar",
        )  # fmt: skip

    def to(self, end, value, start=date(2025, 1, 1)):
        return ObservationContent(period_start=start, period_end=end, reading=ReadingContent(value=Decimal(value)))

    def test_do_not_fall_within_their_year(self, total):
        record(total, self.to(date(2025, 6, 30), "50"))
        later = refused(record_observation, indicator=total, content=self.to(date(2025, 7, 31), "49"))
        assert "does not fall" in later["value"]
        assert "50" in later["value"]
        assert "value" in refused(record_observation, indicator=total, content=self.to(date(2025, 5, 31), "51"))
        record(total, self.to(date(2025, 7, 31), "50"))
        record(total, self.to(date(2026, 1, 31), "2", start=date(2026, 1, 1)))

    def test_fall_by_correction_and_restatement(self, total):
        first = record(total, self.to(date(2025, 6, 30), "50"))
        record(total, self.to(date(2025, 7, 31), "60"))
        less = ReadingContent(value=Decimal(40))
        second = correct_observation(observation=first, reading=less, reason="counted twice", by=ACTOR, at=AT)
        least = ReadingContent(value=Decimal(30))
        restate_observation(observation=second, reading=least, reason="new method", by=ACTOR, at=AT)
        assert Observation.objects.standing().get(period_end=date(2025, 6, 30)).value == 30

    def test_lie_within_one_year(self, total):
        across = self.to(date(2025, 2, 28), "5", start=date(2024, 12, 1))
        assert "period_end" in refused(record_observation, indicator=total, content=across)


class TestSuperseding:
    @pytest.fixture
    def old(self, indicator):
        return add_observation(indicator, date(2025, 4, 30), "16860", source="First page")

    def test_both_values_stay_and_the_new_one_stands(self, old):
        reading = ReadingContent(value=Decimal(17357), source="Newer page")
        new = restate_observation(observation=old, reading=reading, reason="newer page", by=ACTOR, at=AT)
        assert (new.kind, new.supersedes, new.period_end) == ("restatement", old, old.period_end)
        assert list(Observation.objects.order_by("pk").values_list("value", flat=True)) == [16860, 17357]
        assert Observation.objects.standing().get() == new

    def test_say_why_and_change_something(self, old):
        reading = ReadingContent(value=Decimal(17357))
        assert "reason" in refused(correct_observation, observation=old, reading=reading, reason=" ")
        same = ReadingContent(value=Decimal(16860), source="First page")
        assert "value" in refused(correct_observation, observation=old, reading=same, reason="again")

    def test_happen_once_to_a_row(self, old):
        reading = ReadingContent(value=Decimal(1))
        correct_observation(observation=old, reading=reading, reason="typing error", by=ACTOR, at=AT)
        with pytest.raises(Conflict, match="superseded already"):
            restate_observation(observation=old, reading=ReadingContent(value=Decimal(2)), reason="x", by=ACTOR, at=AT)

    def test_withdraw_a_value_of_the_wrong_period(self, old):
        gone = ReadingContent(availability=Availability.NOT_AVAILABLE)
        new = correct_observation(observation=old, reading=gone, reason="it is of May", by=ACTOR, at=AT)
        assert new.value is None
        record(old.indicator, month(5, "16860"))
