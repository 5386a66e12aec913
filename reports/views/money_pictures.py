"""The pictures of the money page: its fiscal years side by side, and one of them month by month."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import QueryDict

from initiatives.aggregates.money import LineFunds, grouped
from initiatives.choices import Stage
from initiatives.models.money import BudgetLineQuerySet
from pillars.rules import fiscal_year
from reports.figures import figure
from reports.panels import explain_url
from reports.views.pictures import burn_picture, years_picture
from tracker.charts import YearMoney


def pictures(
    lines: BudgetLineQuerySet, funds: Sequence[LineFunds], scope: str, given: QueryDict, *, on: date
) -> dict[str, Any]:
    """Charts of these budget lines, of which `funds` tells, each with its explanation: `years_chart`, and `burn_chart`
    of the fiscal year that is chosen, else of the one under way. None where there is nothing to draw."""
    by_year = grouped(funds, lambda line: line.fiscal_year)
    year = next(iter(by_year), None) if "fiscal_year" in given else fiscal_year(on)
    organization = given.get("organization", "")
    every = figure("money_by_organization" if organization else "money")
    shown: dict[str, Any] = {"years_chart": None, "burn_chart": None}
    if by_year:
        totals = [(one, by_year[one].totals) for one in sorted(by_year)]
        years = (YearMoney(one, of.planned, of.authority, of.expenditure) for one, of in totals)
        shown["years_chart"] = years_picture(years, on=on)
        shown["years_url"] = explain_url(every, scope, on=on)
    if year is not None and year in by_year:
        shown["burn_chart"] = burn_picture(lines, by_year[year], year=year, on=on)
        known = by_year[year].totals.expenditure is not None
        bucket = "/".join(filter(None, [str(year), organization, Stage.EXPENDITURE.value])) if known else ""
        shown["burn_url"] = explain_url(every, scope, on=on, bucket=bucket)
    return shown
