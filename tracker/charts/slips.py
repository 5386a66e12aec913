"""Milestone trend analysis: which date was forecast, as time went on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tracker import formats
from tracker.charts.axes import DayScale, month_year_label, spread
from tracker.charts.calendar import axis_height, day_axis, month_ticks
from tracker.charts.canvas import NARROW, WIDE, circle, document, grid, joined, line, path, polyline, rect, text
from tracker.charts.legend import Entry, legend
from tracker.charts.lettering import LEADING, width
from tracker.charts.marks import diamond, ticked
from tracker.charts.plot import ground, nothing, room_for
from tracker.charts.tables import Column, Table

# A line is told by its strokes and by the shape of its points as well as by its colour.
DASHES = ("", "7 3", "2 2.5", "10 3 2 3", "14 4", "5 2 1 2 1 2", "1 3", "12 2 4 2")
LINE_INKS = ("blue", "amber", "violet", "teal", "text")
HEAD = 10


@dataclass(frozen=True)
class Forecasts:
    """What was said of one milestone: (day it was said, day forecast), in the order said; and when it was met."""

    code: str
    name: str
    said: tuple[tuple[date, date], ...]
    met: date | None = None


@dataclass(frozen=True)
class SlipChart:
    """Some milestones; more than eight lines are hard to follow."""

    key: str
    title: str
    today: date
    milestones: tuple[Forecasts, ...]

    @property
    def known(self) -> tuple[Forecasts, ...]:
        """Those of which anything was said."""
        return tuple(one for one in self.milestones if one.said)

    @property
    def in_words(self) -> str:
        """From where to where each forecast went."""
        if not self.known:
            return _("No forecasts yet.")
        words = _("%(code)s: first %(first)s, now %(last)s")
        return formats.listed(
            words % {"code": one.code, "first": formats.iso_date(one.said[0][1]), "last": _last(one)}
            for one in self.known
        )

    def table(self) -> Table:
        """A row for each forecast."""
        return Table(
            (Column(_("Milestone")), Column(_("Said on")), Column(_("Forecast"))),
            tuple(
                (f"{one.code} {one.name}", formats.iso_date(said), formats.iso_date(day))
                for one in self.known
                for said, day in one.said
            ),
        )

    def drawn(self, wide: int = WIDE) -> SafeString:
        """As high as it is easy to read."""
        return slip_chart(self, wide)


def slip_chart(chart: SlipChart, wide: int = WIDE) -> SafeString:
    """Across, when it was said; upwards, the day forecast then. A level line keeps its date, a rising one slips. On
    the slanting line a forecast meets its day."""
    if not chart.known:
        return nothing(chart, wide)
    foot = HEAD + (320.0 if wide > NARROW else 260.0)
    said = [day for one in chart.known for day, _forecast in one.said]
    expected = [day for one in chart.known for _said, day in one.said]
    right = wide - max(width(one.code, bold=True) for one in chart.known) - 24
    up = DayScale.over([*said, *expected, chart.today], foot, HEAD)
    labels = _up_labels(up)
    left = room_for(label for _y, label in labels)
    across = DayScale.over([*said, chart.today], left, right)
    parts: list[SafeString] = [*ground((left, HEAD, right, foot), labels)]
    parts.append(grid(map(across.at, month_ticks(across)), HEAD, foot))
    end = min(across.last, up.last)
    start = max(across.first, up.first)
    parts.append(line(across.at(start), up.at(start), across.at(end), up.at(end), "text", dash="2 4", thick=1.5))
    for n, one in enumerate(chart.known):
        parts += _steps(one, n, across, up, chart.today)
    parts += _names(chart, across, up, right)
    parts.append(day_axis(across, foot, wide=right + 8))
    under, tall = legend(_entries(chart), wide=wide, top=foot + axis_height(across) + 10)
    return document(chart.key, chart.title, chart.in_words, joined([*parts, under]), wide=wide, tall=tall)


def _up_labels(up: DayScale) -> list[tuple[float, str]]:
    return [
        (up.at(day), month_year_label(day) if day.day == 1 else formats.iso_date(day))
        for day in up.ticks(30)
        if up.at(day) <= up.low - 6 or day == up.first
    ]


def _last(one: Forecasts) -> str:
    if one.met:
        return _("met on %(day)s") % {"day": formats.iso_date(one.met)}
    return formats.iso_date(one.said[-1][1])


def _steps(one: Forecasts, n: int, across: DayScale, up: DayScale, today: date) -> Iterator[SafeString]:
    """Level until something else is said; a point where it is said."""
    points: list[tuple[float, float]] = []
    for said, day in one.said:
        x, y = across.at(said), up.at(day)
        points += [(x, points[-1][1]), (x, y)] if points else [(x, y)]
    points.append((across.at(_end(one, today)), points[-1][1]))
    yield polyline(points, _ink(n), thick=2.2, dash=DASHES[n % len(DASHES)], mark=True)
    for said, day in one.said:
        yield _point(n, across.at(said), up.at(day))
    if one.met:
        yield ticked(across.at(one.met), up.at(one.said[-1][1]), _ink(n))


def _end(one: Forecasts, today: date) -> date:
    return max(one.met or today, one.said[-1][0])


def _point(n: int, x: float, y: float) -> SafeString:
    ink = _ink(n)
    drawn = (
        circle(x, y, 3.8, fill=ink),
        rect(x - 3.4, y - 3.4, 6.8, 6.8, fill=ink),
        diamond(x, y, 4.8, fill=ink),
        path(f"M{x:.1f} {y - 4.8:.1f}l4.6 8.2h-9.2Z", fill=ink),
    )
    return drawn[n % len(drawn)]


def _ink(n: int) -> str:
    return LINE_INKS[n % len(LINE_INKS)]


def _names(chart: SlipChart, across: DayScale, up: DayScale, right: float) -> Iterator[SafeString]:
    """Codes beside the ends of the lines, moved apart where they would touch."""
    wanted = [up.at(one.said[-1][1]) for one in chart.known]
    for n, (one, y) in enumerate(zip(chart.known, spread(wanted, LEADING, HEAD + 4, up.low - 2), strict=True)):
        start = across.at(_end(one, chart.today)) + (8 if one.met else 2)
        yield polyline([(start, wanted[n]), (right + 4, wanted[n]), (right + 14, y)], "edge", dash="1 2")
        yield text(right + 17, y + 4, one.code, ink=_ink(n), bold=True)


def _entries(chart: SlipChart) -> Sequence[Entry]:
    named = [
        Entry(
            joined([line(0, 7, 26, 7, _ink(n), thick=2.2, dash=DASHES[n % len(DASHES)]), _point(n, 13, 7)]),
            f"{one.code} {one.name}",
        )
        for n, one in enumerate(chart.known)
    ]
    meets = Entry(line(0, 13, 26, 1, "text", dash="2 4", thick=1.5), _("Forecast for the day on which it was said"))
    met = [Entry(ticked(13, 7, "text"), _("Met"))] if any(one.met for one in chart.known) else []
    return [*named, meets, *met]
