"""Pages of the history: panels, one object, the whole plan with its filters; what they lead to, and to whom."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from initiatives.actions.change_requests import ask_baseline
from initiatives.actions.milestones import move_forecast
from initiatives.models import Initiative, StatusUpdate
from tests.factories import ACTOR, add_indicator, add_observation, add_plan, add_target, kept
from tests.reports.history_reading import ONE, PLAN, changes, pages_of, weigh, words
from tests.scenarios import small_plan
from tracker.choices import Channel
from tracker.timemachine import Actor, head, revision

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate
NOW = timezone.now


@pytest.fixture
def made():
    return small_plan()


@pytest.fixture
def show(client):
    return pages_of(client)


class TestPanels:
    def test_every_page_of_what_changes_has_one(self, made, show):
        indicator = add_indicator(made.plan, initiative=made.initiatives["green"])
        add_observation(indicator, TODAY() - timedelta(40), "740")
        add_target(indicator, TODAY() + timedelta(40))
        for address, whole in [
            ("plans/BP/", "/en/plans/BP/history/"),
            ("plans/BP/pillars/1/", "/en/plans/BP/history/?within=1"),
            (ONE, "/en/plans/BP/history/?within=1.01"),
            ("plans/BP/indicators/SEIZED/", f"/en/plans/BP/history/indicator/{indicator.pk}/"),
        ]:
            html = show(made.people.viewer, address)
            panel = html[html.index('id="history"') : html.index("</main>")]
            assert "<details>" in panel
            assert "Target added" in panel
            assert f'href="{whole}"' in panel
            assert "Target added" in changes(show(made.people.viewer, whole))

    def test_it_is_closed_and_shows_five(self, made, show):
        html = show(made.people.auditor, ONE)
        panel = html[html.index('id="history"') : html.index("</main>")]
        assert "The latest 5 changes" in panel
        assert panel.count("the page then") == 5
        assert "<details open" not in panel

    def test_rows_lead_to_their_own_history(self, made, show):
        milestone = made.milestones["late"]
        entry = made.initiatives["green"].budget_lines.first().entries.first()
        update = StatusUpdate.objects.filter(initiative__code="1.01").first()
        html = show(made.people.viewer, ONE)
        for kind, row in (
            ("milestone", milestone), ("ledger-entry", entry), ("budget-line", entry.line), ("status-update", update),
        ):  # fmt: skip
            address = f"/en/plans/BP/history/{kind}/{row.pk}/"
            assert f'href="{address}"' in html
            show(made.people.viewer, address)

    def test_rows_of_an_indicator_too(self, made, show):
        indicator = add_indicator(made.plan)
        rows = {
            "observation": add_observation(indicator, TODAY() - timedelta(40), "740"),
            "target": add_target(indicator, TODAY() + timedelta(40)),
        }
        html = show(made.people.viewer, "plans/BP/indicators/SEIZED/")
        for kind, row in rows.items():
            assert f'href="/en/plans/BP/history/{kind}/{row.pk}/"' in html

    def test_a_change_request_leads_to_its_history(self, made, show):
        asked = ask_baseline(
            milestone=made.milestones["late"], to=TODAY() + timedelta(300), dollars=None, reason="Scope grew",
            by=Actor(user=made.people.manager), at=NOW(),
        )  # fmt: skip
        address = f"/en/plans/BP/history/change-request/{asked.pk}/"
        assert f'href="{address}"' in show(made.people.viewer, f"change-requests/{asked.pk}/")
        assert "Change request added: 1.01 M2" in changes(show(made.people.viewer, address))

    def test_a_reader_of_the_past_stays_there(self, made, show):
        then = head()
        weigh(made)
        html = show(made.people.auditor, f"{ONE}?as_of=r{then}")
        panel = html[html.index('id="history"') : html.index("</main>")]
        assert "Weight changed" not in panel
        assert f'href="/en/plans/BP/history/?within=1.01&amp;as_of=r{then}"' in panel
        assert "Weight changed" in show(made.people.auditor, ONE)

    def test_more_history_costs_no_more_queries(self, made, show, django_assert_max_num_queries):
        def grow(count):
            for number in range(count):
                move_forecast(
                    milestone=made.milestones["late"], to=TODAY() + timedelta(300 + number + head()),
                    reason="Late steel", by=Actor(user=made.people.manager), at=NOW(),
                )  # fmt: skip

        grow(6)
        show(made.people.viewer, ONE)
        with django_assert_max_num_queries(100) as few:
            show(made.people.viewer, ONE)
        cost = len(few)
        grow(60)
        with django_assert_max_num_queries(cost):
            show(made.people.viewer, ONE)


class TestLinks:
    def test_the_page_before_shows_the_old_value_and_the_page_then_the_new(self, made, show):
        initiative = made.initiatives["amber"]
        with revision(by=ACTOR, reason="A better title"):
            Initiative.objects.filter(pk=initiative.pk).update(title_en="Renamed since")
        number = head()
        with revision(by=ACTOR, reason="And again"):
            Initiative.objects.filter(pk=initiative.pk).update(title_en="Renamed again")
        html = show(made.people.auditor, f"plans/BP/history/initiative/{initiative.pk}/")
        assert "Title, English changed from “Initiative 1.02” to “Renamed since”." in changes(html)
        before, then = (f"/en/plans/BP/initiatives/1.02/?as_of=r{one}" for one in (number - 1, number))
        assert f'href="{before}"' in html
        assert f'href="{then}"' in html
        old, new = (words(show(made.people.auditor, one)).split("History")[0] for one in (before, then))
        assert "Initiative 1.02" in old
        assert "Renamed" not in old
        assert "Renamed since" in new

    def test_links_lead_to_the_row_on_its_page(self, made, show):
        weigh(made)
        html = show(made.people.auditor, PLAN)
        links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/en/plans/BP/initiatives/[^"]+)"', html)]
        anchored = {urlsplit(link).path + "#" + urlsplit(link).fragment: link for link in links if "#" in link}
        assert f"/en/{ONE}#milestone-M2" in anchored
        for link in list(anchored.values())[:12]:
            page = show(made.people.auditor, link.split("#")[0])
            assert f'id="{link.split("#")[1]}"' in page, link

    def test_nothing_leads_before_the_first_revision(self, made, show):
        html = show(made.people.auditor, f"plans/BP/history/plan/{made.plan.pk}/")
        assert "as_of=r0" not in html
        assert "the page before" not in html


class TestPlanHistory:
    def test_tells_what_changed_by_whom_when_and_why(self, made, show):
        weigh(made, by=Actor(user=made.people.manager, channel=Channel.API), reason="The steel is heavier")
        text = changes(show(made.people.auditor, PLAN))
        assert re.match(
            rf"r{head()} · \d+ \w+ \d{{4}}, \d\d:\d\d \w+ · API · Marie Manager \(account manager\)"
            r" · The steel is heavier Milestone changed: 1\.01 M2 Weight changed from 1\.00 to 2\.50\.",
            text.strip(),
        )

    def test_is_told_in_french(self, made, show):
        weigh(made)
        text = changes(show(made.people.auditor, PLAN, language="fr"))
        assert "Jalon modifié : 1.01 M2 Pondération : de 1,00 à 2,50." in text

    def test_who_and_why_are_told_to_those_who_see_everything_and_to_authors(self, made, show):
        weigh(made, by=Actor(user=made.people.manager), reason="A confidential reason")
        for reader in (made.people.auditor, made.people.manager):
            assert "A confidential reason" in show(reader, PLAN)
        html = show(made.people.viewer, PLAN)
        assert "A confidential reason" not in html
        assert "account manager" not in html
        assert "Weight changed from" in changes(html)
        assert "of your own you see it too" in html

    def test_long_words_are_short_in_the_sentence_and_whole_beside_it(self, made, show):
        initiative = made.initiatives["amber"]
        initiative.description_fr = "Des mots. " * 60
        kept(initiative)
        html = show(made.people.auditor, f"{PLAN}?kind=initiative")
        assert "…" in changes(html)
        assert "In full" in changes(html)
        assert html.count("Des mots. " * 60) == 1
        assert 'lang="fr"' in html[html.index("Des mots.") - 200 : html.index("Des mots.")]

    def test_markup_in_words_stays_words(self, made, show):
        initiative = made.initiatives["amber"]
        initiative.title_en = "<script>alert(1)</script>"
        kept(initiative, "<b>bold</b>")
        html = show(made.people.auditor, PLAN)
        assert "<script>alert" not in html
        assert "<b>bold" not in html

    def test_pages_turn_and_keep_their_filters(self, made, show):
        for number in range(60):
            weigh(made, f"{number + 3}.00")
        html = show(made.people.auditor, f"{PLAN}?kind=milestone&within=1.01")
        [following] = re.findall(r'href="([^"]+)" rel="next"', html)
        query = parse_qs(urlsplit(following).query.replace("&amp;", "&"))
        assert (query["kind"], query["within"]) == (["milestone"], ["1.01"])
        rest = show(made.people.auditor, following.replace("&amp;", "&"))
        assert 'rel="next"' not in rest
        shown = [text.count("Weight changed") for text in (changes(html), changes(rest))]
        assert shown == [50, 10]
        assert "First page" in rest

    def test_as_of_shows_the_history_as_known_then(self, made, show):
        then = head()
        weigh(made)
        assert "Weight changed" not in changes(show(made.people.auditor, f"{PLAN}?as_of=r{then}"))
        html = show(made.people.auditor, f"{PLAN}?as_of=r{head()}")
        assert "Weight changed" in changes(html)
        assert f'<input type="hidden" name="as_of" value="r{head()}">' in html

    def test_a_page_number_of_later_does_not_lead_beyond_the_moment(self, made, show):
        then = head()
        weigh(made)
        milestone = made.milestones["late"]
        html = show(made.people.auditor, f"{PLAN}?as_of=r{then}&before=r{head() + 5}.milestone.{milestone.pk}")
        assert "Weight changed" not in changes(html)
        assert "Milestone added" in changes(html)

    def test_other_plans_are_silent(self, made, show):
        other = add_plan("ZZ")
        add_indicator(other, "OTHER")
        assert "OTHER" not in show(made.people.auditor, PLAN)
        assert "Indicator added: OTHER" in changes(show(made.people.auditor, "plans/ZZ/history/"))

    def test_a_plan_without_history_says_so(self, made, show):
        html = show(made.people.auditor, f"{PLAN}?who=nobody+of+that+name")
        assert "No change fits all of these filters" in words(html)

    def test_the_list_of_revisions_leads_here(self, made, show):
        assert 'href="/en/plans/BP/history/"' in show(made.people.viewer, "history/")
        assert "What changed, in words" not in show(made.people.outsider, "history/")
