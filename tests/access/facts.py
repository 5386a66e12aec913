"""Facts that the tables of addresses need beside the scenario."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from initiatives.actions.change_requests import ask_baseline
from initiatives.actions.dependencies import add_dependency
from initiatives.actions.evidence import Borne, add_file
from initiatives.choices import Workflow
from initiatives.models import ChangeRequest, Evidence, MilestoneDependency, StatusUpdate, Transfer
from tests.factories import ACTOR, add_initiative, add_update, kept
from tests.scenarios import SmallPlan
from tracker.actions import grant_role
from tracker.choices import Role
from tracker.timemachine import Actor


@dataclass(frozen=True)
class Beside:
    """What stands beside a milestone's dates; `new`, an initiative that the manager reports on and has not yet, and
    `submitted`, an update that waits for its decision."""

    request: ChangeRequest
    dependency: MilestoneDependency
    evidence: Evidence
    new: str
    submitted: StatusUpdate


def facts_beside(plan: SmallPlan) -> Beside:
    by, at = Actor(user=plan.people.manager), timezone.now()
    later = timezone.localdate() + timedelta(days=300)
    milestone, needs = plan.milestones["late"], plan.milestones["due_this_week"]
    borne = Borne(initiative=milestone.initiative, milestone=milestone)
    return Beside(
        ask_baseline(milestone=milestone, to=later, dollars=None, reason="Late steel", by=by, at=at),
        add_dependency(milestone=milestone, needs=needs, by=by, at=at),
        add_file(borne=borne, title="Minutes", name="minutes.txt", content=b"Agreed.", by=by, at=at),
        *_reporting(plan),
    )


def a_transfer(plan: SmallPlan) -> Transfer:
    initiative, now = plan.initiatives["green"], timezone.now()
    return kept(Transfer(initiative=initiative, kind="reprofile", reason="late", effective_on=now.date(), made_at=now))


def _reporting(plan: SmallPlan) -> tuple[str, StatusUpdate]:
    lead = plan.organizations["CBSA"]
    new, other = (add_initiative(plan.pillars[0], code, lead=lead) for code in ("1.04", "1.05"))
    grant_role(user=plan.people.manager, role=Role.MANAGER, scope=f"BP/{new.code}", by=ACTOR, at=timezone.now())
    waiting = add_update(other, plan.week, author=plan.people.manager, workflow=Workflow.SUBMITTED)
    return new.code, StatusUpdate.objects.get(pk=waiting.pk)
