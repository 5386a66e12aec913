"""The states of the last weeks, side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tracker import formats
from tracker.charts.axes import APRIL, day_label, fiscal_year_of
from tracker.charts.canvas import NARROW, WIDE, document, drawing_key, joined, line, moved, rect, text
from tracker.charts.legend import Entry, legend
from tracker.charts.lettering import LEADING, width
from tracker.charts.looks import LOOKS, state_box, state_pattern, state_sign
from tracker.charts.plot import nothing
from tracker.charts.tables import Column, Table

WEEKS = 26
CELL, HEAD, FOOT = 32, 18, 20
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class WeekState:
    """What was reported for one week, and the state's name."""

    monday: date
    state: str
    label: str


@dataclass(frozen=True)
class StatusStrip:
    """The states of weeks, in order; a week that never was is left out. The last WEEKS calendar weeks are drawn."""

    key: str
    title: str
    weeks: tuple[WeekState, ...]

    @property
    def shown(self) -> tuple[WeekState, ...]:
        """Those drawn."""
        first = self.weeks[-1].monday - (WEEKS - 1) * WEEK if self.weeks else date.min
        return tuple(week for week in self.weeks if week.monday >= first)

    @property
    def changes(self) -> tuple[WeekState, ...]:
        """The first week, and each that differs from the one before."""
        pairs = zip((None, *self.shown), self.shown, strict=False)
        return tuple(week for before, week in pairs if before is None or week.state != before.state)

    @property
    def in_words(self) -> str:
        """Each change of state."""
        if not self.weeks:
            return _("No reporting weeks yet.")
        parts = [
            _("%(state)s from the week of %(day)s") % {"state": week.label, "day": formats.iso_date(week.monday)}
            for week in self.changes
        ]
        return formats.listed(parts)

    def table(self) -> Table:
        """A row for each week drawn."""
        return Table(
            (Column(_("Week")), Column(_("Week of")), Column(_("State"))),
            tuple(
                (formats.iso_week(week.monday), formats.iso_date(week.monday), week.label.capitalize())
                for week in self.shown
            ),
        )

    def drawn(self, wide: int = WIDE) -> SafeString:
        """One row of cells; two on a telephone."""
        return status_strip(self, wide)


def status_strip(chart: StatusStrip, wide: int = WIDE) -> SafeString:
    """A cell for each week, the newest at the right: fill, pattern and symbol of its state; the weeks in which it
    changed are dated, and the fiscal year's boundary is marked."""
    key = drawing_key(chart.key, wide)
    if not chart.weeks:
        return nothing(chart, wide)
    rows = 1 if wide > NARROW else 2
    each = WEEKS // rows
    states = list(dict.fromkeys(week.state for week in chart.shown))
    newest = chart.weeks[-1].monday
    parts: list[SafeString] = [state_pattern(f"{key}-{state}", state) for state in states]
    top = 0.0
    for row in range(rows):
        first = newest - (WEEKS - 1 - row * each) * WEEK
        mondays = [first + n * WEEK for n in range(each)]
        if mondays[-1] >= chart.shown[0].monday:
            parts.append(moved(0, top, joined(_row(chart, key, mondays, wide / each))))
            above = fiscal_year_of(_sunday(first - each * WEEK)) if top else None
            parts.append(moved(0, top, joined(_years(mondays, wide / each, above=above))))
            top += HEAD + CELL + FOOT + 4
    names = {week.state: week.label for week in chart.shown}
    entries = [
        Entry(joined([state_box(f"{key}-{state}", state, (2, 0, 22, 14)), *_outline(2, 0, 22, 14)]), names[state])
        for state in LOOKS
        if state in names
    ]
    under, tall = legend(_signed(entries, names), wide=wide, top=top + 4)
    return document(chart.key, chart.title, chart.in_words, joined([*parts, under]), wide=wide, tall=tall)


def _signed(entries: Sequence[Entry], names: dict[str, str]) -> Iterator[Entry]:
    """With the symbol over the sample, as in the cells."""
    for entry, state in zip(entries, (state for state in LOOKS if state in names), strict=True):
        yield Entry(joined([entry.sample, state_sign(state, 13, 7, plate=6.5, size=9)]), entry.label.capitalize())


def _row(chart: StatusStrip, key: str, mondays: Sequence[date], pitch: float) -> Iterator[SafeString]:
    known = {week.monday: week for week in chart.shown}
    dated = {week.monday for week in chart.changes}
    free = pitch * len(mondays)
    for n in reversed(range(len(mondays))):
        x, week = n * pitch, known.get(mondays[n])
        if week is None:
            yield line(x + 4, HEAD + CELL / 2, x + pitch - 4, HEAD + CELL / 2, "edge", dash="2 3")
            continue
        yield state_box(f"{key}-{week.state}", week.state, (x + 1, HEAD, pitch - 2, CELL))
        yield from _outline(x + 1, HEAD, pitch - 2, CELL)
        yield state_sign(week.state, x + pitch / 2, HEAD + CELL / 2, plate=9, size=13)
        label = day_label(week.monday)
        if week.monday in dated:
            yield line(x + 1.5, HEAD + CELL, x + 1.5, HEAD + CELL + 5, "edge")
            left = min(x + 1, pitch * len(mondays) - width(label))
            if left + width(label) <= free:
                yield text(left, HEAD + CELL + LEADING, label)
                free = left - 6


def _outline(x: float, y: float, wide: float, tall: float) -> Iterator[SafeString]:
    yield rect(x + 0.5, y + 0.5, wide - 1, tall - 1, edge="edge", mark=True)


def _years(mondays: Sequence[date], pitch: float, *, above: int | None) -> Iterator[SafeString]:
    """The first week's fiscal year, unless the row above began in it too, and a line where another begins."""
    end = pitch * len(mondays)
    begins = [0, *(n for n, monday in enumerate(mondays) if n and _new_year(monday))]
    for place, n in enumerate(begins):
        x, year = n * pitch, fiscal_year_of(_sunday(mondays[n]))
        label = formats.fiscal_year(year)
        room = (begins[place + 1] * pitch if place + 1 < len(begins) else end) - x
        fits = room >= width(label, bold=True) + 6
        if n:
            yield line(x, 0 if fits else HEAD - 3, x, HEAD + CELL + 4, "text", thick=2)
        if year == above:
            continue
        if fits:
            yield text(x + (5 if n else 0), LEADING - 4, label, bold=True)
        elif n:
            yield text(end, LEADING - 4, label, anchor="end", bold=True)


def _sunday(monday: date) -> date:
    return monday + WEEK - timedelta(days=1)


def _new_year(monday: date) -> bool:
    """Whether the week has 1 April in it."""
    return any(day.month == APRIL and day.day == 1 for day in (monday + timedelta(days=n) for n in range(7)))
