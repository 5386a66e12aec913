"""Following a list: what changed in it since a revision, and which of its rows are gone.

The promise: who puts every row of `results` in the place of the one with its key, and takes away the rows whose keys
are `gone`, ends with exactly the rows of the list as of the answer's revision, whatever is committed meanwhile.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from tracker.cursors import no_such_page, of_cursor, to_cursor
from tracker.datasets import Dataset
from tracker.errors import Invalid, Refused
from tracker.filters import iso_date
from tracker.models import Revision, RoleGrant, User
from tracker.ordering import BIGINT
from tracker.row_json import read_json
from tracker.tabular import Column
from tracker.timemachine import as_of, sight_since
from tracker.timemachine.changes import Span, touched, touched_models

_SINCE = re.compile(r"r([1-9][0-9]{0,17})(?:@(.*?))?(?:~([0-9a-f]{8}))?", re.ASCII)
_CURSOR = "since"


class AccessChanged(Refused):
    """What the reader may see is not what it was: rows may lack that nobody touched."""

    status = 410
    code = "access_changed"


@dataclass(frozen=True)
class State:
    """What a list was read at: the revision, the day where its rows depend on one, and a digest of what the reader may
    see (empty: not said)."""

    revision: int
    on: date | None
    access: str

    def __str__(self) -> str:
        day = f"@{self.on.isoformat()}" if self.on else ""
        return f"r{self.revision}{day}" + (f"~{self.access}" if self.access else "")


def access_of(user: User) -> str:
    """A digest of all that the person's grants allow, within the plans of the token."""
    return hashlib.sha256(repr(sorted(user.access.grants)).encode()).hexdigest()[:8]


def state_of(text: str, *, now: State, asked_on: date | None, user: User) -> State:
    """What `since` names, for a list that is read at `now`. Raises `Invalid`, and `AccessChanged`.

    `asked_on` is the `on` of the query: it stands for the day that `since` leaves out.
    """
    match = _SINCE.fullmatch(text)
    if match is None:
        raise _bad(_("Take it unchanged from the “since” of an earlier answer, such as %(now)s.") % {"now": now})
    number, day, access = int(match[1]), match[2], match[3] or ""
    if number > now.revision:
        raise _bad(_("r%(number)d lies after what is asked for, r%(now)d.") % {"number": number, "now": now.revision})
    if not Revision.objects.filter(number=number).exists():
        raise _bad(_("There is no revision r%(number)d.") % {"number": number})
    then = State(number, _day(day, now=now, asked_on=asked_on), access)
    same = access == now.access if access else not RoleGrant.objects.changed_since(number, user_id=user.pk)
    if not same:
        raise AccessChanged(
            _("What you may see is not what it was. Read the list whole once more, and follow it from there."),
            fields={"since": _("Leave it out once.")},
        )
    return then


def _day(text: str | None, *, now: State, asked_on: date | None) -> date | None:
    if now.on is None:
        if text is not None:
            raise _bad(_("This list depends on no day: leave out what follows @."))
        return None
    if text is None:
        if asked_on is None:
            raise _bad(_("Rows of this list depend on the day. Name the one that you have read: r57@2026-11-22."))
        return asked_on
    try:
        return iso_date(text)
    except ValidationError as error:
        raise _bad(" ".join(error.messages)) from error


def refuse_unfollowed(query: QueryDict, dataset: Dataset) -> None:
    """Raise `Invalid` for what cannot go together with `since`."""
    fields = {
        name: _("It depends on the hour, so that it cannot be followed. Leave it out.")
        for name in dataset.filters.by_the_clock
        if query.get(name)
    }
    if query.get("ordering"):
        fields["ordering"] = _("What changed comes by key. Leave it out.")
    if (chosen := query.get("fields")) and dataset.key not in [name.strip() for name in chosen.split(",")]:
        fields["fields"] = _("Name “%(key)s” too, by which rows are told apart.") % {"key": dataset.key}
    if query.get("after") and not query.get("as_of"):
        fields["after"] = _("Take it unchanged from the “next” of the page before.")
    if fields:
        raise Invalid(_("The list cannot be followed from there."), fields=fields, code="bad_since")


def _bad(message: str) -> Invalid:
    return Invalid(_("The list cannot be followed from there."), fields={"since": message}, code="bad_since")


@dataclass(frozen=True)
class Step:
    """One page of what changed: rows as JSON objects, keys that are gone, and where it ended, empty on the last."""

    rows: list[str]
    gone: list[int]
    after: str


Listing = Callable[[date | None], QuerySet[Any]]


@dataclass(frozen=True)
class Following:
    """A list between two states. `listing` gives its rows of a day, as the moment shows them that is open when it is
    called; this runs within the moment of `now`."""

    dataset: Dataset
    listing: Listing
    columns: Sequence[Column]
    then: State
    now: State

    def step(self, *, after: str, limit: int) -> Step:
        """What became of the next rows by key: of those that were touched, or that rest on what was, as they stood then
        or as they stand now; of all rows, where another day is asked about. At most `limit` keys are looked at. Costs
        the same number of queries for any number of rows."""
        begin, models = self._begin(after), self._models()
        if not (models or self._by_day):
            return Step([], [], "")
        touched, keys = self._next(models, self.now.on, begin, limit)
        with as_of(self.then.revision), sight_since(self.then.revision):
            others = self._next(models, self.then.on, begin, limit)
            touched |= others[0]
            found = sorted(touched | keys | others[1])
            page = found[:limit]
            held = self._rows(self.then.on, page)
        standing = self._rows(self.now.on, page)
        # A row that was touched is told even where it reads the same: the reader may not have been shown it then.
        rows = [row for key, row in standing.items() if key in touched or held.get(key) != row]
        end = to_cursor([*self._path, page[-1]]) if len(found) > limit else ""
        return Step(rows, [key for key in page if key in held and key not in standing], end)

    @property
    def _by_day(self) -> bool:
        return self.then.on != self.now.on

    @property
    def _path(self) -> list[Any]:
        """What the cursors of one walk begin with; no list's own cursor does."""
        return [_CURSOR, self.then.revision, self.now.revision]

    @property
    def _span(self) -> Span:
        return Span(self.then.revision, self.now.revision)

    def _models(self) -> set[type[Model]]:
        """Those on which the list rests and of which rows were touched."""
        if self.dataset.model is Revision:  # it is the history, and has none
            return {Revision} if self.then.revision < self.now.revision else set()
        return touched_models(self.dataset.feeds, self._span)

    def _begin(self, after: str) -> int:
        """The key that the page before ended with. Raises `Invalid` for a cursor of anything else."""
        if not after:
            return 0
        try:
            *path, key = of_cursor(after)
            if path != self._path or type(key) is not int or not 0 < key < BIGINT:
                raise ValueError(after)
        except (ValueError, TypeError) as error:
            raise no_such_page() from error
        return key

    def _next(self, models: set[type[Model]], on: date | None, begin: int, limit: int) -> tuple[set[int], set[int]]:
        """The first keys beyond `begin`, one more than the page holds: of rows that were touched or rest on what was,
        and of all rows of the list, where another day is asked about."""
        base = self.dataset.model._default_manager  # noqa: SLF001 - Django's own
        rows = [base.filter(condition) for condition in self._conditions(models)]
        listed = [self.listing(on)] if self._by_day else []
        return _first(rows, begin, limit + 1), _first(listed, begin, limit + 1)

    def _conditions(self, models: set[type[Model]]) -> Iterator[Q]:
        for model in models:
            if model is Revision:
                yield Q(number__gt=self.then.revision, number__lte=self.now.revision)
                continue
            for path in self.dataset.feeds[model]:
                yield Q(**{f"{path}__pk__in" if path else "pk__in": touched(model, self._span)})

    def _rows(self, on: date | None, keys: Sequence[int]) -> dict[int, str]:
        rows = self.listing(on).filter(pk__in=keys).order_by("pk")
        return {key: row for row, key in read_json(rows, self.columns, ["pk"])}


def _first(rows: Sequence[QuerySet[Any]], begin: int, count: int) -> set[int]:
    """The least keys beyond one, by one query."""
    parts = [one.filter(pk__gt=begin).order_by("pk").distinct().values_list("pk", flat=True)[:count] for one in rows]
    if len(parts) < 2:  # noqa: PLR2004 - nothing to join
        return set(parts[0]) if parts else set()
    return set(parts[0].union(*parts[1:]).order_by("pk")[:count])
