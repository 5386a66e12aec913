"""What the pages that record facts do the same way: show the form, carry it out, say so."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.views.decorators.http import require_http_methods

from initiatives.models import Initiative, Milestone
from initiatives.views.found import refuse_past
from tracker.errors import Refused
from tracker.forms import show_refusal
from tracker.templatetags.tracker import bilingual_text

form_view = require_http_methods(["GET", "HEAD", "POST"])
RECORD = "initiatives/record.html"


def record(
    request: HttpRequest, initiative: Initiative, form: forms.BaseForm, write: Callable[[], object], *,
    title: str | Promise, said: str | Promise, template: str = RECORD, back: str = "", **context: Any,
) -> HttpResponse:  # fmt: skip
    """Show the form, or carry it out and go `back` (to the initiative without); what is refused stands beside its
    field, and the answer is 422."""
    refuse_past(request)
    if form.is_bound and form.is_valid():
        try:
            write()
        except Refused as error:
            show_refusal(form, error)
        else:
            messages.success(request, str(said))
            return redirect(back or initiative.get_absolute_url())
    shown = {"form": form, "title": title, "trail": trail(initiative, title), **context}
    status = 422 if form.is_bound else 200
    return render(request, template, {"plan": initiative.plan, "initiative": initiative, **shown}, status=status)


def trail(initiative: Initiative, last: str | Promise) -> list[tuple[str | Promise, str]]:
    """The way down to a page of the initiative."""
    plan = initiative.plan
    return [
        (bilingual_text(plan, "title"), plan.get_absolute_url()),
        (initiative.code, initiative.get_absolute_url()),
        (last, ""),
    ]


def found_milestone(initiative: Initiative, code: str) -> Milestone:
    """The initiative's milestone of that code, with its dates. Raises `Http404`."""
    found = Milestone.objects.filter(initiative=initiative, code=code).for_list().first()
    if found is None:
        raise Http404
    # The initiative that was looked up knows its pillar and plan, from which its scopes are read.
    found.initiative = initiative
    return found


def row_url(milestone: Milestone) -> str:
    """The milestone's row on the page of its initiative."""
    return f"{milestone.initiative.get_absolute_url()}#milestone-{milestone.code}"
