"""The rows of a difference as people read them: what each is, where it stands, and its revisions in words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby, product

from django.db.models import Model

from reports.differences.difference import Difference, Moved
from reports.differences.parts import Touch
from reports.explanations import ExplainedRow, explained
from reports.figures import Figure
from reports.figures.scopes import NoSuchScope, Scope, find_scope
from reports.history import KINDS, Asked, Change, Event, Step, told_events
from reports.history.subjects import Subject
from tracker.models import User
from tracker.permissions import knows_why
from tracker.timemachine import as_of

_RANKS: dict[type[Model], int] = {kind.model: rank for rank, kind in enumerate(KINDS)}
_Shown = dict[tuple[type[Model], int], tuple[ExplainedRow, int]]


@dataclass(frozen=True)
class ToldRow:
    """A row that moved, what it is and where it was shown last, `at` which revision; and the revisions that moved it,
    newest first, each with the changes that the reader may see and with all that it touched."""

    moved: Moved
    row: ExplainedRow
    at: int
    traced: tuple[tuple[Step, tuple[Touch, ...]], ...]

    @property
    def steps(self) -> list[Step]:
        """The revisions alone."""
        return [step for step, _touches in self.traced]


def told_rows(difference: Difference, rows: Iterable[Moved], *, user: User, known: int) -> list[ToldRow]:
    """These rows of a difference, for somebody who reads it by that revision; a bounded number of queries."""
    listed = list(rows)
    shown = _shown(difference, listed, user=user)
    changes = _changes(difference, listed, user=user, known=known)
    return [
        ToldRow(moved, *shown[moved.model, moved.key], tuple(_traced(moved, changes, user=user)))
        for moved in listed
        if (moved.model, moved.key) in shown
    ]


def _shown(difference: Difference, rows: list[Moved], *, user: User) -> _Shown:
    """Each as it stood last: at the second point, else on the way there, else at the first."""
    wanted: dict[type[Model], set[int]] = {}
    for row in rows:
        wanted.setdefault(row.model, set()).add(row.key)
    figures = {figure.version: figure for figure in reversed(difference.figures)}.values()
    days = dict.fromkeys(point.on for point in reversed(difference.points))
    found: _Shown = {}
    for point in sorted(difference.points, key=lambda point: point.order, reverse=True):
        with as_of(point.revision):
            try:
                scope = find_scope(difference.scope, user=user)
            except NoSuchScope:
                continue
            for figure, on in product(figures, days):
                _add(found, wanted, figure, scope, on=on, revision=point.revision)
    return found


def _add(
    found: _Shown, wanted: Mapping[type[Model], set[int]], figure: Figure, scope: Scope, *, on: date, revision: int
) -> None:
    rows = figure.rows(scope.selection, on)
    missing = {key for key in wanted.get(rows.model, ()) if (rows.model, key) not in found}
    if missing:
        for row in explained(rows.filter(pk__in=missing), figure):
            found[rows.model, row.id] = (replace(row, url=_at(row.url, revision)), revision)


def _at(url: str, revision: int) -> str:
    page, _hash, anchor = url.partition("#")
    return Subject("", page, anchor).at(revision)


def _changes(difference: Difference, rows: list[Moved], *, user: User, known: int) -> dict[Event, Change]:
    """The changes behind rows in words: the history of the plan, as far as the reader sees it today."""
    events = {event for row in rows for touch in row.touches if (event := _event(touch))}
    if not events:
        return {}
    plan = difference.scope.partition("/")[0]
    asked = Asked(find_scope(plan, user=user), user, known)
    return {change.event: change for change in told_events(asked, sorted(events, reverse=True))}


def _event(touch: Touch) -> Event | None:
    """The change as the history knows it; None for what it does not tell of a plan (organizations)."""
    rank = _RANKS.get(touch.model)
    return None if rank is None else Event(touch.revision.number, rank, touch.pk, gone=touch.new is None)


def _traced(moved: Moved, changes: Mapping[Event, Change], *, user: User) -> Iterator[tuple[Step, tuple[Touch, ...]]]:
    for _number, group in groupby(moved.touches, key=lambda touch: touch.revision.number):
        # What the reader is not shown (a draft, a hidden initiative) is no more told here than in the history.
        touches = tuple(touch for touch in group if (event := _event(touch)) is None or event in changes)
        if touches:
            revision = touches[0].revision
            found = [changes[event] for touch in touches if (event := _event(touch))]
            yield Step(revision, knows_why(user, revision), found), touches
