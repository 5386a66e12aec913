"""How years of each calendar and values of indicators read in each official language."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from initiatives.choices import Calendar, Qualifier, TargetType
from tracker import formats


def year_label(year: int, calendar: str) -> str:
    """The calendar's year that starts in `year`: `2025`; `2025-26` or `2025-2026`; `U.S. fiscal year 2026`, which
    begins in 2025."""
    if calendar == Calendar.CALENDAR:
        return str(year)
    if calendar == Calendar.FISCAL:
        return formats.fiscal_year(year)
    return _("U.S. fiscal year %(year)s") % {"year": year + 1}


def period_label(start: date | None, end: date | None) -> str:
    """`2025-04-01 to 2025-04-30`; empty where no date is published."""
    if start is None or end is None:
        return " ".join(formats.iso_date(day) for day in (start, end) if day is not None)
    return _("%(start)s to %(end)s") % {"start": formats.iso_date(start), "end": formats.iso_date(end)}


def amount(value: Decimal | None, places: int, qualifier: str = Qualifier.EXACT) -> str | None:
    """A value with the indicator's decimals, and what keeps it from being exact: `about 19,000`. None stays None."""
    if value is None:
        return None
    shown = formats.number(value, places)
    return shown if qualifier == Qualifier.EXACT else f"{Qualifier(qualifier).label} {shown}"


def bounds(kind: str, lower: Decimal | None, upper: Decimal | None, places: int) -> str:
    """What a target asks: `at least 100`, `between 5 and 10`, `to be determined`."""
    low, high = (None if bound is None else formats.number(bound, places) for bound in (lower, upper))
    if kind == TargetType.BETWEEN:
        return _("between %(low)s and %(high)s") % {"low": low, "high": high}
    label = str(TargetType(kind).label)
    return label if kind == TargetType.TBD else f"{label} {low if kind != TargetType.AT_MOST else high}"
