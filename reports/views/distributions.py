"""A figure's buckets as a chart."""

from collections.abc import Mapping
from decimal import Decimal

from initiatives.choices import HealthBucket
from reports.comparison import Comparison
from reports.figures import Unit
from reports.figures.values import Amount
from reports.panels import Board, Cell, Panel
from tracker import formats
from tracker.charts import Distribution, Segment

# Said even when there are none: nobody is to wonder whether red was counted.
ALWAYS = frozenset({HealthBucket.GREEN, HealthBucket.AMBER, HealthBucket.RED})


def cells_then(against: Comparison | None, panel: Panel) -> Mapping[str, Amount | None]:
    """What the buckets of a figure were at the moment that its page is compared with; none where there is no such
    moment, or nothing was known."""
    shown = against.figures if against else None
    if not isinstance(shown, Board) or panel.figure.key not in shown.keys:
        return {}
    return shown.panel(panel.figure.key, panel.scope).result.cells


def distribution(
    panel: Panel, *, title: str, unit: str, slim: bool = False, against: Comparison | None = None
) -> Distribution:
    """Health by count or by dollars. Ratings stand even when empty where initiatives are counted, but on a card;
    other empty buckets are left out, unless something was in them at the moment that the page is compared with."""
    then = cells_then(against, panel)
    whole = panel.figure.unit is Unit.INITIATIVES and not slim
    segments = tuple(
        Segment(cell.bucket, str(cell.label), _size(cell), _shown(panel, cell), cell.url)
        for cell in panel.cells
        if cell.value or then.get(cell.bucket) or (whole and cell.bucket in ALWAYS)
    )
    return Distribution(f"{panel.figure.key}-{panel.scope.replace('/', '-')}", title, unit, segments)


def _size(cell: Cell) -> Decimal | int:
    return cell.value or 0


def _shown(panel: Panel, cell: Cell) -> str:
    return formats.money(_size(cell)) if panel.figure.unit is Unit.DOLLARS else formats.number(_size(cell))
