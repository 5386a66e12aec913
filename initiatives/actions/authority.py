"""What a budget line has left of its authority."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from initiatives.choices import Stage
from initiatives.models import BudgetLine, LedgerEntry
from initiatives.rules.money import lowest_total

NEGATIVE = _("A budget line would be left with negative authority: it has not so much to give.")


def overdrawn(lines: Collection[BudgetLine], *, since: date) -> bool:
    """Whether the authority of one of the lines is negative at the end of that day or of any later one."""
    days: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    entries = LedgerEntry.objects.standing().filter(line__in=[line.pk for line in lines], stage=Stage.AUTHORITY)
    for line, day, amount in entries.values_list("line", "effective_on", "amount"):
        days[line].append((day, amount))
    return any(lowest_total(dated, since=since) < 0 for dated in days.values())
