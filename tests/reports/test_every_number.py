"""No number on a dashboard lacks its explanation: every page that shows figures is walked, number by number."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.utils import timezone

from initiatives.choices import Stage, Vote
from tests.factories import add_entry, add_indicator, add_observation, add_target
from tests.scenarios import small_plan

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Names of years and revisions are written like figures, and are none.
NAMES = re.compile(r"\d{4}-\d{2,4}|r\d+|\d{4}-W\d{2}")
# Rows of facts are what explanations lead to; the slip of a milestone stands beside the dates that it is made of.
FACTS = re.compile(r"(entry|announcement|milestone)-")


@dataclass
class Shown:
    """One number of a page: its text and what follows it, its exact value where the page has it, and the link that it
    stands in."""

    text: str
    exact: str | None
    link: str | None
    after: str = ""


@dataclass
class Numbers(HTMLParser):
    """Collects the numbers in the main part of a page, but those in rows of facts."""

    stack: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    found: list[Shown] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag, attributes):
        given = {name: value or "" for name, value in attributes}
        if tag not in VOID:
            self.stack.append((tag, given))
        figure = tag in ("data", "span") and "figure" in given.get("class", "").split()
        if figure and not any(is_fact(one) for _tag, one in self.stack):
            link = next((one.get("href") for name, one in reversed(self.stack) if name == "a"), None)
            self.found.append(Shown("", given.get("value"), link))
            given["collected"] = tag

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self.stack and "collected" in self.stack[-1][1]:
            self.found[-1].text += data
        elif self.found and not self.found[-1].after:
            self.found[-1].after = data


def is_fact(attributes: dict[str, str]) -> bool:
    """A row of facts, or the history, which tells of rows and not of figures."""
    return bool(FACTS.match(attributes.get("id", ""))) or attributes.get("class") == "history"


def numbers(html: str) -> list[Shown]:
    """Those of the main part. Tiles, charts and tables alike write a number as `.figure`."""
    parser = Numbers()
    parser.feed(html[html.index("<main") : html.index("</main>")])
    return [one for one in parser.found if not NAMES.fullmatch(one.text)]


@pytest.fixture
def made():
    """The small plan, with money in all stages, within authority and beyond it, in this fiscal year and the last; and
    an indicator on its way."""
    made = small_plan()
    green, red = made.initiatives["green"], made.initiatives["red"]
    for stage, amount in ((Stage.EXPENDITURE, "9.00"), (Stage.COMMITMENT, "3.00"), (Stage.FORECAST, "15.00")):
        add_entry(green, amount, stage=stage, fiscal_year=2026, effective_on=date(2026, 4, 2), vote=Vote.CAPITAL)
    add_entry(green, "20.00", fiscal_year=2026, effective_on=date(2026, 4, 2), vote=Vote.CAPITAL)
    add_entry(red, "600.00", stage=Stage.EXPENDITURE, effective_on=date(2025, 9, 1))
    add_entry(red, "500.00", effective_on=date(2025, 9, 1))
    add_entry(red, "7.00", stage=Stage.EXPENDITURE, fiscal_year=2024, effective_on=date(2025, 2, 1))
    indicator = add_indicator(
        made.plan, initiative=green, baseline_value=Decimal(0), baseline_on=TODAY - timedelta(900)
    )
    add_target(indicator, TODAY + timedelta(300))
    add_observation(indicator, TODAY.replace(day=1) - timedelta(1), "25")
    return made


PAGES = [
    "plans/BP/", "plans/BP/pillars/1/", "plans/BP/pillars/2/", "plans/BP/money/", "plans/BP/money/?pillar=1",
    "plans/BP/money/?organization=RCMP", "plans/BP/money/?fiscal_year=2025", "plans/BP/initiatives/",
    "plans/BP/initiatives/1.01/", "plans/BP/initiatives/1.03/", "plans/BP/indicators/",
]  # fmt: skip


@pytest.fixture
def read(client):
    """A page's numbers, as somebody reads it."""

    def read(user, address):
        client.force_login(user)
        response = client.get(f"/en/{address}")
        assert response.status_code == 200, address
        return numbers(response.content.decode())

    return read


@pytest.mark.parametrize("address", PAGES)
def test_every_number_of_a_page_leads_to_rows_that_add_up_to_it(made, read, client, address):
    """Apart from the plan's announced total, which is a fact with its source, and the share of a year that is over."""
    found = read(made.people.auditor, address)
    announced = made.plan.funding_announced
    bare = [one for one in found if one.link is None and one.exact != f"{announced:f}"]
    assert len(found) > 1
    assert [one.text for one in bare if not one.after.startswith(" of the year")] == []
    for link, exact in {(one.link, one.exact) for one in found if one.link and one.exact}:
        response = client.get(link)
        assert response.status_code == 200, link
        if "explanation" in response.context:
            told = response.context["explanation"].value
            # How far the announced split is from the announced total, the page says too.
            assert Decimal(exact) in (told, abs(announced - told)), link
            rows = [row.value for row, _part in response.context["rows"]]
            assert sum(rows) == told, link
