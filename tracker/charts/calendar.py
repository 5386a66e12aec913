"""The axis of days under or over a drawing: months or quarters, and fiscal years from 1 April."""

from collections.abc import Iterator
from datetime import date

from django.utils.safestring import SafeString

from tracker import formats
from tracker.charts.axes import APRIL, WEEKLY, DayScale, day_label, fiscal_years, month_label, next_month
from tracker.charts.canvas import joined, line, text
from tracker.charts.lettering import LEADING, width

MONTH_ROOM, DAY_ROOM = 48, 62
MONTHS, MONTH_COLUMN = 12, 38
TALL = 2 * LEADING + 6


def month_ticks(days: DayScale) -> tuple[date, ...]:
    """Ticks that a month's name, or a day's, fits beside."""
    return days.ticks(DAY_ROOM if (days.last - days.first).days <= WEEKLY else MONTH_ROOM)


def day_axis(days: DayScale, y: float, *, wide: float) -> SafeString:
    """Labels below `y`, `axis_height` pixels high: months, and under them the fiscal years, each over its own part;
    or fiscal years alone."""
    if _yearly(month_ticks(days)):
        return joined(_years_alone(days, y))
    return joined([*_months(days, y, wide=wide), *_years(days, y)])


def axis_height(days: DayScale) -> float:
    """Pixels that the axis takes."""
    return LEADING + 6 if _yearly(month_ticks(days)) else TALL


def _months(days: DayScale, y: float, *, wide: float) -> Iterator[SafeString]:
    for tick in month_ticks(days):
        x = days.at(tick)
        yield line(x, y, x, y + (TALL if _new_year(tick) else LEADING - 4), "edge")
        label = month_label(tick) if tick.day == 1 else day_label(tick)
        if x + 4 + width(label) <= wide:
            yield text(x + 4, y + LEADING - 2, label, ink="quiet")


def _years(days: DayScale, y: float) -> Iterator[SafeString]:
    """A year is named where its name fits; its boundary is drawn where it is no tick."""
    for year, begin, end in fiscal_years(days.first, days.last):
        left, right = days.at(begin), days.at(end)
        if _new_year(begin) and begin not in month_ticks(days):
            yield line(left, y, left, y + TALL, "edge")
        label = formats.fiscal_year(year)
        if right - left >= width(label, bold=True) + 4:
            yield text((left + right) / 2, y + 2 * LEADING - 1, label, anchor="middle", bold=True)


def _years_alone(days: DayScale, y: float) -> Iterator[SafeString]:
    """A year whose name has no room has a short tick."""
    free = days.low
    for tick in month_ticks(days):
        x, label = days.at(tick), formats.fiscal_year(tick.year)
        needed = width(label, bold=True) + 4
        named = x >= free and x + needed <= days.high
        yield line(x, y, x, y + (LEADING if named else 5), "edge")
        if named:
            yield text(x + 4, y + LEADING - 2, label, bold=True)
            free = x + needed + 4


def _new_year(tick: date) -> bool:
    return (tick.month, tick.day) == (APRIL, 1)


def _yearly(ticks: tuple[date, ...]) -> bool:
    """Whether ticks stand at new fiscal years only; those need no month's name."""
    return len(ticks) > 1 and all(_new_year(tick) for tick in ticks)


def month_columns(across: DayScale, foot: float) -> Iterator[SafeString]:
    """The months of one fiscal year in the middle of their columns: every one, or every third; and the year."""
    step = 1 if across.length / MONTHS >= MONTH_COLUMN else 3
    month = across.first
    for n in range(MONTHS):
        end = next_month(month)
        yield line(across.at(month), foot, across.at(month), foot + 6, "edge")
        if n % step == 0:
            yield text(
                (across.at(month) + across.at(end)) / 2 if step == 1 else across.at(month) + 4, foot + LEADING,
                month_label(month), anchor="middle" if step == 1 else "start", ink="quiet",
            )  # fmt: skip
        month = end
    yield text(
        (across.low + across.high) / 2,
        foot + 2 * LEADING,
        formats.fiscal_year(across.first.year),
        anchor="middle",
        bold=True,
    )
