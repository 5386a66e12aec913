"""Initiatives as rows of a table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from reports.figures import FIGURES
from reports.panels import explain_url
from reports.views.standing import Standing, standings


@dataclass(frozen=True)
class InitiativeRow:
    """An initiative with its health and funding, how long it has stood there, and what explains the funding."""

    initiative: Any
    standing: Standing
    funding_url: str


def initiative_rows(initiatives: Iterable[Any], *, on: date) -> list[InitiativeRow]:
    """Rows for initiatives that carry `health` and `funding`."""
    found = list(initiatives)
    standing = standings([initiative.pk for initiative in found], on=on)
    return [
        InitiativeRow(
            initiative,
            standing[initiative.pk],
            explain_url(FIGURES["health_dollars"], f"{initiative.plan.code}/{initiative.code}", on=on),
        )
        for initiative in found
    ]
