"""Figures as pages show them: computed once for a scope, each with its label, coverage and explanation."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language

from initiatives.choices import Stage
from reports.figures import FIGURES, Figure, Result, together
from reports.figures.compute import Tally
from reports.figures.scopes import Scope
from reports.figures.values import Amount


@dataclass(frozen=True)
class Cell:
    """One bucket of a figure, with the address of its explanation."""

    bucket: str
    label: str | Promise
    value: Amount | None
    share: float
    url: str


@dataclass(frozen=True)
class Panel:
    """One figure for one scope. `as_of` pins its explanations to a revision, for figures that were sealed at one."""

    figure: Figure
    scope: str
    on: date
    result: Result
    as_of: str = ""

    @property
    def label(self) -> str:
        """In the reader's language."""
        return str(getattr(self.figure, f"label_{get_language()}"))

    @property
    def definition(self) -> str:
        """In the reader's language."""
        return str(getattr(self.figure, f"definition_{get_language()}"))

    @property
    def total(self) -> Amount | None:
        return self.result.total

    @property
    def url(self) -> str:
        """The explanation of the whole figure."""
        return self.explain()

    @property
    def cells(self) -> list[Cell]:
        """The buckets in their order, labelled."""
        return [
            Cell(bucket, self.figure.known.get(bucket, bucket), value, self.result.share(bucket), self.explain(bucket))
            for bucket, value in self.result.cells.items()
        ]

    def explain(self, bucket: str = "") -> str:
        """Address of the explanation, of one bucket or of all."""
        return explain_url(self.figure, self.scope, on=self.on, bucket=bucket, as_of=self.as_of)


def explain_url(figure: Figure, scope: str, *, on: date, bucket: str = "", as_of: str = "") -> str:
    """Address of a figure's explanation. It names the version: a link that somebody kept explains the number that was
    shown, also after the figure is declared anew."""
    query = {
        "scope": scope, "on": on.isoformat(), "bucket": bucket, "version": str(figure.version), "as_of": as_of,
    }  # fmt: skip
    given = {name: value for name, value in query.items() if value}
    return f"{reverse('explain', args=[figure.key])}?{urlencode(given)}"


@dataclass(frozen=True)
class MoneyRow:
    """One fiscal year with a cell for each stage; a cell of None is not published."""

    fiscal_year: int
    cells: list[Cell]


@dataclass(frozen=True)
class Board:
    """All figures of a plan, tallied once, and cut for the plan, its pillars and its initiatives."""

    on: date
    tallies: dict[str, Tally]
    members: dict[str, list[int]]
    plan: str

    def panel(self, key: str, scope: str) -> Panel:
        """One figure for the plan's code or a pillar's `BP/2`."""
        whole = scope == self.plan
        part = scope.partition("/")[2]
        pillar = int(part) if part.isdecimal() else None
        result = self.tallies[key].result(self.members.get(scope, []), whole_plan=whole, pillar=pillar)
        return Panel(FIGURES[key], scope, self.on, result)


def board(scope: Scope, *, on: date, keys: Iterable[str] = tuple(FIGURES)) -> Board:
    """Run each figure's query once for the scope: the number of queries does not depend on how much there is."""
    plan = scope.selection.plan.code
    rows = list(scope.selection.initiatives.order_by().values_list("pk", "pillar__number"))
    members: dict[str, list[int]] = {scope.code: [pk for pk, _ in rows]}
    if scope.whole_plan:
        for pk, number in rows:
            members.setdefault(f"{plan}/{number}", []).append(pk)
    tallied = together.tallies([FIGURES[key] for key in keys], scope.selection, on=on)
    return Board(on, {one.figure.key: one for one in tallied}, members, plan)


def money_table(panel: Panel) -> list[MoneyRow]:
    """The `money` figure as fiscal years by stages, oldest year first; a cell that nothing feeds has no explanation."""
    cells = {cell.bucket: cell for cell in panel.cells}
    years = sorted({int(bucket.partition("/")[0]) for bucket in cells})

    def cell(bucket: str, stage: Stage) -> Cell:
        found = cells.get(bucket)
        return replace(found, label=stage.label) if found else Cell(bucket, stage.label, None, 0.0, "")

    return [MoneyRow(year, [cell(f"{year}/{stage}", stage) for stage in Stage]) for year in years]
