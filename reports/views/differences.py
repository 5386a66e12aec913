"""What has been restated since a rollup, two points side by side, and why one figure differs between them."""

import json
from typing import cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pillars.models import Plan
from reports.differences import NOW, Part, Point, differences, find_point, pair
from reports.differences.answers import no_bucket
from reports.differences.points import Around
from reports.differences.told import told_rows
from reports.figures import FIGURES, Result, figure
from reports.figures.scopes import find_scope
from reports.forms_compare import CompareForm
from reports.models import WeeklyRollup
from reports.panels import explain_url
from reports.sealed import SealedBoard, sealed_board
from reports.views.difference_lines import blocks, buckets, ends, given, groups, split
from reports.views.explain import UNITS, trail_to, where
from reports.views.labels import bucket_labels
from tracker.errors import Invalid
from tracker.filters import refuse_unknown
from tracker.http import SignedInRequest
from tracker.templatetags.tracker import bilingual_text

SHOWN = 200  # rows of a difference on a page; the API gives them all


@login_required
@require_safe
def restated(request: HttpRequest, code: str) -> HttpResponse:
    """What a rollup reported, and what is known now of the same day."""
    refuse_unknown(request.GET, {"as_of", "scope"})
    user, around = cast(SignedInRequest, request).user, cast(SignedInRequest, request).moment
    found = WeeklyRollup.objects.visible_to(user).filter(code=code).select_related("plan", "week").first()
    if found is None:
        raise Http404
    plan, payload = found.plan, json.loads(found.payload)
    scope_code = request.GET.get("scope", "") or plan.code
    _same_plan(scope_code, plan)
    looked = Around(plan, around, timezone.now())
    first = find_point(code, name="from", around=looked)
    second = find_point(f"{NOW}@{found.on.isoformat()}", name="to", around=looked)
    listed, scope = differences(_sealed_keys(first), scope_code, user=user, points=(first, second))
    sealed = _sealed(sealed_board(payload), scope_code, plan)
    made = blocks(listed, sealed=sealed)
    context = {
        "plan": plan,
        "rollup": found,
        "scope": scope,
        "where": where(scope),
        "points": (first, second),
        "trail": [
            (bilingual_text(plan, "title"), plan.get_absolute_url()),
            (_("Weekly rollups"), reverse("rollups", args=[plan.code])),
            (found.code, found.get_absolute_url()),
            (_("Restated"), ""),
        ],
        "form": CompareForm.of_scope(plan, user=user, scope=scope_code),
        **split(made),
        "parts": list(Part),
        "compare_url": f"{reverse('compare', args=[plan.code])}?{urlencode({'from': code, 'to': NOW})}",
    }
    return render(request, "reports/difference_restated.html", context)


@login_required
@require_safe
def compare(request: HttpRequest, plan: str) -> HttpResponse:
    """Every figure at two points, with the parts of what lies between them."""
    refuse_unknown(request.GET, {"as_of", "scope", "from", "to"})
    user = cast(SignedInRequest, request).user
    found, around = _looked(request, plan)
    first, second = pair(request.GET.get("from", ""), request.GET.get("to", ""), around=around)
    scope_code = request.GET.get("scope", "") or plan
    _same_plan(scope_code, found)
    listed, scope = differences(FIGURES, scope_code, user=user, points=(first, second))
    context = {
        "plan": found,
        "scope": scope,
        "where": where(scope),
        "points": (first, second),
        "trail": [
            (bilingual_text(found, "title"), found.get_absolute_url()),
            (_("Weekly rollups"), reverse("rollups", args=[plan])),
            (_("Compare"), ""),
        ],
        "form": CompareForm.of_points(found, user=user, scope=scope_code, points=(first, second)),
        **split(blocks(listed)),
        "parts": list(Part),
    }
    return render(request, "reports/difference_compare.html", context)


@login_required
@require_safe
def difference(request: HttpRequest, key: str) -> HttpResponse:
    """One figure, or one of its buckets, at two points: the parts, their rows, the revisions of each."""
    refuse_unknown(request.GET, {"as_of", "scope", "from", "to", "bucket"})
    reader = cast(SignedInRequest, request)
    declared = figure(key)
    scope_code, bucket = request.GET.get("scope", ""), request.GET.get("bucket", "")
    plan, around = _looked(request, scope_code.partition("/")[0], scope=scope_code)
    points = pair(request.GET.get("from", ""), request.GET.get("to", ""), around=around)
    [found], scope = differences([key], scope_code, user=reader.user, points=points)
    cell = found.of(bucket)
    if bucket and cell is None:
        raise no_bucket(found)
    rows = found.rows(bucket)
    told = told_rows(found, rows[:SHOWN], user=reader.user, known=reader.moment.revision)
    labels = bucket_labels(declared, {*(one.bucket for one in found.cells), *([bucket] if bucket else [])})
    query = {"scope": scope_code, "from": points[0].pinned, "to": points[1].pinned, "bucket": bucket}
    title = str(getattr(declared, f"label_{get_language()}"))
    context = {
        "plan": plan,
        "scope": scope,
        "where": where(scope),
        "points": points,
        "trail": [
            *trail_to(scope),
            (title, explain_url(declared, scope_code, on=points[1].on, bucket=bucket)),
            (_("Difference"), ""),
        ],
        "figure": declared,
        "figures": found.figures,
        "title": title,
        "bucket_label": labels.get(bucket, ""),
        "unit": declared.unit.value,
        "unit_label": UNITS[declared.unit],
        "cell": cell,
        "ends": ends(found, cell) if cell else ("", ""),
        "lines": [] if bucket else buckets(found, labels),
        "split": bool(declared.buckets),
        "groups": groups(told, labels, bucket, cell=cell),
        "more": max(0, len(rows) - SHOWN),
        "knows_all": reader.user.access.everywhere,
        "json_url": f"{reverse('api:figure-difference', args=[key])}?{urlencode(given(query))}",
        "compare_url": f"{reverse('compare', args=[plan.code])}?{urlencode(given({**query, 'bucket': ''}))}",
    }
    return render(request, "reports/difference.html", context)


def _looked(request: HttpRequest, code: str, *, scope: str = "") -> tuple[Plan, Around]:
    """The plan that the page is in, and from where its points are looked at. Raises `NoSuchScope`."""
    reader = cast(SignedInRequest, request)
    plan = Plan.objects.visible_to(reader.user).filter(code=code).first()
    if plan is None:
        find_scope(scope or code, user=reader.user, past=not reader.moment.live)
        raise Http404
    return plan, Around(plan, reader.moment, timezone.now())


def _same_plan(scope: str, plan: Plan) -> None:
    if scope.partition("/")[0] != plan.code:
        message = _("Name this plan (%(plan)s), one of its pillars or one of its initiatives.") % {"plan": plan.code}
        raise Invalid(_("Some filters cannot be applied."), fields={"scope": message}, code="bad_filter")


def _sealed_keys(point: Point) -> list[str]:
    return [key for key in FIGURES if key in point.versions]


def _sealed(board: SealedBoard, scope: str, plan: Plan) -> dict[str, Result]:
    """What the document says of that scope; nothing where it is not in there."""
    code = scope.partition("/")[2]
    parts = (
        [board.plan]
        if scope == plan.code
        else [part for part in (*board.pillars, *board.initiatives) if part.code == code]
    )
    return {key: panel.result for part in parts for key, panel in part.panels.items()}
