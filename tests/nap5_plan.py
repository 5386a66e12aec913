"""The plan that the 5th National Action Plan's tracker is replayed into, as it stood before the first quarter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from initiatives.actions.change_requests import ask_baseline, decide_request
from initiatives.actions.indicators import IndicatorContent, add_indicator
from initiatives.actions.milestones import MilestoneContent, add_milestone
from initiatives.actions.targets import TargetContent, set_target
from initiatives.choices import (
    Accumulation,
    Calendar,
    Decision,
    Direction,
    Level,
    Lifecycle,
    MilestoneKind,
    RollupRule,
    TargetType,
)
from initiatives.models import Indicator, Initiative, Milestone
from pillars.actions import new_week
from pillars.models import Pillar, Plan
from pillars.rules import monday_of
from tests.factories import add_user
from tests.nap5_files import COMPLETE, LEVELS, Labels, Row, last_day, short
from tracker.choices import Channel, Role
from tracker.models import Organization
from tracker.timemachine import Actor, revision
from tracker.writing import save

CODE = "NAP5"
BEGINS = date(2022, 1, 1)
SOURCE = "Open Government Tracker, 5th National Action Plan"
TITLE = 300  # letters
SECOND = timedelta(seconds=1)
TOOL = Actor(name="NAP5", channel=Channel.IMPORT, replaying=True)


@dataclass
class Track:
    """What stands for one of their indicators, and its newest quarter so far."""

    initiative: Initiative
    milestone: Milestone
    level: Indicator
    quarter: str = ""


class Nap5Plan:
    """Plan, pillars, departments, people, initiatives with what is tracked of each, and the weeks of the quarters."""

    def __init__(self, labels: Labels, rows: Iterable[Row], *, at: datetime) -> None:
        """Written at that instant and in the three seconds after it."""
        self.labels = labels
        with revision(by=TOOL, reason="NAP5: the frame", at=at):
            self._frame(rows)
        with revision(by=self.manager, reason="NAP5: milestones and levels", at=at + SECOND):
            self.tracks = {initiative.code: self._track(initiative, at=at + SECOND) for initiative in self.initiatives}
        self._first_baselines(at=at + 2 * SECOND)

    def _frame(self, rows: Iterable[Row]) -> None:
        self.plan = Plan(
            code=CODE, title_en="5th National Action Plan on Open Government",
            title_fr="5e Plan d’action national pour un gouvernement ouvert", announced_on=BEGINS,
            first_fiscal_year=2021, last_fiscal_year=2024, initiative_due_day=6, initiative_due_time=time(20),
            pillar_due_day=6, pillar_due_time=time(22), source=SOURCE,
        )  # fmt: skip
        save(self.plan)
        self.manager, self.lead = (
            Actor(user=add_user(f"nap5-{role}", role=role, scope=CODE), channel=Channel.IMPORT, replaying=True)
            for role in (Role.MANAGER, Role.PILLAR_LEAD)
        )
        names = {row["owner_org"].upper(): row["owner_org_title"].split(" | ") for row in rows}
        departments = {code: _department(code, *named) for code, named in names.items()}
        pillars = {code: self._pillar(code) for code in self.labels.choices["commitments"]}
        self.initiatives = [
            self._initiative(code, pillars[code.partition(".")[0]], departments[self.labels.department(code)])
            for code in self.labels.choices["indicators"]
        ]
        for quarter in self.labels.choices["reporting_period"]:
            save(new_week(self.plan, monday_of(last_day(quarter))))

    def _pillar(self, code: str) -> Pillar:
        english, french = self.labels.both("commitments", code)
        pillar = Pillar(plan=self.plan, number=int(code[1:]), title_en=english, title_fr=french, source=SOURCE)
        save(pillar)
        return pillar

    def _initiative(self, code: str, pillar: Pillar, lead: Organization) -> Initiative:
        english, french = self.labels.both("indicators", code)
        theirs = self.labels.both("milestones", code.rpartition(".")[0])
        initiative = Initiative(
            plan=self.plan, pillar=pillar, code=code, title_en=short(english, TITLE), title_fr=short(french, TITLE),
            description_en=theirs[0], description_fr=theirs[1], lead=lead, manager=self.manager.user,
            lifecycle=Lifecycle.UNDERWAY, starts_on=BEGINS, announced_on=BEGINS, source=SOURCE,
        )  # fmt: skip
        save(initiative)
        return initiative

    def _track(self, initiative: Initiative, *, at: datetime) -> Track:
        """Its milestone, its level of completion and, where it is due on a day, the target."""
        code, due_on, by = initiative.code, self.labels.due_on(initiative.code), self.manager
        english, french = self.labels.both("indicators", code)
        milestone = add_milestone(
            initiative=initiative, forecast_on=due_on, by=by, at=at,
            content=MilestoneContent(
                title_en=initiative.title_en, title_fr=initiative.title_fr, kind=MilestoneKind.DELIVERABLE,
                acceptance_criteria_en=english, acceptance_criteria_fr=french,
            ),
        )  # fmt: skip
        level = add_indicator(
            scope=initiative, by=by, at=at,
            content=IndicatorContent(
                code=code.replace(".", "-"), title_en=initiative.title_en, title_fr=initiative.title_fr,
                unit_en="level of completion (0 to 3)", unit_fr="degré d’achèvement (de 0 à 3)",
                level=Level.OUTPUT, direction=Direction.INCREASE,
                accumulation=Accumulation.STOCK, calendar=Calendar.FISCAL, rollup_rule=RollupRule.NONE,
                target_type=TargetType.AT_LEAST if due_on else TargetType.TBD, source=SOURCE,
            ),
        )  # fmt: skip
        if due_on is not None:
            target = TargetContent(due_on=due_on, target_type=TargetType.AT_LEAST, lower=Decimal(LEVELS[COMPLETE]))
            set_target(indicator=level, content=target, by=by, at=at)
        return Track(initiative, milestone, level)

    def _first_baselines(self, *, at: datetime) -> None:
        """Asked for by the manager, approved by the lead, as every baseline is."""
        with revision(by=self.manager, reason="NAP5: first baselines asked for", at=at):
            asked = [
                ask_baseline(
                    milestone=track.milestone, to=due_on, dollars=None, reason="Published", by=self.manager, at=at
                )
                for code, track in self.tracks.items()
                if (due_on := self.labels.due_on(code)) is not None
            ]
        with revision(by=self.lead, reason="NAP5: first baselines approved", at=at + SECOND):
            for request in asked:
                decide_request(request=request, decision=Decision.APPROVED, by=self.lead, at=at + SECOND)


def _department(code: str, english: str, french: str) -> Organization:
    row = Organization(
        code=code, abbreviation_en=code.partition("-")[0], abbreviation_fr=code.rpartition("-")[2],
        name_en=english, name_fr=french,
    )  # fmt: skip
    save(row)
    return row
