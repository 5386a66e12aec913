"""Small plans of any shape, for laws: what is written is kept beside it in plain Python."""

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from initiatives.choices import (
    Accumulation,
    Availability,
    Calendar,
    Direction,
    Health,
    Level,
    Lifecycle,
    RollupRule,
    Stage,
    TargetType,
    Vote,
    Workflow,
)
from initiatives.models import (
    BudgetLine,
    FundingAnnouncement,
    Indicator,
    Initiative,
    LedgerEntry,
    Milestone,
    MilestoneBaseline,
    MilestoneForecast,
    Observation,
    StatusUpdate,
    Target,
)
from pillars.actions import new_week
from pillars.models import Pillar, Plan, ReportingWeek
from tests.factories import ACTOR, add_organization, add_user
from tracker.models import Organization, User
from tracker.timemachine import head, revision

LAW = settings(
    deadline=None, max_examples=20, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
MONDAY = date(2026, 11, 16)
SUNDAY = MONDAY + timedelta(days=6)
DAYS = st.integers(-60, 60).map(lambda shift: SUNDAY + timedelta(days=shift))
CENTS = st.integers(-(10**9), 10**9).filter(bool).map(lambda cents: Decimal(cents) / 100)


@dataclass(frozen=True)
class MilestoneSpec:
    baselines: tuple[date, ...]
    forecasts: tuple[date, ...]
    actual_on: date | None
    cancelled_on: date | None


@dataclass(frozen=True)
class EntrySpec:
    stage: str
    fiscal_year: int
    amount: Decimal
    on: date
    reversed: bool
    organization: str = "CBSA"
    vote: str = ""


@dataclass(frozen=True)
class IndicatorSpec:
    """A stock: what it was at the end of a day (None: not available), and what it is to be at least, or at most."""

    value: Decimal | None
    end: date
    target: Decimal | None
    due: date
    increase: bool


@dataclass(frozen=True)
class InitiativeSpec:
    pillar: int
    lifecycle: str
    ratings: tuple[tuple[str, str] | None, ...]  # health and workflow in each of three weeks
    milestones: tuple[MilestoneSpec, ...]
    entries: tuple[EntrySpec, ...]
    announced: Decimal | None
    indicators: tuple[IndicatorSpec, ...] = ()


@dataclass(frozen=True)
class World:
    """What stands in the plan. Initiatives have codes by their place in the list. `indicators` are of a pillar, by its
    place, or of the plan."""

    initiatives: tuple[InitiativeSpec, ...]
    announced: tuple[tuple[Decimal, bool, str | None], ...] = ()
    indicators: tuple[tuple[int | None, IndicatorSpec], ...] = ()


MILESTONES = st.builds(
    MilestoneSpec, st.lists(DAYS, max_size=3).map(tuple), st.lists(DAYS, max_size=3).map(tuple),
    st.none() | DAYS | st.just(date(2024, 6, 1)), st.none(),
) | st.builds(MilestoneSpec, st.just(()), st.lists(DAYS, max_size=2).map(tuple), st.none(), DAYS)  # fmt: skip
ENTRIES = st.builds(EntrySpec, st.sampled_from(Stage.values), st.integers(2025, 2027), CENTS, DAYS, st.booleans(),
                    st.sampled_from(["CBSA", "RCMP"]), st.sampled_from(["", Vote.OPERATING.value]))  # fmt: skip
VALUES = st.integers(-3, 3).map(Decimal)  # few, so that zero, equal values and targets met occur
INDICATORS = st.builds(IndicatorSpec, st.none() | VALUES, DAYS, st.none() | VALUES, DAYS, st.booleans())
RATINGS = st.none() | st.tuples(st.sampled_from(Health.values), st.sampled_from(Workflow.values))
INITIATIVES = st.builds(
    InitiativeSpec, st.integers(0, 1), st.sampled_from(Lifecycle.values), st.tuples(RATINGS, RATINGS, RATINGS),
    st.lists(MILESTONES, max_size=3).map(tuple), st.lists(ENTRIES, max_size=4).map(tuple), st.none() | CENTS.map(abs),
    st.lists(INDICATORS, max_size=2).map(tuple),
)  # fmt: skip
WORLDS = st.builds(
    World, st.lists(INITIATIVES, min_size=1, max_size=5).map(tuple),
    st.lists(st.tuples(CENTS.map(abs), st.booleans(), st.sampled_from([None, "CBSA", "RCMP"])), max_size=3).map(tuple),
    st.lists(st.tuples(st.sampled_from([None, 0, 1]), INDICATORS), max_size=2).map(tuple),
)  # fmt: skip


@dataclass
class Stage0:
    """What every world stands on: written once for a test."""

    plan: Plan
    pillars: list[Pillar]
    weeks: list[ReportingWeek]
    author: User
    reviewer: User
    agencies: dict[str, Organization] = field(default_factory=dict)


def ground() -> Stage0:
    """A plan with two pillars and the weeks before, of and after `MONDAY`."""
    agencies = {code: add_organization(code) for code in ("CBSA", "RCMP")}
    author, reviewer = add_user("author"), add_user("reviewer")
    with revision(by=ACTOR, reason="ground"):
        plan = Plan.objects.create(
            code="BP", title_en="Plan", title_fr="Plan", announced_on=date(2024, 12, 17), first_fiscal_year=2024,
            last_fiscal_year=2029,
        )  # fmt: skip
        pillars = [Pillar.objects.create(plan=plan, number=n, title_en=f"P{n}", title_fr=f"P{n}") for n in (1, 2)]
        weeks = [new_week(plan, MONDAY + timedelta(weeks=shift)) for shift in (-1, 0, 1)]
        ReportingWeek.objects.bulk_create(weeks)
    return Stage0(plan, pillars, weeks, author, reviewer, agencies)


@contextmanager
def undone():
    """What is written inside is undone at the end: the next example starts from the same ground."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def build(base: Stage0, world: World, *, order: Callable[[Sequence[int]], Sequence[int]] = list) -> int:
    """Write the world in one revision, its initiatives in the order given; the revision's number."""
    # The code of an indicator is written once, so that a second world cannot take those of the first.
    suffix = f"-{Indicator.objects.count()}"
    with revision(by=ACTOR, reason="a world"):
        for number in order(range(len(world.initiatives))):
            _initiative(base, world.initiatives[number], number, suffix)
        for number, (amount, in_total, who) in enumerate(world.announced):
            FundingAnnouncement.objects.create(
                plan=base.plan, code=f"W{number}", amount=amount, in_total=in_total, announced_on=SUNDAY,
                organization=base.agencies.get(who or ""),
            )  # fmt: skip
        for number, (pillar, indicator) in enumerate(world.indicators):
            where = {} if pillar is None else {"pillar": base.pillars[pillar]}
            add_stock(base.plan, indicator, f"W{number}{suffix}", **where)
    return head()


def _initiative(base: Stage0, spec: InitiativeSpec, number: int, suffix: str) -> None:
    pillar, code = base.pillars[spec.pillar], f"{spec.pillar + 1}.{number:02d}"
    initiative = Initiative.objects.create(
        plan=base.plan, pillar=pillar, code=code, title_en=code, title_fr=code, lead=base.agencies["CBSA"],
        lifecycle=spec.lifecycle, not_pursued_reason="why",
    )  # fmt: skip
    now = timezone.now()
    for week, rating in zip(base.weeks, spec.ratings, strict=True):
        if rating is not None:
            StatusUpdate.objects.create(initiative=initiative, week=week, **_update(base, *rating, now=now))
    for place, milestone in enumerate(spec.milestones, start=1):
        _milestone(initiative, milestone, f"M{place}", now=now)
    for entry in spec.entries:
        _entry(base, initiative, entry)
    for place, indicator in enumerate(spec.indicators):
        add_stock(base.plan, indicator, f"I{number}-{place}{suffix}", initiative=initiative)
    if spec.announced is not None:
        FundingAnnouncement.objects.create(
            plan=base.plan, code=f"A{number}", amount=spec.announced, in_total=True, announced_on=SUNDAY,
            initiative=initiative,
        )  # fmt: skip


def _update(base: Stage0, health: str, workflow: str, *, now: datetime) -> dict[str, Any]:
    decided = workflow in (Workflow.APPROVED, Workflow.RETURNED)
    return {
        "health_schedule": health, "health_cost": health, "health_scope": health, "health_overall": health,
        "headline_en": "Headline", "path_to_green_en": "Path", "workflow": workflow, "author": base.author,
        "submitted_by": base.author, "submitted_at": now, "first_submitted_at": now, "return_comment": "why",
        "decided_by": base.reviewer if decided else None, "decided_at": now if decided else None,
    }  # fmt: skip


def _milestone(initiative: Initiative, spec: MilestoneSpec, code: str, *, now: datetime) -> None:
    row = Milestone.objects.create(
        initiative=initiative, code=code, title_en=code, title_fr=code, kind="event", actual_on=spec.actual_on,
        cancelled_on=spec.cancelled_on, cancelled_reason="why" if spec.cancelled_on else "",
    )  # fmt: skip
    for number, day in enumerate(spec.baselines, start=1):
        MilestoneBaseline.objects.create(milestone=row, number=number, date=day, reason="why", approved_at=now)
    for day in spec.forecasts:
        MilestoneForecast.objects.create(milestone=row, date=day, reason="why", made_at=now)


def _entry(base: Stage0, initiative: Initiative, spec: EntrySpec) -> None:
    line, _ = BudgetLine.objects.get_or_create(
        initiative=initiative,
        organization=base.agencies[spec.organization],
        fiscal_year=spec.fiscal_year,
        funding_source="",
        vote=spec.vote,
    )
    values = {"line": line, "stage": spec.stage, "effective_on": spec.on}
    entry = LedgerEntry.objects.create(amount=spec.amount, **values)
    if spec.reversed:
        LedgerEntry.objects.create(amount=-spec.amount, reverses=entry, **values)


def add_stock(plan: Plan, spec: IndicatorSpec, code: str, **where: Any) -> Indicator:
    """The indicator with its target and its one observation."""
    now = timezone.now()
    kind = TargetType.AT_LEAST if spec.increase else TargetType.AT_MOST
    row = Indicator.objects.create(
        plan=plan, code=code, title_en=code, title_fr=code, unit_en="teams", unit_fr="équipes", level=Level.OUTPUT,
        direction=Direction.INCREASE if spec.increase else Direction.DECREASE, target_type=kind,
        accumulation=Accumulation.STOCK, rollup_rule=RollupRule.LATEST, calendar=Calendar.FISCAL, **where,
    )  # fmt: skip
    if spec.target is not None:
        bound = {"lower" if spec.increase else "upper": spec.target}
        Target.objects.create(indicator=row, due_on=spec.due, target_type=kind, set_at=now, **bound)
    Observation.objects.create(
        indicator=row, period_end=spec.end, value=spec.value, recorded_at=now,
        availability=Availability.NOT_AVAILABLE if spec.value is None else Availability.REPORTED,
    )  # fmt: skip
    return row
