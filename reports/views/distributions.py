"""A figure's buckets as a chart."""

from decimal import Decimal

from initiatives.choices import HealthBucket
from reports.figures import Unit
from reports.panels import Cell, Panel
from tracker import formats
from tracker.charts import Distribution, Segment

# Said even when there are none: nobody is to wonder whether red was counted.
ALWAYS = frozenset({HealthBucket.GREEN, HealthBucket.AMBER, HealthBucket.RED})


def distribution(panel: Panel, *, title: str, unit: str, slim: bool = False) -> Distribution:
    """Health by count or by dollars. Ratings stand even when empty where initiatives are counted, but on a card;
    other empty buckets are left out."""
    whole = panel.figure.unit is Unit.INITIATIVES and not slim
    segments = tuple(
        Segment(cell.bucket, str(cell.label), _size(cell), _shown(panel, cell), cell.url)
        for cell in panel.cells
        if cell.value or (whole and cell.bucket in ALWAYS)
    )
    return Distribution(f"{panel.figure.key}-{panel.scope.replace('/', '-')}", title, unit, segments)


def _size(cell: Cell) -> Decimal | int:
    return cell.value or 0


def _shown(panel: Panel, cell: Cell) -> str:
    return formats.money(_size(cell)) if panel.figure.unit is Unit.DOLLARS else formats.number(_size(cell))
