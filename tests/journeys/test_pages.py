"""Every page in a real browser: both languages, both themes, wide and narrow; and where no script runs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.template.loader import render_to_string
from django.urls import get_resolver
from django.utils import translation
from playwright.sync_api import Browser, Page, Route

from tests.browser import SHARED, Visit, chromium, serving
from tests.conftest import own_database
from tests.factories import PASSWORD, add_plan
from tests.initiatives.every_form import World, every_form
from tests.journeys.every_page import ELSEWHERE, NO_PAGES, elsewhere, named, reading, writing
from tests.scenarios import SmallPlan
from tests.test_access import routes
from tracker.models import User

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Site:
    """The running site, what is in it, and its pages."""

    url: str
    world: World
    reading: list[str]
    writing: list[str]

    @property
    def made(self) -> SmallPlan:
        return self.world.made

    @property
    def everywhere(self) -> User:
        """Who may open all that is of plans."""
        return self.world.chief


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[Site]:
    """One site for the module, on a database of its own: a copy of the migrated one, filled once."""
    with own_database(django_db_blocker):
        world = every_form()
        add_plan("DEMO", simulated=True)
        with serving() as url:
            yield Site(url, world, reading(world), writing(world))


@pytest.fixture(scope="module")
def browser(site) -> Iterator[Browser]:
    """Started after the site: while its loop runs, this thread has other database connections than before."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def plain(site, browser) -> Page:
    """A window in which no script runs, whose person came in by the form."""
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{site.url}/en/sign-in/")
    page.fill("#id_username", site.everywhere.username)
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    assert "/sign-in/" not in page.url
    return page


# Tables that are wider than their box without showing that they go on.
CUT = """() => [...document.querySelectorAll('.scroll')].filter(
  box => box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).backgroundImage === 'none'
).map(box => box.getAttribute('aria-label'))"""
# Cells of stacked tables that do not say of which column they are, or that stick out.
DUMB = """() => [...document.querySelectorAll('table.stack tbody td')].filter(
  cell => cell.checkVisibility() && !cell.dataset.label && !cell.classList.contains('code')
    || cell.getBoundingClientRect().right > innerWidth
).map(cell => cell.outerHTML.slice(0, 80))"""


def test_every_page_is_looked_at(site):
    """Each address of the site stands in one of the lists, or is named with who looks at it, or as no page."""
    there_are = {name for name in routes(get_resolver().url_patterns) if not name.startswith(("api:", "^"))}
    others = elsewhere(site.made.people, site.everywhere)
    looked_at = named([*site.reading, *site.writing, *(address for _user, address, status in others if status == 200)])
    assert there_are - looked_at == NO_PAGES | ELSEWHERE.keys()


@pytest.mark.parametrize("language", ["en", "fr"])
class TestEveryPage:
    def test_reads(self, browser, site, plain, language):
        """Nor is a table cut unseen in a narrow window, which is how each page is left when it was looked at."""
        visit = Visit.of(browser, site.url, site.everywhere)
        stacked = 0
        for number, address in enumerate(site.reading):
            page = visit.open(f"/{language}/{address}")
            visit.look(page, language, SHARED[language])
            assert page.evaluate("innerWidth") == 360
            visit.faults += [f"{address}: cut: {name}" for name in page.evaluate(CUT)]
            visit.faults += [f"{address}: dumb: {cell}" for cell in page.evaluate(DUMB)]
            stacked += page.locator("table.stack").count()
            if plainly(number, language):
                visit.compare(plain)
        assert not visit.faults, "\n".join(visit.faults)
        assert stacked > 10

    def test_writes(self, browser, site, plain, language):
        """A form is seen in one language here, for test_every_form sees each in both, with its errors."""
        visit = Visit.of(browser, site.url, site.everywhere)
        forms = {form.shown_at for form in site.world.forms}
        for number, address in enumerate(site.writing):
            if address in forms and not plainly(number, language):
                continue
            visit.look(visit.open(f"/{language}/{address}"), language, SHARED[language])
            if plainly(number, language):
                visit.compare(plain)
        assert not visit.faults, "\n".join(visit.faults)

    def test_refuses(self, browser, site, language):
        """What cannot be shown or done; the last of each person's pages is that which says that they are gone."""
        visits: dict[User | None, Visit] = {}
        for user, address, status in elsewhere(site.made.people, site.everywhere):
            if user not in visits:
                visits[user] = Visit.of(browser, site.url, user)
            page = visits[user].open(f"/{language}/{address}", status=status)
            visits[user].look(page, language, SHARED[language])
        visit = visits[site.made.people.outsider]
        visit.open(f"/{language}/").locator(".account button").click()
        assert visit.page.url.endswith("/sign-out/")
        visit.look(visit.page, language, SHARED[language])
        faults = [fault for visit in visits.values() for fault in visit.faults]
        assert not faults, "\n".join(faults)

    def test_fails(self, browser, site, language):
        """A form from elsewhere, and pages that ask neither a database nor who reads them, as they are shown then."""
        visit = Visit.of(browser, site.url, None)
        page = visit.open(f"/{language}/sign-in/")
        visit.context.clear_cookies()
        page.locator("main button").click()
        assert page.locator("h1").inner_text() in ("The form was not accepted", "Le formulaire n’a pas été accepté")
        visit.look(page, language, SHARED[language])
        for status in (500, 503):
            with translation.override(language):
                html = render_to_string(f"{status}.html")
            address = f"{site.url}/{language}/fails-with-{status}/"
            page.route(address, answering(html))
            visit.look(visit.open(address.removeprefix(site.url)), language, SHARED[language])
        assert not visit.faults, "\n".join(visit.faults)

    def test_says_what_is_wrong_with_a_form(self, browser, site, language):
        visit = Visit.of(browser, site.url, site.everywhere)
        page = visit.open(f"/{language}/plans/BP/initiatives/2.01/update/")
        for rating in ("schedule", "cost", "scope", "overall"):
            page.locator(f"input[name=health_{rating}][value=red]").check()
        for name in ("headline_en", "headline_fr"):
            page.locator(f"#id_{name}").fill("")
        page.locator("button[name=submit]").click()
        assert page.title().startswith(("Error:", "Erreur"))
        assert page.evaluate("document.activeElement.className") == "error-summary"
        assert page.locator(f"#id_headline_{language}").get_attribute("aria-invalid") == "true"
        page.locator(".error-summary a").first.click()
        assert page.evaluate("document.activeElement.id") == f"id_headline_{language}"
        visit.look(page, language, SHARED[language])
        assert not visit.faults, "\n".join(visit.faults)


def answering(html: str) -> Callable[[Route], None]:
    """The page itself, in place of the server's answer."""
    return lambda route: route.fulfill(body=html, content_type="text/html")


def plainly(number: int, language: str) -> bool:
    """Whether that page is compared in this language: scripts know of none, so each is in one of them."""
    return number % 2 == (language == "fr")


@pytest.mark.parametrize(
    ("address", "width"),
    [("en/plans/BP/initiatives/1.01/", 1280), ("fr/plans/BP/", 360), ("fr/plans/BP/initiatives/2.02/update/", 1280)],
)
def test_the_tab_key_reaches_everything_in_its_order(browser, site, address, width):
    visit = Visit.of(browser, site.url, site.everywhere)
    page = visit.open(f"/{address}")
    page.set_viewport_size({"width": width, "height": 900})
    visit.walk(page)
    assert not visit.faults, "\n".join(visit.faults)
