"""What happens in a place: initiatives that name it, and what indicators were there."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, Q

from initiatives.models import Indicator, Initiative, InitiativePlace, Observation
from tracker.models import User


@dataclass(frozen=True)
class Happenings:
    """Of one place, within what a person sees: initiatives with their `health`, by code; and of each indicator observed
    there the newest value that stands, or why there is none."""

    initiatives: list[Any] = field(default_factory=list)
    observed: list[Any] = field(default_factory=list)


def tied(user: User, *, plan: str = "", pillar: int | None = None, initiative: str = "") -> Q:
    """The condition that a place is named by such an initiative, or that such an indicator has a value of it: of that
    plan, pillar and initiative where they are given."""
    there = _initiatives(user, plan, pillar, initiative)
    measured = _indicators(user, plan, pillar, initiative)
    return Q(pk__in=InitiativePlace.objects.filter(initiative__in=there.values("pk")).values("place")) | Q(
        pk__in=Observation.objects.filter(indicator__in=measured.values("pk"), place__isnull=False).values("place")
    )


def happenings(
    places: Collection[int], *, user: User, plan: str, pillar: int | None, on: date
) -> dict[int, Happenings]:  # fmt: skip
    """What happens in the plan, or one pillar of it, by the key of the place: initiatives with their health, and values
    of periods that had ended, on that day. Three queries, however many places."""
    found: dict[int, Happenings] = defaultdict(Happenings)
    named = InitiativePlace.objects.filter(
        place__in=places, initiative__in=_initiatives(user, plan, pillar, "").values("pk")
    )
    pairs = list(named.order_by("initiative__code").values_list("place", "initiative"))
    there = Initiative.objects.filter(pk__in={initiative for _place, initiative in pairs}).with_health(on=on)
    initiatives = {row.pk: row for row in there.for_list()}
    for place, initiative in pairs:
        found[place].initiatives.append(initiatives[initiative])
    measured = _indicators(user, plan, pillar, "").values("pk")
    newest = (
        Observation.objects.standing()
        .ended(on=on)
        .filter(indicator=OuterRef("indicator"), place=OuterRef("place"))
        .order_by(F("period_end").desc(nulls_last=True), "-pk")
    )
    values = (
        Observation.objects.filter(place__in=places, indicator__in=measured)
        .with_amount()
        .filter(pk=newest.values("pk")[:1])
        .select_related("indicator__plan")
        .order_by("indicator__code")
    )
    for row in values:
        found[row.place_id or 0].observed.append(row)
    return {key: found[key] for key in places}


def _initiatives(user: User, plan: str, pillar: int | None, code: str) -> Any:
    rows = Initiative.objects.visible_to(user).order_by()
    rows = rows.filter(plan__code=plan) if plan else rows
    rows = rows.filter(pillar__number=pillar) if pillar is not None else rows
    return rows.filter(code=code) if code else rows


def _indicators(user: User, plan: str, pillar: int | None, code: str) -> Any:
    rows = Indicator.objects.visible_to(user).order_by()
    rows = rows.filter(plan__code=plan) if plan else rows
    if pillar is not None:
        rows = rows.filter(Q(pillar__number=pillar) | Q(initiative__pillar__number=pillar))
    return rows.filter(initiative__code=code) if code else rows
