"""The reading pages: what each says to whom, now and in the past."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from initiatives.choices import Health, Lifecycle, Stage, Workflow
from initiatives.models import Initiative
from pillars.rules import monday_of, week_code
from reports.figures import declaration
from reports.views.standing import STRIP, standings, status_strip
from tests.factories import (
    ACTOR,
    add_announcement,
    add_entry,
    add_initiative,
    add_milestone,
    add_organization,
    add_pillar,
    add_plan,
    add_update,
    add_user,
    add_week,
)
from tests.scenarios import small_plan
from tracker.choices import Role
from tracker.timemachine import head, revision

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


@pytest.fixture
def made():
    return small_plan()


@pytest.fixture
def show(client):
    """A page as somebody reads it: its markup and its words."""

    def get(user, address, *, status=200, language="en"):
        client.force_login(user)
        response = client.get(f"/{language}/{address}")
        assert response.status_code == status, strip_tags(response.content.decode())[:500]
        return response.content.decode()

    return get


def words(html: str) -> str:
    """What stands in the main part, on one line."""
    main = html[html.index("<main") : html.index("</main>")]
    text = strip_tags(re.sub(r"<(?=td|th|dd|li)", " <", re.sub(r'<span class="unseen">.*?</span>', "", main)))
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


class TestOverview:
    def test_says_what_is_wrong_and_since_when(self, made, show):
        html = show(made.people.viewer, "plans/BP/")
        text = words(html)
        week = week_code(TODAY())
        assert f"1.03 =1+1 Off track since {week} (1 week) 1.03 is red" in text
        assert "1.02 Initiative 1.02 At risk since" in text
        assert "30 days late 1.01 Milestone M2" in text
        assert "1 initiative in progress has no update" in text
        assert text.index("1.03 =1+1") < text.index("1.02 Initiative 1.02")

    def test_shows_five_and_says_how_many_there_are(self, made, show):
        """At a glance: the worst, and the way to all."""
        add_more(made, "7", 8)
        html = show(made.people.viewer, "plans/BP/")
        assert html.count('<li class="state-red">') == 5
        assert re.search(r"The worst 5 are shown\. All: \d+ off track, 1 at risk", words(html))
        late = html[html.index('id="late"') : html.index("late milestones</a>")]
        assert late.count("days late") == 5
        assert "All 9" in late

    def test_says_what_its_figures_cover(self, made, show):
        text = words(show(made.people.viewer, "plans/BP/"))
        assert "3 of 4 initiatives in progress reported." in text
        assert "Funding is published for 2 of 7 initiatives." in text
        assert "Milestones met 1 of 4" in text

    def test_shows_the_announced_split_beside_the_announced_total(self, made, show):
        add_announcement(made.plan, "FA-RCMP", "945200000.00", organization=made.organizations["RCMP"])
        text = words(show(made.people.viewer, "plans/BP/"))
        assert "Sum of the announced split $1,300.6 M" in text
        assert "$1.30 B. The split by organization adds up to $600,000 more." in text
        french = words(show(made.people.viewer, "plans/BP/", language="fr"))
        assert "Somme de la répartition annoncée 1 300,6 M$" in french
        assert "600 000 $ de plus" in french

    def test_what_is_not_published_is_said_to_be(self, made, show):
        text = words(show(made.people.viewer, "plans/BP/"))
        assert "2025-26 $300,000 $5.0 M not published $1.3 M not published" in text

    def test_every_number_leads_to_its_explanation(self, made, show, client):
        html = show(made.people.viewer, "plans/BP/")
        links = re.findall(r'<a class="explained" href="([^"]+)"', html)
        assert len(links) > 30
        for link in set(links):
            assert client.get(link.replace("&amp;", "&")).status_code == 200, link

    def test_names_the_week_and_the_latest_rollup(self, made, show):
        html = show(made.people.viewer, "plans/BP/")
        assert made.week.code in html
        assert f"/en/rollups/{made.rollups[-1].code}/" in html

    def test_who_sees_a_part_is_told_so(self, made, show):
        assert "Part of the plan" in show(made.people.manager, "plans/BP/")
        assert "Part of the plan" not in show(made.people.viewer, "plans/BP/")
        text = words(show(made.people.manager, "plans/BP/"))
        assert "1 of 1 initiative in progress reported." in text
        assert "1.03" not in text

    def test_an_empty_plan_says_what_to_do(self, made, show):
        add_plan("NEW")
        viewer = add_user("new-viewer", role=Role.VIEWER, scope="NEW")
        text = words(show(viewer, "plans/NEW/"))
        assert "No pillars yet" in text
        assert "There are no initiatives here." in text
        assert "No money is recorded." in text
        assert "A total for the whole plan is not published." in text

    def test_a_simulated_plan_says_so_on_every_page(self, made, show):
        plan = add_plan("DEMO", simulated=True)
        add_initiative(add_pillar(plan), lead=made.organizations["PS"])
        pages = ("", "pillars/1/", "initiatives/1.01/", "initiatives/", "rollups/", "my-week/", "review/")
        for address in (*(f"plans/DEMO/{page}" for page in pages), "figures/health/?scope=DEMO"):
            assert "Simulated data" in show(made.people.auditor, address), address
        assert "Simulated data" not in show(made.people.auditor, "plans/BP/")


class TestPast:
    def test_a_page_of_the_past_says_so_and_its_links_stay_there(self, made, show):
        moment = f"r{made.rollups[0].as_of}"
        html = show(made.people.viewer, f"plans/BP/?as_of={moment}")
        assert "You are looking at the past" in html
        main = html[html.index("<main") : html.index("</main>")]
        links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/en/[^"]+)"', main)]
        assert len(links) > 20
        assert {parse_qs(urlsplit(link).query).get("as_of", [""])[0] for link in links} == {moment}

    def test_it_shows_what_was_known_then(self, made, show):
        before = head()
        with revision(by=ACTOR, reason="a better title"):
            Initiative.objects.filter(code="1.02").update(title_en="Renamed since")
        assert "Renamed since" in show(made.people.viewer, "plans/BP/initiatives/1.02/")
        assert "Renamed since" not in show(made.people.viewer, f"plans/BP/initiatives/1.02/?as_of=r{before}")

    def test_nothing_is_offered_that_would_change_it(self, made, show):
        live = show(made.people.plan_admin, "plans/BP/initiatives/1.01/")
        assert "milestones/add/" in live
        assert "/update/" in live
        past = show(made.people.plan_admin, f"plans/BP/initiatives/1.01/?as_of=r{head()}")
        for address in ("milestones/add/", "/move/", "/meet/", "money/add/", "/reverse/", "/update/"):
            assert address not in past

    def test_the_effective_date_chooses_the_week(self, made, show):
        found = made.weeks[1]
        text = words(show(made.people.viewer, f"plans/BP/?as_of=r{head()}&on={found.starts_on}"))
        assert found.code in text

    @pytest.mark.parametrize("address", ["plans/BP/", "plans/BP/pillars/1/", "plans/BP/initiatives/1.01/"])
    def test_before_it_was_recorded_one_is_told_so_and_led_back(self, made, show, address):
        """“You may not see it” alone would be untrue: the reader may, only not that far back."""
        html = show(made.people.auditor, f"{address}?as_of=r1", status=404)
        assert "it was not recorded yet" in words(html)
        assert f'href="/en/{address}"' in html
        never = show(made.people.auditor, "plans/BP/initiatives/9.99/", status=404)
        assert "it was not recorded yet" not in words(never)

    def test_before_the_plan_there_is_no_plan(self, made, show):
        html = show(made.people.auditor, "?as_of=r1")
        assert "there was no plan that you may see" in html


class TestPillar:
    def test_lists_its_initiatives_with_their_standing(self, made, show):
        text = words(show(made.people.viewer, "plans/BP/pillars/1/"))
        assert "1.01 The &quot;Prime Hub&quot;, phase 2 On track since" in text
        assert "$7.0 M" in text
        assert "2.01" not in text
        other = words(show(made.people.viewer, "plans/BP/pillars/2/"))
        assert re.search(r"2\.01 Initiative 2\.01 No update last update \d{4}-W\d\d, 2 weeks ago", other)
        assert other.count("not rated") == 3

    def test_shows_other_wordings_in_the_readers_language(self, made, show):
        add_pillar(made.plan, 3, aliases_en=["Better coordination"], aliases_fr=["Mieux coordonner"])
        assert "Better coordination" in words(show(made.people.viewer, "plans/BP/pillars/3/"))
        assert "Mieux coordonner" in words(show(made.people.viewer, "plans/BP/pillars/3/", language="fr"))


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
        assert "No update last update" in text
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

    def test_a_milestone_met_before_the_plan_earns_no_progress(self, made, show):
        text = words(show(made.people.viewer, "plans/BP/initiatives/1.02/"))
        assert "before the plan earns no progress" in text
        assert "-merged" in text
        assert "0 of 1 met" in text

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
        csv, json_url = re.findall(r'href="(/api/v1/[^"]+)"', html)
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

    def test_who_sees_a_part_is_told_why_there_is_none(self, made, show):
        assert "A sealed rollup is of the whole plan" in show(made.people.manager, "plans/BP/rollups/")
        show(made.people.manager, f"rollups/{made.rollups[0].code}/", status=404)

    def test_before_the_first_week_is_sealed(self, made, show):
        add_plan("NEW")
        assert "No week has been sealed yet" in show(made.people.auditor, "plans/NEW/rollups/")


class TestExplanation:
    def test_rows_add_up_and_lead_to_where_they_stand(self, made, show):
        html = show(made.people.viewer, "figures/health_dollars/?scope=BP")
        text = words(html)
        assert "$7,000,000.00" in text
        assert "Sum of all 2 rows $7,300,000.33" in text
        assert 'href="/en/plans/BP/initiatives/1.01/"' in html
        assert "Its rows come from 2 of 7 initiatives." in text

    def test_says_what_is_left_out_and_why(self, made, show):
        text = words(show(made.people.viewer, "figures/milestones_met/?scope=BP"))
        assert "Met before the plan was announced: earns the plan no progress 1.02 M2 Milestone M2" in text
        assert "Cancelled 1.02 M3" in text

    def test_a_figure_whose_parts_make_no_sum_shows_its_parts(self, made, show):
        text = words(show(made.people.viewer, "figures/money/?scope=BP"))
        assert "The parts make no sum." in text
        assert "2025-26, authority $5.0 M" in text
        part = words(show(made.people.viewer, "figures/money/?scope=BP&bucket=2025/expenditure"))
        assert "Sum of 1 row $1,250,000.10" in part
        assert "Reversed, with the reversal" in part

    def test_money_left_out_shows_its_part_and_its_amount(self, made, show):
        wrong = made.reversed_entry
        text = words(show(made.people.viewer, "figures/money/?scope=BP/1.03"))
        assert f"1.03 #{wrong.pk}, {wrong.effective_on} =1+1 2025-26, expenditure, $999.99" in text
        assert f"1.03 #{wrong.reversed_by.pk}, {wrong.effective_on} =1+1 2025-26, expenditure, −$999.99" in text

    def test_a_row_of_money_lands_on_its_entry(self, made, show, client):
        """However many there are: the page shows the latest ones only, the link leads to all."""
        green = made.initiatives["green"]
        entry = green.budget_lines.get(fiscal_year=2025).entries.get(stage=Stage.EXPENDITURE)
        for number in range(12):
            add_entry(green, "1.00", stage=Stage.AUTHORITY, effective_on=TODAY() - timedelta(number))
        html = show(made.people.viewer, "figures/money/?scope=BP/1.01&bucket=2025/expenditure")
        link = re.search(rf'href="([^"]+)#entry-{entry.pk}"', html)
        assert link
        assert f'id="entry-{entry.pk}"' in client.get(link[1].replace("&amp;", "&")).content.decode()
        short = show(made.people.viewer, "plans/BP/initiatives/1.01/")
        assert short.count('id="entry-') == 10
        assert f'id="entry-{entry.pk}"' not in short
        assert "All 15 entries" in words(short)

    def test_nothing_known_is_not_zero(self, made, show):
        text = words(show(made.people.viewer, "figures/health_dollars/?scope=BP/2.02"))
        assert "not published" in text
        assert "which is not the same as zero" in text
        assert "so it is zero" in words(show(made.people.viewer, "figures/milestones_late/?scope=BP/2.02"))

    def test_a_link_names_the_version_of_its_figure(self, made, show, monkeypatch):
        """What a number meant when it was linked to or sealed is what is explained, also once the figure is declared
        anew."""
        link = re.search(r'href="([^"]+figures/health/[^"]+)"', show(made.people.viewer, "plans/BP/"))
        sealed = show(made.people.viewer, f"rollups/{made.rollups[0].code}/")
        assert link
        assert "version=1" in link[1]
        assert not [url for url in re.findall(r'"(/en/figures/[^"]+)"', sealed) if "version=1" not in url]
        declared = dict(declaration.FIGURES)
        monkeypatch.setattr(declaration, "_VERSIONS", dict(declaration._VERSIONS))
        try:
            declaration.declare(replace(declared["health"], version=2, label_en="Health, anew"))
            html = show(made.people.viewer, link[1].removeprefix("/en/").replace("&amp;", "&"))
            assert "Health, anew" not in html
            assert "version=1" in re.search(r'href="(/api/v1/figures/[^"]+)"', html)[1]
            assert "Health, anew" in show(made.people.viewer, "figures/health/?scope=BP")
        finally:
            declaration.FIGURES.clear()
            declaration.FIGURES.update(declared)

    def test_the_same_can_be_had_as_data(self, made, show, client):
        html = show(made.people.viewer, "figures/health/?scope=BP/1&bucket=red")
        link = re.search(r'href="(/api/v1/figures/[^"]+)"', html)
        assert link
        answer = json.loads(client.get(link[1].replace("&amp;", "&")).content)
        assert answer["value"] == 1
        assert [row["label"] for row in answer["rows"]] == ["1.03"]

    @pytest.mark.parametrize(
        ("address", "status"),
        [("nonsense/?scope=BP", 400), ("health/?scope=NO", 404), ("health/?scope=BP&bucket=teal", 400),
         ("health/", 404), ("health/?scope=BP&on=yesterday", 400), ("health/?scope=BP&version=99", 400),
         ("health/?scope=BP&version=x", 400), ("health/?scope=BP&version=", 200)],
    )  # fmt: skip
    def test_what_there_is_not(self, made, show, address, status):
        show(made.people.viewer, f"figures/{address}", status=status)


def test_the_data_page_lists_exports_and_what_every_figure_means(made, show):
    html = show(made.people.analyst, "data/")
    for name in ("initiatives", "status-updates", "ledger-entries"):
        assert f"/api/v1/exports/{name}.csv" in html
    assert "A later forecast does not excuse." in html


@pytest.mark.parametrize(
    "address",
    ["", "plans/BP/", "plans/BP/pillars/1/", "plans/BP/initiatives/", "plans/BP/initiatives/1.01/",
     "plans/BP/rollups/", "rollups/ROLLUP/", "figures/health/?scope=BP", "data/"],
)  # fmt: skip
def test_what_a_page_does_not_read_is_refused(made, show, address):
    address = address.replace("ROLLUP", made.rollups[0].code)
    join = "&" if "?" in address else "?"
    for query, name in (("bogus=1", "bogus"), ("on=2026-01-05&on=2026-01-12", "on")):
        html = show(made.people.viewer, f"{address}{join}{query}", status=400)
        assert f"<code>{name}</code>" in html


def test_an_unknown_choice_of_entries_is_refused(made, show):
    assert "<code>entries</code>" in show(made.people.viewer, "plans/BP/initiatives/1.01/?entries=some", status=400)


def test_who_has_no_role_is_told_whom_to_ask(made, show):
    assert "Your account has no role in any plan." in words(show(made.people.outsider, ""))


def test_before_any_plan_is_loaded_an_administrator_is_told_how(show):
    assert "manage.py load_plan" in show(add_user(role=Role.ADMINISTRATOR), "")


def test_only_parts_that_one_has_a_use_for_are_in_the_navigation(made, show):
    def parts(user):
        html = show(user, "plans/BP/")
        return [name for name in ("my-week", "review") if f"/plans/BP/{name}/" in html]

    assert parts(made.people.viewer) == []
    assert parts(made.people.manager) == ["my-week"]
    assert parts(made.people.pillar_lead) == ["my-week", "review"]


def add_more(made, prefix: str, rows: int) -> None:
    """So many more initiatives off track, each with a late milestone and money, and one waiting for its review."""
    lead, people = made.organizations["CBSA"], made.people
    with revision(by=ACTOR, reason="many more"):
        for number in range(rows):
            found = add_initiative(made.pillars[0], f"{prefix}.{number:03d}", lead=lead)
            add_milestone(found, baselines=[TODAY() - timedelta(10)])
            add_entry(found, "10.00", stage=Stage.AUTHORITY, effective_on=date(2025, 6, 1))
            workflow = Workflow.SUBMITTED if number % 3 == 0 else Workflow.APPROVED
            add_update(
                found, made.week, Health.RED, author=people.manager, reviewer=people.pillar_lead, workflow=workflow
            )


def test_the_number_of_queries_does_not_grow_with_the_rows(made, show):
    in_plan = ("", "pillars/1/", "initiatives/", "initiatives/1.01/", "review/", "my-week/", "rollups/")
    addresses = [*(f"plans/BP/{page}" for page in in_plan), "figures/health/?scope=BP", "history/"]

    def queries(address):
        with CaptureQueriesContext(connection) as captured:
            show(made.people.plan_admin, address)
        return len(captured)

    add_more(made, "8", 10)
    queries("data/")  # signs in
    few = {address: queries(address) for address in addresses}
    add_more(made, "9", 190)
    assert {address: queries(address) for address in addresses} == few
