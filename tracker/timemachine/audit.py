# ruff: noqa: S608 - names come from the models and the catalogue, never from a request
"""Whether a database keeps the laws of its history. Reads every version of every row; for auditors, and for tests."""

from collections.abc import Iterator

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from tracker.timemachine.past import reading
from tracker.timemachine.shape import columns, key
from tracker.timemachine.sql import FOREVER, Columns, quoted
from tracker.timemachine.tracked import tracked_models


def faults() -> list[str]:
    """The laws that are broken, a sentence each; empty when all are kept. One unchanging view of the whole database."""
    with reading(), connection.cursor() as cursor:
        found = list(_revisions(cursor))
        for tracking in tracked_models():
            table = tracking.model._meta.db_table
            live = columns(cursor, "public", table)
            for law, query in _laws(table, key(tracking.model), live).items():
                cursor.execute(f"select count(*) from ({query}) broken")
                if count := cursor.fetchone()[0]:
                    found.append(_("{table}: {count} × {law}").format(table=table, count=count, law=law))
    return found


def _revisions(cursor: CursorWrapper) -> Iterator[str]:
    cursor.execute("select count(*), coalesce(min(number), 1), coalesce(max(number), 0) from public.tracker_revision")
    count, first, last = cursor.fetchone()
    if (first, last) != (1, count):
        yield _("The revisions run from {first} to {last} but are {count}.").format(first=first, last=last, count=count)
    cursor.execute(
        "select count(*) from"
        " (select at <= lag(at) over (order by number) late from public.tracker_revision) r where late"
    )
    if backwards := cursor.fetchone()[0]:
        yield _("{count} revisions are dated before their predecessor.").format(count=backwards)


def _laws(table: str, pk: str, live: Columns) -> dict[str, str]:
    """Queries that return the rows that break each law."""
    now = f"select {quoted(live)} from public.{table}"
    newest = f"select {quoted(live)} from history.{table} where to_rev = {FOREVER}"
    unknown = "not exists (select from public.tracker_revision where number = {})"  # by its index, at any size
    return {
        _("row of the present that the newest past shows otherwise"): f"({now}) except all ({newest})",
        _("row of the newest past that the present shows otherwise"): f"({newest}) except all ({now})",
        _("two versions of a row at one revision"): (
            f'select from (select to_rev > lead(from_rev) over (partition by "{pk}" order by from_rev) overlap'
            f" from history.{table}) v where overlap"
        ),
        _("version stamped with another revision than the one it begins with"): (
            f"select from history.{table} where revision <> from_rev"
        ),
        _("version that begins or ends at a revision that does not exist"): (
            f"select from history.{table} where {unknown.format('from_rev')}"
            f" or (to_rev <> {FOREVER} and {unknown.format('to_rev')})"
        ),
    }
