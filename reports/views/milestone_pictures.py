"""The pictures of the list of milestones: its rows by date, and how many of all that fit slipped, and how far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from initiatives.filters.milestone import SLIP
from pillars.models import Plan
from reports.views.pictures import milestone_dates
from tracker import formats
from tracker.charts import MilestoneTimeline
from tracker.pages import linked

DRAWN = 25
# Days; the steps in which executives speak of a delay: a month, a quarter, half a year.
STEPS = (1, 30, 90, 180)
COUNTED = 5_000  # of more rows than this the steps are not counted: it would keep the reader waiting


@dataclass(frozen=True)
class SlipStep:
    """How many milestones slipped by at least so many days, and the list of them."""

    label: str
    count: int
    url: str


def timeline(rows: Sequence[Any], plan: Plan, *, on: date) -> MilestoneTimeline | None:
    """The first of the page's milestones, in its order; None without any."""
    if not rows:
        return None
    shown = rows[:DRAWN]
    title = (
        _("Timeline of the first %(count)s of these milestones") % {"count": formats.number(len(shown))}
        if len(rows) > DRAWN
        else _("Timeline of these milestones")
    )
    drawn = tuple(milestone_dates(row, f"{row.initiative.code} {row.code}", on=on) for row in shown)
    before = any(day < plan.announced_on for one in drawn for day in one.known)
    return MilestoneTimeline("timeline", title, on, drawn, plan.announced_on if before else None)


def slip_steps(request: HttpRequest, rows: QuerySet[Any], total: int | None) -> list[SlipStep]:
    """Of all that fit the filters; nothing where nothing slipped. One query."""
    if not total or total > COUNTED:
        return []
    # Read, not counted by the database: it would look the dates up anew for each step.
    slips = [slip for slip in rows.order_by().values_list(SLIP, flat=True) if slip is not None]
    return [
        SlipStep(_step(days), count, linked(request, slipped_from=days, sort="slip", after=None))
        for days in STEPS
        if (count := sum(slip >= days for slip in slips))
    ]


def _step(days: int) -> str:
    words = ngettext("by %(days)s day or more", "by %(days)s days or more", days)
    return words % {"days": formats.number(days)}
