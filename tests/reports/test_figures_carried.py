"""What is carried forward from an earlier revision is what is computed whole."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from initiatives.models import FundingAnnouncement, LedgerEntry, Milestone
from pillars.models import ReportingWeek
from reports.figures import FIGURES, carried, store
from reports.figures.kept import kept_result
from reports.figures.scopes import find_scope
from reports.panels import board
from reports.signals import signals
from tests.factories import ACTOR, add_entry, add_milestone, add_organization, add_user
from tests.reports.lives import FEW, LIVES, NEAR, SOME
from tests.reports.worlds import build, ground, undone
from tests.scenarios import small_plan
from tracker.choices import Role
from tracker.timemachine import as_of, head, reading, revision
from tracker.valkey import Store

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 20)
CODES = ("BP", "BP/1", "BP/2", "BP/3")


@pytest.fixture(autouse=True)
def carrying(settings, monkeypatch):
    """Also of few initiatives, for this test alone."""
    settings.FIGURE_CACHE_SECONDS = 30
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"test-{timezone.now().timestamp()}:"}
    monkeypatch.setattr(store, "STORE", Store("figures", "a test goes on"))
    monkeypatch.setattr(carried, "LEAST", 0)


@pytest.fixture
def made_of(monkeypatch):
    """How many initiatives each computation was of."""
    found = []
    computed = board.__globals__["together"].totals

    def totals(figures, selection, *, on):
        found.append(selection.initiatives.count())
        return computed(figures, selection, on=on)

    monkeypatch.setitem(board.__globals__, "together", SimpleNamespace(totals=totals))
    return found


def told(scope, on, settings):
    """Every figure and signal, as it is kept or carried, and as it is computed."""
    with reading():
        ours = board(scope, on=on), signals(scope, on=on)
        settings.FIGURE_CACHE_SECONDS = 0
        whole = board(scope, on=on), signals(scope, on=on)
        settings.FIGURE_CACHE_SECONDS = 30
    return ours, whole


def assert_same(scope, on, settings):
    (ours, called), (whole, all_called) = told(scope, on, settings)
    assert called == all_called
    for key in FIGURES:
        for code in CODES if scope.whole_plan else [scope.code]:
            one, other = (side.panel(key, code).result for side in (ours, whole))
            assert one == other, (key, code)
            assert list(one.cells) == list(other.cells), (key, code)
            assert [type(value) for value in one.cells.values()] == [type(value) for value in other.cells.values()]


def _milestone_removed(chance):
    """One that never had a date: dates are kept."""
    rows = Milestone.objects.filter(baselines=None, forecasts=None).order_by("pk")
    if rows:
        rows[chance % len(rows)].delete()


def _announcement_removed(chance):
    rows = FundingAnnouncement.objects.order_by("pk")
    if rows:
        rows[chance % len(rows)].delete()


REMOVALS = st.tuples(st.sampled_from([_milestone_removed, _announcement_removed]), st.integers(0, 200))

HAPPENED = st.tuples(LIVES, REMOVALS).map(lambda drawn: [*drawn[0], drawn[1]])


def test_whatever_happens_in_between(settings, monkeypatch):
    """From revision to revision, kept each time or every few times."""
    base, reader = ground(), add_user("reader", role=Role.AUDITOR)

    @FEW
    @given(SOME, HAPPENED, NEAR, st.sampled_from(["BP", "BP", "BP/2"]), st.integers(1, 3))
    def example(world, happened, on, code, behind):
        monkeypatch.setattr(carried, "BEHIND", behind)
        with undone():
            settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"test-{timezone.now().timestamp()}:"}
            build(base, world)
            scope = find_scope(code, user=reader)
            assert_same(scope, on, settings)
            for happening, chance in happened:
                with revision(by=ACTOR, reason=happening.__name__):
                    happening(chance)
                assert_same(scope, on, settings)

    example()


class TestWhatIsComputed:
    """At each reading: of how many initiatives."""

    def read(self, user, *, code="BP", on=ON, keys=("milestones", "money", "health", "health_dollars")):
        with reading():
            return board(find_scope(code, user=user), on=on, keys=keys)

    def test_what_was_touched_as_it_was_and_as_it_is(self, made_of):
        made = small_plan()
        before = self.read(made.people.viewer)
        add_milestone(made.initiatives["green"], "M9")
        after = self.read(made.people.viewer)
        assert made_of == [7, 1, 1]
        assert after.panel("milestones", "BP").total == before.panel("milestones", "BP").total + 1

    def test_what_is_gone_is_looked_for_where_it_was(self, made_of):
        made = small_plan()
        row = add_milestone(made.initiatives["green"], "M9")
        before = self.read(made.people.viewer)
        with revision(by=ACTOR, reason="never meant"):
            row.delete()
        after = self.read(made.people.viewer)
        assert after.panel("milestones", "BP").total == before.panel("milestones", "BP").total - 1
        assert made_of == [7, 1, 1]

    def test_nothing_where_nothing_was_touched_that_counts(self, made_of):
        made = small_plan()
        before = self.read(made.people.viewer)
        add_organization("NEW")
        assert self.read(made.people.viewer) == before
        assert made_of == [7]

    def test_all_where_the_week_or_too_many_were_touched(self, made_of, monkeypatch):
        made = small_plan()
        self.read(made.people.viewer, keys=["freshness"])
        monkeypatch.setattr(carried, "MOST", 1)
        with revision(by=ACTOR, reason="locked"):
            ReportingWeek.objects.filter(pk=made.weeks[3].pk).update(locked_at=timezone.now(), lock_revision=head())
        self.read(made.people.viewer, keys=["freshness"])
        assert made_of == [7, 7]

    def test_all_for_who_sees_what_belongs_to_parts_today(self, made_of):
        made = small_plan()
        self.read(made.people.pillar_lead)
        add_milestone(made.initiatives["green"], "M9")
        self.read(made.people.pillar_lead)
        assert len(set(made_of)) == 1

    def test_all_of_a_past_that_nobody_asked_about(self, made_of):
        made = small_plan()
        self.read(made.people.viewer)
        add_milestone(made.initiatives["green"], "M9")
        with as_of(head() - 2):
            board(find_scope("BP", user=made.people.viewer), on=ON, keys=["milestones"])
        assert made_of == [7, 7]

    def test_all_of_few(self, made_of, monkeypatch):
        monkeypatch.setattr(carried, "LEAST", 8)
        made = small_plan()
        self.read(made.people.viewer)
        add_milestone(made.initiatives["green"], "M9")
        self.read(made.people.viewer)
        assert made_of == [7, 7]

    def test_all_after_a_backup_was_put_back(self, made_of):
        """Another history of the same numbers."""
        made = small_plan()
        with undone():
            add_milestone(made.initiatives["green"], "M8")
            self.read(made.people.viewer)
        add_milestone(made.initiatives["amber"], "M9")
        add_milestone(made.initiatives["amber"], "M10")
        self.read(made.people.viewer)
        assert made_of == [7, 7]

    def test_all_where_it_cannot_be_told_what_is_known(self, made_of):
        """The only dollars of a year are taken back: whether they are zero or unknown, others would have to say."""
        made = small_plan()
        entry = add_entry(made.initiatives["green"], "5.00", stage="forecast", fiscal_year=2029, effective_on=ON)
        before = self.read(made.people.viewer)
        with revision(by=ACTOR, reason="taken back"):
            LedgerEntry.objects.create(
                line=entry.line, stage=entry.stage, effective_on=entry.effective_on, amount=-entry.amount,
                reverses=entry,
            )  # fmt: skip
        after = self.read(made.people.viewer)
        assert before.panel("money", "BP").result.cells["2029/forecast"] == entry.amount
        assert "2029/forecast" not in after.panel("money", "BP").result.cells
        assert made_of == [7, 1, 1, 7]

    def test_one_figure_alone(self):
        made = small_plan()
        scope = find_scope("BP", user=made.people.viewer)
        with reading():
            before = kept_result(FIGURES["milestones"], scope, on=ON)
        add_milestone(made.initiatives["green"], "M9")
        with reading():
            assert kept_result(FIGURES["milestones"], scope, on=ON).total == before.total + 1


def test_the_number_of_queries_does_not_depend_on_how_many_were_touched():
    made = small_plan()

    def read():
        with CaptureQueriesContext(connection) as captured, reading():
            board(find_scope("BP", user=made.people.viewer), on=ON)
        return len(captured)

    read()
    asked = []
    for codes in (["M20"], ["M21", "M22", "M23"]):
        for code in codes:
            for initiative in made.initiatives.values():
                add_milestone(initiative, f"{code}-{initiative.pk}")
        asked.append(read())
    assert asked[0] == asked[1]
