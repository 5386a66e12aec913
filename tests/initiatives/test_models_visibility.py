"""Who sees which initiative, and what belongs to it: by the rights and the place of today, also in the past."""

import pytest

from initiatives.choices import Workflow
from initiatives.models import BudgetLine, FundingAnnouncement, Initiative, LedgerEntry, Milestone, StatusUpdate
from tests.factories import (
    ACTOR,
    add_announcement,
    add_entry,
    add_initiative,
    add_milestone,
    add_organization,
    add_pillar,
    add_plan,
    add_update,
    add_user,
    add_week,
)
from tracker.choices import Role
from tracker.models import RoleGrant, User
from tracker.timemachine import as_of, head, revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    """1.01 and 1.02 in pillar 1, 2.01 in pillar 2 of BP; 1.01 in pillar 1 of OTHER; each with a row of each kind."""
    lead, author = add_organization(), add_user("author")
    made = {}
    for code in ("BP", "OTHER"):
        plan = add_plan(code)
        pillars, week = [add_pillar(plan, 1), add_pillar(plan, 2)], add_week(plan)
        for number, short in [(1, "1.01"), (1, "1.02"), (2, "2.01")][: 3 if code == "BP" else 1]:
            initiative = made[f"{code}/{short}"] = add_initiative(pillars[number - 1], short, lead=lead)
            add_milestone(initiative)
            add_entry(initiative)
            add_announcement(plan, f"FA-{short}", initiative=initiative)
            add_update(initiative, week, author=author, workflow=Workflow.SUBMITTED)
        add_announcement(plan, "FA-WHOLE")
    return made


def codes(queryset, path=""):
    plan, code = f"{path}plan__code", f"{path}code"
    return {"/".join(pair) for pair in queryset.values_list(plan, code)}


ALL = {"BP/1.01", "BP/1.02", "BP/2.01", "OTHER/1.01"}


@pytest.mark.parametrize(
    ("scopes", "seen"),
    [
        ([], set()),
        ([""], ALL),
        (["BP"], ALL - {"OTHER/1.01"}),
        (["BP/1"], {"BP/1.01", "BP/1.02"}),
        (["BP/1.02"], {"BP/1.02"}),
        (["BP/2", "OTHER"], {"BP/2.01", "OTHER/1.01"}),
        (["OTHER/1.01", "BP/1.01"], {"OTHER/1.01", "BP/1.01"}),
        (["BP/3", "BP/9.99", "NONE"], set()),
        (["BP", "BP/1"], ALL - {"OTHER/1.01"}),
    ],
)
def test_each_listing_shows_what_lies_within_the_scopes(rows, scopes, seen):
    user = add_user("reader")
    with revision(by=ACTOR, reason="roles"):
        for scope in scopes:
            RoleGrant.objects.create(user=user, role=Role.VIEWER, scope=scope)
    assert codes(Initiative.objects.visible_to(user)) == seen
    assert codes(Milestone.objects.visible_to(user), "initiative__") == seen
    assert codes(BudgetLine.objects.visible_to(user), "initiative__") == seen
    assert codes(LedgerEntry.objects.visible_to(user), "line__initiative__") == seen
    assert codes(StatusUpdate.objects.visible_to(user), "initiative__") == seen
    announced = FundingAnnouncement.objects.visible_to(user)
    assert codes(announced.filter(initiative__isnull=False), "initiative__") == seen
    plans = {"BP", "OTHER"} if "" in scopes else {scope.partition("/")[0] for scope in scopes} & {"BP", "OTHER"}
    assert set(announced.filter(initiative__isnull=True).values_list("plan__code", flat=True)) == plans


def test_a_pillar_lead_does_not_see_the_past_of_an_initiative_that_has_left(rows):
    leads = [add_user(f"lead-{number}", role=Role.PILLAR_LEAD, scope=f"BP/{number}") for number in (1, 2)]
    moved = rows["BP/1.01"]
    before = head()
    with revision(by=ACTOR, reason="moved to pillar 2"):
        Initiative.objects.filter(pk=moved.pk).update(pillar=rows["BP/2.01"].pillar)
    for number in (before, head()):
        with as_of(number):
            seen = [codes(Initiative.objects.visible_to(lead)) for lead in leads]
            assert seen == [{"BP/1.02"}, {"BP/1.01", "BP/2.01"}]
            assert codes(Milestone.objects.visible_to(leads[0]), "initiative__") == {"BP/1.02"}


def test_new_rights_open_the_past_and_lost_ones_close_it(rows):
    then = head()
    newcomer = add_user("new", role=Role.VIEWER, scope="BP/1")
    with as_of(then):
        assert codes(Initiative.objects.visible_to(newcomer)) == {"BP/1.01", "BP/1.02"}
    with revision(by=ACTOR, reason="left"):
        RoleGrant.objects.filter(user=newcomer).delete()
    with as_of(then):
        assert codes(Initiative.objects.visible_to(User.objects.get(pk=newcomer.pk))) == set()


def test_a_closed_account_sees_nothing(rows):
    user = add_user("gone", role=Role.AUDITOR, is_active=False)
    assert not Initiative.objects.visible_to(user).exists()


@pytest.mark.parametrize("workflow", Workflow)
@pytest.mark.parametrize(
    ("role", "scope", "works_there"),
    [
        (Role.VIEWER, "BP", False),
        (Role.AUDITOR, "", False),
        (Role.ADMINISTRATOR, "", False),
        (Role.MANAGER, "BP/1.01", True),
        (Role.MANAGER, "", True),
        (Role.PILLAR_LEAD, "BP/1", True),
        (Role.PLAN_ADMIN, "BP", True),
    ],
)
def test_unfinished_updates_are_for_those_who_work_on_them(workflow, role, scope, works_there):
    initiative = add_initiative(add_pillar(add_plan()), lead=add_organization())
    add_update(initiative, add_week(initiative.plan), author=add_user("author"), workflow=workflow)
    reader = add_user("reader", role=role, scope=scope)
    finished = workflow in (Workflow.SUBMITTED, Workflow.APPROVED)
    assert StatusUpdate.objects.visible_to(reader).exists() is (finished or works_there)


def test_working_on_one_initiative_does_not_open_the_drafts_of_another():
    pillar, lead = add_pillar(add_plan()), add_organization()
    one, other = (add_initiative(pillar, code, lead=lead) for code in ("1.01", "1.02"))
    week, author = add_week(pillar.plan), add_user("author")
    for initiative in (one, other):
        add_update(initiative, week, author=author, workflow=Workflow.DRAFT)
    reader = add_user("reader", role=Role.VIEWER, scope="BP")
    with revision(by=ACTOR, reason="one more role"):
        RoleGrant.objects.create(user=reader, role=Role.MANAGER, scope="BP/1.01")
    assert codes(StatusUpdate.objects.visible_to(reader), "initiative__") == {"BP/1.01"}
