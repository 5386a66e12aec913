"""My week and the one-minute update through the pages: what they show, ask, keep and refuse."""

import json
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from initiatives.actions.decisions import approve_update
from initiatives.choices import Workflow
from initiatives.models import MilestoneForecast, StatusUpdate
from initiatives.views import my_week
from tests.factories import add_indicator, add_initiative, add_milestone, add_observation, add_update, add_week, bearer
from tests.scenarios import small_plan
from tracker.timemachine import Actor, head

pytestmark = pytest.mark.django_db

WEEK = "/en/plans/BP/my-week/"
UPDATE = "/en/plans/BP/initiatives/1.09/update/"
GREEN = {f"health_{name}": "green" for name in ("schedule", "cost", "scope", "overall")}


@pytest.fixture
def made():
    return small_plan()


@pytest.fixture
def one(made):
    """An initiative in progress, approved last week and not written this week."""
    found = add_initiative(made.pillars[0], "1.09", lead=made.organizations["CBSA"], manager=made.people.manager)
    add_update(
        found, made.weeks[1], author=made.people.manager, reviewer=made.people.pillar_lead,
        decision_needed_en="A permit, from the region.",
    )  # fmt: skip
    return found


@pytest.fixture
def page(made, client):
    """The client, signed in as the plan's administrator, who writes every update."""
    client.force_login(made.people.plan_admin)
    return client


def words(response) -> str:
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", strip_tags(re.sub(r'<span class="unseen">.*?</span>', "", main)).replace("\xa0", " "))


def autosaved(page, **sent):
    """A draft as the script sends it; the status and what it is told."""
    response = page.post(UPDATE, {"draft": "", "revision": "0", **sent}, headers={"Accept": "application/json"})
    return response.status_code, json.loads(response.content)


def test_what_came_back_stands_first_and_each_says_how_many_questions_wait(made, one, page):
    add_milestone(one, "M1", forecasts=[timezone.localdate() - timedelta(2)])
    back = add_initiative(made.pillars[0], "1.08", lead=made.organizations["CBSA"])
    add_update(
        back, made.week, author=made.people.manager, reviewer=made.people.pillar_lead, workflow=Workflow.RETURNED
    )
    text = words(page.get(WEEK))
    assert text.index("Came back 1.08") < text.index("1.09 Initiative 1.09 Not written yet")
    assert "in 2026-W" not in text.split("1.09 Initiative")[0]
    assert "2 questions" in text.split("1.09 Initiative")[1]
    assert text.index("Waiting at the reviewer") < text.index("Done")


def test_costs_the_same_for_many(made, one, page):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert page.get(WEEK).status_code == 200
        return len(queries)

    add_indicator(made.plan, "TEAMS", initiative=one)
    cost()
    few = cost()
    for number in range(10, 20):
        more = add_initiative(made.pillars[1], f"2.{number}", lead=made.organizations["CBSA"])
        add_update(more, made.weeks[1], author=made.people.manager, reviewer=made.people.pillar_lead, no_change=True)
        add_milestone(more, "M1", forecasts=[timezone.localdate()])
        add_indicator(made.plan, f"I{number}", initiative=more)
    assert cost() == few


def test_no_change_is_one_press_and_shows_since_when(made, one, page):
    html = page.get(WEEK).content.decode()
    assert html.count('name="no_change"') == 1
    response = page.post(UPDATE, {"no_change": "", "revision": "0"}, follow=True)
    assert f"1.09: reviewed, nothing changed since {made.weeks[1].code}." in words(response)
    sent = StatusUpdate.objects.get(initiative=one, week=made.week)
    assert (sent.no_change, sent.submitted_for) == (True, made.people.manager)
    approve_update(update=sent, by=Actor(user=made.people.pillar_lead), at=timezone.now())
    text = words(page.get(one.get_absolute_url()))
    assert f"Reviewed, nothing changed since {made.weeks[1].code}" in text
    assert "submitted by plan-admin on behalf of Marie Manager" in text


def test_no_change_that_is_none_leads_to_the_update(made, one, page):
    add_milestone(one, "M1", forecasts=[timezone.localdate() - timedelta(2)])
    assert 'name="no_change"' not in page.get(WEEK).content.decode()
    before = head()
    response = page.post(UPDATE, {"no_change": "", "revision": "0"})
    assert (response.status_code, head()) == (409, before)
    assert "Facts speak against the last rating by now." in words(response)
    assert 'name="submit"' in response.content.decode()


def test_the_third_asks_for_one_sentence(made, one, page):
    other = add_initiative(made.pillars[0], "1.10", lead=made.organizations["CBSA"])
    weeks = [add_week(made.plan, timezone.localdate() - timedelta(weeks=3)), *made.weeks[:2]]
    for week in weeks:
        add_update(
            other, week, author=made.people.manager, reviewer=made.people.pillar_lead, no_change=week != weeks[0]
        )
    address = "/en/plans/BP/initiatives/1.10/update/"
    assert 'name="sentence"' in page.get(address).content.decode()
    refused = page.post(address, {"no_change": "", "revision": "0"})
    assert refused.status_code == 400
    assert "Write one sentence on where it stands today." in words(refused)
    page.post(address, {"no_change": "", "revision": "0", "sentence": "The permit is due on Friday."})
    sent = StatusUpdate.objects.get(initiative=other, week=made.week)
    assert (sent.headline_en, sent.headline_fr, sent.no_change) == ("The permit is due on Friday.", "", True)


class TestDrafts:
    def test_are_saved_by_the_script_and_name_the_version_read_next(self, one, page):
        status, told = autosaved(page, headline_en="Half a", **{"passed-M1-reason": ""})
        update = StatusUpdate.objects.get(initiative=one, workflow=Workflow.DRAFT)
        assert (status, told["revision"]) == (200, update.revision)
        assert told["said"].startswith("Saved ")
        before = head()
        assert autosaved(page, headline_en="Half a", revision=told["revision"])[0] == 200
        assert head() == before

    def test_tell_a_conflict_and_a_field_that_is_not_right(self, one, page):
        autosaved(page, headline_en="First")
        status, told = autosaved(page, headline_en="Second")
        assert (status, "same" in told["said"]) == (412, True)
        assert autosaved(page, headline_en="x" * 201)[0] == 422

    def test_answers_wait_with_the_draft_and_become_facts_with_the_submission(self, one, page):
        day = timezone.localdate()
        add_milestone(one, "M1", forecasts=[day - timedelta(2)])
        asked = {"asked": ["passed-M1", "decision"]}
        typed = {"passed-M1-forecast_on": str(day + timedelta(9)), "passed-M1-reason": "Late steel"}
        _status, told = autosaved(page, headline_en="On its way", **asked, **typed)
        assert MilestoneForecast.objects.filter(milestone__initiative=one).count() == 1
        html = page.get(UPDATE).content.decode()
        assert 'value="Late steel"' in html
        sent = {**GREEN, **asked, **typed, "revision": told["revision"], "headline_en": "On its way", "submit": ""}
        refused = page.post(UPDATE, sent)
        assert refused.status_code == 422
        assert "1 milestone is late: M1." in words(refused)
        sent |= {"explanation_en": "Nine days are on nobody's way.", "decision-came": "waiting"}
        assert page.post(UPDATE, sent).status_code == 302
        update = StatusUpdate.objects.get(initiative=one, workflow=Workflow.SUBMITTED)
        assert update.decision_needed_en == "A permit, from the region."
        assert MilestoneForecast.objects.latest("pk").revision == update.revision
        assert "Late steel" not in json.dumps(dict(page.session))
        text = words(page.get(UPDATE))
        assert "M1 Milestone M1: added, expected on" in text
        assert "Somebody else" not in text

    def test_an_answer_to_what_is_asked_no_more_is_not_dropped(self, one, page):
        sent = {**GREEN, "asked": "passed-M1", "passed-M1-reason": "x", "revision": "0", "headline_en": "y"}
        response = page.post(UPDATE, {**sent, "submit": ""})
        assert response.status_code == 422
        assert "Somebody else answered a question" in words(response)


def test_no_change_is_neither_offered_nor_taken_over_a_draft_that_says_something(one, page):
    red = dict.fromkeys(GREEN, "red")
    _status, told = autosaved(page, **red, overall_reason="Typed")
    assert 'name="no_change"' not in page.get(WEEK).content.decode()
    refused = page.post(UPDATE, {"no_change": "", "revision": told["revision"]})
    assert (refused.status_code, "something did change" in words(refused)) == (409, True)
    row = StatusUpdate.objects.get(initiative=one, workflow=Workflow.DRAFT)
    assert (row.health_overall, row.overall_reason) == ("red", "Typed")


def test_no_change_is_neither_offered_nor_taken_while_answers_wait(one, page):
    day = timezone.localdate()
    add_milestone(one, "M1", forecasts=[day + timedelta(3)])
    typed = {"asked": ["soon-M1"], "soon-M1-forecast_on": str(day + timedelta(60)), "soon-M1-reason": "Permits"}
    _status, told = autosaved(page, **GREEN, **typed)
    assert 'name="no_change"' not in page.get(WEEK).content.decode()
    refused = page.post(UPDATE, {"no_change": "", "revision": told["revision"]})
    assert (refused.status_code, "Answers wait with your draft." in words(refused)) == (409, True)
    assert "Permits" in page.get(UPDATE).content.decode()
    _status, told = autosaved(page, **{**GREEN, "revision": told["revision"], "asked": ["soon-M1"]})
    assert 'name="no_change"' in page.get(WEEK).content.decode()
    assert page.post(UPDATE, {"no_change": "", "revision": told["revision"]}).status_code == 302


def test_a_value_is_recorded_for_the_period_that_was_asked_about(made, one, page):
    teams = add_indicator(made.plan, "I-9", initiative=one)
    for end, value in ((date(2026, 7, 31), "5"), (date(2026, 8, 31), "6")):
        add_observation(teams, end, value)
    assert 'name="value-I-9-2026-09-30-value"' in page.get(UPDATE).content.decode()
    add_observation(teams, date(2026, 9, 30), "777")
    asked = {"asked": ["value-I-9-2026-09-30"], "value-I-9-2026-09-30-value": "778"}
    response = page.post(UPDATE, {**GREEN, "headline_en": "Here", "revision": "0", **asked, "submit": ""})
    assert (response.status_code, "Somebody else answered a question" in words(response)) == (422, True)
    assert not teams.observations.filter(period_end=date(2026, 10, 31)).exists()


def test_shows_so_many_of_each_group_and_counts_the_others(made, one, page, monkeypatch):
    monkeypatch.setattr(my_week, "SHOWN", 2)
    for number in range(30, 35):
        add_initiative(made.pillars[1], f"2.{number}", lead=made.organizations["CBSA"])
    response = page.get(WEEK)
    left = int(re.search(r"(\d+) of \d+ are still to do", words(response))[1])
    assert left > 5
    assert response.content.decode().count('name="no_change"') == 1
    assert f"and {left - 2} more, in the list of initiatives" in words(response)


def test_ratings_are_those_of_the_last_approved_update_and_its_text_is_not_copied(made, one, page):
    html = page.get(UPDATE).content.decode()
    assert len(re.findall(r'value="green"[^>]* checked', html)) == 4
    assert not re.search(r'name="headline_en"[^>]* value="1.09', html)


def test_a_locked_week_is_read_and_not_written(made, one, page):
    html = page.get(UPDATE + f"?week={made.weeks[0].code}").content.decode()
    assert "The week is locked." in html
    assert 'name="submit"' not in html
    assert page.get(UPDATE + "?week=2020-W01").status_code == 409
    assert page.get(UPDATE + "?wek=1").status_code == 400


def test_a_week_that_takes_updates_again_stands_below_the_running_one(made, one, page):
    now = timezone.now()
    again = add_week(made.plan, timezone.localdate() - timedelta(weeks=3), locks_at=now + timedelta(days=2, minutes=9))
    text = words(page.get(WEEK))
    assert text.index(f"Reporting week {made.week.code}") < text.index(f"Reporting week {again.code}, reopened")
    assert "in 2 days." in text.split("reopened")[1]
    address = f"{UPDATE}?week={again.code}"
    assert f'action="{address}"' in page.get(address).content.decode()
    sent = {**GREEN, "revision": "0", "headline_en": "Late, but told", "submit": ""}
    assert page.post(address, sent).status_code == 302
    assert StatusUpdate.objects.get(initiative=one, week=again).workflow == Workflow.SUBMITTED


def test_the_api_affirms_by_the_same_rules(made, one, client):
    body = {"plan": "BP", "initiative": "1.09", "no_change": True}
    send = {"content_type": "application/json", "headers": bearer(made.people.plan_admin)}
    response = client.post("/api/v1/status-updates/", body, **send)
    row = response.json()
    assert (response.status_code, row["headline_en"], row["submitted_for"]) == (201, "1.09 is green", "manager")
    assert (row["disagreements"], row["explanation_en"]) == ([], "")
    refused = client.post("/api/v1/status-updates/", {**body, "initiative": "2.02"}, **send)
    assert (refused.status_code, refused.json()["code"]) == (428, "precondition_required")
