"""Milestones met, due, late and next: counts with their denominator beside them."""

from collections.abc import Callable
from datetime import date, timedelta

from django.db.models import Count, Expression
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from initiatives.models import Milestone
from initiatives.models.milestone import MilestoneQuerySet
from pillars.rules import monday_of
from reports.figures.declaration import Figure, Rows, Selection, Unit, declare
from reports.figures.feeds import COUNTED_MILESTONES, DATED_MILESTONES, Feed

NEXT = timedelta(weeks=4)


def _all(selection: Selection) -> MilestoneQuerySet:
    return Milestone.objects.filter(initiative__in=selection.initiatives.order_by().values("pk"))


def counted(selection: Selection, on: date) -> MilestoneQuerySet:
    """Milestones that count for the plan on that day, with their dates."""
    return _all(selection).counted(on=on).with_dates()


def excluded(selection: Selection, on: date) -> list[tuple[Promise, Rows]]:
    """Those that do not, and why."""
    return [
        (
            _("Met before the plan was announced: earns the plan no progress"),
            _all(selection).pre_plan(),
        ),
        (_("Cancelled"), _all(selection).cancelled(on=on)),
    ]


def _met(selection: Selection, on: date) -> Rows:
    return counted(selection, on).met(on=on)


def _due_this_week(selection: Selection, on: date) -> Rows:
    monday = monday_of(on)
    return counted(selection, on).due_between(monday, monday + timedelta(days=6))


def _late(selection: Selection, on: date) -> Rows:
    return counted(selection, on).late(on=on)


def _next(selection: Selection, on: date) -> Rows:
    after = monday_of(on) + timedelta(days=7)
    return counted(selection, on).unmet(on=on).expected_between(after, after + NEXT - timedelta(days=1))


def _milestone_figure(
    key: str, english: tuple[str, str], french: tuple[str, str], rows: Callable[[Selection, date], Rows],
    fed_by: tuple[Feed, ...],
) -> Figure:  # fmt: skip
    return declare(
        Figure(
            key=key,
            version=1,
            label_en=english[0],
            label_fr=french[0],
            definition_en=english[1],
            definition_fr=french[1],
            unit=Unit.MILESTONES,
            rows=rows,
            initiative="initiative_id",
            value=_count,
            excluded=excluded,
            fed_by=fed_by,
        )
    )


def _count() -> Expression:
    return Count("pk")


MILESTONES = _milestone_figure(
    "milestones",
    ("Milestones", "All milestones of the plan, but those cancelled and those met before the plan was announced."),
    ("Jalons", "Tous les jalons du plan, sauf ceux qui sont annulés et ceux atteints avant l’annonce du plan."),
    counted,
    COUNTED_MILESTONES,
)
MILESTONES_MET = _milestone_figure(
    "milestones_met",
    ("Milestones met", "Milestones met on or before the day."),
    ("Jalons atteints", "Jalons atteints au plus tard ce jour-là."),
    _met,
    COUNTED_MILESTONES,
)
MILESTONES_DUE_THIS_WEEK = _milestone_figure(
    "milestones_due_this_week",
    (
        "Due this week",
        (
            "Milestones promised (latest approved baseline, else first forecast) or expected (latest forecast) within"
            " the ISO week of the day, met or not."
        ),
    ),
    (
        "Échéances de la semaine",
        (
            "Jalons promis (dernière référence approuvée, sinon première prévision) ou prévus (dernière prévision) dans"
            " la semaine ISO du jour, atteints ou non."
        ),
    ),
    _due_this_week,
    DATED_MILESTONES,
)
MILESTONES_LATE = _milestone_figure(
    "milestones_late",
    (
        "Milestones late",
        (
            "Milestones not met by the day though promised for an earlier one (latest approved baseline, else first"
            " forecast). A later forecast does not excuse."
        ),
    ),
    (
        "Jalons en retard",
        (
            "Jalons non atteints à ce jour alors qu’ils étaient promis pour une date antérieure (dernière référence"
            " approuvée, sinon première prévision). Une prévision repoussée n’excuse rien."
        ),
    ),
    _late,
    DATED_MILESTONES,
)
MILESTONES_NEXT = _milestone_figure(
    "milestones_next",
    ("Next four weeks", "Milestones not met by the day and expected within the four weeks after its ISO week."),
    (
        "Quatre prochaines semaines",
        "Jalons non atteints à ce jour et prévus dans les quatre semaines qui suivent la semaine ISO de ce jour.",
    ),
    _next,
    DATED_MILESTONES,
)
