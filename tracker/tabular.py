"""Rows as columns: one declaration of a column gives its JSON value and its CSV text, both made by PostgreSQL.

CSV is RFC 4180: UTF-8, comma, CRLF, ISO dates, decimal points. An empty cell is unknown; `""` is an empty text.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import IO, Any

from django.db import connection
from django.db.models import F, Func, IntegerField, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, NullIf
from django.db.models.sql.compiler import SQLCompiler

BOM = b"\xef\xbb\xbf"
IN_MEMORY = 1 << 20  # bytes of an export that are held before it goes to disk
CHUNK = 1 << 16
LINES = 256  # rows that are written at once, some 64 KB
SORTING = "64MB"  # what the database may use before it sorts on disk
# Spreadsheets take a cell that begins with one of these for a formula: = + - @ tab, carriage return, line feed.
FORMULA_STARTS = (61, 43, 45, 64, 9, 13, 10)


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    CHOICE = "choice"  # one of a fixed vocabulary; the empty string is unknown
    WHOLE = "whole"
    DECIMAL = "decimal"
    FLAG = "flag"
    DAY = "day"
    INSTANT = "instant"
    TEXTS = "texts"


@dataclass(frozen=True)
class Column:
    """One column: its machine name, where its value comes from (a path of the ORM or an expression), what it holds."""

    name: str
    source: str | Combinable
    kind: Kind

    def value(self) -> Combinable:
        """The value as JSON takes it from the driver."""
        found = F(self.source) if isinstance(self.source, str) else self.source
        return NullIf(found, Value("")) if self.kind is Kind.CHOICE else found

    def text(self) -> Combinable:
        """The value as CSV text."""
        value = self.value()
        match self.kind:
            case Kind.TEXT:
                return Defused(value)
            case Kind.TEXTS:
                return Defused(Joined(value))
            case Kind.INSTANT:
                return Instant(value)
            case Kind.FLAG:
                return Cast(value, TextField())
        return value


class Defused(Func):
    """Text that no spreadsheet runs: an apostrophe before what would begin a formula."""

    output_field = TextField()

    def as_sql(  # type: ignore[override]  # takes none of a function's options
        self, compiler: SQLCompiler, connection: Any, **_: Any
    ) -> tuple[str, list[Any]]:
        """The expression stands three times, and so do its parameters."""
        text, params = compiler.compile(self.source_expressions[0])
        starts = ", ".join(map(str, FORMULA_STARTS))
        return f"case when ascii({text}) in ({starts}) then '''' || {text} else {text} end", [*params] * 3


class Joined(Func):
    """The members of an array, with `; ` between them."""

    template = "array_to_string(%(expressions)s, '; ')"
    output_field = TextField()


class Instant(Func):
    """`2026-11-22T17:05:00.123456Z`: UTC, and a whole second without its zeros, as in JSON."""

    template = (
        "replace(to_char(%(expressions)s at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), '.000000Z', 'Z')"
    )
    output_field = TextField()


class IsoWeek(Func):
    """The ISO week of a day: `2026-W46`."""

    template = "to_char(%(expressions)s, 'IYYY-\"W\"IW')"
    output_field = TextField()


class DaysBetween(Func):
    """Whole days from the second day to the first; null when one of them is unknown."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = IntegerField()


def spool_csv(rows: QuerySet[Any], columns: Sequence[Column], *, bom: bool) -> IO[bytes]:
    """The rows as a CSV file, made by COPY of the very query, within the transaction that is open.

    The file is whole before anybody gets a byte: a failure is a failure and not a short file, the length is known, and
    a slow reader holds no transaction. Memory stays constant; beyond a mebibyte the bytes are on disk. The caller
    closes the file. Raises what the database raises, and `OSError` when the disk is full.
    """
    query = rows.values_list(*(column.text() for column in columns)).query
    sql, params = query.sql_with_params()
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller closes it
    try:
        file.write((BOM if bom else b"") + ",".join(column.name for column in columns).encode() + b"\r\n")
        _copy(f"copy ({sql}) to stdout (format csv)", params, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _copy(statement: str, params: Sequence[Any], file: IO[bytes]) -> None:
    """PostgreSQL sends one row a message and ends it by a line feed; RFC 4180 ends it by CRLF."""
    with connection.cursor() as cursor:
        cursor.execute(f"set local work_mem = '{SORTING}'")
        with cursor.cursor.copy(statement, params) as copy:
            rows = iter(copy)
            while lines := [row[:-1] for row in islice(rows, LINES)]:
                file.write(b"\r\n".join([*lines, b""]))
