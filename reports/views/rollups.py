"""Sealed weekly rollups: the list, and one as it was sealed."""

import json
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pillars.models import Plan, ReportingWeek
from reports.models import WeeklyRollup
from reports.page_cache import remembered
from reports.panels import Panel
from reports.sealed import SealedPart, sealed_board
from reports.views.asked import refuse_others
from reports.views.distributions import distribution
from reports.views.labels import bucket_labels
from tracker.http import SignedInRequest
from tracker.models import User
from tracker.pages import page_of
from tracker.templatetags.tracker import bilingual_text

PAGE = 30


@login_required
@require_safe
@remembered
def rollups(request: HttpRequest, plan: str) -> HttpResponse:
    """All rollups of a plan, newest first, and the week that is running."""
    refuse_others(request, "page")
    user = cast(SignedInRequest, request).user
    found = Plan.objects.visible_to(user).filter(code=plan).first()
    if found is None:
        raise Http404
    moment = cast(SignedInRequest, request).moment
    context = {
        "plan": found,
        "page": page_of(request, WeeklyRollup.objects.visible_to(user).filter(plan=found).for_list(), size=PAGE),
        "readable": user.access.whole_plan(plan),
        "week": ReportingWeek.objects.filter(plan=found).holding(moment.on).first(),
    }
    return render(request, "reports/rollups.html", context)


@login_required
@require_safe
@remembered
def rollup(request: HttpRequest, code: str) -> HttpResponse:
    """One rollup, from its sealed payload alone."""
    refuse_others(request)
    user = cast(SignedInRequest, request).user
    found = WeeklyRollup.objects.visible_to(user).filter(code=code).select_related("plan", "week", "previous").first()
    if found is None:
        raise Http404
    payload = json.loads(found.payload)
    board = sealed_board(payload)
    plan = found.plan
    overview_url = f"{plan.get_absolute_url()}?as_of=r{found.as_of}&on={found.on.isoformat()}"
    context = {
        "rollup": found,
        "plan": plan,
        "trail": [
            (bilingual_text(plan, "title"), plan.get_absolute_url()),
            (_("Weekly rollups"), reverse("rollups", args=[plan.code])),
            (found.code, ""),
        ],
        "payload": payload,
        "board": board,
        **_whole(board.plan),
        "overview_url": overview_url,
        "announced_url": f"{overview_url}#announced",
        "compare_url": _compare(plan, board.changes.since, found) if board.changes else "",
        "restated_url": reverse("rollup-restated", args=[found.code]),
        "following": WeeklyRollup.objects.visible_to(user).filter(previous=found).only("code").first(),
        **_beside(found, user),
    }
    return render(request, "reports/rollup.html", context)


def _beside(rollup: WeeklyRollup, user: User) -> dict[str, WeeklyRollup | None]:
    """The newest editions of the weeks before and after; the chain of seals has a later edition elsewhere."""
    rows, monday = WeeklyRollup.objects.visible_to(user).filter(plan=rollup.plan), rollup.week.starts_on
    before, after = rows.filter(week__starts_on__lt=monday), rows.filter(week__starts_on__gt=monday)
    return {
        "week_before": before.order_by("-week__starts_on", "-edition").only("code").first(),
        "week_after": after.order_by("week__starts_on", "-edition").only("code").first(),
    }


def _compare(plan: Plan, before: str, rollup: WeeklyRollup) -> str:
    """Every figure of the week before and of this one, side by side."""
    return f"{reverse('compare', args=[plan.code])}?{urlencode({'from': before, 'to': rollup.code})}"


def _whole(part: SealedPart) -> dict[str, Any]:
    """The plan's own figures, each under its key, and its health as charts."""
    panels = part.panels
    health, dollars = panels["health"], panels["health_dollars"]
    return {
        **panels,
        "health_chart": distribution(health, title=_("By number of initiatives"), unit=_("Initiatives")),
        "dollars_chart": distribution(dollars, title=_("By dollars"), unit=_("Dollars")),
        "health_cells": {cell.bucket: cell for cell in health.cells},
        "money_rows": part.money_rows,
        "announced_cells": _named(panels["announced"]),
    }


def _named(panel: Panel) -> list[Any]:
    labels = bucket_labels(panel.figure, panel.result.cells)
    return [replace(cell, label=labels[cell.bucket]) for cell in panel.cells]
