"""The pages of indicators with much to show, in a real browser: both languages, both themes, wide and narrow; values
entered by hand. Their other forms are among those of test_pages."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from playwright.sync_api import Browser

from initiatives.actions.observations import ReadingContent, restate_observation
from initiatives.models import Observation
from tests.browser import SHARED, Visit, chromium, serving
from tests.conftest import own_database
from tests.factories import (
    ACTOR,
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
from tracker.models import User

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Site:
    """The running site, and who is in it."""

    url: str
    manager: User
    observation: int


def _fill() -> tuple[User, int]:
    plan = add_plan()
    initiative = add_initiative(add_pillar(plan), lead=add_organization())
    based = {"baseline_value": Decimal(0), "baseline_on": date(2023, 12, 31)}
    made = add_indicator(
        plan, "REMOVALS", initiative=initiative, title_en="Enforced removals, by calendar year",
        title_fr="Renvois exécutés, par année civile", calendar="calendar", **based,
    )  # fmt: skip
    set_at = datetime(2024, 1, 1, 17, tzinfo=UTC)
    add_target(made, date(2025, 12, 31), "21000", set_at=set_at)
    add_target(made, date(2025, 12, 31), "20000", number=2, reason="Fewer flights", set_at=set_at)
    whole = {"source": "CBSA", "source_url": "https://example.org/removals", "official": True}
    for year, value in [(2022, "8319"), (2023, "15207"), (2024, "16860")]:
        last = add_observation(made, date(year, 12, 31), value, period_start=date(year, 1, 1), **whole)
    reading = ReadingContent(value=Decimal(17357), source="CBSA, newer page")
    why = "In the newer version of the page."
    restate_observation(observation=last, reading=reading, reason=why, by=ACTOR, at=datetime(2025, 9, 1, tzinfo=UTC))
    add_observation(made, date(2025, 6, 30), "10915", period_start=date(2025, 1, 1), qualifier="about")
    add_indicator(plan, "EMPTY", title_en="An indicator of nothing yet", title_fr="Un indicateur encore vide")
    manager = add_user("manager", role=Role.PLAN_ADMIN, scope="BP", name="Marie Manager")
    return manager, Observation.objects.standing().filter(indicator=made).latest("pk").pk


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[Site]:
    with own_database(django_db_blocker):
        manager, observation = _fill()
        with serving() as url:
            yield Site(url, manager, observation)


@pytest.fixture(scope="module")
def browser(site) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_can_be_read_and_used(browser, site, language):
    visit = Visit.of(browser, site.url, site.manager)
    one = "plans/BP/indicators/REMOVALS/"
    for address in [
        "plans/BP/indicators/", one, f"{one}?on=2025-03-01", "plans/BP/indicators/EMPTY/", "plans/BP/initiatives/1.01/",
        f"{one}observations/{site.observation}/restate/", f"{one}observations/grid/?year=2025",
        "figures/indicators/?scope=BP", "plans/BP/indicators/?has_target=true&level=outcome",
    ]:  # fmt: skip
        page = visit.open(f"/{language}/{address}")
        visit.look(page, language, SHARED[language])
        _kept(page, f"{language}-{address}")
    assert not visit.faults, "\n".join(visit.faults)


def _kept(page, name: str) -> None:
    """Pictures, where somebody wants to see them."""
    directory = os.environ.get("PICTURES")
    if directory:
        for width, theme in ((1280, "light"), (360, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            file = "".join(c if c.isalnum() else "-" for c in name)
            page.screenshot(path=f"{directory}/{file}-{width}-{theme}.png", full_page=True)


def test_a_manager_enters_a_value_without_a_mouse(browser, site):
    visit = Visit.of(browser, site.url, site.manager)
    page = visit.open("/en/plans/BP/indicators/REMOVALS/")
    page.get_by_role("link", name="Record a value").focus()
    page.keyboard.press("Enter")
    page.get_by_label("From").fill("2025-07-01")
    page.get_by_label("To", exact=False).first.wait_for()
    page.locator("#id_period_end").fill("2025-07-31")
    page.locator("#id_value").focus()
    page.keyboard.type("1500")
    page.keyboard.press("Enter")
    page.get_by_text("The value is recorded.").wait_for()
    assert "12,415" in page.locator("main").inner_text()


def test_a_year_is_filled_by_keyboard_alone_without_javascript(browser, site):
    visit = Visit.of(browser, site.url, site.manager)
    context = browser.new_context(java_script_enabled=False, storage_state=visit.context.storage_state())
    page = context.new_page()
    page.goto(f"{site.url}/en/plans/BP/indicators/EMPTY/observations/grid/?year=2024&step=quarter")
    first = page.locator("main table input[inputmode=decimal]").first
    first.focus()
    for value in ("0", "12.1234567", "", "7"):
        page.keyboard.type(value)
        for _column in ("availability", "source", "the next value"):
            page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
    assert "There is 1 thing to correct" in page.locator(".error-summary").inner_text()
    wrong = page.locator("main table [aria-invalid=true]")
    assert (wrong.input_value(), first.input_value()) == ("12.1234567", "0")
    assert not Observation.objects.filter(indicator__code="EMPTY").exists()
    wrong.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("12.5")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".message.success").inner_text() == "3 values are recorded."
    made = Observation.objects.filter(indicator__code="EMPTY").order_by("period_end")
    assert [(str(row.period_end), row.value) for row in made] == [
        ("2024-06-30", 0), ("2024-09-30", Decimal("12.5")), ("2025-03-31", 7),
    ]  # fmt: skip
