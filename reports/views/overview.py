"""The plan at a glance, and one pillar of it."""

from datetime import date
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from initiatives.filters.scope import asked_instant
from pillars.models import Pillar, Plan, ReportingWeek
from reports.comparison import Comparison, compared
from reports.figures.scopes import Scope
from reports.figures.shown import MILESTONE_FIGURES, MONEY_FIGURES, OVERVIEW, SHOWN
from reports.headlines import headlines
from reports.models import WeeklyRollup
from reports.page_cache import remembered
from reports.panels import Board, board
from reports.signals import signals
from reports.views.announced import announced
from reports.views.asked import asked_scope, refuse_others
from reports.views.attention import attention
from reports.views.attention_groups import attention_groups
from reports.views.distributions import distribution
from reports.views.funds import glance_rows
from reports.views.headline import may_report
from reports.views.history import latest
from reports.views.lists import Lists
from reports.views.outlook import ahead, outcomes, year_drawings
from reports.views.pillar_pictures import pillar_pictures
from reports.views.pillar_rows import looks, pillar_rows
from reports.views.rows import initiative_rows
from reports.views.sealed_weeks import sealed_weeks, since
from reports.views.this_week import this_week
from tracker import formats
from tracker.filters import effective_date
from tracker.http import SignedInRequest
from tracker.pages import page_of, shown_instant
from tracker.templatetags.tracker import bilingual_text

PAGE = 50


def no_plan(request: HttpRequest) -> HttpResponse:
    """The person is signed in and sees nothing: say whom to ask."""
    return render(request, "reports/no_plan.html")


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The overview of the first plan that the person sees."""
    refuse_others(request)
    first = Plan.objects.visible_to(cast(SignedInRequest, request).user).for_list().first()
    if first is None:
        return no_plan(request)
    query = request.GET.urlencode()
    return redirect(f"{first.get_absolute_url()}{f'?{query}' if query else ''}")


@login_required
@require_safe
@remembered
def plan(request: HttpRequest, plan: str) -> HttpResponse:
    """The plan at a glance: pillars, what needs attention, what changed, what lies ahead, money, outcomes."""
    refuse_others(request, "compare")
    user = cast(SignedInRequest, request).user
    on = effective_date(request)
    scope = asked_scope(request, plan)
    figures = board(scope, on=on, keys=OVERVIEW)
    against = compared(request, scope, figures)
    subject = cast(Plan, scope.subject)
    pillars = Pillar.objects.visible_to(user).filter(plan=subject).for_list()
    numbers: dict[int | None, str] = {pillar.number: f"{scope.code}/{pillar.number}" for pillar in pillars}
    week = ReportingWeek.objects.filter(plan=subject).holding(on).first()
    # What was reported is of a whole plan or pillar; beside the colour of a reader's part it would mislead.
    colours = headlines(subject, None if scope.partial else week, figures, {None: scope.code, **numbers})
    rows = pillar_rows(pillars, figures, scope, colours, against=against)
    context = {
        "plan": subject,
        "headline": colours[None],
        "headline_since": since(
            [] if scope.partial else sealed_weeks(subject, None, user=user, on=on), colours[None].colour, on=on
        ),
        "report_url": reverse("plan-headline", args=[subject.code]) if reports_headline(request, scope) else "",
        **_figures(scope, figures, against),
        **_glance(request, scope, figures),
        **announced(subject, figures.panel("announced", scope.code), user=user),
        "pillar_rows": rows,
        "looks": looks(rows),
        "week": week,
        "week_state": week.state(at=shown_instant(request)) if week else None,
        "panel": latest(request, scope),
        "latest_rollup": WeeklyRollup.objects.visible_to(user).filter(plan=subject).for_list().first(),
    }
    return render(request, "reports/plan.html", context)


@login_required
@require_safe
@remembered
def pillar(request: HttpRequest, plan: str, number: int) -> HttpResponse:
    """One pillar: its figures and its initiatives, page by page."""
    refuse_others(request, "page", "compare")
    on = effective_date(request)
    at = asked_instant(request, on)
    scope = asked_scope(request, f"{plan}/{number}")
    found, subject = scope.selection.plan, cast(Pillar, scope.subject)
    figures = board(scope, on=on, keys=SHOWN)
    against = compared(request, scope, figures)
    week = ReportingWeek.objects.filter(plan=found).holding(on).first()
    address = reverse("pillar-headline", args=[found.code, number])
    page = page_of(request, scope.selection.initiatives.with_health(on=on).with_funding(on=on).for_list(), size=PAGE)
    shown = headlines(found, None if scope.partial else week, figures, {number: scope.code})[number]
    context = {
        "plan": found,
        "pillar": subject,
        "headline": shown,
        "report_url": address if reports_headline(request, scope) else "",
        "trail": [
            (bilingual_text(found, "title"), found.get_absolute_url()),
            (_("Pillar %(number)s") % {"number": subject.number}, ""),
        ],
        "aliases": subject.aliases_fr if formats.is_french() else subject.aliases_en,
        **_figures(scope, figures, against),
        **attention(scope.selection.initiatives, on=on, at=at),
        **pillar_pictures(request, scope, figures, shown),
        "page": page,
        "rows": initiative_rows(page.rows, on=on, at=at, against=against),
        "filtered": f"&pillar={number}",
        "panel": latest(request, scope),
    }
    return render(request, "reports/pillar.html", context)


def reports_headline(request: HttpRequest, scope: Scope) -> bool:
    """Whether the page offers to report a headline: it shows the present, and the person may."""
    reader = cast(SignedInRequest, request)
    return reader.moment.live and may_report(reader.user, scope)


def _glance(request: HttpRequest, scope: Scope, figures: Board) -> dict[str, Any]:
    """What the overview alone shows: what needs attention, what changed, what lies ahead, what comes of it."""
    reader, on, found = cast(SignedInRequest, request), figures.on, scope.selection.plan
    lists, at = Lists.of(request, found, on=on), asked_instant(request, on)
    told = signals(scope, on=on)
    health = {one.key: one.health for one in told}
    years = glance_rows(lambda key: figures.panel(key, scope.code), on=on)
    lapse = next((row.lapse for row in years if row.present), None)
    return {
        "groups": attention_groups(scope, figures, told=told, lists=lists, lapse=lapse, at=at),
        "this_week": this_week(scope, health=health, moment=reader.moment, on=on, lists=lists),
        "ahead": ahead(figures, scope, told, lists=lists),
        "outcomes": outcomes(found, user=reader.user, on=on, lists=lists),
        "indicators_url": lists.at("indicators"),
        "year_drawings": year_drawings(years, on=on),
    }


def _figures(scope: Scope, figures: Board, against: Comparison | None) -> dict[str, Any]:
    """What overview and pillar show alike: health, who reported, milestones, money."""
    timeliness = figures.panel("freshness", scope.code)
    health, dollars = figures.panel("health", scope.code), figures.panel("health_dollars", scope.code)
    funds = {key: figures.panel(key, scope.code) for key in MONEY_FIGURES}
    return {
        "scope": scope,
        "on": figures.on,
        "health": health,
        "health_chart": distribution(
            health, title=_("By number of initiatives"), unit=_("Initiatives"), against=against
        ),
        "health_cells": {cell.bucket: cell for cell in health.cells},
        "health_dollars": dollars,
        "dollars_chart": distribution(dollars, title=_("By dollars"), unit=_("Dollars"), against=against),
        **{key: figures.panel(key, scope.code) for key in MILESTONE_FIGURES},
        **funds,
        "glance_rows": glance_rows(funds.__getitem__, on=figures.on),
        "money_url": _money_url(scope, on=figures.on),
        "timeliness": timeliness,
        "timeliness_cells": {cell.bucket: cell for cell in timeliness.cells},
    }


def _money_url(scope: Scope, *, on: date) -> str:
    """The money of the same day, all stages by organization."""
    pillar = {} if scope.whole_plan else {"pillar": str(scope.selection.pillar)}
    query = {**pillar, "on": on.isoformat()}
    return f"{reverse('money', args=[scope.selection.plan.code])}?{urlencode(query)}"
