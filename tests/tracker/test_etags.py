"""Whoever has an answer is not given it again, and nobody is told to keep one that is another."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from initiatives.actions.milestones import move_forecast
from initiatives.models import Initiative
from tests.factories import add_organization, bearer
from tests.scenarios import small_plan
from tests.tracker.addresses import LISTS, bytes_of, everywhere
from tracker import etags
from tracker.choices import Role
from tracker.models import RoleGrant
from tracker.timemachine import Actor, head, revision
from tracker.timemachine.moments import live

pytestmark = pytest.mark.django_db


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


def test_every_answer_has_a_tag_that_answers_304(plan, get):
    for path in everywhere(plan):
        answer = get(path)
        body, tag = bytes_of(answer), answer["ETag"]
        again = get(path, tag)
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


def test_a_row_s_tag_is_of_all_that_is_shown_and_names_the_revision_that_a_write_needs(plan, get, client):
    milestone, people = plan.milestones["late"], plan.people
    path = f"/api/v1/milestones/{milestone.pk}/"
    tag = get(path)["ETag"]
    assert re.fullmatch(rf'"r{milestone.revision}-[0-9a-f]{{32}}"', tag)
    with CaptureQueriesContext(connection) as asked:
        assert get(path, tag).status_code == 304
    assert milestone._meta.db_table not in " ".join(one["sql"] for one in asked)
    assert get(path, f'"r{milestone.revision}"').status_code == 200  # says nothing of what stands beside it
    assert get(f"{path}?on=2025-01-01", tag).status_code == 200
    assert get(path, tag, user=people.manager).status_code == 200
    then = f"{path}?as_of=r{head()}"
    past = get(then)["ETag"]
    move_forecast(
        milestone=milestone, to=timezone.localdate() + timedelta(days=400), reason="Late steel",
        by=Actor(user=people.manager), at=timezone.now(),
    )  # fmt: skip
    moved = get(path, tag)
    assert (moved.status_code, moved["ETag"].split("-")[0]) == (200, tag.split("-")[0])
    again = get(then, past)
    assert (again.status_code, again["ETag"], again["Cache-Control"]) == (304, past, "private, max-age=3600")
    assert get(f"/api/v1/milestones/{milestone.pk + 1000}/", tag).status_code == 404
    sent = {**bearer(people.manager), "If-Match": moved["ETag"]}
    changed = client.patch(path, {"title_en": "A hub"}, content_type="application/json", headers=sent)
    assert (changed.status_code, changed["ETag"]) == (200, f'"r{head()}"')
    for amiss in (f'"r{head()}-"', f'"r{head()}-xyz"', moved["ETag"][:-1]):
        sent["If-Match"] = amiss
        refused = client.patch(path, {"title_en": "B"}, content_type="application/json", headers=sent)
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_if_match")


def test_what_depends_on_the_hour_has_no_tag(get):
    assert "ETag" not in get("/api/v1/initiatives/?freshness=silent").headers
    assert get("/api/v1/initiatives/?freshness=silent")["Cache-Control"] == "private, no-store"
    assert "ETag" in get("/api/v1/initiatives/?freshness=").headers
    assert get("/api/v1/initiatives/?colour=red", "*").status_code == 400


def test_the_past_of_a_part_follows_what_belongs_to_it_today(plan, get):
    """Sight of the past is decided by where a row stands today."""
    lead, then = plan.people.pillar_lead, head()
    address = f"/api/v1/initiatives/?plan=BP&as_of=r{then}"
    before = get(address, user=lead)
    assert get(address, before["ETag"], user=lead).status_code == 304
    with revision(by=Actor(user=plan.people.plan_admin), reason="Belongs there"):
        Initiative.objects.filter(code="1.02").update(pillar=plan.pillars[1])
    after = get(address, before["ETag"], user=lead)
    assert after.status_code == 200
    assert "1.02" not in {row["code"] for row in after.json()["results"]}


def test_a_write_where_there_is_none_is_told_so_whatever_it_says_it_has(plan, client):
    headers = {**bearer(plan.people.plan_admin), "If-None-Match": '"x"'}
    assert client.post("/api/v1/figures/", {}, content_type="application/json", headers=headers).status_code == 405
