"""A thousand rows by one request: one revision, all or nothing, every fault told."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.models import BudgetLine, LedgerEntry, Milestone, MilestoneForecast
from tests.scenarios import small_plan
from tests.tracker.writes import ENTRIES, MILESTONES, Writer, entry_body, milestone_body, refusal, row
from tracker.models import Revision
from tracker.timemachine import head
from tracker.timemachine.audit import faults

pytestmark = pytest.mark.django_db
CODES = ("1.01", "1.02", "1.03", "2.01", "2.02")


@pytest.fixture
def plan():
    return small_plan()


@pytest.fixture
def writer(plan):
    return Writer(plan.people.plan_admin)


def milestones(count):
    return [
        milestone_body(CODES[number % 5], title_en=f"T{number}", forecast_on="2027-01-01" if number % 2 else None)
        for number in range(count)
    ]


def entries(count):
    return [
        entry_body(CODES[number % 5], amount=f"{number + 1}.01", fiscal_year=2024 + number % 3)
        for number in range(count)
    ]


def test_a_thousand_milestones_are_one_revision_in_their_order(writer):
    before = head()
    response = writer.post(MILESTONES, milestones(1000))
    rows = row(response, 201)
    assert [one["title_en"] for one in rows] == [f"T{number}" for number in range(1000)]
    assert {one["revision"] for one in rows} == {before + 1} == {head()}
    assert response["X-Revision"] == str(head())
    first = [one["code"] for one in rows if one["initiative"] == "1.01"]
    assert first == [f"M{number}" for number in range(4, 204)]
    assert MilestoneForecast.objects.filter(revision=head()).count() == 500
    reason = Revision.objects.get(number=head()).reason
    assert reason == "1000 milestones added to 1.01, 1.02, 1.03, 2.01, 2.02"
    assert faults() == []


def test_a_thousand_entries_are_one_revision_in_their_order(writer):
    before, lines = head(), BudgetLine.objects.count()
    rows = row(writer.post(ENTRIES, entries(1000)), 201)
    assert [one["amount"] for one in rows] == [f"{number + 1}.01" for number in range(1000)]
    assert {one["revision"] for one in rows} == {before + 1} == {head()}
    assert BudgetLine.objects.count() == lines + 15  # five initiatives, three years, none with CBSA's unknown vote
    assert faults() == []


def test_a_thousand_rows_cost_the_queries_of_ten(writer):
    def cost(path, bodies):
        with CaptureQueriesContext(connection) as queries:
            row(writer.post(path, bodies), 201)
        return len(queries)

    for path, made in ((MILESTONES, milestones), (ENTRIES, entries)):
        few, many = cost(path, made(10)), cost(path, made(1000))
        assert many <= few <= 25, (path, few, many)


def test_every_fault_of_every_row_is_told_and_nothing_written(writer):
    before = head(), Milestone.objects.count(), LedgerEntry.objects.count(), BudgetLine.objects.count()
    bodies = milestones(6)
    bodies[1] |= {"kind": "party", "colour": "red"}
    bodies[2] |= {"initiative": "9.99"}
    bodies[4] |= {"evidence": "nowhere"}
    found = refusal(writer.post(MILESTONES, bodies), 400, "invalid")
    assert [(one["index"], one["code"], set(one["fields"])) for one in found["errors"]] == [
        (1, "invalid", {"kind", "colour"}),
        (2, "not_found", {"initiative"}),
        (4, "invalid", {"evidence"}),
    ]
    assert "3" in found["title"]
    bodies = entries(5)
    bodies[0] |= {"amount": "0.00"}
    bodies[1] |= {"organization": "NOBODY", "initiative": "9.99"}
    bodies[2] |= {"organization": "NOBODY"}
    bodies[4] |= {"stage": "expenditure", "effective_on": "2019-01-01"}
    found = refusal(writer.post(ENTRIES, bodies), 400, "invalid")
    assert [(one["index"], set(one["fields"])) for one in found["errors"]] == [
        (0, {"amount"}), (1, {"initiative"}), (2, {"organization"}), (4, {"effective_on"}),
    ]  # fmt: skip
    assert (head(), Milestone.objects.count(), LedgerEntry.objects.count(), BudgetLine.objects.count()) == before


def test_each_row_needs_its_permission(plan):
    """The lead of the first pillar sees nothing of the second; the auditor sees all and writes nowhere."""
    lead = Writer(plan.people.pillar_lead)
    row(lead.post(MILESTONES, [milestone_body("1.01"), milestone_body("1.02")]), 201)
    before = head()
    found = refusal(lead.post(MILESTONES, [milestone_body("1.01"), milestone_body("2.01")]), 404, "not_found")
    assert [one["index"] for one in found["errors"]] == [1]
    auditor = Writer(plan.people.auditor)
    for path, body in ((MILESTONES, milestone_body), (ENTRIES, entry_body)):
        found = refusal(auditor.post(path, [body("1.01"), body("2.01")]), 403, "not_allowed")
        assert [one["index"] for one in found["errors"]] == [0, 1]
        found = refusal(auditor.post(path, [body("1.01"), body("2.01", colour="red")]), 400, "invalid")
        assert [(one["index"], one["code"]) for one in found["errors"]] == [(0, "not_allowed"), (1, "invalid")]
    assert head() == before


def test_none_and_too_many_are_refused(writer):
    before = head()
    for path, bodies in ((MILESTONES, milestones(1001)), (ENTRIES, entries(1001)), (MILESTONES, []), (ENTRIES, [])):
        found = refusal(writer.post(path, bodies), 400, "bad_count")
        assert str(len(bodies)) in found["title"].replace(",", "").replace("\u202f", "").replace("\xa0", "")
    assert head() == before


def test_an_array_of_one_is_answered_by_an_array_of_one(writer):
    response = writer.post(MILESTONES, [milestone_body()])
    assert len(row(response, 201)) == 1
    assert "Location" not in response
