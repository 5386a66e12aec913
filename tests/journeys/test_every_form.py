"""Every form in a real browser, by keyboard alone, in both languages: each control is reached in turn, what is wrong is
told at once, and axe-core finds nothing in the form with its errors."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page, TimeoutError  # noqa: A004 - as the library names it

from tests.browser import Visit, chromium, serving
from tests.conftest import own_database
from tests.initiatives.every_form import World, Wrong, every_form
from tracker.models import Revision
from tracker.timemachine import head

pytestmark = [pytest.mark.browser, pytest.mark.heavy]
MOST_KEYS = 400  # no form has so many controls
DRAWN = 5_000  # milliseconds: a browser gives the focus when it draws, which may come after the load
AXE = AXE_FILE_PATH.read_text(encoding="utf-8")

# Controls of the form whose button is named so (the primary one without a name): radio buttons of one name are one
# stop of the Tab key.
CONTROLS = """name => {
  const buttons = [...document.querySelectorAll('main form[method=post] button')];
  const button = buttons.find(one => name ? one.name === name : one.classList.contains('primary'));
  button.form.dataset.tried = '';
  const found = [...button.form.elements].filter(one => one.type !== 'hidden' && one.tagName !== 'FIELDSET');
  return [...new Set(found.map(one => one.tagName === 'BUTTON' ? 'button:' + one.name : one.name))];
}"""
FOCUSED = """() => {
  const one = document.activeElement;
  const tag = one.tagName;
  const closed = tag === 'SUMMARY' && !one.parentElement.open && Boolean(one.closest('main'));
  const ours = Boolean(one.form) && 'tried' in one.form.dataset;
  return {tag, type: one.type || '', name: one.name || '', closed, ours};
}"""


@dataclass(frozen=True)
class Site:
    """The running site, and the forms in it."""

    url: str
    world: World


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[Site]:
    with own_database(django_db_blocker):
        world = every_form()
        with serving() as url:
            yield Site(url, world)


@pytest.fixture(scope="module")
def browser(site) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_is_filled_and_corrected_by_keyboard_alone(browser, site, language):
    visit = Visit.of(browser, site.url, site.world.chief)
    before = head()
    for form in site.world.forms:
        page = visit.open(f"/{language}/{form.shown_at}")
        visit.faults += [f"{language} {form.name}: {fault}" for fault in by_keyboard(page, form)]
        look(visit, page, *(360, "light") if language == "en" else (1280, "dark"))
    assert not visit.faults, "\n".join(visit.faults)
    # An update that is typed for long keeps itself as a draft; nothing else is written.
    since = Revision.objects.filter(number__gt=before).exclude(reason__startswith="Draft of")
    assert not since.exists()


def look(visit: Visit, page: Page, width: int, theme: Literal["light", "dark"]) -> None:
    """What must hold of any page, at one width in one theme."""
    page.evaluate(AXE)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)
    visit.faults += [f"{page.url} ({theme}, {width}): {fault}" for fault in visit._faults(page)]


def by_keyboard(page: Page, form: Wrong) -> Iterator[str]:
    """Past the navigation, through every control, to the button; then to what is wrong."""
    expected = page.evaluate(CONTROLS, form.button)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the link that skips to the main part
    reached = set()
    for _key in range(MOST_KEYS):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at["closed"]:
            page.keyboard.press("Enter")
        if not at["ours"]:
            continue
        reached.add(f"button:{at['name']}" if at["tag"] == "BUTTON" else at["name"])
        if at["tag"] == "BUTTON" and at["name"] == form.button:
            break
        write(page, at, form)
    else:
        yield "the button is not reached"
        return
    missing = {name for name in expected if not name.startswith("button:")} - reached
    if missing:
        yield f"the Tab key passes {sorted(missing)} by"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    yield from to_the_first_error(page)


def to_the_first_error(page: Page) -> Iterator[str]:
    """From the errors, which take the focus when the page is first drawn, to the field of the first."""
    try:
        page.wait_for_function("document.activeElement.className === 'error-summary'", timeout=DRAWN)
    except TimeoutError:
        where = page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        yield f"the errors do not take the focus: it is at {where}"
        return
    page.keyboard.press("Tab")
    if not (page.evaluate("document.activeElement.getAttribute('href')") or "").startswith("#id_"):
        yield f"no field is told to be wrong: {page.locator('.error-summary').inner_text()}"
        return
    page.keyboard.press("Enter")
    if page.evaluate("document.activeElement.getAttribute('aria-invalid')") != "true":
        yield "the first error does not lead to its field"


def write(page: Page, at: dict[str, str], form: Wrong) -> None:
    """Type what is wrong into a field of text or numbers; take away what stands in one of a date."""
    if at["name"] not in form.sent:
        return
    if at["type"] == "date":
        page.keyboard.press("Backspace")
    elif at["tag"] == "TEXTAREA" or at["type"] in ("text", "number", "url"):
        page.keyboard.press("Control+A")
        page.keyboard.press("Delete")
        page.keyboard.insert_text(form.sent[at["name"]])
