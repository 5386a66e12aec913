"""Money by fiscal year as pages show it: each amount with its explanation, burn beside the time that is over."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from initiatives.aggregates.money import Funds, LineFunds, grouped, lapse_rule
from initiatives.choices import Stage
from initiatives.rules import last_day_to_spend
from initiatives.rules.money import StageTotals, burn, elapsed
from pillars.rules import fiscal_year
from reports.explanations import line_bucket
from reports.figures import figure
from reports.figures.values import Amount, known_sum
from reports.panels import Cell, Panel, explain_url
from tracker import formats
from tracker.models import Organization
from tracker.templatetags.tracker import bilingual_text

STAGES = (Stage.PLANNED, Stage.AUTHORITY, Stage.COMMITMENT, Stage.EXPENDITURE, Stage.FORECAST)


@dataclass(frozen=True)
class AmountCell(Cell):
    """An amount of dollars. What is not known has no explanation and so no `url`; `place` is where it would lie."""

    place: str


@dataclass(frozen=True)
class FundsRow:
    """Some budget lines of one fiscal year taken together. `organization` is None for all of them."""

    fiscal_year: int
    organization: Organization | None
    stages: list[AmountCell]
    free: AmountCell
    burn: Decimal | None
    elapsed: Decimal
    year_end: AmountCell
    basis: str
    lapse: AmountCell
    lapses_on: list[date]
    overspent: AmountCell

    @property
    def cells(self) -> list[AmountCell]:
        """Every amount of it."""
        return [*self.stages, self.free, self.year_end, self.lapse, self.overspent]


@dataclass(frozen=True)
class LineRow:
    """One budget line, each of its amounts with its explanation."""

    funds: LineFunds
    stages: list[Cell]
    free: Cell
    lapse: Cell
    overspent: Cell


@dataclass(frozen=True)
class Step:
    """An amount on the way to what is told of a budget line; `url`: its ledger entries, where it is made of them."""

    label: str
    amount: Decimal | None
    url: str = ""


def _cell(key: str, bucket: str, label: str, amount: Decimal | None, scope: str, *, on: date) -> AmountCell:
    return _amount(bucket, label, amount, explain_url(figure(key), scope, on=on, bucket=bucket))


def _amount(bucket: str, label: str, value: Amount | None, place: str) -> AmountCell:
    return AmountCell(bucket, label, value, 0.0, "" if value is None else place, place)


def line_rows(funds: Iterable[LineFunds], scope: str, *, on: date) -> list[LineRow]:
    """A row for each line, in their order."""
    return [_line(one, scope, on=on) for one in funds]


def _line(one: LineFunds, scope: str, *, on: date) -> LineRow:
    def cell(key: str, label: str, amount: Decimal | None) -> AmountCell:
        return _cell(key, line_bucket(_of(one), one.line.pk), label, amount, scope, on=on)

    return LineRow(
        funds=one,
        stages=[_stage(one, stage, scope, on=on) for stage in STAGES],
        free=cell("free_balance", _("Free balance"), one.free),
        lapse=cell("projected_lapse", _("Projected lapse"), one.lost),
        overspent=cell("overspent", _("Spent beyond authority"), one.overspent),
    )


def _stage(one: LineFunds, stage: Stage, scope: str, *, on: date) -> AmountCell:
    bucket = line_bucket(f"{_of(one)}/{stage.value}", one.line.pk)
    return _cell("money_by_organization", bucket, str(stage.label), one.totals.at(stage), scope, on=on)


def _of(one: LineFunds) -> str:
    return f"{one.line.fiscal_year}/{one.line.organization.code}"


def line_steps(one: LineFunds, key: str, scope: str, *, on: date) -> list[Step]:
    """How the figure of that key comes out of what the line's ledger says, step by step; the last is the figure."""
    cells = [_stage(one, stage, scope, on=on) for stage in STAGES]
    steps = [Step(str(cell.label), one.totals.at(stage), cell.url) for stage, cell in zip(STAGES, cells, strict=True)]
    if key == "overspent":
        return [*steps, Step(_("Spent beyond authority"), one.overspent)]
    if one.forecast is not None:
        words = _("Year-end forecast (%(basis)s)") % {"basis": one.forecast.basis.label}
        steps.append(Step(words, one.forecast.amount))
    if key == "projected_lapse" and one.lapse is not None:
        steps.append(Step(_("Authority that will not be spent"), one.lapse.unspent))
        steps.append(Step(_("Of that, may be carried forward"), one.lapse.carried_forward))
        steps.append(Step(_("Projected lapse"), one.lapse.lost))
    return steps


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

    def cell(key: str, of: str, label: str, amount: Decimal | None) -> AmountCell:
        return _cell(key, of, label, amount, scope, on=on)

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


@dataclass(frozen=True)
class GlanceRow:
    """One fiscal year of a plan or pillar at a glance. Shares are of the authority, None where there is none to divide
    by. `present`: the year that holds the day; `so_far`: no forecast is recorded for it, so that what is told of its
    end is what is spent and committed."""

    fiscal_year: int
    present: bool
    planned: AmountCell
    authority: AmountCell
    spent: AmountCell
    spent_share: Decimal | None
    free: AmountCell
    year_end: AmountCell
    year_end_share: Decimal | None
    so_far: bool
    lapse: AmountCell
    overspent: AmountCell


def glance_rows(panel: Callable[[str], Panel], *, on: date) -> list[GlanceRow]:
    """A row for each fiscal year that the ledger has anything of, oldest first, from the figures alone."""
    years = sorted({int(bucket.partition("/")[0]) for bucket in panel("money").result.cells})
    return [_glance(panel, year, present=year == fiscal_year(on)) for year in years]


def _glance(panel: Callable[[str], Panel], year: int, *, present: bool) -> GlanceRow:
    def stage(of: Stage) -> AmountCell:
        return _year_cell(panel("money"), f"{year}/{of.value}", str(of.label))

    authority, spent = stage(Stage.AUTHORITY), stage(Stage.EXPENDITURE)
    year_end = _year_cell(panel("year_end_forecast"), str(year), _("Year-end forecast"))
    foreseen = stage(Stage.FORECAST).value is not None
    return GlanceRow(
        fiscal_year=year,
        present=present,
        planned=stage(Stage.PLANNED),
        authority=authority,
        spent=spent,
        spent_share=_share(spent, authority),
        free=_year_cell(panel("free_balance"), str(year), _("Free balance")),
        year_end=year_end,
        year_end_share=_share(year_end, authority),
        so_far=present and year_end.value is not None and not foreseen,
        lapse=_year_cell(panel("projected_lapse"), str(year), _("Projected lapse")),
        overspent=_year_cell(panel("overspent"), str(year), _("Spent beyond authority")),
    )


def _year_cell(panel: Panel, bucket: str, label: str) -> AmountCell:
    """The bucket, or the sum of all that begin with it."""
    cells = panel.result.cells
    amount = known_sum(value for key, value in cells.items() if key == bucket or key.startswith(f"{bucket}/"))
    return _amount(bucket, label, amount, panel.explain(bucket))


def _share(part: Cell, authority: Cell) -> Decimal | None:
    return burn(StageTotals(authority=_exact(authority.value), expenditure=_exact(part.value)))


def _exact(value: Amount | None) -> Decimal | None:
    return None if value is None else Decimal(value)


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
