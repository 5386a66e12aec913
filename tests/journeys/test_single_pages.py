"""What single pages do in a real browser: by keyboard, in another language, from a number to what it is made of."""

import re
from decimal import Decimal

import pytest
from axe_playwright_python.base import AXE_FILE_PATH

from initiatives.models import Initiative
from tests.browser import OF_COLOURS, Visit
from tests.journeys.test_pages import browser, site  # noqa: F401 - fixtures
from tracker.choices import Role
from tracker.models import User
from tracker.views.account import setup_token

pytestmark = pytest.mark.browser


def test_the_link_that_makes_the_first_administrator(browser, site):  # noqa: F811
    administrators = User.objects.filter(grants__role=Role.ADMINISTRATOR)
    administrators.update(is_active=False)
    try:
        visit = Visit.of(browser, site.url, None)
        visit.look(visit.open(f"/fr/setup/{setup_token()}/"), "fr")
        assert not visit.faults, "\n".join(visit.faults)
    finally:
        administrators.update(is_active=True)


def test_axe_core_has_no_rule_of_colours_that_the_dark_is_not_looked_at_for(browser, site):  # noqa: F811
    visit = Visit.of(browser, site.url, None)
    page = visit.open("/en/sign-in/")
    page.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8"))
    tagged = page.evaluate("axe.getRules(['cat.color']).map(rule => rule.ruleId)")
    assert set(tagged) == {*OF_COLOURS, "color-contrast-enhanced"}  # of level AAA, and off


def test_by_keyboard_one_comes_past_the_navigation(browser, site):  # noqa: F811
    visit = Visit.of(browser, site.url, site.everywhere)
    page = visit.open("/en/plans/BP/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_chosen_theme_stays_whatever_the_device_asks(browser, site):  # noqa: F811
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


def test_the_language_link_leads_to_the_same_page_and_keeps_the_past(browser, site):  # noqa: F811
    visit = Visit.of(browser, site.url, site.everywhere)
    page = visit.open("/en/plans/BP/initiatives/?lifecycle=underway&as_of=r20")
    page.locator(".account a[hreflang=fr]").click()
    assert page.url == f"{site.url}/fr/plans/BP/initiatives/?lifecycle=underway&as_of=r20"
    assert page.locator(".past").count() == 1


def test_a_number_leads_to_rows_that_add_up_to_it(browser, site):  # noqa: F811
    visit = Visit.of(browser, site.url, site.everywhere)
    page = visit.open("/en/plans/BP/")
    # How far the announced split is from the announced total stands on the explanation beside the figure itself; by
    # how much the week moved a figure stands on the page of the difference.
    links = page.eval_on_selector_all(
        "main a.explained:has(> .figure)",
        "all => all.filter(a => !a.closest('[aria-labelledby=announced] > p') && !a.closest('.this-week'))"
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


def test_the_overview_is_read_at_a_glance(browser, site):  # noqa: F811
    """What needs attention stands in the first screen, one kind of it open, and no column runs on alone."""
    visit = Visit.of(browser, site.url, site.everywhere)
    page = visit.open("/en/plans/BP/")
    tabs = page.locator(".tabs .tab")
    assert tabs.count() > 2
    tops = [tabs.nth(at).locator("summary").bounding_box()["y"] for at in range(tabs.count())]
    assert max(tops) == min(tops) < 700
    assert page.locator(".tab[open] li").first.bounding_box()["y"] < 800
    tabs.nth(1).locator("summary").press("Enter")
    assert [tabs.nth(at).evaluate("one => one.open") for at in range(2)] == [False, True]
    ends = page.eval_on_selector_all(
        ".wide-and-narrow", "all => all.map(one => [...one.children].map(each => "
        "Math.max(...[...each.children].map(part => part.getBoundingClientRect().bottom))))"
    )  # fmt: skip
    assert all(abs(left - right) < 500 for left, right in ends)


def test_a_milestone_link_lands_on_its_row(browser, site):  # noqa: F811
    late: Initiative = site.made.initiatives["green"]
    visit = Visit.of(browser, site.url, site.everywhere)
    page = visit.open("/en/figures/milestones_late/?scope=BP")
    page.locator("main tbody a").first.click()
    page.locator("#milestone-M2:target").wait_for()
    assert page.url.endswith(f"/initiatives/{late.code}/#milestone-M2")
