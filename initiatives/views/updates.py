"""My week, the update form, and the review queue."""

import re
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from initiatives.actions.updates import approve_update, return_update, save_draft, submit_update
from initiatives.choices import Workflow
from initiatives.forms import ReasonForm, UpdateForm
from initiatives.models import Initiative, StatusUpdate
from initiatives.views.found import found_initiative, refuse_others, refuse_past
from initiatives.views.recording import say_written
from pillars.models import Plan, ReportingWeek
from tracker import formats
from tracker.errors import PreconditionRequired, Refused
from tracker.forms import UNREAD, show_refusal
from tracker.http import SignedInRequest, web_actor
from tracker.pages import shown_instant
from tracker.rules import Permission
from tracker.templatetags.tracker import bilingual_text

_REVISION = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Owed:
    """One initiative that the person reports on, with this week's update if one is begun."""

    initiative: Initiative
    update: StatusUpdate | None

    @property
    def open(self) -> bool:
        """Something is still to do: not begun, a draft, or returned."""
        return self.update is None or self.update.workflow in (Workflow.DRAFT, Workflow.RETURNED)


def _plan(request: HttpRequest, code: str) -> Plan:
    found = Plan.objects.visible_to(cast(SignedInRequest, request).user).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _week(request: HttpRequest, plan: Plan) -> dict[str, Any]:
    """The reporting week that holds the day that the page shows, and where it stands."""
    at = shown_instant(request)
    week = ReportingWeek.objects.filter(plan=plan).holding(plan.day(at)).first()
    return {"week": week, "state": week.state(at=at) if week else None}


@login_required
@require_safe
def my_week(request: HttpRequest, plan: str) -> HttpResponse:
    """What I owe this week, when it is due, and what came back."""
    refuse_others(request)
    user = cast(SignedInRequest, request).user
    found = _plan(request, plan)
    timed = _week(request, found)
    initiatives = [
        initiative
        for initiative in Initiative.objects.visible_to(user).filter(plan=found).in_progress().for_list()
        if user.may(Permission.WRITE_UPDATE, initiative.scopes)
    ]
    updates = {
        update.initiative_id: update
        for update in StatusUpdate.objects.visible_to(user)
        .filter(week=timed["week"], initiative__in=[initiative.pk for initiative in initiatives])
        .for_list()
    }
    owed = [Owed(initiative, updates.get(initiative.pk)) for initiative in initiatives]
    context = {
        "plan": found,
        **timed,
        "owed": sorted(owed, key=lambda row: not row.open),
        "left": sum(row.open for row in owed),
        "writes": _anywhere(user, Permission.WRITE_UPDATE, found),
    }
    return render(request, "initiatives/my_week.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def update(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """This week's status update: last week's beside it, a draft kept or the whole submitted.

    `?from=previous` begins with the text of the last approved update.
    """
    refuse_others(request, "from")
    refuse_past(request)
    initiative = found_initiative(request, plan, code, to=Permission.WRITE_UPDATE)
    timed = _week(request, initiative.plan)
    week = timed["week"]
    if week is None:
        return render(
            request, "initiatives/no_week.html", {"plan": initiative.plan, "initiative": initiative}, status=409
        )
    current = StatusUpdate.objects.filter(initiative=initiative, week=week).for_list().first()
    previous = _previous(initiative, week)
    start = previous if current is None and request.GET.get("from") == "previous" else current
    form = UpdateForm(request.POST) if request.method == "POST" else UpdateForm.starting_from(start, current=current)
    if form.is_bound and form.is_valid():
        try:
            return _written(request, initiative, week, form)
        except Refused as error:
            show_refusal(form, error)
    context = {
        "plan": initiative.plan,
        "initiative": initiative,
        "trail": _trail(initiative, week.code),
        **timed,
        "current": current,
        "previous": previous,
        "form": form,
        "copied": start is not None and start is previous,
    }
    return render(request, "initiatives/update.html", context, status=422 if form.is_bound else 200)


def _previous(initiative: Initiative, week: ReportingWeek) -> StatusUpdate | None:
    """The last approved update before the week's."""
    earlier = StatusUpdate.objects.approved().filter(initiative=initiative, week__starts_on__lt=week.starts_on)
    return earlier.for_list().first()


def _trail(initiative: Initiative, last: str) -> list[tuple[str, str]]:
    return [
        (bilingual_text(initiative.plan, "title"), initiative.plan.get_absolute_url()),
        (initiative.code, initiative.get_absolute_url()),
        (last, ""),
    ]


def _written(request: HttpRequest, initiative: Initiative, week: ReportingWeek, form: UpdateForm) -> HttpResponse:
    """Save or submit, and say so."""
    draft = "draft" in request.POST
    write = save_draft if draft else submit_update
    update = write(
        initiative=initiative, week=week, content=form.content(), by=web_actor(request), at=timezone.now(),
        read=form.read(),
    )  # fmt: skip
    said = (
        _("The draft is saved. Submit it before %(due)s.") % {"due": formats.long_datetime(week.initiative_due_at)}
        if draft
        else _("The update is submitted for review.")
    )
    say_written(request, form, update, said)
    return redirect(initiative)


@login_required
@require_safe
def review(request: HttpRequest, plan: str) -> HttpResponse:
    """Submitted updates that wait for a decision, with those of one's own marked: somebody else decides on them."""
    refuse_others(request)
    return _queue(request, _plan(request, plan))


def _queue(request: HttpRequest, plan: Plan, refused: ReasonForm | None = None, pk: int | None = None) -> HttpResponse:
    """The queue; with the form of update `pk` as it was refused."""
    user = cast(SignedInRequest, request).user
    at = shown_instant(request)
    updates = StatusUpdate.objects.visible_to(user).awaiting_review().filter(initiative__plan=plan)
    rows = updates.for_list()
    mine = [
        row for row in rows if user.may(Permission.DECIDE_UPDATE, row.initiative.scopes) and not row.week.closed(at=at)
    ]
    context = {
        "plan": plan,
        **_week(request, plan),
        "waiting": [
            (row, refused if refused and row.pk == pk else ReasonForm(auto_id=f"id_{row.pk}_%s"))
            for row in mine
            if not row.written_by(user)
        ],
        "own": [row for row in mine if row.written_by(user)],
        "decides": _anywhere(user, Permission.DECIDE_UPDATE, plan),
        "form": refused,
    }
    return render(request, "initiatives/review.html", context, status=422 if refused else 200)


def _anywhere(user: Any, permission: Permission, plan: Plan) -> bool:
    """Whether some grant of the person permits that somewhere in the plan."""
    scopes = {scope for _role, scope in user.access.grants if scope.partition("/")[0] in ("", plan.code)}
    return bool(user.may(permission, scopes))


def _seen(request: HttpRequest) -> int:
    """The revision of the update that the reviewer read. Raises `PreconditionRequired`: nothing is decided unread."""
    text = request.POST.get("revision", "")
    if _REVISION.fullmatch(text) is None:
        raise PreconditionRequired(UNREAD, fields={"revision": UNREAD})
    return int(text)


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve, or return with a comment; what is refused is said in the queue, with the comment kept."""
    refuse_others(request)
    user = cast(SignedInRequest, request).user
    row = StatusUpdate.objects.visible_to(user).for_list().filter(pk=pk).first()
    if row is None:
        raise Http404
    by, now = web_actor(request), timezone.now()
    form = ReasonForm(request.POST, auto_id=f"id_{pk}_%s")
    try:
        seen = _seen(request)
        if "approve" in request.POST:
            approve_update(update=row, by=by, at=now, seen=seen)
            messages.success(request, _("%(code)s: approved.") % {"code": row.initiative.code})
        elif form.is_valid():
            return_update(update=row, comment=form.cleaned_data["reason"], by=by, at=now, seen=seen)
            messages.success(request, _("%(code)s: returned to its author.") % {"code": row.initiative.code})
        else:
            return _queue(request, row.initiative.plan, form, pk)
    except Refused as error:
        messages.error(request, f"{row.initiative.code}: {error.message}")
    return redirect("review", row.initiative.plan.code)
