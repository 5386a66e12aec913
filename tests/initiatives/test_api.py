"""What the rows of initiatives say."""

import json
from datetime import date, timedelta

import pytest
from django.utils import timezone

from initiatives.choices import Health, Workflow
from tests.factories import ACTOR, add_milestone, add_update, bearer, kept
from tests.scenarios import FORMULA, FRENCH, QUOTED, small_plan
from tracker.actions import grant_role
from tracker.choices import Role
from tracker.models import User
from tracker.timemachine import head, revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return small_plan()


@pytest.fixture
def read(client, plan):
    """The body of a GET, as somebody."""

    def body(path, user=None):
        response = client.get(f"/api/v1/{path}", headers=bearer(user or plan.people.auditor))
        assert response.status_code == 200, response.content
        return json.loads(response.content)

    return body


def test_an_initiative(plan, read):
    row = read(f"initiatives/{plan.initiatives['green'].pk}/")
    assert row == {
        "id": plan.initiatives["green"].pk, "plan": "BP", "simulated": False, "pillar": 1, "code": "1.01",
        "title_en": QUOTED, "title_fr": FRENCH, "description_en": "", "description_fr": "", "aliases_en": [],
        "aliases_fr": [], "lead": "CBSA", "contributors": ["PS", "RCMP"], "places": [],
        "manager": "manager",
        "lifecycle": "underway", "not_pursued_reason": "", "starts_on": None, "announced_on": None,
        "health": "green", "health_week": plan.week.code, "funding": "7000000.00",
        "security_marking": "unclassified", "source_text": "", "source_text_language": None, "source": "",
        "source_url": "", "official": False, "french_official": False, "revision": row["revision"], "sources": [],
    }  # fmt: skip


def test_what_is_not_published_is_null_not_zero(plan, read):
    row = read(f"initiatives/{plan.initiatives['no_update'].pk}/")
    assert (row["funding"], row["health"], row["health_week"]) == (None, "no_update", None)
    lines = read("budget-lines/?initiative=1.02")["results"]
    assert [(line["funding_source"], line["vote"]) for line in lines] == [(None, None)]


def test_health_and_funding_are_of_the_day_that_is_asked(plan, read):
    def green(on):
        row = read(f"initiatives/{plan.initiatives['green'].pk}/?on={on}")
        return row["health"], row["funding"]

    assert green(plan.weeks[0].ends_on) == ("amber", "7000000.00")
    assert green(date(2026, 3, 31)) == ("no_update", "5000000.00")
    assert green(date(2025, 5, 31)) == ("no_update", None)


@pytest.mark.parametrize(
    ("name", "slips"),
    [
        ("met", (20, 10, False)),
        ("late", (230, 230, True)),
        ("due_this_week", (None, None, False)),
        ("next", (1, 1, False)),
    ],
)
def test_slippage_is_measured_against_the_first_and_the_latest_baseline(plan, read, name, slips):
    row = read(f"milestones/{plan.milestones[name].pk}/")
    assert (row["slippage_days_against_first"], row["slippage_days_against_latest"], row["late"]) == slips


def test_a_milestone_alone_shows_every_date_that_it_had(plan, read):
    row = read(f"milestones/{plan.milestones['late'].pk}/")
    today = timezone.localdate()
    assert [b["date"] for b in row["baselines"]] == [str(today - timedelta(30))]
    assert [(f["date"], f["reason"]) for f in row["forecasts"]] == [
        (str(today - timedelta(30)), ""),
        (str(today + timedelta(200)), "moved"),
    ]
    assert "forecasts" not in read("milestones/?limit=1")["results"][0]


def test_credit_is_not_taken_for_work_before_the_plan(plan, read):
    row = read(f"milestones/{plan.milestones['pre_plan'].pk}/")
    assert (row["pre_plan"], row["late"], row["actual_on"]) == (True, False, "2024-06-01")


def test_lateness_is_of_the_day_that_is_asked(plan, read):
    day = timezone.localdate() + timedelta(60)
    milestone = add_milestone(plan.initiatives["red"], "M9", forecasts=[timezone.localdate() + timedelta(30)])
    assert read(f"milestones/{milestone.pk}/")["late"] is False
    assert read(f"milestones/{milestone.pk}/?on={day}")["late"] is True
    assert milestone.pk in [row["id"] for row in read(f"milestones/?late=true&on={day}")["results"]]


def test_a_reversal_and_what_it_reverses_name_each_other(plan, read):
    wrong, reversal = read("ledger-entries/?initiative=1.03")["results"]
    assert wrong["id"] == plan.reversed_entry.pk == reversal["reverses"]
    assert wrong["reversed_by"] == reversal["id"]
    assert (wrong["amount"], reversal["amount"]) == ("999.99", "-999.99")
    assert wrong["note"] == FORMULA


def test_unfinished_updates_show_to_those_who_may_write_or_decide_them(plan, read):
    who = plan.people
    returned = add_update(
        plan.initiatives["met"], plan.week, Health.GREEN, author=who.plan_admin, workflow=Workflow.RETURNED
    )  # fmt: skip
    seen = {
        name: {row["workflow"] for row in read("status-updates/", getattr(who, name))["results"]}
        for name in ("viewer", "analyst", "auditor", "administrator", "plan_admin")
    }
    unfinished = {"draft", "returned"}
    assert all(not seen[name] & unfinished for name in ("viewer", "analyst", "auditor", "administrator"))
    assert seen["plan_admin"] >= unfinished
    assert read(f"status-updates/?week={plan.week.code}", who.manager)["results"]
    assert read(f"status-updates/{returned.pk}/", who.plan_admin)["return_comment"]


def test_what_a_reviewer_asked_for_stays_between_them_and_the_writers(client, plan, read):
    """Live, in the past (of rows that kept the comment after they came back), in JSON and in CSV."""
    who, initiative = plan.people, plan.initiatives["met"]
    update = add_update(
        initiative, plan.week, author=who.plan_admin, workflow=Workflow.SUBMITTED, return_comment="Say who is to blame."
    )  # fmt: skip
    then = head()
    readers = {"viewer": None, "analyst": None, "auditor": None, "administrator": None}
    seen = {name: read(f"status-updates/{update.pk}/", getattr(who, name))["return_comment"] for name in readers}
    assert seen == readers
    assert read(f"status-updates/{update.pk}/", who.plan_admin)["return_comment"] == "Say who is to blame."
    update.return_comment = ""
    kept(update)
    for moment in (f"as_of=r{then}", ""):
        for name in readers:
            headers = bearer(getattr(who, name))
            csv = b"".join(
                client.get(f"/api/v1/exports/status-updates.csv?{moment}", headers=headers).streaming_content
            )
            assert b"Say who is to blame." not in csv
            rows = read(f"status-updates/?fields=initiative,return_comment&{moment}", getattr(who, name))["results"]
            assert {row["return_comment"] for row in rows} == {None}
    assert read(f"status-updates/{update.pk}/?as_of=r{then}", who.plan_admin)["return_comment"]


def test_a_comment_shows_only_where_one_may_write_or_decide(plan, read):
    """The manager of 1.01 reads also what nobody gave them to write."""
    lead = plan.people.pillar_lead
    grant_role(user=lead, role=Role.VIEWER, scope="BP", by=ACTOR, at=timezone.now())
    rows = read("status-updates/", User.objects.get(pk=lead.pk))["results"]
    assert {row["initiative"][0]: row["return_comment"] for row in rows} == {"1": "", "2": None}


def test_a_draft_is_no_secret_of_the_list_alone(client, plan):
    headers = bearer(plan.people.viewer)
    draft = plan.initiatives["not_started"].updates.get()
    assert client.get(f"/api/v1/status-updates/{draft.pk}/", headers=headers).status_code == 404
    csv = b"".join(client.get("/api/v1/exports/status-updates.csv", headers=headers).streaming_content)
    assert b"Only a draft" not in csv


def test_deleted_rows_are_there_in_their_time(plan, read):
    before = head()
    with revision(by=ACTOR, reason="taken out"):
        plan.initiatives["green"].organizations.all().delete()
    pk = plan.initiatives["green"].pk
    assert read(f"initiatives/{pk}/")["contributors"] == []
    assert read(f"initiatives/{pk}/?as_of=r{before}")["contributors"] == ["PS", "RCMP"]


def test_an_initiative_that_was_moved_is_seen_by_today_s_scopes(client, plan, read):
    before = head()
    with revision(by=ACTOR, reason="moved to the other pillar"):
        type(plan.initiatives["red"]).objects.filter(code="1.03").update(pillar=plan.pillars[1])
    codes = [row["code"] for row in read(f"initiatives/?as_of=r{before}", plan.people.pillar_lead)["results"]]
    assert codes == ["1.01", "1.02"]


def test_announcements(plan, read):
    rows = read("funding-announcements/?in_total=false")["results"]
    assert [(row["code"], row["initiative"], row["amount"]) for row in rows] == [("FA-DOGS", "1.01", "5300000.00")]
