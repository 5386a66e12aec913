"""The history of a plan by its filters, and of one object."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import quote

import pytest

from initiatives.models import StatusUpdate
from tests.factories import ACTOR, add_indicator, add_plan, add_user
from tests.reports.history_reading import PLAN, changes, pages_of, weigh, words
from tests.scenarios import small_plan
from tracker.choices import Channel, Role
from tracker.models import Revision
from tracker.timemachine import Actor, head, revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return small_plan()


@pytest.fixture
def show(client):
    return pages_of(client)


class TestFilters:
    @pytest.fixture
    def told(self, made, show):
        """The changes under a query, to an auditor."""
        weigh(made, by=Actor(user=made.people.manager, channel=Channel.API), reason="The steel is heavier")
        return lambda query: changes(show(made.people.auditor, f"{PLAN}?{query}"))

    @pytest.mark.parametrize(
        ("query", "inside", "outside"),
        [
            ("kind=ledger-entry", "Ledger entry added", "Milestone"),
            ("kind=milestone&within=1.01", "Weight changed", "1.02 M1"),
            ("within=1.02", "1.02 M1", "1.01"),
            ("within=2", "Pillar added: 2", "Weight changed"),
            ("channel=api", "Weight changed", "Ledger entry"),
            ("channel=shell", "Ledger entry", "Weight changed"),
            ("who=marie", "Weight changed", "Ledger entry"),
            ("who=manager", "Weight changed", "Ledger entry"),
            ("reason=STEEL", "Weight changed", "Ledger entry"),
        ],
    )
    def test_leaves_what_it_names(self, told, query, inside, outside):
        text = told(query)
        assert inside in text
        assert outside not in text

    def test_words_are_found_as_they_are_shown(self, made, show):
        """The program's own reasons are stored in English; a French reader reads and finds them in French, and the
        stored words too."""
        with revision(by=ACTOR, reason="2031-W46 locked"):
            made.plan.description_en += "."
            made.plan.save()
        for query in ("reason=Verrouill%C3%A9e", "reason=locked", "reason=2031-W46"):
            html = show(made.people.auditor, f"{PLAN}?{query}", language="fr")
            assert "Semaine 2031-W46 verrouillée" in html, query
            assert "Ledger entry" not in html
        assert "2031-W46 locked" in show(made.people.auditor, f"{PLAN}?reason=locked")
        assert '<p class="stamp">' not in show(made.people.auditor, f"{PLAN}?reason=verrouill")

    def test_days_are_those_of_the_plan(self, made, told):
        day = made.plan.day(Revision.objects.get(number=head()).at)
        assert "Weight changed" in told(f"from={day}&to={day}")
        assert not told(f"from={day + timedelta(1)}")
        assert not told(f"to={day - timedelta(1)}")

    def test_none_but_empty_ones_show_everything(self, told):
        assert told("kind=&within=&from=&to=&who=&channel=&reason=") == told("")

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("kind=cheese", "kind"),
            ("channel=pigeon", "channel"),
            ("within=9.99", "within"),
            ("within=9", "within"),
            (f"within={'9' * 400}", "within"),
            ("from=tomorrow", "from"),
            ("to=2026-02-30", "to"),
            ("from=2026-03-02&to=2026-03-01", "to"),
            (f"reason={'x' * 201}", "reason"),
            (f"who={'x' * 151}", "who"),
            ("before=yesterday", "before"),
            ("before=r0.milestone.1", "before"),
            ("before=r1.cheese.1", "before"),
            (f"before=r1.milestone.{'9' * 30}", "before"),
            ("who=a&who=b", "who"),
            ("colour=red", "colour"),
        ],
    )
    def test_what_cannot_be_meant_is_refused_by_name(self, made, show, query, field):
        html = show(made.people.auditor, f"{PLAN}?{query}", status=400)
        assert field in words(html)

    def test_who_and_why_are_no_way_around_the_rule(self, made, show):
        """Who is not told them does not learn them by searching."""
        weigh(made, by=Actor(user=made.people.pillar_lead), reason="A confidential reason")
        for query in ("who=Luc", "reason=confidential"):
            assert not changes(show(made.people.viewer, f"{PLAN}?{query}"))
            assert "Weight changed" in changes(show(made.people.pillar_lead, f"{PLAN}?{query}"))

    def test_an_initiative_out_of_scope_is_not_offered_nor_taken(self, made, show):
        html = show(made.people.manager, PLAN)
        assert 'value="1.01"' in html
        assert 'value="1.02"' not in html
        show(made.people.manager, f"{PLAN}?within=1.02", status=400)

    def test_what_an_address_holds_is_bound(self, made, show):
        for text in ("'; drop table tracker_revision; --", "100%", "\\", "{x}", "%s"):
            show(made.people.auditor, f"{PLAN}?reason={quote(text)}&who={quote(text)}")
        assert Revision.objects.exists()


class TestOneObject:
    def test_a_milestone_with_all_its_dates(self, made, show):
        milestone = weigh(made)
        html = show(made.people.viewer, f"plans/BP/history/milestone/{milestone.pk}/")
        text = changes(html)
        assert "History: Milestone 1.01 M2" in words(html)
        for said in ("Weight changed from 1.00 to 2.50.", "Forecast added: 1.01 M2", "Baseline added: 1.01 M2",
                     "Milestone added: 1.01 M2"):  # fmt: skip
            assert said in text
        assert "1.01 M1" not in text

    def test_of_an_initiative_its_own_row_and_the_way_to_all(self, made, show):
        initiative = made.initiatives["green"]
        html = show(made.people.viewer, f"plans/BP/history/initiative/{initiative.pk}/")
        assert "Milestone added" not in changes(html)
        assert 'href="/en/plans/BP/history/?within=1.01"' in html

    def test_what_is_out_of_scope_or_not_there_is_not_found(self, made, show):
        other = made.milestones["next"]
        show(made.people.viewer, f"plans/BP/history/milestone/{other.pk}/")
        show(made.people.manager, f"plans/BP/history/milestone/{other.pk}/", status=404)
        show(made.people.outsider, f"plans/BP/history/milestone/{other.pk}/", status=404)
        for address in ("milestone/999999999", "cheese/1", f"milestone/{'9' * 40}", "role-grant/1"):
            show(made.people.auditor, f"plans/BP/history/{address}/", status=404)
        add_plan("ZZ")
        show(made.people.auditor, f"plans/ZZ/history/milestone/{other.pk}/", status=404)

    def test_a_draft_is_found_by_those_who_work_on_it(self, made, show):
        draft = StatusUpdate.objects.get(workflow="draft")
        address = f"plans/BP/history/status-update/{draft.pk}/"
        assert "Only a draft" in show(made.people.plan_admin, address)
        for reader in (made.people.viewer, made.people.auditor, made.people.manager):
            show(reader, address, status=404)

    def test_what_was_not_there_then_is_not_found_then(self, made, show):
        then = head()
        indicator = add_indicator(made.plan)
        show(made.people.auditor, f"plans/BP/history/indicator/{indicator.pk}/?as_of=r{then}", status=404)
        show(made.people.auditor, f"plans/BP/history/indicator/{indicator.pk}/?as_of=r{head()}")

    def test_what_was_deleted_is_still_told(self, made, show):
        row = made.initiatives["green"].organizations.first()
        pk = row.pk
        with revision(by=ACTOR, reason="It left"):
            row.delete()
        text = changes(show(made.people.auditor, f"plans/BP/history/contributor/{pk}/"))
        assert "It left Contributing organization removed: 1.01" in text
        assert "All that it said" in text

    def test_filters_of_the_plan_are_refused_here(self, made, show):
        show(made.people.auditor, f"plans/BP/history/plan/{made.plan.pk}/?kind=plan", status=400)

    def test_somebody_signed_out_is_asked_to_sign_in(self, client, made):
        for address in (PLAN, f"plans/BP/history/plan/{made.plan.pk}/"):
            assert client.get(f"/en/{address}").status_code == 302


def test_a_write_outside_any_action_is_flagged(made, show):
    made.milestones["late"].weight = Decimal(9)
    made.milestones["late"].save()
    text = changes(show(made.people.viewer, PLAN))
    assert "unattributed Milestone changed: 1.01 M2 Weight changed from 1.00 to 9.00." in text


def test_a_reader_of_one_plan_does_not_see_another(made, show):
    reader = add_user("elsewhere", role=Role.VIEWER, scope="ZZ")
    add_plan("ZZ")
    show(reader, PLAN, status=404)
