"""What the overview says of what lies ahead and of what comes of it all: milestones of the next four weeks, the
outcome indicators, the fiscal years."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F
from django.utils.safestring import SafeString

from initiatives.choices import Level, MilestoneDue
from initiatives.models import Indicator, Milestone
from pillars.models import Plan
from reports.figures.scopes import Scope
from reports.panels import Board, Panel
from reports.signals import Signal, first
from reports.views.funds import GlanceRow
from reports.views.indicators import IndicatorRow, indicator_rows
from reports.views.lists import Lists
from reports.views.pictures import glance_years, years_picture
from tracker.charts import NARROW, WIDE
from tracker.models import User

MILESTONES, INDICATORS = 4, 6  # of each span; outcome indicators


@dataclass(frozen=True)
class Ahead:
    """How many milestones fall into a span, the first of them by the day they are expected, where they stand all, and
    whether more do than are shown."""

    panel: Panel
    milestones: list[Any]
    url: str
    more: bool


@dataclass(frozen=True)
class Outcomes:
    """The first outcome indicators, how many there are, and where they stand all."""

    rows: list[IndicatorRow]
    count: int
    url: str


def ahead(figures: Board, scope: Scope, told: Sequence[Signal], *, lists: Lists) -> list[Ahead]:
    """Those of this week, and those of the next four but what was promised for this week; `told`: the signals of each
    initiative. One query."""
    week = first((one.this_week for one in told), MILESTONES)
    following = first((one.next for one in told), MILESTONES, but=week)
    rows = {row.pk: row for row in Milestone.objects.filter(pk__in=[*week, *following]).for_list()}
    return [
        Ahead(
            figures.panel(key, scope.code),
            [rows[one] for one in keys],
            lists.at("milestones", due=listed.value, sort="expected"),
            more=(figures.panel(key, scope.code).total or 0) > len(keys),
        )
        for key, listed, keys in (
            ("milestones_due_this_week", MilestoneDue.THIS_WEEK, week),
            ("milestones_next", MilestoneDue.NEXT_FOUR_WEEKS, following),
        )
    ]


def outcomes(plan: Plan, *, user: User, on: date, lists: Lists) -> Outcomes:
    """Those of the plan first, then those of its pillars, then those of initiatives."""
    found = Indicator.objects.visible_to(user).filter(plan=plan, level=Level.OUTCOME)
    wide_first = (F("initiative__code").asc(nulls_first=True), F("pillar__number").asc(nulls_first=True), "code", "pk")
    return Outcomes(
        indicator_rows(found.for_list().order_by(*wide_first)[:INDICATORS], on=on),
        found.count(),
        lists.at("indicators", level=Level.OUTCOME.value),
    )


def year_drawings(years: Sequence[GlanceRow], *, on: date) -> list[SafeString]:
    """The fiscal years as a chart, for a narrow and for a wide place; none where the ledger says nothing of them."""
    chart = years_picture(glance_years(years), on=on, key="money-years")
    return [chart.drawn(NARROW), chart.drawn(WIDE)] if chart else []
