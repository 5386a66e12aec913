"""What becomes of a reporting week: it opens, its deadlines pass, it locks. Each step is recorded, once an edition."""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from pillars.choices import Transition
from pillars.models import ReportingWeek, WeekTransition
from pillars.rules import LATE
from tracker.errors import Conflict
from tracker.rules import Permission
from tracker.timemachine import Actor, revision
from tracker.writing import require

Step = tuple[Transition, datetime]

# The newest revision up to an instant, if this edition of the week was there.
_KNOWN = """with known as (select number from public.tracker_revision where at <= %s order by at desc limit 1)
    select known.number from known where exists (select from history.pillars_reportingweek week
        where week.id = %s and week.edition = %s and week.from_rev <= known.number)"""


def record_steps(*, week: ReportingWeek, by: Actor, at: datetime) -> list[Transition]:
    """Record the deadlines of an open week that have passed and are not recorded yet, oldest first."""
    if not list(_unrecorded(week, at=at)):
        return []
    with revision(by=by, reason=f"{week.code}: deadlines passed", at=at):
        fresh = ReportingWeek.objects.get(pk=week.pk)
        return _record_passed(fresh, by=by, at=at) if fresh.locked_at is None else []


def record_step(
    *, week: ReportingWeek, state: Transition, due_at: datetime, by: Actor, at: datetime, reason: str = ""
) -> None:
    """Record what happens to the week's present edition in the revision that is open."""
    WeekTransition.objects.create(
        week=week, edition=week.edition, state=state, due_at=due_at, at=at, late=at > due_at + LATE, reason=reason,
        by=by.user,
    )  # fmt: skip


def lock_week(*, week: ReportingWeek, by: Actor, at: datetime) -> ReportingWeek:
    """Close a week whose time has come. Locking twice is once.

    Its rollup will be computed from what was known at the cut-off, however much later it locks; for a week that was
    made only after its cut-off, from what is known now. Weeks of a plan lock in their order: one whose time has come
    waits while an older one is still open, unless either was reopened.
    """
    with revision(by=by, reason=f"{week.code} locked", at=at) as turn:
        fresh = ReportingWeek.objects.get(pk=week.pk)
        if fresh.locked_at is None and fresh.locks_at <= at and _older_open(fresh) is None:
            known = _known_at_cutoff(fresh)
            _record_passed(fresh, by=by, at=at)
            fresh.locked_at, fresh.lock_revision = at, known or turn.number()
            fresh.save(update_fields=["locked_at", "lock_revision"])
            record_step(week=fresh, state=Transition.LOCKED, due_at=fresh.locks_at, by=by, at=at)
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
        if fresh.closed(at=at) or at <= fresh.opens_at:
            message = _("%(week)s is not open: only an open week can close early.") % {"week": fresh.code}
            raise Conflict(message, fields={"week": message})
        older = _older_open(fresh)
        if older is not None:
            message = _("%(week)s is still open: weeks close in their order.") % {"week": older.code}
            raise Conflict(message, fields={"week": message}, code="older_week_first")
        fresh.locks_at = at
        fresh.pillar_due_at = min(fresh.pillar_due_at, at)
        fresh.initiative_due_at = min(fresh.initiative_due_at, at)
        fresh.save(update_fields=["locks_at", "pillar_due_at", "initiative_due_at"])
        record_step(week=fresh, state=Transition.CLOSED_EARLY, due_at=at, by=by, at=at, reason=reason)
    return fresh


def _record_passed(week: ReportingWeek, *, by: Actor, at: datetime) -> list[Transition]:
    passed = list(_unrecorded(week, at=at))
    for state, due_at in passed:
        record_step(week=week, state=state, due_at=due_at, by=by, at=at)
    return [state for state, _due_at in passed]


def _unrecorded(week: ReportingWeek, *, at: datetime) -> Iterator[Step]:
    """Deadlines that have passed without a record. Another edition has none but its lock."""
    recorded = {done.state for done in week.transitions.all()}
    steps = (
        (Transition.OPENED, week.opens_at),
        (Transition.DUE, week.initiative_due_at),
        (Transition.REVIEW_DUE, week.pillar_due_at),
    )
    if week.edition == 1:
        yield from ((state, due_at) for state, due_at in steps if due_at <= at and state not in recorded)


def _known_at_cutoff(week: ReportingWeek) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [week.locks_at, week.pk, week.edition])
        row = cursor.fetchone()
    return row[0] if row else None


def _older_open(week: ReportingWeek) -> ReportingWeek | None:
    """The week that has to lock first. The order is that of first editions."""
    if week.edition > 1:
        return None
    older = ReportingWeek.objects.filter(plan=week.plan_id, starts_on__lt=week.starts_on, locked_at__isnull=True)
    return older.filter(edition=1).order_by("starts_on").first()
