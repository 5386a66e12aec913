"""Milestones by date: what was first agreed, what is agreed now, what is expected, what happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker import formats
from tracker.charts.axes import DayScale
from tracker.charts.calendar import axis_height, day_axis, month_ticks
from tracker.charts.canvas import WIDE, document, drawing_key, grid, joined, line, rect, text
from tracker.charts.hatching import hatch, hatched
from tracker.charts.legend import Entry, legend
from tracker.charts.lettering import LEADING, width, wrapped
from tracker.charts.marks import bar_end, diamond, ring, ticked
from tracker.charts.plot import nothing
from tracker.charts.tables import Column, Table

BAND, GAP, EDGE = 22, 8, 10
BESIDE = 2  # lines of a name that may stand beside how it stands
HEAD = LEADING + 2
# With more rows than this the dates stand above the rows as well.
FAR = 10


@dataclass(frozen=True)
class MilestoneDates:
    """One milestone: first and latest approved baseline, present forecast, actual date; each may be unknown."""

    code: str
    name: str
    first: date | None
    latest: date | None
    forecast: date | None
    actual: date | None = None

    @property
    def end(self) -> date | None:
        """When it was met, or is expected."""
        return self.actual or self.forecast

    @property
    def slip(self) -> int | None:
        """Days from the first baseline to the end."""
        return (self.end - self.first).days if self.end and self.first else None

    def is_overdue(self, today: date) -> bool:
        """Whether it should have been met by now: by its forecast, or without one by what was agreed."""
        due = self.forecast or self.latest or self.first
        return self.actual is None and due is not None and due < today

    def is_late(self, today: date) -> bool:
        """Whether it should have been met by now, or was or will be later than first agreed."""
        return self.is_overdue(today) or (self.slip or 0) > 0

    def span(self, today: date) -> tuple[date, date] | None:
        """From the first date agreed to the end; of what is overdue, to today. None where either is not known."""
        overdue = self.is_overdue(today)
        start = self.first or self.latest or (self.forecast if overdue else None)
        end = today if overdue and start and start < today else self.end
        return (start, end) if start and end else None

    def standing(self, today: date) -> str:
        """`42 days after the first baseline`; what is overdue counts from what is agreed now, as the figure does, and
        is never told as if it kept its date."""
        if self.is_overdue(today):
            due = self.latest or self.first or self.forecast
            days = (today - due).days if due else 0
            overdue = ngettext("%(days)s day overdue", "%(days)s days overdue", days)
            return overdue % {"days": formats.number(days)} if days > 0 else _("forecast passed")
        if self.end is None:
            return _("no forecast")
        if self.slip is None:
            return _("no baseline")
        if not self.slip:
            return _("on its date")
        days = abs(self.slip)
        shown = {"days": formats.number(days)}
        if self.slip > 0:
            return (
                ngettext("%(days)s day after the first baseline", "%(days)s days after the first baseline", days)
                % shown
            )
        return (
            ngettext("%(days)s day before the first baseline", "%(days)s days before the first baseline", days) % shown
        )

    @property
    def known(self) -> tuple[date, ...]:
        """Its dates."""
        return tuple(day for day in (self.first, self.latest, self.forecast, self.actual) if day)


@dataclass(frozen=True)
class MilestoneTimeline:
    """Milestones in the order given. What lies before `announced` was done before the plan; it earns no progress."""

    key: str
    title: str
    today: date
    milestones: tuple[MilestoneDates, ...]
    announced: date | None = None

    @property
    def in_words(self) -> str:
        """How many are met, late, overdue."""
        if not self.milestones:
            return _("No milestones yet.")
        late = sum((row.slip or 0) > 0 for row in self.milestones)
        met = sum(row.actual is not None for row in self.milestones)
        overdue = sum(row.is_overdue(self.today) for row in self.milestones)
        words = _("Milestones: %(all)s. Met: %(met)s. Later than first agreed: %(late)s. Overdue: %(overdue)s.")
        return words % {
            "all": formats.number(len(self.milestones)),
            "met": formats.number(met),
            "late": formats.number(late),
            "overdue": formats.number(overdue),
        }

    def table(self) -> Table:
        """Every date."""
        heads = (_("First baseline"), _("Latest baseline"), _("Forecast"), _("Met on"), _("Against the first baseline"))
        return Table(
            (Column(_("Milestone")), *(Column(head) for head in heads)),
            tuple(
                (
                    f"{row.code} {row.name}",
                    *(
                        formats.iso_date(day) if day else ""
                        for day in (row.first, row.latest, row.forecast, row.actual)
                    ),
                    row.standing(self.today),
                )
                for row in self.milestones
            ),
        )

    def drawn(self, wide: int = WIDE) -> SafeString:
        """A row for each milestone."""
        return milestone_timeline(self, wide)


def milestone_timeline(chart: MilestoneTimeline, wide: int = WIDE) -> SafeString:
    """Above its band each milestone's name and slip; in the band its dates, and a line from the first baseline to
    the end. A label has the whole width, so none is cut and none runs into a mark."""
    key = drawing_key(chart.key, wide)
    if not chart.milestones:
        return nothing(chart, wide)
    known = [day for row in chart.milestones for day in row.known]
    announced = [chart.announced] if chart.announced else []
    days = DayScale.over([*known, *announced, chart.today], EDGE, wide - EDGE)
    parts: list[SafeString] = [hatch(f"{key}-before", "line")]
    top = 0.0
    if len(chart.milestones) > FAR:
        parts.append(day_axis(days, 0, wide=wide))
        top = axis_height(days) + 4
    today = days.at(chart.today)
    said = _("As of %(day)s") % {"day": formats.iso_date(chart.today)}
    half = width(said, bold=True) / 2
    parts.append(text(min(max(today, half), wide - half), top + LEADING - 4, said, anchor="middle", bold=True))
    top += HEAD
    for row in chart.milestones:
        drawn, top = _row(row, chart, days, f"{key}-before", top=top, wide=wide)
        parts.append(drawn)
    parts.append(day_axis(days, top - GAP + 2, wide=wide))
    under, tall = legend(_entries(chart, f"{key}-before"), wide=wide, top=top + axis_height(days))
    return document(chart.key, chart.title, chart.in_words, joined([*parts, under]), wide=wide, tall=tall)


def _row(
    row: MilestoneDates, chart: MilestoneTimeline, days: DayScale, before: str, *, top: float, wide: float
) -> tuple[SafeString, float]:
    parts, under = _heading(row, chart.today, top=top, wide=wide)
    band = under + 2
    parts.append(rect(0, band, wide, BAND, fill="raised"))
    if chart.announced and days.at(chart.announced) > days.low:
        parts.append(hatched(before, 0, band, days.at(chart.announced), BAND))
    parts.append(grid(map(days.at, month_ticks(days)), band, band + BAND))
    today = days.at(chart.today)
    parts.append(line(today, band - 1, today, band + BAND + 1, "text", thick=1.5, dash="4 2"))
    parts += _marks(row, chart.today, days, band + BAND / 2)
    return joined(parts), band + BAND + GAP


def _heading(row: MilestoneDates, today: date, *, top: float, wide: float) -> tuple[list[SafeString], float]:
    """The name and how it stands: beside it; under it, where that would make a long name longer. And where they end."""
    said, standing = f"{row.code} {row.name}", row.standing(today)
    late = row.is_late(today)
    name = wrapped(said, wide - width(standing, bold=True) - 16)
    below = len(name) > BESIDE
    if below:
        name = wrapped(said, wide)
    foot = top + LEADING * (len(name) + below)
    parts = [text(0, top + LEADING * n + 12, one) for n, one in enumerate(name)]
    x, y, anchor = (0.0, foot - 4, "start") if below else (wide, top + 12, "end")
    parts.append(text(x, y, standing, anchor=anchor, ink="red" if late else "quiet", bold=late))
    return parts, foot


def _marks(row: MilestoneDates, today: date, days: DayScale, y: float) -> Iterator[SafeString]:
    start, end = row.span(today) or (today, today)
    if start != end:
        late = end > start
        yield line(days.at(start), y, days.at(end), y, "red" if late else "blue", thick=3.5 if late else 2,
                   dash="" if late else "5 3", mark=True)  # fmt: skip
    if row.latest:
        yield bar_end(days.at(row.latest), y)
    if row.first:
        yield ring(days.at(row.first), y)
    if row.actual:
        yield ticked(days.at(row.actual), y)
    elif row.forecast:
        yield diamond(days.at(row.forecast), y, 6, fill="blue", mark=True)


def _entries(chart: MilestoneTimeline, before: str) -> Iterator[Entry]:
    """Only of what is drawn."""
    rows = chart.milestones
    if any(row.first for row in rows):
        yield Entry(ring(13, 7), _("First baseline"))
    if any(row.latest for row in rows):
        yield Entry(bar_end(13, 7), _("Latest baseline"))
    if any(row.forecast and not row.actual for row in rows):
        yield Entry(diamond(13, 7, 6, fill="blue"), _("Forecast"))
    if any(row.actual for row in rows):
        yield Entry(ticked(13, 7), _("Met"))
    spans = [span for row in rows if (span := row.span(chart.today))]
    if any(start < end for start, end in spans):
        yield Entry(line(0, 7, 26, 7, "red", thick=3.5), _("Late"))
    if any(start > end for start, end in spans):
        yield Entry(line(0, 7, 26, 7, "blue", thick=2, dash="5 3"), _("Early"))
    if chart.announced and any(day < chart.announced for row in rows for day in row.known):
        box = rect(0.5, 0.5, 25, 13, fill="raised", edge="edge")
        sample = joined([box, hatched(before, 1, 1, 24, 12)])
        yield Entry(sample, _("Before the plan was announced (%(day)s)") % {"day": formats.iso_date(chart.announced)})
