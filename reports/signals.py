"""What calls for attention in each initiative of a scope: the overview names the first of each kind. It depends on the
day and the revision, and is kept and carried forward as figures are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet

from initiatives.models import Milestone, StatusUpdate
from initiatives.models.initiative import ASKING, DISPUTED, InitiativeQuerySet
from pillars.rules import fiscal_year
from reports.figures import FIGURES
from reports.figures.carried import Way, carried, rests
from reports.figures.compute import fetched
from reports.figures.declaration import Selection
from reports.figures.of_ledger import lapses
from reports.figures.scopes import Scope
from reports.figures.shown import OVERVIEW
from reports.figures.store import of_revision, place

# Milestones of a kind that one initiative can bring to a page: five late ones, or four beside as many named already.
MOST = 8
# Days come from look-ups, which the fence makes once for each milestone: without it the condition and the order would
# each ask again.
_LATE = """select found.* from ({unmet} offset 0) found(initiative, planned_on, id)
    where found.planned_on < %s order by found.planned_on, found.id"""

_NOTHING = Decimal(0)

Dated = tuple[str, int]  # a day, ISO, and the key of a milestone


class Signal(NamedTuple):
    """Of one initiative: where it stands; whether its update in force asks for a decision, whether facts spoke against
    it when it was submitted, whether it rests on nothing; the dollars of this fiscal year that are forecast to lapse
    (0 where none are, or nobody knows); and its first milestones that are late, due this week, or in the next four."""

    key: int
    health: str
    asks: bool
    disputed: bool
    hollow: bool
    lapse: Decimal
    late: list[Dated]
    this_week: list[Dated]
    next: list[Dated]


def signals(scope: Scope, *, on: date) -> list[Signal]:
    """Those of the scope on that day, in the order of codes. Seven queries at most for all of them."""
    kept_at = place("signals", scope, on=on)
    if kept_at is None:
        return _signals(scope.selection, on=on)
    if kept_at.moving is None:
        return _read(of_revision(kept_at, lambda: _plain(_signals(scope.selection, on=on))))

    def renew(then: list[Signal], _number: int, few: Selection) -> list[Signal]:
        """Those that were touched as they are now, in the order that there is now."""
        known = {one.key: one for one in then} | {one.key: one for one in _signals(few, on=on)}
        return [known[key] for key in _keys(scope.selection)]

    # What the figures of the overview rest on decides all of this; `freshness` alone rests on every fact and update.
    way = Way(
        rests=rests([FIGURES[key] for key in OVERVIEW], scope.selection, on=on),
        make=lambda: _signals(scope.selection, on=on),
        renew=renew,
        pack=_plain,
        read=_read,
    )
    return carried(kept_at, scope, way)


def first(dated: Iterable[list[Dated]], number: int, *, but: Collection[int] = ()) -> list[int]:
    """The keys of that many milestones with the earliest days, without some."""
    return [key for _day, key in sorted(one for dates in dated for one in dates if one[1] not in but)[:number]]


def healths(initiatives: InitiativeQuerySet, *, on: date) -> dict[int, str]:
    """Where each of these stands on that day, by their keys, in the order of their codes. One query."""
    rows: Any = initiatives.with_health(on=on).order_by("code", "pk")
    return dict(rows.values_list("pk", "health"))


def kept_healths(scope: Scope, *, on: date) -> dict[int, str]:
    """The same of a scope, for a revision that is asked about again and again."""
    kept_at = place("healths", scope, on=on)
    if kept_at is None:
        return healths(scope.selection.initiatives, on=on)
    return dict(of_revision(kept_at, lambda: list(healths(scope.selection.initiatives, on=on).items())))


def _signals(selection: Selection, *, on: date) -> list[Signal]:
    initiatives = selection.initiatives
    asking, disputed = _flagged(initiatives, on=on)
    hollow = set(initiatives.hollow(on=on).order_by().values_list("pk", flat=True))
    lost = lapses(selection, on=on, year=fiscal_year(on))
    late = _first(_late(initiatives, on=on))
    week, following = (_first(_due(key, selection, on=on)) for key in ("milestones_due_this_week", "milestones_next"))
    return [
        Signal(
            key, health, key in asking, key in disputed, key in hollow, lost.get(key, _NOTHING),
            late.get(key, []), week.get(key, []), following.get(key, []),
        )
        for key, health in healths(initiatives, on=on).items()
    ]  # fmt: skip


def _flagged(initiatives: InitiativeQuerySet, *, on: date) -> tuple[set[int], set[int]]:
    """Who asks for a decision, and whose ratings are disputed: as `InitiativeQuerySet` says of each alone."""
    said = (
        StatusUpdate.objects.in_force_saying(ASKING | DISPUTED, on=on)
        .filter(initiative__in=initiatives.going_on().order_by().values("pk"))
        .order_by()
        .values_list("initiative_id", "decision_needed_en", "decision_needed_fr", "disagreements")
    )
    asking, disputed = set(), set()
    for initiative, english, french, disagreements in said:
        if english or french:
            asking.add(initiative)
        if disagreements:
            disputed.add(initiative)
    return asking, disputed


def _late(initiatives: InitiativeQuerySet, *, on: date) -> Iterable[tuple[Any, ...]]:
    """Milestones of the figure `milestones_late`, those first that are late by most days."""
    counted = Milestone.objects.filter(initiative__in=initiatives.order_by().values("pk")).counted(on=on)
    unmet: Any = counted.unmet(on=on).with_dates().order_by()
    try:
        sql, parameters = unmet.values_list("initiative_id", "planned_on", "pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    return fetched((_LATE.format(unmet=sql), (*parameters, on)))


def _due(key: str, selection: Selection, *, on: date) -> Iterable[tuple[Any, ...]]:
    """Milestones that a figure counts, by the day on which they are expected."""
    rows: Any = FIGURES[key].rows(selection, on).order_by("expected_on", "pk")
    found: Iterable[tuple[Any, ...]] = rows.values_list("initiative_id", "expected_on", "pk")
    return found


def _first(rows: Iterable[tuple[Any, ...]]) -> Mapping[int, list[Dated]]:
    """The first of each initiative; of each row its initiative, a day and its own key."""
    found: dict[int, list[Dated]] = defaultdict(list)
    for initiative, day, key in rows:
        if len(found[initiative]) < MOST:
            found[initiative].append((day.isoformat(), key))
    return found


def _keys(selection: Selection) -> list[int]:
    return list(selection.initiatives.order_by("code", "pk").values_list("pk", flat=True))


def _plain(found: Iterable[Signal]) -> list[tuple[Any, ...]]:
    return [(*one[:5], str(one.lapse), *one[6:]) for one in found]


def _read(plain: Iterable[list[Any]]) -> list[Signal]:
    # Most have no such milestone: what is empty stays, for ten thousand empty lists take a while to make.
    return [
        Signal(
            key, health, asks, disputed, hollow, Decimal(lapse) if lapse != "0" else _NOTHING,
            late and _dated(late), week and _dated(week), following and _dated(following),
        )
        for key, health, asks, disputed, hollow, lapse, late, week, following in plain
    ]  # fmt: skip


def _dated(plain: Iterable[list[Any]]) -> list[Dated]:
    return [(day, key) for day, key in plain]
