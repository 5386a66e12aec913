"""The plan that the soak plays: five pillars, their initiatives with milestones and authorities, and who runs them."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from initiatives.actions.indicators import IndicatorContent, add_indicator
from initiatives.actions.money import EntryContent, NewEntry, record_entries
from initiatives.actions.targets import TargetContent, set_target
from initiatives.choices import (
    Accumulation,
    Calendar,
    Direction,
    FundingSource,
    Level,
    Lifecycle,
    MilestoneKind,
    RollupRule,
    Stage,
    TargetType,
    Vote,
)
from initiatives.models import Initiative, Milestone, MilestoneBaseline, MilestoneForecast
from pillars.actions import add_weeks
from pillars.models import Pillar, Plan
from pillars.rules import fiscal_year, fiscal_year_dates
from tracker.actions import add_user
from tracker.authentication import make_token
from tracker.choices import Channel, Role, TokenScope
from tracker.models import Organization, User
from tracker.timemachine import Actor, Tracked, revision
from tracker.writing import save

CODE = "SOAK"
PILLARS, MANAGERS_EACH, MILESTONES, INDICATORS = 5, 2, 5, 6
SETUP = Actor(name="Soak", channel=Channel.SHELL)
Row = TypeVar("Row", bound=Tracked)


@dataclass
class Cast:
    """The plan and its people. Tokens are by user id."""

    plan: Plan
    admin: User
    leads: dict[int, User] = field(default_factory=dict)
    managers: dict[int, list[User]] = field(default_factory=dict)
    tokens: dict[int, str] = field(default_factory=dict)
    indicators: list[str] = field(default_factory=list)

    def manager(self, initiative: Initiative) -> User:
        """Who runs it."""
        return next(one for one in self.managers[initiative.pillar.number] if one.pk == initiative.manager_id)

    def lead(self, initiative: Initiative) -> User:
        """Who decides on its updates."""
        return self.leads[initiative.pillar.number]


def make_plan(*, initiatives: int, weeks: int, chance: random.Random, at: datetime) -> Cast:
    """Everything as it stands on the first day."""
    start = at.date()
    with revision(by=SETUP, reason="The plan of the soak begins"):
        organizations = [_organization(letter, years) for letter, years in (("A", 1), ("B", 2))]
        plan = _saved(
            Plan(
                code=CODE, title_en="Soak", title_fr="Rodage", simulated=True, announced_on=start,
                funding_announced=Decimal(600_000_000), first_fiscal_year=fiscal_year(start),
                last_fiscal_year=fiscal_year(start) + 3, source="Soak",
            )
        )  # fmt: skip
        cast = Cast(plan, _person("soak-admin", Role.PLAN_ADMIN, CODE, at))
        for number in range(1, PILLARS + 1):
            _saved(Pillar(plan=plan, number=number, title_en=f"Pillar {number}", title_fr=f"Pilier {number}"))
            scope = f"{CODE}/{number}"
            cast.leads[number] = _person(f"soak-lead-{number}", Role.PILLAR_LEAD, scope, at)
            cast.managers[number] = [
                _person(f"soak-manager-{number}{letter}", Role.MANAGER, scope, at) for letter in "ab"[:MANAGERS_EACH]
            ]
        made = [
            _initiative(cast, place, organizations, start=start, weeks=weeks, at=at, chance=chance)
            for place in range(initiatives)
        ]
        _authorities(made, start, chance, at)
        cast.indicators = [_indicator(made[place], place, at) for place in range(min(INDICATORS, initiatives))]
    for manager in (person for team in cast.managers.values() for person in team):
        cast.tokens[manager.pk] = make_token(
            user=manager, name="Soak", scope=TokenScope.WRITE, at=at, lifetime=timedelta(weeks=weeks + 20)
        )
    add_weeks(plan=plan, on=start, by=SETUP, at=at)
    return cast


def _initiative(
    cast: Cast, place: int, organizations: list[Organization], *, start: date, weeks: int, at: datetime,
    chance: random.Random,
) -> Initiative:  # fmt: skip
    number = place % PILLARS + 1
    pillar = cast.plan.pillars.get(number=number)
    title = place + 1
    initiative = _saved(
        Initiative(
            plan=cast.plan, pillar=pillar, code=f"{number}.{place // PILLARS + 1:02d}", title_en=f"Initiative {title}",
            title_fr=f"Initiative {title} (fr)", lead=chance.choice(organizations),
            manager=chance.choice(cast.managers[number]), starts_on=start, announced_on=start, source="Soak",
            lifecycle=Lifecycle.UNDERWAY,
        )
    )  # fmt: skip
    for part in range(1, MILESTONES + 1):
        milestone = _saved(
            Milestone(
                initiative=initiative, code=f"M{part}", title_en=f"Part {part} delivered",
                title_fr=f"Partie {part} livrée", kind=MilestoneKind.DELIVERABLE, weight=Decimal(part),
            )
        )  # fmt: skip
        due = start + timedelta(days=7 * weeks * part // MILESTONES + chance.randrange(-10, 25))
        lead = cast.lead(initiative)
        _saved(MilestoneBaseline(milestone=milestone, number=1, date=due, approved_by=lead, approved_at=at))
        _saved(MilestoneForecast(milestone=milestone, date=due, made_by=cast.manager(initiative), made_at=at))
    return initiative


def _authorities(initiatives: list[Initiative], start: date, chance: random.Random, at: datetime) -> None:
    """Authority for this fiscal year and, from its first day, the next."""
    year = fiscal_year(start)
    drafts = [
        NewEntry(
            initiative=initiative,
            content=EntryContent(
                organization=initiative.lead, fiscal_year=granted, stage=stage,
                amount=Decimal(chance.randrange(2_000, 20_000)) * 1000,
                effective_on=max(start, fiscal_year_dates(granted)[0]), funding_source=FundingSource.NEW,
                vote=Vote.OPERATING, reference="Soak",
            ),
        )
        for initiative in initiatives
        for granted in (year, year + 1)
        for stage in (Stage.PLANNED, Stage.AUTHORITY)
    ]  # fmt: skip
    record_entries(drafts=drafts, by=SETUP, at=at)


def _indicator(initiative: Initiative, place: int, at: datetime) -> str:
    """A count of every month, to be reached in a year."""
    content = IndicatorContent(
        code=f"COUNT-{place + 1}", title_en=f"Count {place + 1}", title_fr=f"Décompte {place + 1}", unit_en="cases",
        unit_fr="cas", level=Level.OUTPUT, direction=Direction.INCREASE, accumulation=Accumulation.FLOW,
        calendar=Calendar.FISCAL, rollup_rule=RollupRule.SUM, target_type=TargetType.AT_LEAST, source="Soak",
    )  # fmt: skip
    indicator = add_indicator(scope=initiative, content=content, by=SETUP, at=at)
    due = fiscal_year_dates(fiscal_year(at.date()) + 1)[1]
    target = TargetContent(due_on=due, target_type=TargetType.AT_LEAST, lower=Decimal(400), source="Soak")
    set_target(indicator=indicator, content=target, by=SETUP, at=at)
    return content.code


def _organization(letter: str, years: int) -> Organization:
    return _saved(
        Organization(
            code=f"SOAK-{letter}", abbreviation_en=letter, abbreviation_fr=letter, name_en=f"Department {letter}",
            name_fr=f"Ministère {letter}", fund_life_years=years,
        )
    )  # fmt: skip


def _person(username: str, role: Role, scope: str, at: datetime) -> User:
    user = add_user(username=username, role=role, scope=scope, name=username, password=None, by=SETUP, at=at)
    user.email = f"{username}@soak.invalid"
    user.save(update_fields=["email"])
    return user


def _saved(row: Row) -> Row:
    save(row)
    return row
