"""One fiscal year's ledger month by month. Dollars, to the cent."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from initiatives.choices import Stage
from initiatives.models import LedgerEntry
from initiatives.models.money import BudgetLineQuerySet
from initiatives.rules.money import StageTotals, known_total
from pillars.rules import fiscal_year_dates


@dataclass(frozen=True)
class MonthEnd:
    """What the ledger amounted to at the end of the month that begins on `month`; while the month is not `over`, what
    it amounts to on the day that is asked about."""

    month: date
    totals: StageTotals
    over: bool


def month_ends(lines: BudgetLineQuerySet, *, year: int, on: date) -> tuple[MonthEnd, ...]:
    """April to March of the budget lines of that fiscal year, by the effective dates of the entries that stand and were
    effective by the day. What was effective before 1 April counts from April on; what is effective after 31 March is
    of no month. At every month's end it is what the figures say of that day. One query."""
    first, last = fiscal_year_dates(year)
    own = lines.filter(fiscal_year=year).order_by().values("pk")
    entries = LedgerEntry.objects.standing().filter(line__in=own, effective_on__lte=min(on, last))
    dated = entries.order_by().annotate(month=TruncMonth("effective_on"))
    parts: dict[date, dict[str, Decimal]] = defaultdict(dict)
    for stage, month, total in dated.values_list("stage", "month").annotate(total=Sum("amount")):
        one = parts[max(month, first)]
        one[stage] = one.get(stage, Decimal(0)) + total
    found: list[MonthEnd] = []
    totals = StageTotals()
    for month in _months(first):
        added = parts[month]
        totals = StageTotals(
            **{stage.value: known_total([totals.at(stage), added.get(stage.value)]) for stage in Stage}
        )
        found.append(MonthEnd(month, totals, over=_last_day(month) <= on))
    return tuple(found)


def _months(first: date) -> list[date]:
    """Twelve first days of months."""
    months = [first]
    while len(months) < 12:  # noqa: PLR2004 - of a year
        months.append(_last_day(months[-1]) + timedelta(days=1))
    return months


def _last_day(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
