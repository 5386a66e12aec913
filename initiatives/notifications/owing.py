"""Who owes what for a week: initiatives without an update, and the share that each person has in them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from initiatives.choices import Workflow
from initiatives.models import Initiative, StatusUpdate
from pillars.models import Plan, ReportingWeek
from tracker.choices import Role
from tracker.models import RoleGrant
from tracker.rules import Access, Permission


@dataclass(frozen=True)
class Share:
    """Keys of the initiatives that a person runs, and of the others that they lead as a pillar lead."""

    mine: frozenset[int]
    led: frozenset[int]


class Owed:
    """Initiatives by the scopes that cover them and by the manager they name: however many there are, somebody's share
    is looked up, not searched for."""

    def __init__(self, initiatives: Iterable[Initiative]) -> None:
        self._within: defaultdict[str, set[int]] = defaultdict(set)
        self._named: defaultdict[int, set[int]] = defaultdict(set)
        for initiative in initiatives:
            for scope in initiative.scopes:
                self._within[scope].add(initiative.pk)
            if initiative.manager_id is not None:
                self._named[initiative.manager_id].add(initiative.pk)

    def share(self, person: int, access: Access) -> Share:
        """Whoever is named as manager and may write, or has that role over it, runs an initiative; with a pillar
        lead's role alone one is told of it."""
        mine = self._covered(scope for role, scope in access.grants if role == Role.MANAGER)
        named = self._named.get(person)
        if named:
            mine |= named & self._covered(scope for _, scope in access.permitting(Permission.WRITE_UPDATE).grants)
        led = self._covered(scope for role, scope in access.grants if role == Role.PILLAR_LEAD)
        return Share(frozenset(mine), frozenset(led - mine))

    def _covered(self, scopes: Iterable[str]) -> set[int]:
        return set().union(*(self._within.get(scope, ()) for scope in scopes))


def owing(week: ReportingWeek) -> QuerySet[Initiative]:
    """Initiatives in progress of which no update for the week is submitted or approved, with what says whose they
    are."""
    reported = StatusUpdate.objects.filter(
        initiative=OuterRef("pk"), week=week, workflow__in=[Workflow.SUBMITTED, Workflow.APPROVED]
    )
    return (
        Initiative.objects.filter(~Exists(reported), plan=week.plan_id)
        .in_progress()
        .select_related("plan", "pillar__plan")
        .only("code", "manager_id", "plan__code", "pillar__number", "pillar__plan__code")
    )


def access_in(plan: Plan, *, at: datetime) -> dict[int, Access]:
    """What each active person's grants allow in a plan, on its day at that instant, by the person's key."""
    on, code = plan.day(at), plan.code
    holding = (Q(starts_on=None) | Q(starts_on__lte=on)) & (Q(ends_on=None) | Q(ends_on__gte=on))
    scoped = Q(scope__in=["", code]) | Q(scope__startswith=f"{code}/")
    rows = RoleGrant.objects.filter(holding, scoped, user__is_active=True).values_list("user_id", "role", "scope")
    grants: dict[int, set[tuple[str, str]]] = {}
    for person, role, scope in rows:
        grants.setdefault(person, set()).add((role, scope))
    return {person: Access(frozenset(held)) for person, held in grants.items()}


def access_to(plan: Plan, person: int, *, at: datetime) -> Access:
    """The same of one active person, read now."""
    return RoleGrant.objects.access_of(person, on=plan.day(at))
