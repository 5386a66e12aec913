"""Reporting weeks are made eight ahead by the plan's calendar, and follow it until they open."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Min
from django.utils.translation import gettext as _

from pillars.models import Plan, ReportingWeek
from pillars.rules import CUTOFFS, WeekDates, monday_of, week_code, week_dates, week_monday
from tracker.errors import Conflict
from tracker.timemachine import Actor, revision

WEEKS_AHEAD = 8
_WEEK = timedelta(weeks=1)
_COLUMNS = tuple(field.name for field in fields(WeekDates) if field.name != "moves")
_INSTANTS = ("opens_at", *CUTOFFS)


@dataclass(frozen=True)
class WeekCalendar:
    """The weeks of a plan, in short: enough to tell whether some have to be made or changed."""

    plan: Plan
    first: date | None  # Mondays
    last: date | None
    made: int
    unopened: list[ReportingWeek]

    def owes(self, *, at: datetime) -> bool:
        """Whether `add_weeks` has something to do."""
        until = _last_monday(self.plan.day(at))
        if self.first is None or self.last is None:
            return True
        return self.made <= (max(until, self.last) - self.first) // _WEEK or bool(_outdated(self.plan, self.unopened))


def week_calendars(*, at: datetime) -> list[WeekCalendar]:
    """Those of all plans, by three queries."""
    unopened: dict[int, list[ReportingWeek]] = {}
    for week in ReportingWeek.objects.filter(opens_at__gt=at, locked_at__isnull=True):
        unopened.setdefault(week.plan_id, []).append(week)
    spans = ReportingWeek.objects.values_list("plan").annotate(Min("starts_on"), Max("starts_on"), Count("pk"))
    made = {plan: (first, last, count) for plan, first, last, count in spans}
    calendars = []
    for plan in Plan.objects.order_by("pk"):
        first, last, count = made.get(plan.pk, (None, None, 0))
        calendars.append(WeekCalendar(plan, first, last, count, unopened.get(plan.pk, [])))
    return calendars


def missing_weeks(plan: Plan, *, on: date, since: date | None = None) -> list[date]:
    """Mondays of the weeks that should exist by that day and do not: from the plan's first week (this one, for a new
    plan), or from the week of `since` where that is earlier, to eight ahead, oldest first."""
    known = set(plan.weeks.values_list("starts_on", flat=True))
    monday = min([*known, *([monday_of(since)] if since else [])], default=monday_of(on))
    last = _last_monday(on)
    missing = []
    while monday <= last:
        if monday not in known:
            missing.append(monday)
        monday += _WEEK
    return missing


def add_weeks(*, plan: Plan, on: date, by: Actor, at: datetime, since: date | None = None) -> list[ReportingWeek]:
    """Make the missing reporting weeks of a plan (`missing_weeks`), and bring those that have not opened up to date
    with its calendar. The weeks that were made; nothing is written when nothing is owed."""
    unopened = ReportingWeek.objects.filter(plan=plan, opens_at__gt=at, locked_at__isnull=True)
    if not (missing_weeks(plan, on=on, since=since) or _outdated(plan, unopened)):
        return []
    with revision(by=by, reason=f"Reporting weeks of {plan.code} made ahead", at=at):
        for week in _outdated(plan, unopened.all()):
            planned = _dates(plan, week.starts_on)
            for name in _INSTANTS:
                setattr(week, name, getattr(planned, name))
            week.save(update_fields=_INSTANTS)
        weeks = [new_week(plan, monday) for monday in missing_weeks(plan, on=on, since=since)]
        return ReportingWeek.objects.bulk_create(weeks)


def new_week(plan: Plan, monday: date) -> ReportingWeek:
    """The reporting week from that Monday by the plan's calendar, not yet saved."""
    dates = _dates(plan, monday)
    return ReportingWeek(plan=plan, **{name: getattr(dates, name) for name in _COLUMNS})


def find_week(plan: Plan, code: str) -> ReportingWeek:
    """The plan's week `2026-W46`. Raises `Conflict` naming what exists when there is none."""
    monday = week_monday(code)
    found = plan.weeks.select_related("plan").filter(starts_on=monday).first() if monday else None
    if found is None:
        message = _("%(plan)s has no reporting week %(week)s; write it like %(example)s.") % {
            "plan": plan.code, "week": code, "example": week_code(date(2026, 11, 12)),
        }  # fmt: skip
        raise Conflict(message, fields={"week": message}, code="no_such_week")
    return found


def _outdated(plan: Plan, weeks: Iterable[ReportingWeek]) -> list[ReportingWeek]:
    """Those whose instants are not the calendar's (any more): the plan's was changed, or the list of holidays."""
    return [
        week
        for week in weeks
        if any(getattr(week, name) != getattr(dates, name) for dates in [_dates(plan, week.starts_on)]
               for name in _INSTANTS)
    ]  # fmt: skip


def _dates(plan: Plan, monday: date) -> WeekDates:
    initiative, pillar, lock = plan.cutoffs
    return week_dates(monday, zone=plan.zone, initiative=initiative, pillar=pillar, lock=lock)


def _last_monday(on: date) -> date:
    return monday_of(on) + WEEKS_AHEAD * _WEEK
