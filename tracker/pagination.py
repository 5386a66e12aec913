"""Keyset pages: the same cost at any depth, and no row skipped or doubled while others write."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

import orjson
from django.db import connection
from django.db.models import (
    BooleanField,
    DateField,
    DateTimeField,
    DecimalField,
    Field,
    IntegerField,
    Model,
    Q,
    QuerySet,
)
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.views import APIView

from tracker.errors import Invalid
from tracker.row_json import Statement, compose
from tracker.tabular import Column

DEFAULT, LIMIT = 100, 1000
MOST_KEYS = 3  # that an order may name
LONGEST = 8000  # characters of a cursor
BIGINT = 2**63
SINCE = r"^r[1-9][0-9]{0,17}(@[0-9]{4}-[0-9]{2}-[0-9]{2})?(~[0-9a-f]{8})?$"


@dataclass(frozen=True)
class Page:
    """Rows of one page, each the text of a JSON object; `after` is where it ended, empty on the last page."""

    rows: list[str]
    after: str


@dataclass(frozen=True)
class Key:
    """One key of a list's order."""

    path: str
    descending: bool
    field: "Field[Any, Any]"
    nullable: bool

    def equal(self, value: Any) -> Q:
        """Rows with this value of the key."""
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})

    def beyond(self, value: Any) -> Q:
        """Rows that come later by this key alone. PostgreSQL puts null last, and first when descending."""
        if value is None:
            return Q(**{f"{self.path}__isnull": False}) if self.descending else Q(pk__in=[])
        later = Q(**{f"{self.path}__{'lt' if self.descending else 'gt'}": value})
        if self.nullable and not self.descending:
            later |= Q(**{f"{self.path}__isnull": True})
        return later

    def not_before(self, value: Any) -> Q:
        """Rows that do not come earlier by this key alone, where that is one comparison."""
        if self.nullable:
            return Q()
        return Q(**{f"{self.path}__{'lte' if self.descending else 'gte'}": value})

    def bound(self, value: Any) -> Any:
        """The value as the driver takes it."""
        return self.field.get_db_prep_value(value, connection)

    def read(self, value: Any) -> Any:
        """A cursor's value as this key has it. Raises `ValueError` for one that it cannot have."""
        if value is None:
            fits = self.nullable
        elif isinstance(self.field, DateTimeField):
            value = datetime.fromisoformat(value)
            fits = value.tzinfo is not None
        elif isinstance(self.field, DateField):
            return date.fromisoformat(value)
        elif isinstance(self.field, DecimalField):
            value = Decimal(value)
            fits = value.is_finite()
        elif isinstance(self.field, BooleanField):
            fits = isinstance(value, bool)
        elif isinstance(self.field, IntegerField):
            fits = isinstance(value, int) and not isinstance(value, bool) and -BIGINT <= value < BIGINT
        else:
            fits = isinstance(value, str) and "\0" not in value
        if not fits:
            raise ValueError(value)
        return value


# Which values of a cursor are null; nothing without one.
Pattern = tuple[bool, ...] | None


def _pattern(values: Sequence[Any]) -> Pattern:
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
        """In the order in which `_beyond` names them: what is null is not bound, nor what nothing lies beyond."""
        given = [() if value is None else (key.bound(value),) for key, value in zip(self.keys, values, strict=True)]
        found = list(() if self.keys[0].nullable else given[0])
        for index, (key, value) in enumerate(zip(self.keys, values, strict=True)):
            if value is not None or key.descending:
                found += [one for part in given[: index + 1] for one in part]
        return tuple(found)


class KeysetPagination(BasePagination):
    """`?limit=` (1 to 1,000, default 100) and `?after=` (from the `next` of the page before). All pages of one walk
    read the revision, and where rows depend on it the day, of the first: `next` carries both."""

    def page(self, rows: QuerySet[Any], columns: Sequence[Column], query: QueryDict) -> Page:
        """One page."""
        return self.read(self.statement(rows, columns, query), query)

    def statement(self, rows: QuerySet[Any], columns: Sequence[Column], query: QueryDict) -> Statement:
        """What reads a page and one row more. The rows must be ordered, their last key unique."""
        keys, after = order_of(rows), query.get("after", "")
        values = _read(keys, after) if after else []
        if after:
            rows = rows.filter(_beyond(keys, values))
        # The keys are read beside the columns: a row without them could not say where it stands.
        found = compose(rows[: limit_of(query) + 1], columns, [key.path for key in keys])
        return replace(found, place=Place(tuple(keys), _pattern(values)).of(found, values)) if after else found

    def asked(self, query: QueryDict) -> Pattern:
        """Of what kind the cursor is: pages of one kind differ by what is bound, by nothing else. Raises `Invalid`."""
        after = query.get("after", "")
        try:
            return _pattern(of_cursor(after)) if after else None
        except (binascii.Error, ValueError, TypeError) as error:
            raise no_such_page() from error

    def at(self, statement: Statement, query: QueryDict) -> Statement:
        """The statement, kept from another page of the walk, for this page. Raises `Invalid`."""
        place: Place | None = statement.place
        return place.moved(statement, _read(list(place.keys), query.get("after", ""))) if place else statement

    def read(self, statement: Statement, query: QueryDict) -> Page:
        """The page that the statement reads."""
        found, limit = statement.run(), limit_of(query)
        page = [row[0] for row in found[:limit]]
        return Page(page, to_cursor(found[limit - 1][1:]) if len(found) > limit else "")

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """How the schema describes a page."""
        return {
            "type": "object",
            "required": ["revision", "since", "next", "results"],
            "properties": {
                "revision": {"type": "integer", "description": "The revision that these rows show."},
                "on": {"type": "string", "format": "date", "description": "The day, where the rows depend on one."},
                "since": {
                    "type": "string",
                    "description": "What to send as `since` the next time, for what changes after this.",
                },
                "next": {
                    "type": ["string", "null"],
                    "description": "Path of the next page, at the same revision; null on the last.",
                },
                "results": schema,
                "gone": {
                    "type": "array",
                    "items": {"type": "integer"},
                    "description": "Only with `since`: keys of rows that the list held then and holds no more.",
                },
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The query parameters of every list."""
        orderable = cast(Any, view).dataset.orderable
        return [
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "description": "Rows per page.",
                "schema": {"type": "integer", "minimum": 1, "maximum": LIMIT, "default": DEFAULT},
            },
            {
                "name": "after",
                "in": "query",
                "required": False,
                "description": "Where the page before ended; taken unchanged from its `next`.",
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
            },
            {
                "name": "since",
                "in": "query",
                "required": False,
                "description": "Only what changed since: taken unchanged from the `since` of an earlier answer. `gone` "
                "then names the rows that are not in the list any more. Not together with `ordering`.",
                "schema": {"type": "string", "pattern": SINCE},
            },
            {
                "name": "ordering",
                "in": "query",
                "required": False,
                "style": "form",
                "explode": False,
                "description": "Up to three columns, `-` before one that descends; then by key.",
                "schema": {
                    "type": "array",
                    "maxItems": MOST_KEYS,
                    "items": {"type": "string", "enum": [f"{sign}{name}" for name in orderable for sign in ("", "-")]},
                },
            },
        ]


def order_of(rows: QuerySet[Any]) -> list[Key]:
    """The keys that the rows are ordered by."""
    return [_key(rows.model, str(name)) for name in rows.query.order_by]


def _key(model: type[Model], name: str) -> Key:
    path, nullable = name.lstrip("-"), False
    field: Any = None
    for part in path.split("__"):
        field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        nullable = nullable or field.null
        model = field.related_model or model
    while field.is_relation:
        field = field.target_field
    return Key(path, name.startswith("-"), field, nullable)


def in_order(rows: QuerySet[Any], orderable: Mapping[str, str], names: str) -> QuerySet[Any]:
    """The rows by the columns that `ordering=-effective_on,code` names, `-` for descending, and at last by their key;
    in the list's own order when none is named. Raises `Invalid` for other columns, and for more than three."""
    if not names:
        return rows
    wanted = [name.strip() for name in names.split(",")]
    unknown = [name for name in wanted if name.removeprefix("-") not in orderable]
    if unknown or len(wanted) > MOST_KEYS:
        message = _("Known are: %(known)s; - before one turns it round.") % {"known": ", ".join(orderable)}
        if len(wanted) > MOST_KEYS:
            message = _("Name at most %(most)d columns.") % {"most": MOST_KEYS}
        raise Invalid(_("The list cannot be ordered so."), fields={"ordering": message}, code="bad_ordering")
    paths = [("-" if name.startswith("-") else "") + orderable[name.removeprefix("-")] for name in wanted]
    return rows.order_by(*paths, "pk")


def limit_of(query: QueryDict) -> int:
    """`?limit=`. Raises `Invalid`."""
    text = query.get("limit", "")
    if not text:
        return DEFAULT
    # Four digits hold every limit; more are refused before they are turned into a number.
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(LIMIT)) else 0
    if not 1 <= number <= LIMIT:
        message = _("Write a whole number from 1 to %(limit)s.") % {"limit": LIMIT}
        raise Invalid(_("The page cannot be that long."), fields={"limit": message}, code="bad_page")
    return number


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


def _beyond(keys: Sequence[Key], values: Sequence[Any]) -> Q:
    """`(a, b, c) > (x, y, z)` in the order's own directions."""
    beyond, equal = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        beyond |= equal & key.beyond(value)
        equal &= key.equal(value)
    # Follows from the rest, but only so can an index begin where the page does.
    return keys[0].not_before(values[0]) & beyond


def _read(keys: list[Key], after: str) -> list[Any]:
    try:
        return [key.read(value) for key, value in zip(keys, of_cursor(after), strict=True)]
    except (binascii.Error, ValueError, TypeError, InvalidOperation) as error:
        raise no_such_page() from error
