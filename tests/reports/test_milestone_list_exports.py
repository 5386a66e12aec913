"""What a list's export button gives: exactly the rows of its pages, whatever filters and moment they show."""

import csv
import io
import re
from decimal import Decimal
from html import unescape

import pytest
from openpyxl import load_workbook

from initiatives.choices import Stage
from reports.views import indicators, initiative, milestone_list
from tests.factories import add_entry, add_indicator, add_milestone
from tests.scenarios import small_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(client):
    found = small_plan()
    client.force_login(found.people.plan_admin)
    return found


def pages(client, address: str):
    """Every page of a list."""
    while address:
        response = client.get(address)
        assert response.status_code == 200, response.content
        yield response
        address = response.context["page"].next_url


def link(response, ending: str) -> str:
    """The export button's link to such a file."""
    return unescape(re.search(rf'href="(/api/v1/exports/[a-z-]+\.{ending}\?[^"]*)"', response.content.decode())[1])


def exported(client, response) -> list[dict[str, str]]:
    """The rows of the CSV; and the XLSX has the same keys."""
    answer = client.get(link(response, "csv"))
    assert answer.status_code == 200, b"".join(answer)
    found = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    book = load_workbook(io.BytesIO(b"".join(client.get(link(response, "xlsx")))), read_only=True)
    head, *rows = book.worksheets[0].iter_rows(values_only=True)
    assert [str(row[head.index("id")]) for row in rows] == [row["id"] for row in found]
    return found


def test_the_milestones(client, made, monkeypatch):
    monkeypatch.setattr(milestone_list, "PAGE", 2)
    for number in range(5):
        add_milestone(made.initiatives["red"], f"N{number}")
    for query in (
        "", "?late=true&sort=promised", "?slipped_from=1&sort=slip", "?due=this_week&sort=expected", "?counted=false",
        "?pillar=1&kind=deliverable&on=2026-01-01", "?as_of=r30&met=false", "?q=M2",
    ):  # fmt: skip
        all_pages = list(pages(client, f"/en/plans/BP/milestones/{query}"))
        slips = {str(row.milestone.pk): row.slip_first for page in all_pages for row in page.context["rows"]}
        assert slips, query
        found = exported(client, all_pages[-1])
        assert sorted(row["id"] for row in found) == sorted(slips), query
        for row in found:
            assert row["slippage_days_against_first"] == ("" if slips[row["id"]] is None else str(slips[row["id"]]))


def test_the_initiatives(client, made, monkeypatch):
    monkeypatch.setattr(initiative, "PAGE", 2)
    for query in ("", "?health=no_update", "?pillar=2&lifecycle=met", "?as_of=r25", "?q=1"):
        all_pages = list(pages(client, f"/en/plans/BP/initiatives/{query}"))
        shown = [str(row.initiative.pk) for page in all_pages for row in page.context["rows"]]
        assert shown, query
        assert sorted(row["id"] for row in exported(client, all_pages[-1])) == sorted(shown), query


def test_the_indicators(client, made, monkeypatch):
    monkeypatch.setattr(indicators, "PAGE", 2)
    for number in range(3):
        add_indicator(made.plan, f"I{number}", initiative=made.initiatives["green"] if number else None)
    for query in ("", "?pillar=1", "?standing=no_target&level=output", "?q=I1"):
        all_pages = list(pages(client, f"/en/plans/BP/indicators/{query}"))
        shown = [str(row.indicator.pk) for page in all_pages for row in page.context["rows"]]
        assert shown, query
        assert sorted(row["id"] for row in exported(client, all_pages[-1])) == sorted(shown), query


def test_the_ledger_behind_the_money(client, made):
    """Its rows add up to every cell of the page."""
    add_entry(made.initiatives["green"], "77.00", stage=Stage.EXPENDITURE)
    for query in ("", "?fiscal_year=2025", "?pillar=1&organization=CBSA", "?on=2026-02-01", "?as_of=r20"):
        response = client.get(f"/en/plans/BP/money/{query}")
        cells = {
            (year, row.organization.code, stage): cell.value
            for year, rows, _total in response.context["years"]
            for row in rows
            for stage, cell in zip(Stage, row.stages, strict=True)
        }
        sums: dict[tuple[int, str, str], Decimal] = {}
        for row in exported(client, response) if cells else ():
            key = (int(row["fiscal_year"]), row["organization"], row["stage"])
            sums[key] = sums.get(key, Decimal(0)) + Decimal(row["amount"])
        assert {key: value for key, value in sums.items() if value} == {
            (year, code, str(stage)): value for (year, code, stage), value in cells.items() if value
        }, query
