"""The money of an initiative and of a plan, as pages show it."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.choices import Stage, Vote
from initiatives.models import BudgetLine, Initiative
from reports.views import money as view
from tests.factories import add_entry, add_initiative, add_organization, add_pillar, add_plan, add_user
from tracker.choices import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(client):
    """CBSA (two years) within its authority in 2025-26, RCMP beyond it; RCMP spent without authority in 2026-27."""
    pillar = add_pillar(add_plan())
    rcmp, cbsa = add_organization("RCMP"), add_organization("CBSA", fund_life_years=2)
    one = add_initiative(pillar, lead=rcmp)
    two = add_initiative(add_pillar(pillar.plan, 2), "2.01", lead=cbsa)
    add_entry(two, "1000.00", vote=Vote.OPERATING, organization=cbsa)
    add_entry(two, "250.00", vote=Vote.OPERATING, organization=cbsa, stage=Stage.EXPENDITURE)
    add_entry(one, "500.00", vote=Vote.CAPITAL)
    add_entry(one, "600.00", vote=Vote.CAPITAL, stage=Stage.EXPENDITURE)
    add_entry(one, "70.00", stage=Stage.EXPENDITURE, fiscal_year=2026, effective_on=date(2026, 5, 1))
    client.force_login(add_user("auditor", role=Role.AUDITOR, language="en"))
    return client


def text(response):
    assert response.status_code == 200
    # The scales of the pictures are no amounts of anything.
    drawn = re.sub(r"<svg.*?</svg>", "", response.content.decode(), flags=re.DOTALL)
    seen = re.sub(r'<span class="unseen">.*?</span>', "", drawn)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", seen).replace("\xa0", " "))


def test_the_plan_by_year_and_organization(made):
    page = text(made.get("/en/plans/BP/money/?on=2026-09-30"))
    assert "2025-26" in page
    assert "RCMP agency not published $500" in page
    assert "120%" in page
    assert "25%" in page
    assert "50% of the year" in page
    assert "2027-03-31" in page
    assert "All organizations" in page
    assert "CBSA: funds live two years" in page
    assert "RCMP: what is not spent on 31 March" in page
    french = text(made.get("/fr/plans/BP/money/?on=2026-09-30"))
    assert "2025-2026" in french


def test_pictures_show_the_years_and_the_chosen_one_month_by_month(made):
    page = made.get("/en/plans/BP/money/?on=2026-09-30")
    years = {row.year: (row.planned, row.authority, row.spent) for row in page.context["years_chart"].years}
    assert years == {2025: (None, 1500, 850), 2026: (None, None, 70)}
    assert page.context["years_chart"].current == 2026
    now = page.context["burn_chart"]
    assert (now.year, now.latest.month, now.latest.spent) == (2026, date(2026, 9, 1), 70)
    chosen = made.get("/en/plans/BP/money/?on=2026-09-30&fiscal_year=2025&organization=CBSA").context["burn_chart"]
    assert (chosen.year, chosen.months[-1].authority, chosen.latest.spent) == (2025, 1000, 250)
    assert (chosen.forecast, chosen.lapse) == (250, 700)
    # Nothing is forecast of funds that are closed.
    closed = made.get("/en/plans/BP/money/?on=2026-09-30&fiscal_year=2025&organization=RCMP").context["burn_chart"]
    assert (closed.latest.spent, closed.forecast, closed.lapse) == (600, None, None)
    for name in ("years_url", "burn_url"):
        assert made.get(page.context[name]).status_code == 200
    assert made.get("/en/plans/BP/money/?on=2026-09-30&pillar=2").context["burn_chart"] is None


@pytest.mark.parametrize("day", ["2026-04-15", "2026-09-30", "2027-04-30"])
def test_the_initiative_and_the_plan_draw_one_and_the_same_burn(made, day):
    of_plan = made.get(f"/en/plans/BP/money/?on={day}&pillar=1").context["burn_chart"]
    assert made.get(f"/en/plans/BP/initiatives/1.01/?on={day}").context["burn"] == of_plan


def test_overspending_is_listed_with_what_was_spent_without_authority(made):
    page = text(made.get("/en/plans/BP/money/?on=2026-09-30"))
    listed = page[page.index("Budget line" if "Beyond Initiative" in page else "Beyond") :]
    assert "$500.00 $600.00 $100.00" in listed
    assert "not published $70.00 $70.00" in listed
    assert "$170" in listed


def test_of_many_lines_beyond_their_authority_the_furthest_are_listed(made, monkeypatch):
    monkeypatch.setattr(view, "FURTHEST", 1)
    page = text(made.get("/en/plans/BP/money/?on=2026-09-30"))
    assert "$500.00 $600.00 $100.00" in page
    assert "The first of 2 is shown." in page
    assert "not published $70.00 $70.00" not in page
    assert "$170" in page


def test_every_number_leads_to_rows_that_add_up_to_it(made):
    page = made.get("/en/plans/BP/money/?on=2026-09-30").content.decode()
    links = set(re.findall(r'<a class="explained" href="([^"]+)">\s*<data class="figure" value="([^"]+)"', page))
    assert len(links) > 15
    for url, amount in links:
        explained = made.get(url.replace("&amp;", "&"))
        assert explained.status_code == 200, url
        assert explained.context["explanation"].value == Decimal(amount), url
        rows = [row.value for row, _part in explained.context["rows"]]
        assert sum(rows) == Decimal(amount), url


@pytest.mark.parametrize(
    ("query", "there", "not_there"),
    [
        ("organization=CBSA", "$1,000", "$600"),
        ("pillar=1", "$600", "$1,000"),
        ("fiscal_year=2026", "$70", "$600"),
        ("pillar=2&organization=CBSA&fiscal_year=2025&on=2026-09-30", "$250", "$600"),
    ],
)
def test_filters_leave_what_they_name_and_every_number_explained(made, query, there, not_there):
    response = made.get(f"/en/plans/BP/money/?{query}")
    page = text(response)
    assert there in page
    assert not_there not in page
    for url in set(re.findall(r'class="explained" href="([^"]+)">\s*<data', response.content.decode())):
        assert made.get(url.replace("&amp;", "&")).status_code == 200, url
    csv = re.search(r'href="([^"]+\.csv[^"]*)"', response.content.decode())[1].replace("&amp;", "&")
    assert b"".join(made.get(csv)).count(b"\r\n") > 1


@pytest.mark.parametrize("query", ["pillar=9", "vote=capital", "fiscal_year=x", "organisation=CBSA"])
def test_what_cannot_be_meant_is_refused(made, query):
    assert made.get(f"/en/plans/BP/money/?{query}").status_code in (400, 404)


def test_nothing_fits_is_not_nothing_recorded(made):
    assert "No money fits all of these filters" in text(made.get("/en/plans/BP/money/?pillar=2&fiscal_year=2026"))


def test_the_initiative_by_year_with_its_lines_and_rule(made):
    page = text(made.get("/en/plans/BP/initiatives/1.01/?on=2026-09-30"))
    assert "Spent beyond authority: $170 . The budget lines are marked below." in page
    assert "spent and committed so far" in page
    assert "no authority is recorded" in page
    assert "20% of capital authority" in page
    assert "Reprofile" not in page  # an auditor reads
    response = made.get("/en/plans/BP/initiatives/2.01/?on=2026-03-31")
    assert "$700.00 $50.00 carried forward" in text(response)
    for url in set(re.findall(r'class="explained" href="([^"]+)">\s*<data', response.content.decode())):
        assert made.get(url.replace("&amp;", "&")).status_code == 200, url


def test_a_line_is_explained_step_by_step(made):
    """From the stages of its ledger, each with its entries, to what is told of it."""
    line = BudgetLine.objects.get(organization__code="CBSA")
    bucket = f"2025/CBSA/line-{line.pk}"
    page = made.get(f"/en/figures/projected_lapse/?scope=BP/2.01&bucket={bucket}&on=2026-09-30")
    assert "2025-26, CBSA agency, source not published, operating" in text(page)
    assert (
        "Year-end forecast (spent and committed so far) $250.00 Authority that will not be spent $750.00"
        " Of that, may be carried forward $50.00 Projected lapse $700.00"
    ) in text(page)
    steps = page.context["steps"]
    assert [step.label for step in steps if step.url] == ["authority", "expenditure"]
    for step in steps:
        if step.url:
            assert made.get(step.url).context["explanation"].value == step.amount
    over = made.get(f"/fr/figures/overspent/?scope=BP&bucket={bucket}&on=2026-09-30")
    assert over.context["steps"][-1].amount == 0
    assert made.get(f"/en/figures/overspent/?scope=BP&bucket=2025/CBSA/line-{line.pk + 99}").status_code == 400


def test_more_lines_cost_no_more_queries(made):

    def cost():
        with CaptureQueriesContext(connection) as queries:
            made.get("/en/plans/BP/money/")
        return len(queries)

    cost()
    few = cost()
    for year in range(2000, 2020):
        add_entry(Initiative.objects.get(code="1.01"), fiscal_year=year, stage=Stage.EXPENDITURE)
    assert cost() == few
