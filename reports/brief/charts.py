"""The pictures of a brief: the bars of the pages, and the same as PNG for what cannot show SVG."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache

from initiatives.choices import HealthBucket
from reports.figures.values import Amount
from tracker import formats
from tracker.charts import BAR_HEIGHT, Distribution, Segment, distribution_bar, png

WIDTH = 600  # px of a picture as it is shown
HEIGHT = BAR_HEIGHT
SHARPNESS = 2  # pixels of the file for one of these


def health_chart(
    cells: Mapping[str, Amount | None],
    *,
    key: str,
    title: str,
    unit: str,
    shown: Callable[[Decimal | int], str] = formats.number,
) -> Distribution:
    """Health by number or by dollars; states without any are left out."""
    segments = tuple(
        Segment(bucket, str(HealthBucket(bucket).label), value, shown(value))
        for bucket, value in cells.items()
        if value
    )
    return Distribution(key, title, unit, segments)


def words(chart: Distribution) -> str:
    """What the picture says, for those who do not see it."""
    return f"{chart.title}. {chart.in_words}"


@lru_cache(maxsize=64)
def picture(chart: Distribution) -> bytes:
    """The bar as PNG, to be shown `WIDTH` wide: the same for every reader, so drawn once."""
    # The bar of a page is as wide as its place; a picture has no place yet.
    return png(distribution_bar(chart).replace('width="100%"', f'width="{WIDTH}"', 1), WIDTH * SHARPNESS)
