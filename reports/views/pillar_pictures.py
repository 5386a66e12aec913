"""The pictures of a pillar: its sealed headlines, the milestones that press, its money and its indicators."""

from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse

from pillars.models import Pillar
from reports.figures.scopes import Scope
from reports.headlines import ShownHeadline
from reports.panels import Board
from reports.views.funds import glance_rows
from reports.views.indicators import pillar_indicators
from reports.views.lists import Lists
from reports.views.pictures import glance_years, headline_picture, open_picture, years_picture
from reports.views.pillar_milestones import pressing_milestones
from reports.views.sealed_weeks import sealed_weeks, since
from tracker.http import SignedInRequest


def pillar_pictures(request: HttpRequest, scope: Scope, figures: Board, headline: ShownHeadline) -> dict[str, Any]:
    """What the page of a pillar draws, and since when its headline has its colour. Who sees a part of the pillar is
    shown no headline that was sealed of the whole."""
    user = cast(SignedInRequest, request).user
    plan, pillar, on = scope.selection.plan, cast(Pillar, scope.subject), figures.on
    sealed = [] if scope.partial else sealed_weeks(plan, pillar.number, user=user, on=on)
    pressing, more = pressing_milestones(scope.selection.initiatives, on=on)
    indicators, others = pillar_indicators(pillar, user=user, on=on)
    lists = Lists.of(request, plan, on=on)
    years = glance_rows(lambda key: figures.panel(key, scope.code), on=on)
    return {
        "headline_since": since(sealed, headline.colour, on=on),
        "strip": headline_picture(sealed) if sealed else None,
        "strip_url": reverse("rollup", args=[sealed[-1].rollup]) if sealed else "",
        "pressing": open_picture(pressing, on=on) if pressing else None,
        "pressing_rows": pressing,
        "more_pressing": more,
        "late_url": lists.at("milestones", pillar=str(pillar.number), late="true", sort="promised"),
        "next_url": lists.at("milestones", pillar=str(pillar.number), due="next_four_weeks", sort="expected"),
        "years_chart": years_picture(glance_years(years), on=on),
        "indicator_rows": indicators,
        "more_indicators": others,
        "indicators_url": lists.at("indicators", pillar=str(pillar.number)),
    }
