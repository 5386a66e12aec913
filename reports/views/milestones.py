"""An initiative's milestones as rows: every date that each had, and how far it slipped."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.urls import reverse

from initiatives.aggregates.milestones import MilestoneFacts, milestone_facts
from initiatives.models import Initiative, Milestone, MilestoneBaseline, MilestoneDependency, MilestoneForecast
from initiatives.rules import is_pre_plan, slippage_days
from reports.comparison import back_at
from reports.differences import Point
from tracker.models import User


@dataclass(frozen=True)
class WasDate:
    """The date that stood there (None: there was none), and the history that tells why."""

    date: date | None
    url: str


@dataclass(frozen=True)
class MilestoneBefore:
    """What a milestone was at another moment (None: it was not there), and the history that tells why it differs."""

    now: Any
    then: Any
    history_url: str

    @property
    def planned(self) -> WasDate | None:
        return self._differs("planned_on")

    @property
    def expected(self) -> WasDate | None:
        return self._differs("expected_on")

    @property
    def actual(self) -> WasDate | None:
        return self._differs("actual_on")

    def _differs(self, name: str) -> WasDate | None:
        if self.then is None or getattr(self.then, name) == getattr(self.now, name):
            return None
        return WasDate(getattr(self.then, name), self.history_url)


@dataclass(frozen=True)
class MilestoneRow:
    """A milestone as the page shows it. `state` is met, pre_plan, cancelled, late or open; `late_days` counts from the
    promised date while it is late; slips are in days, None where there is no baseline or no other date."""

    milestone: Any
    state: str
    late_days: int | None
    slip_first: int | None
    slip_latest: int | None
    baselines: list[MilestoneBaseline]
    forecasts: list[MilestoneForecast]
    facts: MilestoneFacts
    before: "MilestoneBefore | None" = None

    @property
    def moves(self) -> int:
        """How often the forecast moved."""
        return max(0, len(self.forecasts) - 1)

    @property
    def early(self) -> list[MilestoneDependency]:
        """What it waits for and was met before: recorded, never refused, and always said."""
        return self.facts.unmet_on(self.milestone.actual_on) if self.state in ("met", "pre_plan") else []

    @property
    def open(self) -> bool:
        """Neither met nor cancelled."""
        return self.state in ("late", "open")


def milestone_rows(found: Initiative, *, on: date, user: User, then: Point | None = None) -> list[MilestoneRow]:
    """Every milestone with its dates and what the person may see beside them, and what it was `then`; seven queries, or
    eight, however many there are."""
    milestones = list(Milestone.objects.filter(initiative=found).for_list())
    keys = [milestone.pk for milestone in milestones]
    baselines: dict[int, list[MilestoneBaseline]] = defaultdict(list)
    for baseline in (
        MilestoneBaseline.objects.filter(milestone__in=keys).select_related("approved_by").order_by("number")
    ):
        baselines[baseline.milestone_id].append(baseline)
    forecasts: dict[int, list[MilestoneForecast]] = defaultdict(list)
    for forecast in MilestoneForecast.objects.filter(milestone__in=keys).select_related("made_by").oldest_first():
        forecasts[forecast.milestone_id].append(forecast)
    facts = milestone_facts(keys, user=user)
    earlier = _before(found, milestones, then) if then else {}
    return [
        replace(
            _row(milestone, baselines[milestone.pk], forecasts[milestone.pk], facts[milestone.pk], on=on),
            before=earlier.get(milestone.pk),
        )
        for milestone in milestones
    ]


def _before(found: Initiative, milestones: list[Any], then: Point) -> dict[int, MilestoneBefore]:
    with back_at(then):
        known = {row.pk: row for row in Milestone.objects.filter(initiative=found).for_list()}
    return {
        one.pk: MilestoneBefore(
            one, known.get(one.pk), reverse("object-history", args=[found.plan.code, "milestone", one.pk])
        )
        for one in milestones
    }


def _row(
    milestone: Any, baselines: list[MilestoneBaseline], forecasts: list[MilestoneForecast], facts: MilestoneFacts, *,
    on: date,
) -> MilestoneRow:  # fmt: skip
    state = milestone_state(milestone, on=on)
    met = milestone.actual_on is not None and milestone.actual_on <= on
    expected = milestone.actual_on if met else milestone.expected_on
    return MilestoneRow(
        milestone=milestone,
        state=state,
        late_days=(on - milestone.planned_on).days if state == "late" else None,
        slip_first=_slip(milestone.first_baseline_on, expected),
        slip_latest=_slip(milestone.baseline_on, expected),
        baselines=baselines,
        forecasts=forecasts,
        facts=facts,
    )


def _slip(baseline: date | None, expected: date | None) -> int | None:
    return slippage_days(baseline_on=baseline, expected_on=expected) if baseline and expected else None


def milestone_state(milestone: Any, *, on: date) -> str:
    """Where it stands on that day, as `MilestoneRow.state` has it."""
    if milestone.cancelled_on is not None and milestone.cancelled_on <= on:
        return "cancelled"
    if milestone.actual_on is not None and milestone.actual_on <= on:
        announced = milestone.initiative.plan.announced_on
        return "pre_plan" if is_pre_plan(milestone.actual_on, announced_on=announced) else "met"
    return "late" if milestone.planned_on and milestone.planned_on < on else "open"
