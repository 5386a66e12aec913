"""What can be told of a budget line from its ledger: balance, burn, forecast, lapse. Dollars, to the cent.

The terms are the Government of Canada's. An authority is what Parliament lets an organization spend for one purpose in
one fiscal year; what is not spent of it when the fiscal year ends lapses (Financial Administration Act, s. 37), a year
later where an organization's own act gives its funds two years (Canada Border Services Agency, Canada Revenue Agency,
Parks Canada). Treasury Board may put back a part of what lapsed: operating up to 5 % (vote 25) and capital up to 20 %
(vote 35) of the year's authority. All of it is as recorded: None is unknown, never zero.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from initiatives.choices import ForecastBasis, Stage, TransferKind, Vote
from initiatives.rules import CENT, last_day_to_spend
from pillars.rules import fiscal_year_dates

ZERO = Decimal("0.00")
HUNDRED = Decimal(100)
# Organization, fiscal year, funding source, vote.
LineOf = tuple[object, int, str, str]


@dataclass(frozen=True)
class StageTotals:
    """The sum of a line's standing entries at each stage; None where the ledger has none. `commitment` is what is still
    outstanding: it is recorded lower as invoices are paid."""

    planned: Decimal | None = None
    authority: Decimal | None = None
    commitment: Decimal | None = None
    expenditure: Decimal | None = None
    forecast: Decimal | None = None

    def at(self, stage: str) -> Decimal | None:
        """The total of one stage."""
        found: Decimal | None = getattr(self, Stage(stage).value)
        return found

    @classmethod
    def added(cls, parts: Iterable["StageTotals"]) -> "StageTotals":
        """Stage by stage; a stage that no part knows stays unknown."""
        found = list(parts)
        return cls(**{stage.value: known_total(one.at(stage) for one in found) for stage in Stage})


@dataclass(frozen=True)
class LapseRule:
    """An organization's own: years that its funds live, and the percentages of a year's authority that may be carried
    into the next."""

    life_years: int = 1
    operating: Decimal = Decimal(5)
    capital: Decimal = Decimal(20)

    def percentage(self, vote: str) -> Decimal:
        """What may be carried forward of a vote: none of grants, contributions and statutory amounts, and none
        where the vote is not published."""
        return {Vote.OPERATING.value: self.operating, Vote.CAPITAL.value: self.capital}.get(vote, Decimal(0))


@dataclass(frozen=True)
class Projection:
    """What will have been spent when the funds lapse, and what that rests on."""

    amount: Decimal
    basis: ForecastBasis


@dataclass(frozen=True)
class Lapse:
    """What is not spent when the funds lapse (`unspent`), the part that may be carried forward, and the part that is
    lost. `unspent` is the sum of the two; none is negative."""

    unspent: Decimal
    carried_forward: Decimal
    lost: Decimal


def known_total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of what is known; None when nothing is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, ZERO) if known else None


def free_balance(totals: StageTotals) -> Decimal | None:
    """Authority - commitment - expenditure: what may still be committed (Financial Administration Act, s. 32). Negative
    when more is bound than was given. None without authority: there is nothing to be free of."""
    if totals.authority is None:
        return None
    return totals.authority - (totals.commitment or ZERO) - (totals.expenditure or ZERO)


def burn(totals: StageTotals) -> Decimal | None:
    """Expenditure / authority, a share of one; more than one is overspent. None where either is unknown, and without
    authority to divide by."""
    if totals.expenditure is None or totals.authority is None or totals.authority <= 0:
        return None
    return totals.expenditure / totals.authority


def elapsed(fiscal_year: int, *, on: date) -> Decimal:
    """The share of the fiscal year, 1 April to 31 March, that is over at the end of the day: 0 before it, 1 after."""
    first, last = fiscal_year_dates(fiscal_year)
    days = (last - first).days + 1
    return Decimal(min(max((on - first).days + 1, 0), days)) / days


def funds_closed(fiscal_year: int, *, life_years: int, on: date) -> bool:
    """Whether the last day to spend funds of that year is over."""
    return on > last_day_to_spend(fiscal_year, life_years=life_years)


def year_end_forecast(totals: StageTotals, *, closed: bool) -> Projection | None:
    """What will have been spent when the funds lapse.

    The forecast where one is recorded; else expenditure so far + outstanding commitments; when the funds are closed,
    the expenditure itself, whatever was forecast. None where none of these is recorded.
    """
    if closed:
        spent = totals.expenditure
        return None if spent is None else Projection(spent, ForecastBasis.SPENT)
    if totals.forecast is not None:
        return Projection(totals.forecast, ForecastBasis.RECORDED)
    bound = known_total([totals.expenditure, totals.commitment])
    return None if bound is None else Projection(bound, ForecastBasis.COMPUTED)


def projected_lapse(totals: StageTotals, *, vote: str, rule: LapseRule, closed: bool) -> Lapse | None:
    """Authority - year-end forecast, never negative; of that, up to the organization's percentage of the year's
    authority may be carried forward, cut to the cent, and the rest is lost. None where authority or forecast is
    unknown.

    The limit is that of an organization's whole vote. Held to each budget line it can only be tighter, so that a sum of
    lines never promises a carry-forward that the vote does not have.
    """
    forecast = year_end_forecast(totals, closed=closed)
    if totals.authority is None or forecast is None:
        return None
    unspent = max(totals.authority - forecast.amount, ZERO)
    limit = (totals.authority * rule.percentage(vote) / HUNDRED).quantize(CENT, ROUND_DOWN)
    carried = min(unspent, max(limit, ZERO))
    return Lapse(unspent, carried, unspent - carried)


def overspent(totals: StageTotals) -> Decimal | None:
    """Expenditure beyond authority, 0 when within it; all of it where no authority is recorded. None where no spending
    is recorded. It is listed, never refused: real ledgers have it."""
    if totals.expenditure is None:
        return None
    return max(totals.expenditure - (totals.authority or ZERO), ZERO)


def moves_problem(kind: str, moves: Sequence[tuple[LineOf, Decimal]]) -> Promise | None:
    """Why dollars cannot be moved so between the lines of an initiative, or None."""
    lines = [line for line, _amount in moves]
    if len(set(lines)) < max(len(lines), 2):
        return _("Dollars move between different budget lines, each named once.")
    if sum((amount for _line, amount in moves), ZERO) != 0:
        return _("What is given and what is got must sum to zero.")
    years = {year for _organization, year, _source, _vote in lines}
    beside = {(organization, source, vote) for organization, _year, source, vote in lines}
    if kind == TransferKind.REPROFILE and len(beside) > 1:
        return _("A reprofile keeps organization, funding source and vote, and changes the fiscal year.")
    if kind == TransferKind.TRANSFER and len(years) > 1:
        return _("A transfer stays within one fiscal year. Between years it is a reprofile.")
    return None


def lowest_total(dated: Iterable[tuple[date, Decimal]], *, since: date) -> Decimal:
    """The least that dated amounts add up to at the end of that day or of any later one."""
    by_day = sorted(dated)
    total = sum((amount for day, amount in by_day if day <= since), ZERO)
    lowest, later = total, [(day, amount) for day, amount in by_day if day > since]
    for place, (day, amount) in enumerate(later):
        total += amount
        if place + 1 == len(later) or later[place + 1][0] != day:
            lowest = min(lowest, total)
    return lowest
