"""Where what was computed is kept, and under which names: what depends on its scope, the day and the revision alone is
right for ever under these, and nothing has to be thrown away.

Only a transaction that cannot write asks here: another may have changed what it reads.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import orjson
from django.conf import settings
from django.db import connection

from reports.figures.scopes import Scope
from tracker.etags import by_parts, program
from tracker.valkey import Store

STORE = Store("figures", "every figure is computed anew")
_SHOWN = """select current_setting('transaction_read_only') = 'on', r.number, r.at,
    (select max(number) from public.tracker_revision)
    from public.tracker_revision r where r.number = coalesce(
        nullif(current_setting('tracker.revision', true), '')::bigint,
        (select max(number) from public.tracker_revision))"""


@dataclass(frozen=True)
class Place:
    """Where things of a scope and a day are kept. `parts`: what they depend on beside the revision, which is `number`,
    made `at` that instant; `newest` is the last that there is. `by_parts`: who reads sees what belongs to parts of the
    plan today."""

    parts: tuple[object, ...]
    number: int
    at: datetime
    newest: int
    by_parts: bool

    @cached_property
    def name(self) -> str:
        """Of what is known at that revision, and never changes."""
        return _digest(*self.parts, self.number, self.at, self.newest if self.by_parts else None)

    @cached_property
    def moving(self) -> str | None:
        """Of what was known at some revision and is carried forward to the newest; None where it cannot be."""
        return None if self.by_parts or self.number < self.newest else _digest(*self.parts)


def place(what: object, scope: Scope, *, on: date) -> Place | None:
    """Where that is kept, in the state that this transaction reads; None where nothing may be."""
    if not settings.FIGURE_CACHE_SECONDS:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN)
        shown = cursor.fetchone()
    if shown is None or not shown[0]:
        return None
    database = connection.settings_dict["NAME"]
    # Whose grants name no parts sees all of the plan, by whatever grants.
    sight = scope.sight if by_parts(scope.sight) else ()
    parts = (program(), database, on, scope.code, scope.selection.plan.pk, sight, what)
    _read_only, number, at, newest = shown
    return Place(parts, number, at, newest, bool(sight))


def of_revision(place: Place, make: Callable[[], Any]) -> Any:
    """Plain values as they were kept for that revision, else as `make` gives them now. Of many in this process who ask
    at once one makes them."""
    content = STORE.get_or_make(place.name, lambda: orjson.dumps(make()), seconds=settings.FIGURE_CACHE_SECONDS)
    return orjson.loads(content)


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
