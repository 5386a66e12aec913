"""What was known at an earlier revision, carried forward to the one that is shown: a revision touches few initiatives,
and all others stand as they stood.

`tests/reports/test_figures_carried.py` holds what is carried to what is computed whole, whatever happened in between.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Generic, TypeVar

import orjson
from django.db.models import F, Model

from reports.figures import store
from reports.figures.declaration import Figure, Selection
from reports.figures.feeds import end_of
from reports.figures.scopes import Scope
from reports.figures.store import Place
from tracker.models import Revision
from tracker.timemachine import as_of
from tracker.timemachine.changes import Span, touched, touched_models

T = TypeVar("T")
Mark = tuple[int, str]  # a revision: its number, and when it was made
# Of each figure, what its rows are: to put its query together takes longer than all else that is asked of it here.
_MODELS: dict[tuple[str, int], type[Model]] = {}

# Of scopes with fewer initiatives everything is computed as fast; with more of them touched, faster.
LEAST, MOST = 1_000, 300
# What is kept lies behind by up to so many revisions and initiatives, so that not each reader writes it.
BEHIND = 20
LASTS = 24 * 60 * 60  # seconds: a day, after which another day is asked about


@dataclass(frozen=True)
class Rest:
    """Rows that rest on what lies at the end of a path from them, itself where it is empty; and the way from them to
    their initiative's key."""

    model: type[Model]
    path: str
    initiative: str


@dataclass(frozen=True)
class Way(Generic[T]):
    """How something comes about. `make`: of the whole scope. `renew`: from what it was at the revision of that number,
    where of all initiatives at most those of the selection were touched since; None where it cannot be told so. `pack`
    and `read`: as plain values, and back."""

    rests: tuple[Rest, ...]
    make: Callable[[], T]
    renew: Callable[[T, int, Selection], T | None]
    pack: Callable[[T], Any]
    read: Callable[[Any], T]


@dataclass(frozen=True)
class _Held:
    """What is kept, and the revision at which it was so."""

    number: int
    at: str
    plain: Any


def carried(place: Place, scope: Scope, way: Way[T]) -> T:
    """The thing as the revision shows it that is read; kept for the newest one."""
    held = _held(place)
    known = _carried(held, place, scope, way) if held else None
    if known is not None:
        found, far = known
        if far:
            _keep(place, way.pack(found))
        return found
    made = way.make()
    if place.moving and scope.selection.initiatives.count() >= LEAST:
        _keep(place, way.pack(made))
    return made


def rests(figures: Iterable[Figure], selection: Selection, *, on: date) -> tuple[Rest, ...]:
    """What the rows of these figures rest on, by their declarations, and where they stand in the plan."""
    found: dict[Rest, None] = {}
    for figure in figures:
        named = figure.key, figure.version
        model = _MODELS[named] if named in _MODELS else _MODELS.setdefault(named, figure.rows(selection, on).model)
        below = f"{figure.owner}__" if figure.owner else ""
        paths = ("", *(feed.path for feed in figure.fed_by), figure.owner, f"{below}pillar", f"{below}plan")
        found |= dict.fromkeys(Rest(model, path, f"{below}pk") for path in paths)
    return tuple(found)


def _carried(held: _Held, place: Place, scope: Scope, way: Way[T]) -> tuple[T, bool] | None:
    """The thing, and whether what is kept lies far behind; None where it cannot be told from that."""
    if held.number == place.number:
        return way.read(held.plain), False
    keys = _touched((held.number, held.at), (place.number, place.at.isoformat()), way.rests, MOST)
    if keys is None:
        return way.read(held.plain), place.number - held.number >= BEHIND
    if len(keys) > MOST:
        return None
    few = replace(scope.selection, initiatives=scope.selection.initiatives.filter(pk__in=keys))
    found = way.renew(way.read(held.plain), held.number, few)
    return None if found is None else (found, max(place.number - held.number, len(keys)) >= BEHIND)


@lru_cache(maxsize=256)
def _touched(after: Mark, until: Mark, asked: tuple[Rest, ...], most: int) -> frozenset[int] | None:
    """The initiatives of rows that rested, or rest, on what was touched after the one revision and up to the other, if
    they are not more than so many; None where nothing was touched. For these revisions of this history that is the
    same for ever."""
    resting = _of_touched(asked, Span(after[0], until[0]), most)
    if not resting:
        return None
    keys = _initiatives(resting)
    with as_of(after[0]):
        return frozenset(keys | _initiatives(resting))


def _of_touched(asked: Iterable[Rest], span: Span, most: int) -> list[Any]:
    """Queries for the initiatives of rows that rest on what revisions of the span touched. One query, and none of
    these is run."""
    by_end: dict[type[Model], list[Rest]] = defaultdict(list)
    for rest in asked:
        by_end[end_of(rest.model, rest.path)].append(rest)
    return [
        rest.model._base_manager.filter(**{f"{rest.path}__pk__in" if rest.path else "pk__in": touched(model, span)})  # noqa: SLF001 - Django's own
        .order_by()
        .values_list(F(rest.initiative))
        .distinct()[: most + 1]
        for model in touched_models(by_end, span)
        for rest in by_end[model]
    ]  # fmt: skip


def _initiatives(queries: Sequence[Any]) -> set[int]:
    """What they find, without what is of no initiative. One query."""
    first, *others = (query.all() for query in queries)
    return {key for (key,) in (first.union(*others) if others else first) if key is not None}


def _held(place: Place) -> _Held | None:
    """What is kept of a revision of this very history, not after the one that is shown."""
    content = store.STORE.get(place.moving) if place.moving else None
    held = _Held(**orjson.loads(content)) if content else None
    if held is None or held.number > place.number:
        return None
    # Another database of the same name, as after a backup was put back, may have had another revision of that number.
    made = Revision.objects.filter(number=held.number).values_list("at", flat=True).first()
    return held if made is not None and made.isoformat() == held.at else None


def _keep(place: Place, plain: Any) -> None:
    if place.moving:
        held = {"number": place.number, "at": place.at.isoformat(), "plain": plain}
        store.STORE.put(place.moving, orjson.dumps(held), seconds=LASTS)
