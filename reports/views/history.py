"""The history of a plan, of one object, and the latest of it on the page of what it is about."""

import re
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from initiatives.models import Indicator, Initiative
from pillars.models import Pillar, Plan
from reports.figures.scopes import Scope, find_scope
from reports.forms import HistoryForm
from reports.history import BY_SLUG, KINDS, Asked, Event, History, Kind, history
from reports.page_cache import remembered
from tracker.errors import Invalid
from tracker.filters import refuse_unknown
from tracker.http import SignedInRequest
from tracker.pages import linked
from tracker.templatetags.tracker import bilingual_text

SIZE = 50  # changes on a page
LATEST = 5  # changes on the page of what they are about
FILTERS = ("kind", "within", "from", "to", "who", "channel", "reason")
_CURSOR = re.compile(r"r([1-9]\d{0,17})\.([a-z-]{1,30})\.([1-9]\d{0,17})", re.ASCII)


@dataclass(frozen=True)
class Panel:
    """The latest changes of what a page is about, and where all of them are."""

    history: History
    whole_url: str
    knows_all: bool


def latest(request: HttpRequest, scope: Scope, *, indicator: Indicator | None = None) -> Panel:
    """The panel of a plan, a pillar or an initiative; or of one of its indicators."""
    user, moment = cast(SignedInRequest, request).user, cast(SignedInRequest, request).moment
    plan = scope.selection.plan.code
    one = (BY_SLUG["indicator"], indicator.pk) if indicator else None
    if one:
        url = reverse("object-history", args=[plan, "indicator", one[1]])
    else:
        within = scope.code.partition("/")[2]
        url = reverse("plan-history", args=[plan]) + (f"?{urlencode({'within': within})}" if within else "")
    found = history(Asked(scope, user, moment.revision, one=one), size=LATEST)
    return Panel(found, url, user.access.everywhere)


@login_required
@require_safe
@remembered
def plan_history(request: HttpRequest, plan: str) -> HttpResponse:
    """Every change of the plan that the reader may see, newest first, with filters. `?before=` turns the pages: it
    names the last change of the page before, so a page never shifts while others write."""
    refuse_unknown(request.GET, {"as_of", "before", *FILTERS})
    user, moment = cast(SignedInRequest, request).user, cast(SignedInRequest, request).moment
    scope = find_scope(plan, user=user, past=not moment.live)
    form = HistoryForm(request.GET, whole=scope, user=user)
    form.check()
    asked = Asked(
        form.scope, user, moment.revision, kind=form.kind_asked, revisions=form.revisions, after=_after(request)
    )
    address = reverse("plan-history", args=[plan])
    context = {
        "plan": scope.selection.plan,
        "scope": scope,
        "trail": [
            (bilingual_text(scope.selection.plan, "title"), scope.selection.plan.get_absolute_url()),
            (_("History"), ""),
        ],
        "form": form,
        "filtered": any(request.GET.get(name) for name in FILTERS),
        "clear_url": address,
        **_page(request, history(asked, size=SIZE)),
    }
    return render(request, "reports/plan_history.html", context)


@login_required
@require_safe
@remembered
def object_history(request: HttpRequest, plan: str, kind: str, pk: int) -> HttpResponse:
    """Every change of one object, and of what belongs to it; 404 where the reader may see none."""
    refuse_unknown(request.GET, {"as_of", "before"})
    user, moment = cast(SignedInRequest, request).user, cast(SignedInRequest, request).moment
    scope = find_scope(plan, user=user, past=not moment.live)
    found = BY_SLUG.get(kind)
    if found is None or pk >= 2**63:
        raise Http404
    own = history(Asked(scope, user, moment.revision, one=(found, pk), alone=True), size=1)
    if not own.steps:
        raise Http404
    subject = own.steps[0].changes[0].subject
    shown = history(Asked(scope, user, moment.revision, one=(found, pk), after=_after(request)), size=SIZE)
    title = f"{capfirst(str(found.label))} {subject.label}"
    context = {
        "plan": scope.selection.plan,
        "trail": [
            (bilingual_text(scope.selection.plan, "title"), scope.selection.plan.get_absolute_url()),
            (_("History"), reverse("plan-history", args=[plan])),
            (title, ""),
        ],
        "title": title,
        "page_url": subject.at(),
        "whole_url": _whole(scope, found, pk),
        **_page(request, shown),
    }
    return render(request, "reports/object_history.html", context)


def _page(request: HttpRequest, found: History) -> dict[str, Any]:
    """What both pages show of a part of the history."""
    user = cast(SignedInRequest, request).user
    return {
        "history": found,
        "knows_all": user.access.everywhere,
        "next_url": linked(request, before=_cursor(found.after)) if found.after else None,
        "first_url": linked(request, before=None) if request.GET.get("before") else None,
    }


def _whole(scope: Scope, kind: Kind, pk: int) -> str:
    """Where everything stands that belongs to a plan, pillar or initiative; empty for the other kinds."""
    address = reverse("plan-history", args=[scope.selection.plan.code])
    if kind.model is Plan:
        return address
    if kind.model is Pillar:
        number = Pillar.objects.filter(pk=pk).values_list("number", flat=True).first()
        return f"{address}?{urlencode({'within': number})}" if number else ""
    if kind.model is Initiative:
        code = scope.selection.initiatives.filter(pk=pk).values_list("code", flat=True).first()
        return f"{address}?{urlencode({'within': code})}" if code else ""
    return ""


def _cursor(event: Event) -> str:
    """A change as it stands in an address."""
    return f"r{event.revision}.{event.kind.slug}.{event.pk}"


def _after(request: HttpRequest) -> Event | None:
    """The change that `?before=` names. Raises `Invalid` for what names none."""
    text = request.GET.get("before", "")
    if not text:
        return None
    match = _CURSOR.fullmatch(text)
    if match is None or match[2] not in BY_SLUG:
        message = _("Take the address of a page from the list itself.")
        raise Invalid(_("Some filters cannot be applied."), fields={"before": message}, code="bad_filter")
    return Event(int(match[1]), KINDS.index(BY_SLUG[match[2]]), int(match[3]))
