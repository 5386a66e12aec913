"""Initiatives as rows of a table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from initiatives.aggregates.freshness import Fresh, freshness
from initiatives.models import Initiative
from pillars.models import Plan
from reports.comparison import Comparison, Was, back_at
from reports.differences import Point
from reports.figures import FIGURES
from reports.panels import explain_url
from reports.views.standing import Standing, standings


@dataclass(frozen=True)
class Before:
    """What an initiative was at another moment: its row as of then, None where it was not there. What tells why is the
    history since; of health and funding, which turn with the weeks too, it is the difference of these figures. Each
    property is None where nothing differs."""

    initiative: Any
    then: Any
    history_url: str
    health_url: str
    funding_url: str

    @property
    def health(self) -> str | None:
        return self._differs("health")

    @property
    def lifecycle(self) -> str | None:
        return self._differs("lifecycle")

    @property
    def lead(self) -> Any:
        return self.then.lead if self.then and self.then.lead_id != self.initiative.lead_id else None

    @property
    def funding(self) -> Was | None:
        """With what was not known then."""
        if not self.then or self.then.funding == self.initiative.funding:
            return None
        return Was(self.then.funding, self.funding_url)

    def _differs(self, name: str) -> str | None:
        before: str | None = getattr(self.then, name, None)
        return before if before != getattr(self.initiative, name) else None


@dataclass(frozen=True)
class InitiativeRow:
    """An initiative with its health and funding, how long it has stood there, whether it is reported on, and what
    explains health and funding. `before`: what it was, where the page is compared with another moment."""

    initiative: Any
    standing: Standing
    fresh: Fresh
    health_url: str
    funding_url: str
    before: Before | None = None


def initiative_rows(
    initiatives: Iterable[Any], *, on: date, at: datetime, against: Comparison | None = None
) -> list[InitiativeRow]:
    """Rows for initiatives that carry `health` and `funding`; `at` is the instant for which freshness is asked."""
    found = list(initiatives)
    keys = [initiative.pk for initiative in found]
    standing, fresh = standings(keys, on=on), freshness(keys, at=at)
    earlier = before(found, against) if against else {}
    return [
        InitiativeRow(
            initiative,
            standing[initiative.pk],
            fresh[initiative.pk],
            explained("health", initiative, on=on),
            explained("health_dollars", initiative, on=on),
            earlier.get(initiative.pk),
        )
        for initiative in found
    ]


def explained(key: str, initiative: Any, *, on: date) -> str:
    """Address of the explanation of that figure for one initiative."""
    return explain_url(FIGURES[key], f"{initiative.plan.code}/{initiative.code}", on=on)


def before(initiatives: Iterable[Any], against: Comparison) -> dict[int, Before]:
    """What each of these was; one query. Who may see an initiative now is shown what it was."""
    found, then = list(initiatives), against.then
    with back_at(then):
        rows: Any = Initiative.objects.filter(pk__in=[one.pk for one in found]).select_related("lead")
        known = {row.pk: row for row in rows.with_health(on=then.on).with_funding(on=then.on)}
    return {
        one.pk: Before(
            initiative=one,
            then=known.get(one.pk),
            history_url=history_since(then, one.plan, within=one.code),
            health_url=against.why("health", f"{one.plan.code}/{one.code}"),
            funding_url=against.why("health_dollars", f"{one.plan.code}/{one.code}"),
        )
        for one in found
    }


def history_since(then: Point, plan: Plan, *, within: str = "") -> str:
    """Address of what was recorded since then in a plan or one of its initiatives, whatever days are compared: no page
    is compared with what came after it."""
    first = timezone.localdate(then.at, plan.zone) if then.at else then.on
    query = {**({"within": within} if within else {}), "from": first.isoformat()}
    return f"{reverse('plan-history', args=[plan.code])}?{urlencode(query)}"
