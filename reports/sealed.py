"""A sealed payload, read back into the shapes that pages show."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reports.figures import Figure, Unit, figure
from reports.figures.values import Amount, Coverage, Result
from reports.panels import MoneyRow, Panel, money_table


@dataclass(frozen=True)
class SealedPart:
    """Plan, pillar or initiative as it stands in the payload, with its figures."""

    code: str
    title_en: str
    title_fr: str
    panels: dict[str, Panel]
    lifecycle: str = ""
    lead: str = ""

    @property
    def health(self) -> str:
        """The bucket of an initiative: the one cell that is not zero."""
        cells = self.panels["health"].result.cells
        return next((bucket for bucket, value in cells.items() if value), "no_update")

    @property
    def money_rows(self) -> list[MoneyRow]:
        return money_table(self.panels["money"])


@dataclass(frozen=True)
class SealedBoard:
    """The whole payload."""

    plan: SealedPart
    pillars: list[SealedPart]
    initiatives: list[SealedPart]


def sealed_board(payload: dict[str, Any]) -> SealedBoard:
    """Panels from a payload; explanations lead to the same figures as of the rollup's revision."""
    on, as_of = date.fromisoformat(payload["on"]), f"r{payload['as_of']}"
    code = payload["plan"]["code"]
    figures = {key: figure(key, named["version"]) for key, named in payload["figures"].items()}

    def part(scope: str, source: dict[str, Any], results: dict[str, Any], short: str) -> SealedPart:
        panels = {
            key: Panel(figures[key], scope, on, result(figures[key], sealed), as_of) for key, sealed in results.items()
        }
        return SealedPart(
            short, source["title_en"], source["title_fr"], panels, source.get("lifecycle", ""), source.get("lead", "")
        )

    return SealedBoard(
        plan=part(code, payload["plan"], payload["results"], code),
        pillars=[part(f"{code}/{p['number']}", p, p["results"], str(p["number"])) for p in payload["pillars"]],
        initiatives=[part(f"{code}/{i['code']}", i, i["results"], i["code"]) for i in payload["initiatives"]],
    )


def result(declared: Figure, sealed: dict[str, Any]) -> Result:
    """A figure's result from its payload, its buckets in the order that the figure gives them (JSON sorts its keys)."""
    cells, coverage = sealed["cells"], sealed["coverage"]
    order = [*(bucket for bucket in declared.known if bucket in cells), *(b for b in cells if b not in declared.known)]
    return Result(
        {bucket: _amount(declared.unit, cells[bucket]) for bucket in order},
        None if coverage is None else Coverage(coverage["counted"], coverage["of"]),
        declared.adds,
    )


def _amount(unit: Unit, value: Any) -> Amount | None:
    return Decimal(value) if unit.exact and value is not None else value
