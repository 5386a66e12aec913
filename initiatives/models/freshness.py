"""Freshness in SQL: what `rules.freshness` says, of each row of a query on initiatives."""

from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Case, CharField, Exists, F, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from initiatives.choices import Freshness, Timeliness, Workflow
from initiatives.models.owed_weeks import (
    EVER,
    OWING,
    closed_by,
    count_owed,
    last_approved,
    last_of,
    missed_last,
    owes,
    unsaid,
    weeks_of_plan,
)
from initiatives.models.rows_of import among, updates
from initiatives.models.touched import touched_since
from initiatives.rules import rated_weeks
from initiatives.rules.freshness import DUE_WITHIN, STALE_WEEKS, silent_since
from pillars.models import ReportingWeek


def state(*, at: datetime) -> Case:
    """Where an initiative stands at that instant: one of `Freshness`."""
    begun, closed = ReportingWeek.objects.filter(opens_at__lte=at), closed_by(at)
    running, still_open = last_of(begun), begun.exclude(closed)
    overdue = still_open.filter(initiative_due_at__lte=at)
    near = weeks_of_plan().filter(among("pk", running), initiative_due_at__lte=at + DUE_WITHIN).exclude(closed)
    return Case(
        When(~Q(lifecycle__in=OWING), then=Value(Freshness.NOT_OWED)),
        When(Exists(_handed_in(running, still_open)), then=Value(Freshness.REPORTED)),
        When(~touched_since(silent_since(at), seen=at), then=Value(Freshness.SILENT)),
        When(missed_last(STALE_WEEKS, begun, closed), then=Value(Freshness.STALE)),
        When(missed_last(1, begun, closed), then=Value(Freshness.MISSED)),
        When(owes(unsaid(overdue)), then=Value(Freshness.LATE)),
        When(Exists(near), then=Value(Freshness.DUE)),
        default=Value(Freshness.NOT_DUE),
        output_field=CharField(),
    )


def reasons(*, at: datetime) -> dict[str, Any]:
    """Annotations of what that rests on: `missed_weeks` (closed weeks in a row, up to the last, without an approved
    update), `running_week` (its Monday), `due_at` (its deadline; null once it is closed), `handed_in_at` (when its
    update was first submitted)."""
    begun, closed = ReportingWeek.objects.filter(opens_at__lte=at), closed_by(at)
    of_plan = weeks_of_plan().filter(opens_at__lte=at).order_by("-starts_on")
    due = Case(When(closed, then=None), default=F("initiative_due_at"), output_field=models.DateTimeField())
    last = last_approved(Q(week__opens_at__lte=at))
    missed = weeks_of_plan().filter(closed, opens_at__lte=at, starts_on__gt=Coalesce(last, EVER))
    return {
        "missed_weeks": count_owed(missed),
        "running_week": Subquery(of_plan.values("starts_on")[:1]),
        "due_at": Subquery(of_plan.annotate(due=due).values("due")[:1]),
        "handed_in_at": Subquery(_handed_in(last_of(begun), begun.exclude(closed)).values("first_submitted_at")[:1]),
    }


def _handed_in(running: models.QuerySet[Any], still_open: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """The update of the running week, once it is approved, or submitted while the week is open."""
    return updates().filter(
        Q(workflow=Workflow.APPROVED) | (Q(workflow=Workflow.SUBMITTED) & Q(among("week", still_open))),
        among("week", running),
    )


def timeliness(*, on: date, until: datetime) -> dict[str, Any]:
    """Annotation `timeliness`: how it reported for the last reporting week complete on that day, as health counts it.
    `until` is the end of the day."""
    complete, _ = rated_weeks(on)
    of_week = updates().filter(workflow=Workflow.APPROVED, week__starts_on=complete)
    until_then = ReportingWeek.objects.filter(starts_on__lte=complete)
    return {
        "timeliness": Case(
            When(~Q(lifecycle__in=OWING), then=Value(Timeliness.NOT_OWED)),
            When(
                Exists(of_week.filter(first_submitted_at__lte=F("week__initiative_due_at"))),
                then=Value(Timeliness.IN_TIME),
            ),
            When(Exists(of_week), then=Value(Timeliness.LATE)),
            When(~owes(Q(starts_on=complete)), then=Value(Timeliness.NOT_OWED)),
            When(~touched_since(silent_since(until), seen=until), then=Value(Timeliness.SILENT)),
            When(missed_last(STALE_WEEKS, until_then, Q(starts_on__lte=complete)), then=Value(Timeliness.STALE)),
            default=Value(Timeliness.MISSED),
            output_field=CharField(),
        ),
    }
