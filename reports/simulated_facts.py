"""What the simulated plan records beside milestones and spending: indicators, dependencies, requests for new baselines,
commitments, forecasts, and dollars moved between lines and years."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import Any

from initiatives.actions.budget_lines import LineKey
from initiatives.actions.change_requests import ask_baseline, decide_request
from initiatives.actions.dependencies import add_dependency
from initiatives.actions.indicators import add_indicator
from initiatives.actions.money import record_entry
from initiatives.actions.observations import (
    ObservationContent,
    ReadingContent,
    record_observation,
    restate_observation,
)
from initiatives.actions.targets import TargetContent, set_target
from initiatives.actions.transfers import Move, TransferContent, make_transfer
from initiatives.choices import Accumulation, Availability, Decision, FundingSource, Measure, Stage, TransferKind, Vote
from initiatives.models import Indicator, Initiative, LedgerEntry, Milestone, Observation
from pillars.models import Plan
from pillars.rules import fiscal_year, fiscal_year_dates
from reports.simulated_indicators import GAUGES, Gauge
from reports.simulated_plan import instant, simulated_entry
from tracker.timemachine import Actor, revision

COMMITS, FORECASTS, MOVES, REPROFILES = 5, 9, 14, 20  # weeks after the start
ASKS, REFUSES, OVERLOOKED = 0.3, 0.3, 0.2  # how likely, 0 to 1
SLIPPED = 35  # days past the latest baseline after which a new one is asked for
SILENT, RESTATED = 2, 3  # months after the first
PAUSE = timedelta(seconds=20)  # between two writes: revisions lie one after the other
Event = tuple[datetime, partial[None]]


@dataclass
class SimulatedFacts:
    """Facts of one run; the same `chance` gives the same facts."""

    plan: Plan
    manager: Actor
    lead: Actor
    start: date
    chance: random.Random

    def begin(self, at: datetime) -> None:
        """What is set up with the plan, in one revision: what waits for what, what is measured, what is aimed at."""
        with revision(by=self.lead, reason="Dependencies, indicators and targets of the plan", at=at):
            initiatives = {row.code: row for row in Initiative.objects.filter(plan=self.plan).for_list()}
            for initiative in initiatives.values():
                for needs, milestone in pairwise(initiative.milestones.order_by("code")):
                    milestone.initiative = needs.initiative = initiative
                    add_dependency(milestone=milestone, needs=needs, by=self.lead, at=at)
            due = fiscal_year_dates(fiscal_year(self.start))[1]
            for gauge in GAUGES:
                scope = initiatives[gauge.initiative] if gauge.initiative else self.plan
                indicator = add_indicator(scope=scope, content=gauge.content(self.start), by=self.lead, at=at)
                target = TargetContent(
                    due_on=due, target_type=gauge.target_type, lower=gauge.lower, upper=gauge.upper, source="Simulation"
                )
                set_target(indicator=indicator, content=target, by=self.lead, at=at)

    def week(self, monday: date) -> Iterator[Event]:
        """Everything that is recorded in one week, with its instant."""
        number = (monday - self.start).days // 7
        steps: Mapping[int, str] = {
            COMMITS: "_commit", FORECASTS: "_forecast", MOVES: "_to_capital", REPROFILES: "_reprofile",
        }  # fmt: skip
        if number in steps:
            yield instant(monday, time(11), days=1), partial(getattr(self, steps[number]))
        yield instant(monday, time(14), days=3), partial(self._ask)
        yield instant(monday, time(15), days=4), partial(self._decide)
        if monday.day in range(8, 15):
            yield instant(monday, time(9), days=1), partial(self._observe, monday)

    def _observe(self, monday: date, at: datetime) -> None:
        """The values of the month before, once it is whole within the simulated time."""
        last = monday.replace(day=1) - timedelta(days=1)
        first = last.replace(day=1)
        months = (first.year - self.start.year) * 12 + first.month - self.start.month
        if first < self.start:
            return
        indicators = {row.code: row for row in Indicator.objects.filter(plan=self.plan).for_list()}
        for gauge in GAUGES:
            indicator = indicators[gauge.code]
            reading = self._reading(gauge, indicator, first, silent=gauge.skips and months == SILENT)
            starts = {
                Accumulation.FLOW: first, Accumulation.RUNNING_TOTAL: fiscal_year_dates(fiscal_year(last))[0],
                Accumulation.STOCK: None,
            }  # fmt: skip
            content = ObservationContent(period_start=starts[gauge.accumulation], period_end=last, reading=reading)
            record_observation(indicator=indicator, content=content, by=self.manager, at=at)
            at += PAUSE
            if gauge.restates and months == RESTATED:
                self._restate(indicator, at)

    def _reading(self, gauge: Gauge, indicator: Indicator, first: date, *, silent: bool) -> ReadingContent:
        if silent:
            return ReadingContent(availability=Availability.NOT_AVAILABLE, source="Simulation")
        step = Decimal(self.chance.randint(*gauge.month))
        if gauge.measure == Measure.RATIO:
            hours = Decimal(self.chance.randint(900, 1100))
            travellers = (step * hours / 10).to_integral_value()
            return ReadingContent(numerator=travellers, denominator=hours, source="Simulation")
        if gauge.accumulation == Accumulation.FLOW:
            return ReadingContent(value=step, source="Simulation")
        before = Observation.objects.filter(indicator=indicator, value__isnull=False).order_by("-period_end").first()
        return ReadingContent(value=(before.value if before else gauge.begins) + step, source="Simulation")

    def _restate(self, indicator: Indicator, at: datetime) -> None:
        """The source counts the first month anew."""
        first = Observation.objects.filter(indicator=indicator).select_related("indicator__plan")
        old = first.order_by("period_end").first()
        if old is not None and old.value is not None:
            reading = ReadingContent(value=old.value + 7, source="Simulation")
            restate_observation(
                observation=old, reading=reading, reason="Two posts reported late", by=self.manager, at=at
            )

    def _ask(self, at: datetime) -> None:
        """For what slipped far, another baseline."""
        today = at.astimezone(self.plan.zone).date()
        for milestone in self._unmet(today):
            slipped = (milestone.expected_on - milestone.planned_on).days
            if slipped < SLIPPED or self.chance.random() > ASKS or milestone.change_requests.exists():
                continue
            ask_baseline(
                milestone=milestone, to=milestone.expected_on, dollars=Decimal(self.chance.randrange(0, 40)) * 10_000,
                reason="The supplier cannot deliver earlier", by=self.manager, at=at,
            )  # fmt: skip
            at += PAUSE

    def _unmet(self, today: date) -> Iterator[Any]:
        """Open milestones with both of their dates."""
        rows: Any = Milestone.objects.filter(initiative__plan=self.plan).for_list().unmet(on=today).with_dates()
        for milestone in rows.order_by("initiative__code", "code"):
            if milestone.expected_on is not None and milestone.planned_on is not None:
                yield milestone

    def _decide(self, at: datetime) -> None:
        """The lead decides on most of what waits."""
        for milestone in self._unmet(at.astimezone(self.plan.zone).date()):
            request = milestone.change_requests.undecided().first()
            if request is None or self.chance.random() < OVERLOOKED:
                continue
            refused = self.chance.random() < REFUSES
            decision = Decision.REFUSED if refused else Decision.APPROVED
            comment = "Ask the second supplier first." if refused else ""
            decide_request(request=request, decision=decision, comment=comment, by=self.lead, at=at)
            at += PAUSE

    def _commit(self, at: datetime) -> None:
        """Contracts are signed for a part of the authority."""
        for initiative, authority in self._authorities():
            self._enter(initiative, Stage.COMMITMENT, _rounded(authority, self.chance.uniform(0.1, 0.25)), at)
            at += PAUSE

    def _forecast(self, at: datetime) -> None:
        """Every other initiative says what it will have spent by the end of the year."""
        for initiative, authority in list(self._authorities())[::2]:
            self._enter(initiative, Stage.FORECAST, _rounded(authority, self.chance.uniform(0.8, 1.05)), at)
            at += PAUSE

    def _enter(self, initiative: Initiative, stage: Stage, dollars: Decimal, at: datetime) -> None:
        content = simulated_entry(initiative, stage, dollars, at.astimezone(self.plan.zone).date())
        record_entry(initiative=initiative, content=content, by=self.manager, at=at)

    def _to_capital(self, at: datetime) -> None:
        """One buys what it wanted to rent."""
        self._move(0, TransferKind.TRANSFER, "Equipment is bought, not rented", at, vote=Vote.CAPITAL)

    def _reprofile(self, at: datetime) -> None:
        """One cannot spend it all this year."""
        later = fiscal_year(at.date()) + 1
        self._move(-1, TransferKind.REPROFILE, "The permit comes next spring", at, fiscal_year=later)

    def _move(self, place: int, kind: TransferKind, reason: str, at: datetime, **other: Any) -> None:
        """A tenth of an initiative's authority, to a line that differs by `other`."""
        initiative, authority = list(self._authorities())[place]
        on = at.astimezone(self.plan.zone).date()
        line = LineKey(
            organization=initiative.lead, fiscal_year=fiscal_year(on), funding_source=FundingSource.NEW,
            vote=Vote.OPERATING,
        )  # fmt: skip
        dollars = _rounded(authority, 0.1)
        moves = (Move(line=line, amount=-dollars), Move(line=replace(line, **other), amount=dollars))
        content = TransferContent(kind=kind, moves=moves, effective_on=on, reason=reason, reference="Simulation")
        make_transfer(initiative=initiative, content=content, by=self.manager, at=at)

    def _authorities(self) -> Iterator[tuple[Initiative, Decimal]]:
        """The initiatives in progress, each with the authority that it began with."""
        entries = LedgerEntry.objects.filter(line__initiative__plan=self.plan, stage=Stage.AUTHORITY).order_by("pk")
        amounts = dict(reversed(list(entries.values_list("line__initiative", "amount"))))
        for initiative in Initiative.objects.filter(plan=self.plan).in_progress().for_list():
            yield initiative, amounts[initiative.pk]


def _rounded(authority: Decimal, share: float) -> Decimal:
    return Decimal(round(float(authority) * share / 1000)) * 1000
