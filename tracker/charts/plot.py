"""What drawings with two axes share: the ground with its grid, names at the ends of lines, gaps, nothing to show."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.safestring import SafeString

from tracker.charts.axes import next_month, spread
from tracker.charts.canvas import document, joined, line, polyline, rect, text
from tracker.charts.lettering import LEADING, width, wrapped
from tracker.charts.tables import Chart


@dataclass(frozen=True)
class EndName:
    """A line's name and amount, in its ink, beside the end of the line at `y`."""

    ink: str
    name: str
    amount: str
    y: float


def nothing(chart: Chart, wide: int) -> SafeString:
    """A chart without anything to draw says so."""
    said = wrapped(chart.in_words, wide)
    body = joined(text(0, LEADING * (n + 1), one, ink="quiet") for n, one in enumerate(said))
    return document(chart.key, chart.title, chart.in_words, body, wide=wide, tall=LEADING * len(said) + 8)


def ground(box: tuple[float, float, float, float], labels: Sequence[tuple[float, str]]) -> Iterator[SafeString]:
    """A box (left, top, right, foot), and in it a line for each labelled height."""
    left, top, right, foot = box
    yield rect(left, top, right - left, foot - top, fill="raised")
    for y, label in labels:
        yield line(left, y, right, y, "line")
        yield text(left - 6, y + 4, label, anchor="end", ink="quiet")


def room_for(labels: Iterable[str]) -> float:
    """What labels beside a plot take, with their distance from it."""
    return max((width(label) for label in labels), default=0) + 8


def end_names(names: Sequence[EndName], x: float, *, top: float, foot: float) -> Iterator[SafeString]:
    """In two lines each, moved apart where they would touch."""
    places = spread([one.y - 4 for one in names], 2 * LEADING + 4, top, foot - LEADING)
    for one, place in zip(names, places, strict=True):
        if abs(place + 4 - one.y) > 1:
            yield polyline([(x + 8, one.y), (x + 16, place + 4)], "edge")
        yield text(x + 20, place, one.name, ink=one.ink)
        yield text(x + 20, place + LEADING, one.amount, ink=one.ink, bold=True)


def end_room(names: Sequence[EndName]) -> float:
    """What they take beside the plot."""
    return max((width(said, bold=True) for one in names for said in (one.name, one.amount)), default=0) + 22


def runs(points: Iterable[tuple[date, Decimal | None]]) -> Iterator[list[tuple[date, Decimal]]]:
    """Months on end whose amount is known."""
    run: list[tuple[date, Decimal]] = []
    for month, amount in points:
        if run and (amount is None or next_month(run[-1][0]) != month):
            yield run
            run = []
        if amount is not None:
            run.append((month, amount))
    if run:
        yield run
