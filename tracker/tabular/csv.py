"""CSV by RFC 4180: UTF-8, comma, CRLF, ISO dates, decimal points. An empty cell is unknown; `""` is an empty text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from tracker.tabular.columns import Column
from tracker.tabular.copy import Bounds, Made, Spool, copied, statement_of

BOM = b"\xef\xbb\xbf"
# What a spreadsheet that parts cells at the other separator would run: a formula that begins in the middle of a text.
# No cell but a text has such a run, for numbers have digits behind their comma.
_BEYOND = {";": re.compile(rb',(?="*[=+@\t-])'), ",": re.compile(rb';(?="*[=+@\t-])')}


@dataclass(frozen=True)
class Dialect:
    """How the CSV is written. `bom`: Excel needs it. `semicolons` between the cells, with decimal commas: as Excel
    reads it where the comma is the decimal sign. `defused`: no text runs as a formula, by which of the two it is
    parted."""

    bom: bool = True
    semicolons: bool = False
    defused: bool = True

    @property
    def separator(self) -> str:
        return ";" if self.semicolons else ","

    def written(self, rows: bytes) -> bytes:
        """Rows whose texts begin as they should: what would begin a formula within one gets its apostrophe too."""
        if not self.defused:
            return rows
        return _BEYOND[self.separator].sub(b",'" if self.semicolons else b";'", rows)


def make_csv(
    rows: QuerySet[Any], columns: Sequence[Column], dialect: Dialect, bounds: Bounds | None = None
) -> Made:  # fmt: skip
    """The rows as a CSV file, made by COPY of the very query, within the transaction that is open.

    Raises what the database raises, `TooMany` beyond the bounds, and `OSError` when the disk is full.
    """
    bounds = bounds or Bounds()
    texts = [column.text(defused=dialect.defused, comma=dialect.semicolons) for column in columns]
    select, params = statement_of(rows, texts, bounds)
    spool = Spool(bounds)
    try:
        header = dialect.separator.join(column.name for column in columns)
        spool.write((BOM if dialect.bom else b"") + header.encode() + b"\r\n")
        # PostgreSQL sends one row a message and ends it by a line feed; RFC 4180 ends it by CRLF.
        for some in copied(select, params, options=f"csv, delimiter '{dialect.separator}'"):
            spool.took(len(some))
            spool.write(dialect.written(b"\r\n".join([*[row[:-1] for row in some], b""])))
    except BaseException:
        spool.file.close()
        raise
    return spool.made()
