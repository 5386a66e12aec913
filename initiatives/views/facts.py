"""Pages that record facts: milestones and money."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from initiatives.actions.milestones import add_milestone, meet_milestone, move_forecast
from initiatives.actions.money import record_entry
from initiatives.forms import EntryForm, MeetForm, MilestoneForm, MoveForm
from initiatives.models import Initiative, Milestone
from initiatives.views.found import found_initiative, refuse_others, refuse_past
from pillars.rules import fiscal_year
from tracker.errors import Refused
from tracker.forms import show_refusal
from tracker.http import web_actor
from tracker.rules import Permission
from tracker.templatetags.tracker import bilingual_text

form_view = require_http_methods(["GET", "HEAD", "POST"])


def _record(
    request: HttpRequest, initiative: Initiative, form: forms.BaseForm, write: Callable[[], object], *,
    title: str | Promise, said: str | Promise, **context: Any,
) -> HttpResponse:  # fmt: skip
    """Show the form, or carry it out and go back to the initiative; what is refused stands beside its field."""
    refuse_others(request)
    refuse_past(request)
    if form.is_bound and form.is_valid():
        try:
            write()
        except Refused as error:
            show_refusal(form, error)
        else:
            messages.success(request, str(said))
            return redirect(initiative)
    plan = initiative.plan
    trail = [
        (bilingual_text(plan, "title"), plan.get_absolute_url()),
        (initiative.code, initiative.get_absolute_url()),
        (title, ""),
    ]
    context = {"plan": plan, "initiative": initiative, "trail": trail, "form": form, "title": title, **context}
    return render(request, "initiatives/record.html", context, status=422 if form.is_bound else 200)


def _found_milestone(initiative: Initiative, code: str) -> Milestone:
    found = Milestone.objects.filter(initiative=initiative, code=code).for_list().first()
    if found is None:
        raise Http404
    return found


@login_required
@form_view
def milestone_add(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """A new milestone."""
    initiative = found_initiative(request, plan, code, to=Permission.RECORD_FACTS)
    form = MilestoneForm(request.POST or None)
    return _record(
        request, initiative, form,
        lambda: add_milestone(
            initiative=initiative, content=form.content(), forecast_on=form.cleaned_data["forecast_on"],
            by=web_actor(request), at=timezone.now(),
        ),
        title=_("Add a milestone"), said=_("The milestone is added."),
    )  # fmt: skip


@login_required
@form_view
def milestone_move(request: HttpRequest, plan: str, code: str, milestone: str) -> HttpResponse:
    """Another date expected."""
    initiative = found_initiative(request, plan, code, to=Permission.RECORD_FACTS)
    found = _found_milestone(initiative, milestone)
    form = MoveForm(request.POST or None)
    return _record(
        request, initiative, form,
        lambda: move_forecast(
            milestone=found, to=form.cleaned_data["forecast_on"], reason=form.cleaned_data["reason"],
            by=web_actor(request), at=timezone.now(),
        ),
        title=_("Move the forecast"), said=_("The forecast is moved; the dates before stay on record."),
        milestone=found,
    )  # fmt: skip


@login_required
@form_view
def milestone_meet(request: HttpRequest, plan: str, code: str, milestone: str) -> HttpResponse:
    """The milestone is met, or its date is corrected."""
    initiative = found_initiative(request, plan, code, to=Permission.RECORD_FACTS)
    found = _found_milestone(initiative, milestone)
    today = initiative.plan.day(timezone.now())
    initial = {"actual_on": found.actual_on or today, "evidence": found.evidence}
    form = MeetForm(request.POST or None, initial=initial)
    return _record(
        request, initiative, form,
        lambda: meet_milestone(
            milestone=found, on=form.cleaned_data["actual_on"], evidence=form.cleaned_data["evidence"],
            by=web_actor(request), at=timezone.now(),
        ),
        title=_("Record that it is met"), said=_("The date is recorded."), milestone=found,
    )  # fmt: skip


@login_required
@form_view
def entry_add(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """A new ledger entry."""
    initiative = found_initiative(request, plan, code, to=Permission.RECORD_FACTS)
    frame, today = initiative.plan, initiative.plan.day(timezone.now())
    year = min(max(fiscal_year(today), frame.first_fiscal_year), frame.last_fiscal_year)
    initial = {"effective_on": today, "fiscal_year": year}
    form = EntryForm(request.POST or None, initiative=initiative, initial=initial)
    return _record(
        request, initiative, form,
        lambda: record_entry(
            initiative=initiative, content=form.content(), by=web_actor(request), at=timezone.now()
        ),
        title=_("Record money"), said=_("The entry is in the ledger."),
    )  # fmt: skip
