"""Reporting weeks that an initiative owes, has missed or has not answered yet, in SQL."""

from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Count, DateField, Exists, F, Func, OuterRef, Q, RowRange, Subquery, Value, Window
from django.db.models.functions import Coalesce, Greatest

from initiatives.choices import Lifecycle, Workflow
from initiatives.models.rows_of import among, model_of, updates
from initiatives.models.touched import LAST
from pillars.models import ReportingWeek
from pillars.models.week import ReportingWeekQuerySet

OWING = (Lifecycle.UNDERWAY, Lifecycle.ONGOING)
EVER = Value(date(1900, 1, 1), output_field=DateField())
# Versions of an initiative in which it owed no updates, and which ended by the revision that is shown.
_NOT_OWING = f"""from history.initiatives_initiative h
    where h.lifecycle not in ({", ".join(f"'{one}'" for one in OWING)})
    and h.to_rev <= coalesce(nullif(current_setting('tracker.revision', true), '')::bigint, {LAST})"""


def weeks_of_plan() -> ReportingWeekQuerySet:
    """All weeks of its plan."""
    return ReportingWeek.objects.filter(plan=OuterRef("plan"))


def closed_by(at: datetime) -> Q:
    """Of weeks: nothing is written for them any more at that instant."""
    return Q(locks_at__lte=at) | Q(locked_at__lte=at)


def _later(weeks: models.QuerySet[Any], condition: Q) -> Any:
    """With `later`: how many of them, of the same plan, meet the condition and come after."""
    count = Count("pk", filter=condition)
    frame = RowRange(end=-1)
    return weeks.annotate(later=Window(count, partition_by="plan", order_by=F("starts_on").desc(), frame=frame))


def last_of(weeks: models.QuerySet[Any]) -> Any:
    """The last of them, of each plan."""
    return _later(weeks, Q()).filter(later=0)


def missed_last(number: int, weeks: models.QuerySet[Any], closed: Q) -> Q:
    """The last so many of these weeks that are closed, or more, were owed and have no approved update: the first of
    them was owed, and nothing is approved for it nor for one after it."""
    after = _later(weeks, closed)
    said = updates().filter(among("week", after.filter(later__lt=number)), workflow=Workflow.APPROVED)
    return ~Q(Exists(said)) & owes(Q(among("pk", after.filter(closed, later=number - 1))))


class _OwedNone(Func):
    """Whether the initiative of that key was once recorded to owe no updates, before it came to stand as it does. Names
    the history, of which an earlier revision knows its part."""

    template = f"exists (select 1 {_NOT_OWING} and h.id = %(expressions)s)"
    output_field = models.BooleanField()


class _OwingSince(Func):
    """The plan's day on which the initiative of that key, in the plan of that key, was last recorded to owe updates
    after it had owed none; null where it always has."""

    template = f"""(select (r.at at time zone p.time_zone)::date
        from (select %(expressions)s) of(initiative, plan)
        join pillars_plan p on p.id = of.plan
        join public.tracker_revision r on r.number = (
            select max(h.to_rev) {_NOT_OWING} and h.id = of.initiative))"""  # noqa: S608 - constants
    output_field = DateField()


def owes(weeks: Q) -> Q:
    """One of the reporting weeks for which this holds is owed. Found for all initiatives at once where many are asked;
    since when, only for the few that once owed none."""
    started = ReportingWeek.objects.filter(
        weeks,
        plan__initiatives=OuterRef("pk"),
        ends_on__gte=Greatest(F("plan__initiatives__starts_on"), EVER),
    )
    since = started.filter(ends_on__gte=_OwingSince(OuterRef("pk"), OuterRef("plan")))
    return Q(Exists(started)) & (~Q(_OwedNone("pk")) | Q(Exists(since)))


def unsaid(weeks: models.QuerySet[Any]) -> Q:
    """It is one of these weeks, and the initiative that `owes` it has submitted nothing for it."""
    said = model_of("StatusUpdate").objects.filter(
        # The same weeks once more, so that updates of these alone are read.
        among("week", weeks), week=OuterRef("pk"), initiative=OuterRef("plan__initiatives"),
        workflow__in=[Workflow.SUBMITTED, Workflow.APPROVED],
    )  # fmt: skip
    return Q(among("pk", weeks)) & ~Q(Exists(said))


def _owed(weeks: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Without those that ended before the initiative started, or before it was recorded to be underway."""
    since = _OwingSince(OuterRef("pk"), OuterRef("plan"))
    return weeks.filter(ends_on__gte=Greatest(OuterRef("starts_on"), since, EVER))


def last_approved(condition: Q) -> Subquery:
    """The Monday of the last week, of those meant, with an approved update; for a query inside one on initiatives."""
    rows = model_of("StatusUpdate").objects.filter(
        condition, initiative=OuterRef(OuterRef("pk")), workflow=Workflow.APPROVED
    )
    return Subquery(rows.order_by("-week__starts_on").values("week__starts_on")[:1])


def count_owed(weeks: models.QuerySet[Any]) -> Coalesce:
    """How many of these weeks it owes."""
    counted = _owed(weeks).order_by().values("plan").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)
