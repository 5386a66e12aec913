"""What the pages that record facts do the same way: show the form, carry it out, say so."""

from collections.abc import Callable, Collection
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from initiatives.models import Initiative, Milestone
from initiatives.views.found import refuse_others, refuse_past
from tracker.errors import Refused
from tracker.forms import EditForm, show_refusal
from tracker.idempotency import Carried, once_by_page
from tracker.templatetags.tracker import bilingual_text

form_view = require_http_methods(["GET", "HEAD", "POST"])
RECORD = "initiatives/record.html"


def record(
    request: HttpRequest, initiative: Initiative, form: forms.BaseForm, write: Callable[[], object], *,
    title: str | Promise, said: str | Promise, template: str = RECORD, back: str = "", takes: Collection[str] = (),
    **context: Any,
) -> HttpResponse:  # fmt: skip
    """Show the form, or carry it out and go `back` (to the initiative without); what is refused stands beside its
    field, and the answer is 422. `takes` are the parameters that the page reads. `does` and `leaves`, of the context,
    are the words to go on and to go back, where “Record” and “Cancel” do not tell them apart."""
    refuse_others(request, *takes)
    if carried_out(request, form, write, said=said) is not None:
        return redirect(back or initiative.get_absolute_url())
    shown = {"form": form, "title": title, "trail": trail(initiative, title), **context}
    status = 422 if form.is_bound else 200
    return render(request, template, {"plan": initiative.plan, "initiative": initiative, **shown}, status=status)


def carried_out(
    request: HttpRequest, form: forms.BaseForm, write: Callable[[], object], *, said: str | Promise
) -> Carried | None:
    """Carry out what a valid form asks for, once, and say so. None where nothing is sent, or it is refused: the
    sentences then stand beside their fields."""
    refuse_past(request)
    if not (form.is_bound and form.is_valid()):
        return None
    try:
        done = once_by_page(request, write)
    except Refused as error:
        show_refusal(form, error)
        return None
    if done.again:
        messages.info(request, _("The page was sent twice. It is recorded once."))
    else:
        say_written(request, form, done.result, said)
    return done


def say_written(request: HttpRequest, form: forms.BaseForm, written: object, said: str | Promise) -> None:
    """Say that it is written; of a row that others changed meanwhile, also what of theirs is kept."""
    messages.success(request, str(said))
    if isinstance(form, EditForm) and isinstance(written, Model) and (others := form.brought_in(written)):
        messages.info(
            request, _("Somebody else changed these meanwhile, and it is kept: %(fields)s.") % {"fields": others}
        )


def trail(initiative: Initiative, last: str | Promise) -> list[tuple[str | Promise, str]]:
    """The way down to a page of the initiative."""
    plan = initiative.plan
    return [
        (bilingual_text(plan, "title"), plan.get_absolute_url()),
        (initiative.code, initiative.get_absolute_url()),
        (last, ""),
    ]


def found_milestone(initiative: Initiative, code: str) -> Any:
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
