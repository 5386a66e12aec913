"""The plan at a glance, and one pillar of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from initiatives.filters.scope import asked_instant
from initiatives.models import FundingAnnouncement
from pillars.models import Pillar, Plan, ReportingWeek
from reports.comparison import compared
from reports.figures.scopes import Scope
from reports.headlines import ShownHeadline, headlines
from reports.models import WeeklyRollup
from reports.page_cache import remembered
from reports.panels import Board, Cell, Panel, board
from reports.views.asked import asked_scope, refuse_others
from reports.views.attention import attention
from reports.views.distributions import distribution
from reports.views.funds import glance_rows
from reports.views.headline import may_report
from reports.views.history import latest
from reports.views.rows import initiative_rows
from tracker import formats
from tracker.charts import Distribution
from tracker.filters import effective_date
from tracker.http import SignedInRequest
from tracker.models import Organization
from tracker.pages import page_of, shown_instant
from tracker.templatetags.tracker import bilingual_text

MILESTONE_FIGURES = (
    "milestones_met", "milestones_due_this_week", "milestones_late", "milestones_next", "milestones",
)  # fmt: skip
MONEY_FIGURES = ("money", "free_balance", "year_end_forecast", "projected_lapse", "overspent")
# What overview and pillar show alike.
SHOWN = ("health", "health_dollars", "freshness", *MILESTONE_FIGURES, *MONEY_FIGURES)

PAGE = 50


@dataclass(frozen=True)
class PillarCard:
    """One pillar on the overview."""

    pillar: Pillar
    headline: ShownHeadline
    health: Panel
    chart: Distribution
    met: Panel
    milestones: Panel
    late: Panel


@dataclass(frozen=True)
class AnnouncedRow:
    """What one organization was announced to get within the plan's total; an organization of None is not named."""

    organization: Organization | None
    cell: Cell


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
    """Health of the pillars, what needs attention, milestones, money."""
    refuse_others(request, "compare")
    user = cast(SignedInRequest, request).user
    on = effective_date(request)
    scope = asked_scope(request, plan)
    figures = board(scope, on=on, keys=("announced", *SHOWN))
    compared(request, scope, figures)
    subject = cast(Plan, scope.subject)
    pillars = Pillar.objects.visible_to(user).filter(plan=subject).for_list()
    announced = figures.panel("announced", scope.code)
    numbers: dict[int | None, str] = {pillar.number: f"{scope.code}/{pillar.number}" for pillar in pillars}
    week = ReportingWeek.objects.filter(plan=subject).holding(on).first()
    # What was reported is of a whole plan or pillar; beside the colour of a reader's part it would mislead.
    colours = headlines(subject, None if scope.partial else week, figures, {None: scope.code, **numbers})
    context = {
        "plan": subject,
        "headline": colours[None],
        "report_url": reverse("plan-headline", args=[subject.code]) if reports_headline(request, scope) else "",
        **dashboard(scope, figures, at=asked_instant(request, on)),
        "announced": announced,
        "announced_rows": announced_rows(announced),
        **_apart(subject, announced),
        "announcements": list(FundingAnnouncement.objects.visible_to(user).filter(plan=subject).for_list()),
        "pillars": [_card(pillar, figures, scope, colours[pillar.number]) for pillar in pillars],
        "week": week,
        "week_state": week.state(at=shown_instant(request)) if week else None,
        "filtered": "",
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
    context = {
        "plan": found,
        "pillar": subject,
        "headline": headlines(found, None if scope.partial else week, figures, {number: scope.code})[number],
        "report_url": address if reports_headline(request, scope) else "",
        "trail": [
            (bilingual_text(found, "title"), found.get_absolute_url()),
            (_("Pillar %(number)s") % {"number": subject.number}, ""),
        ],
        "aliases": subject.aliases_fr if formats.is_french() else subject.aliases_en,
        **dashboard(scope, figures, at=at),
        "page": page,
        "rows": initiative_rows(page.rows, on=on, at=at, then=against.then if against else None),
        "filtered": f"&pillar={number}",
        "panel": latest(request, scope),
    }
    return render(request, "reports/pillar.html", context)


def reports_headline(request: HttpRequest, scope: Scope) -> bool:
    """Whether the page offers to report a headline: it shows the present, and the person may."""
    reader = cast(SignedInRequest, request)
    return reader.moment.live and may_report(reader.user, scope)


def dashboard(scope: Scope, figures: Board, *, at: datetime) -> dict[str, Any]:
    """What overview and pillar show alike: health, who reported, what needs attention, milestones, money."""
    timeliness = figures.panel("freshness", scope.code)
    health, dollars = figures.panel("health", scope.code), figures.panel("health_dollars", scope.code)
    funds = {key: figures.panel(key, scope.code) for key in MONEY_FIGURES}
    return {
        "scope": scope,
        "on": figures.on,
        "health": health,
        "health_chart": distribution(health, title=_("By number of initiatives"), unit=_("Initiatives")),
        "health_cells": {cell.bucket: cell for cell in health.cells},
        "health_dollars": dollars,
        "dollars_chart": distribution(dollars, title=_("By dollars"), unit=_("Dollars")),
        **{key: figures.panel(key, scope.code) for key in MILESTONE_FIGURES},
        **funds,
        "glance_rows": glance_rows(funds.__getitem__, on=figures.on),
        "money_url": _money_url(scope, on=figures.on),
        "timeliness": timeliness,
        "timeliness_cells": {cell.bucket: cell for cell in timeliness.cells},
        **attention(scope.selection.initiatives, on=figures.on, at=at),
    }


def _money_url(scope: Scope, *, on: date) -> str:
    """The money of the same day, all stages by organization."""
    pillar = {} if scope.whole_plan else {"pillar": str(scope.selection.pillar)}
    query = {**pillar, "on": on.isoformat()}
    return f"{reverse('money', args=[scope.selection.plan.code])}?{urlencode(query)}"


def announced_rows(panel: Panel) -> list[AnnouncedRow]:
    """The announced split, largest first."""
    organizations = {row.code: row for row in Organization.objects.filter(code__in=panel.result.cells)}
    cells = sorted(panel.cells, key=lambda cell: (-(cell.value or 0), cell.bucket))
    return [AnnouncedRow(organizations.get(cell.bucket), cell) for cell in cells]


def _apart(plan: Plan, announced: Panel) -> dict[str, Any]:
    """Dollars by which the announced split exceeds the plan's announced total, or falls short of it."""
    if plan.funding_announced is None or announced.total is None:
        return {}
    apart = announced.total - plan.funding_announced
    return {"announced_more": max(apart, 0), "announced_less": max(-apart, 0)}


def _card(pillar: Pillar, figures: Board, scope: Scope, colour: ShownHeadline) -> PillarCard:
    code = f"{scope.code}/{pillar.number}"
    health = figures.panel("health", code)
    return PillarCard(
        pillar=pillar,
        headline=colour,
        health=health,
        chart=distribution(health, title=_("Health of initiatives"), unit=_("Initiatives"), slim=True),
        met=figures.panel("milestones_met", code),
        milestones=figures.panel("milestones", code),
        late=figures.panel("milestones_late", code),
    )
