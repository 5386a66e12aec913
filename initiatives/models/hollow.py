"""Hollow greens in SQL: an update in force that rests on nothing recorded since its week began."""

from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When

from initiatives.choices import Workflow
from initiatives.models.rows_of import FACTS, facts, model_of, updates
from initiatives.models.touched import first_revision
from initiatives.rules import rated_weeks

_YES, _NO = Value(value=True), Value(value=False)


def opened(*, on: date) -> dict[str, Any]:
    """Annotations of the update in force on that day: `said_in`, the Monday of its week (null without one), and
    `said_from`, the first revision after that week opened."""
    in_force = _in_force(on).order_by("-week__starts_on")
    return {
        "said_in": Subquery(in_force.values("week__starts_on")[:1]),
        "opened_at": Subquery(in_force.values("week__opens_at")[:1]),
        "said_from": first_revision(OuterRef("opened_at")),
    }


def hollow(*, on: date) -> Q:
    """A forecast of an unmet milestone had passed before the week of the update in force began, and no fact was touched
    since it began. Needs `opened`."""
    milestones = facts("Milestone").counted(on=on).unmet(on=on).with_dates()
    touched = (Q(Exists(facts(name).filter(revision__gte=OuterRef("said_from")))) for name in FACTS)
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
    return updates().filter(workflow=Workflow.APPROVED, week__starts_on__in=set(rated_weeks(on)))


def _passed(on: date) -> Any:
    """The latest forecasts of unmet milestones, where they lie before the last week that is rated on that day."""
    later = model_of("MilestoneForecast").objects.filter(milestone=OuterRef("milestone"))
    later = later.filter(Q(made_at__gt=OuterRef("made_at")) | Q(made_at=OuterRef("made_at"), pk__gt=OuterRef("pk")))
    unmet = Q(milestone__actual_on__isnull=True) | Q(milestone__actual_on__gt=on)
    return facts("MilestoneForecast").filter(~Exists(later), unmet, date__lt=max(rated_weeks(on)))
