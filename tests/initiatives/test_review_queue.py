"""The review queue when it is long: whose it is, and page by page."""

import re

import pytest
from django.utils import timezone

from initiatives.aggregates.review import queue
from initiatives.choices import Workflow
from initiatives.models import StatusUpdate
from initiatives.views import review as review_page
from tests.factories import ACTOR, add_initiative, add_update
from tests.initiatives.test_review import REVIEW, as_, made, submitted, tick  # noqa: F401 - fixtures among them
from tracker.rules import Permission
from tracker.timemachine import revision

pytestmark = pytest.mark.django_db


class TestQueue:
    def test_holds_what_waits_for_the_reviewer_alone(self, made):  # noqa: F811
        """In SQL what `written_by`, `may` and `closed` say of each."""
        lead, manager, now = made.people.pillar_lead, made.people.manager, timezone.now()
        submitted(made, "1.11")
        submitted(made, "1.12", author=lead)
        submitted(made, "1.13", submitted_for=lead)
        helped = submitted(made, "1.14")
        with revision(by=ACTOR, reason="hands"):
            StatusUpdate.objects.filter(pk=helped.pk).update(writers=[manager.pk, lead.pk])
        second = add_initiative(made.pillars[1], "2.11", lead=made.organizations["CBSA"], manager=manager)
        add_update(second, made.week, author=manager, workflow=Workflow.SUBMITTED, writers=[manager.pk])
        for reviewer in (lead, made.people.plan_admin, manager, made.people.viewer):
            for at in (now, made.week.locks_at):
                rows = [
                    row
                    for row in StatusUpdate.objects.awaiting_review().for_list().filter(initiative__plan=made.plan)
                    if reviewer.may(Permission.DECIDE_UPDATE, row.initiative.scopes) and not row.week.closed(at=at)
                ]
                found = queue(made.plan, reviewer=reviewer, at=at)
                assert found.others == [row.pk for row in rows if not row.written_by(reviewer)]
                assert found.own == [row.pk for row in rows if row.written_by(reviewer)]
        assert len(queue(made.plan, reviewer=lead, at=now).own) == 3

    def test_ones_own_are_told_in_part(self, made, as_, monkeypatch):  # noqa: F811
        monkeypatch.setattr(review_page, "SHOWN", 2)
        for number in range(3):
            submitted(made, f"1.1{number}", author=made.people.pillar_lead)
        html = as_(made.people.pillar_lead).get(REVIEW).content.decode()
        section = html[html.index('id="own"') : html.index("</section>", html.index('id="own"'))]
        assert section.count("<li>") == 2
        assert "2 of 3" in section


class TestPages:
    def test_a_long_queue_is_decided_page_by_page(self, made, as_, monkeypatch):  # noqa: F811
        """Ticks are those of the page; whoever decides stays there, as long as there is such a page."""
        monkeypatch.setattr(review_page, "PAGE", 2)
        updates = [submitted(made, f"1.1{number}") for number in range(5)]
        client = as_(made.people.pillar_lead)

        def shown(query):
            html = client.get(f"{REVIEW}{query}").content.decode()
            return re.findall(r'aria-labelledby="update-(\d+)"', html), re.findall(r'value="(\d+)-\d+" checked', html)

        keys = [str(update.pk) for update in updates]
        assert shown("") == (keys[:2], [])
        assert shown("?page=2&select=green") == (keys[2:4], keys[2:4])
        assert shown("?page=3") == (keys[4:], [])
        html = client.get(f"{REVIEW}?page=2&select=green").content.decode()
        assert "Tick on this page:" in html
        assert "2 of 5" in html
        assert f'href="{REVIEW}?page=2&amp;select=unchanged"' not in html  # nothing is unchanged
        assert f'href="{REVIEW}?page=2"' in html
        assert f'href="{REVIEW}?page=3" rel="next"' in html
        refused = client.post(
            f"/en/updates/{updates[3].pk}/decide/", {"return": "", "reason": "", "revision": updates[3].revision}
        )
        assert (refused.status_code, f'id="update-{keys[2]}"' in refused.content.decode()) == (422, True)
        assert f'href="{REVIEW}?page=3" rel="next"' in refused.content.decode()
        one = {"approve": "", "revision": updates[2].revision, "page": "2"}
        assert client.post(f"/en/updates/{updates[2].pk}/decide/", one).url == f"{REVIEW}?page=2"
        both = client.post(f"{REVIEW}approve/", {**tick(*updates[3:]), "page": "2"})
        assert both.url == REVIEW  # the only page that there still is
        assert client.get(f"{REVIEW}?page=2").status_code == 400

    def test_one_alone_is_not_ticked(self, made, as_):  # noqa: F811
        client = as_(made.people.pillar_lead)
        submitted(made, "1.11")
        html = client.get(REVIEW).content.decode()
        assert ('name="approve"' in html, 'type="checkbox"' in html, 'id="together"' in html) == (True, False, False)
        submitted(made, "1.12")
        html = client.get(REVIEW).content.decode()
        assert (html.count('type="checkbox"'), 'id="together"' in html) == (2, True)
