"""Files from PostgreSQL by COPY: made whole before anybody gets a byte, in constant memory, counted and hashed."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import Combinable

IN_MEMORY = 1 << 20  # bytes of a file that are held before it goes to disk
LINES = 256  # rows that are taken at once, some 64 KB
SORTING = "64MB"  # what the database may use before it sorts on disk
_BINARY = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # how a binary COPY begins
_FRAME = 6  # bytes before the one value of a binary row: how many values, how long
_END = b"\xff\xff"


class TooMany(Exception):
    """More rows or bytes than this file may have."""


@dataclass
class Bounds:
    """What a file may come to (0: anything), and who is told of each batch of its rows."""

    rows: int = 0
    size: int = 0
    tell: Callable[[int], None] = field(default=lambda _rows: None)


@dataclass(frozen=True)
class Made:
    """A finished file, at its beginning: its rows, its bytes, the SHA-256 of these. The caller closes it."""

    file: IO[bytes]
    rows: int
    size: int
    sha256: str


class Spool:
    """A file that is being made. Beyond a mebibyte its bytes are on disk; it is gone when it is closed."""

    def __init__(self, bounds: Bounds) -> None:
        self.file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller closes it
        self.rows = 0
        self.bounds = bounds
        self._size = 0
        self._digest = hashlib.sha256()

    def write(self, block: bytes) -> None:
        """Raises `TooMany` beyond the bounds, and `OSError` when the disk is full."""
        self._size += len(block)
        self.bound(self._size)
        self._digest.update(block)
        self.file.write(block)

    def took(self, rows: int) -> None:
        """So many rows more. Raises `TooMany` beyond the bounds."""
        self.rows += rows
        if 0 < self.bounds.rows < self.rows:
            raise TooMany
        self.bounds.tell(self.rows)

    def bound(self, size: int) -> None:
        """Raises `TooMany` when so many bytes are too many."""
        if 0 < self.bounds.size < size:
            raise TooMany

    def made(self) -> Made:
        """The file as written by `write`."""
        self.file.seek(0)
        return Made(self.file, self.rows, self._size, self._digest.hexdigest())

    def made_by_others(self) -> Made:
        """The file as somebody wrote it who goes back in it; the hash is of what stands there now."""
        size = self.file.seek(0, 2)
        self.file.seek(0)
        digest = hashlib.sha256()
        while block := self.file.read(IN_MEMORY):
            digest.update(block)
        self.file.seek(0)
        return Made(self.file, self.rows, size, digest.hexdigest())


def statement_of(rows: QuerySet[Any], values: Sequence[Combinable], bounds: Bounds) -> tuple[str, Sequence[Any]]:
    """The listing's own query for these values, and its parameters; asks for one row more than the bounds allow."""
    asked = rows[: bounds.rows + 1] if bounds.rows else rows
    # Also when Django knows that there is no row: a file of none has its header.
    query = asked.values_list(*values).query
    select, params = query.get_compiler(connection=connection, elide_empty=False).as_sql()
    return select, params


def copied(select: str, params: Sequence[Any], *, options: str) -> Iterator[list[bytes]]:
    """Rows as COPY sends them, so many at a time, within the transaction that is open."""
    with connection.cursor() as cursor:
        cursor.execute(f"set local work_mem = '{SORTING}'")
        with cursor.cursor.copy(f"copy ({select}) to stdout (format {options})", params) as copy:
            rows = iter(copy)
            while some := list(islice(rows, LINES)):
                yield some


def copied_texts(select: str, params: Sequence[Any]) -> Iterator[list[bytes]]:
    """Rows of one text each, as they are: a binary COPY escapes nothing."""
    first = True
    for some in copied(select, params, options="binary"):
        if first:
            some[0] = bytes(some[0]).removeprefix(_BINARY)
            first = False
        yield [bytes(row[_FRAME:]) for row in some if row and row != _END]
