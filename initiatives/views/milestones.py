"""Pages of a milestone's end, of the way back, and of what it waits for."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from initiatives.actions.dependencies import add_dependency, remove_dependency
from initiatives.actions.milestone_life import cancel_milestone, reopen_milestone
from initiatives.aggregates.milestones import milestone_facts
from initiatives.forms_milestones import CancelForm, DependencyForm, WithdrawForm
from initiatives.models import MilestoneDependency
from initiatives.views.found import found_initiative
from initiatives.views.recording import form_view, found_milestone, record, row_url
from tracker.http import SignedInRequest, web_actor
from tracker.rules import Permission


@login_required
@form_view
def milestone_cancel(request: HttpRequest, plan: str, code: str, milestone: str) -> HttpResponse:
    """It will not be met."""
    initiative = found_initiative(request, plan, code, to=Permission.RECORD_FACTS)
    found = found_milestone(initiative, milestone)
    form = CancelForm(request.POST or None, initial={"cancelled_on": initiative.plan.day(timezone.now())})
    return record(
        request, initiative, form,
        lambda: cancel_milestone(
            milestone=found, on=form.cleaned_data["cancelled_on"], reason=form.cleaned_data["reason"],
            by=web_actor(request), at=timezone.now(),
        ),
        title=_("Cancel a milestone"), said=_("The milestone is cancelled; it stays to be seen."), back=row_url(found),
        milestone=found,
    )  # fmt: skip


@login_required
@form_view
def milestone_reopen(request: HttpRequest, plan: str, code: str, milestone: str) -> HttpResponse:
    """It was met or cancelled by mistake."""
    initiative = found_initiative(request, plan, code, to=Permission.RECORD_FACTS)
    found = found_milestone(initiative, milestone)
    form = WithdrawForm(request.POST or None)
    return record(
        request, initiative, form,
        lambda: reopen_milestone(
            milestone=found, reason=form.cleaned_data["reason"], by=web_actor(request), at=timezone.now()
        ),
        title=_("Reopen a milestone"), said=_("The milestone is open again; the history keeps what stood here."),
        back=row_url(found), milestone=found,
    )  # fmt: skip


@login_required
@form_view
def milestone_needs(request: HttpRequest, plan: str, code: str, milestone: str) -> HttpResponse:
    """What it waits for, and who waits for it; another is added."""
    user = cast(SignedInRequest, request).user
    initiative = found_initiative(request, plan, code, to=Permission.RECORD_FACTS)
    found = found_milestone(initiative, milestone)
    form = DependencyForm(request.POST or None, milestone=found, user=user)
    return record(
        request, initiative, form,
        lambda: add_dependency(
            milestone=found, needs=form.cleaned_data["needs"], note=form.cleaned_data["note"],
            by=web_actor(request), at=timezone.now(),
        ),
        title=_("What a milestone waits for"), said=_("The dependency is added."),
        template="initiatives/milestone_needs.html", back=reverse("milestone-needs", args=[plan, code, milestone]),
        milestone=found, facts=milestone_facts([found.pk], user=user)[found.pk], back_url=row_url(found),
    )  # fmt: skip


@login_required
@form_view
def dependency_remove(request: HttpRequest, plan: str, code: str, pk: int) -> HttpResponse:
    """It waits for that one no more."""
    user = cast(SignedInRequest, request).user
    initiative = found_initiative(request, plan, code, to=Permission.RECORD_FACTS)
    rows = MilestoneDependency.objects.visible_to(user).filter(milestone__initiative=initiative)
    dependency = rows.select_related("milestone", "needs__initiative").filter(pk=pk).first()
    if dependency is None:
        raise Http404
    dependency.milestone = found_milestone(initiative, dependency.milestone.code)
    form = WithdrawForm(request.POST or None)
    return record(
        request, initiative, form,
        lambda: remove_dependency(
            dependency=dependency, reason=form.cleaned_data["reason"], by=web_actor(request), at=timezone.now()
        ),
        title=_("Remove a dependency"), said=_("It waits for that one no more."),
        template="initiatives/dependency_remove.html", back=row_url(dependency.milestone), dependency=dependency,
        milestone=dependency.milestone,
    )  # fmt: skip
