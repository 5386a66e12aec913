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

from initiatives.aggregates.freshness import freshness
from initiatives.aggregates.money import Funds, LineFunds, line_funds
from initiatives.aggregates.slips import slips
from initiatives.choices import Lifecycle, Stage, Supports
from initiatives.filters import InitiativeFilter
from initiatives.filters.scope import asked_instant
from initiatives.forms import InitiativeListForm
from initiatives.models import BudgetLine, FundingAnnouncement, Initiative, LedgerEntry, Milestone, StatusUpdate
from initiatives.rules.money import StageTotals
from pillars.models import Plan, ReportingWeek
from pillars.rules import fiscal_year
from reports.comparison import compared
from reports.figures import figure
from reports.figures.scopes import Scope
from reports.page_cache import remembered
from reports.panels import Cell, board, explain_url
from reports.views.asked import asked_scope, refuse_others
from reports.views.funds import STAGES, FundsRow, lapse_rules, line_rows, year_rows
from reports.views.history import latest
from reports.views.indicators import initiative_indicators
from reports.views.lists import unfiltered
from reports.views.milestones import MilestoneRow, milestone_rows
from reports.views.pictures import burn_picture, slip_picture, status_picture, timeline_picture
from reports.views.rows import before, initiative_rows
from reports.views.standing import standings, status_strip
from tracker import formats
from tracker.errors import Invalid
from tracker.filters import effective_date, without
from tracker.http import SignedInRequest
from tracker.models import Revision, User
from tracker.pages import page_of
from tracker.permissions import knows_why
from tracker.rules import Permission
from tracker.templatetags.tracker import bilingual_text

FIGURES = (
    "money", "milestones_met", "milestones_late", "milestones_next", "milestones", "milestone_weight", "milestone_slip",
    "milestone_moves",
)  # fmt: skip
SPENT = STAGES.index(Stage.EXPENDITURE)
UPDATES = 8
ENTRIES = 10
PAGE = 50


@login_required
@require_safe
@remembered
def initiative(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """Status, milestones, money, updates, who and where it comes from."""
    refuse_others(request, "entries", "compare")
    user = cast(SignedInRequest, request).user
    on = effective_date(request)
    scope = asked_scope(request, f"{plan}/{code}")
    found = scope.selection.initiatives.with_health(on=on).with_funding(on=on).for_list().get()
    last = Revision.objects.filter(number=found.revision).first()
    figures = board(scope, on=on, keys=FIGURES)
    against = compared(request, scope, figures)
    rows = milestone_rows(found, on=on, user=user, then=against.then if against else None)
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
        **_origin(found),
        "last_revision": last,
        "knows_why": last is not None and knows_why(user, last),
        "milestone_rows": rows,
        **_dates(found, rows, on=on),
        "evidence": list(found.evidence.filter(milestone=None).for_list()),
        "indicator_rows": initiative_indicators(found, on=on),
        "announcements": list(FundingAnnouncement.objects.filter(initiative=found).for_list()),
        "panel": latest(request, scope),
        **_status(found, on=on),
        "fresh": freshness([found.pk], at=asked_instant(request, on))[found.pk],
        "before": before([found], against)[found.pk] if against else None,
        **{key: figures.panel(key, scope.code) for key in FIGURES},
        **_ledger(scope, found, on=on, every_entry=_every_entry(request)),
        **_permitted(found, user, live=cast(SignedInRequest, request).moment.live),
    }
    return render(request, "reports/initiative.html", context)


def _origin(found: Initiative) -> dict[str, Any]:
    """Where it happens, each place with all that happens there; and the publications that it rests on."""
    sources = list(found.sources.for_list())
    there = reverse("places", args=[found.plan.code])
    return {
        "places": [
            (row.place, f"{there}#place-{row.place.code}")
            for row in found.places.select_related("place").order_by("place__code")
        ],
        "commitment_sources": [row for row in sources if row.supports == Supports.COMMITMENT],
        "lifecycle_sources": [row for row in sources if row.supports == Supports.LIFECYCLE],
    }


def _trail(found: Initiative) -> list[tuple[str, str]]:
    return [
        (bilingual_text(found.plan, "title"), found.plan.get_absolute_url()),
        (_("Pillar %(number)s") % {"number": found.pillar.number}, found.pillar.get_absolute_url()),
        (found.code, ""),
    ]


def _dates(found: Initiative, rows: list[MilestoneRow], *, on: date) -> dict[str, Any]:
    """The milestones as pictures."""
    moved = slips(Milestone.objects.filter(initiative=found).counted(on=on), on=on)
    return {
        "timeline": timeline_picture(rows, announced=found.plan.announced_on, on=on),
        "cancelled": any(row.state == "cancelled" for row in rows),
        "slips": moved,
        "slip_chart": slip_picture(moved, on=on),
    }


def _status(found: Initiative, *, on: date) -> dict[str, Any]:
    """The update in force, the strip of weeks, and the updates before."""
    updates = StatusUpdate.objects.approved().filter(initiative=found, week__starts_on__lte=on).for_list()
    return {
        "in_force": StatusUpdate.objects.in_force(on=on)
        .filter(initiative=found)
        .select_related("week", "author", "submitted_by", "decided_by")
        .first(),
        "standing": standings([found.pk], on=on)[found.pk],
        "strip": status_picture(status_strip(found.pk, found.plan_id, on=on)),
        "updates": list(updates[:UPDATES]),
    }


def _ledger(scope: Scope, found: Any, *, on: date, every_entry: bool) -> dict[str, Any]:
    """Its money by year and line, and the ledger that it comes from: the latest entries, or every one."""
    entries = (
        LedgerEntry.objects.filter(line__initiative=found)
        .for_list()
        .select_related("reversed_by", "corrected_by", "transfer")
    )
    latest = list(entries.order_by("-effective_on", "-pk")[: None if every_entry else ENTRIES])
    return {
        **_money(scope, found, on=on),
        "every_entry": every_entry,
        "funding_url": explain_url(figure("health_dollars"), scope.code, on=on),
        "health_url": explain_url(figure("health"), scope.code, on=on),
        "entries": latest,
        "entries_in_all": entries.count() if len(latest) == ENTRIES else len(latest),
        "entries_url": f"{found.get_absolute_url()}?entries=all#entries",
    }


def _every_entry(request: HttpRequest) -> bool:
    """`?entries=all`. Raises `Invalid` for another value."""
    text = request.GET.get("entries", "")
    if text not in ("", "all"):
        message = _("Unknown. Known are: %(names)s.") % {"names": "all"}
        raise Invalid(_("Some filters cannot be applied."), fields={"entries": message}, code="bad_filter")
    return text == "all"


def _money(scope: Scope, found: Any, *, on: date) -> dict[str, Any]:
    """The fiscal years and the budget lines, with the rules by which they lapse."""
    funds = line_funds(BudgetLine.objects.filter(initiative=found).for_list(), on=on)
    standing = [one for one in funds if one.totals != StageTotals()]
    together, years = Funds(tuple(standing)), year_rows(standing, scope.code, on=on)
    beyond = explain_url(figure("overspent"), scope.code, on=on)
    return {
        "stages": STAGES,
        "year_rows": years,
        **_burn(found, standing, years, on=on),
        "line_rows": line_rows(funds, scope.code, on=on),
        "over": together.over,
        "overspent": Cell("", _("Spent beyond authority"), together.overspent, 0.0, beyond),
        "rules": lapse_rules(standing),
    }


def _burn(found: Initiative, funds: list[LineFunds], years: list[FundsRow], *, on: date) -> dict[str, Any]:
    """The fiscal year that holds the day, as a picture, and its row among the years."""
    year = fiscal_year(on)
    own = Funds(tuple(one for one in funds if one.line.fiscal_year == year))
    row = next((row for row in years if row.fiscal_year == year), None)
    return {
        "fiscal_year": year,
        "burn": burn_picture(BudgetLine.objects.filter(initiative=found), own, year=year, on=on) if row else None,
        "burn_row": row,
        "burn_url": next((cell.url for cell in (row.stages[SPENT], *row.stages) if cell.url), "") if row else "",
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
@remembered
def initiatives(request: HttpRequest, plan: str) -> HttpResponse:
    """The list: the same filters as the API and the export, and a link to exactly these rows as CSV and JSON."""
    user = cast(SignedInRequest, request).user
    scope = asked_scope(request, plan)
    subject = cast(Plan, scope.subject)
    on = effective_date(request)
    data = without(request.GET, "page", "compare")
    data["plan"] = plan
    for name in [name for name, value in data.items() if not value]:
        del data[name]
    page = page_of(request, InitiativeFilter(data, InitiativeFilter.base(user, on=on), request=request).rows, size=PAGE)
    against = compared(request, scope)
    context = {
        "plan": subject,
        "scope": scope,
        "on": on,
        "form": InitiativeListForm(request.GET, plan=subject, user=user),
        "filtered": any(name not in ("plan", "as_of", "on") for name in data),
        "clear_url": unfiltered(request),
        "page": page,
        "rows": initiative_rows(page.rows, on=on, at=asked_instant(request, on), against=against),
        "query": data.urlencode(),
    }
    return render(request, "reports/initiatives.html", context)
