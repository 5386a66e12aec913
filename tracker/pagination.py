"""Keyset pages: the same cost at any depth, and no row skipped or doubled while others write."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.db.models import BooleanField, DateField, DateTimeField, F, Field, IntegerField, Model, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.views import APIView

from tracker.errors import Invalid
from tracker.tabular import Column

DEFAULT, LIMIT = 100, 1000
LONGEST = 2000  # characters of a cursor
BIGINT = 2**63


@dataclass(frozen=True)
class Page:
    """Rows of one page, as tuples of their columns; `after` is where it ended, empty on the last page."""

    rows: list[tuple[Any, ...]]
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

    def read(self, value: Any) -> Any:
        """A cursor's value as this key has it. Raises `ValueError` for one that it cannot have."""
        if value is None:
            fits = self.nullable
        elif isinstance(self.field, DateTimeField):
            value = datetime.fromisoformat(value)
            fits = value.tzinfo is not None
        elif isinstance(self.field, DateField):
            return date.fromisoformat(value)
        elif isinstance(self.field, BooleanField):
            fits = isinstance(value, bool)
        elif isinstance(self.field, IntegerField):
            fits = isinstance(value, int) and not isinstance(value, bool) and -BIGINT <= value < BIGINT
        else:
            fits = isinstance(value, str) and "\0" not in value
        if not fits:
            raise ValueError(value)
        return value


class KeysetPagination(BasePagination):
    """`?limit=` (1 to 1,000, default 100) and `?after=` (from the `next` of the page before). All pages of one walk
    read the revision, and where rows depend on it the day, of the first: `next` carries both."""

    def page(self, rows: QuerySet[Any], columns: Sequence[Column], query: QueryDict) -> Page:
        """One page. The rows must be ordered, their last key unique."""
        limit, keys, after = _limit(query.get("limit", "")), order_of(rows), query.get("after", "")
        if after:
            rows = rows.filter(_beyond(keys, after))
        # The keys are read beside the columns: a row without them could not say where it stands.
        wanted = [*(column.value() for column in columns), *(F(key.path) for key in keys)]
        found = list(rows.values_list(*wanted)[: limit + 1])
        page = [row[: len(columns)] for row in found[:limit]]
        more = len(found) > limit
        return Page(page, _cursor(found[limit - 1][len(columns) :]) if more else "")

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """How the schema describes a page."""
        return {
            "type": "object",
            "required": ["revision", "next", "results"],
            "properties": {
                "revision": {"type": "integer", "description": "The revision that these rows show."},
                "on": {"type": "string", "format": "date", "description": "The day, where the rows depend on one."},
                "next": {
                    "type": ["string", "null"],
                    "description": "Path of the next page, at the same revision; null on the last.",
                },
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The two query parameters."""
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


def _limit(text: str) -> int:
    if not text:
        return DEFAULT
    # Four digits hold every limit; more are refused before they are turned into a number.
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(LIMIT)) else 0
    if not 1 <= number <= LIMIT:
        message = _("Write a whole number from 1 to %(limit)s.") % {"limit": LIMIT}
        raise Invalid(_("The page cannot be that long."), fields={"limit": message}, code="bad_page")
    return number


def _cursor(keys: tuple[Any, ...]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(keys, option=orjson.OPT_UTC_Z)).decode().rstrip("=")


def _beyond(keys: list[Key], after: str) -> Q:
    """`(a, b, c) > (x, y, z)` in the order's own directions."""
    values = _read(keys, after)
    beyond, equal = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        beyond |= equal & key.beyond(value)
        equal &= key.equal(value)
    # Follows from the rest, but only so can an index begin where the page does.
    return keys[0].not_before(values[0]) & beyond


def _read(keys: list[Key], after: str) -> list[Any]:
    try:
        if len(after) > LONGEST:
            raise ValueError(after)
        given = orjson.loads(base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True))
        if not isinstance(given, list):
            raise ValueError(given)
        return [key.read(value) for key, value in zip(keys, given, strict=True)]
    except (binascii.Error, ValueError, TypeError) as error:
        message = _("Take it unchanged from the “next” of the page before.")
        raise Invalid(_("The page cannot be found."), fields={"after": message}, code="bad_page") from error
