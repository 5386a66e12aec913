"""Explain this number."""

from dataclasses import replace
from datetime import date
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from initiatives.aggregates.money import line_funds
from initiatives.choices import FundingSource, Vote
from initiatives.models import BudgetLine, Initiative, StatusUpdate
from pillars.models import Pillar, Plan
from reports.explanations import SHOWN, Explanation, explain
from reports.figures import Unit, figure
from reports.figures.declaration import version_of
from reports.figures.scopes import Kind, Scope
from reports.page_cache import remembered
from reports.panels import Panel
from reports.rules.headline import OWED
from reports.views.asked import asked_scope, refuse_others
from reports.views.funds import Step, line_steps
from reports.views.labels import bucket_labels
from tracker.filters import effective_date
from tracker.http import SignedInRequest
from tracker.templatetags.tracker import bilingual_text

EXCLUDED = 100  # rows shown of each kind that was left out
UNITS = {
    Unit.INITIATIVES: gettext_lazy("Initiatives"),
    Unit.MILESTONES: gettext_lazy("Milestones"),
    Unit.INDICATORS: gettext_lazy("Indicators"),
    Unit.DOLLARS: gettext_lazy("Dollars"),
    Unit.WEIGHT: gettext_lazy("Weight"),
    Unit.DAYS: gettext_lazy("Days"),
    Unit.MOVES: gettext_lazy("Moves"),
}


@login_required
@require_safe
@remembered
def explanation(request: HttpRequest, key: str) -> HttpResponse:
    """Definition, rule version, rows with links, exclusions with reasons, coverage; the rows add up to the figure."""
    refuse_others(request, "scope", "bucket", "version")
    found = figure(key, version_of(request.GET.get("version", "")))
    scope = asked_scope(request, request.GET.get("scope", ""))
    on = effective_date(request)
    bucket = request.GET.get("bucket", "")
    explained = explain(found, scope, on=on, bucket=bucket)
    panel = Panel(found, scope.code, on, explained.result)
    left = [row for exclusion in explained.exclusions for row in exclusion.rows[:EXCLUDED]]
    labels = bucket_labels(
        found, {*explained.result.cells, *(row.bucket for row in left), *([bucket] if bucket else [])}
    )
    line = BudgetLine.objects.filter(pk=explained.line).for_list().first() if explained.line else None
    context = {
        "plan": scope.selection.plan,
        "trail": [*trail_to(scope), (panel.label, "")],
        "where": where(scope),
        "scope": scope,
        "on": on,
        "panel": panel,
        "explanation": explained,
        "unit": found.unit.value,
        "unit_label": UNITS[found.unit],
        "bucket_label": ", ".join(filter(None, [labels.get(bucket, ""), _line_words(line) if line else ""])),
        "buckets": [] if bucket or not found.buckets else [replace(c, label=labels[c.bucket]) for c in panel.cells],
        "split": bool(found.buckets) and line is None and bucket not in explained.result.cells,
        "summed": found.adds or bool(bucket),
        "rows": [(row, labels.get(row.bucket, "")) for row in explained.rows[:SHOWN]],
        "exclusions": [
            (exclusion, [(row, labels[row.bucket]) for row in exclusion.rows[:EXCLUDED]])
            for exclusion in explained.exclusions
        ],
        "more": max(0, len(explained.rows) - SHOWN),
        "steps": _steps(explained, on=on),
        **_opinion(explained),
        "json_url": _json_url(request, explained),
    }
    return render(request, "reports/explanation.html", context)


def _line_words(line: BudgetLine) -> str:
    """Its funding source and vote: what tells lines of one year and organization apart."""
    source = FundingSource(line.funding_source).label if line.funding_source else _("source not published")
    vote = Vote(line.vote).label if line.vote else _("vote not published")
    return f"{source}, {vote}"


def _steps(explained: Explanation, *, on: date) -> list[Step]:
    """How the rule makes the figure of one budget line; none for what is a sum of ledger entries."""
    if explained.line is None or explained.rows[0].kind != "budget-line":
        return []
    [one] = line_funds(BudgetLine.objects.filter(pk=explained.line), on=on)
    return line_steps(one, explained.figure.key, explained.scope.code, on=on)


def _opinion(explained: Explanation) -> dict[str, Any]:
    """The approved update that an initiative's health rests on, None where none is in force; nothing for what is no
    health, or of more than one initiative, or of one that owes no update: its lifecycle says where it stands."""
    scope = explained.scope
    if scope.kind is not Kind.INITIATIVE or explained.figure.buckets != ("health",):
        return {}
    found: Any = scope.selection.initiatives.with_health(on=explained.on).get()
    if found.health not in OWED:
        return {}
    in_force = StatusUpdate.objects.in_force(on=explained.on).filter(initiative=cast(Initiative, scope.subject))
    return {"rated": True, "in_force": in_force.select_related("week", "decided_by").first()}


def _json_url(request: HttpRequest, explained: Explanation) -> str:
    """The same explanation as data, pinned to the revision that this page shows."""
    query = {
        "scope": explained.scope.code,
        "on": explained.on.isoformat(),
        "bucket": explained.bucket,
        "version": str(explained.figure.version),
        "as_of": f"r{cast(SignedInRequest, request).moment.revision}",
    }
    given = {name: value for name, value in query.items() if value}
    return f"{reverse('api:figure-explanation', args=[explained.figure.key])}?{urlencode(given)}"


def where(scope: Scope) -> str:
    """The scope in words."""
    subject: Any = scope.subject
    title = bilingual_text(subject, "title")
    if scope.kind is Kind.PILLAR:
        return f"{subject.number}. {title}"
    return title if scope.kind is Kind.PLAN else f"{subject.code} {title}"


def trail_to(scope: Scope) -> list[tuple[str, str]]:
    """The way from the plan to the scope."""
    plan: Plan = scope.selection.plan
    trail = [(bilingual_text(plan, "title"), plan.get_absolute_url())]
    subject = scope.subject
    if isinstance(subject, Plan):
        return trail
    pillar = subject if isinstance(subject, Pillar) else subject.pillar
    trail.append((_("Pillar %(number)s") % {"number": pillar.number}, pillar.get_absolute_url()))
    if not isinstance(subject, Pillar):
        trail.append((subject.code, subject.get_absolute_url()))
    return trail
