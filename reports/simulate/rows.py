"""Rows in PostgreSQL's COPY text format: written down as they come, sent table by table."""

from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.backends.utils import CursorWrapper

from tracker.timemachine.shape import key
from tracker.timemachine.tracked import Tracked

NULL = "\\N"
ENOUGH = 5_000  # rows of a table that are worth a COPY of their own
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def encoded(value: object) -> str:
    """One value as COPY reads it. Of lists, only those of numbers and plain codes."""
    if value is None:
        return NULL
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list):
        return "{" + ",".join(map(str, value)) + "}"
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


class Copy:
    """One table, and the rows that wait to be sent to it."""

    def __init__(self, table: str, columns: tuple[str, ...]) -> None:
        listed = ", ".join(f'"{name}"' for name in columns)
        self._statement = f"copy {table} ({listed}) from stdin"
        self.rows: list[str] = []
        self.sent = 0

    def flush(self, cursor: CursorWrapper, *, least: int = 1) -> None:
        """Send the rows, if there are at least so many."""
        if len(self.rows) < least:
            return
        with cursor.copy(self._statement) as copy:
            copy.write("".join(self.rows))
        self.sent += len(self.rows)
        self.rows = []


class Table:
    """A tracked table and its history. `given` are the columns that each row says, in this order; every other column
    has its model's default. Keys run on from where the table's own numbering stands."""

    def __init__(self, cursor: CursorWrapper, model: type[Tracked], *given: str) -> None:
        self.model, self.name, pk = model, model._meta.db_table, key(model)
        stands = [pk, "revision", *given]
        rest = [field for field in model._meta.local_concrete_fields if field.column not in stands]
        columns = (*stands, *(str(field.column) for field in rest))
        self._rest = "".join(f"\t{encoded(_default(field))}" for field in rest) + "\n"
        self._live = Copy(f"public.{self.name}", columns)
        self._past = Copy(f"history.{self.name}", ("from_rev", "to_rev", *columns))
        cursor.execute(f"select nextval(pg_get_serial_sequence('public.{self.name}', '{pk}'))")
        self.last = self.base = int(cursor.fetchone()[0]) - 1

    def key(self) -> int:
        """The key of another row."""
        self.last += 1
        return self.last

    @property
    def sent(self) -> int:
        """Rows of the present."""
        return self._live.sent

    @staticmethod
    def row(*values: object) -> str:
        """The given columns as text: for `live` and `past`, as often as a row keeps them."""
        return "\t".join(map(encoded, values))

    def live(self, pk: int, revision: int, row: str) -> None:
        """The row as it stands since that revision."""
        self._live.rows.append(f"{pk}\t{revision}\t{row}{self._rest}")

    def past(self, pk: int, first: int, until: int, row: str) -> None:
        """A version that stood from one revision until another."""
        self._past.rows.append(f"{first}\t{until}\t{pk}\t{first}\t{row}{self._rest}")

    def flush(self, cursor: CursorWrapper, *, least: int = 1) -> None:
        """Send what waits."""
        self._live.flush(cursor, least=least)
        self._past.flush(cursor, least=least)

    def number_on(self, cursor: CursorWrapper) -> None:
        """The table's own numbering goes on after the last key."""
        cursor.execute(
            f"select setval(pg_get_serial_sequence('public.{self.name}', '{key(self.model)}'), %s, %s)",
            [max(self.last, self.base + 1), self.last > self.base],
        )


def _default(field: "models.Field[Any, Any]") -> object:
    return field.get_default()
