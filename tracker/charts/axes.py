"""Scales: where a day or an amount lies in a drawing, and the few ticks that help to read it off."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from django.utils.dates import MONTHS_AP

from tracker import formats

APRIL = 4
YEAR = 12
# Steps between ticks, in months: months, quarters, halves and whole fiscal years.
MONTH_STEPS = (1, 3, 6, 12, 24, 60, 120, 240, 600, 1200)
# Spans of so many days or fewer are ticked by the day, or by the week.
DAILY, WEEKLY = 10, 62
NICE = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True)
class DayScale:
    """Days from `first` to `last` laid from pixel `low` to pixel `high`; a drawing upwards has `low` below."""

    first: date
    last: date
    low: float
    high: float

    @classmethod
    def over(cls, days: Iterable[date], low: float, high: float) -> "DayScale":
        """Whole months, from the first day's to the last day's. There must be a day."""
        known = sorted(days)
        return cls(known[0].replace(day=1), next_month(known[-1]), low, high)

    def at(self, day: date) -> float:
        """Where a day begins."""
        share = (day - self.first).days / (self.last - self.first).days
        return self.low + share * (self.high - self.low)

    @property
    def length(self) -> float:
        """Pixels."""
        return abs(self.high - self.low)

    def ticks(self, spacing: float) -> tuple[date, ...]:
        """The finest of days, weeks, months, quarters, halves, fiscal years that keep `spacing` pixels apart."""
        most = int(self.length // spacing)
        return next((ticks for ticks in _day_ticks(self.first, self.last) if len(ticks) <= most), ())


def next_month(day: date) -> date:
    """The first day of the month after."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def fiscal_year_of(day: date) -> int:
    """The year in which its fiscal year began."""
    return day.year if day.month >= APRIL else day.year - 1


def fiscal_years(first: date, last: date) -> Iterator[tuple[int, date, date]]:
    """Each fiscal year that the span touches, with the part of the span in it."""
    for year in range(fiscal_year_of(first), fiscal_year_of(last) + 1):
        begin, end = max(first, date(year, APRIL, 1)), min(last, date(year + 1, APRIL, 1))
        if begin < end:
            yield year, begin, end


def _day_ticks(first: date, last: date) -> Iterator[tuple[date, ...]]:
    """The finest first."""
    days = (last - first).days
    if days <= DAILY:
        yield tuple(first + timedelta(days=n) for n in range(days + 1))
    if days <= WEEKLY:
        monday = first + timedelta(days=-first.weekday() % 7)
        yield tuple(monday + timedelta(days=n) for n in range(0, (last - monday).days + 1, 7))
    for step in MONTH_STEPS:
        yield tuple(_months(first, last, step))


def _months(first: date, last: date, step: int) -> Iterator[date]:
    """Firsts of months, every `step` of them counted from an April, within the span."""
    start = first if first.day == 1 else next_month(first)
    count = start.year * YEAR + start.month - APRIL
    count += -count % step
    while (count + APRIL - 1) // YEAR <= last.year:
        tick = date((count + APRIL - 1) // YEAR, (count + APRIL - 1) % YEAR + 1, 1)
        if tick > last:
            return
        yield tick
        count += step


@dataclass(frozen=True)
class ValueScale:
    """Amounts from `least` to `greatest`, both of them ticks, laid from pixel `foot` up (or right) to pixel `top`."""

    least: Decimal
    greatest: Decimal
    step: Decimal
    foot: float
    top: float

    @classmethod
    def over(cls, values: Iterable[Decimal], foot: float, top: float, *, most: int, zero: bool = True) -> "ValueScale":
        """Over values (and zero), ending at ticks that are round numbers, `most` of them (3 or more) or fewer."""
        known = [*values, *([Decimal(0)] if zero else [])] or [Decimal(0)]
        low, high = min(known), max(known)
        if low == high:
            low, high = min(low, Decimal(0)), max(high, Decimal(0))
        if low == high:
            high = Decimal(1)
        for step in _steps((high - low) / (most - 1)):
            least = (low / step).to_integral_value(ROUND_FLOOR) * step
            greatest = (high / step).to_integral_value(ROUND_CEILING) * step
            if (greatest - least) / step < most:
                break
        return cls(least, greatest, step, foot, top)

    def at(self, value: Decimal) -> float:
        """Where an amount lies."""
        return self.foot + float((value - self.least) / (self.greatest - self.least)) * (self.top - self.foot)

    @property
    def ticks(self) -> tuple[Decimal, ...]:
        """Upwards, with both ends."""
        count = int((self.greatest - self.least) / self.step)
        return tuple(self.least + n * self.step for n in range(count + 1))


def _steps(least: Decimal) -> Iterator[Decimal]:
    """Round steps upwards, from the first that is no less."""
    power = Decimal(1).scaleb(least.adjusted())
    while True:
        for nice in NICE:
            if nice * power >= least:
                yield nice * power
        power *= 10


def dollars_label(amount: Decimal, scale: ValueScale) -> str:
    """A tick in dollars, in the unit of the whole scale, with no more decimals than its steps need."""
    size = max(abs(scale.least), abs(scale.greatest))
    unit, scaled = next(
        ((unit, name) for unit, name in ((formats.BILLION, "B"), (formats.MILLION, "M")) if size >= unit),
        (Decimal(1), ""),
    )
    if not amount:
        unit, scaled = Decimal(1), ""
    figure = formats.number(abs(amount) / unit, _places(scale.step / unit) if amount else 0)
    sign = formats.MINUS if amount < 0 else ""
    if formats.is_french():
        return f"{sign}{figure}{formats.NO_BREAK}{scaled.replace('B', 'G')}$"
    return f"{sign}${figure}{formats.NO_BREAK}{scaled}" if scaled else f"{sign}${figure}"


def number_label(amount: Decimal, scale: ValueScale) -> str:
    """A tick as a plain number."""
    return formats.number(amount, _places(scale.step))


def _places(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def month_label(day: date) -> str:
    """`Sept.` or `sept.`"""
    return str(MONTHS_AP[day.month])


def day_label(day: date) -> str:
    """`12 Aug.` or `12 août`"""
    return f"{day.day}{formats.NO_BREAK}{month_label(day)}"


def month_year_label(day: date) -> str:
    """`Sept. 2026`"""
    return f"{month_label(day)}{formats.NO_BREAK}{day.year}"


def spread(wanted: Sequence[float], gap: float, least: float, greatest: float) -> list[float]:
    """Places as near as can be to the wanted ones, in their order, `gap` apart, within the bounds. Where they cannot
    all be `gap` apart, they are evenly closer."""
    if len(wanted) > 1:
        gap = min(gap, (greatest - least) / (len(wanted) - 1))
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    places = [0.0] * len(wanted)
    floor = least
    for index in order:
        places[index] = max(wanted[index], floor)
        floor = places[index] + gap
    ceiling = greatest
    for index in reversed(order):
        places[index] = min(places[index], ceiling)
        ceiling = places[index] - gap
    return places
