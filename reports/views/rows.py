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
from reports.comparison import Was, back_at
from reports.differences import Point
from reports.figures import FIGURES
from reports.panels import explain_url
from reports.views.standing import Standing, standings


@dataclass(frozen=True)
class Before:
    """What an initiative was at another moment: its row as of then, None where it was not there; and the history that
    tells why. Each property is None where nothing differs."""

    initiative: Any
    then: Any
    history_url: str

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
        return Was(self.then.funding, self.history_url)

    def _differs(self, name: str) -> str | None:
        before: str | None = getattr(self.then, name, None)
        return before if before != getattr(self.initiative, name) else None


@dataclass(frozen=True)
class InitiativeRow:
    """An initiative with its health and funding, how long it has stood there, whether it is reported on, and what
    explains the funding. `before`: what it was, where the page is compared with another moment."""

    initiative: Any
    standing: Standing
    fresh: Fresh
    funding_url: str
    before: Before | None = None


def initiative_rows(
    initiatives: Iterable[Any], *, on: date, at: datetime, then: Point | None = None
) -> list[InitiativeRow]:
    """Rows for initiatives that carry `health` and `funding`; `at` is the instant for which freshness is asked, `then`
    what they are compared with."""
    found = list(initiatives)
    keys = [initiative.pk for initiative in found]
    standing, fresh = standings(keys, on=on), freshness(keys, at=at)
    earlier = before(found, then) if then else {}
    return [
        InitiativeRow(
            initiative,
            standing[initiative.pk],
            fresh[initiative.pk],
            explain_url(FIGURES["health_dollars"], f"{initiative.plan.code}/{initiative.code}", on=on),
            earlier.get(initiative.pk),
        )
        for initiative in found
    ]


def before(initiatives: Iterable[Any], then: Point) -> dict[int, Before]:
    """What each of these was; one query. Who may see an initiative now is shown what it was."""
    found = list(initiatives)
    with back_at(then):
        rows: Any = Initiative.objects.filter(pk__in=[one.pk for one in found]).select_related("lead")
        known = {row.pk: row for row in rows.with_health(on=then.on).with_funding(on=then.on)}
    return {one.pk: Before(one, known.get(one.pk), _history_url(one, then)) for one in found}


def _history_url(initiative: Any, then: Point) -> str:
    """What was recorded since then, whatever days are compared: no page is compared with what came after it."""
    first = timezone.localdate(then.at, initiative.plan.zone) if then.at else then.on
    query = {"within": initiative.code, "from": first.isoformat()}
    return f"{reverse('plan-history', args=[initiative.plan.code])}?{urlencode(query)}"
