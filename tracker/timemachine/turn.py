"""Writing: one writer at a time, and every write inside `revision()` belongs to one numbered revision."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _
from psycopg import errors as postgres

from tracker.choices import Channel
from tracker.errors import Busy


@dataclass(frozen=True)
class Actor:
    """Who writes, and by which way. A `user` of None is the tracker itself, under `name`.

    replaying: the writes are copies of dated records (a simulation, an import of old reports); revisions then carry
    the dates given instead of the clock's, and are marked as replayed for ever.
    """

    user: Any = None
    channel: Channel = Channel.SHELL
    name: str = ""
    replaying: bool = False

    @property
    def display_name(self) -> str:
        """The name written into the revision; it stays when the account goes."""
        return self.name or (self.user.display_name if self.user is not None else "")


class Turn:
    """The turn that a transaction holds; inside it nobody else writes. Useless once its `revision()` has ended."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection

    def number(self) -> int:
        """This revision's number, taken now if nothing has been written yet."""
        number = self._ask("history.open_revision()")
        assert number is not None  # noqa: S101 - the function returns a number or raises
        return number

    def written(self) -> int | None:
        """The revision's number, or None while nothing has been written."""
        return self._ask("history.opened()")

    def _ask(self, function: str) -> int | None:
        if _turns.get(self._connection) is not self:
            message = "This turn is over: ask for its number inside `with revision()`."
            raise RuntimeError(message)
        with self._connection.cursor() as cursor:
            cursor.execute(f"select {function}")
            number: int | None = cursor.fetchone()[0]
        return number


# Whose turn it is belongs to the connection, as the transaction does: a thread that inherits this one's context
# variables writes through another connection, and a generator left half-way still holds its own.
_turns: WeakKeyDictionary[BaseDatabaseWrapper, Turn] = WeakKeyDictionary()


@contextmanager
def revision(*, by: Actor, reason: str, at: datetime | None = None) -> Iterator[Turn]:
    """Everything written inside is one revision, or none of it is written.

    Takes the writers' turn before any row lock, so writers queue and cannot deadlock, and checks made inside hold
    until the commit. An inner call joins the outer one: when it fails and the outer one goes on, only what the inner
    one wrote is undone. Raises `Busy` when the turn is not free within ten seconds. `at` counts only for a replaying
    actor, and must then be aware, later than the newest revision and not in the future.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    outer = _turns.get(connection)
    if outer is not None:
        with transaction.atomic():
            yield outer
        return
    nested = connection.in_atomic_block
    with transaction.atomic():
        _enter(connection, by, reason, at)
        _turns[connection] = Turn(connection)
        try:
            yield _turns[connection]
        finally:
            del _turns[connection]
        if nested:
            # What the transaction writes from here on is another revision, and not this actor's.
            with connection.cursor() as cursor:
                cursor.execute("select history.leave()")


def hold_turn() -> None:
    """Wait for the writers' turn and hold it to the end of the transaction that is open, without beginning a revision:
    what is read from here on nobody else changes. Raises `Busy` as `revision` does."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor, _busy():
        cursor.execute("select history.wait_turn()")


def database_time() -> datetime:
    """What the database's clock says now: the one that dates the revisions, so the right one to ask whether a deadline
    has passed. The clock of the machine that asks may be wrong."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def _enter(connection: BaseDatabaseWrapper, by: Actor, reason: str, at: datetime | None) -> None:
    """Wait for the turn, and tell the database whose it is."""
    dated = ""
    if by.replaying and at is not None:
        if at.tzinfo is None:
            message = "The instant of a replayed revision needs a time zone."
            raise ValueError(message)
        dated = at.isoformat()
    actor = str(by.user.pk) if by.user is not None else ""
    with connection.cursor() as cursor, _busy():
        cursor.execute(
            "select history.enter(%s, %s, %s, %s, %s)", [actor, by.display_name, reason, str(by.channel), dated]
        )


@contextmanager
def _busy() -> Iterator[None]:
    """A turn that does not come within ten seconds, as a refusal."""
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, postgres.LockNotAvailable):
            raise Busy(_("Another change is being written. Wait a few seconds and send yours again.")) from error
        raise
