"""The past weeks of a plan that was imported or simulated: made, locked and sealed as the weekly cycle would have done.

Whatever is done stays done: interrupted anywhere, the next run goes on from there, and the workers may be at the same.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from pillars.actions import add_weeks, lock_week
from pillars.models import Plan, ReportingWeek
from reports.actions import publish_rollup
from reports.cycle import is_late, unpublished_of
from reports.models import WeeklyRollup
from tracker.alone import Work, alone
from tracker.timemachine import Actor

PATIENCE = 0.5  # seconds between two looks at another worker that is sealing the same plan's weeks
BACKFILL = Actor(name="Backfill")


@dataclass(frozen=True)
class Filled:
    """What a run found missing: weeks made, weeks locked, rollups sealed by now."""

    made: int
    locked: int
    sealed: int


def backfill(
    plan: Plan, *, since: date, at: datetime, locking: Callable[[int, int], None], sealing: Callable[[int, int], None]
) -> Filled:
    """Make the plan's weeks from that of `since`, lock those whose time has come, seal each that has no rollup, oldest
    first; `locking` and `sealing` hear how many are done, and of how many."""
    made = add_weeks(plan=plan, on=plan.day(at), since=since, by=BACKFILL, at=at)
    to_lock = list(ReportingWeek.objects.filter(plan=plan).to_lock(at=at))
    for number, week in enumerate(to_lock, start=1):
        lock_week(week=week, by=BACKFILL, at=at)
        locking(number, len(to_lock))
    return Filled(made=len(made), locked=len(to_lock), sealed=_seal(plan, at=at, progress=sealing))


def _seal(plan: Plan, *, at: datetime, progress: Callable[[int, int], None]) -> int:
    """The number that was missing. While a worker is at the plan's rollups, this one watches how far it comes."""
    total = unpublished_of(plan.pk).count()
    left = total
    while left:
        with alone(Work.SEALING, plan.pk) as mine:
            week = unpublished_of(plan.pk).first() if mine else None
            if week is not None:
                publish_rollup(week=week, by=BACKFILL, at=at, late=is_late(week, at=at))
        if not mine:
            time.sleep(PATIENCE)
        left = unpublished_of(plan.pk).count()
        progress(total - min(left, total), total)
    return total


def newest(plan: Plan) -> WeeklyRollup | None:
    """The rollup that was sealed last."""
    return WeeklyRollup.objects.filter(plan=plan).defer("payload").order_by("-pk").first()
