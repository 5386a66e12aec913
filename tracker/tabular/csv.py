"""CSV by RFC 4180: UTF-8, comma, CRLF, ISO dates, decimal points. An empty cell is unknown; `""` is an empty text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from tracker.tabular.columns import Column
from tracker.tabular.copy import Bounds, Made, Spool, copied, statement_of

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Dialect:
    """How the CSV is written. `bom`: Excel needs it. `semicolons` between the cells, with decimal commas: as Excel
    reads it where the comma is the decimal sign. `defused`: no text runs as a formula."""

    bom: bool = True
    semicolons: bool = False
    defused: bool = True

    @property
    def separator(self) -> str:
        return ";" if self.semicolons else ","


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
            spool.write(b"\r\n".join([*[row[:-1] for row in some], b""]))
    except BaseException:
        spool.file.close()
        raise
    return spool.made()
