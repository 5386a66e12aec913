"""What approving requests for new baselines would do: in days, in dollars, and to the milestones that wait."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, Sum

from initiatives.choices import Stage
from initiatives.models import LedgerEntry, Milestone, MilestoneDependency
from initiatives.rules.milestones import Effect, Planned, YearFunds, all_waiting, effect_of
from tracker.models import User


@dataclass(frozen=True)
class Asked:
    """A new baseline date for a milestone, sent or only considered."""

    milestone: Milestone
    date: date


@dataclass(frozen=True)
class SeenEffect:
    """An effect as one person may see it: `overtaken` are the milestones within their scopes, `unseen` how many lie
    outside."""

    effect: Effect
    overtaken: Sequence[Any]
    unseen: int


def effects(asked: Sequence[Asked], *, on: date, user: User) -> list[SeenEffect]:
    """The effect of each, as of that day; four queries, however many there are."""
    if not asked:
        return []
    edges = _edges(asked)
    waiting = [all_waiting(one.milestone.pk, edges) for one in asked]
    keys = {one.milestone.pk for one in asked}.union(*waiting)
    milestones = {row.pk: row for row in Milestone.objects.filter(pk__in=keys).for_list()}
    seen = set(Milestone.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))
    funds = _funds({one.milestone.initiative_id for one in asked}, on=on)
    return [
        _seen(_effect(one, milestones, queue, funds[one.milestone.initiative_id], on=on), milestones, seen)
        for one, queue in zip(asked, waiting, strict=True)
    ]


def _edges(asked: Sequence[Asked]) -> list[tuple[int, int]]:
    """Dependencies of the plans that the milestones are of; none leads from one plan to another."""
    plans = {one.milestone.initiative.plan_id for one in asked}
    rows = MilestoneDependency.objects.filter(milestone__initiative__plan__in=plans)
    return list(rows.order_by("pk").values_list("milestone", "needs"))


def _effect(
    one: Asked, milestones: dict[int, Any], waiting: Iterable[int], funds: Iterable[YearFunds], *, on: date
) -> Effect:
    dated = milestones[one.milestone.pk]
    open_ = (milestones[key] for key in waiting if key in milestones)
    return effect_of(
        to=one.date,
        planned_on=dated.planned_on,
        first_baseline_on=dated.first_baseline_on,
        baseline_on=dated.baseline_on,
        waiting=[
            Planned(row.pk, row.planned_on) for row in open_ if row.actual_on is None and row.cancelled_on is None
        ],
        funds=funds,
        on=on,
    )


def _seen(effect: Effect, milestones: dict[int, Any], seen: set[int]) -> SeenEffect:
    shown = [milestones[key] for key in effect.overtaken if key in seen]
    return SeenEffect(effect, shown, len(effect.overtaken) - len(shown))


def _funds(initiatives: Iterable[int], *, on: date) -> dict[int, list[YearFunds]]:
    """Authority and spending of each initiative by fiscal year and organization, as recorded by that day."""
    entries = LedgerEntry.objects.standing().filter(line__initiative__in=initiatives, effective_on__lte=on)
    rows = (
        entries.order_by()
        .values_list(
            "line__initiative", "line__fiscal_year", "line__organization__abbreviation_en",
            "line__organization__abbreviation_fr", "line__organization__fund_life_years",
        )
        .annotate(
            authority=Sum("amount", filter=Q(stage=Stage.AUTHORITY)),
            spent=Sum("amount", filter=Q(stage=Stage.EXPENDITURE)),
        )
        .order_by("line__fiscal_year", "line__organization__abbreviation_en")
    )  # fmt: skip
    funds: dict[int, list[YearFunds]] = defaultdict(list)
    for initiative, *values in rows:
        funds[initiative].append(YearFunds(*values))
    return funds
