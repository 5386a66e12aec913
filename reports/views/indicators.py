"""One indicator, whole; the indicators of a plan; and those of an initiative on its page."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.db.models import F, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from initiatives import formats
from initiatives.aggregates.indicator_series import Position, Series, TargetVersion
from initiatives.aggregates.indicator_ways import corrected
from initiatives.aggregates.indicators import series
from initiatives.filters import IndicatorFilter
from initiatives.forms_indicators import IndicatorListForm
from initiatives.models import Evidence, Indicator, Initiative, Observation
from pillars.models import Pillar, Plan
from reports.comparison import compared
from reports.figures.scopes import find_scope
from reports.page_cache import remembered
from reports.panels import board
from reports.views.history import latest
from reports.views.indicator_before import IndicatorBefore, indicators_before
from reports.views.indicator_pictures import PathPicture, path_picture, year_name
from reports.views.lists import unfiltered
from tracker.charts import Bar, bars
from tracker.filters import effective_date, without
from tracker.formats import listed
from tracker.http import SignedInRequest
from tracker.models import User
from tracker.pages import page_of
from tracker.rules import Permission
from tracker.templatetags.tracker import bilingual_text

PAGE = 50
PICTURED = 6  # of an initiative, a pillar or a page of the list


@dataclass(frozen=True)
class IndicatorRow:
    """An indicator in a list, with where it stands; and its way there, where it is pictured and anything is known.
    `before`: what it was, where the page is compared with another moment."""

    indicator: Indicator
    position: Position
    picture: PathPicture | None = None
    before: IndicatorBefore | None = None


@dataclass(frozen=True)
class ObservedRow:
    """What stands for a period and place, what it superseded (newest first), and whether it makes a year."""

    standing: Any
    before: list[Any]
    apart: bool


@login_required
@require_safe
@remembered
def indicator(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """Where it stands and why, its years, its targets in every version, every value with what it superseded."""
    user = cast(SignedInRequest, request).user
    on = effective_date(request)
    rows = Indicator.objects.visible_to(user).filter(plan__code=plan, code=code)
    found = rows.for_list().first()
    if found is None:
        raise Http404
    [known] = series(rows, on=on).values()
    picture = path_picture(known, corrected([found.pk]))
    live = cast(SignedInRequest, request).moment.live
    context = {
        "plan": found.plan,
        "indicator": found,
        "trail": [
            (bilingual_text(found.plan, "title"), found.plan.get_absolute_url()),
            (_("Indicators"), reverse("indicators", args=[found.plan.code])),
            (found.code, ""),
        ],
        "on": on,
        "position": known.position,
        "years": known.years,
        "picture": picture,
        # The same years twice would tell nothing more.
        "chart": "" if picture and picture.by_year else _chart(known),
        "targets": _targets(known),
        "rows": _observed(found, known, on=on),
        "may_record": live and user.may(Permission.RECORD_FACTS, found.scopes),
        "panel": latest(request, find_scope(plan, user=user), indicator=found),
    }
    return render(request, "reports/indicator.html", context)


def _chart(known: Series) -> SafeString | str:
    """Bars by year where there are years with values to compare; else nothing."""
    found = known.indicator
    rows = [row for row in known.years if row.value.value is not None]
    if len(rows) < 2:  # noqa: PLR2004 - years to compare
        return ""
    drawn = [
        Bar(
            year_name(row.value, found),
            formats.amount(row.value.value, found.decimals, row.value.qualifier) or "",
            row.value.value,
            whole=row.value.whole,
            target=row.version.bounds.point if row.version else None,
        )
        for row in rows
    ]
    unit = bilingual_text(found, "unit")
    title = _("%(title)s, by year, in %(unit)s") % {"title": bilingual_text(found, "title"), "unit": unit}
    words = listed(f"{bar.label}: {bar.shown}" for bar in drawn)
    return bars(f"years-{found.pk}", title, words, drawn)


def _targets(known: Series) -> list[tuple[date, list[TargetVersion]]]:
    """Versions of each target, the newest first, by the day it is due."""
    return [(due_on, list(reversed(known.targets[due_on]))) for due_on in sorted(known.targets, reverse=True)]


def _observed(found: Indicator, known: Series, *, on: date) -> list[ObservedRow]:
    rows = (
        Observation.objects.filter(indicator=found)
        .ended(on=on)
        .with_amount()
        .select_related("place", "recorded_by")
        .prefetch_related(Prefetch("evidence", Evidence.objects.for_list()))
        .order_by(F("period_end").desc(nulls_last=True), F("period_start").desc(nulls_last=True), "place__code", "-pk")
    )
    chains: dict[tuple[object, ...], list[Any]] = {}
    for row in rows:
        chains.setdefault((row.period_start, row.period_end, row.place_id), []).append(row)
    apart = set(known.apart)
    return [ObservedRow(chain[0], chain[1:], chain[0].pk in apart) for chain in chains.values()]


@login_required
@require_safe
@remembered
def indicators(request: HttpRequest, plan: str) -> HttpResponse:
    """The plan's indicators: the same filters as the API and the export."""
    user = cast(SignedInRequest, request).user
    scope = find_scope(plan, user=user)
    on = effective_date(request)
    data = without(request.GET, "page", "compare")
    data["plan"] = plan
    for name in [name for name, value in data.items() if not value]:
        del data[name]
    page = page_of(request, IndicatorFilter(data, IndicatorFilter.base(user, on=on), request=request).rows, size=PAGE)
    subject = cast(Plan, scope.subject)
    live = cast(SignedInRequest, request).moment.live
    figures = board(scope, on=on, keys=("indicators",))
    against = compared(request, scope, figures)
    rows = indicator_rows(page.rows, on=on, pictured=PICTURED)
    if against:
        earlier = indicators_before({row.indicator: row.position for row in rows}, against.then)
        rows = [replace(row, before=earlier[row.indicator.pk]) for row in rows]
    context = {
        "plan": subject,
        "scope": scope,
        "on": on,
        "form": IndicatorListForm(request.GET, plan=subject, user=user),
        "filtered": len(data) > 1 + sum(name in data for name in ("as_of", "on")),
        "clear_url": unfiltered(request),
        "standings": [
            (cell, unfiltered(request, standing=cell.bucket)) for cell in figures.panel("indicators", scope.code).cells
        ],
        "page": page,
        "rows": rows,
        "query": data.urlencode(),
        "may_record": live and user.may(Permission.RECORD_FACTS, subject.scopes),
    }
    return render(request, "reports/indicators.html", context)


def indicator_rows(found: Iterable[Indicator], *, on: date, pictured: int = 0) -> list[IndicatorRow]:
    """Rows of a list, in its order; the first `pictured` of which there is a picture with it."""
    listed = list(found)
    keys = [row.pk for row in listed]
    known = series(Indicator.objects.filter(pk__in=keys), on=on)
    superseding = corrected(keys) if keys and pictured else set()
    rows: list[IndicatorRow] = []
    left = pictured
    for row in listed:
        picture = path_picture(known[row.pk], superseding) if left else None
        left -= picture is not None
        rows.append(IndicatorRow(row, known[row.pk].position, picture))
    return rows


def initiative_indicators(initiative: Initiative, *, on: date) -> list[IndicatorRow]:
    """Those of one initiative."""
    return indicator_rows(Indicator.objects.filter(initiative=initiative).for_list(), on=on, pictured=PICTURED)


def pillar_indicators(pillar: Pillar, *, user: User, on: date) -> tuple[list[IndicatorRow], bool]:
    """Those of a pillar and of its initiatives, outcomes and the pillar's own first, as many as are pictured; and
    whether there are more."""
    own = Indicator.objects.visible_to(user).filter(Q(pillar=pillar) | Q(initiative__pillar=pillar))
    first = own.for_list().order_by("level", F("initiative__code").asc(nulls_first=True), "code", "pk")
    found = list(first[: PICTURED + 1])
    return indicator_rows(found[:PICTURED], on=on, pictured=PICTURED), len(found) > PICTURED
