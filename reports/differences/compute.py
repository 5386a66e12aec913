"""The way from one point to another, in three legs: another rule, other knowledge of the same day, another day.

Each leg ends where the next begins, so that what rows add to the difference adds up to it by construction. Its cost is
a query for each figure and state of it, and one for each path along which facts feed rows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Model

from reports.differences.difference import Difference, Moved, State
from reports.differences.parts import Part, part_later, part_of
from reports.differences.points import Point
from reports.differences.touches import Span, Traces, Wanted
from reports.explanations import of_the_scope
from reports.figures import Figure, Result
from reports.figures.declaration import bucket_of
from reports.figures.scopes import NoSuchScope, Scope, find_scope
from reports.figures.values import Amount
from tracker.models import User
from tracker.timemachine import as_of


@dataclass(frozen=True)
class _Way:
    """A figure along the legs. States: at the first point; by the rule of the second; as known at the second; on the
    day of the second. `foreseen`: that last day by the knowledge of the first point."""

    figures: tuple[Figure, Figure]
    models: tuple[type[Model], type[Model]]
    start: State
    ruled: State
    known: State
    end: State
    foreseen: State

    @property
    def restated(self) -> frozenset[int]:
        return _differing(self.ruled, self.known)

    @property
    def later(self) -> frozenset[int]:
        return _differing(self.known, self.end)


def differences(
    keys: Iterable[str], code: str, *, user: User, points: tuple[Point, Point]
) -> tuple[list[Difference], Scope]:
    """The difference of each of these figures for the scope of that code, and the scope as it was found last. From a
    later point to an earlier one, every part has the other sign. Raises `NoSuchScope` when it is at neither point."""
    if points[1].order < points[0].order:
        found, scope = differences(keys, code, user=user, points=points[::-1])
        return [one.reversed() for one in found], scope
    wanted = list(keys)
    first, second = points
    old, starts = _at(first, code, user, [(first.figure(key), second.figure(key)) for key in wanted], second)
    new, ends = _at(second, code, user, [(second.figure(key), second.figure(key)) for key in wanted], first)
    known = new or old
    if known is None:
        raise NoSuchScope(*_refusal(code, user))
    ways = []
    for key, before, after in zip(wanted, starts, ends, strict=True):
        one, other = before or after, after or before
        assert one is not None and other is not None  # noqa: S101, PT018 - a scope that was found has its rows
        ways.append(
            _Way(
                figures=(first.figure(key), second.figure(key)),
                models=(one.models[0], other.models[1]),
                start=before.own if before else {},
                ruled=before.ruled if before else {},
                known=after.other_day if after else {},
                end=after.own if after else {},
                foreseen=before.other_day if before else {},
            )
        )
    traces = Traces(
        (Wanted(way.figures[1], way.models[1], way.restated | way.later) for way in ways),
        kind=known.kind,
        span=Span(first.revision, second.revision),
    )
    answered = [
        Difference(
            scope=code,
            points=points,
            figures=way.figures,
            before=None if old is None else _result(way.figures[0], way.start),
            after=None if new is None else _result(way.figures[1], way.end),
            moved=tuple(_moved(way, traces, known, first)),
        )
        for way in ways
    ]
    return answered, known


def _refusal(code: str, user: User) -> tuple[str]:
    """In the words of the scopes themselves."""
    try:
        find_scope(code, user=user, past=True)
    except NoSuchScope as error:
        return (str(error.message),)
    return ("",)


@dataclass(frozen=True)
class _States:
    """A figure by one knowledge: on the point's day, the same by the other version, and by that on the other day; and
    what its rows are by either version."""

    own: State
    ruled: State
    other_day: State
    models: tuple[type[Model], type[Model]]


def _at(
    point: Point, code: str, user: User, wanted: list[tuple[Figure, Figure]], other: Point
) -> tuple[Scope | None, list[_States | None]]:
    """What was known at a point, of each figure in its own version and in that by which the way goes on. A scope that
    was not there has nothing."""
    with as_of(point.revision):
        try:
            scope = find_scope(code, user=user)
        except NoSuchScope:
            return None, [None for _one in wanted]
        found: list[_States | None] = []
        for own, ruling in wanted:
            rows, start = state(own, scope, on=point.on)
            ruled_rows, ruled = (rows, start) if ruling is own else state(ruling, scope, on=point.on)
            other_day = ruled if other.on == point.on else state(ruling, scope, on=other.on)[1]
            found.append(_States(start, ruled, other_day, (rows, ruled_rows)))
        return scope, found


def state(figure: Figure, scope: Scope, *, on: date) -> tuple[type[Model], State]:
    """What the rows of a figure are, and what each adds on a day, by the knowledge that is being read."""
    rows = figure.rows(scope.selection, on)
    own = rows if scope.whole_plan else rows.filter(of_the_scope(figure, scope))
    found = (
        own.order_by()
        .values("pk", *figure.buckets)
        .annotate(figure_value=figure.value())
        .values_list("pk", "figure_value", *figure.buckets)
    )
    return rows.model, {pk: (bucket_of(names), value) for pk, value, *names in found}


def _differing(before: State, after: State) -> frozenset[int]:
    return frozenset(key for key in {*before, *after} if before.get(key) != after.get(key))


def _moved(way: _Way, traces: Traces, scope: Scope, first: Point) -> Iterator[Moved]:
    zone, (old, new) = scope.selection.plan.zone, way.models
    yield from _ruled(way, old, new)
    touched = traces.touches(Wanted(way.figures[1], new, way.restated | way.later))
    for key in sorted(way.restated):
        touches = touched.get(key, ())
        part = part_of(touches, on=first.on, zone=zone)
        yield Moved(new, key, part, way.ruled.get(key), way.known.get(key), touches)
    for key in sorted(way.later):
        # What was known before would have said the same of the later day: the day alone has made it so.
        passed = way.foreseen.get(key) == way.end.get(key)
        touches = () if passed else touched.get(key, ())
        part = Part.TIME if passed else part_later(touches, on=first.on, zone=zone)
        yield Moved(new, key, part, way.known.get(key), way.end.get(key), touches)


def _ruled(way: _Way, old: type[Model], new: type[Model]) -> Iterator[Moved]:
    """Another version may even count other things: then all that was counted goes, and all that is comes."""
    if old is new:
        for key in sorted(_differing(way.start, way.ruled)):
            yield Moved(new, key, Part.RULE, way.start.get(key), way.ruled.get(key))
        return
    yield from (Moved(old, key, Part.RULE, side, None) for key, side in sorted(way.start.items()))
    yield from (Moved(new, key, Part.RULE, None, side) for key, side in sorted(way.ruled.items()))


def _result(figure: Figure, found: State) -> Result:
    """The figure from its rows, as `compute` adds them up; coverage left out."""
    nothing = figure.unit.nothing
    cells: dict[str, Amount | None] = dict.fromkeys(figure.known or ([] if nothing is None else [""]), nothing)
    for bucket, value in found.values():
        known = cells.get(bucket)
        cells[bucket] = value if known is None else known if value is None else known + value
    return Result(cells if figure.known else dict(sorted(cells.items())), None, figure.adds)
