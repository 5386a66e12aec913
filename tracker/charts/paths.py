"""One indicator: what was observed, on the way to its targets."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tracker import formats
from tracker.charts.axes import DayScale, ValueScale, number_label
from tracker.charts.calendar import axis_height, day_axis, month_ticks
from tracker.charts.canvas import NARROW, WIDE, document, drawing_key, grid, joined, line, polyline, text
from tracker.charts.hatching import hatch, shape
from tracker.charts.legend import Entry, legend
from tracker.charts.lettering import LEADING, width, wrapped
from tracker.charts.marks import dot, goal, missing, plated, square
from tracker.charts.plot import ground, nothing, room_for
from tracker.charts.tables import Column, Table

AT_LEAST, AT_MOST, BETWEEN, EXACTLY = "at_least", "at_most", "between", "exactly"
EDGE = 12


@dataclass(frozen=True)
class Observed:
    """A value at the end of its period, and how it reads; None was looked for and is not available. A `part` is of less
    time than the others are of, so nothing leads to it."""

    day: date
    period: str
    value: Decimal | None
    shown: str
    corrected: bool = False
    part: bool = False


@dataclass(frozen=True)
class TargetPoint:
    """What is to be reached by a day: at least `low`, at most `high`, between both, or exactly `low`."""

    due: date
    kind: str
    low: Decimal | None
    high: Decimal | None
    shown: str

    @property
    def bounds(self) -> tuple[Decimal, ...]:
        """Those there are, the lower first."""
        return tuple(bound for bound in (self.low, self.high) if bound is not None)


@dataclass(frozen=True)
class IndicatorPath:
    """Observations and targets in the order of their days. `baseline` is where it stood: day, value, how it reads."""

    key: str
    title: str
    unit: str
    observations: tuple[Observed, ...]
    targets: tuple[TargetPoint, ...] = ()
    baseline: tuple[date, Decimal, str] | None = None

    @property
    def direction(self) -> str:
        """Which way is better, in words."""
        return {
            AT_LEAST: _("Higher is better: at least the target."),
            AT_MOST: _("Lower is better: at most the target."),
            BETWEEN: _("To be kept between two bounds."),
            EXACTLY: _("To be exactly the target."),
        }.get(self.targets[-1].kind if self.targets else "", _("No target yet."))

    @property
    def in_words(self) -> str:
        """Direction, baseline, latest value, last target."""
        known = [row for row in self.observations if row.value is not None]
        parts = [self.direction]
        if self.baseline:
            parts.append(_("Baseline: %(value)s.") % {"value": self.baseline[2]})
        if known:
            words = _("Latest value: %(value)s (%(period)s).")
            parts.append(words % {"value": known[-1].shown, "period": known[-1].period})
        else:
            parts.append(_("No value yet."))
        if self.targets:
            words = _("Target for %(day)s: %(value)s.")
            parts.append(words % {"day": formats.iso_date(self.targets[-1].due), "value": self.targets[-1].shown})
        return " ".join(parts)

    def table(self) -> Table:
        """Baseline, observations, targets."""
        rows = [(row.period, _kind(row), row.shown) for row in self.observations]
        if self.baseline:
            rows.insert(0, (formats.iso_date(self.baseline[0]), _("Baseline"), self.baseline[2]))
        rows += [(formats.iso_date(target.due), _("Target"), target.shown) for target in self.targets]
        return Table((Column(_("Period")), Column(_("Kind")), Column(self.unit, number=True)), tuple(rows))

    def drawn(self, wide: int = WIDE) -> SafeString:
        """The path over time."""
        return indicator_path(self, wide)


def _kind(row: Observed) -> str:
    if row.corrected:
        return _("Corrected")
    return _("Part of a year") if row.part else _("Observed")


def indicator_path(chart: IndicatorPath, wide: int = WIDE) -> SafeString:
    """A line of observations, broken where a value is missing, beside the line or band of targets from the baseline."""
    unit = _("Unit: %(unit)s.") % {"unit": chart.unit}
    words = wrapped(f"{unit} {chart.direction}", wide)
    head = LEADING * len(words) + 28.0
    foot = head + (220.0 if wide > NARROW else 190.0)
    values = [row.value for row in chart.observations if row.value is not None]
    values += [bound for target in chart.targets for bound in target.bounds]
    values += [chart.baseline[1]] if chart.baseline else []
    if not values:
        return nothing(chart, wide)
    up = ValueScale.over(values, foot, head, most=6)
    labels = [(up.at(tick), number_label(tick, up)) for tick in up.ticks]
    left = room_for(label for _y, label in labels)
    days = [row.day for row in chart.observations] + [target.due for target in chart.targets]
    days += [chart.baseline[0]] if chart.baseline else []
    across = DayScale.over(days, left + EDGE, wide - EDGE)
    key = drawing_key(chart.key, wide)
    parts: list[SafeString] = [text(0, LEADING * n + 12, said, ink="quiet") for n, said in enumerate(words)]
    parts += [hatch(f"{key}-band", "sky"), *ground((left, head, wide, foot), labels)]
    parts.append(grid(map(across.at, month_ticks(across)), head, foot))
    parts += _aim(chart, across, up, f"{key}-band")
    parts += _observations(chart, across, up)
    if chart.baseline:
        parts.append(square(across.at(chart.baseline[0]), up.at(chart.baseline[1])))
    parts += _latest(chart, across, up, wide=wide, left=left)
    parts.append(day_axis(across, foot, wide=wide))
    under, tall = legend(_entries(chart, f"{key}-band"), wide=wide, top=foot + axis_height(across) + 10)
    return document(chart.key, chart.title, chart.in_words, joined([*parts, under]), wide=wide, tall=tall)


def _aim(chart: IndicatorPath, across: DayScale, up: ValueScale, key: str) -> Iterator[SafeString]:
    """The way from the baseline through the targets, and a mark for each of them that shows its side."""
    start = [(across.at(chart.baseline[0]), up.at(chart.baseline[1]))] if chart.baseline else []
    bounded = [target for target in chart.targets if target.bounds]
    lower = start + [(across.at(target.due), up.at(target.bounds[0])) for target in bounded]
    upper = start + [(across.at(target.due), up.at(target.bounds[-1])) for target in bounded]
    if lower != upper:
        yield shape([*lower, *reversed(upper)], key)
    for way in [lower] if lower == upper else [lower, upper]:
        if len(way) > 1:
            yield polyline(way, "violet", dash="7 4", thick=1.8, mark=True)
    for target in bounded:
        for bound in target.bounds:
            yield goal(across.at(target.due), up.at(bound), below=bound == target.low and target.kind != AT_MOST,
                        above=bound == target.high or target.kind == EXACTLY)  # fmt: skip


def _observations(chart: IndicatorPath, across: DayScale, up: ValueScale) -> Iterator[SafeString]:
    run: list[tuple[float, float]] = []
    for row in (*chart.observations, None):
        if row is not None and row.value is not None and not row.part:
            run.append((across.at(row.day), up.at(row.value)))
            continue
        if len(run) > 1:
            yield polyline(run, "blue", thick=2.6, mark=True)
        run = []
        if row is not None and row.value is None:
            yield missing(across.at(row.day), up.foot - 8)
    for row in chart.observations:
        if row.value is not None:
            yield dot(across.at(row.day), up.at(row.value), corrected=row.corrected, part=row.part)


def _latest(
    chart: IndicatorPath, across: DayScale, up: ValueScale, *, wide: float, left: float
) -> Iterator[SafeString]:
    """The last value, written above its point."""
    last = next((row for row in reversed(chart.observations) if row.value is not None), None)
    if last is None or last.value is None:
        return
    half = width(last.shown, bold=True) / 2 + 4
    x = min(max(across.at(last.day), left + half), wide - half)
    y = up.at(last.value)
    yield plated(x, y - 14, last.shown, bold=True)


def _entries(chart: IndicatorPath, key: str) -> Iterator[Entry]:
    if any(row.value is not None and not row.part for row in chart.observations):
        sample = joined([line(0, 7, 26, 7, "blue", thick=2.6), dot(13, 7)])
        yield Entry(sample, _("Observed"))
    if any(row.part for row in chart.observations):
        yield Entry(dot(13, 7, part=True), _("Part of a year"))
    if any(row.corrected for row in chart.observations):
        yield Entry(dot(13, 7, corrected=True), _("Corrected"))
    if any(row.value is None for row in chart.observations):
        yield Entry(missing(13, 7), _("Not available"))
    if chart.baseline:
        yield Entry(square(13, 7), _("Baseline"))
    if chart.targets:
        last = chart.targets[-1]
        way = line(0, 7, 26, 7, "violet", thick=1.8, dash="7 4")
        words = _("Target for %(day)s: %(value)s") % {"day": formats.iso_date(last.due), "value": last.shown}
        yield Entry(joined([way, goal(13, 7, below=last.kind != AT_MOST, above=last.kind != AT_LEAST)]), words)
