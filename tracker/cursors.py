"""Where a page ended: the keys of its last row, as an address carries them, and the rows that lie beyond."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import InvalidOperation
from typing import Any

import orjson
from django.db.models import BooleanField, Q
from django.utils.translation import gettext as _

from tracker.errors import Invalid
from tracker.ordering import Key
from tracker.row_json import Statement

LONGEST = 8000  # characters of a cursor
# Which values of a cursor are null; nothing without one.
Pattern = tuple[bool, ...] | None


def pattern_of(values: Sequence[Any]) -> Pattern:
    """Of what kind a cursor with these values is."""
    return tuple(value is None for value in values)


@dataclass(frozen=True)
class Place:
    """Where a statement holds a cursor's values: they are bound last of all."""

    keys: tuple[Key, ...]
    pattern: Pattern

    def of(self, statement: Statement, values: Sequence[Any]) -> "Place | None":
        """Itself, once it is seen that the statement holds them so."""
        if any(isinstance(key.field, BooleanField) for key in self.keys):
            return None  # is written out, not bound
        bound = self._bound(values)
        return self if bound and statement.params[-len(bound) :] == bound else None

    def moved(self, statement: Statement, values: Sequence[Any]) -> Statement:
        """The statement with other values in their place."""
        bound = self._bound(values)
        return replace(statement, params=(*statement.params[: -len(bound)], *bound))

    def _bound(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """In the order in which `beyond_cursor` names them: what is null is not bound, nor what nothing lies beyond."""
        given = [() if value is None else (key.bound(value),) for key, value in zip(self.keys, values, strict=True)]
        found = list(() if self.keys[0].nullable else given[0])
        for index, (key, value) in enumerate(zip(self.keys, values, strict=True)):
            if value is not None or key.descending:
                found += [one for part in given[: index + 1] for one in part]
        return tuple(found)


def to_cursor(keys: Sequence[Any]) -> str:
    """Where a page ended, as `after` has it."""
    told = orjson.dumps(tuple(keys), default=str, option=orjson.OPT_UTC_Z)
    return base64.urlsafe_b64encode(told).decode().rstrip("=")


def of_cursor(after: str) -> list[Any]:
    """What `to_cursor` was given. Raises `ValueError`."""
    if len(after) > LONGEST:
        raise ValueError(after)
    given = orjson.loads(base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True))
    if not isinstance(given, list):
        raise TypeError(given)
    return given


def no_such_page() -> Invalid:
    """What a cursor is told that no page gave."""
    message = _("Take it unchanged from the “next” of the page before.")
    return Invalid(_("The page cannot be found."), fields={"after": message}, code="bad_page")


def beyond_cursor(keys: Sequence[Key], values: Sequence[Any]) -> Q:
    """Rows that come later than a cursor's: `(a, b, c) > (x, y, z)` in the order's own directions."""
    beyond, equal = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        beyond |= equal & key.beyond(value)
        equal &= key.equal(value)
    # Follows from the rest, but only so can an index begin where the page does.
    return keys[0].not_before(values[0]) & beyond


def read_cursor(keys: list[Key], after: str) -> list[Any]:
    """The values of a cursor by these keys. Raises `Invalid` for one that no page of this order gave."""
    try:
        return [key.read(value) for key, value in zip(keys, of_cursor(after), strict=True)]
    except (binascii.Error, ValueError, TypeError, InvalidOperation) as error:
        raise no_such_page() from error
