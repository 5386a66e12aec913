"""What the API says of requests for new baselines, dependencies and evidence."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from initiatives.actions.change_requests import ask_baseline, decide_request
from initiatives.actions.dependencies import add_dependency
from initiatives.actions.evidence import Borne, add_file
from initiatives.choices import Decision
from tests.factories import bearer
from tests.scenarios import small_plan
from tracker.timemachine import Actor, head

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
PDF = b"%PDF-1.7"


@pytest.fixture
def plan():
    return small_plan()


@pytest.fixture
def read(client, plan):
    def body(path, user=None, status=200):
        response = client.get(f"/api/v1/{path}", headers=bearer(user or plan.people.auditor))
        assert response.status_code == status, response.content
        return json.loads(response.content)

    return body


@pytest.fixture
def asked(plan):
    by = Actor(user=plan.people.manager)
    to = timezone.localdate() + timedelta(days=300)
    return ask_baseline(
        milestone=plan.milestones["late"], to=to, dollars=Decimal("12.50"), reason="Late steel", by=by, at=NOW
    )


def test_requests_are_listed_and_filtered(plan, read, asked):
    [row] = read("change-requests/?plan=BP&initiative=1.01&decided=false")["results"]
    assert row == {
        "id": asked.pk, "plan": "BP", "simulated": False, "pillar": 1, "initiative": "1.01", "milestone": "M2",
        "milestone_id": asked.milestone_id, "date": asked.date.isoformat(), "dollars": "12.50", "reason": "Late steel",
        "requested_by": "manager", "requested_at": row["requested_at"], "decision": None, "decided_by": None,
        "decided_at": None, "comment": "", "revision": asked.revision,
    }  # fmt: skip
    then = head()
    decide_request(
        request=asked, decision=Decision.REFUSED, comment="Recover the time.", by=Actor(user=plan.people.pillar_lead),
        at=NOW,
    )  # fmt: skip
    assert read("change-requests/?decided=false")["results"] == []
    [row] = read("change-requests/?decision=refused")["results"]
    assert (row["decided_by"], row["comment"]) == ("pillar-lead", "Recover the time.")
    assert read(f"change-requests/{asked.pk}/?as_of=r{then}")["decision"] is None
    assert read("change-requests/?decision=maybe", status=400)["code"] == "bad_filter"


def test_a_milestone_by_itself_says_what_stands_beside_it(plan, read, asked):
    by = Actor(user=plan.people.pillar_lead)
    late, beyond = plan.milestones["late"], plan.milestones["next"]
    made = add_dependency(milestone=beyond, needs=late, note="permit", by=by, at=NOW)
    add_dependency(milestone=late, needs=plan.milestones["due_this_week"], by=by, at=NOW)
    evidence = add_file(
        borne=Borne(initiative=late.initiative, milestone=late),
        title="Minutes",
        name="m.pdf",
        content=PDF,
        by=by,
        at=NOW,
    )
    row = read(f"milestones/{late.pk}/")
    assert row["forecast_moves"] == 1
    assert [one["milestone"] for one in row["needs"]] == ["M3"]
    assert row["dependents"] == [
        {"id": made.pk, "initiative": "1.02", "milestone": "M1", "milestone_id": beyond.pk, "note": "permit",
         "revision": made.revision},
    ]  # fmt: skip
    assert [one["id"] for one in row["change_requests"]] == [asked.pk]
    [proof] = row["evidence_rows"]
    assert (proof["sha256"], proof["size"], proof["media_type"]) == (evidence.sha256, len(PDF), "application/pdf")
    assert (proof["url"], proof["withdrawn_reason"], proof["added_by"]) == ("", "", "pillar-lead")
    # The other initiative lies out of the manager's scope.
    assert read(f"milestones/{late.pk}/", plan.people.manager)["dependents"] == []
    assert read(f"change-requests/{asked.pk}/", plan.people.outsider, 403)
