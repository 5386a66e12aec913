"""The API reference, made by the server from the schema; each group of addresses is a page."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports.datasets import DATASETS
from reports.reference import Group, Operation, reference
from reports.reference.refusals import REFUSALS
from reports.views.asked import refuse_others
from reports.views.data import named


@dataclass(frozen=True)
class Section:
    """A group among all, and where it is told."""

    group: Group
    url: str


@dataclass(frozen=True)
class Told:
    """An operation with its example on this site."""

    operation: Operation
    example: str

    @property
    def lines(self) -> int:
        """How long the example is."""
        return self.example.count("\n")


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All groups; how programs sign in; every refusal."""
    refuse_others(request)
    groups = reference(_language())
    context = {
        "trail": [(_("Data"), reverse("data")), (_("API reference"), "")],
        "sections": [Section(group, reverse("api-reference-group", args=[slug])) for slug, group in groups.items()],
        "refusals": REFUSALS,
        "base": request.build_absolute_uri(reverse("api:index")),
        "tokens_url": named("tokens"),
        "schema_url": named("api:schema"),
    }
    return render(request, "reports/api_reference.html", context)


@login_required
@require_safe
def group(request: HttpRequest, group: str) -> HttpResponse:
    """Every operation of one group, and every object that it speaks of."""
    refuse_others(request)
    found = reference(_language()).get(group)
    if found is None:
        raise Http404
    site = request.build_absolute_uri("/").rstrip("/")
    context = {
        "group": found,
        "trail": [
            (_("Data"), reverse("data")),
            (_("API reference"), reverse("api-reference")),
            (found.label, ""),
        ],
        "told": [Told(one, one.example.curl(site)) for one in found.operations],
        "dictionary_url": named("dictionary") if group in DATASETS else "",
        "builder_url": reverse("data-dataset", args=[group]) if group in DATASETS else "",
    }
    return render(request, "reports/api_reference_group.html", context)


def _language() -> str:
    return "fr" if (get_language() or "en").startswith("fr") else "en"
