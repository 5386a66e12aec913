"""Figures as pages show them, live and sealed."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from reports.figures import FIGURES
from reports.figures.scopes import find_scope
from reports.panels import Panel, board, money_table
from reports.sealed import sealed_board
from tests.factories import ACTOR, add_entry, add_initiative, add_milestone
from tests.scenarios import small_plan
from tracker.timemachine import as_of, revision

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def made():
    return small_plan()


def shown(code, user, on=TODAY, **keys):
    return board(find_scope(code, user=user), on=on, **keys)


def test_a_board_shows_the_plan_and_its_pillars_from_one_tally(made):
    figures = shown("BP", made.people.auditor)
    assert figures.panel("health", "BP").total == 7
    assert [figures.panel("health", f"BP/{number}").total for number in (1, 2, 3)] == [3, 4, 0]
    assert figures.panel("announced", "BP").total == Decimal("355400000.00")
    assert figures.panel("announced", "BP/1").total is None


def test_a_board_of_a_part_agrees_with_the_whole(made):
    whole = shown("BP", made.people.auditor)
    for code in ("BP/1", "BP/2"):
        alone = shown(code, made.people.auditor)
        for key in FIGURES:
            assert alone.panel(key, code).result == whole.panel(key, code).result, key


def test_panels_speak_the_readers_language_and_lead_to_explanations(made):
    panel = shown("BP", made.people.auditor, keys=["health"]).panel("health", "BP")
    with translation.override("fr"):
        assert (panel.label, panel.definition) == (FIGURES["health"].label_fr, FIGURES["health"].definition_fr)
        assert panel.url.startswith("/fr/")
    with translation.override("en"):
        assert panel.label == FIGURES["health"].label_en
        red = next(cell for cell in panel.cells if cell.bucket == "red")
        assert (red.label, red.value, red.share) == ("off track", 1, 1 / 7)
        assert f"scope=BP&on={TODAY}&bucket=red" in red.url


def test_cells_are_in_the_order_of_their_declaration(made):
    buckets = ["green", "amber", "red", "no_update", "not_started", "met", "not_pursued"]
    panel = shown("BP", made.people.auditor).panel("health", "BP")
    assert [cell.bucket for cell in panel.cells] == buckets
    sealed = sealed_board(json.loads(made.rollups[0].payload))
    assert [cell.bucket for cell in sealed.plan.panels["health"].cells] == buckets


def test_money_is_a_table_of_years_and_stages(made):
    rows = money_table(shown("BP", made.people.auditor).panel("money", "BP"))
    assert [row.fiscal_year for row in rows] == [2025, 2026]
    values = [[cell.value for cell in row.cells] for row in rows]
    assert values[0] == [Decimal("300000.33"), Decimal("5000000.00"), None, Decimal("1250000.10"), None]
    assert values[1][1] == Decimal("2000000.00")
    assert all(len(row.cells) == 5 for row in rows)


def test_a_sealed_payload_is_read_back_as_it_was_shown(made):
    rollup = made.rollups[1]
    sealed = sealed_board(json.loads(rollup.payload))
    with as_of(rollup.as_of):
        live = shown("BP", made.people.auditor, on=rollup.on)
    for key in FIGURES:
        assert sealed.plan.panels[key].result == live.panel(key, "BP").result, key
        for pillar in sealed.pillars:
            assert pillar.panels[key].result == live.panel(key, f"BP/{pillar.code}").result, key
    assert f"as_of=r{rollup.as_of}" in sealed.plan.panels["health"].url
    health = {one.code: one.health for one in sealed.initiatives}
    assert health == {
        "1.01": "amber", "1.02": "no_update", "1.03": "no_update", "2.01": "no_update", "2.02": "not_started",
        "2.03": "met", "2.04": "not_pursued",
    }  # fmt: skip


def test_a_panel_without_a_value_shows_none(made):
    result = shown("BP/2.04", made.people.auditor).panel("health_dollars", "BP/2.04").result
    assert Panel(FIGURES["health_dollars"], "BP/2.04", TODAY, result).total is None


def test_the_number_of_queries_does_not_depend_on_how_much_there_is(made):
    def count():
        with CaptureQueriesContext(connection) as queries:
            shown("BP", made.people.auditor)
        return len(queries)

    assert made.people.auditor.access.everywhere  # read once per request
    before = count()
    with revision(by=ACTOR, reason="more"):
        for number in range(190):
            initiative = add_initiative(made.pillars[number % 2], f"1.5{number:03d}", lead=made.organizations["CBSA"])
            if number % 5 == 0:
                add_milestone(initiative, baselines=[TODAY - timedelta(9)])
                add_entry(initiative, "5.00")
    assert count() == before <= 24
