"""Money in a real browser: its pages pass axe-core at both widths, and the grid needs neither mouse nor JavaScript."""

import os

import pytest

from initiatives.models import LedgerEntry
from tests.browser import SHARED, Visit
from tests.journeys.test_pages import browser, site  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser


def addresses(made):
    """Every page of the ledger."""
    one = "plans/BP/initiatives/1.01"
    entry = made.initiatives["green"].budget_lines.first().entries.first()
    return [
        "plans/BP/money/", "plans/BP/money/?fiscal_year=2025&organization=CBSA", f"{one}/", f"{one}/money/grid/",
        f"{one}/money/reprofile/", f"{one}/money/transfer/", f"{one}/money/{entry.pk}/correct/",
        f"{one}/money/{entry.pk}/reverse/", "figures/projected_lapse/?scope=BP",
        "figures/free_balance/?scope=BP&bucket=2025",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "fr"])
def test_pages_of_money_are_sound(browser, site, language):  # noqa: F811 - fixtures
    visit = Visit.of(browser, site.url, site.everywhere)
    for number, address in enumerate(addresses(site.made)):
        page = visit.open(f"/{language}/{address}")
        visit.look(page, language, SHARED[language])
        if folder := os.environ.get("SCREENSHOTS"):
            for width in (1280, 360):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme="light")
                page.screenshot(path=f"{folder}/{number}-{language}-{width}.png", full_page=True)
    assert not visit.faults, "\n".join(visit.faults)


def test_the_grid_is_filled_by_keyboard_alone_without_javascript(browser, site):  # noqa: F811 - fixtures
    visit = Visit.of(browser, site.url, site.everywhere)
    state = visit.context.storage_state()
    context = browser.new_context(java_script_enabled=False, storage_state=state)
    page = context.new_page()
    page.goto(f"{site.url}/en/plans/BP/initiatives/1.01/money/grid/")
    before = LedgerEntry.objects.count()
    line = site.made.initiatives["green"].budget_lines.get(fiscal_year=2026)
    page.locator(f"#id_cell-{line.pk}-planned").focus()
    page.keyboard.type("10.005")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("20.50")
    page.keyboard.press("Enter")
    page.wait_for_selector(".error-summary")
    assert "There is 1 thing to correct" in page.content()
    assert page.locator(f"#id_cell-{line.pk}-planned").get_attribute("aria-invalid") == "true"
    assert LedgerEntry.objects.count() == before
    page.locator(f"#id_cell-{line.pk}-planned").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("10.00")
    page.keyboard.press("Enter")
    assert page.locator(".message.success").inner_text() == "The amounts are in the ledger."
    assert LedgerEntry.objects.count() == before + 2
