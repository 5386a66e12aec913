"""Where analysts begin: what can be pulled, a token, and what everything means."""

from dataclasses import dataclass
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pillars.models import Plan
from reports.datasets import DATASETS
from reports.figures import FIGURES, Figure
from reports.panels import explain_url
from reports.pulls import counted
from reports.views.asked import refuse_others
from reports.views.explain import UNITS
from tracker.datasets import Dataset
from tracker.filters import effective_date
from tracker.http import SignedInRequest

COUNTED = 10_000  # rows of each dataset that are counted here; of more there are "more"


@dataclass(frozen=True)
class DatasetRow:
    """A dataset, and how many of its rows the reader may see."""

    dataset: Dataset
    url: str
    count: int
    more: bool


@dataclass(frozen=True)
class FigureRow:
    """A figure in the dictionary; the address leads to its value for the reader's first plan."""

    figure: Figure
    unit: str | Promise
    url: str


@dataclass(frozen=True)
class Help:
    """Where more is said."""

    url: str
    label: Promise
    about: Promise


@login_required
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Datasets to pull, where a token comes from, and what every figure means."""
    refuse_others(request)
    signed_in = cast(SignedInRequest, request)
    plan = Plan.objects.visible_to(signed_in.user).for_list().first()
    context = {
        "datasets": [_row(dataset, signed_in) for dataset in DATASETS.values()],
        "helps": [one for one in _helps() if one.url],
        "tokens_url": named("tokens"),
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


def _row(dataset: Dataset, request: SignedInRequest) -> DatasetRow:
    count = counted(dataset.filters.base(request.user, on=effective_date(request)), COUNTED)
    return DatasetRow(dataset, reverse("data-dataset", args=[dataset.name]), min(count, COUNTED), count > COUNTED)


def _helps() -> list[Help]:
    return [
        Help(named("api-reference"), _("API reference"), _("every address, what it takes and what it answers")),
        Help(named("dictionary"), _("Dictionary"), _("what every column means, its unit and its allowed values")),
        Help(named("exports"), _("Your exports"), _("files that are made in the background, and those that were made")),
        Help(
            named("api:datapackage"), _("Data package"),
            _("all tables and columns for programs (Frictionless, datapackage.json)"),
        ),
        Help(named("api:schema"), _("OpenAPI"), _("the API for programs that make clients of it")),
    ]  # fmt: skip


def named(name: str) -> str:
    """The address of that name, empty where there is none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
