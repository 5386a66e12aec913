"""The weekly cycle, level-triggered: what should have happened by now that has not? Every step may run any number of
times, on any number of workers."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import TypeVar

from django.db.models import Exists, OuterRef, QuerySet

from pillars.actions import add_weeks, lock_week, record_steps, week_calendars
from pillars.models import Plan, ReportingWeek
from pillars.rules import LATE
from reports.actions import publish_rollup
from reports.models import WeeklyRollup
from tracker.alone import Work, alone
from tracker.choices import Channel
from tracker.models import Heartbeat
from tracker.timemachine import Actor

log = logging.getLogger(__name__)

CYCLE = Actor(name="Weekly cycle", channel=Channel.TASK)
PROOF = "proof of "  # before a plan's code: the name of the sign of life that its proof leaves
PROVED_EVERY = timedelta(days=1)
Owing = TypeVar("Owing")


def beat(*, at: datetime) -> None:
    """Leave a sign of life."""
    Heartbeat.objects.update_or_create(name="tick", defaults={"at": at})


def make_weeks(*, at: datetime) -> int:
    """Reporting weeks eight ahead, for every plan, by its calendar of today; the number made."""
    return _each_plan(
        ((calendar.plan, calendar) for calendar in week_calendars(at=at)),
        lambda plan, calendar: (
            len(add_weeks(plan=plan, on=plan.day(at), by=CYCLE, at=at)) if calendar.owes(at=at) else 0
        ),
    )


def advance_weeks(*, at: datetime) -> int:
    """Record the deadlines that have passed, and lock every week whose time has come, the oldest week first; the
    number locked."""
    open_weeks = sorted(ReportingWeek.objects.unfinished(at=at), key=lambda week: (week.plan_id, week.starts_on))
    plans = ((weeks[0].plan, weeks) for weeks in (list(group) for _, group in groupby(open_weeks, _plan_id)))
    return _each_plan(plans, lambda _plan, weeks: sum(_advance(week, at=at) for week in weeks))


def _advance(week: ReportingWeek, *, at: datetime) -> bool:
    """Whether the week is locked by now."""
    if week.locks_at <= at:
        return lock_week(week=week, by=CYCLE, at=at).locked_at is not None
    record_steps(week=week, by=CYCLE, at=at)
    return False


def _plan_id(week: ReportingWeek) -> int:
    return week.plan_id


def _each_plan(owing: Iterable[tuple[Plan, Owing]], step: Callable[[Plan, Owing], int]) -> int:
    """The sum over these plans. A plan whose step fails holds up no other; what failed is raised at the end."""
    done, failed = 0, []
    for plan, owed in owing:
        try:
            done += step(plan, owed)
        except Exception as error:
            log.exception("weekly cycle of %s", plan.code)
            failed.append(error)
    if failed:
        message = "weekly cycle"
        raise ExceptionGroup(message, failed)
    return done


def plans_to_publish() -> list[int]:
    """Plans with a locked week whose edition has no rollup."""
    return list(unpublished().order_by("plan_id").values_list("plan_id", flat=True).distinct())


def plans_to_prove(*, at: datetime) -> list[int]:
    """Plans with rollups that were not given to proof for a day; asking counts as giving."""
    proved = Heartbeat.objects.filter(name__startswith=PROOF, at__gt=at - PROVED_EVERY).values_list("name", flat=True)
    fresh = {name.removeprefix(PROOF) for name in proved}
    sealed = Plan.objects.filter(rollups__isnull=False).order_by("pk").values_list("pk", "code").distinct()
    due = [(pk, code) for pk, code in sealed if code not in fresh]
    for _pk, code in due:
        Heartbeat.objects.update_or_create(name=f"{PROOF}{code}", defaults={"at": at})
    return [pk for pk, _code in due]


def publish_due(plan_id: int, *, at: datetime) -> list[str]:
    """Seal what a plan owes, oldest week first; the codes of what was sealed, none while another worker is at it. Of
    the rollups themselves one is held at a time, however many are owed."""
    with alone(Work.SEALING, plan_id) as mine:
        weeks = unpublished_of(plan_id) if mine else []
        return [publish_rollup(week=week, by=CYCLE, at=at, late=is_late(week, at=at)).code for week in weeks]


def is_late(week: ReportingWeek, *, at: datetime) -> bool:
    """Whether a rollup sealed then counts as late: more than a quarter of an hour after the lock was due."""
    return at > week.locks_at + LATE


def unpublished() -> QuerySet[ReportingWeek]:
    """Locked weeks without a rollup of their present edition."""
    sealed = WeeklyRollup.objects.filter(week=OuterRef("pk"), edition=OuterRef("edition"))
    return ReportingWeek.objects.filter(~Exists(sealed), locked_at__isnull=False)


def unpublished_of(plan_id: int) -> QuerySet[ReportingWeek]:
    """Those of a plan, oldest first."""
    return unpublished().filter(plan=plan_id).select_related("plan").order_by("starts_on")
