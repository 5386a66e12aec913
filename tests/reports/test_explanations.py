"""Explain this number, in single situations. That rows add up is a law: test_figures_laws.py."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from initiatives.choices import Stage
from reports.explanations import explain, line_bucket
from reports.figures import FIGURES
from reports.figures.scopes import find_scope
from tests.factories import ACTOR, add_entry, add_initiative, add_milestone
from tests.scenarios import small_plan
from tracker.actions import grant_role
from tracker.choices import Role
from tracker.errors import Invalid
from tracker.timemachine import as_of, revision

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def made():
    return small_plan()


@pytest.fixture
def explained(made):
    def explained(key, code="BP", *, by=None, bucket="", on=TODAY):
        return explain(FIGURES[key], find_scope(code, user=by or made.people.auditor), on=on, bucket=bucket)

    return explained


def reasons(found):
    return {str(exclusion.reason): [row.code for row in exclusion.rows] for exclusion in found.exclusions}


def test_health_is_explained_by_its_initiatives(explained):
    whole = explained("health")
    assert [row.code for row in whole.rows] == ["1.01", "1.02", "1.03", "2.01", "2.02", "2.03", "2.04"]
    assert whole.value == len(whole.rows) == 7
    assert {row.code: row.bucket for row in whole.rows} == {
        "1.01": "green", "1.02": "amber", "1.03": "red", "2.01": "no_update", "2.02": "not_started", "2.03": "met",
        "2.04": "not_pursued",
    }  # fmt: skip
    red = explained("health", bucket="red")
    assert ([row.code for row in red.rows], red.value) == (["1.03"], 1)
    assert red.rows[0].url.endswith("/BP/initiatives/1.03/") or "1.03" in red.rows[0].url


def test_dollars_without_a_published_amount_are_left_out_by_name(explained):
    found = explained("health_dollars", "BP/1")
    assert [(row.code, row.value) for row in found.rows] == [
        ("1.01", Decimal("7000000.00")),
        ("1.02", Decimal("300000.33")),
    ]
    assert found.value == Decimal("7300000.33")
    assert (found.result.coverage.counted, found.result.coverage.of) == (2, 3)
    assert reasons(found) == {"Funding is not published: weighs nothing here": ["1.03"]}


def test_milestones_left_out_say_why(explained):
    found = explained("milestones")
    assert [row.code for row in found.rows] == ["1.01 M1", "1.01 M2", "1.01 M3", "1.02 M1"]
    assert reasons(found) == {
        "Met before the plan was announced: earns the plan no progress": ["1.02 M2"],
        "Cancelled": ["1.02 M3"],
    }
    assert found.rows[0].url.endswith("#milestone-M1")


def test_a_cancelled_milestone_counted_until_it_was(made, explained):
    cancelled = made.milestones["cancelled"].cancelled_on
    assert "1.02 M3" in [row.code for row in explained("milestones", on=cancelled - timedelta(1)).rows]
    assert "1.02 M3" not in [row.code for row in explained("milestones", on=cancelled).rows]


def test_money_is_explained_bucket_by_bucket(made, explained):
    year = explained("money", bucket="2025/authority")
    assert (year.value, [row.value for row in year.rows]) == (Decimal("5000000.00"), [Decimal("5000000.00")])
    whole = explained("money")
    assert whole.value is None
    assert reasons(whole) == {"Reversed, with the reversal: they cancel out": ["1.03", "1.03"]}
    assert "2025/expenditure" in whole.result.cells
    assert explained("money", "BP/1.03").rows == []
    assert reasons(explained("money", "BP/1.03"))


def test_a_bucket_is_cut_to_one_budget_line(made, explained):
    """Lines of one year and organization differ by source and vote: each is explained alone, and no other."""
    add_entry(made.initiatives["green"], "7.00", stage=Stage.EXPENDITURE)
    line = made.initiatives["green"].budget_lines.get(fiscal_year=2025, vote="operating")
    cut = line_bucket("2025/CBSA/expenditure", line.pk)
    found = explained("money_by_organization", "BP/1.01", bucket=cut)
    assert (found.value, [row.value for row in found.rows]) == (Decimal("1250000.10"), [Decimal("1250000.10")])
    assert found.line == line.pk
    both = explained("money_by_organization", "BP/1.01", bucket="2025/CBSA/expenditure")
    assert (both.value, len(both.rows)) == (Decimal("1250007.10"), 2)
    free = explained("free_balance", bucket=line_bucket("2025/CBSA", line.pk))
    assert free.value == sum(row.value for row in free.rows) == Decimal("3749999.90")
    [lapse] = explained("projected_lapse", bucket=line_bucket("2025/CBSA", line.pk)).rows
    assert lapse.id == line.pk
    for key, bucket in [
        ("free_balance", line_bucket("2025/CBSA", line.pk + 999)), ("free_balance", line_bucket("2026/CBSA", line.pk)),
        ("health", line_bucket("red", line.pk)), ("free_balance", f"2025/CBSA/line-0{line.pk}"),
    ]:  # fmt: skip
        with pytest.raises(Invalid):
            explained(key, bucket=bucket)
    with pytest.raises(Invalid):
        explained("free_balance", "BP/2", bucket=line_bucket("2025/CBSA", line.pk))


def test_any_part_of_a_bucket_may_be_left_open(made, explained):
    add_entry(made.initiatives["green"], "7.00", stage=Stage.EXPENDITURE, fiscal_year=2024)
    assert explained("overspent", bucket="*/CBSA").value == 7
    assert explained("free_balance", bucket="*/CBSA").value == Decimal("5749999.90")
    with pytest.raises(Invalid):
        explained("overspent", bucket="*/PS")


def test_ledger_entries_are_told_apart(made, explained):
    """Number, day and reference: two rows of one initiative are not the same to an auditor."""
    line = made.initiatives["green"].budget_lines.get(fiscal_year=2025)
    entry = line.entries.get(stage=Stage.EXPENDITURE)
    [row] = explained("money", bucket="2025/expenditure").rows
    assert row.label == f"1.01 #{entry.pk}, {entry.effective_on}, GL 4711"
    assert row.url.endswith(f"/initiatives/1.01/?entries=all#entry-{entry.pk}")
    [left] = explained("money", "BP/1.03").exclusions
    wrong = made.reversed_entry
    assert [(row.label, row.value) for row in left.rows] == [
        (f"1.03 #{wrong.pk}, {wrong.effective_on}", Decimal("999.99")),
        (f"1.03 #{wrong.reversed_by.pk}, {wrong.effective_on}", Decimal("-999.99")),
    ]
    assert [row.label for row in explained("health", bucket="red").rows] == ["1.03"]


def test_entries_of_tomorrow_are_left_out_by_name(made, explained):
    add_entry(made.initiatives["red"], "1.00", stage=Stage.FORECAST, effective_on=TODAY + timedelta(1))
    assert reasons(explained("money", "BP/1.03"))["Effective after this day"] == ["1.03"]


def test_announcements_of_the_plan_are_explained_for_the_plan_only(made, explained):
    whole = explained("announced")
    assert [(row.code, row.title_fr, row.value) for row in whole.rows] == [
        ("FA-CBSA", "Agence CBSA", Decimal("355400000.00"))
    ]
    assert list(reasons(whole).values()) == [["FA-DOGS"]]
    assert explained("announced", "BP/1").rows == []
    assert list(reasons(explained("announced", "BP/1")).values()) == [["FA-DOGS"]]
    assert explained("announced", "BP/2").exclusions == []


def test_what_a_reader_may_not_see_is_in_no_explanation(made, explained):
    """The announcement for 1.01 is not shown to the reader of 1.02."""
    reader = made.people.outsider
    grant_role(user=reader, role=Role.VIEWER, scope="BP/1.02", by=ACTOR, at=timezone.now())
    reader = type(reader).objects.get(pk=reader.pk)
    found = explained("announced", by=reader)
    assert [row.code for row in found.rows] == ["FA-CBSA"]
    assert found.exclusions == []
    assert [row.code for row in explained("health", by=reader).rows] == ["1.02"]
    assert found.scope.partial


def test_a_bucket_that_is_not_there_is_refused_and_the_others_named(explained):
    for key, bucket, known in [
        ("health", "purple", "not_pursued"),
        ("money", "2025", "2025/authority"),
        ("announced", "X", "CBSA"),
    ]:
        with pytest.raises(Invalid) as unknown:
            explained(key, bucket=bucket)
        assert known in unknown.value.fields["bucket"]


def test_an_explanation_as_of_a_rollup_adds_up_to_what_was_sealed(made):
    sealed = json.loads(made.rollups[0].payload)
    with revision(by=ACTOR, reason="much happens afterwards"):
        for number in range(3):
            add_milestone(made.initiatives["green"], f"M{number + 10}", forecasts=[TODAY])
    with as_of(made.rollups[0].as_of):
        scope = find_scope("BP", user=made.people.auditor)
        for key, result in sealed["results"].items():
            found = explain(FIGURES[key], scope, on=made.rollups[0].on)
            assert found.result.payload() == result, key


def test_the_number_of_queries_does_not_depend_on_the_rows(made, explained):
    def count(key):
        with CaptureQueriesContext(connection) as queries:
            explained(key)
        return len(queries)

    assert made.people.auditor.access.everywhere  # read once per request
    before = {key: count(key) for key in FIGURES}
    with revision(by=ACTOR, reason="more"):
        for number in range(20):
            initiative = add_initiative(made.pillars[0], f"1.5{number:02d}", lead=made.organizations["CBSA"])
            add_milestone(initiative, baselines=[TODAY - timedelta(9)])
            add_entry(initiative, "5.00")
    assert {key: count(key) for key in FIGURES} == before
