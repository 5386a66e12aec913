"""Changes to the frame: reporting weeks are made ahead and locked in time."""

import re
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from pillars.models import Plan, ReportingWeek
from pillars.rules import monday_of, week_code, week_dates
from tracker.errors import Conflict
from tracker.rules import Permission
from tracker.timemachine import Actor, revision
from tracker.writing import require

WEEKS_AHEAD = 8
_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")


def missing_weeks(plan: Plan, *, on: date) -> list[date]:
    """Mondays of the weeks that should exist by that day and do not: from the plan's first week (this one, for a new
    plan) to eight ahead, oldest first."""
    known = set(plan.weeks.values_list("starts_on", flat=True))
    monday = min(known) if known else monday_of(on)
    last = monday_of(on) + timedelta(weeks=WEEKS_AHEAD)
    missing = []
    while monday <= last:
        if monday not in known:
            missing.append(monday)
        monday += timedelta(weeks=1)
    return missing


def add_weeks(*, plan: Plan, on: date, by: Actor, at: datetime) -> list[ReportingWeek]:
    """Make the missing reporting weeks of a plan; none when all are there."""
    if not missing_weeks(plan, on=on):
        return []
    with revision(by=by, reason=f"Reporting weeks of {plan.code} made ahead", at=at):
        weeks = [new_week(plan, monday) for monday in missing_weeks(plan, on=on)]
        return ReportingWeek.objects.bulk_create(weeks)


def new_week(plan: Plan, monday: date) -> ReportingWeek:
    """The reporting week from that Monday by the plan's calendar, not yet saved."""
    initiative, pillar, lock = plan.cutoffs
    dates = week_dates(monday, zone=plan.zone, initiative=initiative, pillar=pillar, lock=lock)
    return ReportingWeek(
        plan=plan, year=dates.year, number=dates.number, starts_on=dates.starts_on, ends_on=dates.ends_on,
        opens_at=dates.opens_at, initiative_due_at=dates.initiative_due_at, pillar_due_at=dates.pillar_due_at,
        locks_at=dates.locks_at,
    )  # fmt: skip


def lock_week(*, week: ReportingWeek, by: Actor, at: datetime) -> ReportingWeek:
    """Close a week whose time has come; its rollup will be computed from what is known now. Locking twice is once.

    Weeks of a plan lock in their order: one whose time has come waits while an older one is still open.
    """
    with revision(by=by, reason=f"{week.code} locked", at=at) as turn:
        fresh = ReportingWeek.objects.get(pk=week.pk)
        if fresh.locked_at is None and fresh.locks_at <= at and _older_open(fresh) is None:
            fresh.locked_at, fresh.lock_revision = at, turn.number()
            fresh.save(update_fields=["locked_at", "lock_revision"])
        return fresh


def close_early(*, week: ReportingWeek, reason: str, by: Actor, at: datetime) -> ReportingWeek:
    """Move the lock of an open week to now: before a holiday, or when everybody has reported. Needs a reason.

    The rollup still speaks of the week's last day, as known at the lock: what is promised for a day in between and
    not recorded yet counts as late.
    """
    require(by, Permission.MANAGE_PLAN, week.plan.scopes)
    if not reason.strip():
        message = _("Say why the week closes early.")
        raise Conflict(message, fields={"reason": message})
    with revision(by=by, reason=f"{week.code} closes early: {reason}", at=at):
        fresh = ReportingWeek.objects.select_related("plan").get(pk=week.pk)
        if fresh.locked_at is not None or at <= fresh.opens_at:
            message = _("%(week)s is not open: only an open week can close early.") % {"week": fresh.code}
            raise Conflict(message, fields={"week": message})
        older = _older_open(fresh)
        if older is not None:
            message = _("%(week)s is still open: weeks close in their order.") % {"week": older.code}
            raise Conflict(message, fields={"week": message}, code="older_week_first")
        fresh.locks_at = min(fresh.locks_at, at)
        fresh.pillar_due_at = min(fresh.pillar_due_at, at)
        fresh.initiative_due_at = min(fresh.initiative_due_at, at)
        fresh.save(update_fields=["locks_at", "pillar_due_at", "initiative_due_at"])
    return fresh


def _older_open(week: ReportingWeek) -> ReportingWeek | None:
    return ReportingWeek.objects.filter(
        plan=week.plan_id, starts_on__lt=week.starts_on, locked_at__isnull=True
    ).order_by("starts_on").first()  # fmt: skip


def find_week(plan: Plan, code: str) -> ReportingWeek:
    """The plan's week `2026-W46`. Raises `Conflict` naming what exists when there is none."""
    monday = _monday(code)
    found = plan.weeks.select_related("plan").filter(starts_on=monday).first() if monday else None
    if found is None:
        message = _("%(plan)s has no reporting week %(week)s; write it like %(example)s.") % {
            "plan": plan.code, "week": code, "example": week_code(date(2026, 11, 12)),
        }  # fmt: skip
        raise Conflict(message, fields={"week": message}, code="no_such_week")
    return found


def _monday(code: str) -> date | None:
    match = _WEEK.fullmatch(code)
    try:
        return date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else None
    except ValueError:
        return None
