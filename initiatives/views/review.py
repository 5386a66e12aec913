"""The review queue, page by page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import InvalidPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from initiatives.actions.decisions import Reviewed, approve_update, approve_updates, return_update
from initiatives.aggregates.freshness import Fresh, by_state, freshness
from initiatives.aggregates.review import Queue, Waiting, queue, waiting
from initiatives.choices import Freshness
from initiatives.forms import ReasonForm
from initiatives.models import Initiative, StatusUpdate
from initiatives.models.initiative import within
from initiatives.rules.freshness import BEHIND
from initiatives.views.found import found_plan, permitted_somewhere, refuse_others, shown_week
from pillars.models import Plan
from tracker.errors import Invalid, PreconditionRequired, Refused
from tracker.forms import UNREAD
from tracker.http import SignedInRequest, web_actor
from tracker.models import User
from tracker.pages import Page, linked, shown_instant
from tracker.rules import Permission
from tracker.timemachine import database_time

SELECTIONS = ("green", "unchanged")
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_READ = re.compile(r"([0-9]{1,18})-([0-9]{1,18})", re.ASCII)
PAGE = 50  # updates to decide on
SHOWN = 50  # of those still to come in, and of one's own; how many there are in all, and where, is said


@dataclass(frozen=True)
class ToCome:
    """Initiatives that have not reported for the running week, the gravest first, and how many stand in each state."""

    rows: list[tuple[Initiative, Fresh]]
    counts: dict[Freshness, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def whole(self) -> bool:
        """Whether all of them are shown."""
        return self.total == len(self.rows)


@login_required
@require_safe
def review(request: HttpRequest, plan: str) -> HttpResponse:
    """Submitted updates that wait for a decision, with those of one's own marked: somebody else decides on them; and
    what is still to come in. `?select=green` and `?select=unchanged` tick those of the page that need no second
    look."""
    refuse_others(request, "select", "page")
    select = request.GET.get("select", "")
    if select and select not in SELECTIONS:
        message = _("Unknown. Known are: %(names)s.") % {"names": ", ".join(SELECTIONS)}
        raise Invalid(_("Some filters cannot be applied."), fields={"select": message}, code="bad_filter")
    return _queue(request, found_plan(request, plan), select=select)


def _queue(
    request: HttpRequest, plan: Plan, refused: ReasonForm | None = None, pk: int | None = None, *, select: str = ""
) -> HttpResponse:
    """A page of the queue; with the form of update `pk` as it was refused, that which holds it."""
    user = cast(SignedInRequest, request).user
    at = shown_instant(request)
    queued = queue(plan, reviewer=user, at=at)
    number, page = _page(request, plan, queued, pk)
    own = queued.own[:SHOWN]
    found = {row.pk: row for row in StatusUpdate.objects.filter(pk__in=[*page.rows, *own]).for_list()}
    rows = waiting([found[key] for key in page.rows if key in found], reviewer=user, at=at)
    context = {
        "plan": plan,
        **shown_week(request, plan),
        "waiting": [
            (row, refused if refused and row.update.pk == pk else ReasonForm(auto_id=f"id_{row.update.pk}_%s"))
            for row in rows
        ],
        "page": page,
        "number": number,
        **_ticking(rows, select),
        "ticks": {
            name: _address(request, plan, page=number if number > 1 else None, select=selected)
            for name, selected in {"none": None, **{one: one for one in SELECTIONS}}.items()
        },
        "own": [found[key] for key in own if key in found],
        "own_total": len(queued.own),
        "to_come": _to_come(user, plan, at=at),
        "at": at,
        "decides": permitted_somewhere(user, Permission.DECIDE_UPDATE, plan),
        "form": refused,
    }
    return render(request, "initiatives/review.html", context, status=422 if refused else 200)


def _page(request: HttpRequest, plan: Plan, queued: Queue, pk: int | None) -> tuple[int, Page]:
    """The page that `?page=` names, or that update `pk` stands on: its number, and keys of updates. Raises `Invalid`
    when there is no such page."""
    paginator = Paginator(queued.others, PAGE)
    asked: int | str = request.GET.get("page", "1")
    if pk is not None and pk in queued.others:
        asked = queued.others.index(pk) // PAGE + 1
    try:
        page = paginator.page(asked)
    except InvalidPage as error:
        message = _("There is no such page; the last is %(last)s.") % {"last": paginator.num_pages}
        raise Invalid(message, fields={"page": message}) from error
    following = _address(request, plan, page=page.next_page_number(), select=None) if page.has_next() else None
    first = _address(request, plan, page=None, select=None) if page.number > 1 else None
    return page.number, Page(list(page.object_list), paginator.count, following, first)


def _address(request: HttpRequest, plan: Plan, **changes: object) -> str:
    """That of the queue with some parameters changed, also where the form of one update was refused."""
    return reverse("review", args=[plan.code]) + linked(request, **changes).removeprefix(request.path)


def _ticking(rows: Sequence[Waiting], select: str) -> dict[str, Any]:
    """What is ticked, how many of the page each selection would tick, and for whom they may be approved together."""
    leads = {lead.pk: lead for row in rows for lead in row.leads}
    return {
        "ticked": {row.update.pk for row in rows if row.ticked(select)},
        "selections": {name: sum(row.ticked(name) for row in rows) for name in SELECTIONS},
        "leads": sorted(leads.values(), key=lambda lead: lead.display_name),
    }


def _to_come(user: User, plan: Plan, *, at: datetime) -> ToCome:
    """Initiatives that the person decides on and that have not reported for the running week."""
    deciding = within(user.access.permitting(Permission.DECIDE_UPDATE), "")
    rows = Initiative.objects.visible_to(user).filter(deciding, plan=plan)
    late = by_state(rows, *BEHIND, Freshness.DUE, Freshness.NOT_DUE, at=at)
    keys = late.first(SHOWN)
    fresh = freshness(keys, at=at)
    found = {row.pk: row for row in Initiative.objects.filter(pk__in=keys).for_list()}
    return ToCome([(found[key], fresh[key]) for key in keys], late.counts)


def _back(request: HttpRequest, plan: Plan) -> HttpResponse:
    """To the page of the queue that was read, or the last that there still is."""
    text = request.POST.get("page", "")
    number = int(text) if _NUMBER.fullmatch(text) else 1
    if number > 1:
        left = queue(plan, reviewer=cast(SignedInRequest, request).user, at=shown_instant(request)).others
        number = min(number, Paginator(left, PAGE).num_pages)
    return redirect(_address(request, plan, page=number if number > 1 else None))


def _seen(request: HttpRequest) -> int:
    """The revision of the update that the reviewer read. Raises `PreconditionRequired`: nothing is decided unread."""
    text = request.POST.get("revision", "")
    if _NUMBER.fullmatch(text) is None:
        raise PreconditionRequired(UNREAD, fields={"revision": UNREAD})
    return int(text)


def _on_behalf_of(request: HttpRequest) -> User | None:
    """The person for whom the reviewer decides, if one is named. Raises `Invalid` for one who is not there."""
    text = request.POST.get("on_behalf_of", "")
    if not text:
        return None
    found = User.objects.filter(pk=int(text)).first() if _NUMBER.fullmatch(text) else None
    if found is None:
        message = _("Name another person who is a pillar lead here.")
        raise Invalid(message, fields={"on_behalf_of": message}, code="not_a_lead")
    return found


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve, or return with a comment; what is refused is said in the queue, with the comment kept."""
    refuse_others(request)
    user = cast(SignedInRequest, request).user
    row = StatusUpdate.objects.visible_to(user).for_list().filter(pk=pk).first()
    if row is None:
        raise Http404
    form = ReasonForm(request.POST, auto_id=f"id_{pk}_%s")
    try:
        given: dict[str, Any] = {
            "update": row, "by": web_actor(request), "at": database_time(), "seen": _seen(request),
            "on_behalf_of": _on_behalf_of(request),
        }  # fmt: skip
        if "approve" in request.POST:
            approve_update(**given)
            messages.success(request, _("%(code)s: approved.") % {"code": row.initiative.code})
        elif form.is_valid():
            return_update(**given, comment=form.cleaned_data["reason"])
            messages.success(request, _("%(code)s: returned to its author.") % {"code": row.initiative.code})
        else:
            return _queue(request, row.initiative.plan, form, pk)
    except Refused as error:
        messages.error(request, f"{row.initiative.code}: {error.message}")
    return _back(request, row.initiative.plan)


@login_required
@require_POST
def approve_ticked(request: HttpRequest, plan: str) -> HttpResponse:
    """Approve the updates that are ticked, each as it was read; those that cannot be are named one by one."""
    refuse_others(request)
    found = found_plan(request, plan)
    try:
        reviewed, missing = _ticked(request, found)
        decided = approve_updates(
            reviewed=reviewed, by=web_actor(request), at=database_time(), on_behalf_of=_on_behalf_of(request)
        )
    except Refused as error:
        messages.error(request, str(error.message))
        return _back(request, found)
    if decided.approved:
        codes = ", ".join(update.initiative.code for update in decided.approved)
        count = len(decided.approved)
        said = ngettext("%(count)d update is approved: %(codes)s.", "%(count)d updates are approved: %(codes)s.", count)
        messages.success(request, said % {"count": count, "codes": codes})
    for update, refusal in decided.refused:
        messages.error(request, f"{update.initiative.code}: {refusal.message}")
    if missing:
        messages.error(request, _("Some of the updates that you ticked are not there any more."))
    return _back(request, found)


def _ticked(request: HttpRequest, plan: Plan) -> tuple[list[Reviewed], bool]:
    """The updates that were ticked, each with the revision that was read; and whether some are not to be found."""
    user = cast(SignedInRequest, request).user
    sent = [_READ.fullmatch(text) for text in request.POST.getlist("update")]
    if not sent:
        message = _("Tick the updates that you approve.")
        raise Invalid(message, fields={"update": message})
    if not all(sent):
        raise PreconditionRequired(UNREAD, fields={"update": UNREAD})
    seen = {int(one[1]): int(one[2]) for one in sent if one}
    rows = StatusUpdate.objects.visible_to(user).filter(pk__in=seen, initiative__plan=plan).for_list()
    reviewed = [Reviewed(row, seen[row.pk]) for row in rows]
    return reviewed, len(reviewed) < len(seen)
