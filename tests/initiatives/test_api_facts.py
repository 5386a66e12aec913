"""Programs write milestones and money."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from initiatives.models import BudgetLine, LedgerEntry, Milestone, MilestoneForecast
from tests.factories import token_for
from tests.scenarios import FRENCH, small_plan
from tests.tracker.writes import ENTRIES, MILESTONES, Writer, entry_body, milestone_body, refusal, row
from tracker.choices import Channel, TokenScope
from tracker.models import Revision
from tracker.timemachine import head

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return small_plan()


@pytest.fixture
def writer(plan):
    return Writer(plan.people.plan_admin)


@pytest.fixture
def _writes_nothing(plan):
    """Nothing is written by the test."""

    def rows():
        return [
            list(model.objects.order_by("pk").values())
            for model in (Milestone, MilestoneForecast, BudgetLine, LedgerEntry)
        ]

    before = head(), rows()
    yield
    assert (head(), rows()) == before


def newest():
    return Revision.objects.get(number=head())


def test_a_milestone_is_added_and_given_back_as_its_row(plan, writer):
    before = head()
    response = writer.post(MILESTONES, milestone_body(title_fr=FRENCH, weight="2.5", forecast_on="2027-03-31"))
    made = row(response, 201)
    assert (made["initiative"], made["code"], made["title_fr"], made["weight"]) == ("1.01", "M4", FRENCH, "2.50")
    assert (made["forecast_on"], made["planned_on"], made["late"]) == ("2027-03-31", "2027-03-31", False)
    assert response["X-Revision"] == str(head()) == str(before + 1) == str(made["revision"])
    assert response["ETag"] == f'"r{head()}"'
    shown = writer.get(response["Location"])
    assert {name: row(shown)[name] for name in made} == made
    assert shown["ETag"].startswith(response["ETag"][:-1] + "-")
    assert (newest().channel, newest().actor, newest().reason) == (
        Channel.API, plan.people.plan_admin, "Milestone added to 1.01",
    )  # fmt: skip


def test_an_entry_is_recorded_on_its_line(plan, writer):
    lines = BudgetLine.objects.count()
    made = row(writer.post(ENTRIES, entry_body(funding_source="new", vote="operating", reference="GL 1")), 201)
    assert (made["amount"], made["effective_on"], made["fiscal_year"]) == ("1250000.10", "2025-06-01", 2025)
    assert (made["funding_source"], made["vote"], made["reference"]) == ("new", "operating", "GL 1")
    assert BudgetLine.objects.count() == lines
    other = row(writer.post(ENTRIES, entry_body(funding_source=None, vote="", fiscal_year=2027)), 201)
    assert (other["funding_source"], other["vote"]) == (None, None)
    assert BudgetLine.objects.count() == lines + 1


def test_dollars_are_exact_as_text_and_as_numbers(writer):
    largest = "99999999999999.99"
    assert row(writer.post(ENTRIES, entry_body(amount=largest)), 201)["amount"] == largest
    raw = json.dumps(entry_body(amount=0)).replace('"amount": 0', f'"amount": {largest}')
    assert row(writer.post(ENTRIES, raw), 201)["amount"] == largest
    assert row(writer.post(ENTRIES, entry_body(amount=-5)), 201)["amount"] == "-5.00"


MILESTONE_FAULTS = [
    ({"colour": "red", "kind": "party"}, {"colour", "kind"}),
    ({"code": "M9"}, {"code"}),
    ({"title_en": ""}, {"title_en"}),
    ({"title_en": None}, {"title_en"}),
    ({"title_fr": 5}, {"title_fr"}),
    ({"title_en": "x" * 301}, {"title_en"}),
    ({"title_en": "a\0b"}, {"title_en"}),
    ({"kind": None}, {"kind"}),
    ({"weight": "-1"}, {"weight"}),
    ({"weight": "1e2"}, {"weight"}),
    ({"weight": True}, {"weight"}),
    ({"weight": "1.001"}, {"weight"}),
    ({"evidence": "not an address"}, {"evidence"}),
    ({"evidence": "javascript:alert(1)"}, {"evidence"}),
    ({"forecast_on": "31 March"}, {"forecast_on"}),
    ({"forecast_on": "20270331"}, {"forecast_on"}),
    ({"forecast_on": "9999-12-31"}, {"forecast_on"}),
    ({"forecast_on": 5}, {"forecast_on"}),
    ({"plan": ""}, {"plan"}),
    ({"initiative": 1.01}, {"initiative"}),
]
ENTRY_FAULTS = [
    ({"amount": "0.00"}, {"amount"}),
    ({"amount": "1.001"}, {"amount"}),
    ({"amount": "1e3"}, {"amount"}),
    ({"amount": "NaN"}, {"amount"}),
    ({"amount": "１２"}, {"amount"}),
    ({"amount": "."}, {"amount"}),
    ({"amount": ""}, {"amount"}),
    ({"amount": None}, {"amount"}),
    ({"amount": True}, {"amount"}),
    ({"amount": ["1.00"]}, {"amount"}),
    ({"amount": "100000000000000.00"}, {"amount"}),
    ({"fiscal_year": 1999}, {"fiscal_year"}),
    ({"fiscal_year": "2025"}, {"fiscal_year"}),
    ({"fiscal_year": 2025.0}, {"fiscal_year"}),
    ({"fiscal_year": 10**30}, {"fiscal_year"}),
    ({"fiscal_year": True}, {"fiscal_year"}),
    ({"stage": "spent"}, {"stage"}),
    ({"vote": "operations"}, {"vote"}),
    ({"funding_source": 3}, {"funding_source"}),
    ({"organization": "NOBODY"}, {"organization"}),
    ({"effective_on": "2025-02-30"}, {"effective_on"}),
    ({"effective_on": "2019-01-01", "stage": "expenditure"}, {"effective_on"}),
    ({"reference": "x" * 201}, {"reference"}),
    ({"id": 7}, {"id"}),
]


@pytest.mark.usefixtures("_writes_nothing")
def test_a_field_that_cannot_be_meant_is_refused_by_name(writer):
    for path, body, faults in ((MILESTONES, milestone_body, MILESTONE_FAULTS), (ENTRIES, entry_body, ENTRY_FAULTS)):
        for fields, named in faults:
            found = refusal(writer.post(path, body() | fields), 400, "invalid")
            assert set(found["fields"]) == named, fields
            listed = refusal(writer.post(path, [body(), body() | fields]), 400, "invalid")
            assert [(one["index"], set(one["fields"])) for one in listed["errors"]] == [(1, named)], fields


@pytest.mark.usefixtures("_writes_nothing")
def test_a_body_that_is_neither_object_nor_array_is_refused(writer):
    for path in (MILESTONES, ENTRIES):
        for raw in ("7", "null", '"x"', "{}", '[{"plan":1,"plan":2}]', '{"amount":1e999999999}', '{"amount":Infinity}'):
            refusal(writer.post(path, raw), 400, "invalid")
        assert refusal(writer.post(path, "[null, []]"), 400, "invalid")["errors"][1]["index"] == 1


@pytest.mark.usefixtures("_writes_nothing")
def test_who_may_not_write_there_is_told_so(plan, writer, client):
    entry, milestone = plan.reversed_entry, plan.milestones["late"]
    writes = [
        (MILESTONES, milestone_body()), (ENTRIES, entry_body()), (MILESTONES, [milestone_body()]),
        (f"{MILESTONES}{milestone.pk}/forecasts/", {"forecast_on": "2027-01-01", "reason": "x"}),
        (f"{ENTRIES}{entry.pk}/reversal/", {"reason": "x"}),
    ]  # fmt: skip
    for path, body in writes:
        for user in (plan.people.viewer, plan.people.analyst, plan.people.auditor, plan.people.administrator):
            refusal(Writer(user).post(path, body), 403, "not_allowed")
        refusal(Writer(plan.people.outsider).post(path, body), 403, "not_allowed")
        refusal(client.post(path, body, content_type="application/json"), 401, "not_signed_in")
        reading = {"Authorization": f"Bearer {token_for(plan.people.plan_admin, TokenScope.READ)}"}
        response = client.post(path, body, content_type="application/json", headers=reading)
        refusal(response, 403, "not_allowed")
        refusal(writer.post(f"{path}?as_of=r3", body), 409, "past_is_read_only")


@pytest.mark.usefixtures("_writes_nothing")
def test_what_may_not_be_seen_and_what_is_not_there_look_the_same(plan):
    manager = Writer(plan.people.manager)
    for path, body in ((MILESTONES, milestone_body), (ENTRIES, entry_body)):
        unseen, absent = (manager.post(path, body(code)) for code in ("2.02", "9.99"))
        refusal(unseen, 404, "not_found")
        assert unseen.content.replace(b"2.02", b"") == absent.content.replace(b"9.99", b"")
    refusal(manager.post(f"{ENTRIES}{plan.reversed_entry.pk}/reversal/", {"reason": "x"}), 404, "not_found")
    refusal(manager.post(f"{ENTRIES}999999/reversal/", {"reason": "x"}), 404, "not_found")
    forecast = {"forecast_on": "2027-01-01", "reason": "x"}
    refusal(manager.post(f"{MILESTONES}{plan.milestones['next'].pk}/forecasts/", forecast), 404, "not_found")


def test_a_forecast_moves_with_a_reason(plan, writer):
    milestone = plan.milestones["late"]
    path = f"{MILESTONES}{milestone.pk}/forecasts/"
    refusal(writer.post(path, {"forecast_on": "2027-05-01"}), 400, "invalid")
    refusal(writer.post(path, {"forecast_on": "2027-05-01", "reason": "x", "date": "x"}), 400, "invalid")
    stale = writer.post(path, {"forecast_on": "2027-05-01", "reason": "No bidder", "seen": "2026-01-01"})
    assert set(refusal(stale, 409, "changed")["fields"]) == {"forecast_on"}
    seen = row(writer.get(f"{MILESTONES}{milestone.pk}/"))["forecast_on"]
    response = writer.post(path, {"forecast_on": "2027-05-01", "reason": "No bidder", "seen": seen})
    made = row(response, 201)
    assert (made["date"], made["reason"], made["made_by"]) == ("2027-05-01", "No bidder", "plan-admin")
    assert response["X-Revision"] == str(head())
    detail = row(writer.get(f"{MILESTONES}{milestone.pk}/"))
    assert detail["forecasts"][-1] == made
    assert detail["forecast_on"] == "2027-05-01"
    closed = f"{MILESTONES}{plan.milestones['met'].pk}/forecasts/"
    refusal(writer.post(closed, {"forecast_on": "2027-05-01", "reason": "x"}), 409, "milestone_closed")


def test_an_entry_is_reversed_once(writer):
    made = row(writer.post(ENTRIES, entry_body(stage="expenditure")), 201)
    path = f"{ENTRIES}{made['id']}/reversal/"
    refusal(writer.post(path, {}), 400, "invalid")
    refusal(writer.post(path, {"reason": " "}), 400, "invalid")
    response = writer.post(path, {"reason": "typed twice"})
    undone = row(response, 201)
    assert (undone["amount"], undone["reverses"], undone["note"]) == ("-1250000.10", made["id"], "typed twice")
    assert response["ETag"] == f'"r{undone["revision"]}"'
    refusal(writer.post(path, {"reason": "again"}), 409, "reversed")
    refusal(writer.post(f"{ENTRIES}{undone['id']}/reversal/", {"reason": "back"}), 409, "reversed")


def changes(plan, name="next"):
    milestone = plan.milestones[name]
    return f"{MILESTONES}{milestone.pk}/", milestone


def test_a_milestone_is_changed_at_the_revision_that_was_read(plan, writer):
    path, milestone = changes(plan)
    tag = writer.get(path)["ETag"]
    assert tag.startswith(f'"r{milestone.revision}-')
    wanted = {
        "title_en": "Hub of the North", "kind": "event", "weight": "3", "acceptance_criteria_en": "Open all week",
        "evidence": "https://example.org/hub", "note_fr": FRENCH, "reason": "Scope agreed",
    }  # fmt: skip
    response = writer.patch(path, wanted, tag)
    found = row(response)
    assert {name: found[name] for name in wanted if name != "reason"} == {
        **{name: value for name, value in wanted.items() if name != "reason"}, "weight": "3.00",
    }  # fmt: skip
    assert response["ETag"] == f'"r{head()}"'
    assert response["X-Revision"] == str(head())
    assert (newest().reason, newest().channel) == ("Scope agreed", Channel.API)
    assert found["title_fr"] == milestone.title_fr
    assert [one["date"] for one in found["baselines"]]
    assert row(writer.get(path)) == found


def test_what_changes_nothing_makes_no_revision(plan, writer):
    path, milestone = changes(plan)
    before = head()
    for body in ({}, {"title_en": milestone.title_en}):
        response = writer.patch(path, body, milestone.revision)
        assert row(response)["revision"] == milestone.revision
    assert head() == before


@pytest.mark.usefixtures("_writes_nothing")
def test_a_change_names_the_revision_it_is_meant_for(plan, writer):
    path, milestone = changes(plan)
    found = refusal(writer.patch(path, {"title_en": "X"}), 428, "precondition_required")
    assert set(found["fields"]) == {"If-Match"}
    for tag in ("*", "r5", '"5"', 'W/"r5"', '"r5", "r6"', '"r0"', '"r05"', "", '"r' + "9" * 19 + '"'):
        refusal(writer.patch(path, {"title_en": "X"}, tag), 400, "bad_if_match")
    for number in (1, head() + 1, 10**17):
        refusal(writer.patch(path, {"title_en": "X"}, number), 412, "edit_conflict")
    assert milestone.revision > 1


@pytest.mark.usefixtures("_writes_nothing")
def test_a_change_that_cannot_be_meant_is_refused_by_name(plan, writer):
    path, milestone = changes(plan)
    tomorrow = str(timezone.localdate() + timedelta(2))
    today = str(timezone.localdate())
    for fields, named in [
        ({"colour": "red"}, {"colour"}),
        ({"revision": 1}, {"revision"}),
        ({"forecast_on": today}, {"forecast_on"}),
        ({"title_en": ""}, {"title_en"}),
        ({"title_en": None}, {"title_en"}),
        ({"kind": "party"}, {"kind"}),
        ({"weight": -1}, {"weight"}),
        ({"evidence": "nowhere"}, {"evidence"}),
        ({"actual_on": tomorrow}, {"actual_on"}),
        ({"cancelled_on": tomorrow, "cancelled_reason": "x"}, {"cancelled_on"}),
        ({"cancelled_on": today}, {"cancelled_reason"}),
        ({"cancelled_reason": "x"}, {"cancelled_reason"}),
    ]:
        found = refusal(writer.patch(path, fields, milestone.revision), 400, "invalid")
        assert set(found["fields"]) == named, fields
    both = {"actual_on": today, "cancelled_on": today, "cancelled_reason": "x"}
    assert set(refusal(writer.patch(path, both, milestone.revision), 409, "milestone_closed")["fields"]) == {
        "actual_on", "cancelled_on",
    }  # fmt: skip
    for raw in ("[]", "7", "null"):
        refusal(writer.patch(path, raw, milestone.revision), 400, "invalid")


def test_a_milestone_is_met_corrected_and_reopened(plan, writer):
    path, _milestone = changes(plan)
    today = timezone.localdate()
    seen = row(writer.get(path))["revision"]
    seen = row(writer.patch(path, {"actual_on": str(today)}, seen))["revision"]
    yesterday = {"actual_on": str(today - timedelta(1))}
    assert set(refusal(writer.patch(path, yesterday, seen), 400, "invalid")["fields"]) == {"reason"}
    found = row(writer.patch(path, yesterday | {"reason": "The minutes say so"}, seen))
    refused = refusal(writer.patch(path, {"actual_on": None}, found["revision"]), 400, "invalid")
    assert set(refused["fields"]) == {"reason"}
    found = row(writer.patch(path, {"actual_on": None, "reason": "Another hub"}, found["revision"]))
    cancelled = {"cancelled_on": str(today), "cancelled_reason": "merged"}
    found = row(writer.patch(path, cancelled, found["revision"]))
    assert (found["actual_on"], found["cancelled_on"]) == (None, str(today))
    back = {"cancelled_on": None, "cancelled_reason": "", "reason": "Not merged after all"}
    assert row(writer.patch(path, back, found["revision"]))["cancelled_on"] is None


def test_changes_of_different_fields_are_merged(plan, writer):
    path, milestone = changes(plan)
    other = Writer(plan.people.pillar_lead)
    row(other.patch(path, {"title_en": "By the lead", "weight": "4"}, milestone.revision))
    found = row(writer.patch(path, {"title_fr": "Par l’administratrice", "weight": "4.00"}, milestone.revision))
    assert (found["title_en"], found["title_fr"], found["weight"]) == ("By the lead", "Par l’administratrice", "4.00")


def test_a_change_of_the_same_field_is_told_with_both_values(plan, writer):
    path, milestone = changes(plan)
    other = Writer(plan.people.pillar_lead)
    row(other.patch(path, {"title_en": "By the lead", "evidence": "https://example.org/lead"}, milestone.revision))
    before = head()
    mine = {"title_en": "Mine", "title_fr": "Le mien", "evidence": "https://example.org/mine"}
    found = refusal(writer.patch(path, mine, milestone.revision), 412, "edit_conflict")
    assert set(found["fields"]) == {"title_en", "evidence"}
    assert plan.people.pillar_lead.display_name in found["fields"]["title_en"]
    told = {one["field"]: one for one in found["conflicts"]}
    assert set(told) == {"title_en", "evidence"}
    title = told["title_en"]
    assert (title["seen"], title["stored"], title["sent"]) == (milestone.title_en, "By the lead", "Mine")
    assert (title["by"], title["revision"]) == (plan.people.pillar_lead.display_name, before)
    assert found["revision"] == before
    assert head() == before
    again = row(writer.get(path))
    assert row(writer.patch(path, mine, again["revision"]))["title_en"] == "Mine"


def test_any_revision_at_which_the_row_was_read_will_do(plan, writer):
    """A list says the revision of the whole database; the row was the same then."""
    path, milestone = changes(plan)
    seen = row(writer.get(MILESTONES))["revision"]
    assert seen > milestone.revision
    assert row(writer.patch(path, {"title_en": "X"}, seen))["title_en"] == "X"


def test_merging_cannot_make_a_milestone_both_met_and_cancelled(plan, writer):
    path, milestone = changes(plan)
    today = str(timezone.localdate())
    row(Writer(plan.people.pillar_lead).patch(path, {"actual_on": today}, milestone.revision))
    cancelled = {"cancelled_on": today, "cancelled_reason": "merged"}
    found = refusal(writer.patch(path, cancelled, milestone.revision), 409, "milestone_closed")
    assert set(found["fields"]) == {"cancelled_on"}


@pytest.mark.usefixtures("_writes_nothing")
def test_who_may_not_change_a_milestone_is_told_so(plan, client):
    path, milestone = changes(plan)
    for user in (plan.people.viewer, plan.people.auditor, plan.people.administrator):
        refusal(Writer(user).patch(path, {"title_en": "X"}, milestone.revision), 403, "not_allowed")
    refusal(Writer(plan.people.manager).patch(path, {"title_en": "X"}, milestone.revision), 404, "not_found")
    refusal(Writer(plan.people.outsider).patch(path, {"title_en": "X"}, milestone.revision), 403, "not_allowed")
    refusal(client.patch(path, {}, content_type="application/json"), 401, "not_signed_in")
    refusal(Writer(plan.people.plan_admin).patch(MILESTONES, {}, 5), 405, "method_not_allowed")
    entry = f"{ENTRIES}{plan.reversed_entry.pk}/"
    refusal(Writer(plan.people.plan_admin).patch(entry, {"amount": "1.00"}, 5), 405, "method_not_allowed")


def test_single_rows_say_their_revision(plan, writer):
    for path in ("plans/BP/", "organizations/CBSA/", f"initiatives/{plan.initiatives['red'].pk}/", "places/WINDSOR/"):
        response = writer.get(f"/api/v1/{path}")
        assert response["ETag"].startswith(f'"r{row(response)["revision"]}-')
    past = writer.get(f"{MILESTONES}{plan.milestones['met'].pk}/?as_of=r{plan.milestones['met'].revision}")
    assert past["ETag"].startswith(f'"r{plan.milestones["met"].revision}-')


def test_refusals_speak_the_caller_s_language(writer):
    found = refusal(
        writer.post(MILESTONES, [milestone_body(kind="party")] * 2, **{"Accept-Language": "fr"}), 400, "invalid"
    )
    assert len(found["errors"]) == 2
