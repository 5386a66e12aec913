"""The pages of sealed rollups."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from initiatives.choices import Lifecycle
from initiatives.models import Initiative
from reports.actions import publish_rollup, reopen_week
from tests.factories import (
    ACTOR,
    add_plan,
    lock,
)
from tests.reports.reading import words
from tracker.timemachine import revision

pytestmark = pytest.mark.django_db


class TestRollups:
    def test_a_rollup_is_read_from_its_seal_alone(self, made, show):
        code = made.rollups[-1].code
        before = words(show(made.people.viewer, f"rollups/{code}/"))
        with revision(by=ACTOR, reason="a better title"):
            Initiative.objects.filter(code="1.02").update(title_en="Renamed since", lifecycle=Lifecycle.MET)
        assert words(show(made.people.viewer, f"rollups/{code}/")) == before
        assert made.rollups[-1].sha256 in before

    def test_its_numbers_are_explained_as_of_its_revision(self, made, show, client):
        rollup = made.rollups[-1]
        html = show(made.people.viewer, f"rollups/{rollup.code}/")
        links = [link.replace("&amp;", "&") for link in re.findall(r'class="explained" href="([^"]+)"', html)]
        assert {parse_qs(urlsplit(link).query)["as_of"][0] for link in links} == {f"r{rollup.as_of}"}
        late = next(link for link in links if "milestones_late" in link)
        assert client.get(late).status_code == 200

    def test_it_names_its_neighbours(self, made, show):
        first, second = made.rollups
        assert f"/en/rollups/{second.code}/" in show(made.people.viewer, f"rollups/{first.code}/")
        assert f"/en/rollups/{first.code}/" in show(made.people.viewer, f"rollups/{second.code}/")

    def test_a_second_edition_stands_between_its_weeks_wherever_the_chain_has_it(self, made, show):
        first, second = made.rollups
        now = timezone.now()
        again = reopen_week(week=first.week, reason="lost", until=now + timedelta(hours=1), by=ACTOR, at=now)
        edition = publish_rollup(week=lock(again), by=ACTOR, at=timezone.now(), late=False)
        assert edition.previous == second

        def beside(rollup):
            html = show(made.people.viewer, f"rollups/{rollup.code}/")
            return re.findall(r'rel="(prev|next)" href="/en/rollups/([^/]+)/"', html)

        assert beside(edition) == beside(first) == [("next", second.code)]
        assert beside(second) == [("prev", edition.code)]

    def test_who_sees_a_part_is_told_why_there_is_none(self, made, show):
        assert "A sealed rollup is of the whole plan" in show(made.people.manager, "plans/BP/rollups/")
        show(made.people.manager, f"rollups/{made.rollups[0].code}/", status=404)

    def test_before_the_first_week_is_sealed(self, made, show):
        add_plan("NEW")
        assert "No week has been sealed yet" in show(made.people.auditor, "plans/NEW/rollups/")


@pytest.mark.parametrize(
    ("path", "back"),
    [
        ("plans/BP/compare/", "/en/plans/BP/rollups/"),
        ("plans/BP/history/", "/en/plans/BP/"),
        ("figures/health/difference/?scope=BP/1&bucket=red", "/en/figures/health/?scope=BP%2F1"),
        ("figures/headline/?scope=BP/1", "/en/plans/BP/pillars/1/"),
        ("exports/", "/en/data/"),
        ("dictionary/", "/en/data/"),
        ("api-reference/", "/en/data/"),
    ],
)
def test_below_the_main_pages_one_sees_where_one_is_and_how_to_get_back(made, show, path, back):
    html = show(made.people.auditor, path)
    trail = html[html.index('class="breadcrumb"') : html.index("</nav>", html.index('class="breadcrumb"'))]
    assert trail.count('aria-current="page"') == 1
    assert f'href="{back}' in trail
