"""What changed since the last sealed rollup: whose health turned, what became of milestones, which money moved.

Of the past, the health of initiatives alone is computed for the whole plan, once for each rollup; of the rest, rows
that a later revision touched are looked up as they stood, and of all others the present knows what stood then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, Sum
from django.urls import reverse

from initiatives.choices import HealthBucket, Stage
from initiatives.models import LedgerEntry
from reports.comparison import back_at
from reports.differences import Point
from reports.figures import FIGURES
from reports.figures.scopes import Scope
from reports.panels import explain_url
from reports.signals import kept_healths
from reports.views.lists import Lists
from reports.views.spans import Some, Span
from reports.views.week_milestones import WeekMilestones, week_milestones
from tracker.timemachine.moments import Moment

SHOWN = 3  # of each kind
# What somebody who reads for half a minute has to hear of first.
_WORST_FIRST = (
    HealthBucket.RED, HealthBucket.AMBER, HealthBucket.NO_UPDATE, HealthBucket.NOT_PURSUED, HealthBucket.GREEN,
    HealthBucket.MET, HealthBucket.NOT_STARTED,
)  # fmt: skip


@dataclass(frozen=True)
class Turned:
    """An initiative whose health is another than it was; where its health is explained, and where the difference."""

    initiative: Any
    before: str
    health: str
    health_url: str
    why_url: str


@dataclass(frozen=True)
class Moved:
    """By how many dollars a stage of a fiscal year differs, and what explains it."""

    fiscal_year: int
    stage: str
    dollars: Decimal
    url: str

    @property
    def stage_words(self) -> str:
        """The stage for people."""
        return str(Stage(self.stage).label)


@dataclass(frozen=True)
class ThisWeek:
    """What changed in a span. `quiet`: since this later point nothing did, and so the span begins at one before."""

    span: Span
    health: Some
    milestones: WeekMilestones
    money: Some
    quiet: Point | None = None

    @property
    def nothing(self) -> bool:
        """None of all this."""
        of = self.milestones
        return not any(one.count for one in (self.health, of.late, of.met, of.moved, of.otherwise, self.money))


def this_week(scope: Scope, *, health: Mapping[int, str], moment: Moment, on: date, lists: Lists) -> ThisWeek | None:
    """What changed in the scope up to that day as the moment knows it; None where there is no earlier point to compare
    with. Where nothing has changed yet, as on a Monday morning, what the week before brought. `health`: of each
    initiative on that day, by its key. How many queries it takes depends on nothing."""
    span = Span.of(scope, moment=moment, on=on)
    if span is None:
        return None
    found = _since(span, health, lists)
    earlier = span.from_earlier(moment) if found.nothing else None
    if earlier is None:
        return found
    before = _since(earlier, health, lists)
    return found if before.nothing else replace(before, quiet=span.then)


def _since(span: Span, health: Mapping[int, str], lists: Lists) -> ThisWeek:
    return ThisWeek(
        span=span,
        health=_health(span, health, lists),
        milestones=week_milestones(span, lists=lists, shown=SHOWN),
        money=_money(span),
    )


def _health(span: Span, now: Mapping[int, str], lists: Lists) -> Some:
    """Whose health turned, the worst first."""
    with back_at(span.then):
        before = kept_healths(span.scope, on=span.then.on)
    turned = [key for key, health in now.items() if before.get(key, health) != health]
    turned.sort(key=lambda key: _WORST_FIRST.index(HealthBucket(now[key])))
    rows = {row.pk: row for row in span.initiatives.filter(pk__in=turned[:SHOWN]).for_list()}
    found = []
    for key in turned[:SHOWN]:
        scope = f"{rows[key].plan.code}/{rows[key].code}"
        url = explain_url(FIGURES["health"], scope, on=span.on)
        found.append(Turned(rows[key], before[key], now[key], url, _why(span, "health", scope)))
    return Some(found, len(turned), lists.at("initiatives", compare=span.then.pinned))


def _money(span: Span) -> Some:
    """By how much each cell of the figure `money` differs, the largest difference first."""
    # What counted then had been recorded by then, and was in effect. A reversal is of the day of its entry, so that
    # adding both says what the reversal takes away.
    since = span.touched | Q(effective_on__gt=span.then.on)
    rows = (
        LedgerEntry.objects.filter(since, effective_on__lte=span.on, line__initiative__in=span.mine)
        .order_by()
        .values_list("line__fiscal_year", "stage")
        .annotate(dollars=Sum("amount"))
    )
    found = sorted((row for row in rows if row[2]), key=lambda row: (-abs(row[2]), row[0], row[1]))
    named = [
        Moved(year, stage, dollars, _why(span, "money", span.scope.code, f"{year}/{stage}"))
        for year, stage, dollars in found[:SHOWN]
    ]
    return Some(named, len(found), span.compare_url)


def _why(span: Span, key: str, scope: str, bucket: str = "") -> str:
    """What made the figure, or one of its buckets, differ."""
    query = {"scope": scope, **span.ends, **({"bucket": bucket} if bucket else {})}
    return f"{reverse('figure-difference', args=[key])}?{urlencode(query)}"
