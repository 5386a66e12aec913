"""Indicators, targets and observations over the API: rows, filters, years, the past, exports."""

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from initiatives.actions.observations import ReadingContent, correct_observation
from initiatives.choices import Availability, Measure, ObservationKind, RollupRule
from initiatives.models import Observation
from tests.factories import (
    ACTOR,
    add_indicator,
    add_initiative,
    add_observation,
    add_organization,
    add_pillar,
    add_place,
    add_plan,
    add_target,
    add_user,
    bearer,
)
from tests.tracker.addresses import bytes_of, problem
from tracker.choices import Role

pytestmark = pytest.mark.django_db
DUE = date(2026, 3, 31)
APRIL = date(2025, 4, 30)
LATER = datetime(2025, 9, 1, 17, tzinfo=UTC)
SET = datetime(2025, 4, 1, 17, tzinfo=UTC)


@pytest.fixture
def made():
    """An indicator of an initiative, one of a pillar, one of the plan; a target revised; a value corrected."""
    plan = add_plan()
    pillar, other = add_pillar(plan), add_pillar(plan, 2)
    initiative = add_initiative(pillar, lead=add_organization())
    based = {"baseline_value": Decimal(0), "baseline_on": date(2025, 3, 31)}
    teams = add_indicator(plan, "TEAMS", initiative=initiative, **based)
    add_indicator(plan, "SEIZED", pillar=pillar, level="outcome")
    ratio = add_indicator(plan, "RATIO", measure=Measure.RATIO, rollup_rule=RollupRule.RATIO)
    add_initiative(other, "2.01", lead=initiative.lead)
    add_target(teams, DUE, "100", set_at=SET)
    add_target(teams, DUE, "80", number=2, reason="fewer dogs", set_at=SET)
    old = add_observation(teams, APRIL, "10", source="A page")
    add_observation(teams, date(2025, 5, 31), None, availability=Availability.SUPPRESSED)
    add_observation(teams, date(2025, 6, 30), "0", place=add_place())
    add_observation(ratio, APRIL, None, numerator=1, denominator=3)
    reading = ReadingContent(value=Decimal(20), source="A page")
    correct_observation(observation=old, reading=reading, reason="typing error", by=ACTOR, at=LATER)
    return teams


@pytest.fixture
def get(client):
    headers = bearer(add_user("auditor", role=Role.AUDITOR))
    return lambda path: client.get(f"/api/v1/{path}", headers=headers)


def rows(answer):
    return json.loads(bytes_of(answer))["results"]


def codes(answer, field="code"):
    return [row[field] for row in rows(answer)]


def test_an_indicator_says_where_it_stands(made, get):
    [row] = rows(get("indicators/?code=TEAMS&on=2025-07-01"))
    assert (row["standing"], row["actual"], row["actual_until"]) == ("on_the_way", "20.000000", "2025-06-30")
    assert row["target_due_type"] == "at_least"
    assert (row["target_due_on"], row["target_lower"], row["target_upper"]) == ("2026-03-31", "80.000000", None)
    assert (row["progress"], row["no_progress"]) == ("0.2500", None)
    assert (row["pillar"], row["initiative"]) == (1, "1.01")
    [none] = rows(get("indicators/?code=SEIZED"))
    assert (none["standing"], none["actual"], none["progress"], none["no_progress"]) == (
        "no_target", None, None, "no_target"
    )  # fmt: skip
    assert (none["pillar"], none["initiative"]) == (1, None)


def test_indicators_are_filtered(made, get):
    assert codes(get("indicators/")) == ["RATIO", "SEIZED", "TEAMS"]
    assert codes(get("indicators/?pillar=1")) == ["SEIZED", "TEAMS"]
    assert codes(get("indicators/?initiative=1.01")) == ["TEAMS"]
    assert codes(get("indicators/?level=outcome")) == ["SEIZED"]
    assert codes(get("indicators/?standing=on_the_way&on=2025-07-01")) == ["TEAMS"]
    assert codes(get("indicators/?due_from=2026-01-01")) == ["TEAMS"]
    assert codes(get("indicators/?q=indicator seized")) == ["SEIZED"]
    assert codes(get("indicators/?plan=OTHER")) == []
    assert "level" in problem(get("indicators/?level=impact"), 400, "bad_filter")
    assert "colour" in problem(get("indicators/?colour=red"), 400, "unknown_filter")


def test_one_indicator_shows_its_years(made, get):
    row = json.loads(bytes_of(get(f"indicators/{made.pk}/?on=2025-07-01")))
    [year] = row["years"]
    assert (year["year"], year["starts_on"], year["ends_on"]) == (2025, "2025-04-01", "2026-03-31")
    assert (year["value"], year["covered_days"], year["days"]) == ("20.000000", 60, 365)
    assert (year["standing"], year["reason"], len(year["observations"])) == ("on_the_way", None, 2)


def test_targets_are_rows_by_version_with_their_computed_class(made, get):
    both = rows(get("targets/?indicator=TEAMS"))
    assert [(row["number"], row["change"], row["current"]) for row in both] == [(1, "new", False), (2, "lowered", True)]
    assert codes(get("targets/?current=true"), "number") == [2]
    assert codes(get("targets/?change=lowered"), "reason") == ["fewer dogs"]
    assert codes(get("targets/?due_to=2026-03-30"), "number") == []


def test_observations_tell_zero_from_nothing_and_corrections_from_originals(made, get):
    found = rows(get("observations/?indicator=TEAMS"))
    assert [row["value"] for row in found] == ["10.000000", None, "0.000000", "20.000000"]
    first, second = found[0], found[-1]
    assert (first["superseded_by"], second["supersedes"]) == (second["id"], first["id"])
    assert (second["kind"], second["reason"]) == ("correction", "typing error")
    assert codes(get("observations/?indicator=TEAMS&standing=true"), "amount") == [None, "0.000000", "20.000000"]
    assert codes(get("observations/?kind=correction"), "id") == [second["id"]]
    assert codes(get("observations/?availability=suppressed"), "period_end") == ["2025-05-31"]
    assert codes(get("observations/?place=WINDSOR"), "place") == ["WINDSOR"]
    assert codes(get("observations/?period_from=2025-05-01&period_to=2025-05-31"), "value") == [None]
    assert codes(get("observations/?indicator=RATIO"), "amount") == ["0.333333"]
    assert codes(get("observations/?pillar=1&initiative=1.01&level=output"), "indicator") == ["TEAMS"] * 4


def test_the_past_shows_what_was_known(made, get):
    past = f"r{Observation.objects.get(kind=ObservationKind.CORRECTION).revision - 1}"
    [row] = rows(get(f"indicators/?code=TEAMS&on=2025-07-01&as_of={past}"))
    assert row["actual"] == "10.000000"
    assert codes(get(f"observations/?kind=correction&as_of={past}"), "id") == []


def test_pages_are_as_long_as_asked(made, get):
    first = json.loads(bytes_of(get("observations/?limit=2")))
    assert len(first["results"]) == 2
    rest = json.loads(bytes_of(get(first["next"].removeprefix("/api/v1/"))))
    assert len({row["id"] for row in first["results"] + rest["results"]}) == 4


@pytest.mark.parametrize("name", ["indicators", "targets", "observations"])
def test_an_export_is_the_list(made, get, name):
    text = bytes_of(get(f"exports/{name}.csv?bom=0")).decode()
    listed = [{key: "" if value is None else value for key, value in row.items()} for row in rows(get(f"{name}/"))]
    exported = list(csv.DictReader(io.StringIO(text)))
    assert [{key: str(value).lower() for key, value in row.items()} for row in listed] == [
        {key: value.lower() for key, value in row.items()} for row in exported
    ]


def test_who_sees_one_initiative_sees_its_indicators_and_those_of_the_plan(made, client):
    manager = bearer(add_user(role=Role.MANAGER, scope="BP/2.01"))
    seen = codes(client.get("/api/v1/indicators/", headers=manager))
    assert seen == ["RATIO", "SEIZED"]
    assert codes(client.get("/api/v1/observations/", headers=manager), "indicator") == ["RATIO"]
    assert codes(client.get("/api/v1/targets/", headers=manager), "indicator") == []
    assert client.get(f"/api/v1/indicators/{made.pk}/", headers=manager).status_code == 404
