"""Programs ask for new baselines, decide on them, and say what milestones wait for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from initiatives.models import ChangeRequest, MilestoneBaseline, MilestoneDependency
from tests.scenarios import small_plan
from tests.tracker.writes import MILESTONES, Writer, refusal, row
from tracker.timemachine import head

pytestmark = pytest.mark.django_db
REQUESTS = "/api/v1/change-requests/"
DEPENDENCIES = "/api/v1/milestone-dependencies/"
LATER = str(timezone.localdate() + timedelta(days=300))


@pytest.fixture
def plan():
    return small_plan()


@pytest.fixture
def manager(plan):
    return Writer(plan.people.manager)


@pytest.fixture
def lead(plan):
    return Writer(plan.people.pillar_lead)


def asked(**fields):
    return {
        "plan": "BP", "initiative": "1.01", "milestone": "M2", "date": LATER, "reason": "The steel is late", **fields,
    }  # fmt: skip


def waits(**fields):
    return {"plan": "BP", "initiative": "1.01", "milestone": "M2", "needs": "M3", **fields}


def test_a_baseline_is_asked_for_and_approved_by_another(plan, manager, lead):
    response = manager.post(REQUESTS, asked(dollars="12.50"), "a-key")
    made = row(response, 201)
    assert (made["date"], made["dollars"], made["decision"], made["requested_by"]) == (LATER, "12.50", None, "manager")
    assert response["Location"] == f"{REQUESTS}{made['id']}/"
    assert {manager.post(REQUESTS, asked(dollars="12.50"), "a-key").content for _ in range(9)} == {response.content}
    assert ChangeRequest.objects.count() == 1
    refusal(manager.post(REQUESTS, asked()), 409, "request_waits")
    path, before, tag = f"{REQUESTS}{made['id']}/decision/", head(), {"If-Match": response["ETag"]}
    approved = {"decision": "approved", "comment": "Agreed."}
    assert set(refusal(lead.post(path, approved), 428, "precondition_required")["fields"]) == {"If-Match"}
    for old in (made["revision"] - 1, before + 1):
        found = refusal(lead.post(path, approved, **{"If-Match": f'"r{old}"'}), 412, "edit_conflict")
        assert found["revision"] == made["revision"]
    refusal(lead.post(path, approved, **{"If-Match": "*"}), 400, "bad_if_match")
    refusal(manager.post(path, approved, **tag), 403, "not_allowed")
    for body, named in [
        ({}, {"decision"}),
        ({"decision": "maybe", "date": LATER}, {"decision", "date"}),
        ({"decision": "withdrawn"}, {"decision"}),
        ({"decision": "refused", "comment": " "}, {"comment"}),
    ]:
        assert set(refusal(lead.post(path, body, **tag), 400, "invalid")["fields"]) == named, body
    assert head() == before
    decided = row(lead.post(path, approved, "decided", **tag))
    assert (decided["decision"], decided["decided_by"], decided["comment"]) == ("approved", "pillar-lead", "Agreed.")
    assert row(lead.post(path, approved, "decided", **tag)) == decided
    assert str(MilestoneBaseline.objects.get(request=made["id"]).date) == LATER
    refusal(lead.post(path, approved, **tag), 409, "decided")
    assert head() == before + 1


def test_nobody_decides_on_their_own_and_takes_it_back_instead(plan, lead, manager):
    made = row(lead.post(REQUESTS, asked()), 201)
    path = f"{REQUESTS}{made['id']}/"
    tag = {"If-Match": f'"r{made["revision"]}"'}
    refusal(lead.post(f"{path}decision/", {"decision": "approved"}, **tag), 403, "own_request")
    refusal(manager.post(f"{path}withdrawal/", {}), 403, "not_own_request")
    assert set(refusal(lead.post(f"{path}withdrawal/", {"reason": "x"}), 400, "invalid")["fields"]) == {"reason"}
    assert row(lead.post(f"{path}withdrawal/", {}))["decision"] == "withdrawn"
    refusal(lead.post(f"{path}withdrawal/", {}), 409, "decided")


def test_a_request_that_cannot_be_meant_is_refused(plan, manager):
    before = head()
    for fields, named in [
        ({"colour": "red", "date": "soon"}, {"colour", "date"}),
        ({"date": None}, {"date"}),
        ({"date": "2020-01-01"}, {"date"}),
        ({"reason": " "}, {"reason"}),
        ({"dollars": "1.001"}, {"dollars"}),
        ({"milestone": 2}, {"milestone"}),
        ({"date": str(timezone.localdate() - timedelta(30))}, {"date"}),  # its baseline already
    ]:
        assert set(refusal(manager.post(REQUESTS, asked(**fields)), 400, "invalid")["fields"]) == named, fields
    assert set(refusal(manager.post(REQUESTS, asked(milestone="M9")), 404, "not_found")["fields"]) == {"milestone"}
    unseen, absent = (manager.post(REQUESTS, asked(initiative=code)) for code in ("1.02", "9.99"))
    assert set(refusal(unseen, 404, "not_found")["fields"]) == {"initiative"}
    assert unseen.content.replace(b"1.02", b"") == absent.content.replace(b"9.99", b"")
    refusal(manager.post(REQUESTS, asked(milestone="M1")), 409, "milestone_closed")
    for user in (plan.people.viewer, plan.people.auditor, plan.people.outsider):
        refusal(Writer(user).post(REQUESTS, asked()), 403, "not_allowed")
    refusal(manager.post(f"{REQUESTS}999999/decision/", {"decision": "approved"}), 404, "not_found")
    refusal(manager.post(f"{REQUESTS}999999/withdrawal/", {}), 404, "not_found")
    assert head() == before


def test_a_milestone_waits_for_another_until_that_is_removed(plan, lead):
    response = lead.post(DEPENDENCIES, waits(needs_initiative="1.02", needs="M1", note="permit"), "a-key")
    made = row(response, 201)
    assert (made["milestone"], made["needs_initiative"], made["needs"], made["note"]) == ("M2", "1.02", "M1", "permit")
    again = lead.post(DEPENDENCIES, waits(needs_initiative="1.02", needs="M1", note="permit"), "a-key")
    assert again.content == response.content
    late = plan.milestones["late"]
    [listed] = row(lead.get(f"{DEPENDENCIES}?milestone={late.pk}&plan=BP"))["results"]
    assert listed == made == row(lead.get(response["Location"]))
    assert row(lead.get(f"{DEPENDENCIES}?needs={late.pk}"))["results"] == []
    assert [one["id"] for one in row(lead.get(f"{MILESTONES}{late.pk}/"))["needs"]] == [made["id"]]
    path = f"{DEPENDENCIES}{made['id']}/removal/"
    for body, named in [({}, {"reason"}), ({"reason": " "}, {"reason"}), ({"reason": "x", "id": 1}, {"id"})]:
        assert set(refusal(lead.post(path, body), 400, "invalid")["fields"]) == named
    before = head()
    answers = [lead.post(path, {"reason": "Permit waived"}, "gone") for _ in range(10)]
    assert {(answer.status_code, answer.content) for answer in answers} == {(204, b"")}
    assert answers[0]["X-Revision"] == str(head()) == str(before + 1)
    refusal(lead.post(path, {"reason": "again"}), 404, "not_found")
    assert row(lead.get(f"{response['Location']}?as_of=r{before}")) == made
    assert not MilestoneDependency.objects.exists()


def test_a_dependency_that_cannot_be_meant_is_refused(plan, manager, lead):
    row(lead.post(DEPENDENCIES, waits()), 201)
    beyond = row(lead.post(DEPENDENCIES, waits(needs_initiative="1.02", needs="M1")), 201)
    before = head()
    for fields, named in [
        ({"colour": "red", "needs": None}, {"colour", "needs"}),
        ({}, {"needs"}),  # there already
        ({"needs": "M2"}, {"needs"}),
        ({"milestone": "M3", "needs": "M2"}, {"needs"}),  # a circle
    ]:
        assert set(refusal(lead.post(DEPENDENCIES, waits(**fields)), 400, "invalid")["fields"]) == named, fields
    for fields, named in [
        ({"milestone": "M9"}, {"milestone"}),
        ({"needs": "M9"}, {"needs"}),
        ({"needs_initiative": "9.99"}, {"needs_initiative"}),
    ]:
        assert set(refusal(lead.post(DEPENDENCIES, waits(**fields)), 404, "not_found")["fields"]) == named, fields
    unseen, absent = (manager.post(DEPENDENCIES, waits(needs_initiative=code)) for code in ("1.02", "9.99"))
    refusal(unseen, 404, "not_found")
    assert unseen.content.replace(b"1.02", b"") == absent.content.replace(b"9.99", b"")
    refusal(manager.post(f"{DEPENDENCIES}{beyond['id']}/removal/", {"reason": "x"}), 404, "not_found")
    refusal(Writer(plan.people.auditor).post(DEPENDENCIES, waits(needs="M1")), 403, "not_allowed")
    refusal(
        Writer(plan.people.auditor).post(f"{DEPENDENCIES}{beyond['id']}/removal/", {"reason": "x"}), 403, "not_allowed"
    )
    assert head() == before
