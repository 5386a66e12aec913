"""Decisions about periods: those of a year, the one that comes next, the same one a year before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from initiatives.choices import Accumulation, Calendar
from initiatives.rules.indicators import year_dates, year_of

DAY = timedelta(days=1)
YEAR = 12  # months
_SHORT = 31  # days; a longer period that is not of whole months says nothing of the next one's length


class Step(StrEnum):
    """The periods that a year is divided into; `recorded`: those that values are recorded for, and what follows."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    RECORDED = "recorded"

    @property
    def words(self) -> Promise:
        """The name for people."""
        return _STEPS[self]


_STEPS: dict[Step, Promise] = {
    Step.MONTH: _("months"),
    Step.QUARTER: _("quarters"),
    Step.YEAR: _("the whole year"),
    Step.RECORDED: _("as recorded so far"),
}
_MONTHS = {Step.MONTH: 1, Step.QUARTER: 3, Step.YEAR: YEAR}


@dataclass(frozen=True)
class Period:
    """First and last day; a stock may have no first."""

    start: date | None
    end: date

    @property
    def months(self) -> int:
        """How many whole months it is; 0 where it is none."""
        if self.start is None or self.start.day != 1 or not _ends_month(self.end):
            return 0
        return _months_between(self.start - DAY, self.end)

    @property
    def year_before(self) -> "Period":
        """The same period of the year before; the end of February is its end in every year."""
        return Period(self.start and _year_before(self.start), _year_before(self.end))


def periods_of(year: int, step: Step, *, calendar: Calendar, accumulation: Accumulation) -> list[Period]:
    """The months, quarters or whole of the calendar's year that starts in `year`, oldest first. A running total begins
    with the year, and a stock is of the last day."""
    first, _last = year_dates(year, calendar)
    length = _MONTHS[step]
    found = []
    for number in range(0, YEAR, length):
        own, end = _later(first, number), _later(first, number + length) - DAY
        starts = {Accumulation.FLOW: own, Accumulation.RUNNING_TOTAL: first, Accumulation.STOCK: None}
        found.append(Period(starts[accumulation], end))
    return found


def following(known: Sequence[Period], *, calendar: Calendar, accumulation: Accumulation) -> Period | None:
    """The period after the last of those recorded (oldest first), of the same kind; None where they do not tell."""
    if not known:
        return None
    last, before = known[-1], known[-2] if len(known) > 1 else None
    if accumulation == Accumulation.FLOW:
        end = _end_after(last.end, last.months, _length(last))
    else:
        months, days = _gap(last, before)
        end = _end_after(last.end, months, days)
    if end is None:
        return None
    return Period(_start_after(last, before, end, calendar=calendar, accumulation=accumulation), end)


def up_to(year: int, known: Sequence[Period], *, calendar: Calendar, accumulation: Accumulation) -> list[Period]:
    """The recorded periods that end in the year, and those of the same kind that follow in it; oldest first."""
    first, last = year_dates(year, calendar)
    ordered = sorted((one for one in known if one.end <= last), key=lambda one: (one.end, one.start or date.min))
    while (following_one := following(ordered, calendar=calendar, accumulation=accumulation)) is not None:
        if following_one.end > last:
            break
        ordered.append(following_one)
    return [one for one in ordered if first <= one.end]


def step_of(known: Sequence[Period], *, calendar: Calendar, accumulation: Accumulation) -> Step:
    """How an indicator is recorded, by its last periods (oldest first); by month while nothing is recorded."""
    if not known:
        return Step.MONTH
    after = following(known, calendar=calendar, accumulation=accumulation)
    length = _months_between(known[-1].end, after.end) if after is not None and _ends_month(after.end) else 0
    found = next((step for step, months in _MONTHS.items() if months == length), Step.RECORDED)
    aligned = found == Step.RECORDED or known[-1].end in {
        one.end
        for one in periods_of(year_of(known[-1].end, calendar), found, calendar=calendar, accumulation=accumulation)
    }
    return found if aligned else Step.RECORDED


def _gap(last: Period, before: Period | None) -> tuple[int, int]:
    """Months, or else days, from the end of one recorded period to the end of the next."""
    if before is not None and before.end < last.end:
        whole = _ends_month(before.end) and _ends_month(last.end)
        return (_months_between(before.end, last.end), 0) if whole else (0, (last.end - before.end).days)
    if last.start is None:
        return (1, 0) if _ends_month(last.end) else (0, 0)
    return last.months, _length(last)


def _end_after(end: date, months: int, days: int) -> date | None:
    if 0 < months <= YEAR:
        return _later(end + DAY, months) - DAY
    return end + days * DAY if not months and 0 < days <= _SHORT else None


def _start_after(
    last: Period, before: Period | None, end: date, *, calendar: Calendar, accumulation: Accumulation
) -> date | None:
    if last.start is None:
        return None
    apart = before is not None and before.start != last.start and year_of(before.end, calendar) == _year(last, calendar)
    if accumulation != Accumulation.RUNNING_TOTAL or apart:
        return last.end + DAY
    same = year_of(end, calendar) == _year(last, calendar)
    return last.start if same else year_dates(year_of(end, calendar), calendar)[0]


def _year(period: Period, calendar: Calendar) -> int:
    return year_of(period.end, calendar)


def _length(period: Period) -> int:
    return 0 if period.start is None else (period.end - period.start).days + 1


def _ends_month(day: date) -> bool:
    return (day + DAY).day == 1


def _later(first: date, months: int) -> date:
    """The first of a month that many months after another."""
    number = first.year * YEAR + first.month - 1 + months
    return first.replace(year=number // YEAR, month=number % YEAR + 1)


def _months_between(end: date, later: date) -> int:
    return (later.year - end.year) * YEAR + later.month - end.month


def _year_before(day: date) -> date:
    if _ends_month(day):
        return (day + DAY).replace(year=(day + DAY).year - 1) - DAY
    return day.replace(year=day.year - 1)
