"""Results of an earlier revision without what some initiatives brought to them then, and with what they bring now."""

from collections.abc import Callable, Collection

from reports.figures.compute import Cells, nothing
from reports.figures.declaration import Figure, Selection
from reports.figures.totals import no_result
from reports.figures.values import Amount, Coverage, Result, Results
from tracker.timemachine import as_of


class Unclear(Exception):
    """What is left of a cell does not say whether anything of it is still known."""


def renewed(
    figures: Collection[Figure], then: Results, number: int, few: Selection, make: Callable[[Selection], Results]
) -> Results | None:
    """The results `then`, as of the revision of that number, of which whatever differs now lies in the initiatives of
    `few` or in none. None where that does not tell them."""
    with as_of(number):
        gone = make(few)
    come = make(few)
    try:
        return {figure.key: _by_scope(figure, *(side[figure.key] for side in (then, gone, come))) for figure in figures}
    except Unclear:
        return None


def _by_scope(
    figure: Figure, then: dict[str, Result], gone: dict[str, Result], come: dict[str, Result]
) -> dict[str, Result]:  # fmt: skip
    return {
        code: _renewed(figure, *(side.get(code) or no_result(figure) for side in (then, gone, come)))
        for code in sorted({*then, *gone, *come})
    }


def _renewed(figure: Figure, then: Result, gone: Result, come: Result) -> Result:
    least = nothing(figure)
    cells = dict(least)
    for bucket in {**then.cells, **gone.cells, **come.cells}:
        cells[bucket] = _cell(bucket, then.cells, gone.cells, come.cells, least)
    coverage = None
    if then.coverage and gone.coverage and come.coverage:
        coverage = Coverage(
            then.coverage.counted - gone.coverage.counted + come.coverage.counted,
            then.coverage.of - gone.coverage.of + come.coverage.of,
        )
    return Result(cells if figure.known else dict(sorted(cells.items())), coverage, figure.adds)


def _cell(bucket: str, then: Cells, gone: Cells, come: Cells, least: Cells) -> Amount | None:
    """The cell without what is gone, with what came. Raises `Unclear` where nothing is left, and that may be zero or
    unknown: whether others have anything there, nobody has said."""
    known, left, new = then.get(bucket), gone.get(bucket), come.get(bucket)
    if left is not None and known is not None:
        known -= left
        if not known and new is None and least.get(bucket) is None:
            raise Unclear
    elif bucket in gone and bucket not in come and bucket not in least and known is None:
        raise Unclear
    return known if new is None else new if known is None else known + new
