"""The page of a plan's milestones: what it lists, in which order, and its figures."""

import re
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from initiatives.actions.evidence import Borne, add_link, withdraw_evidence
from initiatives.filters import MilestoneFilter
from pillars.rules import monday_of
from reports.figures import FIGURES, compute
from reports.figures.scopes import find_scope
from reports.forms_milestones import SORTS, MilestoneListForm
from reports.panels import explain_url
from reports.views import milestone_list, milestone_pictures
from tests.factories import add_initiative, add_milestone, add_organization, add_pillar, add_plan, add_user
from tests.reports.reading import words
from tests.scenarios import small_plan
from tracker.choices import Role
from tracker.timemachine import Actor, head

pytestmark = pytest.mark.django_db
ADDRESS = "/en/plans/BP/milestones/"
TODAY = timezone.localdate()


@pytest.fixture
def made(client):
    found = small_plan()
    client.force_login(found.people.plan_admin)
    return found


def rows(client, query: str = ""):
    """The rows of the first page."""
    response = client.get(ADDRESS + query)
    assert response.status_code == 200, response.content
    return response.context["rows"]


def codes(client, query: str = "") -> list[str]:
    return [f"{row.milestone.initiative.code} {row.milestone.code}" for row in rows(client, query)]


def everything(client, query: str) -> list[int]:
    """The keys of all pages."""
    found, address = [], ADDRESS + query
    while address:
        response = client.get(address)
        assert response.status_code == 200, response.content
        found += [row.milestone.pk for row in response.context["rows"]]
        address = response.context["page"].next_url
    return found


class TestRows:
    def test_each_date_and_slip_of_a_milestone(self, client, made):
        met, late, *_others = rows(client)
        assert (met.state, met.slip_first, met.slip_latest, met.moved, met.evidence) == ("met", 20, 10, True, 1)
        assert (late.state, late.late_days, late.slip_first, late.moved) == ("late", 30, 230, False)
        page = words(client.get(ADDRESS).content.decode())
        assert f"1.01 M1 Milestone M1 (deliverable) pillar 1 · {made.initiatives['green'].title_en}" in page.replace(
            "&quot;", '"'
        )
        assert f"first {(TODAY - timedelta(60)).isoformat()}" in page
        assert "30 days late" in page
        assert f'href="/en/plans/BP/initiatives/1.01/#milestone-{late.milestone.code}"' in (
            client.get(ADDRESS).content.decode()
        )

    def test_evidence_counts_what_stands_and_may_be_seen(self, client, made):
        borne = Borne(initiative=made.initiatives["green"], milestone=made.milestones["met"])
        given = {"by": Actor(user=made.people.manager), "at": timezone.now()}
        first, _second = (add_link(borne=borne, title="Minutes", url=f"https://example.org/{n}", **given) for n in "ab")
        withdraw_evidence(evidence=first, reason="Of another day.", **given)
        assert rows(client)[0].evidence == 2

    def test_only_what_the_reader_may_see(self, client, made):
        client.force_login(made.people.manager)
        assert codes(client) == ["1.01 M1", "1.01 M2", "1.01 M3"]
        assert "totals are of the initiatives that you may see" in words(client.get(ADDRESS).content.decode())
        client.force_login(made.people.outsider)
        assert client.get(ADDRESS).status_code == 404

    def test_in_french(self, client, made):
        page = words(client.get("/fr/plans/BP/milestones/").content.decode())
        assert "en retard" in page

    def test_as_of_a_past_revision_every_link_stays_there(self, client, made):
        then = made.rollups[0].as_of
        add_milestone(made.initiatives["red"], "M9")
        assert "1.03 M9" in codes(client)
        response = client.get(f"{ADDRESS}?as_of=r{then}")
        page = response.content.decode()
        assert "1.03 M9" not in page
        assert "You are looking at the past" in page
        main = page[page.index("<main") : page.index("</main>")]
        links = [part.split('"')[0] for part in main.split('href="')[1:]]
        assert links
        assert all(f"as_of=r{then}" in link for link in links if not link.startswith("#")), links


class TestFigures:
    def test_the_line_above_says_what_the_figures_say(self, client, made):
        response = client.get(ADDRESS)
        scope = find_scope("BP", user=made.people.plan_admin)
        for key in milestone_list.FIGURES:
            told = response.context[key]
            assert told.total == compute(FIGURES[key], scope.selection, on=TODAY, whole_plan=True).total
            assert told.url == explain_url(FIGURES[key], "BP", on=TODAY)
        assert "1 of 4 met, 1 late." in words(response.content.decode())
        assert "2 more do not count" in words(response.content.decode())

    def test_a_filter_that_a_figure_counts_holds_exactly_its_rows(self, client, made):
        """The total is taken from the figure; the rows from the filter: of all that is seen, or of a part, on any day,
        now and in the past."""
        monday = monday_of(TODAY)
        for number, day in enumerate([monday, monday + timedelta(6), monday + timedelta(7), monday + timedelta(34)]):
            for name in ("red", "green"):
                given = {"baselines": [day], "forecasts": [day + timedelta(1)]}
                add_milestone(made.initiatives[name], f"Q{number}", **given)
        then = head()
        add_milestone(made.initiatives["green"], "Q9", baselines=[TODAY - timedelta(3)], actual_on=TODAY)
        moments = [("", True), (f"&on={(TODAY - timedelta(9)).isoformat()}", False), (f"&as_of=r{then}", True)]
        for reader in (made.people.plan_admin, made.people.manager):
            client.force_login(reader)
            scope = find_scope("BP", user=reader)
            for filters, key in milestone_list.COUNTED_BY:
                query = f"?{urlencode(filters)}"
                for moment, some in moments:
                    found = everything(client, query + moment)
                    assert client.get(ADDRESS + query + moment).context["page"].total == len(found), (query, moment)
                    assert found or not some, (query, moment)
                told = compute(FIGURES[key], scope.selection, on=TODAY, whole_plan=scope.whole_plan)
                assert told.total == len(everything(client, query))
                page = words(client.get(f"{ADDRESS}{query}&sort=slip").content.decode())
                assert re.search(rf"\b{told.total} milestones? fits? the filters", page), query

    def test_with_another_filter_beside_it_the_rows_are_counted(self, client, made):
        for query in ("?late=true&pillar=2", "?late=true&counted=false", "?counted=true&late=false", "?counted=false"):
            assert client.get(ADDRESS + query).context["page"].total == len(everything(client, query)), query

    def test_each_quick_filter_of_a_figure_is_known_as_such(self):
        known = [dict(filters) for filters, _key in milestone_list.COUNTED_BY]
        quick = [{name: one for name, one in given.items() if name != "sort"} for _label, given in milestone_list.QUICK]
        assert [
            filters for filters in quick if filters and "slipped_from" not in filters and filters not in known
        ] == []

    def test_what_does_not_count_is_one_click_away(self, client, made):
        assert codes(client, "?counted=false") == ["1.02 M2", "1.02 M3"]

    def test_other_filters_keep_the_day_and_the_comparison(self, client, made):
        day = (TODAY - timedelta(1)).isoformat()
        response = client.get(f"{ADDRESS}?late=true&on={day}&compare=r{head()}")
        assert "Effective date:" in words(response.content.decode())
        shown = response.context
        for url in (shown["apart_url"], shown["clear_url"], *(url for _label, url, _current in shown["quick"])):
            assert f"on={day}" in url
            assert "compare=r" in url
        assert shown["apart_url"].endswith("counted=false")
        assert "late=" not in shown["clear_url"]

    @pytest.mark.parametrize("days", [-45, -1, 0, 40])
    def test_the_slips_add_up_to_the_figure(self, client, made, days):
        """On every day by what had been met on it; where nothing was forecast, by what was promised."""
        on = TODAY + timedelta(days)
        add_milestone(made.initiatives["red"], "M7", baselines=[TODAY - timedelta(9), TODAY + timedelta(5)])
        add_milestone(made.initiatives["red"], "M8", baselines=[TODAY], actual_on=TODAY + timedelta(30))
        scope = find_scope("BP", user=made.people.plan_admin)
        told = compute(FIGURES["milestone_slip"], scope.selection, on=on, whole_plan=True)
        slips = [row.slip_first for row in rows(client, f"?counted=true&on={on.isoformat()}")]
        assert sum(slip for slip in slips if slip is not None) == told.total
        initiative = client.get(f"/en/plans/BP/initiatives/1.03/?on={on.isoformat()}").context["milestone_rows"]
        listed = rows(client, f"?initiative=1.03&on={on.isoformat()}")
        assert [(row.slip_first, row.slip_latest) for row in listed] == [
            (row.slip_first, row.slip_latest) for row in initiative
        ]


class TestPictures:
    def test_the_timeline_shows_the_first_rows_of_the_page(self, client, made, monkeypatch):
        drawn = client.get(ADDRESS).context["timeline"]
        assert [row.code for row in drawn.milestones] == codes(client)
        assert drawn.announced == made.plan.announced_on  # one was met before
        assert "first" not in drawn.title
        monkeypatch.setattr(milestone_pictures, "DRAWN", 2)
        response = client.get(f"{ADDRESS}?sort=slip")
        assert [row.code for row in response.context["timeline"].milestones] == codes(client, "?sort=slip")[:2]
        assert response.context["timeline"].title == "Timeline of the first 2 of these milestones"
        assert client.get(f"{ADDRESS}?q=nothing+is+called+so").context["timeline"] is None

    def test_each_step_of_slip_leads_to_as_many_rows(self, client, made, monkeypatch):
        steps = client.get(f"{ADDRESS}?pillar=1").context["slip_steps"]
        assert [(step.label, step.count) for step in steps] == [
            ("by 1 day or more", 3), ("by 30 days or more", 1), ("by 90 days or more", 1),
            ("by 180 days or more", 1),
        ]  # fmt: skip
        for step in steps:
            assert client.get(step.url).context["page"].total == step.count
        monkeypatch.setattr(milestone_pictures, "COUNTED", 1)
        assert client.get(ADDRESS).context["slip_steps"] == []


class TestOrder:
    @pytest.fixture
    def many(self, made, monkeypatch):
        monkeypatch.setattr(milestone_list, "PAGE", 3)
        for number in range(9):
            day = TODAY + timedelta(number % 3 * 10 - 10)
            add_milestone(
                made.initiatives["red"], f"N{number}", baselines=[day] if number % 4 else [],
                forecasts=[day + timedelta(number)] if number % 2 else [],
            )  # fmt: skip
        return made

    def test_pages_hold_each_row_once(self, client, many):
        for sort in SORTS:
            found = everything(client, f"?sort={sort}")
            assert len(found) == len(set(found)) == 15
            assert found == [row.milestone.pk for row in self.whole(client, sort)], sort

    def whole(self, client, sort):
        """All rows on one page."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(milestone_list, "PAGE", 100)
            return rows(client, f"?sort={sort}")

    def test_by_what_was_asked_and_the_unknown_last(self, client, many):
        days = [row.milestone.planned_on for row in self.whole(client, "promised")]
        known = [day for day in days if day]
        assert known == sorted(known)
        assert days == known + [None] * (len(days) - len(known))
        slips = [row.slip_first for row in self.whole(client, "slip")]
        assert slips[:2] == [230, 20]
        assert slips[-1] is None

    def test_what_is_written_while_one_reads_shifts_no_page(self, client, many):
        first = client.get(ADDRESS)
        add_milestone(many.initiatives["green"], "A1")
        following = client.get(first.context["page"].next_url)
        assert not {row.milestone.pk for row in first.context["rows"]} & {
            row.milestone.pk for row in following.context["rows"]
        }

    def test_what_cannot_be_meant_is_refused(self, client, made):
        for query in (
            "?after=x", "?after=W10", "?sort=slip&after=WyIiLCIxLjAxIiwiTTEiLDFd", "?after=WyIiLDEsMiwzXQ",
            "?sort=colour", "?page=2", "?colour=teal", "?slipped_from=much", "?due=never", "?late=perhaps",
        ):  # fmt: skip
            assert client.get(ADDRESS + query).status_code == 400, query


class TestForm:
    def test_it_has_a_control_for_every_filter_of_the_api(self, made):
        form = MilestoneListForm({}, plan=made.plan, user=made.people.plan_admin)
        assert set(form.fields) - {"sort"} == set(MilestoneFilter.base_filters) - {"plan"}
        assert {field.name for field in (*form.first, *form.others, *form.hidden_fields())} == set(form.fields)

    def test_what_is_behind_more_filters_stands_open_while_it_is_used(self, client, made):
        assert 'class="more-filters" open' in client.get(f"{ADDRESS}?kind=deliverable").content.decode()
        assert 'class="more-filters" open' not in client.get(f"{ADDRESS}?late=true").content.decode()

    def test_filters_narrow_the_list(self, client, made):
        assert codes(client, "?initiative=1.02&cancelled=false") == ["1.02 M1", "1.02 M2"]
        assert codes(client, "?slipped_from=21") == ["1.01 M2"]
        assert codes(client, f"?expected_from={(TODAY + timedelta(100)).isoformat()}&pillar=1") == ["1.01 M2"]
        assert codes(client, f"?on={date(2025, 1, 1).isoformat()}&met=true") == ["1.02 M2"]


class TestEmpty:
    def test_a_filter_that_nothing_fits_offers_to_clear_it(self, client, made):
        page = words(client.get(f"{ADDRESS}?q=nothing+is+called+so").content.decode())
        assert "No milestone fits all of these filters" in page

    def test_a_plan_without_milestones_says_where_they_are_added(self, client):
        plan = add_plan("NEW")
        add_initiative(add_pillar(plan), lead=add_organization())
        client.force_login(add_user("auditor", role=Role.AUDITOR))
        page = client.get(reverse("milestones", args=["NEW"])).content.decode()
        assert 'href="/en/plans/NEW/initiatives/"' in page
