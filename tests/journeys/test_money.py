"""Money in a real browser: the grid needs neither mouse nor JavaScript."""

import pytest

from initiatives.models import LedgerEntry
from tests.browser import Visit
from tests.journeys.test_pages import browser, site  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser


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
