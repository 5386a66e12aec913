"""Where analysts begin: exports, the API and its reference."""

from dataclasses import dataclass
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pillars.models import Plan
from reports.figures import FIGURES, Figure
from reports.panels import explain_url
from reports.views.asked import refuse_others
from reports.views.explain import UNITS
from tracker.http import SignedInRequest


@dataclass(frozen=True)
class DataLink:
    """A file or list to pull."""

    file: str
    url: str
    label: str | Promise = ""


@dataclass(frozen=True)
class FigureRow:
    """A figure in the dictionary; the address leads to its value for the reader's first plan."""

    figure: Figure
    unit: str | Promise
    url: str


EXPORTS = {
    "initiatives": _("every initiative with its health and funding"),
    "status-updates": _("every status update, week by week"),
    "ledger-entries": _("every ledger entry, reversals included"),
    "indicators": _("every indicator with its progress"),
    "targets": _("every target, each version"),
    "observations": _("every observation, corrections and restatements included"),
}
LISTS = (
    "plan", "pillar", "initiative", "milestone", "funding-announcement", "budget-line", "ledger-entry",
    "indicator", "target", "observation",
    "status-update", "week", "rollup", "figure", "organization", "place", "revision",
)  # fmt: skip


@login_required
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Exports to download, lists to pull, and what every figure means."""
    refuse_others(request)
    signed_in = cast(SignedInRequest, request)
    plan = Plan.objects.visible_to(signed_in.user).for_list().first()
    context = {
        "exports": [DataLink(f"{name}.csv", reverse(f"api:export-{name}"), label) for name, label in EXPORTS.items()],
        "lists": [DataLink(url.strip("/").rpartition("/")[2], url) for url in map(_list, LISTS)],
        "figures": [
            FigureRow(
                figure,
                UNITS[figure.unit],
                explain_url(figure, plan.code, on=signed_in.moment.on) if plan else "",
            )
            for figure in FIGURES.values()
        ],
    }
    return render(request, "reports/data.html", context)


def _list(name: str) -> str:
    return reverse(f"api:{name}-list")
