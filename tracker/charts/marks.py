"""Marks that carry meaning: each differs in shape from the others."""

from collections.abc import Iterator
from typing import Unpack

from django.utils.safestring import SafeString

from tracker.charts.canvas import Pen, circle, joined, line, path, polyline, px, rect, text
from tracker.charts.hatching import hatched
from tracker.charts.lettering import LEADING, SIZE, width


def diamond(x: float, y: float, r: float, **pen: Unpack[Pen]) -> SafeString:
    """A square on its corner."""
    return path(f"M{px(x)} {px(y - r)}L{px(x + r)} {px(y)}L{px(x)} {px(y + r)}L{px(x - r)} {px(y)}Z", **pen)


def ticked(x: float, y: float, ink: str = "blue") -> SafeString:
    """A disc with a tick: done."""
    return joined(
        [
            circle(x, y, 7, fill=ink, mark=True),
            path(f"M{px(x - 3.3)} {px(y + 0.2)}l2.4 2.5 4.4-5.2", edge="page", thick=1.8),
        ]
    )


def ring(x: float, y: float) -> SafeString:
    """A hollow ring."""
    return circle(x, y, 6.5, fill="page", edge="text", thick=1.8, mark=True)


def bar_end(x: float, y: float) -> SafeString:
    """The outlined end of a bar."""
    return rect(x - 3, y - 9, 6, 18, fill="page", edge="text", thick=1.8, mark=True)


def goal(x: float, y: float, *, below: bool, above: bool) -> SafeString:
    """A short bar; its teeth point away from where the value is to be."""
    parts = [line(x - 9, y, x + 9, y, "violet", thick=3, mark=True)]
    for tooth in (-6, 0, 6):
        if below:
            parts.append(line(x + tooth, y, x + tooth - 3, y + 6, "violet", thick=1.6))
        if above:
            parts.append(line(x + tooth, y, x + tooth + 3, y - 6, "violet", thick=1.6))
    return joined(parts)


def dot(x: float, y: float, *, corrected: bool = False, part: bool = False) -> SafeString:
    """A point, hollow where it is of a part only; a corrected one has a ring."""
    ring = [circle(x, y, 7.5, fill="page", edge="blue", thick=1.6)] if corrected else []
    point = circle(x, y, 3.6, fill="page", edge="blue", thick=2, mark=True) if part else None
    return joined([*ring, point or circle(x, y, 4, fill="blue", mark=True)])


def square(x: float, y: float) -> SafeString:
    """A hollow square."""
    return rect(x - 5, y - 5, 10, 10, fill="page", edge="text", thick=1.8, mark=True)


def missing(x: float, y: float) -> SafeString:
    """A cross."""
    return path(f"M{x - 4:.1f} {y - 4:.1f}l8 8m0-8l-8 8", edge="text", thick=1.8, mark=True)


def stroke(points: list[tuple[float, float]], ink: str, *, dash: str, thick: float) -> Iterator[SafeString]:
    """A line; a lone point is a dot."""
    if len(points) > 1:
        yield polyline(points, ink, dash=dash, thick=thick, mark=True)
    else:
        yield from (circle(x, y, 3.6, fill=ink, mark=True) for x, y in points)


def plated(x: float, y: float, said: str, *, anchor: str = "middle", bold: bool = False) -> SafeString:
    """Text on a plain plate, so that it reads the same over whatever lies below."""
    wide = width(said, bold=bold) + 8
    left = {"start": x - 4, "middle": x - wide / 2, "end": x - wide + 4}[anchor]
    return joined([rect(left, y - SIZE, wide, LEADING, fill="page"), text(x, y, said, anchor=anchor, bold=bold)])


def hatched_band(key: str, box: tuple[float, float, float, float]) -> SafeString:
    """A box (left, top, width, height) in the pattern of that key."""
    return joined([rect(*box, fill="page"), hatched(key, *box), rect(*box, edge="red", mark=True)])


def written_in(box: tuple[float, float, float, float], said: str) -> Iterator[SafeString]:
    """Text in the middle of a box, where it fits."""
    left, top, wide, tall = box
    if width(said, bold=True) + 16 <= wide and tall >= 2 * LEADING:
        yield plated(left + wide / 2, top + tall / 2 + 4, said, bold=True)
