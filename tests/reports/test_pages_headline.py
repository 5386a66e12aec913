"""The page that explains a headline colour, and the update that an initiative's health rests on."""

import re

import pytest
from django.utils import timezone

from initiatives.choices import Health
from reports.actions import report_headline
from tests.reports.reading import words
from tracker.timemachine import Actor

pytestmark = pytest.mark.django_db


class TestHeadline:
    def test_says_the_rule_its_version_and_the_cells_that_it_read(self, made, show):
        """Pillar 1 has one initiative of three off track, which the rule calls off track."""
        html = show(made.people.viewer, "figures/headline/?scope=BP/1")
        text = words(html)
        assert "headline, version 1" in text
        assert re.search(r"<strong>Off track: one in ten or more [^<]*</strong>", html)
        assert "3 of 3 initiatives in progress reported." in text
        assert "Off track 1 33.3%" in text
        assert 'href="/en/figures/health/?scope=BP%2F1' in html
        assert "bucket=red" in html

    def test_says_what_was_reported_beside_it(self, made, show):
        report_headline(
            week=made.week, pillar=None, colour=Health.AMBER, reason_en="The steel is back", reason_fr="",
            by=Actor(user=made.people.plan_admin), at=timezone.now(),
        )  # fmt: skip
        text = words(show(made.people.viewer, "figures/headline/?scope=BP"))
        assert "Reported beside it" in text
        assert "The steel is back" in text

    def test_every_headline_leads_there(self, made, show):
        html = show(made.people.viewer, "plans/BP/")
        assert re.search(r'<a class="explained badge state-[a-z_]+" href="/en/figures/headline/\?scope=BP&', html)
        sealed = show(made.people.viewer, f"rollups/{made.rollups[0].code}/")
        assert re.search(rf'href="/en/figures/headline/\?scope=BP%2F1[^"]+as_of=r{made.rollups[0].as_of}"', sealed)

    @pytest.mark.parametrize(
        ("query", "status"),
        [("scope=BP/1.01", 400), ("scope=NO", 404), ("", 404), ("scope=BP&version=9", 400), ("scope=BP&version=x", 400),
         ("scope=BP&version=1", 200), ("scope=BP&bucket=red", 400)],
    )  # fmt: skip
    def test_what_there_is_not(self, made, show, query, status):
        show(made.people.viewer, f"figures/headline/?{query}", status=status)


class TestHealthOfOne:
    def test_says_which_update_it_rests_on(self, made, show):
        html = show(made.people.viewer, "figures/health/?scope=BP/1.03")
        week = made.week.code
        assert f'href="/en/plans/BP/initiatives/1.03/#update-{week}"' in html
        assert f"Off track {week} · approved by Luc Lead," in words(html)
        assert f'id="update-{week}"' in show(made.people.viewer, "plans/BP/initiatives/1.03/")

    def test_says_that_there_is_none(self, made, show):
        text = words(show(made.people.viewer, "figures/health/?scope=BP/2.01"))
        assert "No approved update is in force on this day" in text

    def test_says_it_of_one_initiative_alone(self, made, show):
        assert "The update that it rests on" not in show(made.people.viewer, "figures/health/?scope=BP/1")
        assert "The update that it rests on" not in show(made.people.viewer, "figures/milestones/?scope=BP/1.03")

    def test_the_list_leads_to_it(self, made, show):
        html = show(made.people.viewer, "plans/BP/initiatives/")
        assert re.search(r'<a class="explained badge state-red" href="/en/figures/health/\?scope=BP%2F1\.03&', html)
