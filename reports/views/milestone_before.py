"""The rows of the list of milestones as they were at another moment, with the reasons given for what moved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from initiatives.models import Milestone, MilestoneBaseline, MilestoneForecast
from reports.comparison import back_at
from reports.differences import Point
from reports.views.milestones import MilestoneBefore, WasDate, milestone_state

LONG = 60  # characters of a reason in a table; the whole of it stands where the mark leads
STATES = {
    "met": pgettext_lazy("milestone", "met"),
    "pre_plan": _("before the plan"),
    "cancelled": pgettext_lazy("milestone", "cancelled"),
    "late": pgettext_lazy("milestone", "late"),
    "open": pgettext_lazy("milestone", "open"),
}


@dataclass(frozen=True)
class WasMoved(WasDate):
    """With the reason that was given for the date that stands there now."""

    reason: str = ""


@dataclass(frozen=True)
class ListedBefore(MilestoneBefore):
    """Each property is None where nothing differs. `states`: now and then. `agreed`, `moved`: why the latest baseline
    since then was approved, and why the latest forecast since then was made."""

    states: tuple[str, str]
    agreed: str = ""
    moved: str = ""

    @property
    def state(self) -> Promise | None:
        """In words."""
        now, then = self.states
        return None if self.then is None or now == then else STATES[then]

    @property
    def planned(self) -> WasDate | None:
        """What was promised."""
        return _because(self._differs("planned_on"), self.agreed or self.moved)

    @property
    def forecast(self) -> WasDate | None:
        """The latest forecast."""
        return _because(self._differs("forecast_on"), self.moved)


def _because(was: WasDate | None, reason: str) -> WasDate | None:
    return was and WasMoved(was.date, was.url, reason)


def listed_before(rows: Iterable[Any], then: Point, *, on: date) -> dict[int, ListedBefore]:
    """What each of these was, by its key: three queries, however many. Who may see a milestone now is shown what it
    was."""
    found = list(rows)
    with back_at(then):
        known = {row.pk: row for row in Milestone.objects.filter(pk__in=[row.pk for row in found]).for_list()}
    moved = [row.pk for row in found if row.pk in known and _dates(row) != _dates(known[row.pk])]
    since = {"milestone__in": moved, "revision__gt": then.revision}
    agreed = _reasons(MilestoneBaseline.objects.filter(**since).order_by("number"))
    forecast = _reasons(MilestoneForecast.objects.filter(**since).oldest_first())
    return {
        row.pk: ListedBefore(
            now=row,
            then=known.get(row.pk),
            history_url=reverse("object-history", args=[row.initiative.plan.code, "milestone", row.pk]),
            states=(milestone_state(row, on=on), _state(known.get(row.pk), on=then.on)),
            agreed=agreed.get(row.pk, ""),
            moved=forecast.get(row.pk, ""),
        )
        for row in found
    }


def _dates(row: Any) -> tuple[date | None, date | None]:
    return row.planned_on, row.forecast_on


def _state(row: Any, *, on: date) -> str:
    return milestone_state(row, on=on) if row is not None else ""


def _reasons(rows: QuerySet[Any]) -> dict[int, str]:
    """Of the last of each milestone."""
    told = dict(rows.values_list("milestone", "reason"))
    return {key: Truncator(reason).chars(LONG) for key, reason in told.items()}
