"""The workflow of status updates."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from initiatives.actions.decisions import approve_update, return_update
from initiatives.actions.updates import UpdateContent, save_draft, submit_update
from initiatives.choices import Workflow
from initiatives.models import StatusUpdate
from pillars.actions import lock_week
from tests.factories import ACTOR, add_initiative, add_organization, add_pillar, add_plan, add_user, add_week
from tracker.choices import Role
from tracker.errors import Invalid, NotAllowed, Refused
from tracker.models import Revision, User
from tracker.timemachine import Actor, head

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 18, 17, tzinfo=UTC)  # Wednesday noon in Toronto
LATER = NOON + timedelta(hours=1)
LOCK = datetime(2026, 11, 23, 11, tzinfo=UTC)
GREEN = UpdateContent(
    health_schedule="green",
    health_cost="green",
    health_scope="green",
    health_overall="green",
    headline_en="All is well",
)
EMPTY = UpdateContent()


@pytest.fixture
def initiative():
    return add_initiative(add_pillar(add_plan()), lead=add_organization())


@pytest.fixture
def week(initiative):
    return add_week(initiative.plan, NOON.date())


@pytest.fixture
def manager(initiative):
    return Actor(user=add_user("manager", role=Role.MANAGER, scope="BP/1.01"))


@pytest.fixture
def lead(initiative):
    return Actor(user=add_user("lead", role=Role.PILLAR_LEAD, scope="BP/1"))


@pytest.fixture
def other_lead(initiative):
    return Actor(user=add_user("other-lead", role=Role.PILLAR_LEAD, scope="BP/1"))


@pytest.fixture
def submit(initiative, week):
    def submit(by, content=GREEN, at=NOON):
        return submit_update(initiative=initiative, week=week, content=content, by=by, at=at)

    return submit


@pytest.fixture
def draft(initiative, week):
    def draft(by, content=EMPTY, at=NOON):
        return save_draft(initiative=initiative, week=week, content=content, by=by, at=at)

    return draft


def refused(action, *args, code=None, **fields):
    """Refused, and nothing was written."""
    before, rows = head(), list(StatusUpdate.objects.values())
    with pytest.raises(Refused) as error:
        action(*args, **fields)
    assert (head(), list(StatusUpdate.objects.values())) == (before, rows)
    if code:
        assert error.value.code == code
    return error.value


def test_from_draft_to_approval(draft, submit, manager, lead):
    assert draft(manager).workflow == Workflow.DRAFT
    sent = submit(manager, at=LATER)
    assert (sent.workflow, sent.submitted_by, sent.first_submitted_at) == (Workflow.SUBMITTED, manager.user, LATER)
    done = approve_update(update=sent, by=lead, at=LATER)
    assert (done.workflow, done.decided_by, done.decided_at) == (Workflow.APPROVED, lead.user, LATER)
    assert [revision.reason for revision in Revision.objects.order_by("-number")[:3]] == [
        "2026-W47 of 1.01 approved", "2026-W47 reported for 1.01", "Draft of 2026-W47 for 1.01",
    ]  # fmt: skip


def test_an_unfinished_draft_is_kept_and_an_unfinished_submission_is_not(draft, submit, manager):
    draft(manager, replace(EMPTY, narrative_fr="À suivre"))
    error = refused(submit, manager, EMPTY)
    assert set(error.fields) == {"health_schedule", "health_cost", "health_scope", "health_overall", "headline_en"}
    assert isinstance(error, Invalid)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"health_cost": "red"}, "overall_reason"),
        ({"health_overall": "amber"}, "path_to_green_en"),
        ({"health_scope": "purple"}, "health_scope"),
        ({"headline_en": " "}, "headline_en"),
        ({"headline_en": "x" * 201}, "headline_en"),
    ],
)
def test_each_rule_of_a_submission(submit, manager, changes, field):
    assert set(refused(submit, manager, replace(GREEN, **changes)).fields) == {field}


def test_a_submission_may_be_repeated_and_keeps_its_first_time(submit, manager, lead):
    first = submit(manager)
    again = submit(lead, replace(GREEN, headline_fr="Mieux"), at=LATER)
    assert again.pk == first.pk
    assert (again.first_submitted_at, again.submitted_at, again.submitted_by) == (NOON, LATER, lead.user)
    assert (again.author, again.writers) == (manager.user, [manager.user.pk, lead.user.pk])


def test_what_is_returned_says_why_is_reworked_and_keeps_its_first_time(draft, submit, manager, lead):
    sent = submit(manager)
    assert "comment" in refused(return_update, update=sent, comment=" ", by=lead, at=NOON).fields
    back = return_update(update=sent, comment="Say what it costs", by=lead, at=NOON)
    assert (back.workflow, back.decided_by, back.return_comment) == (Workflow.RETURNED, lead.user, "Say what it costs")
    reworked = draft(manager, EMPTY, at=LATER)
    assert (reworked.workflow, reworked.health_overall) == (Workflow.RETURNED, "")
    again = submit(manager, at=LATER)
    assert (again.first_submitted_at, again.decided_by, again.return_comment) == (NOON, None, "")
    done = approve_update(update=again, by=lead, at=LATER)
    assert (done.workflow, done.return_comment, done.first_submitted_at) == (Workflow.APPROVED, "", NOON)


def test_a_reviewer_who_helps_after_returning_leaves_the_decision_to_another(draft, submit, manager, lead, other_lead):
    back = return_update(update=submit(manager), comment="why", by=lead, at=NOON)
    draft(lead, GREEN, at=LATER)
    again = submit(manager, at=LATER)
    refused(approve_update, update=back, by=lead, at=LATER, code="own_update")
    assert approve_update(update=again, by=other_lead, at=LATER).workflow == Workflow.APPROVED


def test_nobody_decides_on_what_they_had_a_hand_in(draft, submit, lead, other_lead, manager):
    """I8: not the author, not who submitted, nor who wrote in between."""
    admin = Actor(user=add_user("admin", role=Role.PLAN_ADMIN, scope="BP"))
    draft(lead)
    draft(other_lead, GREEN)
    sent = submit(manager)
    for writer in (lead, other_lead):
        assert refused(approve_update, update=sent, by=writer, at=NOON).code == "own_update"
        assert refused(return_update, update=sent, comment="why", by=writer, at=NOON).code == "own_update"
        assert sent.written_by(writer.user)
    assert not sent.written_by(admin.user)
    assert approve_update(update=sent, by=admin, at=NOON).decided_by == admin.user


def test_who_may_write_and_who_may_decide(draft, submit, manager, initiative):
    add_pillar(initiative.plan, 2)
    viewer, analyst, auditor, administrator, foreign = (
        Actor(user=add_user(name, role=role, scope=scope))
        for name, role, scope in [
            ("viewer", Role.VIEWER, "BP"), ("analyst", Role.ANALYST, "BP"), ("auditor", Role.AUDITOR, ""),
            ("administrator", Role.ADMINISTRATOR, ""), ("foreign", Role.PILLAR_LEAD, "BP/2"),
        ]
    )  # fmt: skip
    for nobody in (viewer, analyst, auditor, administrator, foreign):
        assert isinstance(refused(draft, nobody), NotAllowed)
        assert isinstance(refused(submit, nobody), NotAllowed)
    sent = submit(manager)
    for nobody in (viewer, analyst, auditor, administrator, foreign, manager):
        assert isinstance(refused(approve_update, update=sent, by=nobody, at=NOON), NotAllowed)


def test_a_closed_account_writes_nothing(submit, manager):
    User.objects.update(is_active=False)
    assert isinstance(refused(submit, Actor(user=User.objects.get())), NotAllowed)


def test_an_opinion_is_somebodys(draft, submit, manager):
    refused(draft, ACTOR, code="no_person")
    refused(submit, ACTOR, code="no_person")
    sent = submit(manager)
    refused(approve_update, update=sent, by=ACTOR, at=NOON, code="no_person")


def test_what_is_approved_never_changes(draft, submit, manager, lead, other_lead):
    done = approve_update(update=submit(manager), by=lead, at=NOON)
    refused(draft, manager, code="approved")
    refused(submit, manager, code="approved")
    refused(return_update, update=done, comment="why", by=other_lead, at=NOON, code="not_submitted")
    refused(approve_update, update=done, by=other_lead, at=NOON, code="not_submitted")


def test_what_was_submitted_again_is_not_decided_on_unread(submit, manager, lead):
    read = submit(manager)
    submit(manager, replace(GREEN, headline_en="Not as well as it seemed"), at=LATER)
    for decide in (approve_update, partial(return_update, comment="why")):
        refused(decide, update=read, by=lead, at=LATER, seen=read.revision, code="edit_conflict")
    now = StatusUpdate.objects.get()
    assert approve_update(update=read, by=lead, at=LATER, seen=now.revision).headline_en == "Not as well as it seemed"


def test_only_what_is_submitted_is_decided(draft, submit, manager, lead):
    begun = draft(manager, GREEN)
    refused(approve_update, update=begun, by=lead, at=NOON, code="not_submitted")
    back = return_update(update=submit(manager), comment="why", by=lead, at=NOON)
    refused(approve_update, update=back, by=lead, at=NOON, code="not_submitted")
    submit(manager)
    refused(draft, manager, code="submitted")


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (datetime(2026, 11, 16, 4, 59, 59, tzinfo=UTC), "week_not_open"),
        (datetime(2026, 11, 16, 5, tzinfo=UTC), ""),
        (LOCK - timedelta(seconds=1), ""),  # past its deadline, still taken
        (LOCK, "week_locked"),  # its time has come, though no tick has locked it yet
        (LOCK + timedelta(days=9), "week_locked"),
    ],
)
def test_a_week_takes_updates_while_it_is_open(draft, submit, manager, at, code):
    if code:
        refused(draft, manager, at=at, code=code)
        refused(submit, manager, at=at, code=code)
    else:
        assert submit(manager, at=at).first_submitted_at == at


def test_decisions_end_with_the_week(submit, manager, lead, week):
    sent = submit(manager)
    refused(approve_update, update=sent, by=lead, at=LOCK, code="week_locked")
    lock_week(week=week, by=ACTOR, at=LOCK)
    refused(approve_update, update=sent, by=lead, at=NOON, code="week_locked")
    refused(return_update, update=sent, comment="why", by=lead, at=NOON, code="week_locked")
    refused(submit, manager, at=NOON, code="week_locked")


def test_the_week_is_one_of_the_plan(initiative, manager):
    foreign = add_week(add_plan("OTHER"), NOON.date())
    refused(submit_update, initiative=initiative, week=foreign, content=GREEN, by=manager, at=NOON)


def test_each_week_has_its_own_update(initiative, week, submit, manager):
    following = add_week(initiative.plan, date(2026, 11, 23))
    submit(manager)
    other = submit_update(initiative=initiative, week=following, content=GREEN, by=manager, at=LOCK)
    assert StatusUpdate.objects.count() == 2
    assert other.week == following


def test_saving_the_same_again_makes_no_history(draft, manager):
    draft(manager, GREEN)
    before = head()
    draft(manager, GREEN)
    assert head() == before


def test_lists(submit, manager, lead):
    sent = submit(manager)
    assert list(StatusUpdate.objects.awaiting_review()) == [sent]
    approve_update(update=sent, by=lead, at=NOON)
    assert list(StatusUpdate.objects.approved().for_list()) == [sent]
    assert not StatusUpdate.objects.awaiting_review()
