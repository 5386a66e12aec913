"""From the last sealed rollup to what a page shows: the two ends, and which rows were touched between them."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from initiatives.models.initiative import InitiativeQuerySet
from pillars.models import Plan
from pillars.rules import monday_of, week_code
from reports.comparison import back_at
from reports.differences import Point
from reports.figures.scopes import Scope
from reports.models import WeeklyRollup
from tracker.errors import BadMoment
from tracker.timemachine.moments import Moment, resolve

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Some:
    """The first of some rows, how many there are in all, and where those stand; empty where nowhere."""

    rows: list[Any]
    count: int
    url: str = ""

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.rows)


@dataclass(frozen=True)
class Span:
    """In a scope, from the point `then` to the day and revision that a page shows."""

    scope: Scope
    then: Point
    on: date
    revision: int

    @classmethod
    def of(cls, scope: Scope, *, moment: Moment, on: date) -> Self | None:
        """From the newest sealed rollup of an earlier week; without any, from the end of the last complete week. None
        where the plan was not recorded by then."""
        then = _last_point(scope.selection.plan, moment=moment, on=on)
        return None if then is None else cls(scope, then, on, moment.revision)

    def from_earlier(self, moment: Moment) -> Self | None:
        """The same from the point of the week before; None where there is none."""
        then = _last_point(self.scope.selection.plan, moment=moment, on=self.then.on)
        return None if then is None else replace(self, then=then)

    @property
    def initiatives(self) -> InitiativeQuerySet:
        """Those of the scope, as they stand now."""
        return self.scope.selection.initiatives

    @property
    def mine(self) -> Any:
        """Their keys, as a condition."""
        return self.initiatives.order_by().values("pk")

    @property
    def touched(self) -> Q:
        """Rows that a revision has touched since."""
        return Q(revision__gt=self.then.revision)

    @property
    def ends(self) -> dict[str, str]:
        """Both ends as the pages of differences take them."""
        return {"from": self.then.pinned, "to": f"r{self.revision}@{self.on.isoformat()}"}

    @property
    def compare_url(self) -> str:
        """All figures, then and now."""
        return self._at("compare", **self.ends)

    @property
    def milestones_url(self) -> str:
        """What was recorded of milestones in between."""
        days = {"from": (self.then.on + DAY).isoformat(), "to": self.on.isoformat()}
        return self._at("plan-history", kind="milestone", **days)

    def _at(self, name: str, **query: str) -> str:
        return f"{reverse(name, args=[self.scope.selection.plan.code])}?{urlencode(query)}"


def _last_point(plan: Plan, *, moment: Moment, on: date) -> Point | None:
    sealed = WeeklyRollup.objects.filter(plan=plan, on__lt=on, as_of__lte=moment.revision)
    row = sealed.order_by("-week__starts_on", "-edition").values_list("code", "on", "as_of").first()
    if row is not None:
        code, day, revision = row
        return Point(code, day, revision, None, rollup=code)
    week = week_code(monday_of(on) - DAY)
    try:
        found = resolve(week, now=timezone.now())
    except BadMoment:  # before the history, or in the future
        return None
    if found.revision >= moment.revision or found.on >= on:
        return None
    point = Point(week, found.on, found.revision, found.at)
    with back_at(point):
        return point if Plan.objects.filter(pk=plan.pk).exists() else None
