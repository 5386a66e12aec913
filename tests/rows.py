"""Many rows at once, for tests of what lists cost."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from initiatives.choices import Decision, Health, Lifecycle, MilestoneKind, Stage, TransferKind, Workflow
from initiatives.models import (
    BudgetLine,
    ChangeRequest,
    Evidence,
    FundingAnnouncement,
    Indicator,
    Initiative,
    InitiativeOrganization,
    InitiativePlace,
    LedgerEntry,
    Milestone,
    MilestoneBaseline,
    MilestoneDependency,
    MilestoneForecast,
    Observation,
    StatusUpdate,
    Target,
    Transfer,
)
from pillars.actions import new_week
from pillars.models import Pillar, Plan, ReportingWeek
from pillars.rules import monday_of
from reports.models import WeeklyRollup
from tests.factories import ACTOR, add_organization, add_place, add_user
from tracker.choices import PlaceKind
from tracker.models import Organization, Place, User
from tracker.timemachine import head, revision

MANY = 200


def two_hundred_of_each() -> None:
    """Two hundred rows in every list of the API: plans with a pillar and a week each, and all else in the first."""
    organizations = [add_organization(f"O{number:03}") for number in range(MANY)]  # as many revisions
    author, reviewer, now = add_user("author"), add_user("reviewer"), timezone.now()
    monday = monday_of(timezone.localdate())
    with revision(by=ACTOR, reason="many rows"):
        for number in range(MANY):
            add_place(f"L{number:03}")
        plans = Plan.objects.bulk_create(
            Plan(
                code=f"P{number:03}", title_en="Plan", title_fr="Plan", announced_on=date(2024, 12, 17),
                first_fiscal_year=2024, last_fiscal_year=2029, coordinator=organizations[number - 1],
            )
            for number in range(1, MANY + 1)
        )  # fmt: skip
        pillars = Pillar.objects.bulk_create(
            Pillar(plan=plan, number=1, title_en="Pillar", title_fr="Pilier", sponsor=organizations[0])
            for plan in plans
        )
        week = ReportingWeek.objects.bulk_create([new_week(plan, monday) for plan in plans])[0]
        _filled(pillars[0], week, range(1, MANY + 1), leads=organizations, author=author, reviewer=reviewer)
        weeks = ReportingWeek.objects.filter(plan__in=plans).select_related("plan")
        WeeklyRollup.objects.bulk_create(
            WeeklyRollup(
                plan=week.plan, week=week, code=f"{week.plan.code}-{week.code}-e1", on=week.ends_on, as_of=head(),
                payload="{}", sha256="0" * 64, sealed_at=now, late=False,
            )
            for week in weeks
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("analyze")  # else plans are made for the empty tables of the tests before


def add_many(pillar: Pillar, week: ReportingWeek, numbers: range, *, lead: Organization) -> None:
    """That many initiatives in a pillar, with all that an initiative may have; their updates are approved."""
    author, reviewer = add_user(f"author-{numbers.start}"), add_user(f"reviewer-{numbers.start}")
    with revision(by=ACTOR, reason="many rows"):
        _filled(pillar, week, numbers, leads=[lead, *Organization.objects.exclude(pk=lead.pk)[:1]], author=author,
                reviewer=reviewer)  # fmt: skip
        _placed(pillar, numbers)
    with connection.cursor() as cursor:
        cursor.execute("analyze")


def _filled(
    pillar: Pillar, week: ReportingWeek, numbers: range, *, leads: list[Organization], author: User, reviewer: User
) -> None:
    plan, now = pillar.plan, timezone.now()
    initiatives = Initiative.objects.bulk_create(
        Initiative(
            plan=plan, pillar=pillar, code=f"{pillar.number}.{number:02}", title_en="Title", title_fr="Titre",
            lead=leads[(number - numbers.start) % (len(leads) - 1)], manager=author, lifecycle=Lifecycle.UNDERWAY,
        )
        for number in numbers
    )  # fmt: skip
    InitiativeOrganization.objects.bulk_create(
        InitiativeOrganization(initiative=initiative, organization=leads[-1]) for initiative in initiatives
    )
    _facts(plan, initiatives, leads[0])
    _beside(initiatives)
    ChangeRequest.objects.bulk_create(
        ChangeRequest(
            milestone=one, date=week.starts_on, reason="Late steel", requested_by=author, requested_at=now,
            decision=Decision.REFUSED, decided_by=reviewer, decided_at=now, comment="Recover the time.",
        )
        for one in Milestone.objects.filter(initiative__in=initiatives)
    )  # fmt: skip
    StatusUpdate.objects.bulk_create(
        StatusUpdate(
            initiative=initiative, week=week, author=author, workflow=Workflow.APPROVED, headline_en="Fine",
            health_schedule=Health.GREEN, health_cost=Health.GREEN, health_scope=Health.GREEN,
            health_overall=Health.GREEN, submitted_by=author, submitted_at=now, first_submitted_at=now,
            decided_by=reviewer, decided_at=now,
        )
        for initiative in initiatives
    )  # fmt: skip


def _facts(plan: Plan, initiatives: list[Initiative], organization: object) -> None:
    now, today = timezone.now(), timezone.localdate()
    milestones = Milestone.objects.bulk_create(
        Milestone(initiative=one, code="M1", title_en="Title", title_fr="Titre", kind=MilestoneKind.EVENT)
        for one in initiatives
    )
    MilestoneBaseline.objects.bulk_create(
        MilestoneBaseline(milestone=one, number=1, date=today, approved_at=now) for one in milestones
    )
    MilestoneForecast.objects.bulk_create(
        MilestoneForecast(milestone=one, date=today + timedelta(7), made_at=now) for one in milestones
    )
    lines = BudgetLine.objects.bulk_create(
        BudgetLine(initiative=one, organization=organization, fiscal_year=2025) for one in initiatives
    )
    LedgerEntry.objects.bulk_create(
        LedgerEntry(line=line, stage=Stage.AUTHORITY, amount=Decimal("10.00"), effective_on=date(2025, 6, 1))
        for line in lines
    )
    FundingAnnouncement.objects.bulk_create(
        FundingAnnouncement(
            plan=plan, code=f"A-{one.code}", amount=Decimal("10.00"), announced_on=date(2024, 12, 17), in_total=True,
            organization=organization, initiative=one,
        )
        for one in initiatives
    )  # fmt: skip
    _measured(plan, initiatives)


def _beside(initiatives: list[Initiative]) -> None:
    now, today = timezone.now(), timezone.localdate()
    first, second, *others = Milestone.objects.filter(initiative__in=initiatives).order_by("pk")
    MilestoneDependency.objects.bulk_create(
        MilestoneDependency(milestone=one, needs=needs)
        for one, needs in [(second, first), (others[0], second), *((one, first) for one in others)]
    )
    Transfer.objects.bulk_create(
        Transfer(initiative=one, kind=TransferKind.REPROFILE, reason="Late permits", effective_on=today, made_at=now)
        for one in initiatives
    )
    Evidence.objects.bulk_create(
        Evidence(initiative=one, title="Minutes", url="https://example.org/minutes", added_at=now)
        for one in initiatives
    )


def _placed(pillar: Pillar, numbers: range) -> None:
    """A place for each of these initiatives, half of them close together, with a value of its indicator there."""
    codes = [f"{pillar.number}.{number:02}" for number in numbers]
    initiatives = list(Initiative.objects.filter(pillar=pillar, code__in=codes).order_by("code"))
    places = Place.objects.bulk_create(
        Place(
            code=f"IN-{one.pk}", name_en="Place", name_fr="Lieu", kind=PlaceKind.values[number % len(PlaceKind)],
            province="ON", latitude=Decimal(42 + number % 2 * 10), longitude=Decimal(-83),
        )
        for number, one in enumerate(initiatives)
    )  # fmt: skip
    InitiativePlace.objects.bulk_create(
        InitiativePlace(initiative=one, place=place) for one, place in zip(initiatives, places, strict=True)
    )
    indicators = Indicator.objects.filter(initiative__in=initiatives).order_by("initiative__code")
    Observation.objects.bulk_create(
        Observation(
            indicator=one, place=place, period_start=date(2025, 5, 1), period_end=date(2025, 5, 31), value=Decimal(2),
            recorded_at=timezone.now(),
        )
        for one, place in zip(indicators, places, strict=True)
    )  # fmt: skip


def _measured(plan: Plan, initiatives: list[Initiative]) -> None:
    now = timezone.now()
    indicators = Indicator.objects.bulk_create(
        Indicator(
            plan=plan, initiative=one, code=f"I{one.code[2:]}", title_en="Title", title_fr="Titre", unit_en="people",
            unit_fr="personnes", level="output", direction="increase", accumulation="flow", calendar="fiscal",
            rollup_rule="sum",
        )
        for one in initiatives
    )  # fmt: skip
    Target.objects.bulk_create(
        Target(indicator=one, due_on=date(2026, 3, 31), target_type="at_least", lower=Decimal(10), set_at=now)
        for one in indicators
    )
    Observation.objects.bulk_create(
        Observation(
            indicator=one, period_start=date(2025, 4, 1), period_end=date(2025, 4, 30), value=Decimal(1),
            recorded_at=now,
        )
        for one in indicators
    )  # fmt: skip
