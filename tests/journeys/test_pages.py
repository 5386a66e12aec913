"""Every page in a real browser: both languages, both themes, wide and narrow."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser

from initiatives.models import Initiative
from tests.browser import OF_COLOURS, SHARED, Visit, chromium, serving
from tests.conftest import own_database
from tests.factories import add_plan, add_user
from tests.scenarios import SmallPlan, small_plan
from tracker.choices import Role
from tracker.models import User
from tracker.views.account import setup_token

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Site:
    """The running site, and what is in it."""

    url: str
    made: SmallPlan
    everywhere: User


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[Site]:
    """One site for the module, on a database of its own: a copy of the migrated one, filled once."""
    with own_database(django_db_blocker):
        made = small_plan()
        add_plan("DEMO", simulated=True)
        chief = add_user("chief", role=Role.PLAN_ADMIN, name="Chloé Chief")
        with serving() as url:
            yield Site(url, made, chief)


@pytest.fixture(scope="module")
def browser(site) -> Iterator[Browser]:
    """Started after the site: while its loop runs, this thread has other database connections than before."""
    with chromium() as browser:
        yield browser


def reading(made: SmallPlan) -> list[str]:
    """Addresses that everybody with a role reads, each state of a page once."""
    rollup = made.rollups[-1]
    return [
        "plans/BP/",
        "plans/DEMO/",
        f"plans/BP/?as_of=r{rollup.as_of}",
        "plans/BP/pillars/1/",
        "plans/BP/initiatives/",
        "plans/BP/initiatives/?q=nothing+is+called+so",
        "plans/BP/initiatives/1.01/",
        "plans/BP/initiatives/2.01/",
        "plans/BP/initiatives/2.04/",
        "plans/BP/milestones/",
        "plans/BP/milestones/?slipped_from=1&sort=slip&kind=deliverable",
        "plans/BP/milestones/?q=nothing+is+called+so",
        "plans/DEMO/milestones/",
        "plans/BP/places/",
        "plans/BP/places/?province=ON&pillar=1",
        "plans/DEMO/places/",
        "plans/BP/search/?q=initiative",
        "plans/BP/search/?q=nothing+is+called+so",
        "search/?q=initiative&kind=initiatives",
        "plans/BP/rollups/",
        "plans/DEMO/rollups/",
        "plans/BP/weeks/",
        "plans/DEMO/weeks/",
        f"rollups/{rollup.code}/",
        f"rollups/{rollup.code}/restated/",
        f"plans/BP/compare/?from={made.rollups[0].code}&to=now",
        "plans/BP/compare/?from=now&to=now",
        f"figures/milestones_late/difference/?scope=BP&from={made.rollups[0].code}&to=now",
        "figures/health/?scope=BP",
        "figures/money/?scope=BP",
        "figures/announced/?scope=BP",
        "figures/milestones_late/?scope=BP/1.01",
        "figures/money/?scope=BP&bucket=2025/expenditure",
        "data/",
        "exports/",
        "dictionary/?q=author",
        "dictionary/?dataset=milestones",
        "dictionary/?q=nothing+is+called+so",
        "data/milestones/?plan=BP&late=true&fields=code,title_fr,late",
        "data/initiatives/?plan=BP&as_of=r20",
        "api-reference/",
        "api-reference/places/",
        "history/",
        "plans/BP/history/",
        "plans/BP/history/?kind=milestone&within=1.01&channel=shell",
        "plans/BP/history/?who=nobody+of+that+name",
        "plans/DEMO/history/",
        f"plans/BP/history/milestone/{made.milestones['late'].pk}/",
        f"plans/BP/history/ledger-entry/{made.reversed_entry.pk}/",
        f"plans/BP/history/initiative/{made.initiatives['amber'].pk}/",
    ]


def writing(made: SmallPlan) -> list[str]:
    """Addresses of those who write."""
    late, entry = made.milestones["late"], made.initiatives["green"].budget_lines.first().entries.first()
    one = "plans/BP/initiatives/1.01"
    return [
        "plans/BP/my-week/",
        "plans/DEMO/my-week/",
        "plans/BP/review/",
        "plans/DEMO/review/",
        f"{one}/update/",
        "plans/BP/initiatives/2.01/update/",
        f"{one}/milestones/add/",
        f"{one}/milestones/{late.code}/move/",
        f"{one}/milestones/{late.code}/meet/",
        *(f"{one}/milestones/{late.code}/{page}/" for page in ("baseline", "cancel", "reopen", "needs")),
        f"{one}/evidence/add/?milestone={late.code}",
        f"plans/BP/weeks/{made.week.code}/close/",
        f"plans/BP/weeks/{made.weeks[0].code}/reopen/",
        f"{one}/money/add/",
        f"{one}/money/{entry.pk}/reverse/",
        "account/",
        "account/tokens/",
    ]


# Tables that are wider than their box without showing that they go on.
CUT = """() => [...document.querySelectorAll('.scroll')].filter(
  box => box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).backgroundImage === 'none'
).map(box => box.getAttribute('aria-label'))"""
# Cells of stacked tables that do not say of which column they are, or that stick out.
DUMB = """() => [...document.querySelectorAll('table.stack tbody td')].filter(
  cell => cell.checkVisibility() && !cell.dataset.label && !cell.classList.contains('code')
    || cell.getBoundingClientRect().right > innerWidth
).map(cell => cell.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("language", ["en", "fr"])
class TestEveryPage:
    def test_reads(self, browser, site, language):
        """Nor is a table cut unseen in a narrow window, which is how each page is left when it was looked at."""
        visit = Visit.of(browser, site.url, site.everywhere)
        stacked = 0
        for address in reading(site.made):
            page = visit.open(f"/{language}/{address}")
            visit.look(page, language, SHARED[language])
            assert page.evaluate("innerWidth") == 360
            visit.faults += [f"{address}: cut: {name}" for name in page.evaluate(CUT)]
            visit.faults += [f"{address}: dumb: {cell}" for cell in page.evaluate(DUMB)]
            stacked += page.locator("table.stack").count()
        assert not visit.faults, "\n".join(visit.faults)
        assert stacked > 10

    def test_writes(self, browser, site, language):
        visit = Visit.of(browser, site.url, site.everywhere)
        for address in writing(site.made):
            visit.look(visit.open(f"/{language}/{address}"), language, SHARED[language])
        assert not visit.faults, "\n".join(visit.faults)

    def test_refuses(self, browser, site, language):
        """What cannot be shown or done is a page too; so is what somebody sees who sees little."""
        who = site.made.people
        visits: dict[User | None, Visit] = {}
        for user, address, status in [
            (site.everywhere, "nowhere/", 404),
            (site.everywhere, "plans/BP/?as_of=2999-01-01", 400),
            (site.everywhere, "plans/BP/initiatives/?health=teal", 400),
            (site.everywhere, "plans/BP/search/?q=a", 400),
            (site.everywhere, "data/initiatives/?health=teal&fields=colour", 422),
            (who.viewer, "plans/BP/initiatives/1.01/update/", 403),
            (who.viewer, "plans/BP/my-week/", 200),
            (who.manager, "plans/BP/", 200),
            (who.manager, "plans/BP/rollups/", 200),
            (who.administrator, "operations/", 200),
            (who.administrator, "operations/exports/", 200),
            (who.administrator, "operations/exports/?dataset=plans", 200),
            (who.manager, "operations/", 403),
            (who.outsider, "", 200),
            (None, "sign-in/", 200),
            (None, "accessibility/", 200),
        ]:
            if user not in visits:
                visits[user] = Visit.of(browser, site.url, user)
            page = visits[user].open(f"/{language}/{address}", status=status)
            visits[user].look(page, language, SHARED[language])
        faults = [fault for visit in visits.values() for fault in visit.faults]
        assert not faults, "\n".join(faults)

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
        assert page.locator("#id_headline_en").get_attribute("aria-invalid") == "true"
        page.locator(".error-summary a").first.click()
        assert page.evaluate("document.activeElement.id") == "id_headline_en"
        visit.look(page, language, SHARED[language])
        assert not visit.faults, "\n".join(visit.faults)


def test_the_link_that_makes_the_first_administrator(browser, site):
    administrators = User.objects.filter(grants__role=Role.ADMINISTRATOR)
    administrators.update(is_active=False)
    try:
        visit = Visit.of(browser, site.url, None)
        visit.look(visit.open(f"/fr/setup/{setup_token()}/"), "fr")
        assert not visit.faults, "\n".join(visit.faults)
    finally:
        administrators.update(is_active=True)


def test_axe_core_has_no_rule_of_colours_that_the_dark_is_not_looked_at_for(browser, site):
    visit = Visit.of(browser, site.url, None)
    page = visit.open("/en/sign-in/")
    page.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8"))
    tagged = page.evaluate("axe.getRules(['cat.color']).map(rule => rule.ruleId)")
    assert set(tagged) == {*OF_COLOURS, "color-contrast-enhanced"}  # of level AAA, and off


def test_by_keyboard_one_comes_past_the_navigation(browser, site):
    visit = Visit.of(browser, site.url, site.everywhere)
    page = visit.open("/en/plans/BP/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_chosen_theme_stays_whatever_the_device_asks(browser, site):
    visit = Visit.of(browser, site.url, None)
    page = visit.open("/en/sign-in/")
    page.emulate_media(color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.locator("button[name=theme][value=dark]").click()
    dark = page.evaluate(ground)
    assert dark != light
    page.goto(f"{site.url}/fr/accessibility/")
    assert page.evaluate(ground) == dark


def test_the_language_link_leads_to_the_same_page_and_keeps_the_past(browser, site):
    visit = Visit.of(browser, site.url, site.everywhere)
    page = visit.open("/en/plans/BP/initiatives/?lifecycle=underway&as_of=r20")
    page.locator(".account a[hreflang=fr]").click()
    assert page.url == f"{site.url}/fr/plans/BP/initiatives/?lifecycle=underway&as_of=r20"
    assert page.locator(".past").count() == 1


def test_a_number_leads_to_rows_that_add_up_to_it(browser, site):
    visit = Visit.of(browser, site.url, site.everywhere)
    page = visit.open("/en/plans/BP/")
    # How far the announced split is from the announced total stands on the explanation beside the figure itself.
    links = page.eval_on_selector_all(
        "main a.explained",
        "all => all.filter(a => !a.closest('[aria-labelledby=announced] > p'))"
        ".map(a => [a.href, (a.firstElementChild ?? a).textContent])"
        ".filter(([, shown]) => !shown.endsWith('%'))",  # a share leads to the dollars that it is of
    )
    assert len(links) > 30
    for address, shown in links[::4]:
        page.goto(address)
        assert page.locator(".answer .value").inner_text() == shown, address
        total = page.locator("main tfoot td")
        if total.count():
            rows = [amount(cell) for cell in page.locator("main section tbody .num").all_inner_texts()]
            assert amount(total.first.inner_text()) == sum(rows), address


def amount(text: str) -> Decimal:
    """What a figure on an English page says."""
    return Decimal(re.sub(r"[$,]", "", text).replace("\N{MINUS SIGN}", "-"))


def test_the_overview_is_read_at_a_glance(browser, site):
    """Neither column runs on alone, and what needs attention stands in the first screen."""
    visit = Visit.of(browser, site.url, site.everywhere)
    page = visit.open("/en/plans/BP/")
    ends = page.eval_on_selector_all(
        ".wide-and-narrow > div", "all => all.map(one => one.lastElementChild.getBoundingClientRect().bottom)"
    )
    assert abs(ends[0] - ends[1]) < 400
    assert page.locator(".troubled").bounding_box()["y"] < 450


def test_a_milestone_link_lands_on_its_row(browser, site):
    late: Initiative = site.made.initiatives["green"]
    visit = Visit.of(browser, site.url, site.everywhere)
    page = visit.open("/en/figures/milestones_late/?scope=BP")
    page.locator("main tbody a").first.click()
    assert page.url.endswith(f"/initiatives/{late.code}/#milestone-M2")
    assert page.locator("#milestone-M2:target").count() == 1
