"""Whoever has an answer is not given it again, and nobody is told to keep one that is another."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import add_organization, bearer
from tests.scenarios import small_plan
from tests.tracker.addresses import LISTS, bytes_of, everywhere
from tracker import etags
from tracker.choices import Role
from tracker.models import RoleGrant
from tracker.timemachine.moments import live

pytestmark = pytest.mark.django_db
ROWS = (
    "plans",
    "pillars",
    "weeks",
    "initiatives",
    "milestones",
    "ledger-entries",
    "rollups",
    "organizations",
    "places",
)


@pytest.fixture
def plan():
    return small_plan()


@pytest.fixture
def get(client, plan):
    tokens = {}

    def ask(path, tag=None, user=plan.people.auditor, method="get"):
        tokens[user.pk] = tokens.get(user.pk) or bearer(user)
        headers = tokens[user.pk] | ({"If-None-Match": tag} if tag else {})
        return getattr(client, method)(path, headers=headers)

    return ask


def test_every_answer_but_a_row_s_has_a_tag_that_answers_304(plan, get):
    for path in everywhere(plan):
        answer = get(path)
        body, tag = bytes_of(answer), answer["ETag"]
        again = get(path, tag)
        if tag.startswith('"r') and path.split("/")[3] in ROWS:
            assert (again.status_code, bytes_of(again)) == (200, body), path
            continue
        assert (again.status_code, again.content) == (304, b""), path
        assert again["ETag"] == tag
        assert again["Cache-Control"] == "private, no-cache"
        assert {"Authorization", "Cookie"} <= {name.strip() for name in again["Vary"].split(",")}
        if "/exports/" not in path:  # their tag is the hash of the file
            assert get(path, f'"other", W/{tag}').status_code == 304
        assert bytes_of(get(path, '"other"')) == body


def test_a_tag_lasts_until_anything_is_written(get):
    path = "/api/v1/initiatives/?plan=BP"
    tag = get(path)["ETag"]
    assert get(path)["ETag"] == tag
    assert get(path, tag, method="head").status_code == 304
    assert get(f"{path}&limit=3", tag).status_code == 200
    add_organization("NEW")
    assert get(path, tag).status_code == 200
    assert get(path)["ETag"] != tag


def test_a_tag_is_of_one_person_s_access(plan, get):
    path = "/api/v1/milestones/"
    tag = get(path, user=plan.people.manager)["ETag"]
    assert get(path, tag, user=plan.people.viewer).status_code == 200
    assert get(path, tag, user=plan.people.outsider).status_code == 403
    pinned = f"{path}?as_of=r{json.loads(get(path).content)['revision']}"
    tag = get(pinned, user=plan.people.manager)["ETag"]
    RoleGrant.objects.create(user=plan.people.manager, role=Role.VIEWER, scope="BP")
    assert get(pinned, tag, user=plan.people.manager).status_code == 200


def test_a_tag_is_of_one_day_and_one_release(plan, get, monkeypatch):
    path = "/api/v1/milestones/"
    tag = get(path)["ETag"]
    with monkeypatch.context() as patch:
        tomorrow = timezone.localdate() + timedelta(days=1)
        patch.setattr("tracker.middleware.live", lambda **asked: replace(live(**asked), on=tomorrow))
        assert get(path, tag).status_code == 200
    assert get(path, tag).status_code == 304
    monkeypatch.setattr(etags, "program", lambda: "another release")
    assert get(path, tag).status_code == 200


def test_what_is_not_given_again_is_not_looked_up(plan, get):
    for name in LISTS:
        tag = get(f"/api/v1/{name}/")["ETag"]
        with CaptureQueriesContext(connection) as asked:
            assert get(f"/api/v1/{name}/", tag).status_code == 304
        said = " ".join(one["sql"] for one in asked)
        assert "row_to_json" not in said
        assert len(asked) <= 8


def test_what_depends_on_the_hour_has_no_tag(get):
    assert "ETag" not in get("/api/v1/initiatives/?freshness=silent").headers
    assert get("/api/v1/initiatives/?freshness=silent")["Cache-Control"] == "private, no-store"
    assert "ETag" in get("/api/v1/initiatives/?freshness=").headers
    assert get("/api/v1/initiatives/?colour=red", "*").status_code == 400
