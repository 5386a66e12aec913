"""Areas told by their strokes."""

from collections.abc import Iterable

from django.utils.html import format_html
from django.utils.safestring import SafeString

from tracker.charts.canvas import paint, px


def hatch(key: str, ink: str) -> SafeString:
    """A pattern of rising strokes, to be used as the fill `url(#key)` by `hatched`."""
    return format_html(
        '<pattern id="{key}" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<path d="M-2 2 2-2M0 8 8 0M6 10 10 6" {paint}/></pattern>',
        key=key,
        paint=paint(edge=ink, thick=1.6),
    )


def hatched(key: str, x: float, y: float, wide: float, tall: float) -> SafeString:
    """A box in the pattern of that key."""
    return format_html(
        '<rect x="{x}" y="{y}" width="{wide}" height="{tall}" fill="url(#{key})"/>',
        x=px(x), y=px(y), wide=px(max(wide, 0)), tall=px(max(tall, 0)), key=key,
    )  # fmt: skip


def shape(points: Iterable[tuple[float, float]], key: str) -> SafeString:
    """The area inside the points, in the pattern of that key."""
    d = "M" + "L".join(f"{px(x)} {px(y)}" for x, y in points) + "Z"
    return format_html('<path d="{d}" fill="url(#{key})"/>', d=d, key=key)
