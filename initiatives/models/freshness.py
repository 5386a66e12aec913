"""Freshness in SQL: what `rules.freshness` says, of each row of a query on initiatives."""

from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Case, CharField, Count, DateField, Exists, F, Func, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest

from initiatives.choices import Freshness, Lifecycle, Timeliness, Workflow
from initiatives.rules import rated_weeks
from initiatives.rules.freshness import DUE_WITHIN, STALE_WEEKS, silent_since
from pillars.models import ReportingWeek
from pillars.models.week import ReportingWeekQuerySet
from tracker.models import Revision

OWING = (Lifecycle.UNDERWAY, Lifecycle.ONGOING)
# The facts of an initiative, each with the path to it.
FACTS = {
    "Milestone": "initiative",
    "MilestoneBaseline": "milestone__initiative",
    "MilestoneForecast": "milestone__initiative",
    "LedgerEntry": "line__initiative",
    "Observation": "indicator__initiative",
    "Evidence": "initiative",
}
_EVER = Value(date(1900, 1, 1), output_field=DateField())
_LAST = 2**62  # past every revision, and before what ends a version that still stands
_NEVER = Value(_LAST, output_field=models.BigIntegerField())


def ladder(*, at: datetime) -> dict[str, Any]:
    """Annotations: `freshness` at that instant, and what it rests on: `missed_weeks` (closed weeks in a row, up to the
    last, without an approved update), `running_week` (its Monday), `due_at` (its deadline; null once it is closed),
    `handed_in_at` (when its update was first submitted)."""
    begun = _weeks().filter(opens_at__lte=at)
    closed = Q(locks_at__lte=at) | Q(locked_at__lte=at)
    week_closed = Q(week__locks_at__lte=at) | Q(week__locked_at__lte=at)
    running = begun.order_by("-starts_on")
    due = Case(When(closed, then=None), default=F("initiative_due_at"), output_field=models.DateTimeField())
    of_plan = ReportingWeek.objects.filter(plan=OuterRef("week__plan"), opens_at__lte=at).order_by("-starts_on")
    handed_in = _updates().filter(
        Q(workflow=Workflow.APPROVED) | (Q(workflow=Workflow.SUBMITTED) & ~week_closed),
        week=Subquery(of_plan.values("pk")[:1]),
    )
    missed = begun.filter(closed, starts_on__gt=Coalesce(_last_approved(Q(week__opens_at__lte=at)), _EVER))
    weeks = _count(missed)
    due_at = Subquery(running.annotate(due=due).values("due")[:1])
    return {
        "missed_weeks": weeks,
        "running_week": Subquery(running.values("starts_on")[:1]),
        "due_at": due_at,
        "handed_in_at": Subquery(handed_in.values("first_submitted_at")[:1]),
        "freshness": Case(
            When(~Q(lifecycle__in=OWING), then=Value(Freshness.NOT_OWED)),
            When(Exists(handed_in), then=Value(Freshness.REPORTED)),
            When(~touched_since(silent_since(at)), then=Value(Freshness.SILENT)),
            When(missed_weeks__gte=STALE_WEEKS, then=Value(Freshness.STALE)),
            When(missed_weeks__gt=0, then=Value(Freshness.MISSED)),
            When(Exists(_unsaid(begun.exclude(closed).filter(initiative_due_at__lte=at))), then=Value(Freshness.LATE)),
            When(due_at__lte=at + DUE_WITHIN, then=Value(Freshness.DUE)),
            default=Value(Freshness.NOT_DUE),
            output_field=CharField(),
        ),
    }


def timeliness(*, on: date, until: datetime) -> dict[str, Any]:
    """Annotation `timeliness`: how it reported for the last reporting week complete on that day, as health counts it.
    `until` is the end of the day."""
    complete, _ = rated_weeks(on)
    of_week = _updates().filter(workflow=Workflow.APPROVED, week__starts_on=complete)
    last = _last_approved(Q(week__starts_on__lte=complete))
    missed = _weeks().filter(starts_on__lte=complete, starts_on__gt=Coalesce(last, _EVER))
    return {
        "missed_weeks": _count(missed),
        "timeliness": Case(
            When(~Q(lifecycle__in=OWING), then=Value(Timeliness.NOT_OWED)),
            When(
                Exists(of_week.filter(first_submitted_at__lte=F("week__initiative_due_at"))),
                then=Value(Timeliness.IN_TIME),
            ),
            When(Exists(of_week), then=Value(Timeliness.LATE)),
            When(~Exists(_owed(_weeks()).filter(starts_on=complete)), then=Value(Timeliness.NOT_OWED)),
            When(~touched_since(silent_since(until)), then=Value(Timeliness.SILENT)),
            When(missed_weeks__gte=STALE_WEEKS, then=Value(Timeliness.STALE)),
            default=Value(Timeliness.MISSED),
            output_field=CharField(),
        ),
    }


def touched_since(at: datetime) -> Q:
    """Some fact, or somebody's opinion, was touched at that instant or later."""
    first = _first_revision(at)
    rows = [*(_facts(name) for name in FACTS), _opinions()]
    return reduce(or_, (Q(Exists(one.filter(revision__gte=first))) for one in rows), Q(revision__gte=first))


def opened(*, on: date) -> dict[str, Any]:
    """Annotations of the update in force on that day: `said_in`, the Monday of its week (null without one), and
    `said_from`, the first revision after that week opened."""
    complete, current = rated_weeks(on)
    in_force = (
        _updates()
        .filter(workflow=Workflow.APPROVED, week__starts_on__in={complete, current})
        .order_by("-week__starts_on")
    )
    return {
        "said_in": Subquery(in_force.values("week__starts_on")[:1]),
        "opened_at": Subquery(in_force.values("week__opens_at")[:1]),
        "said_from": _first_revision(OuterRef("opened_at")),
    }


def hollow(*, on: date) -> Q:
    """A forecast of an unmet milestone had passed before the week of the update in force began, and no fact was touched
    since it began. Needs `opened`."""
    milestones = _facts("Milestone").counted(on=on).unmet(on=on).with_dates()
    touched = (Q(Exists(_facts(name).filter(revision__gte=OuterRef("said_from")))) for name in FACTS)
    return Q(Exists(milestones.filter(forecast_on__lt=OuterRef("said_in")))) & ~reduce(or_, touched)


def _first_revision(at: Any) -> Coalesce:
    """The first one made at that instant or later; past all of them where there is none."""
    return Coalesce(Subquery(Revision.objects.filter(at__gte=at).order_by("at").values("number")[:1]), _NEVER)


def last_touched() -> dict[str, Any]:
    """Annotation `touched_at`: when a fact or somebody's opinion was last touched."""
    latest = [_latest(_facts(name), path) for name, path in FACTS.items()]
    touched = Greatest("revision", *latest, _latest(_opinions(), "initiative"))
    at = Subquery(Revision.objects.filter(number=OuterRef("touched")).values("at")[:1])
    return {"touched": touched, "touched_at": at}


def _latest(rows: models.QuerySet[Any], path: str) -> Subquery:
    return Subquery(rows.order_by().values(path).annotate(latest=Max("revision")).values("latest"))


def _model(name: str) -> Any:
    return apps.get_model("initiatives", name)


def _facts(name: str) -> Any:
    return _model(name).objects.filter(**{FACTS[name]: OuterRef("pk")})


def _updates() -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = _model("StatusUpdate").objects.filter(initiative=OuterRef("pk"))
    return rows


def _opinions() -> models.QuerySet[Any]:
    """Updates that somebody wrote: a draft laid out for a person is nobody's opinion yet."""
    return _updates().filter(Q(first_submitted_at__isnull=False) | ~Q(writers=[]))


def _weeks() -> ReportingWeekQuerySet:
    return ReportingWeek.objects.filter(plan=OuterRef("plan"))


class _OwingSince(Func):
    """The plan's day on which the initiative of that key, in the plan of that key, was last recorded to owe updates
    after it had owed none; null where it always has. Names the history, of which an earlier revision knows its part."""

    template = f"""(select (r.at at time zone p.time_zone)::date
        from (select %(expressions)s) of(initiative, plan)
        join pillars_plan p on p.id = of.plan
        join public.tracker_revision r on r.number = (
            select max(h.to_rev) from history.initiatives_initiative h where h.id = of.initiative
            and h.lifecycle not in ({", ".join(f"'{one}'" for one in OWING)})
            and h.to_rev <= coalesce(nullif(current_setting('tracker.revision', true), '')::bigint, {_LAST})))"""  # noqa: S608 - constants
    output_field = DateField()


def _owed(weeks: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Without those that ended before the initiative started, or before it was recorded to be underway."""
    since = _OwingSince(OuterRef("pk"), OuterRef("plan"))
    return weeks.filter(ends_on__gte=Greatest(OuterRef("starts_on"), since, _EVER))


def _unsaid(weeks: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Those that are owed and for which nothing is submitted or approved."""
    said = _model("StatusUpdate").objects.filter(
        week=OuterRef("pk"), initiative=OuterRef(OuterRef("pk")), workflow__in=[Workflow.SUBMITTED, Workflow.APPROVED]
    )
    return _owed(weeks).exclude(Exists(said))


def _last_approved(condition: Q) -> Subquery:
    """The Monday of the last week, of those meant, with an approved update; for a query inside one on initiatives."""
    rows = _model("StatusUpdate").objects.filter(
        condition, initiative=OuterRef(OuterRef("pk")), workflow=Workflow.APPROVED
    )
    return Subquery(rows.order_by("-week__starts_on").values("week__starts_on")[:1])


def _count(weeks: models.QuerySet[Any]) -> Coalesce:
    counted = _owed(weeks).order_by().values("plan").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)
