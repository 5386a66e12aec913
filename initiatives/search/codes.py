"""Things found by their codes: `1.02`, `BP 1.02`, `1.02/M3`, `BP/1.02/M3`, an indicator's `BP-SEIZURES`, a pillar's
`BP/2`. Spaces and slashes divide, capitals and small letters are alike."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from initiatives.models import Indicator, Initiative, Milestone
from initiatives.search.kinds import Kind
from pillars.models import Pillar, Plan
from tracker.models import User

MOST_CODED = 25  # things of one code that are told: milestones of many initiatives have the same
_DIVIDED = re.compile(r"[\s/]+")
_CODE = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z._-]{0,38}[0-9A-Za-z_-])?")
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")
_DEEPEST = 3  # plan, initiative, milestone


@dataclass(frozen=True)
class Coded:
    """What the person sees under a code: rows, and the keys by their kind in the order of plans and codes."""

    rows: list[Any] = field(default_factory=list)
    keys: dict[Kind, list[int]] = field(default_factory=dict)

    @property
    def only(self) -> Any:
        """The one thing of that code; None where there is none or more than one."""
        return self.rows[0] if len(self.rows) == 1 else None


def parts(text: str) -> tuple[str, ...]:
    """The codes that a text may be made of, from the plan's down; none where it cannot be meant so."""
    found = tuple(part for part in _DIVIDED.split(text.strip(" \t\r\n/.,;:")) if part)
    return found if len(found) <= _DEEPEST and all(_CODE.fullmatch(part) for part in found) else ()


def coded(text: str, *, user: User, plan: str = "") -> Coded:
    """What has the code `text`, of the plan or of the one that the text itself names."""
    found = parts(text)
    if not found:
        return Coded()
    rows: list[Any] = []
    keys: dict[Kind, list[int]] = {}
    for kind, queryset in _queries(found, user=user, plan=plan):
        for row in queryset[:MOST_CODED]:
            rows.append(row)
            if kind:
                keys.setdefault(kind, []).append(row.pk)
    return Coded(rows, keys)


def _queries(codes: tuple[str, ...], *, user: User, plan: str) -> Iterator[tuple[Kind | None, QuerySet[Any]]]:
    """What the codes may mean; only an initiative's or indicator's own code names it without what it is in."""
    within = Q(plan__code=plan) if plan else Q()
    last = codes[-1]
    if len(codes) == 1:
        yield from _in_plan(last, within, user=user)
        if any(character.isdigit() for character in last):
            of_milestones = Q(initiative__plan__code=plan) if plan else Q()
            yield Kind.MILESTONES, _milestones(user).filter(of_milestones, code__in=_spellings(last))
        return
    named = Plan.objects.visible_to(user).filter(code=codes[0].upper()).first()
    if len(codes) == _DEEPEST:
        if named:
            yield (
                Kind.MILESTONES,
                _milestones(user).filter(
                    initiative__plan=named, initiative__code__in=_spellings(codes[1]), code__in=_spellings(last)
                ),
            )
        return
    if named:
        yield from _in_plan(last, Q(plan=named), user=user)
        if _NUMBER.fullmatch(last):
            yield None, Pillar.objects.visible_to(user).filter(plan=named, number=int(last)).select_related("plan")
    of_initiative = Q(initiative__plan__code=plan) if plan else Q()
    yield (
        Kind.MILESTONES,
        _milestones(user).filter(of_initiative, initiative__code__in=_spellings(codes[0]), code__in=_spellings(last)),
    )


def _in_plan(code: str, within: Q, *, user: User) -> Iterator[tuple[Kind, QuerySet[Any]]]:
    initiatives = Initiative.objects.visible_to(user).filter(within, code__in=_spellings(code))
    yield Kind.INITIATIVES, initiatives.select_related("plan").order_by("plan_id", "code", "pk")
    indicators = Indicator.objects.visible_to(user).filter(within, code=code.upper())
    yield Kind.INDICATORS, indicators.select_related("plan").order_by("plan_id", "code", "pk")


def _milestones(user: User) -> QuerySet[Milestone]:
    rows = Milestone.objects.visible_to(user).select_related("initiative__plan")
    return rows.order_by("initiative__plan_id", "initiative__code", "code", "pk")


def _spellings(code: str) -> set[str]:
    """As it is written, in capitals and in small letters: what an index finds without looking at every row."""
    return {code, code.upper(), code.lower()}
