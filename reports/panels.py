"""Figures as pages show them: computed once for a scope, each with its label, coverage and explanation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language

from initiatives.choices import Stage
from reports.figures import FIGURES, Figure, Result, figure, together
from reports.figures.declaration import Selection
from reports.figures.kept import kept
from reports.figures.scopes import Scope
from reports.figures.totals import Totals, members_by_pillar, no_result
from reports.figures.values import Amount, Results


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
    """Figures of a scope and, of a plan, of its pillars, added up once: results by figure, and by scope. Plain data,
    as small as what it says."""

    on: date
    results: dict[str, dict[str, Result]]

    @property
    def keys(self) -> tuple[str, ...]:
        """Those of its figures."""
        return tuple(self.results)

    def panel(self, key: str, scope: str) -> Panel:
        """One figure for the code of the board's own scope, or of a plan's pillar, `BP/2`."""
        figure = FIGURES[key]
        return Panel(figure, scope, self.on, self.results[key].get(scope) or no_result(figure))


def board(
    scope: Scope, *, on: date, keys: Iterable[str] = tuple(FIGURES), versions: Mapping[str, int] | None = None
) -> Board:
    """Add up each figure for the scope: the number of queries does not depend on how much there is. `versions`: of
    those that are not to count in their newest."""
    named = versions or {}
    figures = [figure(key, named.get(key)) for key in keys]

    def make(selection: Selection) -> Results:
        members = members_by_pillar(selection)
        found = together.totals(figures, selection, on=on)
        return {one.figure.key: _results(one, scope, members) for one in found}

    return Board(on, kept(figures, scope, on=on, parts=True, make=make))


def _results(totals: Totals, scope: Scope, members: Mapping[int, int]) -> dict[str, Result]:
    """For the scope itself; and for the pillars of a plan that have anything."""
    if not scope.whole_plan:
        pillar = scope.selection.pillar
        return {scope.code: totals.result(members, [] if pillar is None else [pillar])}
    numbers = {*members, *(number for number in totals.whole if number is not None)}
    pillars = {
        f"{scope.code}/{number}": totals.result({number: members.get(number, 0)}, [number])
        for number in sorted(numbers)
    }
    return {scope.code: totals.result(members, totals.whole.keys()), **pillars}


def money_table(panel: Panel) -> list[MoneyRow]:
    """The `money` figure as fiscal years by stages, oldest year first; a cell that nothing feeds has no explanation."""
    cells = {cell.bucket: cell for cell in panel.cells}
    years = sorted({int(bucket.partition("/")[0]) for bucket in cells})

    def cell(bucket: str, stage: Stage) -> Cell:
        found = cells.get(bucket)
        return replace(found, label=stage.label) if found else Cell(bucket, stage.label, None, 0.0, "")

    return [MoneyRow(year, [cell(f"{year}/{stage}", stage) for stage in Stage]) for year in years]
