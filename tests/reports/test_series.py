"""Figures week by week: each week says what the figure itself says, or why it says nothing."""

import itertools
import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from initiatives.choices import Health, Stage
from initiatives.models import Milestone
from pillars.rules import monday_of, week_code
from reports.actions import publish_rollup, reopen_week
from reports.figures import FIGURES, declaration
from tests.factories import ACTOR, add_entry, add_initiative, add_week, bearer, lock
from tests.scenarios import small_plan
from tracker.timemachine import Actor, head, revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return small_plan()


@pytest.fixture
def read(client, plan):
    """Body of a GET, as somebody; and of the address that it says it can be read at again."""

    def body(path, user=None, status=200):
        headers = bearer(user or plan.people.auditor)
        response = client.get(f"/api/v1/{path}", headers=headers)
        assert response.status_code == status, response.content
        if status == 200:
            assert client.get(response["Content-Location"], headers=headers).content == response.content
        return json.loads(response.content)

    return body


def weeks(plan):
    """Parameters for the plan's own weeks: two published, the running one, the next."""
    return f"from={plan.weeks[0].code}&to={plan.weeks[-1].code}"


def value(item):
    return {name: item[name] for name in ("cells", "total", "coverage", "version", "on")}


def test_each_week_is_the_figure_of_its_last_day(plan, read):
    then = head()
    scopes = itertools.cycle(["BP", "BP/1", "BP/1.01"])
    for key, scope in zip(FIGURES, scopes, strict=False):
        body = read(f"figures/{key}/series/?scope={scope}&{weeks(plan)}")
        assert [item["week"] for item in body["results"]] == [week.code for week in plan.weeks]
        for item, week in zip(body["results"], plan.weeks, strict=True):
            figure = read(f"figures/{key}/?scope={scope}&on={week.ends_on}")
            assert value(item) == value(figure), (key, item)
            assert (item["as_of"], item["rollup"], item["absent"], item["reason_en"]) == (then, None, None, None)


def test_as_reported_is_what_was_sealed(plan, read):
    """Whatever has been recorded since; and the explanation of each week gives the reported number."""
    with revision(by=ACTOR, reason="later"):
        Milestone.objects.update(actual_on=timezone.localdate() - timedelta(days=60), cancelled_on=None)
    add_entry(plan.initiatives["no_update"], "9.99", stage=Stage.EXPENDITURE, effective_on=plan.weeks[0].starts_on)
    scopes = itertools.cycle(["BP", "BP/1", "BP/2.01"])
    for key, scope in zip(FIGURES, scopes, strict=False):
        body = read(f"figures/{key}/series/?scope={scope}&basis=reported&{weeks(plan)}")
        assert (body["basis"], body["partial"], body["unit"]) == ("reported", False, FIGURES[key].unit.value)
        for item, rollup in zip(body["results"][:2], plan.rollups, strict=True):
            assert {name: item[name] for name in ("cells", "total", "coverage")} == sealed(rollup, scope)[key]
            assert (item["rollup"], item["as_of"], item["on"]) == (rollup.code, rollup.as_of, str(rollup.on))
            asked = {name: values[0] for name, values in parse_qs(urlsplit(item["explanation"]).query).items()}
            assert asked == {"scope": scope, "on": str(rollup.on), "as_of": f"r{rollup.as_of}", "version": "1"}
            assert read(item["explanation"].removeprefix("/api/v1/"))["coverage"] == item["coverage"]
        for item in body["results"][2:]:
            assert (item["cells"], item["total"], item["explanation"]) == (None, None, None)
            assert item["absent"] == "not_sealed"
            assert item["reason_en"] != item["reason_fr"]


def sealed(rollup, scope):
    """The results of a scope as its payload has them."""
    payload, part = json.loads(rollup.payload), scope.partition("/")[2]
    parts = [payload, *payload["pillars"], *payload["initiatives"]]
    return next(one for one in parts if not part or part in (str(one.get("number")), one.get("code")))["results"]


def test_the_three_clocks_tell_reported_restated_and_known_apart(plan, read):
    """A cost of the first week that is recorded after its seal is restated, and neither reported nor known then."""
    one, week = plan.initiatives["green"], plan.weeks[0]
    add_entry(one, "100.00", stage=Stage.EXPENDITURE, effective_on=week.starts_on, funding_source="new",
              vote="operating")  # fmt: skip
    found = {}
    for basis in ("reported", "restated", "known"):
        address = f"figures/money/series/?scope=BP/1.01&bucket=2025/expenditure&basis={basis}&{weeks(plan)}"
        body = read(address)
        assert body["bucket"] == "2025/expenditure"
        found[basis] = body["results"][0]
        assert list(found[basis]["cells"]) == ["2025/expenditure"]
    assert {basis: item["total"] for basis, item in found.items()} == {
        "reported": "1250000.10", "restated": "1250100.10", "known": "1250000.10",
    }  # fmt: skip
    assert (found["known"]["as_of"], found["known"]["rollup"]) == (week.lock_revision, None)
    for item in found.values():
        assert read(item["explanation"].removeprefix("/api/v1/"))["value"] == item["total"]


def test_the_newest_edition_counts_unless_another_is_asked_for(plan, read):
    week, at = plan.weeks[1], timezone.now()
    add_entry(plan.initiatives["green"], "7.00", stage=Stage.COMMITMENT, effective_on=week.starts_on)
    by = Actor(user=plan.people.plan_admin, name="plan-admin")
    open_again = reopen_week(week=week, reason="A commitment was lost", until=at + timedelta(hours=1), by=by, at=at)
    second = publish_rollup(week=lock(open_again, at=at), by=ACTOR, at=at, late=False)
    asked = f"figures/money/series/?scope=BP&basis=reported&{weeks(plan)}"
    assert [item["rollup"] for item in read(asked)["results"]] == [plan.rollups[0].code, second.code, None, None]
    first = read(f"{asked}&edition=1")["results"]
    assert [item["rollup"] for item in first] == [*(rollup.code for rollup in plan.rollups), None, None]
    assert "2025/commitment" in read(asked)["results"][1]["cells"]
    assert "2025/commitment" not in first[1]["cells"]
    assert [item["absent"] for item in read(f"{asked}&edition=2")["results"]] == [
        "not_sealed", None, "not_sealed", "not_sealed",
    ]  # fmt: skip
    then = read(f"{asked}&as_of=r{plan.rollups[1].as_of + 1}")["results"]
    assert then[1]["rollup"] in (plan.rollups[1].code, None)


def test_who_sees_a_part_gets_that_part_and_never_what_was_sealed(plan, read):
    lead, asked = plan.people.pillar_lead, f"series/?scope=BP&{weeks(plan)}"
    for basis in ("restated", "known"):
        body = read(f"figures/milestones/{asked}&basis={basis}", lead)
        whole = read(f"figures/milestones/{asked}&basis={basis}")
        assert (body["partial"], whole["partial"]) == (True, False)
    health = read(f"figures/health/{asked}", lead)["results"]
    assert [item["coverage"]["of"] for item in health] == [3] * 4
    for scope in ("BP", "BP/1", "BP/1.01"):
        refused = read(f"figures/health/series/?scope={scope}&basis=reported", lead, 403)
        assert (refused["code"], set(refused["fields"])) == ("not_allowed", {"basis"})
    assert read(f"figures/health/{asked}&basis=reported", plan.people.viewer)["partial"] is False
    for scope in ("BP/2", "BP/2.01"):
        read(f"figures/health/series/?scope={scope}", lead, 404 if scope == "BP/2.01" else 200)
    read("figures/health/series/?scope=BP", plan.people.outsider, 403)


def test_a_week_without_a_value_says_why(plan, read):
    before = week_code(plan.weeks[0].starts_on - timedelta(weeks=1))
    known = read(f"figures/health/series/?scope=BP&basis=known&from={before}&to={plan.weeks[2].code}")["results"]
    assert [item["absent"] for item in known] == ["not_locked", None, None, "not_locked"]
    add_initiative(plan.pillars[0], "1.77", lead=plan.organizations["CBSA"])
    asked = f"figures/health/series/?scope=BP/1.77&{weeks(plan)}"
    assert [item["absent"] for item in read(f"{asked}&basis=known")["results"]][:2] == ["not_recorded"] * 2
    assert [item["absent"] for item in read(f"{asked}&basis=reported")["results"]] == [
        "not_in_rollup", "not_in_rollup", "not_sealed", "not_sealed",
    ]  # fmt: skip


def test_a_rollup_counts_by_the_version_that_it_names(plan, read, monkeypatch):
    """A newer version of the figure changes what is restated, and nothing that was reported."""
    newer = replace(FIGURES["milestones"], version=2, rows=FIGURES["milestones_met"].rows)
    monkeypatch.setitem(FIGURES, "milestones", newer)
    monkeypatch.setitem(declaration._VERSIONS, ("milestones", 2), newer)
    asked = f"figures/milestones/series/?scope=BP&{weeks(plan)}"
    reported, restated, first = (
        read(f"{asked}&{more}")["results"][0] for more in ("basis=reported", "basis=restated", "version=1")
    )
    assert [item["version"] for item in (reported, restated, first)] == [1, 2, 1]
    assert reported["total"] == first["total"] != restated["total"]


def test_without_weeks_it_ends_with_the_last_that_is_over(read):
    body = read("figures/health/series/?scope=BP")
    last = monday_of(timezone.localdate()) - timedelta(weeks=1)
    assert (body["from"], body["to"]) == (week_code(last - timedelta(weeks=12)), week_code(last))
    assert [item["week"] for item in body["results"]] == [
        week_code(last - timedelta(weeks=ago)) for ago in range(12, -1, -1)
    ]


REFUSED = [
    ("scope=BP&from=2026-W99", "bad_filter", "from"),
    ("scope=BP&to=soon", "bad_filter", "to"),
    ("scope=BP&to=0001-W01", "bad_filter", "to"),
    ("scope=BP&from=2026-W10&to=2026-W09", "bad_filter", "from"),
    ("scope=BP&from=2024-W01&to=2026-W01", "bad_filter", "from"),
    ("scope=BP&basis=live", "bad_filter", "basis"),
    ("scope=BP&edition=1", "bad_filter", "edition"),
    ("scope=BP&basis=reported&edition=0", "bad_filter", "edition"),
    ("scope=BP&basis=reported&version=1", "bad_filter", "version"),
    ("scope=BP&version=x", "bad_filter", "version"),
    ("scope=BP&version=9", "invalid", "version"),
    ("scope=BP&bucket=purple", "invalid", "bucket"),
    ("scope=BP&on=2026-01-01", "unknown_filter", "on"),
    ("scope=BP&weeks=3", "unknown_filter", "weeks"),
    ("from=2026-W10", "no_scope", "scope"),
]


def test_what_cannot_be_meant_is_refused_by_its_name(read):
    for query, code, field in REFUSED:
        body = read(f"figures/health/series/?{query}", status=400)
        assert (body["code"], list(body["fields"])) == (code, [field]), query
    assert len(read("figures/announced/series/?scope=BP&from=2024-W01&to=2025-W52")["results"]) == 104
    read("figures/nonsense/series/?scope=BP", status=404)
    read("figures/health/series/?scope=NONE", status=404)


def test_what_it_costs_depends_on_the_weeks_alone(client, plan):
    """As reported one query for all weeks; else a constant number for each."""
    headers = bearer(plan.people.auditor)

    def cost(key, more):
        client.get("/api/v1/plans/", headers=headers)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/api/v1/figures/{key}/series/?scope=BP&{more}", headers=headers).status_code == 200
        return len(queries)

    two, four = f"from={plan.weeks[0].code}&to={plan.weeks[1].code}", weeks(plan)
    for key in FIGURES:
        assert cost(key, f"basis=reported&{two}") == cost(key, f"basis=reported&{four}")
        assert cost(key, four) - cost(key, two) == 2 * (2 if key == "indicators" else 1)
    one = f"from={plan.weeks[1].code}&to={plan.weeks[1].code}"
    assert cost("health", f"basis=known&{two}") - cost("health", f"basis=known&{one}") <= 8
    before = cost("health", two)
    for number in range(20):
        add_initiative(plan.pillars[0], f"1.5{number}", lead=plan.organizations["CBSA"])
    add_week(plan.plan, plan.weeks[-1].starts_on + timedelta(weeks=1))
    assert cost("health", two) == before


def test_a_health_of_the_past_is_that_of_its_week(plan, read):
    found = read(f"figures/health/series/?scope=BP&bucket={Health.AMBER}&{weeks(plan)}")["results"]
    assert [item["total"] for item in found][:2] == [1, 1]
