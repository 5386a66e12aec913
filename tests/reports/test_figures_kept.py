"""Figures that are kept: the same for who sees as much, others at another revision, and never from within a write."""

import threading
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from initiatives.models import Initiative
from reports.figures import FIGURES, Coverage, Result, figure, kept, store
from reports.figures.kept import kept_result
from reports.figures.scopes import find_scope
from reports.panels import board
from tests.factories import add_milestone, add_user
from tests.scenarios import small_plan
from tracker.choices import Role
from tracker.timemachine import Actor, as_of, head, reading, revision
from tracker.valkey import Store

KEYS = ("milestones", "money", "health")
ON = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def keeping(settings, monkeypatch):
    """For this test alone."""
    settings.FIGURE_CACHE_SECONDS = 30
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"test-{timezone.now().timestamp()}:"}
    monkeypatch.setattr(store, "STORE", Store("figures", "a test goes on"))


amounts = st.none() | st.integers(-(10**12), 10**12) | st.decimals(-(10**12), 10**12, places=2)


@given(
    st.dictionaries(st.text(max_size=20), amounts, max_size=5),
    st.none() | st.builds(Coverage, st.integers(0, 9), st.integers(0, 9)),
)
def test_what_is_read_back_is_what_was_kept(cells, covered):
    declared = figure("money")
    told = {"money": {"BP": Result(cells, covered, declared.adds)}}
    again = kept._read([declared], orjson.loads(orjson.dumps(kept._plain(told))))
    assert again == told
    assert [type(value) for value in again["money"]["BP"].cells.values()] == [type(value) for value in cells.values()]


@pytest.mark.django_db
class TestBoard:
    def asked(self, scope, **given):
        with CaptureQueriesContext(connection) as captured, reading():
            found = board(scope, on=ON, keys=KEYS, **given)
        return found.results, len(captured)

    def test_once_for_who_sees_as_much(self):
        made, other = small_plan(), add_user("twin", role=Role.VIEWER, scope="BP")
        first, queries = self.asked(find_scope("BP", user=made.people.viewer))
        again, fewer = self.asked(find_scope("BP", user=made.people.viewer))
        twin, as_few = self.asked(find_scope("BP", user=other))
        assert first == again == twin
        assert fewer == as_few < queries

    def test_who_sees_less_is_given_less(self):
        made = small_plan()
        whole, _ = self.asked(find_scope("BP", user=made.people.viewer))
        part, _ = self.asked(find_scope("BP", user=made.people.manager))
        assert part["milestones"]["BP"] != whole["milestones"]["BP"]

    def test_the_next_revision_is_computed_and_the_past_stays(self):
        made = small_plan()
        scope, then = find_scope("BP", user=made.people.viewer), head()
        before, _ = self.asked(scope)
        add_milestone(made.initiatives["green"], "M9")
        after, _ = self.asked(scope)
        assert after["milestones"]["BP"].total == before["milestones"]["BP"].total + 1
        with as_of(then):
            assert board(scope, on=ON, keys=KEYS).results == before

    def test_the_past_of_a_part_follows_what_belongs_to_it_today(self):
        """Sight of the past is decided by where a row stands today."""
        made, then = small_plan(), head()

        def past():
            with as_of(then):
                scope = find_scope("BP", user=made.people.pillar_lead, past=True)
                return board(scope, on=ON, keys=["health"]).panel("health", "BP").total

        before = past()
        with revision(by=Actor(user=made.people.plan_admin), reason="Belongs there"):
            Initiative.objects.filter(code="1.02").update(pillar=made.pillars[1])
        assert past() == before - 1

    def test_another_day_is_another_figure(self):
        made = small_plan()
        scope = find_scope("BP", user=made.people.viewer)
        with reading():
            one, other = (board(scope, on=day, keys=["money"]).results for day in (ON, date(2025, 1, 1)))
        assert one != other

    def test_one_figure_of_the_scope_alone_is_kept_apart(self):
        made = small_plan()
        scope = find_scope("BP", user=made.people.viewer)
        with reading():
            alone = kept_result(FIGURES["milestones"], scope, on=ON)
            assert board(scope, on=ON, keys=["milestones"]).panel("milestones", "BP").result == alone
            assert board(scope, on=ON, keys=["milestones"]).panel("milestones", "BP/1").result != alone

    def test_within_a_write_nothing_is_kept(self, monkeypatch):
        made = small_plan()
        scope = find_scope("BP", user=made.people.viewer)
        monkeypatch.setattr(store.STORE, "put", lambda *args, **given: pytest.fail("kept"))
        assert board(scope, on=ON, keys=KEYS).panel("milestones", "BP").result.total

    def test_without_valkey_it_is_computed(self, settings):
        settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
        made = small_plan()
        scope = find_scope("BP", user=made.people.viewer)
        assert self.asked(scope)[0] == self.asked(scope)[0]


def test_of_many_who_ask_at_once_one_computes(monkeypatch, settings):
    """The others wait for it, and are given what it found, Valkey or none."""
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    computed, begun, results = [], threading.Event(), []
    monkeypatch.setattr(kept, "place", lambda *args, **given: SimpleNamespace(name="one", moving=None))
    monkeypatch.setattr(kept, "rests", lambda *args, **given: [])
    scope, declared = SimpleNamespace(selection=None), [figure("money")]

    def make(_selection):
        computed.append(1)
        begun.wait(5)
        return {"money": {"BP": Result({"2026/planned": Decimal("1.00")}, None, adds=False)}}

    threads = [
        threading.Thread(target=lambda: results.append(kept.kept(declared, scope, on=ON, make=make))) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    begun.set()
    for thread in threads:
        thread.join(10)
    assert len(results) == 5
    assert len(computed) == 1
