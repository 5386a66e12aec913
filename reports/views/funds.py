"""Money by fiscal year as pages show it: each amount with its explanation, burn beside the time that is over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from initiatives.aggregates.money import Funds, LineFunds, grouped, lapse_rule
from initiatives.choices import Stage
from initiatives.rules import last_day_to_spend
from initiatives.rules.money import elapsed
from reports.figures import figure
from reports.panels import Cell, explain_url
from tracker import formats
from tracker.models import Organization
from tracker.templatetags.tracker import bilingual_text

STAGES = (Stage.PLANNED, Stage.AUTHORITY, Stage.COMMITMENT, Stage.EXPENDITURE, Stage.FORECAST)


@dataclass(frozen=True)
class FundsRow:
    """Some budget lines of one fiscal year taken together. `organization` is None for all of them."""

    fiscal_year: int
    organization: Organization | None
    stages: list[Cell]
    free: Cell
    burn: Decimal | None
    elapsed: Decimal
    year_end: Cell
    basis: str
    lapse: Cell
    lapses_on: list[date]
    overspent: Cell


def year_rows(funds: Sequence[LineFunds], scope: str, *, on: date) -> list[FundsRow]:
    """A row for each fiscal year, oldest first."""
    years = grouped(funds, lambda line: line.fiscal_year)
    return [_row(years[year], year, None, scope, on=on) for year in sorted(years)]


def organization_rows(funds: Sequence[LineFunds], scope: str, *, on: date) -> dict[int, list[FundsRow]]:
    """For each fiscal year, oldest first, a row for each organization by its code."""
    groups = grouped(funds, lambda line: (line.fiscal_year, line.organization.code))
    found: dict[int, list[FundsRow]] = {}
    for year, code in sorted(groups):
        together = groups[year, code]
        organization = together.lines[0].line.organization
        found.setdefault(year, []).append(_row(together, year, organization, scope, on=on))
    return found


def _row(funds: Funds, year: int, organization: Organization | None, scope: str, *, on: date) -> FundsRow:
    bucket = f"{year}/{organization.code}" if organization else str(year)
    by_stage = "money_by_organization" if organization else "money"

    def cell(key: str, of: str, label: str, amount: Decimal | None) -> Cell:
        url = "" if amount is None else explain_url(figure(key), scope, on=on, bucket=of)
        return Cell(of, label, amount, 0.0, url)

    ends = {last_day_to_spend(year, life_years=one.line.organization.fund_life_years) for one in funds.lines}
    return FundsRow(
        fiscal_year=year,
        organization=organization,
        stages=[
            cell(by_stage, f"{bucket}/{stage.value}", str(stage.label), funds.totals.at(stage)) for stage in STAGES
        ],
        free=cell("free_balance", bucket, _("Free balance"), funds.free),
        burn=funds.burn,
        elapsed=elapsed(year, on=on),
        year_end=cell("year_end_forecast", bucket, _("Year-end forecast"), funds.year_end),
        basis=str(funds.basis.label) if funds.basis else "",
        lapse=cell("projected_lapse", bucket, _("Projected lapse"), funds.lapse),
        lapses_on=sorted(ends),
        overspent=cell("overspent", bucket, _("Spent beyond authority"), funds.overspent),
    )


def lapse_rules(funds: Iterable[LineFunds]) -> list[str]:
    """The rule of each organization with money here, in words."""
    organizations = {one.line.organization.code: one.line.organization for one in funds}
    return [_in_words(organizations[code]) for code in sorted(organizations)]


def _in_words(organization: Organization) -> str:
    rule = lapse_rule(organization)
    values = {
        "organization": bilingual_text(organization, "abbreviation"),
        "operating": _percent(rule.operating),
        "capital": _percent(rule.capital),
    }
    if rule.life_years == 1:
        return _(
            "%(organization)s: what is not spent on 31 March, when the fiscal year ends, lapses. Up to %(operating)s of"
            " operating and %(capital)s of capital authority may be carried into the next year; nothing of grants,"
            " contributions and statutory amounts."
        ) % values  # fmt: skip
    return _(
        "%(organization)s: funds live two years, so that they lapse on 31 March a year after their fiscal year ends. Of"
        " what is not spent by then, up to %(operating)s of operating and %(capital)s of capital authority may be"
        " carried forward; nothing of grants, contributions and statutory amounts."
    ) % values  # fmt: skip


def _percent(points: Decimal) -> str:
    return formats.percent(points / 100, 0 if points == points.to_integral_value() else 2)
