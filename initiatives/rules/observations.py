"""Decisions about observations: what they say, and which can be recorded."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from initiatives.choices import Accumulation, Availability, Calendar, Measure
from initiatives.rules.indicators import year_dates, year_of


@dataclass(frozen=True)
class Reading:
    """What an observation says: a value, or numerator and denominator, or nothing."""

    availability: Availability
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None

    @property
    def parts(self) -> tuple[Decimal, ...]:
        """The numbers it is made of; empty unless reported."""
        return tuple(part for part in (self.value, self.numerator, self.denominator) if part is not None)

    @property
    def amount(self) -> Decimal | None:
        """The value, or the ratio; None unless reported. Zero is a value."""
        if self.value is not None or self.numerator is None or not self.denominator:
            return self.value
        return self.numerator / self.denominator


def reading_problems(reading: Reading, *, measure: Measure) -> dict[str, Promise]:
    """What is wrong with the numbers, by field; empty when nothing is."""
    numbers = {"value": reading.value, "numerator": reading.numerator, "denominator": reading.denominator}
    if reading.availability != Availability.REPORTED:
        return {
            name: _("What is not reported has no number, not even zero. Leave it empty.")
            for name, number in numbers.items()
            if number is not None
        }
    wanted = ("numerator", "denominator") if measure == Measure.RATIO else ("value",)
    problems: dict[str, Promise] = {}
    for name, number in numbers.items():
        if name not in wanted and number is not None:
            problems[name] = _UNWANTED[measure]
        elif name in wanted and (number is None or not number.is_finite()):
            problems[name] = _("Write the number; where there is none, say why by the availability.")
    below = reading.denominator
    if "denominator" in wanted and "denominator" not in problems and below is not None and below <= 0:
        problems["denominator"] = _("A ratio needs a denominator of more than zero.")
    return problems


_UNWANTED: dict[Measure, Promise] = {
    Measure.RATIO: _("This indicator is a ratio: write numerator and denominator."),
    Measure.NUMBER: _("This indicator is one number: write its value alone."),
}


def period_problems(
    start: date | None, end: date | None, *, today: date, reported: bool, accumulation: Accumulation, calendar: Calendar
) -> dict[str, Promise]:
    """What is wrong with a period, by field; empty when nothing is."""
    if end is None:
        return {"period_end": _("Write the last day that the value is of.")}
    if start is None:
        if accumulation == Accumulation.STOCK:
            return _future(end, today=today, reported=reported)
        return {"period_start": _("Write the first day that the value is of.")}
    if start > end:
        return {"period_end": _("The period ends before it begins.")}
    amiss = _of_running_total(start, end, calendar) if accumulation == Accumulation.RUNNING_TOTAL else {}
    return amiss or _future(end, today=today, reported=reported)


def _of_running_total(start: date, end: date, calendar: Calendar) -> dict[str, Promise]:
    year = year_of(start, calendar)
    if year != year_of(end, calendar):
        return {"period_end": _("A running total starts anew each year: the period lies within one.")}
    if start != year_dates(year, calendar)[0]:
        return {"period_start": _("A running total counts from the first day of its year: write that day.")}
    return {}


def _future(end: date, *, today: date, reported: bool) -> dict[str, Promise]:
    if reported and end > today:
        return {"period_end": _("The period has not ended yet: nothing can be reported for it.")}
    return {}


def falls(earlier: Reading, later: Reading) -> bool:
    """Whether a running total is less at the later day than at the earlier; of a ratio, either part."""
    return any(after < before for before, after in zip(earlier.parts, later.parts, strict=False))
