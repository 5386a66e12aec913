"""What became of milestones in a span: those that came to be late, were met, or are expected on another day."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from initiatives.models import Milestone, MilestoneBaseline, MilestoneForecast
from initiatives.rules.since import Change, Dated, What, changed
from reports.comparison import back_at
from reports.views.lists import Lists
from reports.views.spans import DAY, Some, Span

_OTHERWISE = (What.CANCELLED, What.REOPENED, What.CORRECTED)


@dataclass(frozen=True)
class Happened:
    """A milestone and what became of it (None: its promised day passed); `before` is the day it was expected on."""

    milestone: Any
    before: date | None = None
    change: Change | None = None


@dataclass(frozen=True)
class WeekMilestones:
    """The first of each kind. `otherwise`: cancelled, taken up again, or another day on which it was met."""

    late: Some
    met: Some
    moved: Some
    otherwise: Some


def week_milestones(span: Span, *, lists: Lists, shown: int) -> WeekMilestones:
    """Those of the span, so many of each kind. Nine queries, however many there are."""
    keys = _touched(span)
    with back_at(span.then):
        before = _dates(keys)
    changes = {int(key): one for key, one in changed(before, _dates(keys)) if key in before or _news(one, span)}
    kinds = {
        "met": _of(changes, What.MET),
        "moved": _of(changes, What.MOVED),
        "otherwise": _of(changes, *_OTHERWISE),
    }
    rows = _rows(key for found in kinds.values() for key in found[:shown])

    def happened(key: int) -> Happened:
        then = before.get(str(key))
        return Happened(rows[key], then.expected_on if then else None, changes[key])

    found = {
        name: Some([happened(key) for key in keys[:shown]], len(keys), span.milestones_url)
        for name, keys in kinds.items()
    }
    return WeekMilestones(late=_late(span, lists=lists, shown=shown), **found)


def _news(change: Change, span: Span) -> bool:
    """Whether what is told of a milestone that was not recorded then has happened since: one that is brought in long
    after it was met is no news of the week."""
    return change.what is What.MET and change.on is not None and change.on > span.then.on


def _of(changes: Mapping[int, Change], *whats: What) -> list[int]:
    """The largest move first, then the latest day."""
    found = [key for key, one in changes.items() if one.what in whats]
    return sorted(found, key=lambda key: (-abs(changes[key].days or 0), changes[key].on or date.max, key))


def _touched(span: Span) -> set[int]:
    """Milestones that were written since, or for which a day was."""
    own = Milestone.objects.filter(span.touched, initiative__in=span.mine)
    found = set(own.order_by().values_list("pk", flat=True))
    dates: tuple[Any, ...] = (MilestoneBaseline.objects, MilestoneForecast.objects)
    for one in dates:
        of_mine = one.filter(span.touched, milestone__initiative__in=span.mine)
        found |= set(of_mine.order_by().values_list("milestone", flat=True))
    return found


def _dates(keys: Collection[int]) -> Mapping[str, Dated]:
    rows: Any = Milestone.objects.filter(pk__in=keys).with_dates().order_by()
    found = rows.values_list("pk", "expected_on", "actual_on", "cancelled_on")
    return {str(key): Dated(*days) for key, *days in found}


def _rows(keys: Iterable[int]) -> dict[int, Any]:
    return {row.pk: row for row in Milestone.objects.filter(pk__in=list(keys)).for_list()}


def _late(span: Span, *, lists: Lists, shown: int) -> Some:
    """Promised for a day since, and not met; the longest late first."""
    promised: Any = Milestone.objects.filter(initiative__in=span.mine).counted(on=span.on).with_dates()
    late = promised.due_between(span.then.on, span.on - DAY).late(on=span.on).filter(planned_on__gte=span.then.on)
    keys = [key for _day, key in sorted(late.order_by().values_list("planned_on", "pk"))]
    rows = _rows(keys[:shown])
    url = lists.at("milestones", late="true", planned_from=span.then.on.isoformat(), sort="promised")
    return Some([Happened(rows[key]) for key in keys[:shown]], len(keys), url)
