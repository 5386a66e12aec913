# ruff: noqa: S608 - names come from the models, numbers are numbers, and all else is bound
"""Which rows of a plan changed at which revision, and their versions: read from the tables of the history.

A version of a row counts only where the reader may see it, judged by the initiatives that the reader sees today; so a
change is told between versions that both may be seen. The cost is two queries, and one more for each kind found.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from initiatives.models import StatusUpdate
from reports.figures.scopes import Kind as ScopeKind
from reports.history.asked import Asked, Event, of_one, seen, with_clause
from reports.history.kinds import KINDS, Kind
from tracker.timemachine.sql import FOREVER
from tracker.timemachine.tracked import tracked_models

# Revisions in which the newest changes are looked for before all of the history is: so many for each, then so many.
EACH, RECENT = 20, 2000


@dataclass(frozen=True)
class Versions:
    """A row before and after an event; None where there was none that the reader may see. `comment`: whether the
    reader is told what a reviewer asked for."""

    old: Any
    new: Any
    comment: bool


def events(asked: Asked, *, most: int) -> list[Event]:
    """The newest `most`, newest first; within a revision in the order of `KINDS`, then of their keys. Of little (an
    object, an initiative) every version is looked at; of much, the recent ones before all."""
    newest = min(asked.known, asked.after.revision) if asked.after else asked.known
    narrow = asked.one or asked.revisions is not None or asked.scope.kind is ScopeKind.INITIATIVE
    for recent in () if narrow else (EACH * most, RECENT):
        found = _events(asked, most=most, oldest=max(0, newest - recent), newest=newest)
        if len(found) >= most or newest <= recent:
            return found
    return _events(asked, most=most, oldest=0, newest=newest)


def versions(asked: Asked, found: Iterable[Event]) -> Iterator[tuple[Event, Versions]]:
    """Each event with its row before and after, in their order."""
    listed = list(found)
    rows = {}
    for rank in {event.rank for event in listed}:
        mine = [event for event in listed if event.rank == rank]
        rows.update({(rank, *key): row for key, row in _rows(asked, KINDS[rank], mine)})
    for event in listed:
        old = rows.get((event.rank, event.pk, "to", event.revision))
        new = rows.get((event.rank, event.pk, "from", event.revision))
        told = [version for version in (old, new) if version is not None]
        if told:
            yield event, Versions(old and old[0], new and new[0], comment=all(comment for _row, comment in told))


def _events(asked: Asked, *, most: int, oldest: int, newest: int) -> list[Event]:
    branches = [branch for kind in _kinds(asked) for branch in _branches(asked, kind, oldest, newest)]
    if not branches:
        return []
    shared, parameters = with_clause(asked)
    beyond = ""
    if asked.after:
        beyond = "where rev < %s or (rev = %s and (rank, id) > (%s, %s))"
        parameters += [asked.after.revision, asked.after.revision, asked.after.rank, asked.after.pk]
    with connection.cursor() as cursor:
        cursor.execute(
            f"{shared} select rev, rank, id, gone from ({' union all '.join(branches)}) e {beyond}"
            f" order by rev desc, rank, id limit {most:d}",
            parameters,
        )
        return [Event(*row) for row in cursor.fetchall()]


def _kinds(asked: Asked) -> list[Kind]:
    """Those that can have something to tell."""
    kinds = [asked.kind] if asked.kind else list(KINDS)
    if asked.one is None:
        return kinds
    one, _pk = asked.one
    family = () if asked.alone else one.family
    return [kind for kind in kinds if kind is one or any(slug == kind.slug for slug, _path in family)]


def _branches(asked: Asked, kind: Kind, oldest: int, newest: int) -> Iterator[str]:
    """When versions of a kind begin, and when rows end that nothing follows."""
    table, rank, wanted = kind.model._meta.db_table, KINDS.index(kind), seen(asked, kind)
    if asked.one:
        wanted += f" and ({of_one(asked.one, kind, alone=asked.alone)})"
    listed = " and {} in (select number from chosen)" if asked.revisions is not None else ""
    # Said so that the index finds the recent versions: those that stand, and those that ended since.
    lately = f" and (v.to_rev = {FOREVER} or v.to_rev > {oldest:d} and v.to_rev < {FOREVER})" if oldest else ""
    yield (
        f"select v.from_rev rev, {rank} rank, v.id, false gone from history.{table} v"
        f" where v.from_rev between {oldest + 1:d} and {newest:d}{lately} and {wanted}{listed.format('v.from_rev')}"
    )
    if table not in _append_only():
        yield (
            f"select v.to_rev, {rank}, v.id, true from history.{table} v"
            f" where v.to_rev between {oldest + 1:d} and {newest:d} and {wanted}{listed.format('v.to_rev')}"
            f" and not exists (select from history.{table} n where n.id = v.id and n.from_rev = v.to_rev)"
        )


def _append_only() -> Collection[str]:
    return {tracking.model._meta.db_table for tracking in tracked_models() if tracking.append_only}


def told_fields(kind: Kind) -> list["models.Field[Any, Any]"]:
    """The columns that are read of a kind: all but those that are too large to be told."""
    return [field for field in kind.model._meta.local_concrete_fields if field.name != "payload"]


def _rows(asked: Asked, kind: Kind, found: list[Event]) -> Iterator[tuple[tuple[int, str, int], tuple[Any, bool]]]:
    """The versions that end or begin with the events, by key and revision; each with whether its comment is told."""
    shared, parameters = with_clause(asked)
    fields = told_fields(kind)
    columns = ", ".join(f'v."{field.column}"' for field in fields)
    comment = "initiative_id in (select id from working)" if kind.model is StatusUpdate else "false"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{shared} select v.from_rev, v.to_rev, {comment}, {columns} from history.{kind.model._meta.db_table} v"
            f" join (select distinct * from unnest(%s::bigint[], %s::bigint[]) e(pk, rev)) e"
            f" on v.id = e.pk and (v.from_rev = e.rev or v.to_rev = e.rev) where {seen(asked, kind)}",
            [*parameters, [event.pk for event in found], [event.revision for event in found]],
        )
        names = [field.attname for field in fields]
        for begins, ends, told, *values in cursor.fetchall():
            row = kind.model.from_db("default", names, values)
            yield (row.pk, "from", begins), (row, told)
            yield (row.pk, "to", ends), (row, told)
