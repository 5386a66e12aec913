"""The history in words: to whom, of what, how much at a time."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from initiatives.actions.milestones import move_forecast
from initiatives.choices import ObservationKind, Workflow
from initiatives.models import Indicator, Milestone, StatusUpdate
from reports.figures.scopes import find_scope
from reports.history import BY_SLUG, KINDS, Asked, history
from reports.history.names import NAMED
from tests.factories import (
    ACTOR,
    add_announcement,
    add_contributor,
    add_indicator,
    add_milestone,
    add_observation,
    add_pillar,
    add_place,
    add_target,
    add_update,
    add_user,
)
from tests.reports.happenings import (
    baseline_approved,
    by,
    change,
    dependency_come_and_gone,
    entry_added,
    evidence_withdrawn,
    headline_reported,
    milestone_weighed,
    observation_corrected,
    pillar_changed,
    place_added,
    plan_changed,
    reprofiled,
    source_added,
    tell,
    update_approved,
)
from tests.scenarios import SmallPlan, small_plan
from tracker.choices import Role
from tracker.models import User
from tracker.timemachine import head, revision

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate
NOW = timezone.now


@pytest.fixture
def made() -> SmallPlan:
    return small_plan()


class TestWhoSees:
    def test_an_initiative_out_of_scope_is_silent_and_so_are_its_rows(self, made):
        """The manager holds 1.01 only."""
        before = head()
        for happens in (entry_added, source_added, milestone_weighed):
            happens(made)
        other = made.initiatives["amber"]
        change(other, title_en="A secret title")
        change(made.milestones["next"], title_en="A secret milestone")
        hidden = add_indicator(made.plan, "HID", initiative=other)
        add_target(hidden, date(2027, 3, 31))
        add_observation(hidden, date(2026, 1, 31), "740")
        add_announcement(made.plan, "FA-HID", initiative=other)
        told = tell(made.people.manager, since=before)
        assert [line[:27] for line in told.lines] == ["Milestone changed: 1.01 M2 ", "Source added: 1.01 NW9 | “R"]
        assert "A secret title" in tell(made.people.viewer, since=before)

    def test_what_was_deleted_stays_hidden(self, made):
        other = made.initiatives["amber"]
        gone = add_milestone(other, "M9", title_en="A secret milestone")
        contributor = add_contributor(other, made.organizations["PS"])
        before = head()
        with revision(by=ACTOR, reason="gone"):
            gone.delete()
            contributor.delete()
        assert "Milestone removed: 1.02 M9" in tell(made.people.viewer, since=before)
        assert not tell(made.people.manager, since=before).lines
        assert "secret" not in str(tell(made.people.manager))

    def test_a_dependency_needs_both_ends(self, made):
        before = head()
        dependency_come_and_gone(made)
        assert "Dependency removed" in tell(made.people.viewer, since=before)
        assert not tell(made.people.manager, since=before, kind="dependency").lines

    def test_what_became_a_hidden_initiative_s_takes_its_past_along(self, made):
        """Permissions are today's: that everybody could once see it does not keep it open."""
        indicator = add_indicator(made.plan, "MOVED")
        announcement = add_announcement(made.plan, "FA-MOVED")
        assert "MOVED" in tell(made.people.manager)
        for row in (indicator, announcement):
            change(row, initiative=made.initiatives["amber"])
        add_target(indicator, date(2027, 3, 31))
        assert "MOVED" not in tell(made.people.manager)
        assert "Target added: MOVED" in tell(made.people.viewer)
        change(indicator, initiative=made.initiatives["green"])
        told = tell(made.people.manager)
        assert "Target added: MOVED" in told
        assert "Initiative changed" not in told

    def test_a_draft_is_told_to_those_who_work_on_it(self, made):
        before = head()
        draft = StatusUpdate.objects.get(workflow=Workflow.DRAFT)
        change(draft, headline_en="Still secret")
        assert "Still secret" in tell(made.people.plan_admin, since=before)
        for reader in (made.people.viewer, made.people.analyst, made.people.auditor, made.people.administrator):
            told = tell(reader, kind="status-update")
            assert "secret" not in str(told)
            assert "Only a draft" not in str(told)

    def test_a_submission_does_not_tell_what_the_draft_said(self, made):
        before = head()
        row = add_update(
            made.initiatives["green"], made.weeks[3], author=made.people.manager, workflow=Workflow.DRAFT,
            headline_en="Drafted words",
        )  # fmt: skip
        change(
            row, workflow=Workflow.SUBMITTED, headline_en="Said words", submitted_by=made.people.manager,
            submitted_at=NOW(), first_submitted_at=NOW(),
        )  # fmt: skip
        told = str(tell(made.people.auditor, since=before))
        assert "Status update submitted: 1.01" in told
        assert "Said words" in told
        assert "Drafted words" not in told
        assert "changed from “Drafted words” to “Said words”" in str(tell(made.people.manager, since=before))

    def test_a_returned_update_keeps_its_comment_among_those_who_work_on_it(self, made):
        before = head()
        row = StatusUpdate.objects.get(workflow=Workflow.SUBMITTED)
        lead = add_user("second-lead", role=Role.PILLAR_LEAD, scope="BP")
        change(
            row,
            workflow=Workflow.RETURNED,
            decided_by=lead,
            decided_at=NOW(),
            return_comment="Say what it really costs",
        )
        assert "Say what it really costs" in tell(lead, since=before)
        assert not tell(made.people.auditor, since=before, kind="status-update").lines
        change(row, workflow=Workflow.SUBMITTED, decided_by=None, decided_at=None, headline_en="Better")
        change(row, workflow=Workflow.APPROVED, decided_by=lead, decided_at=NOW())
        told = tell(made.people.auditor, since=before, kind="status-update")
        assert [line.split(":")[0] for line in told.lines] == ["Status update approved", "Status update submitted"]
        assert "really costs" not in str(told)
        assert "really costs" in str(tell(lead, since=before))

    def test_a_rollup_is_told_to_those_who_read_the_whole_plan(self, made):
        assert "Weekly rollup sealed" in tell(made.people.viewer)
        assert "Weekly rollup sealed" not in tell(made.people.pillar_lead)

    def test_neither_bytes_nor_payloads_nor_keys_are_told(self, made):
        evidence_withdrawn(made)
        told = str(tell(made.people.auditor))
        assert "SHA-256=" in told
        for words in ("Agreed: bytes", "payload", "writers", "| revision="):
            assert words not in told

    def test_an_outsider_has_no_plan(self, made):
        with pytest.raises(Exception, match="no plan"):
            tell(made.people.outsider)


class TestScopes:
    def test_of_an_initiative_all_that_belongs_to_it(self, made):
        before = head()
        for happens in (
            baseline_approved,
            entry_added,
            evidence_withdrawn,
            pillar_changed,
            plan_changed,
            update_approved,
        ):
            happens(made)
        add_target(add_indicator(made.plan, "OWN", initiative=made.initiatives["green"]), date(2027, 3, 31))
        told = tell(made.people.auditor, since=before, scope="BP/1.01")
        kinds = {line.split(":")[0] for line in told.lines}
        assert kinds == {
            "Change request added", "Change request approved", "Baseline added", "Evidence added",
            "Evidence withdrawn", "Indicator added", "Target added",
        }  # fmt: skip

    def test_of_a_pillar_its_own_row_its_initiatives_and_its_indicators(self, made):
        before = head()
        for happens in (pillar_changed, plan_changed, update_approved, milestone_weighed):
            happens(made)
        add_indicator(made.plan, "TWO", pillar=made.pillars[1])
        add_pillar(made.plan, 3)
        told = tell(made.people.auditor, since=before, scope="BP/2")
        assert sorted(line.split(":")[0] for line in told.lines) == [
            "Indicator added", "Pillar changed", "Status update approved",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("kind", "find", "expected"),
        [
            ("milestone", lambda made: made.milestones["late"],
             {"Milestone added", "Forecast added", "Baseline added", "Change request added", "Change request approved",
              "Evidence added", "Evidence withdrawn", "Dependency added", "Dependency removed"}),
            ("milestone", lambda made: made.milestones["next"],
             {"Milestone added", "Forecast added", "Baseline added", "Dependency added", "Dependency removed"}),
            ("ledger-entry", lambda made: made.reversed_entry, {"Ledger entry added"}),
            ("budget-line", lambda made: made.reversed_entry.line, {"Budget line added", "Ledger entry added"}),
            ("pillar", lambda made: made.pillars[1], {"Pillar added"}),
        ],
    )  # fmt: skip
    def test_of_one_object_what_belongs_to_it(self, made, kind, find, expected):
        for happens in (baseline_approved, evidence_withdrawn, dependency_come_and_gone):
            happens(made)
        told = tell(made.people.auditor, one=(BY_SLUG[kind], find(made).pk))
        assert {line.split(":")[0] for line in told.lines} == expected

    def test_an_entry_tells_its_reversal_and_an_observation_its_correction(self, made):
        assert len(tell(made.people.auditor, one=(BY_SLUG["ledger-entry"], made.reversed_entry.pk)).lines) == 2
        indicator = add_indicator(made.plan)
        first = add_observation(indicator, date(2026, 1, 31), "740")
        add_observation(
            indicator, date(2026, 1, 31), "745", kind=ObservationKind.CORRECTION, supersedes=first, reason="Again"
        )
        assert len(tell(made.people.auditor, one=(BY_SLUG["observation"], first.pk)).lines) == 2
        assert len(tell(made.people.auditor, one=(BY_SLUG["observation"], first.pk), alone=True).lines) == 1


class TestList:
    def test_parts_follow_each_other_without_gap_or_double(self, made):
        chief = User.objects.get(pk=made.people.auditor.pk)
        scope = find_scope("BP", user=chief)
        whole = [c.event for step in history(Asked(scope, chief, head()), size=500).steps for c in step.changes]
        found, after = [], None
        while True:
            part = history(Asked(scope, chief, head(), after=after), size=7)
            found += [change.event for step in part.steps for change in step.changes]
            if part.after is None:
                break
            after = part.after
        assert found == whole
        assert len(found) > 50
        assert [event.revision for event in found] == sorted((event.revision for event in found), reverse=True)

    def test_the_newest_are_found_however_old_they_are(self, made, monkeypatch):
        """Looked for among the latest revisions first: a plan at rest has none there."""
        monkeypatch.setattr("reports.history.events.EACH", 0)
        monkeypatch.setattr("reports.history.events.RECENT", 3)
        for number in range(6):
            add_place(f"P{number}")
        told = tell(made.people.auditor)
        assert len(told.lines) > 50

    def test_what_was_not_known_then_is_not_told(self, made):
        chief, then = User.objects.get(pk=made.people.auditor.pk), head()
        milestone_weighed(made)
        found = history(Asked(find_scope("BP", user=chief), chief, then), size=1)
        assert found.steps[0].revision.number <= then

    def test_many_changes_cost_what_few_do(self, made, django_assert_num_queries, django_assert_max_num_queries):
        chief = User.objects.get(pk=made.people.auditor.pk)
        scope = find_scope("BP", user=chief)
        milestone = made.milestones["late"]

        def grow(count):
            for number in range(count):
                move_forecast(
                    milestone=milestone, to=TODAY() + timedelta(days=400 + number + len(Milestone.objects.all())),
                    reason=f"Move {number} of {count}", by=by(made.people.manager), at=NOW(),
                )  # fmt: skip

        ask = {"kind": BY_SLUG["forecast"]}
        grow(10)
        with django_assert_max_num_queries(8) as few:
            history(Asked(scope, chief, head(), **ask), size=200)
        cost = len(few)
        grow(190)
        with django_assert_num_queries(cost):
            found = history(Asked(scope, chief, head(), **ask), size=300)
        assert found.count > 200

    def test_all_kinds_at_once_cost_a_query_each(self, made, django_assert_max_num_queries):
        for happens in (
            baseline_approved, dependency_come_and_gone, evidence_withdrawn, observation_corrected, reprofiled,
            source_added, place_added, headline_reported,
        ):  # fmt: skip
            happens(made)
        add_target(Indicator.objects.get(), date(2027, 3, 31))
        chief = User.objects.get(pk=made.people.auditor.pk)
        asked = Asked(find_scope("BP", user=chief), chief, head())
        with django_assert_max_num_queries(len(KINDS) + len(NAMED) + 3):
            found = history(asked, size=500)
        assert len({change.event.kind.slug for step in found.steps for change in step.changes}) == len(KINDS)
