"""Initiatives as rows of a table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from initiatives.aggregates.freshness import Fresh, freshness
from reports.figures import FIGURES
from reports.panels import explain_url
from reports.views.standing import Standing, standings


@dataclass(frozen=True)
class InitiativeRow:
    """An initiative with its health and funding, how long it has stood there, whether it is reported on, and what
    explains the funding."""

    initiative: Any
    standing: Standing
    fresh: Fresh
    funding_url: str


def initiative_rows(initiatives: Iterable[Any], *, on: date, at: datetime) -> list[InitiativeRow]:
    """Rows for initiatives that carry `health` and `funding`; `at` is the instant for which freshness is asked."""
    found = list(initiatives)
    keys = [initiative.pk for initiative in found]
    standing, fresh = standings(keys, on=on), freshness(keys, at=at)
    return [
        InitiativeRow(
            initiative,
            standing[initiative.pk],
            fresh[initiative.pk],
            explain_url(FIGURES["health_dollars"], f"{initiative.plan.code}/{initiative.code}", on=on),
        )
        for initiative in found
    ]
