"""Explain a headline colour: the written rule in its version, and the cells of health that made it."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pillars.models import Pillar, ReportingWeek
from reports.figures.declaration import version_of
from reports.figures.scopes import Kind
from reports.headlines import PLAN, headlines
from reports.page_cache import remembered
from reports.panels import Cell, Panel, board
from reports.rules import headline as rule
from reports.views.asked import asked_scope, refuse_others
from reports.views.explain import trail_to, where
from tracker.errors import Invalid
from tracker.filters import effective_date

HEALTH = ("health", "health_dollars")


@dataclass(frozen=True)
class Weighed:
    """A cell of a distribution, and its share of all that owes an update: None where it owes none, or where nothing
    is known to share."""

    cell: Cell
    share: Decimal | None


@dataclass(frozen=True)
class Bucket:
    """What the rule read of one bucket of health: by number and by dollars."""

    label: str | Promise
    number: Weighed
    dollars: Weighed


@login_required
@require_safe
@remembered
def explained(request: HttpRequest) -> HttpResponse:
    """The colour by the rule, which sentence gave it, what each sentence asks, the cells that it read, and beside it
    the colour that somebody reported."""
    refuse_others(request, "scope", "version")
    version = _asked_version(request)
    scope = asked_scope(request, request.GET.get("scope", ""))
    if scope.kind is Kind.INITIATIVE:
        message = _("A headline is of a plan or of a pillar; the colour of an initiative is its health.")
        raise Invalid(message, fields={"scope": message}, code="bad_filter")
    on = effective_date(request)
    plan = scope.selection.plan
    figures = board(scope, on=on, keys=HEALTH)
    number = scope.subject.number if isinstance(scope.subject, Pillar) else PLAN
    # What was reported is of the whole; beside the colour of a reader's part it would mislead.
    week = None if scope.partial else ReportingWeek.objects.filter(plan=plan).holding(on).first()
    shown = headlines(plan, week, figures, {number: scope.code}, version=version)[number]
    health, dollars = (figures.panel(key, scope.code) for key in HEALTH)
    title = _("Headline colour")
    context: dict[str, Any] = {
        "plan": plan,
        "trail": [*trail_to(scope), (title, "")],
        "where": where(scope),
        "scope": scope,
        "on": on,
        "title": title,
        "headline": shown,
        "health": health,
        "health_dollars": dollars,
        "buckets": _buckets(health, dollars),
    }
    return render(request, "reports/headline_explained.html", context)


def _asked_version(request: HttpRequest) -> int:
    """The version of the rule that is asked for, else the newest. Raises `Invalid` for one that there is not."""
    version = version_of(request.GET.get("version", "")) or rule.NEWEST
    if version not in rule.RULES:
        message = _("The rule of the headline has no version %(version)s.") % {"version": version}
        raise Invalid(message, fields={"version": message}, code="bad_filter")
    return version


def _buckets(health: Panel, dollars: Panel) -> list[Bucket]:
    weighed = _weighed(dollars)
    return [Bucket(one.cell.label, one, weighed[one.cell.bucket]) for one in _weighed(health).values()]


def _weighed(panel: Panel) -> dict[str, Weighed]:
    """Every bucket; shares are those that the rule compares."""
    cells = panel.result.cells
    whole = sum((Fraction(cells.get(bucket) or 0) for bucket in rule.OWED), Fraction(0))

    def share(cell: Cell) -> Decimal | None:
        if cell.bucket not in rule.OWED or whole <= 0 or cell.value is None:
            return None
        part = Fraction(cell.value) / whole
        return Decimal(part.numerator) / part.denominator

    return {cell.bucket: Weighed(cell, share(cell)) for cell in panel.cells}
