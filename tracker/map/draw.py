"""The map as SVG. Literal light colours stand as presentation attributes, as in `tracker.charts`; map.css has the dark
ones. Kinds of places differ in shape, and the number in each marker is that of the list beside the map."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from tracker.choices import PlaceKind
from tracker.map.base import CANADA, INSETS, Frame, frames

APART = 21.0  # units between the middles of two markers, so that neither hides the other's number
EDGE = 12.0  # units from the middle of a marker that was moved to the edge of the drawing
_TURNS = 12
_RINGS = 8


def _svg(markup: str) -> SafeString:
    return mark_safe(markup)  # noqa: S308 - literals of this module only


# Each kind's shape around its middle, about 20 units wide.
SHAPES: dict[str, SafeString] = {
    PlaceKind.PORT_OF_ENTRY: _svg('<path d="M-9-9H9V9H-9Z"/>'),
    PlaceKind.MUNICIPALITY: _svg('<circle r="10"/>'),
    PlaceKind.REGION: _svg('<path d="M-6-10H6L12 0 6 10H-6L-12 0Z"/>'),
    PlaceKind.LABORATORY: _svg('<path d="M0-13 13 0 0 13-13 0Z"/>'),
    PlaceKind.FACILITY: _svg('<path d="M0-12 10-4V9H-10V-4Z"/>'),
}


@dataclass(frozen=True)
class Marker:
    """A place on the map: its number in the list, its kind and name, where its link leads. It stands at its
    coordinates in degrees; a region without any stands in the middle of its province, which is hatched."""

    number: int
    kind: str
    name: str
    url: str
    longitude: float | None = None
    latitude: float | None = None
    province: str = ""

    def on(self, frame: Frame) -> tuple[float, float] | None:
        """Its point in the drawing; None where it lies outside, or where nobody knows."""
        if self.longitude is not None and self.latitude is not None:
            return frame.at(self.longitude, self.latitude)
        return frame.points.get(self.province) if self.kind == PlaceKind.REGION else None


@dataclass(frozen=True)
class Drawing:
    """One drawing of a map: an empty `letter` is the whole, others are parts that the whole shows by their letter."""

    frame: Frame
    letter: str
    markers: tuple[Marker, ...]


def drawings(markers: Iterable[Marker]) -> list[Drawing]:
    """All of Canada, then each part that holds several places: these are drawn there, and not on the whole."""
    known, left = frames(), list(markers)
    parts: list[Drawing] = []
    for name in INSETS:
        within = [one for one in left if one.longitude is not None and one.on(known[name])]
        if len(within) > 1:
            parts.append(Drawing(known[name], "ABC"[len(parts)], tuple(within)))
            left = [one for one in left if one not in within]
    shown = tuple(one for one in left if one.on(known[CANADA]))
    return [Drawing(known[CANADA], "", shown), *parts]


def mark_symbol(kind: str) -> SafeString:
    """The shape of a kind, to stand before its name."""
    return format_html(
        '<svg class="symbol map-key" viewBox="-13 -13 26 26" width="16" height="16" aria-hidden="true"'
        ' focusable="false" fill="#1f497a" stroke="none">{}</svg>',
        SHAPES[kind],
    )


def draw(drawing: Drawing, *, title: str, parts: Sequence[Drawing] = ()) -> SafeString:
    """The drawing. Its markers are links, so it is a group and no image; `parts` are outlined on it, each with its
    letter."""
    frame, key = drawing.frame, f"map-{drawing.frame.name}"
    regions = {one.province for one in drawing.markers if one.kind == PlaceKind.REGION and one.longitude is None}
    return format_html(
        '<svg class="map" role="group" aria-labelledby="{key}-title" viewBox="0 0 {width} {height}" width="{width}"'
        ' height="{height}" font-family="Noto Sans, sans-serif" font-size="12.5" font-weight="700">'
        '<title id="{key}-title">{title}</title>'
        '<pattern id="{key}-hatch" width="60" height="60" patternUnits="userSpaceOnUse">'
        '<path d="M-15 15 15-15M0 60 60 0M45 75 75 45" fill="none" stroke="#5c95d6" stroke-width="7"'
        ' class="map-hatch"/></pattern>'
        '<rect width="100%" height="100%" fill="#ffffff" class="map-water"/>'
        '<g transform="scale(.1)" stroke-width="7">{neighbours}{provinces}{lakes}</g>{outlines}{markers}</svg>',
        key=key, title=title, width=frame.width, height=frame.height,
        neighbours=format_html_join(
            "", '<path d="{}" fill="#f7f7f7" stroke="#cccccc" class="map-neighbour"/>',
            ((outline,) for outline in frame.neighbours),
        ),
        provinces=_provinces(frame, key, regions),
        lakes=format_html('<path d="{}" fill="#ffffff" stroke="#8c8c8c" class="map-lake"/>', frame.lakes),
        outlines=format_html_join("", "{}", ((_outline(part, frame),) for part in parts)),
        markers=format_html_join("", "{}", ((drawn,) for drawn in _markers(drawing))),
    )  # fmt: skip


def _provinces(frame: Frame, key: str, regions: set[str]) -> SafeString:
    land = format_html_join(
        "", '<path d="{}" fill="#e6eaef" stroke="#737373" class="map-land"/>',
        ((outline,) for outline in frame.provinces.values()),
    )  # fmt: skip
    hatched = format_html_join(
        "", '<path d="{}" fill="url(#{}-hatch)" stroke="none"/>',
        ((frame.provinces[code], key) for code in sorted(regions & set(frame.provinces))),
    )  # fmt: skip
    return land + hatched


def _outline(part: Drawing, frame: Frame) -> SafeString:
    """Where a part lies on the whole, with its letter, which leads to it."""
    west, south, east, north = part.frame.bounds or (0.0, 0.0, 0.0, 0.0)
    corners = [frame.projection.project(*corner) for corner in ((west, north), (east, north), (east, south),
                                                                (west, south))]  # fmt: skip
    x, y = _beside(corners, frame)
    return format_html(
        '<a href="#map-{name}" class="map-part"><path d="M{points}Z" fill="none" stroke="#333333" stroke-width="1.5"'
        ' class="mark map-outline"/><circle cx="{x}" cy="{y}" r="10" fill="#ffffff" stroke="#333333"'
        ' class="map-plate"/>'
        '<text x="{x}" y="{base}" text-anchor="middle" fill="#333333" class="figure">{letter}</text></a>',
        name=part.frame.name, points="L".join(f"{a:.1f} {b:.1f}" for a, b in corners), letter=part.letter,
        x=f"{x:.1f}", y=f"{y:.1f}", base=f"{y + 4.5:.1f}",
    )  # fmt: skip


def _beside(corners: Sequence[tuple[float, float]], frame: Frame) -> tuple[float, float]:
    """Where the letter of a part stands: below it, or on a side where there is room."""
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    middle = (sum(xs) / 4, sum(ys) / 4)
    sides = [
        (middle[0], max(ys) + 13), (min(xs) - 13, middle[1]), (max(xs) + 13, middle[1]), (middle[0], min(ys) - 13),
    ]  # fmt: skip
    free = (
        (x, y)
        for x, y in sides
        if EDGE <= x <= frame.width - EDGE and EDGE <= y <= frame.height - EDGE
    )  # fmt: skip
    return next(free, middle)


def _markers(drawing: Drawing) -> Iterator[SafeString]:
    """Lines from the points of markers that were moved, then, above them all, the markers."""
    frame = drawing.frame
    points = [(one, point) for one in drawing.markers if (point := one.on(frame))]
    stands = spread([point for _, point in points], frame)
    for (_one, (x, y)), (at_x, at_y) in zip(points, stands, strict=True):
        if (x, y) != (at_x, at_y):
            yield format_html(
                '<path d="M{x} {y}L{at_x} {at_y}" fill="none" stroke="#333333" class="map-leader"/>'
                '<circle cx="{x}" cy="{y}" r="2.5" fill="#333333" class="map-dot"/>',
                x=f"{x:.1f}", y=f"{y:.1f}", at_x=f"{at_x:.1f}", at_y=f"{at_y:.1f}",
            )  # fmt: skip
    for (one, _point), (x, y) in zip(points, stands, strict=True):
        yield format_html(
            '<a href="{url}" class="map-marker"><title>{number}. {name}</title>'
            '<g transform="translate({x} {y})"><circle r="12" fill="none" pointer-events="all"/>'
            '<g fill="#1f497a" stroke="#ffffff" stroke-width="1.5" class="mark map-mark">{shape}</g>'
            '<text y="4.5" text-anchor="middle" fill="#ffffff" class="map-number">{number}</text></g></a>',
            url=one.url, number=one.number, name=one.name, shape=SHAPES[one.kind], x=f"{x:.1f}", y=f"{y:.1f}",
        )  # fmt: skip


def spread(points: Sequence[tuple[float, float]], frame: Frame) -> list[tuple[float, float]]:
    """Where the markers of these points stand: on them, or as near as none covers another."""
    taken: list[tuple[float, float]] = []
    for point in points:
        taken.append(next((one for one in _around(point, frame) if _is_free(one, taken)), point))
    return taken


def _is_free(point: tuple[float, float], taken: Iterable[tuple[float, float]]) -> bool:
    return all(hypot(point[0] - x, point[1] - y) >= APART for x, y in taken)


def _around(point: tuple[float, float], frame: Frame) -> Iterator[tuple[float, float]]:
    """The point itself, then points around it, farther and farther, within the drawing."""
    yield point
    for ring in range(1, _RINGS + 1):
        for turn in range(_TURNS):
            x = point[0] + APART * ring * cos(2 * pi * turn / _TURNS)
            y = point[1] - APART * ring * sin(2 * pi * turn / _TURNS)
            if EDGE <= x <= frame.width - EDGE and EDGE <= y <= frame.height - EDGE:
                yield x, y
