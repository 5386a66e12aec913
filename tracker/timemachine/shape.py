# ruff: noqa: S608 - names come from the models and the catalogue, never from a request
"""The shape of a history table: it follows its live table through migrations without changing what the past says."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from django.db import connection, models
from django.db.backends.utils import CursorWrapper

from tracker.timemachine.sql import FOREVER, Column, Columns, quoted
from tracker.timemachine.tracked import Tracked, words_of
from tracker.timemachine.turn import Actor, revision

NAME_LIMIT = 63  # characters of an identifier that PostgreSQL keeps
ASIDE = "was_"  # begins the name of a column whose live one was dropped


class PastWouldChange(Exception):
    """A migration asks for something that would rewrite history. The message names the column and what to do."""


def columns(cursor: CursorWrapper, schema: str, table: str) -> dict[str, Column]:
    """Columns by name, in the table's own order; empty when there is no such table."""
    cursor.execute(
        """select a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.attgenerated <> '' from pg_attribute a
           join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
           where n.nspname = %s and c.relname = %s and a.attnum > 0 and not a.attisdropped order by a.attnum""",
        [schema, table],
    )
    return {name: Column(number, kind, generated) for name, number, kind, generated in cursor.fetchall()}


def key(model: type[models.Model]) -> str:
    """The column of the primary key."""
    column = model._meta.pk.column
    assert column is not None, model  # noqa: S101 - every tracked model has a key of one column
    return column


def indexes(model: type[models.Model]) -> dict[str, str]:
    """Indexes of the history by name: each finds the one version of a row, of the rows that point to another, or of
    all rows, that a revision shows, without touching the others. At most one version of a row is current. What the
    live table is found by, its own indexes and unique constraints, its past is found by too, with what they include.
    The words of a version are read when it ends: current ones are found by the index of the live table."""
    table, pk = model._meta.db_table, key(model)
    found = {
        _short(f"{table}_row"): f'index %s on history.{table} ("{pk}", to_rev, from_rev)',
        _short(f"{table}_current"): f'unique index %s on history.{table} ("{pk}") where to_rev = {FOREVER}',
        _short(f"{table}_revision"): f"index %s on history.{table} (to_rev, from_rev)",
    }
    for field in model._meta.local_concrete_fields:
        if isinstance(field.related_model, type) and issubclass(field.related_model, Tracked):
            name = _short(f"{table}_{field.column}")
            found[name] = f'index %s on history.{table} ("{field.column}", to_rev, from_rev)'
    for declared in (*model._meta.indexes, *model._meta.constraints):
        if isinstance(declared, models.Index | models.UniqueConstraint) and declared.fields:
            listed, included = _listed(model, declared.fields), _listed(model, getattr(declared, "include", ()))
            # What is read of the index alone is read in its order, of rows that are only added and so have one version:
            # with the ends of versions in its key, PostgreSQL would cost it as many searches, and shun it. Under names
            # of their own: an index that is there already is not made again.
            ends, name = "to_rev, from_rev", _short(f"{'beside' if included else 'past'}_{declared.name}")
            columns = f"({listed}) include ({ends}, {included})" if included else f"({listed}, {ends})"
            found[name] = f"index %s on history.{table} {columns}"
    if words := words_of(model):
        # Named by its words too: an index of others is another, made in its stead.
        name = _short(f"{table}_words_{hashlib.sha256(words.encode()).hexdigest()[:8]}")
        found[name] = f"index %s on history.{table} using gin ({words}) where to_rev < {FOREVER}"
    return found


def _listed(model: type[models.Model], names: Iterable[str]) -> str:
    return ", ".join(f'"{_column(model, name)}"' for name in names)


def _column(model: type[models.Model], name: str) -> str:
    """The column of a field that an index names; it may be marked as descending."""
    field = model._meta.get_field(name.removeprefix("-"))
    return str(field.column)  # type: ignore[union-attr]  # an index names columns, never a reverse relation


def hold_views(cursor: CursorWrapper, table: str) -> None:
    """Keep readers of the past away for a moment, from the view first, as they come; it is made anew at the end."""
    if columns(cursor, "timemachine", table):
        cursor.execute(f"lock table timemachine.{table} in access exclusive mode")
        cursor.execute(f"drop view timemachine.{table}")


def follow(cursor: CursorWrapper, table: str, live: Columns, followed: Mapping[str, int]) -> list[str]:
    """Create the history table, or rename, set aside, add and retype its columns as the live table's were; returns
    the columns that have no past yet. `followed` are the live columns' numbers when the history last fitted."""
    if not columns(cursor, "history", table):
        definitions = ", ".join(f'"{name}" {column.kind}' for name, column in live.items())
        cursor.execute(
            f"create table history.{table} (from_rev bigint not null, to_rev bigint not null, {definitions},"
            " check (from_rev < to_rev))"
        )
        return []
    _rename(cursor, table, live, followed)
    kept = columns(cursor, "history", table)
    added = [name for name in live if name not in kept]
    gone = [name for name in kept if name not in live and not name.startswith(("from_rev", "to_rev", ASIDE))]
    if added and gone and not followed:
        message = (
            f"The columns {gone} of history.{table} are gone and {added} are new, and nothing tells whether these"
            " are those, renamed. Rename them in the history by hand, or drop those that are gone; then migrate again."
        )
        raise PastWouldChange(message)
    for name in added:
        cursor.execute(f'alter table history.{table} add column "{name}" {live[name].kind}')
    for name, column in live.items():
        if name in kept and kept[name].kind != column.kind:
            _retype(cursor, table, name, kept[name].kind, column.kind)
    return added


def _rename(cursor: CursorWrapper, table: str, live: Columns, followed: Mapping[str, int]) -> None:
    """A column is known by its number, which outlives its name. One that was dropped is set aside under a name that
    no later column can take, so that a new column never shows an old one's past."""
    names = {column.number: name for name, column in live.items()}
    moved = {
        name: names.get(number, f"{ASIDE}{number}_{name}")[:NAME_LIMIT]
        for name, number in followed.items()
        if names.get(number) != name
    }
    # By way of a name that nothing has, for columns may have exchanged theirs.
    for old, new in moved.items():
        cursor.execute(f'alter table history.{table} rename column "{old}" to "~{new[: NAME_LIMIT - 1]}"')
    for new in moved.values():
        cursor.execute(f'alter table history.{table} rename column "~{new[: NAME_LIMIT - 1]}" to "{new}"')


def _retype(cursor: CursorWrapper, table: str, name: str, old: str, new: str) -> None:
    """Refused when a past value would not survive the way there and back."""
    cursor.execute(
        f'select exists (select from history.{table} where ("{name}"::{new})::{old} is distinct from "{name}")'
    )
    if cursor.fetchone()[0]:
        message = (
            f"Some past values of {table}.{name} do not survive the change from {old} to {new}. Add a column of the"
            " new type instead, and leave this one to the past."
        )
        raise PastWouldChange(message)
    cursor.execute(f'alter table history.{table} alter column "{name}" type {new} using "{name}"::{new}')


def index(cursor: CursorWrapper, model: type[models.Model]) -> None:
    """Make the indexes that are missing and drop those that nothing asks for any more."""
    table, wanted = model._meta.db_table, indexes(model)
    cursor.execute("select indexname from pg_indexes where schemaname = 'history' and tablename = %s", [table])
    there = {name for (name,) in cursor.fetchall()}
    for name in there - wanted.keys():
        cursor.execute(f'drop index history."{name}"')
    for name in wanted.keys() - there:
        cursor.execute("create " + wanted[name] % f'"{name}"')


def fill(cursor: CursorWrapper, model: type[models.Model], added: list[str]) -> None:
    """A column added later shows in all the past the value that it has now, because nobody recorded another; for rows
    that are gone, the field's default."""
    if not added:
        return
    table, pk = model._meta.db_table, key(model)
    assignment = ", ".join(f'"{name}" = t."{name}"' for name in added)
    cursor.execute(f'update history.{table} h set {assignment} from public.{table} t where h."{pk}" = t."{pk}"')
    for field in model._meta.local_concrete_fields:
        default = field.get_default() if field.column in added and not field.null else None
        if default is not None:
            value = field.get_db_prep_save(default, connection)
            cursor.execute(f'update history.{table} set "{field.column}" = %s where "{field.column}" is null', [value])


def reconcile(cursor: CursorWrapper, model: type[models.Model], live: Columns) -> None:
    """Record what no trigger saw: rows from before the tracking, and what a change of the table itself did to values.
    Afterwards the newest past is the present. All of it is one revision; none is made when nothing differs."""
    table, pk = model._meta.db_table, key(model)
    same = f"row({quoted(live, 't.')})::record *= row({quoted(live, 'h.')})::record and h.to_rev = {FOREVER}"
    unknown = f'not exists (select from history.{table} h where h."{pk}" = t."{pk}" and {same})'
    unshown = f'h.to_rev = {FOREVER} and not exists (select from public.{table} t where t."{pk}" = h."{pk}" and {same})'
    cursor.execute(
        f"select exists (select from public.{table} t where {unknown})"
        f" or exists (select from history.{table} h where {unshown})"
    )
    if not cursor.fetchone()[0]:
        return
    with revision(by=Actor(name="migrate"), reason=f"{table} and its history brought into line") as turn:
        number = turn.number()
        cursor.execute(f"update public.{table} t set revision = {number} where {unknown}")
        cursor.execute(f"update history.{table} h set to_rev = {number} where {unshown}")
        cursor.execute(
            f"insert into history.{table} (from_rev, to_rev, {quoted(live)})"
            f" select {number}, {FOREVER}, {quoted(live)} from public.{table} t where {unknown}"
        )


@contextmanager
def unguarded(cursor: CursorWrapper, table: str) -> Iterator[None]:
    """Our own triggers are silent inside; only for the installation, which keeps writers out meanwhile."""
    for schema in ("public", "history"):
        cursor.execute(f"alter table {schema}.{table} disable trigger user")
    yield
    for schema in ("public", "history"):
        cursor.execute(f"alter table {schema}.{table} enable trigger user")


def drop_stale_triggers(cursor: CursorWrapper, table: str, wanted: str) -> None:
    """Triggers of ours that the SQL `wanted` does not make: a declaration, or this code, no longer asks for them."""
    cursor.execute(
        """select t.tgname, t.tgrelid::regclass from pg_trigger t join pg_proc p on p.oid = t.tgfoid
           where p.pronamespace = 'history'::regnamespace and not t.tgisinternal
           and t.tgrelid in (to_regclass(%s), to_regclass(%s))""",
        [f"public.{table}", f"history.{table}"],
    )
    for name, relation in cursor.fetchall():
        if f"create or replace trigger {name} " not in wanted:
            cursor.execute(f'drop trigger "{name}" on {relation}')


def _short(name: str) -> str:
    """The name, or one that fits and is still its own."""
    if len(name) <= NAME_LIMIT:
        return name
    return f"{name[: NAME_LIMIT - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
