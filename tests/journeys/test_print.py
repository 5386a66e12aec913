"""Pages on paper, as Chromium prints them: all that is read, nothing to click, in light colours."""

import io
import re
from collections.abc import Iterator

import pypdf
import pytest
from playwright.sync_api import Browser, Page

from tests.browser import Visit, chromium, serving
from tests.conftest import own_database
from tests.scenarios import SmallPlan, small_plan

pytestmark = pytest.mark.browser

SEEN = """selector => [...document.querySelectorAll(selector)].filter(one => one.checkVisibility()).length"""
# Rows of tables in what is folded away on the screen, without what is for the ear alone.
FOLDED = """() => [...document.querySelectorAll('main details:not([open]) tbody tr')].map(row => {
    const read = row.cloneNode(true);
    read.querySelectorAll('.unseen').forEach(one => one.remove());
    return read.textContent;
})"""


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[tuple[str, SmallPlan]]:
    with own_database(django_db_blocker):
        made = small_plan()
        with serving() as url:
            yield url, made


@pytest.fixture(scope="module")
def browser(site) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def paper(page: Page) -> str:
    """The words that are on paper, without spaces."""
    made = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    box = made.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (612, 792)
    return squeezed("".join(one.extract_text() for one in made.pages))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("which", ["plan", "rollup"])
def test_all_that_is_read_and_nothing_to_click(site, browser, language, which):
    url, made = site
    visit = Visit.of(browser, url, made.people.plan_admin)
    rollup = made.rollups[-1]
    address = {"plan": f"plans/BP/?as_of=r{rollup.as_of}", "rollup": f"rollups/{rollup.code}/"}[which]
    page = visit.open(f"/{language}/{address}")
    page.emulate_media(color_scheme="dark", media="print")
    text = paper(page)
    folded = [squeezed(row) for row in page.evaluate(FOLDED)]
    assert len(folded) >= 4
    for row in folded:
        assert row in text, row
    assert page.evaluate(SEEN, "nav, button, .button, .date-control, .account, .theme, .filters") == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(51, 51, 51)"
    assert squeezed(page.locator("h1").inner_text()) in text
    # The moment that is shown, so that paper can be held against the record.
    shown = page.locator(".page-footer p").first.inner_text()
    assert squeezed(shown) in text
    assert not visit.faults, "\n".join(visit.faults)


def test_rows_are_not_broken_over_pages(site, browser):
    url, made = site
    page = Visit.of(browser, url, made.people.plan_admin).open(f"/en/rollups/{made.rollups[-1].code}/")
    page.emulate_media(media="print")
    broken = "all => all.filter(row => getComputedStyle(row).breakInside !== 'avoid').length"
    assert page.locator("tr").evaluate_all(broken) == 0
    assert page.locator("thead").first.evaluate("one => getComputedStyle(one).display") == "table-header-group"


def test_the_button_prints(site, browser):
    url, made = site
    visit = Visit.of(browser, url, made.people.plan_admin)
    visit.context.add_init_script("window.print = () => { window.printed = true; };")
    page = visit.open(f"/en/rollups/{made.rollups[-1].code}/")
    page.get_by_role("button", name="Print this page").click()
    assert page.evaluate("window.printed")
    assert not visit.faults, "\n".join(visit.faults)


def test_what_narrows_a_list_and_how_long_it_is_are_on_paper(site, browser):
    """A list of some rows is not to pass for the list of all."""
    url, made = site
    visit = Visit.of(browser, url, made.people.plan_admin)
    page = visit.open("/en/plans/BP/milestones/?late=true")
    page.emulate_media(media="print")
    text = paper(page)
    shown = page.locator(".filters .field").evaluate_all("all => all.filter(one => one.checkVisibility()).length")
    assert shown == 1
    assert "Lateyes" in text
    assert squeezed(page.locator(".pager p").inner_text()) in text
    assert re.search(r"1/\d", text)
    page = visit.open("/en/plans/BP/milestones/")
    page.emulate_media(media="print")
    assert page.evaluate(SEEN, ".filters, .filters *") == 0
    assert not visit.faults, "\n".join(visit.faults)
