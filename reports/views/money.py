"""The money of a plan, by fiscal year and organization."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from initiatives.aggregates.ledger_sums import funds_by_organization
from initiatives.aggregates.money import Funds, LineFunds, line_funds
from initiatives.filters import BudgetLineFilter
from initiatives.forms_money import MoneyFilterForm
from initiatives.models import BudgetLine
from pillars.models import Plan
from reports.comparison import Cells, Comparison, Was, compared
from reports.explanations import ANY
from reports.figures import figure
from reports.figures.scopes import Scope, find_scope
from reports.page_cache import remembered
from reports.panels import Cell, explain_url
from reports.views.funds import (
    STAGES,
    AmountCell,
    FundsRow,
    LineRow,
    lapse_rules,
    line_rows,
    organization_rows,
    year_rows,
)
from reports.views.labels import bucket_labels
from reports.views.lists import unfiltered
from reports.views.money_pictures import pictures
from tracker.filters import PAGE, effective_date, refuse_unknown
from tracker.http import SignedInRequest
from tracker.models import User

FILTERS = ("pillar", "organization", "fiscal_year")
FURTHEST = 25  # budget lines spent beyond their authority; where all of them are explained, each is


@dataclass(frozen=True)
class PlanFunds:
    """Budget lines on a day as the page shows them: rows by organization for each fiscal year, with the year's own
    where all organizations are shown; the lines spent furthest beyond their authority, how many are, and by how
    much in all. `funds`: the lines of an organization in a year, as if they were one."""

    funds: list[LineFunds]
    by_organization: dict[int, list[FundsRow]]
    by_year: dict[int, FundsRow]
    over: list[LineRow]
    over_count: int
    overspent: Cell

    @property
    def cells(self) -> Iterator[AmountCell]:
        """Every amount by fiscal year that has a place on the page."""
        for rows in (*self.by_organization.values(), self.by_year.values()):
            for row in rows:
                yield from row.cells

    def told(self, *, on: date) -> Cells:
        """What the page says on the day."""
        return Cells.of([*self.cells, self.overspent], on=on)


@dataclass(frozen=True)
class Gone:
    """An amount that was known at the moment compared with and has no place on the page: of what, and what it was."""

    label: str
    was: Was


@login_required
@require_safe
@remembered
def money(request: HttpRequest, plan: str) -> HttpResponse:
    """Each fiscal year by organization: stages, free balance, burn, forecast, lapse; and all that is overspent."""
    user = cast(SignedInRequest, request).user
    whole = find_scope(plan, user=user)
    subject = cast(Plan, whole.subject)
    refuse_unknown(request.GET, {*FILTERS, "on", "compare", *PAGE})
    on = effective_date(request)
    given = QueryDict(mutable=True)
    given.update({name: request.GET[name] for name in FILTERS if request.GET.get(name)})
    rows: Any = BudgetLineFilter(_of_plan(given, plan), BudgetLineFilter.base(user, on=on), request=request).rows
    scope = find_scope(f"{plan}/{int(str(given['pillar']))}", user=user) if "pillar" in given else whole
    found = _told(rows, scope, given, on=on)
    against = compared(
        request,
        scope,
        found.told(on=on) if request.GET.get("compare") else None,
        before=lambda then: _told(rows, scope, given, on=then.on).told(on=then.on),
    )
    context = {
        "plan": subject,
        "scope": scope,
        "on": on,
        "form": MoneyFilterForm(request.GET, lines=_visible(user, subject), plan=subject),
        "clear_url": unfiltered(request),
        "filtered": bool(given),
        "stages": STAGES,
        "years": [(year, rows, found.by_year.get(year)) for year, rows in found.by_organization.items()],
        "over": found.over,
        "over_count": found.over_count,
        "overspent": found.overspent,
        "rules": lapse_rules(found.funds),
        "query": _ledger(given, plan, on=on).urlencode(),
        "gone": _gone(against, found, scope, on=on) if against else [],
        **pictures(rows, found.funds, scope.code, given, on=on),
    }
    return render(request, "reports/money.html", context)


def _told(rows: Any, scope: Scope, given: QueryDict, *, on: date) -> PlanFunds:
    found = funds_by_organization(rows, on=on, furthest=FURTHEST)
    funds, together = found.cells, Funds(tuple(found.cells))
    furthest = line_funds(BudgetLine.objects.filter(pk__in=found.beyond).for_list(), on=on) if found.beyond else []
    bucket, url = _overspent(scope, given, on=on)
    return PlanFunds(
        funds=funds,
        by_organization=organization_rows(funds, scope.code, on=on),
        by_year={}
        if "organization" in given
        else {row.fiscal_year: row for row in year_rows(funds, scope.code, on=on)},
        over=line_rows(Funds(tuple(furthest)).over, scope.code, on=on),
        over_count=found.beyond_count,
        overspent=Cell(bucket, _("Spent beyond authority"), together.overspent, 0.0, url),
    )


def _visible(user: User, plan: Plan) -> Any:
    return BudgetLine.objects.visible_to(user).filter(initiative__plan=plan)


def _of_plan(given: QueryDict, plan: str) -> QueryDict:
    data = given.copy()
    data["plan"] = plan
    return data


def _ledger(given: QueryDict, plan: str, *, on: date) -> QueryDict:
    """The filters of the entries that the page adds up: those that had taken effect by the day."""
    data = _of_plan(given, plan)
    data["effective_to"] = on.isoformat()
    return data


def _overspent(scope: Scope, given: QueryDict, *, on: date) -> tuple[str, str]:
    """The bucket and the explanation of all that is overspent here: of the year and the organization chosen."""
    year, organization = given.get("fiscal_year", ""), given.get("organization", "")
    bucket = "/".join(part for part in (year or (ANY if organization else ""), organization) if part)
    return bucket, explain_url(figure("overspent"), scope.code, on=on, bucket=bucket)


def _gone(against: Comparison, shown: PlanFunds, scope: Scope, *, on: date) -> list[Gone]:
    """Told by figure, fiscal year and organization. What has a place says there what it was."""
    found, placed = [], {cell.place for cell in shown.cells}
    for key, cells in groupby(sorted(against.gone, key=lambda one: one[:2]), key=lambda one: one[0]):
        declared = figure(key)
        listed = [one for one in cells if explain_url(declared, scope.code, on=on, bucket=one[1]) not in placed]
        labels = bucket_labels(declared, [bucket for _key, bucket, _was in listed])
        name = str(getattr(declared, f"label_{get_language()}"))
        found += [Gone(", ".join(filter(None, [name, labels[bucket]])), was) for _key, bucket, was in listed]
    return found
