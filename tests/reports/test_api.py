"""Figures explain themselves, and rollups come out as they were sealed."""

import hashlib
import json
from collections import defaultdict
from decimal import Decimal

import pytest
from django.utils import timezone

from reports.figures import FIGURES
from tests.factories import ACTOR, add_entry, add_indicator, bearer
from tests.scenarios import small_plan
from tracker.timemachine import head, revision

pytestmark = pytest.mark.django_db

SCOPES = ("BP", "BP/1", "BP/2", "BP/1.01", "BP/2.02")


@pytest.fixture
def plan():
    return small_plan()


@pytest.fixture
def read(client, plan):
    """Status and body of a GET, as somebody."""

    def body(path, user=None, status=200):
        response = client.get(f"/api/v1/{path}", headers=bearer(user or plan.people.auditor))
        assert response.status_code == status, response.content
        return json.loads(response.content)

    return body


def number(value) -> Decimal:
    return Decimal(value or 0)


def test_every_figure_is_declared_in_both_languages(read):
    declared = read("figures/")["results"]
    assert [figure["key"] for figure in declared] == list(FIGURES)
    for figure in declared:
        assert all(figure[f"{name}_{language}"] for name in ("label", "definition") for language in ("en", "fr"))
    health = declared[0]
    assert [bucket["key"] for bucket in health["buckets"]][:4] == ["green", "amber", "red", "no_update"]
    assert set(health) == {
        "key", "version", "label_en", "label_fr", "definition_en", "definition_fr", "unit", "adds", "buckets",
    }  # fmt: skip


def test_a_figure_says_of_what_it_is(plan, read):
    body = read("figures/health/?scope=BP")
    assert body == {
        "revision": head(), "on": timezone.localdate().isoformat(), "scope": "BP", "partial": False,
        "simulated": False, "key": "health", "version": FIGURES["health"].version, "unit": "initiatives",
        "cells": dict.fromkeys(["green", "amber", "red", "no_update", "not_started", "met", "not_pursued"], 1),
        "total": 7, "coverage": {"counted": 3, "of": 4},
    }  # fmt: skip
    assert list(body["cells"]) == ["green", "amber", "red", "no_update", "not_started", "met", "not_pursued"]


def test_dollars_are_text_and_unknown_is_null(read):
    body = read("figures/health_dollars/?scope=BP")
    assert body["cells"]["green"] == "7000000.00"
    assert body["cells"]["red"] is None


def test_a_part_of_the_plan_says_that_it_is_one(plan, read):
    assert read("figures/health/?scope=BP", plan.people.pillar_lead)["partial"] is True
    assert read("figures/health/?scope=BP", plan.people.pillar_lead)["total"] == 3
    assert read("figures/health/?scope=BP", plan.people.viewer)["partial"] is False


@pytest.mark.parametrize("scope", SCOPES)
def test_the_rows_add_up_to_every_cell(read, scope):
    for key in FIGURES:
        _adds_up(read, key, scope)


def _adds_up(read, key, scope):
    figure = read(f"figures/{key}/?scope={scope}")
    sums = defaultdict(Decimal)
    for row in read(f"figures/{key}/explanation/?scope={scope}")["rows"]:
        sums[row["bucket"]] += number(row["value"])
    assert {cell: number(value) for cell, value in figure["cells"].items() if number(value)} == {
        cell: value for cell, value in sums.items() if value
    }
    for cell, value in figure["cells"].items():
        if cell:
            one = read(f"figures/{key}/explanation/?scope={scope}&bucket={cell}")
            assert one["value"] == value
            assert sum(number(row["value"]) for row in one["rows"]) == number(value)
            assert {row["bucket"] for row in one["rows"]} <= {cell}


def test_every_row_of_an_explanation_can_be_opened(client, plan, read):
    headers = bearer(plan.people.auditor)
    add_indicator(plan.plan, initiative=plan.initiatives["red"])
    for key in FIGURES:
        explained = read(f"figures/{key}/explanation/?scope=BP")
        rows = explained["rows"] + [row for left in explained["exclusions"] for row in left["rows"]]
        assert rows
        for row in rows:
            found = client.get(row["url"], headers=headers)
            assert found.status_code == 200
            assert json.loads(found.content)["id"] == row["id"]


def test_what_was_left_out_is_there_with_its_reason(plan, read):
    left = {one["reason_en"]: [row["id"] for row in one["rows"]] for one in read(
        "figures/milestones/explanation/?scope=BP"
    )["exclusions"]}  # fmt: skip
    assert any("before the plan" in reason for reason in left)
    assert [plan.milestones["pre_plan"].pk] in left.values()
    assert [plan.milestones["cancelled"].pk] in left.values()


def test_a_figure_is_of_the_day_and_of_the_revision(plan, read):
    before = head()
    week = plan.weeks[0]
    assert read(f"figures/health/?scope=BP&on={week.ends_on}")["cells"]["amber"] == 1
    add_entry(plan.initiatives["red"], "5.00")
    now = read("figures/money/?scope=BP")["cells"]
    then = read(f"figures/money/?scope=BP&as_of=r{before}")["cells"]
    assert number(now["2025/authority"]) - number(then["2025/authority"]) == 5
    assert "2025/authority" not in read("figures/money/?scope=BP&on=2024-12-31")["cells"]


QUESTIONS = [
    ("figures/nonsense/?scope=BP", 404, "not_found", None),
    ("figures/health/", 400, "no_scope", "scope"),
    ("figures/health/?scope=", 400, "no_scope", "scope"),
    ("figures/health/?scope=NONE", 404, "no_such_scope", "scope"),
    ("figures/health/?scope=BP/9", 404, "no_such_scope", "scope"),
    ("figures/health/?scope=BP/9.99", 404, "no_such_scope", "scope"),
    ("figures/health/?scope=BP/", 404, "no_such_scope", "scope"),
    ("figures/health/?scope=BP%00", 400, "unknown_filter", "scope"),
    ("figures/health/?scope=BP/1%00", 400, "unknown_filter", "scope"),
    (f"figures/health/?scope=BP/{'9' * 500}", 404, "no_such_scope", "scope"),
    ("figures/health/?scope=BP&scope=BP/1", 400, "unknown_filter", "scope"),
    ("figures/health/?scope=BP&on=today", 400, "bad_filter", "on"),
    ("figures/health/?scope=BP&bucket=red", 400, "unknown_filter", "bucket"),
    ("figures/health/?scope=BP&as_of=r99999", 400, "bad_as_of", "as_of"),
    ("figures/health/explanation/?scope=BP&bucket=blue", 400, "invalid", "bucket"),
    ("figures/health/explanation/?scope=BP&limit=5", 400, "unknown_filter", "limit"),
    ("figures/?scope=BP", 400, "unknown_filter", "scope"),
]


def test_a_question_that_cannot_be_meant_is_refused(read):
    for path, status, code, field in QUESTIONS:
        body = read(path, status=status)
        assert body["code"] == code, path
        assert set(body.get("fields", {})) == ({field} if field else set()), path


def test_a_scope_that_may_not_be_seen_is_not_found(plan, read):
    read("figures/health/?scope=BP/1.02", plan.people.manager, status=404)
    assert read("figures/health/?scope=BP/1.01", plan.people.manager)["total"] == 1


def test_a_rollup_shows_what_was_sealed(plan, read):
    rollup = plan.rollups[1]
    body = read(f"rollups/{rollup.code}/")
    assert (body["code"], body["week"], body["edition"]) == (rollup.code, plan.weeks[1].code, 1)
    assert body["previous"] == plan.rollups[0].code
    assert body["payload"]["rollup"] == rollup.code
    assert body["sha256"] == rollup.sha256
    assert "payload" not in read("rollups/")["results"][0]


def test_the_sealed_bytes_carry_their_own_hash(client, plan):
    headers = bearer(plan.people.viewer)
    path = f"/api/v1/rollups/{plan.rollups[0].code}/payload/"
    response = client.get(path, headers=headers)
    assert response["Content-Type"] == "application/json"
    assert response["ETag"] == f'"{hashlib.sha256(response.content).hexdigest()}"'
    assert response.content.decode() == plan.rollups[0].payload
    for tag in (response["ETag"], f"W/{response['ETag']}", f'"other", {response["ETag"]}', "*"):
        again = client.get(path, headers={**headers, "If-None-Match": tag})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", response["ETag"])
    assert client.get(path, headers={**headers, "If-None-Match": '"other"'}).status_code == 200


def test_the_figures_of_a_rollup_are_those_of_the_api_at_its_revision(plan, read):
    rollup = read(f"rollups/{plan.rollups[1].code}/")
    with revision(by=ACTOR, reason="a late fact"):
        add_entry(plan.initiatives["green"], "17.00")
    for key, sealed in rollup["payload"]["results"].items():
        asked = read(f"figures/{key}/?scope=BP&on={rollup['on']}&as_of=r{rollup['as_of']}")
        assert asked["cells"] == sealed["cells"], key
        assert (asked["total"], asked["coverage"]) == (sealed["total"], sealed["coverage"]), key
