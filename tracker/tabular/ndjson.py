"""NDJSON: one row a line, as the JSON list gives it, written by PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from tracker.tabular.columns import Column
from tracker.tabular.copy import Bounds, Made, Spool, copied_texts, statement_of


def make_ndjson(rows: QuerySet[Any], columns: Sequence[Column], bounds: Bounds | None = None) -> Made:
    """The rows, each a JSON object equal to that of the list. Raises as `make_csv` does."""
    bounds = bounds or Bounds()
    select, params = statement_of(rows, [column.json() for column in columns], bounds)
    names = ", ".join(f'"{column.name}"' for column in columns)
    spool = Spool(bounds)
    try:
        line = f"select row_to_json(line)::text from ({select}) as line ({names})"  # noqa: S608 - names of our own
        for some in copied_texts(line, params):
            spool.took(len(some))
            spool.write(b"\n".join([*some, b""]))
    except BaseException:
        spool.file.close()
        raise
    return spool.made()
