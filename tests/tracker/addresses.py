"""Addresses of the API, and how tests read answers."""

import json
from typing import Any

from tests.scenarios import SmallPlan

LISTS = (
    "plans",
    "pillars",
    "weeks",
    "initiatives",
    "milestones",
    "milestone-baselines",
    "milestone-forecasts",
    "milestone-dependencies",
    "change-requests",
    "funding-announcements",
    "budget-lines",
    "ledger-entries",
    "transfers",
    "indicators",
    "targets",
    "observations",
    "evidence",
    "status-updates",
    "rollups",
    "organizations",
    "places",
    "revisions",
)
EXPORTS = LISTS  # each list is a file too
FIGURES = ("health", "health_dollars", "milestones_late", "money", "announced")


def everywhere(plan: SmallPlan) -> list[str]:
    """An address of every kind."""
    first = {
        "plans": plan.plan.code,
        "pillars": plan.pillars[0].pk,
        "weeks": plan.week.pk,
        "initiatives": plan.initiatives["red"].pk,
        "milestones": plan.milestones["late"].pk,
        "milestone-baselines": plan.milestones["late"].baselines.get().pk,
        "milestone-forecasts": plan.milestones["late"].forecasts.latest("pk").pk,
        "ledger-entries": plan.reversed_entry.pk,
        "rollups": plan.rollups[1].code,
        "organizations": "CBSA",
        "places": "WINDSOR",
        "revisions": 3,
    }
    scopes = ("BP", "BP/1", "BP/1.01")
    return [
        "/api/v1/",
        *(f"/api/v1/{name}/" for name in LISTS),
        *(f"/api/v1/{name}/{key}/" for name, key in first.items()),
        f"/api/v1/rollups/{plan.rollups[0].code}/payload/",
        "/api/v1/figures/",
        "/api/v1/dictionary/",
        "/api/v1/dictionary/plans/",
        "/api/v1/dictionary.csv",
        "/api/v1/search/?q=initiative",
        "/api/v1/search/?q=initiative&plan=BP&kind=status-updates",
        *(f"/api/v1/figures/{key}/?scope={scope}" for key in FIGURES for scope in scopes),
        *(f"/api/v1/figures/{key}/explanation/?scope={scope}" for key in FIGURES for scope in scopes),
        f"/api/v1/figures/health/difference/?scope=BP&from=r{plan.rollups[0].as_of}&to=r{plan.rollups[1].as_of}",
        *(f"/api/v1/figures/health/series/?scope=BP&basis={basis}" for basis in ("reported", "restated", "known")),
        *(f"/api/v1/exports/{name}.csv" for name in EXPORTS),
        "/api/v1/exports/initiatives.csv?bom=0&fields=code,health&health=red",
        "/api/v1/initiatives/?limit=2&health=&fields=code",
        "/api/v1/milestones/?late=true",
        "/api/v1/indicators/?standing=on_the_way&pillar=1",
        "/api/v1/observations/?standing=true&kind=original",
    ]


def bytes_of(response: Any) -> bytes:
    """The body of an answer that is one."""
    assert response.status_code == 200, (response.status_code, response.content)
    return b"".join(response.streaming_content) if response.streaming else response.content


def problem(response: Any, status: int, code: str) -> dict[str, str]:
    """The fields that a refusal names, once it is the one that is expected."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "private, no-store"
    body = json.loads(response.content)
    assert (body["status"], body["code"], body["type"]) == (status, code, "about:blank")
    assert body["title"]
    return body.get("fields", {})
