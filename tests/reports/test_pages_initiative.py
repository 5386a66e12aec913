"""The page of an initiative and the list: what each says to whom, and how long a rating has stood."""

import json
import re
from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from initiatives.choices import Health
from initiatives.models import Milestone, MilestoneDependency
from pillars.rules import monday_of, week_code
from reports.views.standing import STRIP, standings, status_strip
from tests.factories import (
    ACTOR,
    add_initiative,
    add_organization,
    add_pillar,
    add_plan,
    add_update,
    add_user,
    add_week,
    kept,
)
from tests.reports.reading import words
from tracker.choices import Role
from tracker.timemachine import revision

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


class TestInitiative:
    def test_shows_the_update_in_force_whole(self, made, show):
        text = words(show(made.people.viewer, "plans/BP/initiatives/1.03/"))
        assert "Off track since" in text
        assert "1.03 is red" in text
        assert "Path to green: The lead hires two teams by March." in text
        assert "written by Marie Manager" in text
        assert "approved by Luc Lead" in text

    def test_without_an_update_the_last_one_is_not_taken_for_the_present(self, made, show):
        text = words(show(made.people.viewer, "plans/BP/initiatives/2.01/"))
        assert "No update last reported on track in" in text
        assert "it is not taken for the present" in text
        assert "Off track since" not in text  # submitted, and not yet approved

    def test_what_is_not_pursued_says_why(self, made, show):
        assert "@law: it became one" in words(show(made.people.viewer, "plans/BP/initiatives/2.04/"))

    def test_milestones_show_every_date_and_how_far_they_slipped(self, made, show):
        html = show(made.people.viewer, "plans/BP/initiatives/1.01/")
        met, late = made.milestones["met"], made.milestones["late"]
        row = html[html.index(f'id="milestone-{met.code}"') : html.index(f'id="milestone-{late.code}"')]
        assert "+20" in strip_tags(row)
        assert "+10" in strip_tags(row)
        assert "baseline 2" in row
        assert "https://example.org/evidence" in row
        rest = html[html.index(f'id="milestone-{late.code}"') :]
        assert "30 days late" in rest
        assert "+230" in strip_tags(rest)

    def test_milestones_count_by_weight_slip_and_moves(self, made, show):
        initiative = made.milestones["met"].initiative
        Milestone.objects.filter(pk=made.milestones["met"].pk).update(weight=3)
        text = words(show(made.people.viewer, f"plans/BP/initiatives/{initiative.code}/"))
        assert re.search(r"By weight 3\.00 of [0-9]+\.00; slip in all [^ ]+ days, by [0-9]+ moves\.", text)

    def test_a_milestone_met_before_the_plan_earns_no_progress(self, made, show):
        text = words(show(made.people.viewer, "plans/BP/initiatives/1.02/"))
        assert "before the plan earns no progress" in text
        assert "-merged" in text
        assert "0 of 1 met" in text

    def test_a_milestone_met_before_what_it_waits_for_is_told(self, made, show):
        """Recorded, not refused; what was cancelled by then is waited for no longer."""
        met, late = made.milestones["met"], made.milestones["late"]
        kept(MilestoneDependency(milestone=met, needs=made.milestones["cancelled"]))
        page = "plans/BP/initiatives/1.01/"
        assert "what it waits for" in words(show(made.people.viewer, page))  # cancelled only after it was met
        with revision(by=ACTOR, reason="cancelled earlier"):
            Milestone.objects.filter(pk=made.milestones["cancelled"].pk).update(cancelled_on=date(2026, 1, 1))
        assert "what it waits for" not in words(show(made.people.viewer, page))
        kept(MilestoneDependency(milestone=met, needs=late))
        text = words(show(made.people.viewer, page))
        assert "M1 was met before what it waits for: 1.01 M2" in text
        assert "met met before what it waits for" in text
        with revision(by=ACTOR, reason="met in time after all"):
            Milestone.objects.filter(pk=late.pk).update(actual_on=met.actual_on)
        assert "what it waits for" not in words(show(made.people.viewer, page))
        with revision(by=ACTOR, reason="met a day later"):
            Milestone.objects.filter(pk=late.pk).update(actual_on=met.actual_on + timedelta(1))
        assert "was met before what it waits for" in words(show(made.people.viewer, page))

    def test_the_ledger_keeps_what_was_reversed(self, made, show):
        html = show(made.people.viewer, "plans/BP/initiatives/1.03/")
        entry = made.reversed_entry
        assert f'id="entry-{entry.pk}" class="undone"' in html
        assert f"Reverses entry {entry.pk}." in html
        assert f"Reversed by entry {entry.reversed_by.pk}." in html

    def test_an_announcement_is_not_authority(self, made, show):
        text = words(show(made.people.viewer, "plans/BP/initiatives/1.01/"))
        assert "Announced, which is not authority to spend" in text
        assert "$5.3 M" in text

    def test_who_may_write_finds_the_buttons(self, made, show):
        def offers(user):
            html = show(user, "plans/BP/initiatives/1.01/")
            return [name for name in ("milestones/add/", "/meet/", "money/add/", "/update/") if name in html]

        for who in (made.people.viewer, made.people.analyst, made.people.auditor, made.people.administrator):
            assert offers(who) == []
        for who in (made.people.manager, made.people.pillar_lead, made.people.plan_admin):
            assert len(offers(who)) == 4

    def test_whose_the_last_change_is_shows_only_to_who_reads_everything(self, made, show):
        reason = "The initiatives of the small plan"
        assert reason in show(made.people.auditor, "plans/BP/initiatives/1.01/")
        assert reason not in show(made.people.viewer, "plans/BP/initiatives/1.01/")

    def test_text_of_one_language_is_marked_in_the_other(self, made, show):
        html = show(made.people.viewer, "plans/BP/initiatives/1.02/", language="fr")
        assert '<span lang="en">First line' in html
        assert "version française à venir" in html

    def test_the_other_language_is_one_link_away(self, made, show):
        assert 'href="/fr/plans/BP/initiatives/1.01/"' in show(made.people.viewer, "plans/BP/initiatives/1.01/")


class TestStanding:
    """How long a rating has stood: an unbroken row of weeks, each with an approved update that says so."""

    def standing(self, *ratings: Health | None, plan: str = "BP"):
        """Of an initiative with one week for each rating, the last of them this week."""
        plan = add_plan(plan)
        found = add_initiative(add_pillar(plan), lead=add_organization("LEAD"))
        author = add_user("author", role=Role.MANAGER, scope=plan.code)
        for age, rating in zip(reversed(range(len(ratings))), ratings, strict=True):
            week = add_week(plan, TODAY() - timedelta(weeks=age))
            if rating:
                add_update(found, week, rating, author=author)
        return found, standings([found.pk], on=TODAY())[found.pk]

    @pytest.mark.parametrize(
        ("ratings", "since"),
        [
            (["red"], 1),
            (["green", "red", "red"], 2),
            (["red", "green", "red"], 1),
            (["red", "red", "red"], 3),
            ([None, "red", "red"], 2),
        ],
    )
    def test_since(self, ratings, since):
        _, standing = self.standing(*(Health(rating) if rating else None for rating in ratings))
        assert standing.since.weeks == since
        assert standing.since.monday == monday_of(TODAY()) - timedelta(weeks=since - 1)
        assert standing.since.silent is None
        assert standing.last.weeks == 0

    @pytest.mark.parametrize(
        ("ratings", "since"), [(["green", "red", None, "red"], 1), (["red", "red", None, None, "red", "red"], 2)]
    )
    def test_a_week_that_nobody_reported_on_ends_the_row(self, made, show, ratings, since):
        """Unknown is not last week's rating: how it stood then, nobody knows."""
        found, standing = self.standing(*(Health(rating) if rating else None for rating in ratings), plan="GAP")
        first = monday_of(TODAY()) - timedelta(weeks=since - 1)
        assert (standing.since.monday, standing.since.weeks) == (first, since)
        assert standing.since.silent == first - timedelta(weeks=1)
        said = f"since at least {week_code(first)} ({since} week{'s' if since > 1 else ''}); no update in "
        text = words(show(made.people.auditor, f"plans/GAP/initiatives/{found.code}/"))
        assert said + week_code(standing.since.silent) in text

    def test_the_present_week_counts_once_it_is_reported(self):
        """What was last said is in force this week too, but nobody has said it of this week."""
        _, standing = self.standing(Health.RED, Health.RED, None)
        assert (standing.since.weeks, standing.last.weeks) == (2, 1)

    def test_last(self):
        _, standing = self.standing(Health.GREEN, None, None)
        assert (standing.last.monday, standing.last.weeks) == (monday_of(TODAY()) - timedelta(weeks=2), 2)

    def test_never(self):
        _, standing = self.standing(None)
        assert standing.since is None
        assert standing.last.monday is None

    def test_the_strip_has_each_week_once_oldest_first(self):
        found, _ = self.standing(Health.GREEN, None, Health.RED)
        strip = status_strip(found.pk, found.plan_id, on=TODAY())
        assert [item.health for item in strip] == ["green", "no_update", "red"]
        assert len(status_strip(found.pk, found.plan_id, on=TODAY() + timedelta(weeks=99))) <= STRIP


class TestList:
    def test_filters_as_the_api_and_the_export_do(self, made, show, client):
        html = show(made.people.viewer, "plans/BP/initiatives/?health=red&lead=RCMP")
        assert "1.03" in words(html)
        assert "1.02" not in words(html)
        links = re.findall(r'href="(/api/v1/[^"]+)"', html)
        [csv] = [link for link in links if ".csv" in link]
        [json_url] = [link for link in links if "/exports/" not in link]
        rows = json.loads(client.get(json_url.replace("&amp;", "&")).content)["results"]
        assert [row["code"] for row in rows] == ["1.03"]
        body = b"".join(client.get(csv.replace("&amp;", "&")).streaming_content).decode("utf-8-sig")
        assert len(body.strip().splitlines()) == 2
        assert "1.03" in body

    def test_what_fits_no_filter_offers_to_clear_them(self, made, show):
        html = show(made.people.viewer, "plans/BP/initiatives/?q=zzz")
        assert "No initiative fits all of these filters" in html
        assert 'href="/en/plans/BP/initiatives/"' in html

    @pytest.mark.parametrize(
        "query", ["?health=teal", "?colour=red", "?page=99", "?pillar=x", "?health=red&health=green"]
    )
    def test_what_cannot_be_meant_is_refused(self, made, show, query):
        show(made.people.viewer, f"plans/BP/initiatives/{query}", status=400)

    def test_empty_controls_filter_nothing(self, made, show):
        text = words(show(made.people.viewer, "plans/BP/initiatives/?q=&pillar=&health=&lifecycle=&lead=&on="))
        assert "7 of 7" in text
