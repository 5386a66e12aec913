"""Makes history tables, triggers and views after `migrate`; running it again changes nothing."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import errors as postgres

from tracker.timemachine import shape, sql
from tracker.timemachine.tracked import Tracking, tracked_models

PATIENCE = 120  # seconds in which the locks must come


@dataclass(frozen=True)
class Made:
    """What the last installation left: its fingerprint, and the table and columns that it followed."""

    fingerprint: str = ""
    table: int = 0
    columns: dict[str, int] = field(default_factory=dict)


def after_migrate(*, app_config: AppConfig, using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Install what this app tracks; connected to `post_migrate`, which names each app in turn.

    Tables that do not exist are passed over: `migrate` may have stopped, or gone back, before them.
    """
    if using != DEFAULT_DB_ALIAS or not exists("tracker_revision"):
        return
    if app_config.label == "tracker":
        install_core()
    for tracking in tracked_models():
        if tracking.model._meta.app_label == app_config.label and exists(tracking.model._meta.db_table):
            install(tracking)


def install_core() -> None:
    """The functions and the guards of the revisions themselves."""
    with connection.cursor() as cursor:
        fingerprint = _hash(sql.CORE, shape.columns(cursor, "public", "tracker_revision"))
        if _remembered(cursor, "to_regnamespace('history')", "pg_namespace").fingerprint == fingerprint:
            return

    def make(cursor: CursorWrapper) -> None:
        cursor.execute("lock table public.tracker_revision in share row exclusive mode nowait")
        cursor.execute(sql.CORE)
        _remember(cursor, "schema history", Made(fingerprint))

    _when_nobody_writes(make)


def install(tracking: Tracking) -> None:
    """Bring one model's history in line with its table; nothing is touched when nothing differs since the last time."""
    table = tracking.model._meta.db_table
    with connection.cursor() as cursor:
        made = _remembered(cursor, f"to_regclass('history.{table}')", "pg_class")
        if made.fingerprint == _wanted(cursor, tracking)[0]:
            return

    def make(cursor: CursorWrapper) -> None:
        cursor.execute(f"lock table public.{table} in share row exclusive mode nowait")
        _make(cursor, tracking)

    _when_nobody_writes(make)


def exists(table: str) -> bool:
    """Whether the live database has that table."""
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass(%s) is not null", [f"public.{table}"])
        return bool(cursor.fetchone()[0])


def _make(cursor: CursorWrapper, tracking: Tracking) -> None:
    """Inside a transaction that holds the turn and keeps writers out of the table."""
    table = tracking.model._meta.db_table
    fingerprint, text, number, live = _wanted(cursor, tracking)
    _rename_with(cursor, table, number)
    made = _remembered(cursor, f"to_regclass('history.{table}')", "pg_class")
    followed = made.columns if made.table == number else {}
    shape.hold_views(cursor, table)
    added = shape.follow(cursor, table, live, followed)
    shape.index(cursor, tracking.model)
    with shape.unguarded(cursor, table):
        shape.fill(cursor, tracking.model, added)
        shape.reconcile(cursor, tracking.model, live)
    shape.drop_stale_triggers(cursor, table, text)
    cursor.execute(text)
    columns = {name: column.number for name, column in live.items()}
    _remember(cursor, f"table history.{table}", Made(fingerprint, number, columns))


def _wanted(cursor: CursorWrapper, tracking: Tracking) -> tuple[str, str, int, sql.Columns]:
    """The fingerprint of what should be there, the SQL that makes it, the number and the columns of the table."""
    table = tracking.model._meta.db_table
    live = shape.columns(cursor, "public", table)
    cursor.execute("select to_regclass(%s)::oid::bigint", [f"public.{table}"])
    number = int(cursor.fetchone()[0])
    text = sql.keeper(table, shape.key(tracking.model), live) + sql.guard(tracking) + sql.past_view(table, live)
    return _hash(text, live, number, shape.indexes(tracking.model)), text, number, live


def _rename_with(cursor: CursorWrapper, table: str, number: int) -> None:
    """A table that a migration renamed takes its history along."""
    if shape.columns(cursor, "history", table):
        return
    cursor.execute(
        """select relname, obj_description(oid, 'pg_class') from pg_class
           where relnamespace = 'history'::regnamespace and relkind = 'r'"""
    )
    for old in [name for name, text in cursor.fetchall() if _read(text).table == number]:
        cursor.execute(f"drop view if exists timemachine.{old}")
        cursor.execute(f"alter table history.{old} rename to {table}")


def _when_nobody_writes(make: Callable[[CursorWrapper], None]) -> None:
    """Run `make` under the writers' turn, in a transaction that waits for no lock longer than PostgreSQL waits before
    it looks for deadlocks: it starts again instead, so no reader or writer is ever broken off for its sake."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("set local lock_timeout = '800ms'")
                cursor.execute(f"select pg_advisory_xact_lock({sql.TURN})")
                make(cursor)
                return
        except OperationalError as error:
            if not isinstance(error.__cause__, postgres.LockNotAvailable) or time.monotonic() > until:
                raise
            time.sleep(0.2)


def _remembered(cursor: CursorWrapper, thing: str, catalogue: str) -> Made:
    cursor.execute(f"select obj_description({thing}, '{catalogue}')")
    return _read(cursor.fetchone()[0])


def _read(text: str | None) -> Made:
    return Made(**json.loads(text)) if text and text.startswith("{") else Made()


def _remember(cursor: CursorWrapper, thing: str, made: Made) -> None:
    text = json.dumps({"fingerprint": made.fingerprint, "table": made.table, "columns": made.columns})
    cursor.execute(f"comment on {thing} is %s", [text])


def _hash(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
