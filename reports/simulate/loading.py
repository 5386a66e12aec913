# ruff: noqa: S608 - names come from the models and the catalogue, never from a request
"""Tables made bare for a bulk load and put back as they were, all in one transaction.

What the keepers (the triggers of the time machine) would have written row by row is written by the load itself, and
proved afterwards; foreign keys, unique constraints and indexes are made anew over the finished rows, which checks
every one of them. A failure anywhere rolls everything back, the tables' own shape too.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_lazy as _
from psycopg import errors as postgres

from tracker.errors import Busy, Refused
from tracker.timemachine.shape import columns
from tracker.timemachine.sql import FOREVER, quoted

REVISIONS = "public.tracker_revision"
# Foreign keys, and unique constraints that no foreign key rests on.
_CONSTRAINTS = """select conname, pg_get_constraintdef(oid), contype = 'f' from pg_constraint c
    where conrelid = %s::regclass and contype in ('f', 'u') and conparentid = 0
    and not (contype = 'u' and exists (select from pg_constraint f where f.contype = 'f' and f.conindid = c.conindid))
    order by contype desc, conname"""
_INDEXES = """select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
    where indrelid = %s::regclass and not indisprimary
    and not exists (select from pg_constraint where conindid = indexrelid) order by 1"""
_NOT_OURS = """select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.oid = any(%s::regclass[]) and not pg_has_role(c.relowner, 'usage') order by 1"""


class Bare:
    """Tables without triggers of ours, foreign keys and indexes; primary keys and checks stay."""

    def __init__(self, cursor: CursorWrapper, tables: Sequence[str]) -> None:
        self._cursor = cursor
        self.tables = tables  # names without a schema
        self.all = [REVISIONS, *(f"{schema}.{name}" for name in tables for schema in ("public", "history"))]
        self._afterwards: dict[str, list[str]] = {name: [] for name in self.all}
        self._foreign: list[str] = []

    def take(self) -> None:
        """Have the tables to itself, and strip them. Raises `Refused` for an account that may not, `Busy` while
        somebody reads them for long."""
        self._cursor.execute(_NOT_OURS, [self.all])
        if others := [name for (name,) in self._cursor.fetchall()]:
            raise Refused(f"The database account does not own {', '.join(others)}: only the owner may load in bulk.")
        self._cursor.execute("set local lock_timeout = '10s'")
        try:
            for name in self.all:
                self._cursor.execute(f"lock table {name} in access exclusive mode")
        except OperationalError as error:
            if isinstance(error.__cause__, postgres.LockNotAvailable):
                raise Busy(_("Another change is being written. Wait a few seconds and send yours again.")) from error
            raise
        # Memory for building indexes, and for the proofs.
        self._run(["set local maintenance_work_mem = '256MB'", "set local work_mem = '64MB'"])
        for name in self.all:
            self._strip(name)

    def _strip(self, name: str) -> None:
        self._cursor.execute(_CONSTRAINTS, [name])
        for constraint, definition, foreign in self._cursor.fetchall():
            kept = self._foreign if foreign else self._afterwards[name]
            kept.append(f'alter table {name} add constraint "{constraint}" {definition}')
            self._cursor.execute(f'alter table {name} drop constraint "{constraint}"')
        self._cursor.execute(_INDEXES, [name])
        for index, definition in self._cursor.fetchall():
            self._afterwards[name].append(definition)
            self._cursor.execute(f"drop index {index}")
        self._cursor.execute(f"alter table {name} disable trigger user")

    @property
    def steps(self) -> int:
        """How many `finish` yields."""
        return len(self.tables) + len(self.all) + 2

    def finish(self, *, after: int) -> Iterator[Callable[[], None]]:
        """What finishes the load, each when called: the newest past of every row is the row as it stands, copied by the
        database; then all that was stripped. `after` is the newest revision from before the load."""
        for name in self.tables:
            yield partial(self._keep, name, after)
        for name in self.all:
            yield partial(self._run, self._afterwards[name])
        yield partial(self._run, self._foreign)
        yield partial(self._run, [f"alter table {name} enable trigger user" for name in self.all])

    def _keep(self, name: str, after: int) -> None:
        live = quoted(columns(self._cursor, "public", name))
        self._cursor.execute(
            f"insert into history.{name} (from_rev, to_rev, {live})"
            f" select revision, {FOREVER}, {live} from public.{name} where revision > {after}"
        )

    def _run(self, statements: Sequence[str]) -> None:
        for statement in statements:
            self._cursor.execute(statement)
