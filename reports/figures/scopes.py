"""Scopes of figures: a plan `BP`, its pillar `BP/2`, its initiative `BP/2.01`."""

import re
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from initiatives.models import Initiative
from initiatives.models.initiative import InitiativeQuerySet
from pillars.models import Pillar, Plan
from reports.figures.declaration import Selection
from tracker.errors import Refused
from tracker.models import User

_NUMBER = re.compile(r"[1-9][0-9]{0,3}")


class Kind(StrEnum):
    PLAN = "plan"
    PILLAR = "pillar"
    INITIATIVE = "initiative"


class NoSuchScope(Refused):
    """Nothing of that code exists, or existed then, or the person may not see it; these are not told apart."""

    status = 404
    code = "no_such_scope"


@dataclass(frozen=True)
class Scope:
    """One thing that figures are asked about, cut to what the person may see.

    partial: some of its initiatives are hidden from the person, so totals are of the others; pages and API say so.
    sight: the grants that decide what the person sees; who has the same is shown the same figures.
    """

    kind: Kind
    code: str
    subject: Plan | Pillar | Initiative
    selection: Selection
    partial: bool
    sight: tuple[tuple[str, str], ...]

    @property
    def whole_plan(self) -> bool:
        return self.kind is Kind.PLAN


def find_scope(code: str, *, user: User, past: bool = False) -> Scope:
    """The scope of that code. Raises `NoSuchScope`; a reader of the `past` is told that it may be younger than that."""
    plan_code, slash, rest = code.partition("/")
    plan = Plan.objects.visible_to(user).filter(code=plan_code).first()
    if plan is None:
        raise _unknown(code, past=past)
    mine, sight = Initiative.objects.visible_to(user).filter(plan=plan), tuple(sorted(user.access.grants))
    if not slash:
        hides = _hides(user, Initiative.objects.filter(plan=plan))
        return Scope(Kind.PLAN, code, plan, Selection(plan, mine), hides, sight)
    if _NUMBER.fullmatch(rest):
        pillar = Pillar.objects.filter(plan=plan, number=int(rest)).select_related("plan").first()
        if pillar is None:
            raise _unknown(code, past=past)
        members = Selection(plan, mine.filter(pillar=pillar), pillar.number)
        hides = _hides(user, Initiative.objects.filter(pillar=pillar))
        return Scope(Kind.PILLAR, code, pillar, members, hides, sight)
    initiative = mine.filter(code=rest).select_related("plan", "pillar").first()
    if initiative is None:
        raise _unknown(code, past=past)
    one = Selection(plan, mine.filter(pk=initiative.pk))
    return Scope(Kind.INITIATIVE, code, initiative, one, partial=False, sight=sight)


def whole(plan: Plan) -> Scope:
    """The plan as it is shown to who sees all of it."""
    every = Selection(plan, Initiative.objects.filter(plan=plan))
    return Scope(Kind.PLAN, plan.code, plan, every, partial=False, sight=())


def _hides(user: User, initiatives: InitiativeQuerySet) -> bool:
    """Whether the person is not shown all of these."""
    if user.access.everywhere:
        return False
    return initiatives.exclude(pk__in=initiatives.visible_to(user).values("pk")).exists()


def _unknown(code: str, *, past: bool) -> NoSuchScope:
    message = _("There is no plan, pillar or initiative “%(code)s” that you may see.") % {"code": code[:60]}
    if past:
        message += " " + _("Or it was not recorded yet at the moment of the past that you are looking at.")
    return NoSuchScope(message, fields={"scope": message})
