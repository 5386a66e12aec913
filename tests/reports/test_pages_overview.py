"""The overview of a plan and the page of a pillar, now and in the past."""

import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from initiatives.choices import Stage
from initiatives.models import Initiative
from pillars.rules import week_code
from reports.views import overview
from tests.factories import (
    ACTOR,
    add_announcement,
    add_entry,
    add_initiative,
    add_pillar,
    add_plan,
    add_user,
)
from tests.reports.reading import add_more, words
from tracker.choices import Role
from tracker.timemachine import head, revision

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


def tab(html: str, label: str) -> str:
    """What stands under that name among what needs attention."""
    [found] = [part for part in html.split('<details class="tab"')[1:] if f"{label}</span> <b>" in part]
    return found[: found.index("</details>")]


class TestOverview:
    def test_says_what_is_wrong_and_since_when(self, made, show):
        html = show(made.people.viewer, "plans/BP/")
        text = words(html)
        week = week_code(TODAY())
        assert f"1.03 =1+1 Off track since {week} (1 week) 1.03 is red" in text
        assert "1.02 Initiative 1.02 At risk since" in text
        assert "1.01 Milestone M2 30 days late" in text
        assert text.index("1.03 =1+1") < text.index("1.02 Initiative 1.02")
        # Who did not report is counted among the parts of the plan as a whole.
        whole = html[html.index("The whole plan") :]
        part = whole[whole.index('title="No update"') :]
        assert words(f"<main>{part[part.index('>') + 1 : part.index('</li>')]}</main>").strip() == "1"

    def test_shows_five_and_says_how_many_there_are(self, made, show):
        """At a glance: the worst, and the way to all."""
        add_more(made, "7", 8)
        html = show(made.people.viewer, "plans/BP/")
        assert html.count('<li class="state-red">') == 5
        assert "All 6 off track" in tab(html, "Off track")  # three of the eight wait for their review
        late = tab(html, "Late milestones")
        assert late.count("days late") == 5
        assert "All 9 late milestones" in late

    def test_names_who_is_furthest_behind_and_counts_all(self, made, show):
        for number in range(30, 36):
            add_initiative(made.pillars[0], f"1.{number}", lead=made.organizations["CBSA"])
        behind = tab(show(made.people.viewer, "plans/BP/"), "Not reported")
        counted = [int(number) for number in re.findall(r'freshness=\w+">(\d+) ', behind)]
        assert behind.count("<li>") == 5 < sum(counted)

    def test_says_what_its_figures_cover(self, made, show):
        text = words(show(made.people.viewer, "plans/BP/"))
        whole = text[text.index("The whole plan") :]
        assert "Funding is published for 2 of 7 initiatives." in whole
        assert "$7.3 M 3 of 4 1 of 4 1" in whole  # dollars; who reported; milestones met; late ones

    def test_shows_the_announced_split_beside_the_announced_total(self, made, show):
        add_announcement(made.plan, "FA-RCMP", "945200000.00", organization=made.organizations["RCMP"])
        text = words(show(made.people.viewer, "plans/BP/"))
        assert "Sum of the announced split $1,300.6 M" in text
        assert "$1.30 B. The split by organization adds up to $600,000 more." in text
        french = words(show(made.people.viewer, "plans/BP/", language="fr"))
        assert "Somme de la répartition annoncée 1 300,6 M$" in french
        assert "600 000 $ de plus" in french

    def test_what_is_not_published_is_said_to_be(self, made, show):
        text = words(show(made.people.viewer, "plans/BP/?on=2026-11-22"))
        assert "2025-26 $5.0 M $1.3 M 25% $3.7 M $1.3 M 25%" in text
        assert "2026-27 this year $2.0 M not published $2.0 M not published not published" in text
        assert "No outcome indicator is recorded." in text

    def test_money_of_this_year_is_seen_at_a_glance(self, made, show):
        """Authority, spending, what is free, the year's end against the authority, what lapses, what is overspent."""
        green, red = made.initiatives["green"], made.initiatives["red"]
        line = {"fiscal_year": 2026, "effective_on": date(2026, 4, 2), "funding_source": "new", "vote": "operating"}
        add_entry(green, "500000.00", stage=Stage.EXPENDITURE, **line)
        add_entry(red, "70000.00", stage=Stage.EXPENDITURE, **line)
        add_entry(red, "900.00", stage=Stage.PLANNED, fiscal_year=2028, effective_on=date(2026, 4, 2))
        text = words(show(made.people.viewer, "plans/BP/?on=2026-11-22"))
        year = text[text.index("2026-27 this year") :]
        assert "$2.0 M $570,000 29% $70,000 beyond $1.5 M $570,000 29% (so far) $1.4 M" in year
        assert "$900 planned" in text
        assert "entries in the ledger: 3 of 7; with an authority: 1; with a year-end forecast: 2." in text
        add_entry(green, "1900000.00", stage=Stage.FORECAST, **line)
        forecast = words(show(made.people.viewer, "plans/BP/pillars/1/?on=2026-11-22"))
        assert "$1.5 M $2.0 M 99% $0" in forecast
        assert "this year" not in words(show(made.people.viewer, "plans/BP/?on=2029-05-01"))

    def test_every_number_leads_to_its_explanation(self, made, show, client):
        html = show(made.people.viewer, "plans/BP/")
        links = re.findall(r'<a class="explained" href="([^"]+)"', html)
        assert len(links) > 30
        for link in set(links):
            assert client.get(link.replace("&amp;", "&")).status_code == 200, link

    def test_names_the_week_and_the_latest_rollup(self, made, show):
        html = show(made.people.viewer, "plans/BP/")
        assert made.week.code in html
        assert f'href="/en/rollups/{made.rollups[-1].code}/"' in html
        assert f'href="/en/rollups/{made.rollups[-1].code}/brief.pdf"' in html

    def test_who_sees_a_part_is_told_so(self, made, show):
        assert "Part of the plan" in show(made.people.manager, "plans/BP/")
        assert "Part of the plan" not in show(made.people.viewer, "plans/BP/")
        text = words(show(made.people.manager, "plans/BP/"))
        assert "1 of 1" in text
        assert "1.03" not in text

    def test_an_empty_plan_says_what_to_do(self, made, show):
        add_plan("NEW")
        viewer = add_user("new-viewer", role=Role.VIEWER, scope="NEW")
        text = words(show(viewer, "plans/NEW/"))
        assert "No pillars yet" in text
        assert "No initiative is in progress, so none owes an update." in text
        assert "Nothing to compare with yet" in text
        assert "Due this week: 0 Next four weeks: 0" in text
        assert "No money is recorded yet." in text
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
        # But for the history at the end, whose links lead to the moments that it tells of.
        main = html[html.index("<main") : html.index('id="history"')]
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
    def test_shows_its_initiatives_page_by_page(self, made, show, monkeypatch):
        monkeypatch.setattr(overview, "PAGE", 2)
        rows = Initiative.objects.filter(pillar=made.pillars[0]).count()
        html = show(made.people.viewer, "plans/BP/pillars/1/")
        table = html[html.index('id="initiatives"') :]
        assert table.count('<td class="code">') == 2 < rows
        assert f"2 of {rows}" in words(html)
        assert "1.03 =1+1" in words(show(made.people.viewer, "plans/BP/pillars/1/?page=2")).split("First page")[0]

    def test_lists_its_initiatives_with_their_standing(self, made, show):
        text = words(show(made.people.viewer, "plans/BP/pillars/1/"))
        assert "1.01 The &quot;Prime Hub&quot;, phase 2 On track since" in text
        assert "$7.0 M" in text
        assert "2.01" not in text
        other = words(show(made.people.viewer, "plans/BP/pillars/2/"))
        assert re.search(r"2\.01 Initiative 2\.01 No update last reported on track in \d{4}-W\d\d, 2 weeks ago", other)
        assert other.count("not rated") == 3

    def test_shows_other_wordings_in_the_readers_language(self, made, show):
        add_pillar(made.plan, 3, aliases_en=["Better coordination"], aliases_fr=["Mieux coordonner"])
        assert "Better coordination" in words(show(made.people.viewer, "plans/BP/pillars/3/"))
        assert "Mieux coordonner" in words(show(made.people.viewer, "plans/BP/pillars/3/", language="fr"))
