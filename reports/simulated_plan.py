"""The frame of the simulated plan: pillars, initiatives, milestones with baselines, the authorities of its year."""

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from initiatives.actions.money import EntryContent, record_entry
from initiatives.choices import FundingSource, Lifecycle, MilestoneKind, Stage, Vote
from initiatives.models import Initiative, Milestone, MilestoneBaseline, MilestoneForecast
from pillars.models import Pillar, Plan
from pillars.rules import fiscal_year
from reports.simulated_text import INITIATIVES, MILESTONES, PILLARS
from tracker.models import Organization, User
from tracker.timemachine import Actor, Tracked, revision
from tracker.writing import save

CODE = "SIM"
ZONE = ZoneInfo("America/Toronto")
Row = TypeVar("Row", bound=Tracked)


def instant(day: date, wall: time, *, days: int = 0) -> datetime:
    """A wall-clock time in the plan's zone, some days after `day`."""
    return datetime.combine(day + timedelta(days=days), wall, ZONE)


def simulated_plan(*, manager: User, lead: User, start: date, at: datetime, by: Actor, chance: random.Random) -> Plan:
    """The plan as it stood on its first day, in one revision."""
    year = fiscal_year(start)
    with revision(by=by, reason="Simulated plan begins", at=at):
        organizations = [_organization(letter) for letter in "AB"]
        plan = _saved(
            Plan(
                code=CODE, title_en="Simulated plan", title_fr="Plan simulé", simulated=True,
                description_en="Invented for learning and testing. Nothing in it is real.",
                description_fr="Inventé pour apprendre et pour mettre à l’essai. Rien n’y est réel.",
                announced_on=start, funding_announced=Decimal(240_000_000), first_fiscal_year=year,
                last_fiscal_year=year + 2, time_zone=ZONE.key, source="Simulation",
            )
        )  # fmt: skip
        for number, (english, french) in enumerate(PILLARS, start=1):
            pillar = _saved(Pillar(plan=plan, number=number, title_en=english, title_fr=french, source="Simulation"))
            for place, titles in enumerate(INITIATIVES[number - 1], start=1):
                initiative = _saved(
                    Initiative(
                        plan=plan, pillar=pillar, code=f"{number}.{place:02d}", title_en=titles[0],
                        title_fr=titles[1], lead=chance.choice(organizations), manager=manager, starts_on=start,
                        announced_on=start, source="Simulation",
                        lifecycle=Lifecycle.NOT_STARTED if place == 5 else Lifecycle.UNDERWAY,  # noqa: PLR2004 - the last
                    )
                )  # fmt: skip
                _milestones(initiative, manager, lead, start=start, at=at, chance=chance)
                dollars = Decimal(chance.randrange(2_000, 20_000)) * 1000
                for stage in (Stage.PLANNED, Stage.AUTHORITY):
                    content = simulated_entry(initiative, stage, dollars, start)
                    record_entry(initiative=initiative, content=content, by=by, at=at)
    return plan


def simulated_entry(initiative: Initiative, stage: Stage, dollars: Decimal, on: date) -> EntryContent:
    """Dollars of the lead organization, new operating money of the fiscal year of that day."""
    return EntryContent(
        organization=initiative.lead, fiscal_year=fiscal_year(on), stage=stage, amount=dollars, effective_on=on,
        funding_source=FundingSource.NEW, vote=Vote.OPERATING, reference="Simulation",
    )  # fmt: skip


def _milestones(
    initiative: Initiative, manager: User, lead: User, *, start: date, at: datetime, chance: random.Random
) -> None:
    for number, (english, french) in enumerate(MILESTONES, start=1):
        milestone = _saved(
            Milestone(
                initiative=initiative, code=f"M{number}", title_en=english, title_fr=french,
                kind=MilestoneKind.DELIVERABLE, weight=Decimal(number), source="Simulation",
            )
        )  # fmt: skip
        due = start + timedelta(weeks=7 * number - 4, days=chance.randrange(-12, 12))
        _saved(MilestoneBaseline(milestone=milestone, number=1, date=due, approved_by=lead, approved_at=at))
        _saved(MilestoneForecast(milestone=milestone, date=due, made_by=manager, made_at=at))


def _organization(letter: str) -> Organization:
    return _saved(
        Organization(
            code=f"SIM-{letter}", abbreviation_en=letter, abbreviation_fr=letter,
            name_en=f"Simulated Department {letter}", name_fr=f"Ministère simulé {letter}",
            fund_life_years=1 if letter == "A" else 2,
        )
    )  # fmt: skip


def _saved(row: Row) -> Row:
    save(row)
    return row
