"""Pages that say something of a milestone: added, changed, moved, met."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from initiatives.actions.milestones import add_milestone, change_milestone, meet_milestone, move_forecast
from initiatives.forms import MeetForm, MilestoneChangeForm, MilestoneForm, MoveForm
from initiatives.views.found import found_initiative
from initiatives.views.recording import form_view, found_milestone, record, row_url
from tracker.http import web_actor
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
