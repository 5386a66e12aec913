"""Keyset pages: the same cost at any depth, and no row skipped or doubled while others write."""

import binascii
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.views import APIView

from tracker.cursors import Pattern, Place, beyond_cursor, no_such_page, of_cursor, pattern_of, read_cursor, to_cursor
from tracker.errors import Invalid
from tracker.ordering import MOST_KEYS, order_of
from tracker.row_json import Statement, compose
from tracker.tabular import Column

DEFAULT, LIMIT = 100, 1000
SINCE = r"^r[1-9][0-9]{0,17}(@[0-9]{4}-[0-9]{2}-[0-9]{2})?(~[0-9a-f]{8})?$"


@dataclass(frozen=True)
class Page:
    """Rows of one page, each the text of a JSON object; `after` is where it ended, empty on the last page."""

    rows: list[str]
    after: str


class KeysetPagination(BasePagination):
    """`?limit=` (1 to 1,000, default 100) and `?after=` (from the `next` of the page before). All pages of one walk
    read the revision, and where rows depend on it the day, of the first: `next` carries both."""

    def page(self, rows: QuerySet[Any], columns: Sequence[Column], query: QueryDict) -> Page:
        """One page."""
        return self.read(self.statement(rows, columns, query), query)

    def statement(self, rows: QuerySet[Any], columns: Sequence[Column], query: QueryDict) -> Statement:
        """What reads a page and one row more. The rows must be ordered, their last key unique."""
        keys, after = order_of(rows), query.get("after", "")
        values = read_cursor(keys, after) if after else []
        if after:
            rows = rows.filter(beyond_cursor(keys, values))
        # The keys are read beside the columns: a row without them could not say where it stands.
        found = compose(rows[: limit_of(query) + 1], columns, [key.path for key in keys])
        return replace(found, place=Place(tuple(keys), pattern_of(values)).of(found, values)) if after else found

    def asked(self, query: QueryDict) -> Pattern:
        """Of what kind the cursor is: pages of one kind differ by what is bound, by nothing else. Raises `Invalid`."""
        after = query.get("after", "")
        try:
            return pattern_of(of_cursor(after)) if after else None
        except (binascii.Error, ValueError, TypeError) as error:
            raise no_such_page() from error

    def at(self, statement: Statement, query: QueryDict) -> Statement:
        """The statement, kept from another page of the walk, for this page. Raises `Invalid`."""
        place: Place | None = statement.place
        return place.moved(statement, read_cursor(list(place.keys), query.get("after", ""))) if place else statement

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
