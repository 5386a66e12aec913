"""The weekly cycle, level-triggered: what should have happened by now that has not? Every step may run any number of
times, on any number of workers."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet

from pillars.actions import add_weeks, lock_week, missing_weeks
from pillars.models import Plan, ReportingWeek
from reports.actions import publish_rollup
from reports.models import WeeklyRollup
from tracker.choices import Channel
from tracker.models import Heartbeat
from tracker.timemachine import Actor

log = logging.getLogger(__name__)

CYCLE = Actor(name="Weekly cycle", channel=Channel.TASK)
LATE = timedelta(minutes=15)


def beat(*, at: datetime) -> None:
    """Leave a sign of life."""
    Heartbeat.objects.update_or_create(name="tick", defaults={"at": at})


def make_weeks(*, at: datetime) -> int:
    """Reporting weeks eight ahead, for every plan; the number made."""

    def make(plan: Plan) -> int:
        today = plan.day(at)
        return len(add_weeks(plan=plan, on=today, by=CYCLE, at=at)) if missing_weeks(plan, on=today) else 0

    return _each_plan(make)


def lock_weeks(*, at: datetime) -> int:
    """Lock every week whose time has come, oldest first; the number locked."""

    def lock(plan: Plan) -> int:
        due = list(ReportingWeek.objects.filter(plan=plan).to_lock(at=at))
        return sum(lock_week(week=week, by=CYCLE, at=at).locked_at is not None for week in due)

    return _each_plan(lock)


def _each_plan(step: Callable[[Plan], int]) -> int:
    """The sum over all plans. A plan whose step fails holds up no other; what failed is raised at the end."""
    done, failed = 0, []
    for plan in Plan.objects.order_by("pk"):
        try:
            done += step(plan)
        except Exception as error:
            log.exception("weekly cycle of %s", plan.code)
            failed.append(error)
    if failed:
        message = "weekly cycle"
        raise ExceptionGroup(message, failed)
    return done


def plans_to_publish() -> list[int]:
    """Plans with a locked week that has no rollup."""
    return list(unpublished().order_by("plan_id").values_list("plan_id", flat=True).distinct())


def publish_due(plan_id: int, *, at: datetime) -> list[WeeklyRollup]:
    """Seal what a plan owes, oldest week first. Returns none while another worker is at it."""
    with alone(plan_id) as mine:
        if not mine:
            return []
        weeks = unpublished().filter(plan=plan_id).select_related("plan").order_by("starts_on")
        return [publish_rollup(week=week, by=CYCLE, at=at, late=is_late(week, at=at)) for week in weeks]


def is_late(week: ReportingWeek, *, at: datetime) -> bool:
    """Whether a rollup sealed then counts as late: more than a quarter of an hour after the lock was due."""
    return at > week.locks_at + LATE


def unpublished() -> QuerySet[ReportingWeek]:
    """Locked weeks without a rollup."""
    return ReportingWeek.objects.filter(locked_at__isnull=False, rollups__isnull=True)


@contextmanager
def alone(plan_id: int) -> Iterator[bool]:
    """Whether this worker is the one that seals for the plan; the database forgets it when the worker dies."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(7202, %s)", [plan_id])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(7202, %s)", [plan_id])
