"""A program writes the status update of the week."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from initiatives.models import StatusUpdate
from tests.factories import PASSWORD, bearer, lock, token_for
from tests.scenarios import FRENCH, small_plan
from tracker.choices import Channel, TokenScope
from tracker.errors import Busy
from tracker.models import Revision
from tracker.timemachine import head

pytestmark = pytest.mark.django_db
URL = "/api/v1/status-updates/"
GREEN = {f"health_{name}": "green" for name in ("schedule", "cost", "scope", "overall")}


@pytest.fixture
def plan():
    return small_plan()


def body(code="2.03", **fields):
    return {"plan": "BP", "initiative": code, **GREEN, "headline_en": "Two teams are hired", **fields}


@pytest.fixture
def post(client, plan):
    def send(content, user=None, url=URL, **headers):
        headers = bearer(user or plan.people.plan_admin) | headers
        return client.post(url, content, content_type="application/json", headers=headers)

    return send


def problem(response, status, code):
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    found = json.loads(response.content)
    assert found["code"] == code
    return found.get("fields", {})


@pytest.fixture
def _writes_nothing(plan):
    """Nothing is written by the test."""
    before = head(), list(StatusUpdate.objects.order_by("pk").values())
    yield
    assert (head(), list(StatusUpdate.objects.order_by("pk").values())) == before


def test_an_update_is_submitted_and_given_back_as_its_row(client, plan, post):
    before = head()
    response = post(body("2.03", narrative_fr=FRENCH))
    row = json.loads(response.content)
    assert response.status_code == 201
    assert response["X-Revision"] == str(head()) == str(before + 1)
    assert (row["initiative"], row["week"], row["workflow"]) == ("2.03", plan.week.code, "submitted")
    assert (row["author"], row["submitted_by"], row["narrative_fr"]) == ("plan-admin", "plan-admin", FRENCH)
    assert (row["no_change"], row["revision"]) == (False, head())
    listed = client.get(f"{URL}{row['id']}/", headers=bearer(plan.people.viewer))
    assert json.loads(listed.content) == row | {"return_comment": None}  # which the viewer is not told
    assert Revision.objects.get(number=head()).channel == Channel.API
    assert Revision.objects.get(number=head()).actor == plan.people.plan_admin


def read_as(revision):
    """What says that the update was read as that revision left it."""
    return {"If-Match": f'"r{revision}"'}


def test_an_update_that_is_there_is_replaced(plan, post):
    made = post(body("2.03"))
    first = json.loads(made.content)
    assert (made["ETag"], made["Location"]) == (f'"r{first["revision"]}"', f"{URL}{first['id']}/")
    response = post(body("2.03", headline_en="Three teams are hired"), **{"If-Match": made["ETag"]})
    again = json.loads(response.content)
    assert response.status_code == 200
    assert (again["id"], again["headline_en"]) == (first["id"], "Three teams are hired")
    assert again["first_submitted_at"] == first["first_submitted_at"] < again["submitted_at"]
    assert response["ETag"] == f'"r{again["revision"]}"' != made["ETag"]


def test_one_that_is_there_is_not_written_over_unread(plan, post):
    post(body("2.03"))
    before = head()
    assert set(problem(post(body("2.03", headline_en="Three")), 428, "precondition_required")) == {"If-Match"}
    for tag in ("7", '"7"', 'W/"r7"', "*", '"x"', '"r0"', ""):
        fields = problem(post(body("2.03"), **{"If-Match": tag}), 400, "bad_if_match")
        assert set(fields) == {"If-Match"}
    problem(post(body("2.03"), **read_as(before + 1)), 412, "edit_conflict")
    assert set(problem(post(body("2.03", revision=before)), 400, "invalid")) == {"revision"}
    assert head() == before


def test_fields_that_are_left_out_keep_what_is_stored(post):
    first = json.loads(post(body("2.03", narrative_fr=FRENCH)).content)
    sent = {"plan": "BP", "initiative": "2.03"}
    row = json.loads(post(sent | {"headline_en": "Three teams are hired"}, **read_as(first["revision"])).content)
    assert (row["headline_en"], row["narrative_fr"], row["no_change"]) == ("Three teams are hired", FRENCH, False)
    emptied = json.loads(post(sent | {"narrative_fr": ""}, **read_as(row["revision"])).content)
    assert (emptied["headline_en"], emptied["narrative_fr"]) == ("Three teams are hired", "")


def test_different_fields_of_two_programs_are_both_kept(post):
    seen = read_as(json.loads(post(body("2.03")).content)["revision"])
    sent = {"plan": "BP", "initiative": "2.03"}
    assert post(sent | {"narrative_en": "One writes this."}, **seen).status_code == 200
    row = json.loads(post(sent | {"narrative_fr": "L’autre écrit cela."}, **seen).content)
    assert (row["narrative_en"], row["narrative_fr"]) == ("One writes this.", "L’autre écrit cela.")


def test_the_same_field_of_two_programs_is_a_conflict_with_both_versions(plan, post):
    first = json.loads(post(body("2.03")).content)
    seen, sent = read_as(first["revision"]), {"plan": "BP", "initiative": "2.03"}
    second = json.loads(post(sent | {"headline_en": "Two teams", "narrative_en": "Of six."}, **seen).content)
    before = head()
    response = post(sent | {"headline_en": "Three teams", "narrative_fr": "De six."}, **seen)
    assert set(problem(response, 412, "edit_conflict")) == {"headline_en"}
    refused = json.loads(response.content)
    assert refused["revision"] == second["revision"] == before == head()
    at = Revision.objects.get(number=before).at.isoformat().replace("+00:00", "Z")
    assert refused["conflicts"] == [
        {
            "field": "headline_en", "seen": "Two teams are hired", "stored": "Two teams", "sent": "Three teams",
            "revision": before, "at": at, "by": plan.people.plan_admin.display_name,
        }
    ]  # fmt: skip
    again = json.loads(post(sent | {"headline_en": "Three teams"}, **read_as(refused["revision"])).content)
    assert (again["headline_en"], again["narrative_en"]) == ("Three teams", "Of six.")


def test_if_match_where_nothing_is_there_fails(post):
    problem(post(body("2.03"), **read_as(1)), 412, "edit_conflict")
    problem(post(body("1.09"), **read_as(1)), 404, "not_found")
    problem(post(body("1.01"), **read_as(1)), 409, "approved")


def test_a_draft_may_be_unfinished(plan, post):
    response = post({"plan": "BP", "initiative": "2.03", "submit": False, "headline_fr": "À suivre"})
    row = json.loads(response.content)
    assert (response.status_code, row["workflow"], row["health_overall"]) == (201, "draft", None)


def test_null_and_nothing_both_say_that_there_is_no_rating(plan, post):
    ratings = {"health_schedule": None, "health_cost": ""}
    row = json.loads(post({"plan": "BP", "initiative": "2.03", "submit": False, **ratings}).content)
    assert (row["health_schedule"], row["health_cost"]) == (None, None)


def test_a_named_week_is_the_one_that_is_written(plan, post):
    assert json.loads(post(body("2.03", week=plan.week.code)).content)["week"] == plan.week.code


@pytest.mark.usefixtures("_writes_nothing")
def test_an_incomplete_update_is_refused_field_by_field(post):
    assert set(problem(post({"plan": "BP", "initiative": "2.03"}), 400, "invalid")) == {
        "health_schedule", "health_cost", "health_scope", "health_overall", "headline_en",
    }  # fmt: skip
    amber = body(health_overall="amber", health_cost="amber")
    assert set(problem(post(amber), 400, "invalid")) == {"path_to_green_en"}
    watermelon = body(health_cost="red")
    assert set(problem(post(watermelon), 400, "invalid")) == {"overall_reason"}


FIELDS = [
    ({"colour": "red"}, {"colour"}),
    ({"colour": "red", "id": 7, "health_cost": "blue"}, {"colour", "id", "health_cost"}),
    ({"health_overall": "blue"}, {"health_overall"}),
    ({"health_overall": 5}, {"health_overall"}),
    ({"health_overall": ["green"]}, {"health_overall"}),
    ({"headline_en": 5}, {"headline_en"}),
    ({"headline_en": None}, {"headline_en"}),
    ({"headline_en": ["a"]}, {"headline_en"}),
    ({"headline_en": "x" * 201}, {"headline_en"}),
    ({"headline_en": "a\0b"}, {"headline_en"}),
    ({"no_change": "yes"}, {"no_change"}),
    ({"no_change": 1}, {"no_change"}),
    ({"submit": "true"}, {"submit"}),
    ({"submit": None}, {"submit"}),
    ({"week": "46"}, {"week"}),
    ({"week": 46}, {"week"}),
    ({"plan": ""}, {"plan"}),
    ({"plan": 7}, {"plan"}),
    ({"initiative": None}, {"initiative"}),
]


@pytest.mark.usefixtures("_writes_nothing")
def test_a_field_that_cannot_be_meant_is_refused_by_name(post):
    for fields, named in FIELDS:
        assert set(problem(post(body() | fields), 400, "invalid")) == named, fields


@pytest.mark.usefixtures("_writes_nothing")
def test_plan_and_initiative_must_be_named(post):
    assert set(problem(post({"submit": False}), 400, "invalid")) == {"plan", "initiative"}


NOT_JSON = [
    "", "{", "[]", "7", "null", '"x"', '{"plan":"BP","plan":"DEMO"}', '{"no_change":NaN}', '{"a":"\\ud800"}',
    '{"\\ud800":1}', "[" * 100_000, b"\xff\xfe", '{"a":' + "9" * 5000 + "}",
]  # fmt: skip


@pytest.mark.usefixtures("_writes_nothing")
def test_a_body_that_is_no_object_of_json_is_refused(post):
    for raw in NOT_JSON:
        problem(post(raw), 400, "invalid")


@pytest.mark.usefixtures("_writes_nothing")
def test_a_form_is_not_json(client, plan):
    problem(client.post(URL, body(), headers=bearer(plan.people.plan_admin)), 415, "not_json")


@pytest.mark.usefixtures("_writes_nothing")
def test_who_sees_but_may_not_write_is_told_so(plan, post):
    for user in (plan.people.viewer, plan.people.analyst, plan.people.auditor, plan.people.administrator):
        problem(post(body(), user), 403, "not_allowed")


@pytest.mark.usefixtures("_writes_nothing")
def test_what_may_not_be_seen_and_what_is_not_there_look_the_same(plan, post):
    unseen = post(body("2.02"), plan.people.manager)
    absent = post(body("9.99"), plan.people.manager)
    for response in (unseen, absent):
        problem(response, 404, "not_found")
    assert unseen.content.replace(b"2.02", b"") == absent.content.replace(b"9.99", b"")
    problem(post(body("1.01"), plan.people.outsider), 403, "not_allowed")


@pytest.mark.usefixtures("_writes_nothing")
def test_a_locked_week_takes_no_update(plan, post):
    assert set(problem(post(body(week=plan.weeks[1].code)), 409, "week_locked")) == {"week"}


def test_the_current_week_may_be_locked_too(plan, post):
    lock(plan.week)
    problem(post(body()), 409, "week_locked")


@pytest.mark.usefixtures("_writes_nothing")
def test_a_week_that_is_not_open_or_not_there_takes_no_update(plan, post):
    problem(post(body(week=plan.weeks[3].code)), 409, "week_not_open")
    problem(post(body(week="2019-W01")), 409, "no_such_week")


@pytest.mark.usefixtures("_writes_nothing")
def test_an_approved_update_never_changes(post):
    problem(post(body("1.01")), 409, "approved")


@pytest.mark.usefixtures("_writes_nothing")
def test_the_past_is_not_written(plan, post):
    for moment in ("r3", "2026-01-01", "nonsense"):
        fields = problem(post(body(), url=f"{URL}?as_of={moment}"), 409, "past_is_read_only")
        assert set(fields) == {"as_of"}


@pytest.mark.usefixtures("_writes_nothing")
def test_a_token_that_only_reads_writes_nothing(client, plan):
    headers = {"Authorization": f"Bearer {token_for(plan.people.plan_admin, TokenScope.READ)}"}
    problem(client.post(URL, body(), content_type="application/json", headers=headers), 403, "not_allowed")
    problem(client.post(URL, body(), content_type="application/json"), 401, "not_signed_in")


@pytest.mark.usefixtures("_writes_nothing")
def test_a_session_needs_the_csrf_token(plan):
    browser = Client(enforce_csrf_checks=True)
    assert browser.login(username="plan-admin", password=PASSWORD)
    problem(browser.post(URL, body(), content_type="application/json"), 403, "not_allowed")


def test_a_bearer_token_needs_no_csrf_token(plan):
    program = Client(enforce_csrf_checks=True)
    response = program.post(URL, body("2.03"), content_type="application/json", headers=bearer(plan.people.plan_admin))
    assert response.status_code == 201


def test_a_write_that_waits_too_long_is_told_to_try_again(plan, post, monkeypatch):
    def busy(**_):
        raise Busy("Another change is being written.")

    monkeypatch.setattr("initiatives.api.status_updates.submit_update", busy)
    response = post(body("2.03"))
    problem(response, 503, "busy")
    assert response["Retry-After"] == "5"


def test_the_week_without_a_name_is_the_one_of_the_plan_s_own_day(plan, post):
    """At 23:00 on a Sunday in Toronto it is Monday in Greenwich, and still the old week."""
    row = json.loads(post(body("2.03")).content)
    local = timezone.now().astimezone(plan.plan.zone).date()
    assert plan.week.starts_on <= local <= plan.week.starts_on + timedelta(6)
    assert row["week"] == plan.week.code


def test_refusals_speak_the_caller_s_language(plan, post):
    response = post(body(colour="red"), **{"Accept-Language": "fr"})
    assert response["Content-Language"] == "fr"
    with translation.override("fr"):
        expected = translation.gettext("Some fields cannot be accepted.")
    assert json.loads(response.content)["title"] == expected
