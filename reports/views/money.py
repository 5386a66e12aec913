"""The money of a plan, by fiscal year and organization."""

from datetime import date
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from initiatives.aggregates.money import Funds, line_funds
from initiatives.filters import BudgetLineFilter
from initiatives.forms_money import MoneyFilterForm
from initiatives.models import BudgetLine
from initiatives.rules.money import StageTotals
from pillars.models import Plan
from reports.explanations import ANY
from reports.figures import figure
from reports.figures.scopes import Scope, find_scope
from reports.page_cache import remembered
from reports.panels import explain_url
from reports.views.funds import STAGES, lapse_rules, line_rows, organization_rows, year_rows
from tracker.filters import PAGE, effective_date, refuse_unknown
from tracker.http import SignedInRequest
from tracker.models import User

FILTERS = ("pillar", "organization", "fiscal_year")


@login_required
@require_safe
@remembered
def money(request: HttpRequest, plan: str) -> HttpResponse:
    """Each fiscal year by organization: stages, free balance, burn, forecast, lapse; and all that is overspent."""
    user = cast(SignedInRequest, request).user
    whole = find_scope(plan, user=user)
    subject = cast(Plan, whole.subject)
    refuse_unknown(request.GET, {*FILTERS, "on", *PAGE})
    on = effective_date(request)
    given = QueryDict(mutable=True)
    given.update({name: request.GET[name] for name in FILTERS if request.GET.get(name)})
    rows: Any = BudgetLineFilter(_of_plan(given, plan), BudgetLineFilter.base(user, on=on), request=request).rows
    scope = find_scope(f"{plan}/{int(str(given['pillar']))}", user=user) if "pillar" in given else whole
    funds = [one for one in line_funds(rows, on=on) if one.totals != StageTotals()]
    together = Funds(tuple(funds))
    by_organization = organization_rows(funds, scope.code, on=on)
    totals = {} if "organization" in given else {row.fiscal_year: row for row in year_rows(funds, scope.code, on=on)}
    context = {
        "plan": subject,
        "scope": scope,
        "on": on,
        "form": MoneyFilterForm(request.GET, lines=_visible(user, subject), plan=subject),
        "clear_url": reverse("money", args=[plan]),
        "filtered": bool(given),
        "stages": STAGES,
        "years": [(year, rows, totals.get(year)) for year, rows in by_organization.items()],
        "over": line_rows(together.over, scope.code, on=on),
        "overspent": together.overspent,
        "overspent_url": _overspent_url(scope, given, on=on),
        "rules": lapse_rules(funds),
        "query": _ledger(given, plan, on=on).urlencode(),
    }
    return render(request, "reports/money.html", context)


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


def _overspent_url(scope: Scope, given: QueryDict, *, on: date) -> str:
    """The explanation of all that is overspent here: of the year and the organization that are chosen."""
    year, organization = given.get("fiscal_year", ""), given.get("organization", "")
    bucket = "/".join(part for part in (year or (ANY if organization else ""), organization) if part)
    return explain_url(figure("overspent"), scope.code, on=on, bucket=bucket)
