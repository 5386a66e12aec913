"""The ledger added up: by budget line, and by whatever lines have in common."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from django.db.models import Sum

from initiatives.choices import ForecastBasis
from initiatives.models import BudgetLine, LedgerEntry
from initiatives.models.money import BudgetLineQuerySet
from initiatives.rules.money import (
    Lapse,
    LapseRule,
    Projection,
    StageTotals,
    burn,
    free_balance,
    funds_closed,
    known_total,
    overspent,
    projected_lapse,
    year_end_forecast,
)
from tracker.models import Organization

Key = TypeVar("Key", bound=Hashable)


def lapse_rule(organization: Organization) -> LapseRule:
    """The organization's own rule."""
    return LapseRule(
        organization.fund_life_years, organization.carry_forward_operating, organization.carry_forward_capital
    )


@dataclass(frozen=True)
class LineFunds:
    """One budget line and what its ledger amounts to on a day."""

    line: BudgetLine
    totals: StageTotals
    free: Decimal | None
    forecast: Projection | None
    lapse: Lapse | None
    overspent: Decimal | None

    @property
    def burn(self) -> Decimal | None:
        return burn(self.totals)

    @property
    def lost(self) -> Decimal | None:
        """What lapses and may not be carried forward."""
        return self.lapse.lost if self.lapse else None

    @property
    def carried_forward(self) -> Decimal | None:
        return self.lapse.carried_forward if self.lapse else None

    @property
    def unauthorized(self) -> bool:
        """Spent with no authority recorded at all."""
        return bool(self.overspent) and self.totals.authority is None


@dataclass(frozen=True)
class Funds:
    """Some budget lines taken together: each amount is the sum of what is known of the lines, None where nothing is."""

    lines: tuple[LineFunds, ...] = field(repr=False)

    @cached_property
    def totals(self) -> StageTotals:
        return StageTotals.added(one.totals for one in self.lines)

    @cached_property
    def free(self) -> Decimal | None:
        return known_total(one.free for one in self.lines)

    @property
    def burn(self) -> Decimal | None:
        return burn(self.totals)

    @cached_property
    def year_end(self) -> Decimal | None:
        return known_total(one.forecast.amount if one.forecast else None for one in self.lines)

    @property
    def basis(self) -> ForecastBasis | None:
        """What the forecast rests on."""
        found = {one.forecast.basis for one in self.lines if one.forecast}
        return (found.pop() if len(found) == 1 else ForecastBasis.MIXED) if found else None

    @cached_property
    def lapse(self) -> Decimal | None:
        return known_total(one.lost for one in self.lines)

    @cached_property
    def carried_forward(self) -> Decimal | None:
        return known_total(one.carried_forward for one in self.lines)

    @cached_property
    def overspent(self) -> Decimal | None:
        return known_total(one.overspent for one in self.lines)

    @property
    def over(self) -> list[LineFunds]:
        """The lines spent beyond their authority, the worst first."""
        return sorted((one for one in self.lines if one.overspent), key=lambda one: -(one.overspent or 0))


def line_funds(lines: BudgetLineQuerySet, *, on: date) -> list[LineFunds]:
    """What the ledger of each line amounts to on that day, in the order of the lines. Two queries, however many."""
    found = list(lines.select_related("organization", "initiative__plan"))
    sums: dict[int, dict[str, Decimal]] = defaultdict(dict)
    entries = LedgerEntry.objects.standing().filter(line__in=lines.order_by().values("pk"), effective_on__lte=on)
    for line, stage, total in entries.order_by().values_list("line", "stage").annotate(total=Sum("amount")):
        sums[line][stage] = total
    return [_told(line, StageTotals(**sums[line.pk]), on=on) for line in found]


def grouped(funds: Iterable[LineFunds], by: Callable[[BudgetLine], Key]) -> dict[Key, Funds]:
    """The lines that have a key in common taken together, in the order in which the keys first come."""
    groups: dict[Key, list[LineFunds]] = defaultdict(list)
    for one in funds:
        groups[by(one.line)].append(one)
    return {key: Funds(tuple(group)) for key, group in groups.items()}


def _told(line: BudgetLine, totals: StageTotals, *, on: date) -> LineFunds:
    rule = lapse_rule(line.organization)
    closed = funds_closed(line.fiscal_year, life_years=rule.life_years, on=on)
    return LineFunds(
        line, totals, free_balance(totals), year_end_forecast(totals, closed=closed),
        projected_lapse(totals, vote=line.vote, rule=rule, closed=closed), overspent(totals),
    )  # fmt: skip
