"""Figures that were computed before, for whoever sees as much."""

from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from typing import Any

from reports.figures.carried import Way, carried, rests
from reports.figures.compute import compute
from reports.figures.declaration import Figure, Selection
from reports.figures.renewed import renewed
from reports.figures.scopes import Scope
from reports.figures.store import of_revision, place
from reports.figures.values import Amount, Coverage, Result, Results

Plain = dict[str, dict[str, Any]]


def kept(
    figures: Collection[Figure],
    scope: Scope,
    *,
    on: date,
    parts: bool = False,
    make: Callable[[Selection], Results],
) -> Results:
    """The results of these figures, by their keys and by scope codes: as they were computed for this scope, day and
    revision before; else carried forward from an earlier revision, or as `make` gives them of the scope's selection
    now; with `parts` also those of a plan's pillars."""
    kept_at = place(([(figure.key, figure.version) for figure in figures], parts), scope, on=on)
    if kept_at is None:
        return make(scope.selection)

    def fresh() -> Plain:
        way: Way[Results] = Way(
            rests=rests(figures, scope.selection, on=on),
            make=lambda: make(scope.selection),
            renew=lambda then, number, few: renewed(figures, then, number, few, make),
            pack=_plain,
            read=lambda plain: _read(figures, plain),
        )
        return _plain(carried(kept_at, scope, way))

    return _read(figures, of_revision(kept_at, fresh))


def kept_result(figure: Figure, scope: Scope, *, on: date, members: Collection[int] | None = None) -> Result:
    """One figure, for the scope alone; `members` as `compute` takes them."""

    def alone(selection: Selection) -> Results:
        mine = members if selection is scope.selection else None
        return {figure.key: {scope.code: compute(figure, selection, on=on, whole_plan=scope.whole_plan, members=mine)}}

    return kept([figure], scope, on=on, make=alone)[figure.key][scope.code]


def _plain(results: Results) -> Plain:
    return {
        key: {
            code: [
                {bucket: [f"{value}"] if isinstance(value, Decimal) else value for bucket, value in one.cells.items()},
                None if one.coverage is None else [one.coverage.counted, one.coverage.of],
            ]
            for code, one in by_scope.items()
        }
        for key, by_scope in results.items()
    }


def _read(figures: Collection[Figure], plain: Plain) -> Results:
    return {
        figure.key: {
            code: Result(
                {bucket: _amount(value) for bucket, value in cells.items()},
                None if covered is None else Coverage(*covered),
                figure.adds,
            )
            for code, (cells, covered) in plain[figure.key].items()
        }
        for figure in figures
    }


def _amount(value: list[str] | int | None) -> Amount | None:
    """Decimals are written in a list, so that they are no whole numbers when they come back."""
    return Decimal(value[0]) if isinstance(value, list) else value
