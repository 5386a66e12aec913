"""The page at another moment beside itself: what each figure was then, and where it is told why it differs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from pillars.models import Pillar, Plan
from reports.differences.points import NOW, Around, Point, find_point
from reports.explanations import lies_in
from reports.figures import FIGURES
from reports.figures.scopes import NoSuchScope, Scope, find_scope
from reports.figures.values import Amount, known_sum
from reports.panels import Board, board
from tracker.http import SignedInRequest
from tracker.models import User
from tracker.pages import linked
from tracker.timemachine import as_of


@dataclass(frozen=True)
class Was:
    """What stood in a cell at the other moment (None: unknown), and where the difference is explained."""

    value: Amount | None
    url: str


@dataclass(frozen=True)
class Comparison:
    """The other moment, and the figures of the page's scope `now` and as they were then: None where the page shows
    none, or the scope was not there yet. `here` is what the page itself shows, as a point of the history. `younger`:
    the codes of pillars that were not there then, of which nothing was known."""

    then: Point
    here: Point
    now: Board | None
    figures: Board | None
    stop_url: str
    all_url: str
    younger: frozenset[str] = frozenset()

    def was(self, url: str, value: Amount | None) -> Was | None:
        """What the cell was whose explanation lies at that address, if it was something else. None also for an address
        that explains something else than the value shown."""
        asked = _explained(url)
        if asked is None or self.now is None:
            return None
        key, scope, bucket = asked
        if value != _value(self.now, key, scope, bucket):
            return None
        known = self.figures is not None and scope not in self.younger
        before = _value(self.figures, key, scope, bucket) if self.figures and known else None
        return None if before == value else Was(before, self._why(key, scope, bucket))

    def _why(self, key: str, scope: str, bucket: str) -> str:
        first, second = sorted((self.then, self.here), key=lambda point: point.order)
        query = {"scope": scope, "from": first.pinned, "to": second.pinned, "bucket": bucket}
        given = {name: text for name, text in query.items() if text}
        return f"{reverse('figure-difference', args=[key])}?{urlencode(given)}"


def asked_point(request: HttpRequest, plan: Plan) -> Point | None:
    """The moment that `?compare=` names: as `as_of` takes it, or a rollup; None without. Raises `Invalid` naming the
    parameter."""
    text = request.GET.get("compare", "").strip()
    reader = cast(SignedInRequest, request)
    if not text:
        return None
    return find_point(text, name="compare", around=Around(plan, reader.moment, timezone.now()))


def compared(request: HttpRequest, scope: Scope, figures: Board | None = None) -> Comparison | None:
    """What `?compare=` asks this page to be compared with; None where it asks for nothing. Every figure of the page
    asks the request for it, and the page's head shows it. A page that calls this can be compared."""
    reader = cast(SignedInRequest, request)
    point = asked_point(request, scope.selection.plan)
    found = None
    if point is not None:
        here = Point("", reader.moment.on if figures is None else figures.on, reader.moment.revision, reader.moment.at)
        before = _figures(scope.code, reader.user, figures, point) if figures else None
        found = Comparison(
            point, here, figures, before, linked(request, compare=None), _side_by_side(scope, point, here),
            _younger(scope, point),
        )  # fmt: skip
    request.comparison = found  # type: ignore[attr-defined]  # for the page's tags and head, in whatever template
    return found


@contextmanager
def back_at(point: Point) -> Iterator[None]:
    """Every query inside reads what was known at that point."""
    with as_of(point.revision):
        yield


def _figures(code: str, user: User, figures: Board, point: Point) -> Board | None:
    with back_at(point):
        try:
            scope = find_scope(code, user=user, past=True)
        except NoSuchScope:
            return None
        return board(scope, on=point.on, keys=figures.keys)


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


def _explained(url: str) -> tuple[str, str, str] | None:
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


def _value(figures: Board, key: str, scope: str, bucket: str) -> Amount | None:
    """What a board says of a cell; None where it says nothing."""
    if key not in figures.keys:
        return None
    result = figures.panel(key, scope).result
    if not bucket or bucket in result.cells:
        return result.cells[bucket] if bucket else result.total
    return known_sum(value for cell, value in result.cells.items() if lies_in(bucket, cell)) if result.adds else None
