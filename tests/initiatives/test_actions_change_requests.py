"""New baselines asked for and decided; milestones cancelled and reopened; dependencies."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from initiatives.actions.change_requests import ask_baseline, decide_request, withdraw_request
from initiatives.actions.dependencies import add_dependency, remove_dependency
from initiatives.actions.milestone_life import cancel_milestone, reopen_milestone
from initiatives.actions.milestones import meet_milestone, move_forecast
from initiatives.aggregates.change_requests import Asked, effects
from initiatives.aggregates.milestones import milestone_facts
from initiatives.choices import Decision, Stage
from initiatives.models import ChangeRequest, Milestone, MilestoneBaseline, MilestoneDependency
from tests.factories import (
    ACTOR,
    add_entry,
    add_initiative,
    add_milestone,
    add_organization,
    add_pillar,
    add_plan,
    add_user,
    kept,
)
from tracker.choices import Role
from tracker.errors import Conflict, EditConflict, Invalid, NotAllowed
from tracker.models import Revision
from tracker.timemachine import Actor, as_of, head

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 18, 17, tzinfo=UTC)
TODAY = date(2026, 11, 18)
FIRST, LATEST, LATER = date(2027, 1, 15), date(2027, 2, 1), date(2027, 6, 30)


@pytest.fixture
def initiative():
    return add_initiative(add_pillar(add_plan()), lead=add_organization())


@pytest.fixture
def manager():
    return Actor(user=add_user("manager", role=Role.MANAGER, scope="BP/1.01"))


@pytest.fixture
def lead():
    return Actor(user=add_user("lead", role=Role.PILLAR_LEAD, scope="BP/1"))


@pytest.fixture
def milestone(initiative):
    return add_milestone(initiative, baselines=[FIRST, LATEST], forecasts=[LATEST])


def ask(milestone, by, to=LATER, reason="The steel is late", dollars=None):
    return ask_baseline(milestone=milestone, to=to, dollars=dollars, reason=reason, by=by, at=NOON)


def decide(request, by, decision=Decision.APPROVED, comment="", **seen):
    return decide_request(request=request, decision=decision, comment=comment, by=by, at=NOON, **seen)


def refused(kind, action, *args, **values):
    before = head()
    with pytest.raises(kind) as error:
        action(*args, **values)
    assert head() == before
    return error.value


class TestRequests:
    def test_approved_it_is_the_next_baseline_in_one_revision(self, milestone, manager, lead):
        request = ask(milestone, manager, dollars=Decimal("-5.25"))
        before = head()
        decided = decide(request, lead, comment="Agreed.", seen=request.revision)
        assert head() == before + 1
        baseline = MilestoneBaseline.objects.get(number=3)
        assert (baseline.date, baseline.reason, baseline.request) == (LATER, "The steel is late", decided)
        assert (baseline.approved_by, baseline.approved_at) == (lead.user, NOON)
        assert (decided.decision, decided.decided_by, decided.comment) == ("approved", lead.user, "Agreed.")
        found = Milestone.objects.with_dates().get()
        assert (found.first_baseline_on, found.baseline_on) == (FIRST, LATER)
        assert "approved for 1.01 M1" in Revision.objects.get(number=head()).reason

    def test_without_a_baseline_it_makes_the_first(self, initiative, manager, lead):
        decide(ask(add_milestone(initiative, "M2"), manager), lead)
        assert MilestoneBaseline.objects.get().number == 1

    @pytest.mark.parametrize(
        ("values", "field"),
        [({"reason": " "}, "reason"), ({"to": LATEST}, "date"), ({"to": date(2024, 12, 16)}, "date"),
         ({"dollars": Decimal("1.001")}, "dollars"), ({"dollars": Decimal("NaN")}, "dollars")],
    )  # fmt: skip
    def test_what_cannot_be_asked_is_said_by_field(self, milestone, manager, values, field):
        assert field in refused(Invalid, ask, milestone, manager, **values).fields
        assert not ChangeRequest.objects.exists()

    def test_nothing_is_not_unknown(self, milestone, manager):
        assert ask(milestone, manager, dollars=Decimal(0)).dollars == 0

    def test_one_at_a_time(self, milestone, manager):
        ask(milestone, manager)
        assert refused(Conflict, ask, milestone, manager).code == "request_waits"

    def test_back_to_an_earlier_baseline_may_be_asked(self, milestone, manager, lead):
        decide(ask(milestone, manager, to=FIRST), lead)
        assert [row.date for row in milestone.baselines.order_by("number")] == [FIRST, LATEST, FIRST]

    def test_nobody_decides_on_their_own(self, milestone, lead):
        request = ask(milestone, lead)
        for decision in (Decision.APPROVED, Decision.REFUSED):
            assert refused(NotAllowed, decide, request, lead, decision, "no").code == "own_request"

    def test_only_leads_of_the_pillar_decide(self, milestone, manager):
        request = ask(milestone, manager)
        for role, scope in [(Role.MANAGER, "BP/1.01"), (Role.PILLAR_LEAD, "BP/2"), (Role.AUDITOR, ""),
                            (Role.ADMINISTRATOR, "")]:  # fmt: skip
            refused(NotAllowed, decide, request, Actor(user=add_user(role=role, scope=scope)))
        assert refused(NotAllowed, decide, request, ACTOR).code == "no_person"
        assert refused(NotAllowed, ask, milestone, ACTOR).code == "no_person"

    def test_a_refusal_says_why_and_makes_no_baseline(self, milestone, manager, lead):
        request = ask(milestone, manager)
        assert "comment" in refused(Invalid, decide, request, lead, Decision.REFUSED, " ").fields
        decide(request, lead, Decision.REFUSED, "Recover the time.")
        assert milestone.baselines.count() == 2
        assert refused(Conflict, decide, request, lead).code == "decided"
        assert ask(milestone, manager).decision == ""

    def test_withdrawing_is_no_decision_and_only_ones_own(self, milestone, manager, lead):
        request = ask(milestone, manager)
        assert "decision" in refused(Invalid, decide, request, lead, Decision.WITHDRAWN).fields
        assert refused(NotAllowed, withdraw_request, request=request, by=lead, at=NOON).code == "not_own_request"
        withdrawn = withdraw_request(request=request, by=manager, at=NOON)
        assert (withdrawn.decision, withdrawn.decided_by) == ("withdrawn", manager.user)
        assert refused(Conflict, withdraw_request, request=request, by=manager, at=NOON).code == "decided"

    def test_what_was_read_is_what_is_decided(self, milestone, manager, lead):
        request = ask(milestone, manager)
        for unread in (request.revision - 1, head() + 1):
            assert refused(EditConflict, decide, request, lead, seen=unread).revision == request.revision

    def test_a_closed_milestone_has_no_new_baseline(self, milestone, manager, lead):
        request = ask(milestone, manager)
        meet_milestone(milestone=milestone, on=TODAY, evidence="", by=manager, at=NOON)
        assert refused(Conflict, decide, request, lead).code == "milestone_closed"
        decide(request, lead, Decision.REFUSED, "It is met.")
        assert refused(Conflict, ask, milestone, manager).code == "milestone_closed"


class TestEffects:
    def test_adds_up_days_dollars_and_those_who_wait(self, initiative, milestone, manager):
        other = add_initiative(add_pillar(initiative.plan, 2), "2.01", lead=initiative.lead)
        soon = add_milestone(initiative, "M2", baselines=[date(2027, 3, 1)])
        far = add_milestone(other, "M1", forecasts=[date(2027, 6, 29)])
        after = add_milestone(initiative, "M3", baselines=[LATER])
        met = add_milestone(initiative, "M4", baselines=[FIRST], actual_on=TODAY)
        for one, needs in [(soon, milestone), (far, soon), (after, milestone), (met, milestone)]:
            kept(MilestoneDependency(milestone=one, needs=needs))
        add_entry(initiative, "100.00", fiscal_year=2026)
        wrong = add_entry(initiative, "5.00", fiscal_year=2026)
        add_entry(initiative, "-5.00", fiscal_year=2026, reverses=wrong)
        add_entry(initiative, "30.25", fiscal_year=2026, stage=Stage.EXPENDITURE, effective_on=date(2026, 6, 1))
        add_entry(initiative, "9.00", fiscal_year=2026, stage=Stage.EXPENDITURE, effective_on=TODAY + timedelta(1))
        add_entry(initiative, "50.00", fiscal_year=2027, effective_on=TODAY)
        add_entry(initiative, "70.00", fiscal_year=2026, organization=add_organization("TWO", fund_life_years=2))
        [found] = effects([Asked(milestone, LATER)], on=TODAY, user=manager.user)
        assert (found.effect.days_against_latest, found.effect.days_against_first) == (149, 166)
        assert found.effect.at_risk == Decimal("69.75")
        assert [row.code for row in found.overtaken] == ["M2"]
        assert found.unseen == 1
        everywhere = add_user("auditor", role=Role.AUDITOR)
        [found] = effects([Asked(milestone, LATER)], on=TODAY, user=everywhere)
        assert [(row.initiative.code, row.code) for row in found.overtaken] == [("1.01", "M2"), ("2.01", "M1")]
        assert found.unseen == 0

    def test_many_cost_what_one_does(self, initiative, manager, django_assert_num_queries):
        milestones = [add_milestone(initiative, f"M{n}", baselines=[FIRST]) for n in range(1, 12)]
        for one, needs in zip(milestones[1:], milestones, strict=False):
            kept(MilestoneDependency(milestone=one, needs=needs))
        asked = [Asked(one, LATER) for one in Milestone.objects.select_related("initiative").order_by("pk")]
        assert manager.user.access
        with django_assert_num_queries(4):
            found = effects(asked, on=TODAY, user=manager.user)
        assert [len(one.overtaken) for one in found] == list(range(10, -1, -1))
        with django_assert_num_queries(4):
            facts = milestone_facts([one.pk for one in milestones], user=manager.user)
        assert [len(facts[one.pk].needs) for one in milestones] == [0] + [1] * 10
        assert effects([], on=TODAY, user=manager.user) == []


class TestLife:
    def cancel(self, milestone, by, on=TODAY, reason="Merged into M2"):
        return cancel_milestone(milestone=milestone, on=on, reason=reason, by=by, at=NOON)

    def reopen(self, milestone, by, reason="The wrong row"):
        return reopen_milestone(milestone=milestone, reason=reason, by=by, at=NOON)

    def test_cancelled_it_counts_no_more_and_says_why(self, milestone, manager):
        cancelled = self.cancel(milestone, manager)
        assert (cancelled.cancelled_on, cancelled.cancelled_reason) == (TODAY, "Merged into M2")
        assert not Milestone.objects.counted(on=TODAY).exists()
        assert refused(Conflict, self.cancel, milestone, manager).code == "milestone_closed"

    def test_not_without_a_reason_nor_in_the_future(self, milestone, manager):
        assert "reason" in refused(Invalid, self.cancel, milestone, manager, reason="").fields
        assert "cancelled_on" in refused(Invalid, self.cancel, milestone, manager, on=TODAY + timedelta(1)).fields

    def test_reopened_it_goes_on_and_the_history_keeps_the_mistake(self, milestone, manager):
        assert refused(Conflict, self.reopen, milestone, manager).code == "milestone_open"
        for close in (
            self.cancel,
            lambda one, by: meet_milestone(milestone=one, on=TODAY, evidence="", by=by, at=NOON),
        ):
            closed = close(milestone, manager)
            then = head()
            assert "reason" in refused(Invalid, self.reopen, milestone, manager, reason=" ").fields
            opened = self.reopen(milestone, manager)
            assert (opened.actual_on, opened.cancelled_on, opened.cancelled_reason) == (None, None, "")
            assert Revision.objects.get(number=head()).reason == "1.01 M1 reopened: The wrong row"
            with as_of(then):
                stored = Milestone.objects.get()
                assert (stored.actual_on, stored.cancelled_on) == (closed.actual_on, closed.cancelled_on)
        move_forecast(milestone=milestone, to=LATER, reason="goes on", by=manager, at=NOON)

    def test_only_those_who_record_facts_may(self, milestone):
        viewer = Actor(user=add_user("viewer", role=Role.VIEWER, scope="BP"))
        refused(NotAllowed, self.cancel, milestone, viewer)
        refused(NotAllowed, self.reopen, milestone, viewer)
        refused(NotAllowed, ask, milestone, viewer)


class TestDependencies:
    def add(self, milestone, by, needs, note=""):
        return add_dependency(milestone=milestone, needs=needs, note=note, by=by, at=NOON)

    def test_are_added_and_removed_with_a_reason(self, initiative, milestone, manager):
        other = add_milestone(initiative, "M2")
        made = self.add(milestone, manager, other, " permit ")
        assert (made.needs, made.note) == (other, "permit")
        then = head()
        arguments = {"dependency": made, "by": manager, "at": NOON}
        assert "reason" in refused(Invalid, remove_dependency, reason=" ", **arguments).fields
        remove_dependency(reason="M2 is not needed", **arguments)
        assert not MilestoneDependency.objects.exists()
        assert refused(Conflict, remove_dependency, reason="again", **arguments).code == "removed"
        with as_of(then):
            assert MilestoneDependency.objects.get().note == "permit"

    def test_a_circle_is_named(self, initiative, milestone, manager):
        hidden = add_milestone(add_initiative(add_pillar(initiative.plan, 2), "2.01", lead=initiative.lead))
        last = add_milestone(initiative, "M3")
        kept(MilestoneDependency(milestone=hidden, needs=milestone))
        kept(MilestoneDependency(milestone=last, needs=hidden))
        message = str(refused(Invalid, self.add, milestone, manager, last).fields["needs"])
        assert "1.01 M1 → 1.01 M3 → … → 1.01 M1" in message
        lead = Actor(user=add_user("plan-lead", role=Role.PLAN_ADMIN, scope="BP"))
        assert "1.01 M3 → 2.01 M1 → 1.01 M1" in str(refused(Invalid, self.add, milestone, lead, last).fields["needs"])
        assert "1.01 M1 → 1.01 M1" in str(refused(Invalid, self.add, milestone, manager, milestone).fields["needs"])

    def test_not_twice_nor_beyond_the_plan(self, initiative, milestone, manager):
        other = add_milestone(initiative, "M2")
        self.add(milestone, manager, other)
        assert "needs" in refused(Invalid, self.add, milestone, manager, other).fields
        west = add_milestone(add_initiative(add_pillar(add_plan("WEST")), lead=initiative.lead))
        assert "needs" in refused(Invalid, self.add, milestone, manager, west).fields

    def test_only_those_who_record_facts_may(self, initiative, milestone, manager):
        other = add_milestone(initiative, "M2")
        made = self.add(milestone, manager, other)
        viewer = Actor(user=add_user("viewer", role=Role.VIEWER, scope="BP"))
        refused(NotAllowed, self.add, other, viewer, milestone)
        refused(NotAllowed, remove_dependency, dependency=made, reason="x", by=viewer, at=NOON)
