"""Pages of new baselines: asked for once the effect is seen, read, decided."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from initiatives.actions.change_requests import ask_baseline, check_asked, decide_request, withdraw_request
from initiatives.aggregates.change_requests import Asked, effects
from initiatives.choices import Decision
from initiatives.forms_milestones import BaselineForm, DecisionForm
from initiatives.models import ChangeRequest, Milestone
from initiatives.views.found import found_initiative, refuse_past
from initiatives.views.recording import form_view, found_milestone, row_url, trail
from tracker.errors import Refused
from tracker.forms import show_refusal
from tracker.http import SignedInRequest, web_actor
from tracker.pages import shown_instant
from tracker.rules import Permission

_DIGITS = 19  # of a number that a revision may have


@login_required
@form_view
def baseline(request: HttpRequest, plan: str, code: str, milestone: str) -> HttpResponse:
    """Ask for another baseline: first the effect is shown, then exactly that is sent."""
    refuse_past(request)
    initiative = found_initiative(request, plan, code, to=Permission.RECORD_FACTS)
    found = found_milestone(initiative, milestone)
    form = BaselineForm(request.POST or None)
    effect = None
    if form.is_bound and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("dollars", "reason")} | {"to": form.cleaned_data["date"]}
        try:
            if "send" in request.POST and form.cleaned_data["shown"] == form.asked:
                made = ask_baseline(milestone=found, **values, by=web_actor(request), at=timezone.now())
                messages.success(request, _("The request is sent. Somebody else decides on it."))
                return redirect("change-request", made.pk)
            check_asked(milestone=found, **values)
            effect = _effect(request, found, form.cleaned_data["date"])
        except Refused as error:
            show_refusal(form, error)
        form.data = {**request.POST.dict(), "shown": form.asked if effect else ""}
    title = _("Ask for a new baseline")
    context = {
        "plan": initiative.plan,
        "initiative": initiative,
        "milestone": found,
        "form": form,
        "title": title,
        "trail": trail(initiative, title),
        "seen": effect,
        "waits": found.change_requests.undecided().first(),
    }
    status = 422 if form.errors else 200
    return render(request, "initiatives/ask_baseline.html", context, status=status)


@login_required
@require_safe
def change_request(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: what is asked, what it would do, what became of it."""
    return _page(request, _found(request, pk))


@login_required
@require_POST
def change_request_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve, refuse with a comment, or take one's own back; what is refused is said on the request's page."""
    found = _found(request, pk)
    form = DecisionForm(request.POST)
    by, at = web_actor(request), timezone.now()
    revision = request.POST.get("revision", "")
    seen = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < _DIGITS else None
    if not form.is_valid():
        return _page(request, found, form)
    try:
        if "withdraw" in request.POST:
            withdraw_request(request=found, by=by, at=at)
            messages.success(request, _("The request is withdrawn."))
        elif "approve" in request.POST:
            decide_request(
                request=found, decision=Decision.APPROVED, comment=form.cleaned_data["comment"], by=by, at=at, seen=seen
            )
            messages.success(request, _("Approved: this is the milestone’s baseline now."))
        else:
            decide_request(
                request=found, decision=Decision.REFUSED, comment=form.cleaned_data["comment"], by=by, at=at, seen=seen
            )
            messages.success(request, _("Refused: the baseline stays as it was."))
    except Refused as error:
        show_refusal(form, error)
        return _page(request, found, form)
    return redirect("change-request", pk)


def _found(request: HttpRequest, pk: int) -> ChangeRequest:
    user = cast(SignedInRequest, request).user
    rows = ChangeRequest.objects.visible_to(user).for_list()
    found = rows.select_related("milestone__initiative__lead", "milestone__initiative__manager").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, found: ChangeRequest, form: DecisionForm | None = None) -> HttpResponse:
    user = cast(SignedInRequest, request).user
    initiative = found.milestone.initiative
    milestone = found_milestone(initiative, found.milestone.code)
    moment = getattr(request, "moment", None)
    open_ = not found.decision and (moment is None or moment.live)
    own = found.requested_by_id == user.pk
    title = _("Request for a new baseline")
    context: dict[str, Any] = {
        "plan": initiative.plan,
        "initiative": initiative,
        "milestone": milestone,
        "asked": found,
        "title": title,
        "trail": trail(initiative, title),
        "seen": None if found.decision else _effect(request, milestone, found.date),
        "before": f"?as_of=r{found.revision - 1}",
        "may_decide": open_ and not own and user.may(Permission.DECIDE_BASELINE, initiative.scopes),
        "may_withdraw": open_ and own and user.may(Permission.RECORD_FACTS, initiative.scopes),
        "form": form or DecisionForm(),
        "back": row_url(milestone),
        "label": f"{initiative.code} {milestone.code}",
    }
    return render(request, "initiatives/change_request.html", context, status=422 if form is not None else 200)


def _effect(request: HttpRequest, milestone: Milestone, to: Any) -> Any:
    """The effect on the day that the page shows."""
    user = cast(SignedInRequest, request).user
    on = milestone.initiative.plan.day(shown_instant(request))
    return effects([Asked(milestone, to)], on=on, user=user)[0]
