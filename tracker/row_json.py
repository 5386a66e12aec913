# ruff: noqa: S608 - names come from the declarations of columns, all else is bound
"""Rows as JSON that PostgreSQL writes: the bytes are the same as from values, and no value passes through Python."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, QuerySet

from tracker.tabular import Column

MOST = 500  # statements that are kept; some ten kilobytes each


@dataclass(frozen=True)
class Statement:
    """A query as the database takes it; without text it has no rows."""

    sql: str
    params: tuple[Any, ...]
    place: Any = None  # of a page's cursor among the parameters (`tracker.pagination`)

    def run(self) -> list[tuple[Any, ...]]:
        """Each row: its columns as the text of a JSON object, then the values beside it."""
        if not self.sql:
            return []
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.params)
            return list(cursor.fetchall())


def compose(rows: QuerySet[Any], columns: Sequence[Column], beside: Sequence[str] = ()) -> Statement:
    """The query of these columns as one JSON object, and of the values at some paths beside it."""
    wanted = [*(column.json() for column in columns), *(F(path) for path in beside)]
    try:
        inner, params = rows.values_list(*wanted).query.sql_with_params()
    except EmptyResultSet:
        return Statement("", ())
    names = [f"c{number}" for number in range(len(wanted))]
    pairs = zip(names, columns, strict=False)  # the others stand beside
    shown = ", ".join(f"t.{name} as {connection.ops.quote_name(column.name)}" for name, column in pairs)
    others = "".join(f", t.{name}" for name in names[len(columns) :])
    sql = f"""select row_to_json(r)::text{others} from ({inner}) t({", ".join(names)})
        cross join lateral (select {shown}) r"""
    return Statement(sql, tuple(params))


def read_json(rows: QuerySet[Any], columns: Sequence[Column], beside: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """The rows as `Statement.run` gives them."""
    return compose(rows, columns, beside).run()


class Kept:
    """Statements by what they were composed for. Composing a list's query costs more than running it: a program that
    asks the same address again, as programs do, waits for the second alone."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Statement] = {}

    def get(self, key: Hashable, make: Callable[[], Statement]) -> Statement:
        """The statement for the key, which must name all that it is made from. One whose making asks the database
        something holds an answer that will not stay, and is made anew each time."""
        known = self._known.get(key)
        if known is not None:
            return known
        asked = _Asked()
        with connection.execute_wrapper(asked):
            made = make()
        if not asked.count:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[key] = made
        return made


class _Asked:
    """Counts what the database is asked."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's call
        self.count += 1
        return execute(sql, params, many, context)
