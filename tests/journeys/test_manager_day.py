"""A manager's day in a real browser, by keyboard alone: a slip, an expenditure, a value, and where they then show."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation
from playwright.sync_api import Browser, Locator, Page

from initiatives.models import LedgerEntry, Milestone, Observation
from tests.browser import chromium, serving
from tests.conftest import own_database
from tests.factories import PASSWORD, add_indicator, add_observation
from tests.scenarios import SmallPlan, small_plan
from tracker import formats
from tracker.models import Revision

pytestmark = [pytest.mark.browser, pytest.mark.heavy]
MOST_KEYS = 400  # no page has so many stops
SPENT, SEEN = Decimal("123456.78"), Decimal(1500)


@dataclass(frozen=True)
class Site:
    """The running site, and what is in it."""

    url: str
    made: SmallPlan


@pytest.fixture
def site(django_db_setup, django_db_blocker) -> Iterator[Site]:
    with own_database(django_db_blocker):
        made = small_plan()
        teams = add_indicator(made.plan, "TEAMS", initiative=made.initiatives["green"], title_fr="Équipes")
        add_observation(teams, date(2025, 8, 31), "4500", source="CBSA")
        add_observation(teams, date(2025, 9, 30), "4700", source="CBSA")
        with serving() as url:
            yield Site(url, made)


@pytest.fixture
def browser(site) -> Iterator[Browser]:
    """Started after the site: while its loop runs, this thread has other database connections than before."""
    with chromium() as browser:
        yield browser


@dataclass(frozen=True)
class Keyboard:
    """Hands on the keys; nothing is clicked, nothing is filled from outside."""

    page: Page
    url: str

    def to(self, control: Locator) -> None:
        """Tab until the control has the focus."""
        found = control.element_handle()
        for _key in range(MOST_KEYS):
            if found.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"the Tab key does not reach {control}")

    def follow(self, link: str | Locator) -> None:
        """A link, by its address or as it is found."""
        self.to(self.page.locator(link).first if isinstance(link, str) else link)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, name: str, text: str) -> None:
        """A field's text, in place of what stands there."""
        self.to(self.page.locator(f"main [name={name}]"))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def write_day(self, name: str, day: date) -> None:
        """A date, in the order in which this browser asks for its parts."""
        control = self.page.locator(f"main [name={name}]")
        for order in ("%m%d%Y", "%Y%m%d", "%d%m%Y"):
            self.to(control)
            self.page.keyboard.type(day.strftime(order))
            if control.input_value() == day.isoformat():
                return
            # Back to the first part of the date.
            for key in ("Shift+Tab", "Shift+Tab", "Shift+Tab"):
                self.page.keyboard.press(key)
        pytest.fail(f"{day} cannot be typed")

    def send(self) -> None:
        """As a form is sent from any of its fields."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def words(self) -> str:
        """The main part, on one line, with plain spaces."""
        return " ".join(self.page.locator("main").inner_text().split())


def plain(text: str) -> str:
    """A figure with plain spaces."""
    return " ".join(text.split())


@pytest.mark.parametrize(("language", "javascript"), [("en", True), ("fr", False)])
def test_a_day(browser, site, language, javascript):
    context = browser.new_context(
        java_script_enabled=javascript, locale=f"{language}-CA", viewport={"width": 1280, "height": 900}
    )
    context.set_default_timeout(10_000)
    keys = Keyboard(context.new_page(), f"{site.url}/{language}/")
    initiative = "/plans/BP/initiatives/1.01/"
    with translation.override(language):
        sign_in(keys)
        keys.follow('nav a[href$="/plans/BP/initiatives/"]')
        keys.follow(f'main a[href$="{initiative}"]')
        slip(keys, site.made.milestones["late"])
        spend(keys)
        observe(keys, initiative)
        look_around(keys, site.made.milestones["late"])
    who = site.made.people.manager
    assert set(Revision.objects.order_by("-number")[:3].values_list("actor", flat=True)) == {who.pk}


def sign_in(keys: Keyboard) -> None:
    keys.page.goto(f"{keys.url}sign-in/")
    keys.write("username", "manager")
    keys.write("password", PASSWORD)
    keys.send()


def slip(keys: Keyboard, late: Milestone) -> None:
    """The forecast moves to 260 days after the baseline; without a reason it does not."""
    day = timezone.localdate() + timedelta(230)
    keys.follow(f'main a[href$="/milestones/{late.code}/move/"]')
    keys.write_day("forecast_on", day)
    keys.to(keys.page.locator("main [name=reason]"))
    keys.send()
    assert keys.page.locator("[name=reason][aria-invalid=true]").count() == 1
    assert keys.page.locator("[name=forecast_on]").input_value() == day.isoformat()
    keys.write("reason", "The steel comes late.")
    keys.send()
    row = " ".join(keys.page.locator(f"#milestone-{late.code}").inner_text().split())
    assert f"{day} +260 +260 2" in row


def spend(keys: Keyboard) -> None:
    """Today, on the budget line of the last entry: only the amount is asked."""
    keys.follow('main a[href$="/money/add/"]')
    keys.write("amount", str(SPENT))
    keys.send()
    entry = LedgerEntry.objects.latest("pk")
    assert (entry.amount, entry.line.vote, entry.effective_on) == (SPENT, "operating", timezone.localdate())
    # The total of its fiscal year, and where it comes from.
    year = formats.fiscal_year(entry.line.fiscal_year)
    row = keys.page.locator("section[aria-labelledby=money] tr", has_text=year)
    keys.follow(row.locator("a.explained[href*=expenditure]", has_text=formats.money(SPENT)).first)
    assert plain(formats.dollars(SPENT)) in keys.words()
    keys.follow('main section a[href*="/initiatives/1.01/"]')


def observe(keys: Keyboard, initiative: str) -> None:
    """The month after the last, which the form proposes."""
    keys.follow('main a[href$="/plans/BP/indicators/TEAMS/"]')
    keys.follow('main a[href$="/observations/add/"]')
    assert keys.page.locator("[name=period_end]").input_value() == "2025-10-31"
    keys.write("value", str(SEEN))
    keys.send()
    assert Observation.objects.latest("pk").value == SEEN
    assert plain(formats.number(SEEN)) in keys.words()
    keys.follow(f'main a[href$="{initiative}"]')
    table = keys.page.locator("main section[aria-labelledby=indicators]")
    assert plain(formats.number(4500 + 4700 + SEEN)) in plain(table.inner_text())
    keys.follow("main section[aria-labelledby=indicators] td.num a.explained")
    assert keys.page.url.endswith("/indicators/TEAMS/#years")
    assert plain(formats.number(4500 + 4700 + SEEN)) in keys.words()
    keys.follow(f'main a[href$="{initiative}"]')


def look_around(keys: Keyboard, late: Milestone) -> None:
    """The pillar says the same, and leads back to the rows."""
    keys.follow('main nav a[href$="/plans/BP/pillars/1/"]')
    words = keys.words()
    assert plain(formats.money(SPENT)) in words
    keys.follow(f'main a[href$="/initiatives/1.01/#milestone-{late.code}"]')
    assert keys.page.locator(f"#milestone-{late.code}:target").count() == 1
