"""Rows as columns: one declaration of a column gives its JSON value and its CSV text, both made by PostgreSQL."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import F, Func, IntegerField, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, NullIf, Replace
from django.db.models.sql.compiler import SQLCompiler

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
    places: int = 0  # of a decimal

    def value(self) -> Combinable:
        """The value as JSON takes it from the driver."""
        found = F(self.source) if isinstance(self.source, str) else self.source
        return NullIf(found, Value("")) if self.kind is Kind.CHOICE else found

    def json(self) -> Combinable:
        """The value as PostgreSQL itself writes it into JSON, equal to what `value` becomes there: decimals as text, so
        that no cent is lost, and instants in UTC with `Z`."""
        value = self.value()
        match self.kind:
            case Kind.DECIMAL:
                return Cast(value, TextField())
            case Kind.INSTANT:
                return Instant(value)
        return value

    def text(self, *, defused: bool = True, comma: bool = False) -> Combinable:
        """The value as CSV text: texts `defused`, decimals with a `comma`."""
        value = self.value()
        match self.kind:
            case Kind.TEXT | Kind.TEXTS:
                text = Joined(value) if self.kind is Kind.TEXTS else value
                return Defused(text) if defused else text
            case Kind.DECIMAL if comma:
                return Replace(Cast(value, TextField()), Value("."), Value(","), output_field=TextField())
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


class AsJson(Func):
    """An array as JSON text."""

    template = "to_jsonb(%(expressions)s)::text"
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
