"""Freshness in SQL: what `rules.freshness` says, of each row of a query on initiatives."""

from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    Exists,
    F,
    Func,
    Max,
    OuterRef,
    Q,
    RowRange,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, Greatest
from django.db.models.lookups import GreaterThanOrEqual

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
_YES, _NO = Value(value=True), Value(value=False)
_LAST = 2**62  # past every revision, and before what ends a version that still stands
_NEVER = Value(_LAST, output_field=models.BigIntegerField())
# Versions of an initiative in which it owed no updates, and which ended by the revision that is shown.
_NOT_OWING = f"""from history.initiatives_initiative h
    where h.lifecycle not in ({", ".join(f"'{one}'" for one in OWING)})
    and h.to_rev <= coalesce(nullif(current_setting('tracker.revision', true), '')::bigint, {_LAST})"""


def ladder(*, at: datetime) -> dict[str, Any]:
    """Annotations: `freshness` at that instant, and what it rests on: `missed_weeks` (closed weeks in a row, up to the
    last, without an approved update), `running_week` (its Monday), `due_at` (its deadline; null once it is closed),
    `handed_in_at` (when its update was first submitted)."""
    begun, closed = ReportingWeek.objects.filter(opens_at__lte=at), _closed(at)
    running, still_open = _last(begun), begun.exclude(closed)
    of_plan = _weeks().filter(opens_at__lte=at).order_by("-starts_on")
    due = Case(When(closed, then=None), default=F("initiative_due_at"), output_field=models.DateTimeField())
    handed_in = _updates().filter(
        Q(workflow=Workflow.APPROVED) | (Q(workflow=Workflow.SUBMITTED) & Q(_among("week", still_open))),
        _among("week", running),
    )
    last = _last_approved(Q(week__opens_at__lte=at))
    missed = _weeks().filter(closed, opens_at__lte=at, starts_on__gt=Coalesce(last, _EVER))
    overdue = still_open.filter(initiative_due_at__lte=at)
    near = _weeks().filter(_among("pk", running), initiative_due_at__lte=at + DUE_WITHIN).exclude(closed)
    return {
        "missed_weeks": _count(missed),
        "running_week": Subquery(of_plan.values("starts_on")[:1]),
        "due_at": Subquery(of_plan.annotate(due=due).values("due")[:1]),
        "handed_in_at": Subquery(handed_in.values("first_submitted_at")[:1]),
        "freshness": Case(
            When(~Q(lifecycle__in=OWING), then=Value(Freshness.NOT_OWED)),
            When(Exists(handed_in), then=Value(Freshness.REPORTED)),
            When(~touched_since(silent_since(at), seen=at), then=Value(Freshness.SILENT)),
            When(_missed(STALE_WEEKS, begun, closed), then=Value(Freshness.STALE)),
            When(_missed(1, begun, closed), then=Value(Freshness.MISSED)),
            When(_owes(_unsaid(overdue)), then=Value(Freshness.LATE)),
            When(Exists(near), then=Value(Freshness.DUE)),
            default=Value(Freshness.NOT_DUE),
            output_field=CharField(),
        ),
    }


def timeliness(*, on: date, until: datetime) -> dict[str, Any]:
    """Annotation `timeliness`: how it reported for the last reporting week complete on that day, as health counts it.
    `until` is the end of the day."""
    complete, _ = rated_weeks(on)
    of_week = _updates().filter(workflow=Workflow.APPROVED, week__starts_on=complete)
    until_then = ReportingWeek.objects.filter(starts_on__lte=complete)
    return {
        "timeliness": Case(
            When(~Q(lifecycle__in=OWING), then=Value(Timeliness.NOT_OWED)),
            When(
                Exists(of_week.filter(first_submitted_at__lte=F("week__initiative_due_at"))),
                then=Value(Timeliness.IN_TIME),
            ),
            When(Exists(of_week), then=Value(Timeliness.LATE)),
            When(~_owes(Q(starts_on=complete)), then=Value(Timeliness.NOT_OWED)),
            When(~touched_since(silent_since(until), seen=until), then=Value(Timeliness.SILENT)),
            When(_missed(STALE_WEEKS, until_then, Q(starts_on__lte=complete)), then=Value(Timeliness.STALE)),
            default=Value(Timeliness.MISSED),
            output_field=CharField(),
        ),
    }


def touched_since(at: datetime, *, seen: datetime) -> Q:
    """Some fact, or somebody's opinion, was touched at `at` or later. Opinions are looked for first where they most
    often are: in the weeks that were due after then, and had opened by the instant `seen`."""
    first = _first_revision(at)
    span = Q(revision__gte=first, revision__lte=_newest_revision())
    lately = _among("week", ReportingWeek.objects.filter(opens_at__lte=seen, initiative_due_at__gt=at))
    # A greatest revision is looked up where Exists would read a million updates once to find the few of one initiative.
    ever: Any = GreaterThanOrEqual(Coalesce(_latest(_opinions(), "initiative"), 0), first)
    rows = [_opinions().filter(lately), *(_facts(name) for name in FACTS)]
    return reduce(or_, (Q(Exists(one.filter(span))) for one in rows), Q(revision__gte=first)) | Q(ever)


def opened(*, on: date) -> dict[str, Any]:
    """Annotations of the update in force on that day: `said_in`, the Monday of its week (null without one), and
    `said_from`, the first revision after that week opened."""
    in_force = _in_force(on).order_by("-week__starts_on")
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
    # The first two say nothing that the last does not; they are asked of all at once, and leave few to look at.
    rests_on_nothing = Q(Exists(milestones.filter(forecast_on__lt=OuterRef("said_in")))) & ~reduce(or_, touched)
    steps = Case(
        When(~Exists(_in_force(on)), then=_NO),
        When(~Exists(_passed(on)), then=_NO),
        When(rests_on_nothing, then=_YES),
        default=_NO,
        output_field=models.BooleanField(),
    )
    return Q(steps)


def _in_force(on: date) -> models.QuerySet[Any]:
    return _updates().filter(workflow=Workflow.APPROVED, week__starts_on__in=set(rated_weeks(on)))


def _passed(on: date) -> Any:
    """The latest forecasts of unmet milestones, where they lie before the last week that is rated on that day."""
    later = _model("MilestoneForecast").objects.filter(milestone=OuterRef("milestone"))
    later = later.filter(Q(made_at__gt=OuterRef("made_at")) | Q(made_at=OuterRef("made_at"), pk__gt=OuterRef("pk")))
    unmet = Q(milestone__actual_on__isnull=True) | Q(milestone__actual_on__gt=on)
    return _facts("MilestoneForecast").filter(~Exists(later), unmet, date__lt=max(rated_weeks(on)))


def _first_revision(at: Any) -> Coalesce:
    """The first one made at that instant or later; past all of them where there is none."""
    return Coalesce(Subquery(Revision.objects.filter(at__gte=at).order_by("at").values("number")[:1]), _NEVER)


def _newest_revision() -> Subquery:
    """Bounds a span that is not known before it is asked: PostgreSQL takes one with two ends for a short one, which
    what was touched of late is, and one without an end for a third of all."""
    return Subquery(Revision.objects.order_by("-number").values("number")[:1])


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


class _Among(Func):
    """Whether a key is among those of a query that rests on no row. It is asked once, and what it finds is looked up in
    an index; as a join it might be asked anew for every initiative."""

    template = "%(expressions)s)"
    arg_joiner = " = any("
    output_field = models.BooleanField()


def _among(path: str, weeks: models.QuerySet[Any]) -> _Among:
    return _Among(F(path), ArraySubquery(weeks.values("pk")))


def _closed(at: datetime) -> Q:
    return Q(locks_at__lte=at) | Q(locked_at__lte=at)


def _later(weeks: models.QuerySet[Any], condition: Q) -> Any:
    """With `later`: how many of them, of the same plan, meet the condition and come after."""
    count = Count("pk", filter=condition)
    frame = RowRange(end=-1)
    return weeks.annotate(later=Window(count, partition_by="plan", order_by=F("starts_on").desc(), frame=frame))


def _last(weeks: models.QuerySet[Any]) -> Any:
    """The last of them, of each plan."""
    return _later(weeks, Q()).filter(later=0)


def _missed(number: int, weeks: models.QuerySet[Any], closed: Q) -> Q:
    """The last so many of these weeks that are closed, or more, were owed and have no approved update: the first of
    them was owed, and nothing is approved for it nor for one after it."""
    after = _later(weeks, closed)
    said = _updates().filter(_among("week", after.filter(later__lt=number)), workflow=Workflow.APPROVED)
    return ~Q(Exists(said)) & _owes(Q(_among("pk", after.filter(closed, later=number - 1))))


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


def _owes(weeks: Q) -> Q:
    """One of the reporting weeks for which this holds is owed. Found for all initiatives at once where many are asked;
    since when, only for the few that once owed none."""
    started = ReportingWeek.objects.filter(
        weeks,
        plan__initiatives=OuterRef("pk"),
        ends_on__gte=Greatest(F("plan__initiatives__starts_on"), _EVER),
    )
    since = started.filter(ends_on__gte=_OwingSince(OuterRef("pk"), OuterRef("plan")))
    return Q(Exists(started)) & (~Q(_OwedNone("pk")) | Q(Exists(since)))


def _unsaid(weeks: models.QuerySet[Any]) -> Q:
    """It is one of these weeks, and the initiative that `_owes` it has submitted nothing for it."""
    said = _model("StatusUpdate").objects.filter(
        # The same weeks once more, so that updates of these alone are read.
        _among("week", weeks), week=OuterRef("pk"), initiative=OuterRef("plan__initiatives"),
        workflow__in=[Workflow.SUBMITTED, Workflow.APPROVED],
    )  # fmt: skip
    return Q(_among("pk", weeks)) & ~Q(Exists(said))


def _owed(weeks: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Without those that ended before the initiative started, or before it was recorded to be underway."""
    since = _OwingSince(OuterRef("pk"), OuterRef("plan"))
    return weeks.filter(ends_on__gte=Greatest(OuterRef("starts_on"), since, _EVER))


def _last_approved(condition: Q) -> Subquery:
    """The Monday of the last week, of those meant, with an approved update; for a query inside one on initiatives."""
    rows = _model("StatusUpdate").objects.filter(
        condition, initiative=OuterRef(OuterRef("pk")), workflow=Workflow.APPROVED
    )
    return Subquery(rows.order_by("-week__starts_on").values("week__starts_on")[:1])


def _count(weeks: models.QuerySet[Any]) -> Coalesce:
    counted = _owed(weeks).order_by().values("plan").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)
