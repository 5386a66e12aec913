"""A manager's minute in a real browser: unchanged in at most three interactions, one slipped milestone in at most
eight, drafts that save themselves, and the same without JavaScript."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from django.utils import timezone, translation
from playwright.sync_api import Browser, Page, expect

from initiatives.choices import Workflow
from initiatives.models import MilestoneForecast, StatusUpdate
from tests.browser import Visit, chromium, serving
from tests.conftest import own_database
from tests.factories import ACTOR, add_initiative, add_milestone, add_update, add_user
from tests.scenarios import small_plan
from tracker import formats
from tracker.actions import grant_role
from tracker.choices import Role
from tracker.models import User

pytestmark = [pytest.mark.browser, pytest.mark.heavy]
AT_MOST_UNCHANGED, AT_MOST_SLIPPED = 3, 8
BEGUN = "One site"


@dataclass(frozen=True)
class Site:
    """The running site, and who reports on `1.07`, of which there is nothing to tell, and on `1.06` and `1.08`, of each
    of which a forecast has passed."""

    url: str
    manager: User


@pytest.fixture
def site(django_db_setup, django_db_blocker) -> Iterator[Site]:
    with own_database(django_db_blocker):
        made = small_plan()
        manager = add_user("minute", role=Role.MANAGER, scope="BP/1.06", name="Mina Minute")
        for code in ("1.07", "1.08"):
            grant_role(user=manager, role=Role.MANAGER, scope=f"BP/{code}", by=ACTOR, at=timezone.now())
        for code in ("1.06", "1.07", "1.08"):
            one = add_initiative(made.pillars[0], code, lead=made.organizations["CBSA"], manager=manager)
            add_update(
                one, made.weeks[1], author=manager, reviewer=made.people.pillar_lead,
                narrative_en="Three of five sites run.", narrative_fr="Trois des cinq sites sont en service.",
            )  # fmt: skip
            if code != "1.07":
                passed = timezone.localdate() - timedelta(3)
                add_milestone(one, "M1", title_en="All sites run", title_fr="Sites en service", forecasts=[passed])
        with serving() as url:
            yield Site(url, manager)


@pytest.fixture
def browser(site) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@dataclass
class Hand:
    """Counts what a person does: each click and each filled field."""

    page: Page
    did: list[str] = field(default_factory=list)

    def press(self, selector: str) -> None:
        """A button or link that leads on."""
        self.did.append(f"press {selector}")
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def write(self, name: str, text: str) -> None:
        """A field."""
        self.did.append(f"write {name}")
        self.page.locator(f"main [name='{name}']").fill(text)

    def words(self) -> str:
        """The main part, on one line."""
        return " ".join(self.page.locator("main").inner_text().split())


def test_a_minute(browser, site):
    visit = Visit.of(browser, site.url, site.manager)
    day = timezone.localdate() + timedelta(20)
    unchanged(Hand(visit.page), f"{site.url}/en/plans/BP/my-week/")
    saved_by_itself(visit.page, f"{site.url}/en/plans/BP/initiatives/1.08/update/")
    slipped(Hand(visit.page), f"{site.url}/en/plans/BP/my-week/", "1.08", "en", day)
    plain = browser.new_context(java_script_enabled=False, storage_state=visit.context.storage_state())
    plain.set_default_timeout(10_000)
    kept_by_its_button(plain.new_page(), f"{site.url}/fr/plans/BP/initiatives/1.06/update/")
    with translation.override("fr"):
        slipped(Hand(plain.pages[0]), f"{site.url}/fr/plans/BP/my-week/", "1.06", "fr", day)
    assert visit.page.evaluate("window.broken") == []
    assert visit.faults == []


def unchanged(hand: Hand, week: str) -> None:
    """One press, and the row says since when."""
    hand.page.goto(week)
    hand.press("li:has-text('1.07') button[name=no_change]")
    assert len(hand.did) <= AT_MOST_UNCHANGED, hand.did
    sent = StatusUpdate.objects.get(initiative__code="1.07", workflow=Workflow.SUBMITTED)
    assert sent.no_change
    assert f"nothing changed since {formats.iso_week(sent.week.starts_on - timedelta(7))}" in hand.words()


def slipped(hand: Hand, week: str, code: str, language: str, day: date) -> None:
    """The date, its reason, the headline, and why it is green nevertheless; facts and opinion are one revision."""
    hand.page.goto(week)
    hand.press(f"li:has-text('{code}') a.button")
    assert hand.page.locator(f"main [name=headline_{language}]").input_value() == BEGUN
    hand.write("passed-M1-forecast_on", day.isoformat())
    hand.write("passed-M1-reason", "The steel comes late.")
    hand.write(f"headline_{language}", "One site is late.")
    hand.write(f"explanation_{language}", "It is on nobody's way.")
    hand.press("main button[name=submit]")
    assert len(hand.did) <= AT_MOST_SLIPPED, hand.did
    sent = StatusUpdate.objects.get(initiative__code=code, workflow=Workflow.SUBMITTED)
    moved = MilestoneForecast.objects.latest("pk")
    assert (sent.disagreements, moved.date, moved.revision) == (["late_milestones"], day, sent.revision)


def saved_by_itself(page: Page, address: str) -> None:
    """Typed, waited, and there again after the page was left; the answer too, though it is no fact yet."""
    page.goto(address)
    before = MilestoneForecast.objects.count()
    page.locator("[name=headline_en]").fill(BEGUN)
    page.locator("[name=passed-M1-reason]").fill("The steel")
    expect(page.locator("[data-says]")).to_contain_text("Saved")
    first = page.locator("form[data-autosave] [name=revision]").input_value()
    assert int(first) == StatusUpdate.objects.get(initiative__code="1.08", workflow=Workflow.DRAFT).revision
    page.reload()
    assert page.locator("[name=headline_en]").input_value() == BEGUN
    assert page.locator("[name=passed-M1-reason]").input_value() == "The steel"
    assert MilestoneForecast.objects.count() == before


def kept_by_its_button(page: Page, address: str) -> None:
    """Without JavaScript."""
    page.goto(address)
    page.locator("[name=headline_fr]").fill(BEGUN)
    page.locator("button[name=draft]").click()
    page.goto(address)
    assert page.locator("[name=headline_fr]").input_value() == BEGUN
