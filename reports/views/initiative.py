"""One initiative, whole; and the list of initiatives."""

from datetime import date
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from initiatives.choices import Lifecycle
from initiatives.filters import InitiativeFilter
from initiatives.forms import InitiativeListForm
from initiatives.models import Initiative, LedgerEntry, StatusUpdate
from pillars.models import Plan, ReportingWeek
from reports.figures.scopes import Scope, find_scope
from reports.panels import board, explain_url, money_table
from reports.views.milestones import milestone_rows
from reports.views.rows import initiative_rows
from reports.views.standing import standings, status_strip
from tracker import formats
from tracker.filters import effective_date, without
from tracker.http import SignedInRequest
from tracker.models import Revision, User
from tracker.pages import page_of
from tracker.rules import Permission
from tracker.templatetags.tracker import bilingual_text

FIGURES = ("money", "milestones_met", "milestones_late", "milestones_next", "milestones")
UPDATES = 8
PAGE = 50


@login_required
@require_safe
def initiative(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """Status, milestones, money, updates, who and where it comes from."""
    user = cast(SignedInRequest, request).user
    on = effective_date(request)
    scope = find_scope(f"{plan}/{code}", user=user)
    found = scope.selection.initiatives.with_health(on=on).with_funding(on=on).for_list().get()
    last = Revision.objects.filter(number=found.revision).first()
    context = {
        "plan": found.plan,
        "initiative": found,
        "trail": _trail(found),
        "scope": scope,
        "on": on,
        "aliases": found.aliases_fr if formats.is_french() else found.aliases_en,
        "contributors": [
            row.organization
            for row in found.organizations.select_related("organization").order_by("organization__code")
        ],
        "last_revision": last,
        # As on the history page: a revision's reason may tell of what lies out of the reader's scope.
        "knows_why": user.access.everywhere or (last is not None and last.actor_id == user.pk),
        "milestone_rows": milestone_rows(found, on=on),
        "announcements": list(found.announcements.for_list()),
        **_status(found, on=on),
        **_figures(scope, found, on=on),
        **_permitted(found, user, live=cast(SignedInRequest, request).moment.live),
    }
    return render(request, "reports/initiative.html", context)


def _trail(found: Initiative) -> list[tuple[str, str]]:
    return [
        (bilingual_text(found.plan, "title"), found.plan.get_absolute_url()),
        (_("Pillar %(number)s") % {"number": found.pillar.number}, found.pillar.get_absolute_url()),
        (found.code, ""),
    ]


def _status(found: Initiative, *, on: date) -> dict[str, Any]:
    """The update in force, the strip of weeks, and the updates before."""
    updates = StatusUpdate.objects.approved().filter(initiative=found, week__starts_on__lte=on).for_list()
    return {
        "in_force": StatusUpdate.objects.in_force(on=on)
        .filter(initiative=found)
        .select_related("week", "author", "submitted_by", "decided_by")
        .first(),
        "standing": standings([found.pk], on=on)[found.pk],
        "strip": status_strip(found.pk, found.plan_id, on=on),
        "updates": list(updates[:UPDATES]),
    }


def _figures(scope: Scope, found: Any, *, on: date) -> dict[str, Any]:
    figures = board(scope, on=on, keys=FIGURES)
    panels = {key: figures.panel(key, scope.code) for key in FIGURES}
    entries = LedgerEntry.objects.filter(line__initiative=found).for_list().select_related("reversed_by")
    return {
        **panels,
        "money_rows": money_table(panels["money"]),
        "funding_url": explain_url("health_dollars", scope.code, on=on),
        "entries": list(entries.order_by("-effective_on", "-pk")),
    }


def _permitted(found: Initiative, user: User, *, live: bool) -> dict[str, Any]:
    """What the person may do here; nothing in the past."""
    owes = found.lifecycle in (Lifecycle.UNDERWAY, Lifecycle.ONGOING)
    may_update = live and owes and user.may(Permission.WRITE_UPDATE, found.scopes)
    today = timezone.now().astimezone(found.plan.zone).date()
    week = ReportingWeek.objects.filter(plan=found.plan).holding(today).first() if may_update else None
    return {
        "may_record": live and user.may(Permission.RECORD_FACTS, found.scopes),
        "owed_week": week,
        "owed": StatusUpdate.objects.filter(initiative=found, week=week).first() if week else None,
    }


@login_required
@require_safe
def initiatives(request: HttpRequest, plan: str) -> HttpResponse:
    """The list: the same filters as the API and the export, and a link to exactly these rows as CSV and JSON."""
    user = cast(SignedInRequest, request).user
    scope = find_scope(plan, user=user)
    subject = cast(Plan, scope.subject)
    on = effective_date(request)
    data = without(request.GET, "page")
    data["plan"] = plan
    for name in [name for name, value in data.items() if not value]:
        del data[name]
    page = page_of(request, InitiativeFilter(data, InitiativeFilter.base(user, on=on), request=request).rows, size=PAGE)
    context = {
        "plan": subject,
        "scope": scope,
        "on": on,
        "form": InitiativeListForm(request.GET, plan=subject),
        "filtered": len(data) > 1 + ("as_of" in data),
        "clear_url": reverse("initiatives", args=[plan]),
        "page": page,
        "rows": initiative_rows(page.rows, on=on),
        "query": data.urlencode(),
    }
    return render(request, "reports/initiatives.html", context)
