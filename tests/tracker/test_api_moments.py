"""Every answer of the API is of one moment, and can be read again byte for byte."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from initiatives.models import Initiative, Milestone, StatusUpdate
from pillars.models import ReportingWeek
from tests.factories import ACTOR, add_entry, bearer
from tests.scenarios import small_plan
from tests.tracker.addresses import bytes_of, everywhere
from tracker.models import Organization, Place, Revision
from tracker.timemachine import head, revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return small_plan()


@pytest.fixture
def get(client, plan):
    """GET as the auditor, who sees everything."""
    headers = bearer(plan.people.auditor)
    return lambda path: client.get(path, headers=headers)


def change_everything(plan) -> None:
    """A later life: rows changed, added and deleted."""
    with revision(by=ACTOR, reason="later"):
        Organization.objects.update(name_en="Renamed")
        Initiative.objects.update(title_en="Renamed", lifecycle="not_started", lead=plan.organizations["PS"])
        Milestone.objects.update(actual_on=timezone.localdate(), cancelled_on=None)
        Place.objects.filter(code="LAB-1").delete()
        ReportingWeek.objects.filter(pk=plan.week.pk).update(locks_at=plan.week.locks_at + timedelta(hours=1))
        StatusUpdate.objects.filter(workflow="submitted").update(headline_en="Changed")
        add_entry(plan.initiatives["green"], "17.00")


def test_every_answer_can_be_read_again_byte_for_byte(plan, get):
    answers = {}
    for path in everywhere(plan):
        response = get(path)
        answers[response["Content-Location"]] = bytes_of(response)
        assert response["X-Revision"] == str(head())
    for path, body in answers.items():
        assert bytes_of(get(path)) == body, path
    change_everything(plan)
    for path, body in answers.items():
        assert bytes_of(get(path)) == body, path


def test_live_and_as_of_the_head_are_the_same_bytes(plan, get):
    for path in everywhere(plan):
        glue = "&" if "?" in path else "?"
        assert bytes_of(get(path)) == bytes_of(get(f"{path}{glue}as_of=r{head()}")), path


def test_bodies_do_not_depend_on_the_language(plan, client):
    headers = bearer(plan.people.auditor)
    for path in everywhere(plan):
        english = client.get(path, headers={**headers, "Accept-Language": "en"})
        french = client.get(path, headers={**headers, "Accept-Language": "fr"})
        assert bytes_of(english) == bytes_of(french), path


def test_headers_say_which_revision_and_when(plan, get):
    newest = Revision.objects.get(number=head())
    live = get("/api/v1/initiatives/?plan=BP")
    assert live["X-Revision"] == str(newest.number)
    assert live["X-Data-As-Of"] == newest.at.isoformat().replace("+00:00", "Z")
    assert live["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= {name.strip() for name in live["Vary"].split(",")}
    asked = parse_qs(urlsplit(live["Content-Location"]).query)
    assert asked == {"plan": ["BP"], "as_of": [f"r{newest.number}"], "on": [timezone.localdate().isoformat()]}
    assert get(live["Content-Location"])["Cache-Control"] == "private, max-age=3600"
    today = timezone.localdate().isoformat()
    assert get(f"/api/v1/plans/?as_of={today}")["Cache-Control"] == "private, no-cache"


def test_pages_stay_at_the_revision_of_the_first(plan, get):
    whole = json.loads(bytes_of(get("/api/v1/initiatives/?fields=id,title_en")))
    path, found = "/api/v1/initiatives/?limit=3&fields=id,title_en", []
    while path:
        body = json.loads(bytes_of(get(path)))
        found += body["results"]
        path = body["next"]
        change_everything(plan)
    assert found == whole["results"]


def test_next_carries_the_filters_the_moment_and_the_day(plan, get):
    on = plan.weeks[0].ends_on.isoformat()
    body = json.loads(bytes_of(get(f"/api/v1/initiatives/?limit=1&lead=CBSA&on={on}")))
    query = parse_qs(urlsplit(body["next"]).query)
    assert body["on"] == on
    assert query.pop("after")
    assert query == {"limit": ["1"], "lead": ["CBSA"], "on": [on], "as_of": [f"r{head()}"]}


NO_MOMENT = {
    "r999999": "r999999",
    "r0": "before",
    "2999-01-01": "future",
    "soon": "moment",
    "1999-01-01": "before",
}


@pytest.mark.parametrize(
    "path", ["initiatives/?", "plans/BP/?", "figures/health/?scope=BP&", "exports/initiatives.csv?"]
)
def test_a_moment_that_is_none_is_refused(get, path):
    for as_of, says in NO_MOMENT.items():
        response = get(f"/api/v1/{path}as_of={as_of}")
        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"
        body = json.loads(response.content)
        assert body["code"] == "bad_as_of"
        assert says in body["fields"]["as_of"]


def test_a_method_that_nothing_answers_is_refused_as_such_in_the_past_too(plan, client):
    headers = bearer(plan.people.auditor)
    assert client.generic("TRACE", "/api/v1/plans/?as_of=r1", headers=headers).status_code == 405
