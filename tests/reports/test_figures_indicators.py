"""The figure of indicators: from initiative to pillar to plan, with coverage, explained."""

from datetime import UTC, date, datetime

import pytest

from initiatives.models import Initiative
from reports.explanations import explain
from reports.figures import FIGURES, compute
from reports.figures.compute import tally
from reports.figures.declaration import Selection
from reports.figures.scopes import find_scope
from reports.panels import board
from reports.views import indicators
from tests.factories import (
    add_indicator,
    add_initiative,
    add_observation,
    add_organization,
    add_pillar,
    add_plan,
    add_target,
    add_user,
)
from tracker.choices import Role

pytestmark = pytest.mark.django_db
FIGURE = FIGURES["indicators"]
ON = date(2025, 6, 15)
DUE = date(2026, 3, 31)
SET = datetime(2025, 4, 1, 17, tzinfo=UTC)


@pytest.fixture
def plan():
    """Pillar 1: an initiative on its way, one without indicators, an indicator of the pillar. Pillar 2: one met. And
    one of the plan, without a target."""
    plan = add_plan()
    first, second = add_pillar(plan), add_pillar(plan, 2)
    one = add_initiative(first, lead=add_organization())
    add_initiative(first, "1.02", lead=one.lead)
    other = add_initiative(second, "2.01", lead=one.lead)
    for code, scope, value in [("A", {"initiative": one}, "5"), ("B", {"initiative": other}, "500"),
                               ("C", {"pillar": first}, None)]:  # fmt: skip
        indicator = add_indicator(plan, code, **scope)
        add_target(indicator, DUE, "100", set_at=SET)
        if value:
            add_observation(indicator, date(2025, 4, 30), value)
    add_indicator(plan, "D")
    return plan


@pytest.fixture
def reader():
    return add_user(role=Role.AUDITOR)


def value(code, reader):
    scope = find_scope(code, user=reader)
    found = compute(FIGURE, scope.selection, on=ON, whole_plan=scope.whole_plan)
    return {bucket: number for bucket, number in found.cells.items() if number}, found.total, found.coverage


def test_rolls_up_from_initiative_to_pillar_to_plan(plan, reader):
    assert value("BP/1.01", reader)[:2] == ({"on_the_way": 1}, 1)
    assert value("BP/1.02", reader)[:2] == ({}, 0)
    assert value("BP/1", reader)[:2] == ({"on_the_way": 1, "not_reported": 1}, 2)
    assert value("BP/2", reader)[:2] == ({"met": 1}, 1)
    whole = {"met": 1, "on_the_way": 1, "not_reported": 1, "no_target": 1}
    assert value("BP", reader)[:2] == (whole, 4)


def test_covers_initiatives_that_have_an_indicator(plan, reader):
    covered = {code: value(code, reader)[2] for code in ("BP", "BP/1", "BP/1.02")}
    assert {code: (c.counted, c.of) for code, c in covered.items()} == {"BP": (2, 3), "BP/1": (1, 2), "BP/1.02": (0, 1)}


def test_the_list_leads_from_each_count_to_as_many_rows(plan, reader, client):
    client.force_login(reader)
    shown = client.get(f"/en/plans/BP/indicators/?on={ON}").context["standings"]
    assert {cell.bucket: cell.value for cell, _url in shown if cell.value} == value("BP", reader)[0]
    for cell, url in shown:
        assert f"on={ON}" in url
        assert client.get(url).context["page"].total == cell.value


def test_the_list_draws_the_first_of_which_more_than_a_point_is_known(plan, reader, client, monkeypatch):
    client.force_login(reader)
    monkeypatch.setattr(indicators, "PICTURED", 2)
    add_observation(add_indicator(plan, "AA"), date(2025, 4, 30), "5")  # a value alone, without a target
    response = client.get(f"/en/plans/BP/indicators/?on={ON}")
    drawn = {row.indicator.code: row.picture is not None for row in response.context["rows"]}
    assert drawn == {"A": True, "AA": False, "B": True, "C": False, "D": False}
    assert response.content.decode().count('<figure class="chart"') == 2


def test_cut_from_the_whole_it_is_the_same(plan, reader):
    figures = board(find_scope("BP", user=reader), on=ON, keys=["indicators"])
    for code in ("BP", "BP/1", "BP/2"):
        assert figures.panel("indicators", code).total == value(code, reader)[1]
    tallied = tally(FIGURE, Selection(plan, Initiative.objects.all()), on=ON)
    assert tallied.result([], pillar=1).total == 1


@pytest.mark.parametrize("code", ["BP", "BP/1", "BP/2", "BP/1.01", "BP/1.02"])
def test_its_rows_add_up_to_it(plan, reader, code):
    scope = find_scope(code, user=reader)
    explained = explain(FIGURE, scope, on=ON)
    assert sum(row.value for row in explained.rows) == explained.value == value(code, reader)[1]
    for bucket, number in explained.result.cells.items():
        one = explain(FIGURE, scope, on=ON, bucket=bucket)
        assert len(one.rows) == number
        assert all(row.bucket == bucket for row in one.rows)


def test_an_explanation_leads_to_the_indicator(plan, reader, client):
    client.force_login(reader)
    html = client.get(f"/en/figures/indicators/?scope=BP/1&on={ON}").content.decode()
    assert "/en/plans/BP/indicators/A/" in html
    assert "/en/plans/BP/indicators/C/" in html
    assert "/en/plans/BP/indicators/B/" not in html
