"""Every chart in a real browser, in the states that are hard to draw: both languages, both themes, wide and narrow."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import Visit, chromium, crowded, serving
from tests.conftest import own_database
from tests.factories import add_user
from tracker.charts.samples import samples
from tracker.choices import Role

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[tuple[str, object]]:
    """Somebody who may look, and nothing else: the gallery's figures are its own."""
    with own_database(django_db_blocker):
        somebody = add_user("admin", role=Role.ADMINISTRATOR)
        with serving() as url:
            yield url, somebody


@pytest.fixture(scope="module")
def browser(site) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_chart_is_read_everywhere(browser, site, language):
    visit = Visit.of(browser, *site)
    page = visit.open(f"/{language}/gallery/")
    assert page.locator("figure.chart").count() == len(samples())
    visit.faults += crowded(page)
    visit.look(page, language)
    assert not visit.faults, "\n".join(visit.faults)


def test_a_place_shows_the_drawing_that_fits_it(browser, site):
    visit = Visit.of(browser, *site)
    page = visit.open("/en/gallery/")
    for width, shown, hidden in ((1280, "wide", "small"), (360, "small", "wide")):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.locator(f"svg.drawing.{shown} >> visible=true").count() == len(samples())
        assert page.locator(f"svg.drawing.{hidden} >> visible=true").count() == 0


def test_the_audit_of_texts_finds_what_touches_and_what_is_cut(browser, site):
    visit = Visit.of(browser, *site)
    page = visit.open("/en/gallery/")
    page.evaluate(
        """() => {
          const one = document.querySelector('#burn-typical svg.wide');
          const [first, second] = one.querySelectorAll('text');
          second.setAttribute('x', first.getAttribute('x'));
          second.setAttribute('y', first.getAttribute('y'));
          const last = [...one.querySelectorAll('text')].at(-1);
          last.setAttribute('x', 690);
        }"""
    )
    faults = crowded(page)
    assert any("touches" in fault for fault in faults)
    assert any("sticks out" in fault for fault in faults)
