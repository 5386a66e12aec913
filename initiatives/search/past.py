# ruff: noqa: S608 - columns are named in the code, never in a request; parameters are bound
"""Rows that held the words at a past revision.

What no revision has touched since is found by the index of the live rows; what was ended since, by that of the ended
versions. Of places and indicators, which are few, ended versions have none: those that stood then are read.
"""

from typing import Any

from initiatives.search.kinds import Texts
from tracker.timemachine.sql import FOREVER


def said_then(texts: Texts, words: str, past: int) -> tuple[str, list[Any]]:
    """Rows as they were at that revision that held the words then, as SQL to stand behind WITH under the table's own
    name, and its parameters. One statement, and so one view of the database: a row that is changed meanwhile is found
    as it was."""
    table = texts.table
    listed = ", ".join(f'"{field.column}"' for field in texts.model._meta.local_concrete_fields)
    sql = f"""{table} as (
        select {listed} from public.{table} t where t.revision <= %s and {texts.words("t")} @@ %s::tsquery
        union all select {listed} from history.{table} h
        where h.from_rev <= %s and h.to_rev > %s and h.to_rev < {FOREVER} and {texts.words("h")} @@ %s::tsquery
    )"""
    return sql, [past, words, past, past, words]
