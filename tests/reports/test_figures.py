"""Declarations of figures, and the values that they give in single situations."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from initiatives.models import Initiative, LedgerEntry
from reports.figures import FIGURES, Coverage, Result, Selection, compute, declaration, figure
from reports.figures.declaration import bucket_of, declare
from reports.figures.scopes import Kind, NoSuchScope, find_scope
from reports.figures.values import known_sum, plain
from tests.factories import (
    add_announcement,
    add_entry,
    add_initiative,
    add_organization,
    add_pillar,
    add_plan,
    add_user,
)
from tests.reports.worlds import SUNDAY
from tracker.choices import Role
from tracker.errors import Invalid
from tracker.timemachine import as_of, head


@pytest.fixture
def registry(monkeypatch):
    """The registry, put back afterwards."""
    monkeypatch.setattr(declaration, "FIGURES", dict(FIGURES))
    monkeypatch.setattr(declaration, "_VERSIONS", dict(declaration._VERSIONS))
    return declaration


def test_the_first_figures_are_declared_in_both_languages():
    assert list(FIGURES) == [
        "health", "health_dollars", "milestones", "milestones_met", "milestones_due_this_week", "milestones_late",
        "milestones_next", "money", "announced", "money_by_organization", "free_balance", "year_end_forecast",
        "projected_lapse", "overspent", "indicators", "milestone_weight", "milestone_slip", "milestone_moves",
        "freshness",
    ]  # fmt: skip
    for one in FIGURES.values():
        texts = [one.label_en, one.label_fr, one.definition_en, one.definition_fr]
        assert all(texts)
        assert len(set(texts)) == 4
        assert one.version >= 1


def test_a_new_version_stands_beside_the_old_one(registry):
    second = replace(FIGURES["health"], version=2, label_en="Health, seen anew")
    declare(second)
    assert registry.figure("health") is second
    assert registry.figure("health", 1) is FIGURES["health"]
    with pytest.raises(ValueError, match="declared twice"):
        declare(replace(second))
    declare(replace(FIGURES["health"], version=0))
    assert registry.figure("health") is second


def test_figures_that_are_not_there_are_named():
    with pytest.raises(Invalid) as unknown:
        figure("helth")
    assert "health_dollars" in str(unknown.value)
    with pytest.raises(Invalid) as no_version:
        figure("health", 9)
    assert set(no_version.value.fields) == {"version"}


def test_unknown_is_not_zero():
    assert known_sum([]) is None
    assert known_sum([None, None]) is None
    assert known_sum([None, Decimal("0.00")]) == Decimal("0.00")
    assert Result({"a": None, "b": Decimal("2.50")}, Coverage(1, 2)).total == Decimal("2.50")
    assert Result({"a": None}, None).total is None
    assert Result({"a": 1, "b": 2}, None, adds=False).total is None


def test_values_are_written_one_way():
    assert (plain(None), plain(0), plain(7)) == (None, 0, 7)
    assert plain(Decimal(5300000)) == "5300000.00"
    assert plain(Decimal("-0.10")) == "-0.10"
    payload = Result({"a": 0, "b": None}, Coverage(1, 2)).payload()
    assert payload == {"cells": {"a": 0, "b": None}, "total": 0, "coverage": {"counted": 1, "of": 2}}
    assert Result({}, None).payload()["coverage"] is None


def test_shares():
    result = Result({"a": 3, "b": 1, "c": 0}, Coverage(1, 1))
    assert [result.share(bucket) for bucket in ("a", "b", "c", "none")] == [0.75, 0.25, 0.0, 0.0]
    assert Result({"a": None}, None).share("a") == 0.0
    assert Coverage(2, 2).whole
    assert not Coverage(1, 2).whole


def test_a_value_that_is_not_recorded_has_a_bucket_of_its_own():
    assert bucket_of([2025, "authority"]) == "2025/authority"
    assert bucket_of([None]) == "unspecified"


@pytest.fixture
def plan(db):
    return add_plan()


@pytest.fixture
def initiative(plan):
    return add_initiative(add_pillar(plan), lead=add_organization())


def value(key, plan, on=SUNDAY, *, whole_plan=True, **members):
    selection = Selection(plan, Initiative.objects.filter(plan=plan, **members))
    return compute(FIGURES[key], selection, on=on, whole_plan=whole_plan)


def test_an_empty_plan_has_zero_counts_and_unknown_dollars(plan):
    assert value("health", plan).total == 0
    assert value("milestones_late", plan).cells == {"": 0}
    assert value("health_dollars", plan).total is None
    assert set(value("health_dollars", plan).cells.values()) == {None}
    assert value("money", plan).cells == value("announced", plan).cells == {}


def test_money_of_a_week_across_31_march_is_bucketed_by_its_year(initiative, plan):
    add_entry(initiative, "1.00", fiscal_year=2025, effective_on=date(2026, 3, 31))
    add_entry(initiative, "2.00", fiscal_year=2026, effective_on=date(2026, 4, 1))
    assert value("money", plan, date(2026, 3, 31)).cells == {"2025/authority": Decimal("1.00")}
    assert value("money", plan, date(2026, 4, 5)).cells == {
        "2025/authority": Decimal("1.00"), "2026/authority": Decimal("2.00"),
    }  # fmt: skip


def test_a_reversed_amount_is_no_zero_now_and_was_known_then(initiative, plan):
    wrong = add_entry(initiative, "9.00")
    then = head()
    LedgerEntry.objects.create(
        line=wrong.line, stage=wrong.stage, amount=-wrong.amount, effective_on=wrong.effective_on, reverses=wrong
    )
    assert value("money", plan).cells == {}
    assert value("money", plan).coverage == Coverage(0, 1)
    with as_of(then):
        assert value("money", plan).cells == {"2025/authority": Decimal("9.00")}


def test_announcements_are_split_by_organization_and_belong_to_the_plan(initiative, plan):
    agency = initiative.lead
    add_announcement(plan, "A1", "5.00", organization=agency)
    add_announcement(plan, "A2", "7.00")
    add_announcement(plan, "A3", "3.00", organization=agency, initiative=initiative)
    add_announcement(plan, "A4", "100.00", in_total=False)
    add_announcement(plan, "A5", "100.00", announced_on=SUNDAY + timedelta(1))
    add_announcement(add_plan("OTHER"), "A1", "1000.00")
    whole = value("announced", plan)
    assert whole.cells == {agency.code: Decimal("8.00"), "unspecified": Decimal("7.00")}
    assert (whole.total, whole.coverage) == (Decimal("15.00"), None)
    assert value("announced", plan, whole_plan=False, pillar=initiative.pillar).cells == {agency.code: Decimal("3.00")}


def test_other_plans_do_not_count(initiative, plan):
    other = add_initiative(add_pillar(add_plan("OTHER")), lead=initiative.lead)
    add_entry(other, "9.00")
    assert value("health", plan).total == 1
    assert value("money", plan).cells == {}


def test_scopes_are_found_by_their_codes(initiative, plan):
    reader = add_user("reader", role=Role.VIEWER, scope="BP")
    kinds = {code: find_scope(code, user=reader).kind for code in ("BP", "BP/1", "BP/1.01")}
    assert kinds == {"BP": Kind.PLAN, "BP/1": Kind.PILLAR, "BP/1.01": Kind.INITIATIVE}
    assert find_scope("BP", user=reader).whole_plan
    assert not find_scope("BP/1", user=reader).whole_plan
    assert not find_scope("BP", user=reader).partial


@pytest.mark.parametrize(
    "code", ["", "X", "bp", "BP/", "BP/2", "BP/01", "BP/1.02", "BP/²", "BP/" + "1" * 5000, "BP/1/1"]
)
def test_what_is_not_there_and_what_may_not_be_seen_are_told_alike(initiative, code):
    reader = add_user("reader", role=Role.VIEWER, scope="BP")
    with pytest.raises(NoSuchScope) as unknown:
        find_scope(code, user=reader)
    assert unknown.value.status == 404
    stranger = add_user("stranger", role=Role.VIEWER, scope="BP/9.99")
    with pytest.raises(NoSuchScope) as hidden:
        find_scope("BP/1.01", user=stranger)
    assert str(hidden.value) == str(unknown.value).replace(f"“{code[:60]}”", "“BP/1.01”")


def test_a_pillar_is_partial_only_where_something_is_hidden(initiative, plan):
    second = add_initiative(initiative.pillar, "1.02", lead=initiative.lead)
    one = add_user("one", role=Role.MANAGER, scope="BP/1.01")
    assert find_scope("BP/1", user=one).partial
    assert find_scope("BP", user=one).partial
    assert list(find_scope("BP", user=one).selection.initiatives) == [initiative]
    lead = add_user("lead", role=Role.PILLAR_LEAD, scope="BP/1")
    assert not find_scope("BP/1", user=lead).partial
    assert not find_scope("BP", user=lead).partial
    add_initiative(add_pillar(plan, 2), "2.01", lead=second.lead)
    assert find_scope("BP", user=lead).partial
