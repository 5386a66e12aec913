"""The page at another moment beside itself: what each figure was then, and where it is told why it differs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Self, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pillars.models import Pillar, Plan
from reports.differences import Difference, Part, differences
from reports.differences.points import NOW, Around, Point, find_point
from reports.explanations import ANY, lies_in
from reports.figures import FIGURES
from reports.figures.scopes import NoSuchScope, Scope, find_scope
from reports.figures.values import Amount, known_sum
from reports.panels import Board, Cell, board
from tracker import formats
from tracker.errors import Invalid
from tracker.filters import effective_date
from tracker.http import SignedInRequest
from tracker.models import User
from tracker.pages import linked
from tracker.timemachine import as_of

# Scopes of more initiatives than this leave the reasons to the pages that the marks lead to: each is looked for among
# all rows of the figure at both ends, which would keep a reader of a large plan waiting.
EXPLAINED = 200

Place = tuple[str, str, str]  # figure, code of the scope, bucket


@dataclass(frozen=True)
class Was:
    """What stood in a cell at the other moment (None: unknown), where the difference is explained, and what made most
    of it, in words; empty where only that page tells."""

    value: Amount | None
    url: str
    reason: str = ""


@dataclass(frozen=True)
class Cells:
    """What a page that adds up its figures itself says on a day, cell by cell; what is not known is left out."""

    on: date
    values: Mapping[Place, Amount | None]

    @classmethod
    def of(cls, cells: Iterable[Cell], *, on: date) -> Self:
        """Told apart by their explanations."""
        told = ((_explained(cell.url), cell.value) for cell in cells)
        return cls(on, {place: value for place, value in told if place is not None})


Shown = Board | Cells


@dataclass(frozen=True)
class Comparison:
    """The other moment, and the figures of the page `now` and as they were then: None where the page shows none, or
    the scope was not there yet. `here` is what the page itself shows, as a point of the history. `younger`: the codes
    of pillars that were not there then, of which nothing was known."""

    then: Point
    here: Point
    scope: Scope
    user: User = field(repr=False)
    now: Shown | None
    figures: Shown | None
    stop_url: str
    all_url: str
    younger: frozenset[str] = frozenset()

    def was(self, url: str, value: Amount | None) -> Was | None:
        """What the cell was whose explanation lies at that address, if it was something else. None also for an address
        that explains something else than the value shown."""
        place = _explained(url)
        if place is None or self.now is None or value != _value(self.now, place):
            return None
        before = _value(self.figures, place) if self.figures and place[1] not in self.younger else None
        return None if before == value else self._was(before, place)

    def why(self, key: str, scope: str, bucket: str = "") -> str:
        """Where it is told why a figure of that scope, or one of its buckets, is not what it was."""
        first, second = sorted((self.then, self.here), key=lambda point: point.order)
        query = {"scope": scope, "from": first.pinned, "to": second.pinned, "bucket": _own_bucket(key, bucket)}
        given = {name: text for name, text in query.items() if text}
        return f"{reverse('figure-difference', args=[key])}?{urlencode(given)}"

    @property
    def gone(self) -> list[tuple[str, str, Was]]:
        """Cells of which something was known then and nothing is now, so that they stand nowhere on the page: figure,
        bucket, and what it was."""
        now, then = (_cells(side, self.scope.code) for side in (self.now, self.figures))
        return [
            (key, bucket, self._was(value, (key, self.scope.code, bucket)))
            for (key, bucket), value in then.items()
            if value is not None and now.get((key, bucket)) is None
        ]

    def _was(self, before: Amount | None, place: Place) -> Was:
        return Was(before, self.why(*place), self._reason(*place))

    def _reason(self, key: str, scope: str, bucket: str) -> str:
        """The part that most of the difference lies in."""
        found = self._differences.get(key) if scope == self.scope.code else None
        if found is None:
            return ""
        sums: dict[Part, Amount] = {}
        for cell in found.cells:
            if lies_in(bucket, cell.bucket):
                for part, change in cell.parts.items():
                    sums[part] = sums.get(part, 0) + change
        if not sums:
            return ""
        most = max(sums, key=lambda part: abs(Decimal(sums[part])))
        alone = not any(change for part, change in sums.items() if part is not most)
        return str(most.label) if alone else _("mostly: %(part)s") % {"part": most.label}

    @cached_property
    def _differences(self) -> Mapping[str, Difference]:
        """Of each of the page's own figures that differs, by its key: asked for once, when the first mark is made."""
        now, then = (_cells(side, self.scope.code) for side in (self.now, self.figures))
        keys = sorted({key for key, bucket in {*now, *then} if now.get((key, bucket)) != then.get((key, bucket))})
        if not keys or self.scope.selection.initiatives.count() > EXPLAINED:
            return {}
        listed, _scope = differences(keys, self.scope.code, user=self.user, points=(self.then, self.here))
        return {one.figure.key: one for one in listed}


def asked_point(request: HttpRequest, plan: Plan) -> Point | None:
    """The moment that `?compare=` names: as `as_of` takes it, or a rollup; None without. Raises `Invalid` naming the
    parameter, also for what comes after the moment that the page shows: nothing was known of it there."""
    text = request.GET.get("compare", "").strip()
    reader = cast(SignedInRequest, request)
    if not text:
        return None
    found = find_point(text, name="compare", around=Around(plan, reader.moment, timezone.now()))
    if not reader.moment.live and "@" not in text and found.on > reader.moment.on:
        message = _("This page shows what was known on %(day)s. Compare it with an earlier moment.")
        raise Invalid(
            _("There is no such point in the history."),
            fields={"compare": message % {"day": formats.iso_date(reader.moment.on)}}, code="bad_point",
        )  # fmt: skip
    return found


def compared(
    request: HttpRequest,
    scope: Scope,
    figures: Shown | None = None,
    *,
    before: Callable[[Point], Shown | None] | None = None,
) -> Comparison | None:
    """What `?compare=` asks this page to be compared with; None where it asks for nothing. Every figure of the page
    asks the request for it, and the page's head shows it. A page that calls this can be compared. `before` says what
    a page that adds up its figures itself showed at a point; it is called while every query reads what was known
    there."""
    reader = cast(SignedInRequest, request)
    point = asked_point(request, scope.selection.plan)
    found = None
    if point is not None:
        here = Point("", effective_date(request), reader.moment.revision, reader.moment.at)
        found = Comparison(
            then=point,
            here=here,
            scope=scope,
            user=reader.user,
            now=figures,
            figures=_figures(scope.code, reader.user, figures, point, before),
            stop_url=linked(request, compare=None),
            all_url=_side_by_side(scope, point, here),
            younger=_younger(scope, point),
        )
    request.comparison = found  # type: ignore[attr-defined]  # for the page's tags and head, in whatever template
    return found


@contextmanager
def back_at(point: Point) -> Iterator[None]:
    """Every query inside reads what was known at that point."""
    with as_of(point.revision):
        yield


def _figures(
    code: str, user: User, figures: Shown | None, point: Point, before: Callable[[Point], Shown | None] | None
) -> Shown | None:
    if figures is None:
        return None
    with back_at(point):
        if before is not None:
            return before(point)
        try:
            scope = find_scope(code, user=user, past=True)
        except NoSuchScope:
            return None
        if not isinstance(figures, Board):
            return None
        return board(scope, on=point.on, keys=figures.keys, versions=point.versions)


def _younger(scope: Scope, point: Point) -> frozenset[str]:
    """The codes of a plan's pillars that were not there yet: no zero of theirs was known."""
    if not scope.whole_plan:
        return frozenset()
    numbers = Pillar.objects.filter(plan=scope.selection.plan).values_list("number", flat=True)
    now = set(numbers)
    with back_at(point):
        then = set(numbers.all())
    return frozenset(f"{scope.code}/{number}" for number in now - then)


def _side_by_side(scope: Scope, point: Point, here: Point) -> str:
    """The page of every figure at both moments, on the day of this one."""
    plan = scope.selection.plan.code
    query = {"from": point.pinned, "to": f"{NOW}@{here.on.isoformat()}"}
    if scope.code != plan:
        query["scope"] = scope.code
    return f"{reverse('compare', args=[plan])}?{urlencode(query)}"


def _explained(url: str) -> Place | None:
    """The figure, scope and bucket that an explanation is of; None for another address."""
    parts = urlsplit(url)
    query: Mapping[str, str] = dict(parse_qsl(parts.query))
    try:
        match = resolve(parts.path)
    except Resolver404:
        return None
    if match.url_name != "explain" or "scope" not in query or "as_of" in query:
        return None
    key = str(match.kwargs["key"])
    return (key, query["scope"], query.get("bucket", "")) if key in FIGURES else None


def _value(shown: Shown, place: Place) -> Amount | None:
    """What a page says of a cell; None where it says nothing. The first parts of a bucket's key stand for all that
    begin so, where they add up."""
    if isinstance(shown, Cells):
        return shown.values.get(place)
    key, scope, bucket = place
    if key not in shown.keys:
        return None
    result = shown.panel(key, scope).result
    if not bucket:
        return result.total
    if bucket in result.cells or not result.adds:
        return result.cells.get(bucket)
    return known_sum(value for name, value in result.cells.items() if lies_in(bucket, name))


def _cells(shown: Shown | None, scope: str) -> dict[tuple[str, str], Amount | None]:
    """Every cell of a scope that a page shows, by figure and bucket."""
    if shown is None:
        return {}
    if isinstance(shown, Cells):
        return {(key, bucket): value for (key, code, bucket), value in shown.values.items() if code == scope}
    return {
        (key, bucket): value
        for key in shown.keys
        for bucket, value in shown.panel(key, scope).result.cells.items()
    }  # fmt: skip


def _own_bucket(key: str, bucket: str) -> str:
    """The bucket, if it is one cell of the figure; empty for what stands for several, or for a part of one: the page of
    the whole figure tells of each."""
    parts = bucket.split("/")
    return bucket if len(parts) == len(FIGURES[key].buckets) and ANY not in parts else ""
