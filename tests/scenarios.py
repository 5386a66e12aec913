"""Situations that several tests start from."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from initiatives.choices import FundingSource, Health, Lifecycle, Stage, Vote, Workflow
from initiatives.models import Initiative, LedgerEntry, Milestone
from pillars.models import Pillar, Plan, ReportingWeek
from pillars.rules import monday_of
from reports.actions import publish_rollup
from reports.models import WeeklyRollup
from tests.factories import (
    ACTOR,
    add_announcement,
    add_contributor,
    add_entry,
    add_initiative,
    add_milestone,
    add_organization,
    add_pillar,
    add_place,
    add_plan,
    add_update,
    add_user,
    add_week,
    kept,
    lock,
)
from tests.kept_plan import KeptPlan
from tracker.choices import Role
from tracker.models import Organization, User
from tracker.timemachine import revision

FRENCH = "Équipes canines : « prêtes », dès l’été"
QUOTED = 'The "Prime Hub", phase 2'
BROKEN = "First line\nsecond line\r\nthird, with a comma"
FORMULA = "=1+1"


@dataclass(frozen=True)
class People:
    """One person for each role, and one without any."""

    viewer: User  # BP
    analyst: User  # BP
    manager: User  # BP/1.01
    pillar_lead: User  # BP/1
    plan_admin: User  # BP
    auditor: User  # everything
    administrator: User  # everything
    outsider: User  # nothing

    def all(self) -> list[User]:
        return list(vars(self).values())


@dataclass(frozen=True)
class SmallPlan:
    """What `small_plan` made."""

    plan: Plan
    pillars: list[Pillar]
    initiatives: dict[str, Initiative]  # by health bucket
    milestones: dict[str, Milestone]  # met, late, due_this_week, next, pre_plan, cancelled
    weeks: list[ReportingWeek]  # two locked, the current, the next
    rollups: list[WeeklyRollup]
    reversed_entry: LedgerEntry
    people: People
    organizations: dict[str, Organization]

    @property
    def week(self) -> ReportingWeek:
        """The week that is open."""
        return self.weeks[2]


def people(plan: str = "BP") -> People:
    """One person for each role, in the scope that such a person has."""
    return People(
        viewer=add_user("viewer", role=Role.VIEWER, scope=plan),
        analyst=add_user("analyst", role=Role.ANALYST, scope=plan),
        manager=add_user("manager", role=Role.MANAGER, scope=f"{plan}/1.01", name="Marie Manager"),
        pillar_lead=add_user("pillar-lead", role=Role.PILLAR_LEAD, scope=f"{plan}/1", name="Luc Lead"),
        plan_admin=add_user("plan-admin", role=Role.PLAN_ADMIN, scope=plan),
        auditor=add_user("auditor", role=Role.AUDITOR),
        administrator=add_user("administrator", role=Role.ADMINISTRATOR),
        outsider=add_user("outsider"),
    )


def small_plan() -> SmallPlan:
    """Two pillars; an initiative in each health bucket, a milestone of each kind, money with a reversal, awkward
    texts, two locked weeks with their rollups. Dates are relative to today. Where a test has written nothing yet, it
    is the one that is kept for the run."""
    for one in KEPT:
        if (made := one.visit()) is not None:
            return made
    return new_small_plan()


KEPT: list[KeptPlan[SmallPlan]] = []  # the one of this run, once its databases are set up


def new_small_plan() -> SmallPlan:
    """The small plan, written into this database now."""
    at = timezone.now()
    today = timezone.localdate(at)
    who = people()
    agencies = {code: add_organization(code) for code in ("CBSA", "RCMP", "PS")}
    add_place("WINDSOR", latitude=Decimal("42.31200"), longitude=Decimal("-83.07500"), province="ON")
    add_place("LAB-1", name_fr="Laboratoire d’Ottawa", kind="laboratory")
    with revision(by=ACTOR, reason="The frame of the small plan"):
        plan = add_plan("BP", coordinator=agencies["PS"], funding_announced=Decimal("1300000000.00"))
        pillars = [add_pillar(plan, 1, sponsor=agencies["CBSA"]), add_pillar(plan, 2, title_fr=FRENCH)]
        weeks = [add_week(plan, today + timedelta(weeks=shift)) for shift in (-2, -1, 0, 1)]
    with revision(by=ACTOR, reason="The initiatives of the small plan"):
        initiatives = _initiatives(pillars, agencies, who)
    milestones = _milestones(initiatives, today)
    reversed_entry = _money(plan, initiatives, agencies)
    rollups = _weekly_life(initiatives, weeks, who, at=at)
    return SmallPlan(
        plan=plan, pillars=pillars, initiatives=initiatives, milestones=milestones, weeks=weeks, rollups=rollups,
        reversed_entry=reversed_entry, people=who, organizations=agencies,
    )  # fmt: skip


def _initiatives(pillars: list[Pillar], agencies: dict[str, Organization], who: People) -> dict[str, Initiative]:
    first, second = pillars
    cbsa, rcmp = agencies["CBSA"], agencies["RCMP"]
    made = {
        "green": add_initiative(first, "1.01", lead=cbsa, manager=who.manager, title_fr=FRENCH, title_en=QUOTED),
        "amber": add_initiative(first, "1.02", lead=cbsa, description_en=BROKEN, aliases_en=["K-9", "Dogs; more"]),
        "red": add_initiative(first, "1.03", lead=rcmp, title_en=FORMULA, title_fr="+1 équipe"),
        "no_update": add_initiative(second, "2.01", lead=rcmp, lifecycle=Lifecycle.ONGOING),
        "not_started": add_initiative(second, "2.02", lead=rcmp, lifecycle=Lifecycle.NOT_STARTED),
        "met": add_initiative(second, "2.03", lead=cbsa, lifecycle=Lifecycle.MET),
        "not_pursued": add_initiative(
            second, "2.04", lead=cbsa, lifecycle=Lifecycle.NOT_PURSUED, not_pursued_reason="@law: it became one"
        ),
    }
    add_contributor(made["green"], rcmp)
    add_contributor(made["green"], agencies["PS"])
    return made


def _milestones(initiatives: dict[str, Initiative], today: date) -> dict[str, Milestone]:
    monday = monday_of(today)
    one, two = initiatives["green"], initiatives["amber"]
    return {
        "met": add_milestone(
            one, "M1", baselines=[today - timedelta(60), today - timedelta(50)], forecasts=[today - timedelta(50)],
            actual_on=today - timedelta(40), evidence="https://example.org/evidence",
        ),
        "late": add_milestone(
            one, "M2", baselines=[today - timedelta(30)], forecasts=[today - timedelta(30), today + timedelta(200)]
        ),
        "due_this_week": add_milestone(one, "M3", forecasts=[monday + timedelta(6)], title_fr=FRENCH),
        "next": add_milestone(two, "M1", baselines=[monday + timedelta(8)], forecasts=[monday + timedelta(9)]),
        "pre_plan": add_milestone(two, "M2", actual_on=date(2024, 6, 1)),
        "cancelled": add_milestone(
            two, "M3", forecasts=[today - timedelta(9)], cancelled_on=today - timedelta(20), cancelled_reason="-merged",
        ),
    }  # fmt: skip


def _money(plan: Plan, initiatives: dict[str, Initiative], agencies: dict[str, Organization]) -> LedgerEntry:
    one, two, three = initiatives["green"], initiatives["amber"], initiatives["red"]
    new = {"funding_source": FundingSource.NEW, "vote": Vote.OPERATING}
    add_announcement(plan, "FA-CBSA", "355400000.00", organization=agencies["CBSA"])
    add_announcement(plan, "FA-DOGS", "5300000.00", initiative=one, in_total=False, covers_fr=FRENCH)
    add_entry(one, "5000000.00", stage=Stage.AUTHORITY, **new)
    add_entry(one, "1250000.10", stage=Stage.EXPENDITURE, reference="GL 4711", note=BROKEN, **new)
    add_entry(one, "2000000.00", stage=Stage.AUTHORITY, fiscal_year=2026, effective_on=date(2026, 4, 1), **new)
    add_entry(two, "300000.33", stage=Stage.PLANNED, organization=agencies["RCMP"])
    wrong = add_entry(three, "999.99", stage=Stage.EXPENDITURE, note=FORMULA)
    kept(
        LedgerEntry(
            line=wrong.line, stage=wrong.stage, amount=-wrong.amount, effective_on=wrong.effective_on,
            note="typed twice", reverses=wrong,
        )
    )  # fmt: skip
    return wrong


def _weekly_life(
    initiatives: dict[str, Initiative], weeks: list[ReportingWeek], who: People, *, at: datetime
) -> list[WeeklyRollup]:
    """Two weeks reported, locked and sealed; in the third, three initiatives rated, one submitted, one drafted."""
    by = {"author": who.manager, "reviewer": who.pillar_lead}
    rollups = []
    for week in weeks[:2]:
        add_update(initiatives["green"], week, Health.AMBER, **by)
        if week is weeks[0]:
            add_update(initiatives["no_update"], week, Health.GREEN, author=who.plan_admin, reviewer=who.pillar_lead)
        lock(week, at=at)
        rollups.append(publish_rollup(week=week, by=ACTOR, at=at, late=False))
    for health in Health:
        add_update(initiatives[health], weeks[2], health, **by, narrative_fr=FRENCH, narrative_en=BROKEN)
    add_update(
        initiatives["no_update"], weeks[2], Health.RED, author=who.plan_admin, workflow=Workflow.SUBMITTED,
        headline_en=FORMULA,
    )  # fmt: skip
    add_update(
        initiatives["not_started"], weeks[2], author=who.plan_admin, workflow=Workflow.DRAFT, health_cost="",
        headline_en="Only a draft",
    )  # fmt: skip
    return rollups
