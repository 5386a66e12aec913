"""Pages of a milestone: added, changed, moved, met, cancelled and reopened, and what it waits for."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from initiatives.actions.dependencies import add_dependency, remove_dependency
from initiatives.actions.milestone_life import cancel_milestone, reopen_milestone
from initiatives.actions.milestones import add_milestone, change_milestone, meet_milestone, move_forecast
from initiatives.aggregates.milestones import milestone_facts
from initiatives.forms import MeetForm, MilestoneChangeForm, MilestoneForm, MoveForm
from initiatives.forms_milestones import CancelForm, DependencyForm, WithdrawForm
from initiatives.models import MilestoneDependency
from initiatives.views.found import found_initiative
from initiatives.views.recording import form_view, found_milestone, record, row_url
from tracker.http import SignedInRequest, web_actor
from tracker.rules import Permission


@login_required
@form_view
def milestone_add(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """A new milestone."""
    initiative = found_initiative(request, plan, code, to=Permission.RECORD_FACTS)
    form = MilestoneForm(request.POST or None)
    return record(
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
    found = found_milestone(initiative, milestone)
    form = MoveForm(request.POST or None, initial={"seen": found.forecast_on})
    return record(
        request, initiative, form,
        lambda: move_forecast(
            milestone=found, to=form.cleaned_data["forecast_on"], reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["seen"], by=web_actor(request), at=timezone.now(),
        ),
        title=_("Move the forecast"), said=_("The forecast is moved; the dates before stay on record."),
        back=row_url(found), milestone=found,
    )  # fmt: skip


@login_required
@form_view
def milestone_change(request: HttpRequest, plan: str, code: str, milestone: str) -> HttpResponse:
    """What is said of a milestone: its titles, weight, criteria."""
    initiative = found_initiative(request, plan, code, to=Permission.RECORD_FACTS)
    found = found_milestone(initiative, milestone)
    form = MilestoneChangeForm(request.POST or None, initial=MilestoneChangeForm.initial_of(found))
    return record(
        request, initiative, form,
        lambda: change_milestone(
            milestone=found, changes=form.changes(), reason=form.cleaned_data["reason"], seen=form.seen,
            by=web_actor(request), at=timezone.now(),
        ),
        title=_("Change a milestone"), said=_("The milestone is changed; its history keeps what it said."),
        back=row_url(found), milestone=found,
    )  # fmt: skip


@login_required
@form_view
def milestone_meet(request: HttpRequest, plan: str, code: str, milestone: str) -> HttpResponse:
    """The milestone is met, or its date is corrected."""
    initiative = found_initiative(request, plan, code, to=Permission.RECORD_FACTS)
    found = found_milestone(initiative, milestone)
    today = initiative.plan.day(timezone.now())
    initial = {"actual_on": found.actual_on or today, "evidence": found.evidence, "revision": found.revision}
    form = MeetForm(request.POST or None, initial=initial)
    return record(
        request, initiative, form,
        lambda: meet_milestone(
            milestone=found, on=form.cleaned_data["actual_on"], evidence=form.cleaned_data["evidence"],
            reason=form.cleaned_data["reason"], seen=form.seen, by=web_actor(request), at=timezone.now(),
        ),
        title=_("Correct when it was met") if found.actual_on else _("Record that it is met"),
        said=_("The date is recorded."), back=row_url(found), milestone=found,
    )  # fmt: skip


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
        milestone=found, does=_("Cancel the milestone"), leaves=_("Keep it"),
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
        back=row_url(found), milestone=found, does=_("Reopen the milestone"),
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
