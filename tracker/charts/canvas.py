"""Pens: SVG elements whose colours stand twice, as light-theme attributes for PDF and mail, and as classes for the
page, where charts.css gives both themes. Coordinates are pixels of the drawing.
"""

from collections.abc import Iterable
from typing import TypedDict, Unpack

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from tracker.charts.lettering import SIZE

# A drawing is made for one width: as wide as a page's column, or as a telephone. Both stand in a page, which shows the
# one that fits; neither shrinks its text below 11 px.
WIDE = 700
NARROW = 320

# The light theme; charts.css names the same inks for both.
INKS = {
    "text": "#333333",
    "quiet": "#545454",
    "line": "#d6d9dd",
    "edge": "#737373",
    "page": "#ffffff",
    "raised": "#f2f4f6",
    "blue": "#1f497a",
    "sky": "#85afe0",
    "red": "#b3192e",
    "amber": "#7a5a00",
    "violet": "#6a3d9a",
    "teal": "#00646b",
}


class Stroke(TypedDict, total=False):
    """How an edge is drawn; a `mark` carries meaning, so its contrast is tested."""

    thick: float
    dash: str
    mark: bool


class Pen(Stroke, total=False):
    """`fill` and `edge` name inks."""

    fill: str
    edge: str


def joined(parts: Iterable[SafeString | str]) -> SafeString:
    """Elements one after the other, the first at the bottom."""
    return format_html_join("", "{}", ((part,) for part in parts))


def document(key: str, title: str, words: str, body: SafeString, *, wide: float, tall: float) -> SafeString:
    """A whole drawing, named by `title` and described by `words`. `key` is unique within the page."""
    return format_html(
        '<svg class="drawing {size}" role="img" aria-labelledby="{key}-title {key}-desc" viewBox="0 0 {wide} {tall}"'
        ' width="{wide}" height="{tall}" font-family="Noto Sans, sans-serif" font-size="{font}">'
        '<title id="{key}-title">{title}</title><desc id="{key}-desc">{words}</desc>{body}</svg>',
        size="wide" if wide > NARROW else "small",
        key=drawing_key(key, wide),
        wide=px(wide),
        tall=px(tall),
        font=SIZE,
        title=title,
        words=words,
        body=body,
    )


def drawing_key(key: str, wide: float) -> str:
    """What the ids of a drawing begin with: one chart is drawn at several widths in a page."""
    return f"{key}-{wide:.0f}"


def text(x: float, y: float, said: str, *, anchor: str = "start", ink: str = "text", bold: bool = False) -> SafeString:
    """One line of text, its baseline at `y`."""
    return format_html(
        '<text x="{x}" y="{y}"{anchor}{weight} {paint}>{said}</text>',
        x=px(x),
        y=px(y),
        anchor=_given("text-anchor", anchor if anchor != "start" else ""),
        weight=_given("font-weight", "700" if bold else ""),
        paint=paint(fill=ink),
        said=said,
    )


def line(x1: float, y1: float, x2: float, y2: float, ink: str, **stroke: Unpack[Stroke]) -> SafeString:
    """A straight stroke."""
    return path(f"M{px(x1)} {px(y1)}L{px(x2)} {px(y2)}", edge=ink, **stroke)


def grid(xs: Iterable[float], top: float, foot: float) -> SafeString:
    """Upright lines behind the marks, as one element."""
    return path("".join(f"M{px(x)} {px(top)}V{px(foot)}" for x in xs), edge="line")


def polyline(points: Iterable[tuple[float, float]], ink: str, **stroke: Unpack[Stroke]) -> SafeString:
    """Strokes from point to point."""
    return path("M" + "L".join(f"{px(x)} {px(y)}" for x, y in points), edge=ink, **stroke)


def path(d: str, **pen: Unpack[Pen]) -> SafeString:
    """A shape."""
    return format_html('<path d="{d}" {paint}/>', d=d, paint=paint(**pen))


def rect(x: float, y: float, wide: float, tall: float, **pen: Unpack[Pen]) -> SafeString:
    """A box."""
    return format_html(
        '<rect x="{x}" y="{y}" width="{wide}" height="{tall}" {paint}/>',
        x=px(x),
        y=px(y),
        wide=px(max(wide, 0)),
        tall=px(max(tall, 0)),
        paint=paint(**pen),
    )


def circle(x: float, y: float, r: float, **pen: Unpack[Pen]) -> SafeString:
    """A disc or ring."""
    return format_html('<circle cx="{x}" cy="{y}" r="{r}" {paint}/>', x=px(x), y=px(y), r=px(r), paint=paint(**pen))


def moved(x: float, y: float, part: SafeString, *, scale: float = 1) -> SafeString:
    """A part drawn elsewhere."""
    grown = f" scale({scale:g})" if scale != 1 else ""
    return format_html('<g transform="translate({x} {y}){grown}">{part}</g>', x=px(x), y=px(y), grown=grown, part=part)


def paint(*, fill: str = "none", edge: str = "", thick: float = 1, dash: str = "", mark: bool = False) -> SafeString:
    """A pen as attributes."""
    names = ["mark"] * mark + [f"f-{fill}"] * (fill != "none") + [f"s-{edge}"] * bool(edge)
    stroke = format_html(' stroke="{}"{}', INKS[edge], _given("stroke-width", f"{thick:g}")) if edge else ""
    return format_html(
        'class="{names}" fill="{fill}"{stroke}{dash}',
        names=" ".join(names),
        fill=INKS.get(fill, "none"),
        stroke=stroke,
        dash=_given("stroke-dasharray", dash),
    )


def _given(name: str, value: str) -> SafeString:
    return format_html(' {}="{}"', name, value) if value else mark_safe("")


def px(length: float) -> str:
    """A length in pixels, as it is written."""
    return f"{length:.1f}".removesuffix(".0")
