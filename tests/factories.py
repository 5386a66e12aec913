"""Small valid rows, each written inside a revision. Keyword arguments override any field."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from django.utils import timezone

from initiatives.choices import (
    Accumulation,
    Calendar,
    Direction,
    Health,
    Level,
    Lifecycle,
    MilestoneKind,
    RollupRule,
    Stage,
    Supports,
    TargetType,
    Workflow,
)
from initiatives.models import (
    BudgetLine,
    FundingAnnouncement,
    Indicator,
    Initiative,
    InitiativeOrganization,
    InitiativePlace,
    InitiativeSource,
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
from pillars.rules import monday_of
from tracker.actions import grant_role
from tracker.authentication import make_token
from tracker.choices import Language, PlaceKind, Role, TokenScope
from tracker.models import Organization, Place, User
from tracker.timemachine import Actor, revision
from tracker.writing import save

Row = TypeVar("Row", bound=Any)
ACTOR = Actor(name="A test")
PASSWORD = "correct horse battery staple"


def kept(row: Row, reason: str = "made by a factory") -> Row:
    """Save within a revision; joins the one that is open."""
    with revision(by=ACTOR, reason=reason):
        save(row)
    return row


def add_organization(code: str = "CBSA", **fields: Any) -> Organization:
    names = {
        "abbreviation_en": code, "abbreviation_fr": f"{code}-fr", "name_en": f"{code} agency",
        "name_fr": f"Agence {code}",
    }  # fmt: skip
    return kept(Organization(code=code, **{**names, **fields}))


def add_place(code: str = "WINDSOR", **fields: Any) -> Place:
    return kept(Place(code=code, **{"name_en": code, "name_fr": code, "kind": PlaceKind.PORT_OF_ENTRY, **fields}))


def add_plan(code: str = "BP", **fields: Any) -> Plan:
    given = {
        "title_en": f"Plan {code}", "title_fr": f"Plan {code} (fr)", "announced_on": date(2024, 12, 17),
        "first_fiscal_year": 2024, "last_fiscal_year": 2029,
    }  # fmt: skip
    return kept(Plan(code=code, **{**given, **fields}))


def add_pillar(plan: Plan, number: int = 1, **fields: Any) -> Pillar:
    titles = {"title_en": f"Pillar {number}", "title_fr": f"Pilier {number}"}
    return kept(Pillar(plan=plan, number=number, **{**titles, **fields}))


def add_initiative(pillar: Pillar, code: str = "1.01", *, lead: Organization, **fields: Any) -> Initiative:
    given = {
        "title_en": f"Initiative {code}", "title_fr": f"Initiative {code} (fr)", "lifecycle": Lifecycle.UNDERWAY,
    }  # fmt: skip
    return kept(Initiative(plan=pillar.plan, pillar=pillar, code=code, lead=lead, **{**given, **fields}))


def add_contributor(initiative: Initiative, organization: Organization) -> InitiativeOrganization:
    return kept(InitiativeOrganization(initiative=initiative, organization=organization))


def add_initiative_place(initiative: Initiative, place: Place) -> InitiativePlace:
    return kept(InitiativePlace(initiative=initiative, place=place))


def add_source(
    initiative: Initiative, code: str = "NW1", supports: Supports = Supports.COMMITMENT, **fields: Any
) -> InitiativeSource:
    """An official publication in English, unless told otherwise, that an initiative rests on."""
    given = {"title": f"Release {code}", "url": f"https://example.org/{code}", "official": True}
    return kept(
        InitiativeSource(
            initiative=initiative, code=code, supports=supports, **{**given, "language": Language.ENGLISH, **fields}
        )
    )


def add_milestone(
    initiative: Initiative, code: str = "M1", *, baselines: Iterable[date] = (), forecasts: Iterable[date] = (),
    **fields: Any,
) -> Milestone:  # fmt: skip
    """A milestone with approved baselines and forecasts, oldest first; later ones say why."""
    given = {"title_en": f"Milestone {code}", "title_fr": f"Jalon {code}", "kind": MilestoneKind.DELIVERABLE}
    now = timezone.now()
    with revision(by=ACTOR, reason="milestone made by a factory"):
        milestone = kept(Milestone(initiative=initiative, code=code, **{**given, **fields}))
        for number, day in enumerate(baselines, start=1):
            why = "" if number == 1 else "scope agreed again"
            kept(MilestoneBaseline(milestone=milestone, number=number, date=day, reason=why, approved_at=now))
        for number, day in enumerate(forecasts):
            kept(MilestoneForecast(milestone=milestone, date=day, reason="moved" if number else "", made_at=now))
    return milestone


def add_entry(
    initiative: Initiative, amount: str | Decimal = "100.00", *, organization: Organization | None = None,
    fiscal_year: int = 2025, stage: Stage = Stage.AUTHORITY, effective_on: date = date(2025, 6, 1),
    funding_source: str = "", vote: str = "", **fields: Any,
) -> LedgerEntry:  # fmt: skip
    """A ledger entry, on its budget line."""
    where = {
        "initiative": initiative, "organization": organization or initiative.lead, "fiscal_year": fiscal_year,
        "funding_source": funding_source, "vote": vote,
    }  # fmt: skip
    with revision(by=ACTOR, reason="entry made by a factory"):
        line = BudgetLine.objects.filter(**where).first() or kept(BudgetLine(**where))
        return kept(LedgerEntry(line=line, stage=stage, amount=Decimal(amount), effective_on=effective_on, **fields))


def add_indicator(plan: Plan, code: str = "SEIZED", **fields: Any) -> Indicator:
    """An output of the plan that counts up, unless told otherwise."""
    given: dict[str, Any] = {
        "title_en": f"Indicator {code}", "title_fr": f"Indicateur {code}", "unit_en": "seizures",
        "unit_fr": "saisies", "level": Level.OUTPUT, "direction": Direction.INCREASE,
        "target_type": TargetType.AT_LEAST, "accumulation": Accumulation.FLOW, "calendar": Calendar.FISCAL,
        "rollup_rule": RollupRule.SUM,
    }  # fmt: skip
    return kept(Indicator(plan=plan, code=code, **{**given, **fields}))


def add_target(indicator: Indicator, due_on: date, lower: str | Decimal | None = "100", **fields: Any) -> Target:
    """A target to reach at least, unless told otherwise."""
    given: dict[str, Any] = {"target_type": TargetType.AT_LEAST, "set_at": timezone.now()}
    bound = None if lower is None else Decimal(lower)
    return kept(Target(indicator=indicator, due_on=due_on, lower=bound, **{**given, **fields}))


def add_observation(
    indicator: Indicator, period_end: date | None, value: str | Decimal | None, **fields: Any
) -> Observation:
    """What was reported for the month that ends then, unless told otherwise."""
    given: dict[str, Any] = {
        "period_start": period_end and period_end.replace(day=1), "recorded_at": timezone.now(),
    }  # fmt: skip
    number = None if value is None else Decimal(value)
    return kept(Observation(indicator=indicator, period_end=period_end, value=number, **{**given, **fields}))


def add_announcement(
    plan: Plan, code: str = "FA1", amount: str | Decimal = "1000.00", **fields: Any
) -> FundingAnnouncement:
    given = {"announced_on": plan.announced_on, "in_total": True}
    return kept(FundingAnnouncement(plan=plan, code=code, amount=Decimal(amount), **{**given, **fields}))


def add_week(plan: Plan, day: date | None = None, **fields: Any) -> ReportingWeek:
    """The reporting week that holds the day; today's without one."""
    week = new_week(plan, monday_of(day or timezone.localdate()))
    for name, value in fields.items():
        setattr(week, name, value)
    return kept(week)


def lock(week: ReportingWeek, *, at: datetime | None = None) -> ReportingWeek:
    """Lock it at this revision, whatever its calendar says."""
    with revision(by=ACTOR, reason=f"{week.code} locked by a factory") as turn:
        week.locked_at, week.lock_revision = at or timezone.now(), turn.number()
        return kept(week)


def add_update(
    initiative: Initiative, week: ReportingWeek, health: Health = Health.GREEN, *, author: User,
    reviewer: User | None = None, workflow: Workflow = Workflow.APPROVED, **fields: Any,
) -> StatusUpdate:  # fmt: skip
    """A status update: approved unless told otherwise, all dimensions of one health."""
    now = timezone.now()
    given: dict[str, Any] = {
        "health_schedule": health, "health_cost": health, "health_scope": health, "health_overall": health,
        "headline_en": f"{initiative.code} is {health}", "headline_fr": f"{initiative.code} : {Health(health).label}",
    }  # fmt: skip
    if health != Health.GREEN:
        given["path_to_green_en"] = "The lead hires two teams by March."
    if workflow != Workflow.DRAFT:
        given |= {"submitted_by": author, "submitted_at": now, "first_submitted_at": now}
    if workflow in (Workflow.APPROVED, Workflow.RETURNED):
        given |= {"decided_by": reviewer or add_user(role=Role.PILLAR_LEAD), "decided_at": now}
    if workflow == Workflow.RETURNED:
        given["return_comment"] = "Say what the delay costs."
    return kept(StatusUpdate(initiative=initiative, week=week, author=author, workflow=workflow, **{**given, **fields}))


def add_user(
    username: str = "", *, role: Role | None = None, scope: str = "", password: str = PASSWORD, **fields: Any
) -> User:
    """A person, with a role when one is named."""
    username = username or f"person-{User.objects.count() + 1}"
    user = User.objects.create_user(username, password=password, **fields)
    if role is not None:
        grant_role(user=user, role=role, scope=scope, by=ACTOR, at=timezone.now())
    return user


def token_for(user: User, scope: TokenScope = TokenScope.WRITE, *, lifetime: timedelta = timedelta(days=1)) -> str:
    """The secret of a new token."""
    return make_token(user=user, name="a test", scope=scope, at=timezone.now(), lifetime=lifetime)


def bearer(user: User, scope: TokenScope = TokenScope.WRITE) -> dict[str, str]:
    """Request headers that sign the person in by a token."""
    return {"Authorization": f"Bearer {token_for(user, scope)}"}
