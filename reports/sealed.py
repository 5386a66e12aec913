"""A sealed payload, read back into the shapes that pages show."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from reports.figures import Figure, Unit, figure
from reports.figures.values import Amount, Coverage, Result
from reports.headlines import ShownHeadline, sealed_headline
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
    headline: ShownHeadline | None = None

    @property
    def health(self) -> str:
        """The bucket of an initiative: the one cell that is not zero."""
        cells = self.panels["health"].result.cells
        return next((bucket for bucket, value in cells.items() if value), "no_update")

    @property
    def money_rows(self) -> list[MoneyRow]:
        return money_table(self.panels["money"])


@dataclass(frozen=True)
class SealedChange:
    """What became of one initiative since the week before: added, removed or changed; each of `turns` is what of it
    differs, before and after, and `panels` its figures now (none of one that is gone)."""

    code: str
    title_en: str
    title_fr: str
    became: str
    turns: dict[str, tuple[Any, Any]]
    panels: dict[str, Panel]


@dataclass(frozen=True)
class SealedChanges:
    """What changed since the rollup `since`."""

    since: str
    initiatives: list[SealedChange]

    @property
    def url(self) -> str:
        """The rollup that it is compared with."""
        return reverse("rollup", args=[self.since])


@dataclass(frozen=True)
class SealedBoard:
    """The whole payload."""

    plan: SealedPart
    pillars: list[SealedPart]
    initiatives: list[SealedPart]
    changes: SealedChanges | None


def sealed_board(payload: dict[str, Any]) -> SealedBoard:
    """Panels from a payload; explanations lead to the same figures as of the rollup's revision."""
    on, as_of = date.fromisoformat(payload["on"]), f"r{payload['as_of']}"
    code = payload["plan"]["code"]
    figures = {key: figure(key, named["version"]) for key, named in payload["figures"].items()}

    def part(
        scope: str, source: dict[str, Any], results: dict[str, Any], short: str, headline: dict[str, Any] | None = None
    ) -> SealedPart:
        panels = {
            key: Panel(figures[key], scope, on, result(figures[key], sealed), as_of) for key, sealed in results.items()
        }
        return SealedPart(
            short, source["title_en"], source["title_fr"], panels, source.get("lifecycle", ""), source.get("lead", ""),
            sealed_headline(headline, scope, on=on, as_of=as_of),
        )  # fmt: skip

    initiatives = [part(f"{code}/{i['code']}", i, i["results"], i["code"]) for i in payload["initiatives"]]
    return SealedBoard(
        plan=part(code, payload["plan"], payload["results"], code, payload.get("headline")),
        pillars=[
            part(f"{code}/{p['number']}", p, p["results"], str(p["number"]), p.get("headline"))
            for p in payload["pillars"]
        ],
        initiatives=initiatives,
        changes=_changes(payload.get("changes"), {part.code: part.panels for part in initiatives}),
    )


_TURNS = ("health", "lifecycle", "pillar", "milestones_met", "milestones_late")


def _changes(sealed: dict[str, Any] | None, panels: dict[str, dict[str, Panel]]) -> SealedChanges | None:
    """None for the first rollup, and for payloads older than this."""
    if sealed is None:
        return None
    rows = [
        SealedChange(
            row["code"],
            row["title_en"],
            row["title_fr"],
            row["became"],
            {name: (row[name][0], row[name][1]) for name in _TURNS if name in row},
            panels.get(row["code"], {}),
        )
        for row in sealed["initiatives"]
    ]
    return SealedChanges(sealed["since"], rows)


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
