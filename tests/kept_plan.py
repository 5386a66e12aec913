"""The small plan, made once a run in a database of its own: to make it takes longer than most tests that start from it.
A test that asks for it before it has written anything goes on in that database, in a transaction that is rolled back
as its own would be; to any other it is made anew."""

import pickle
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

Made = TypeVar("Made")


class KeptPlan(Generic[Made]):
    """A database with what `make` makes there, whose dates are relative to the day on which that is done."""

    def __init__(self, name: str, make: Callable[[], Made]) -> None:
        self._connection = connection.copy()
        self._connection.settings_dict["NAME"] = name
        self._visit = ExitStack()
        with _connected(self._connection):
            self._day = timezone.localdate()
            self._made = pickle.dumps(make())

    def visit(self) -> Made | None:
        """What was made, as rows of the database in which the test is from now on. None, and nothing is changed, when
        the test has written already, or the day has."""
        if not _untouched() or self._day != timezone.localdate():
            return None
        self._visit.enter_context(_connected(self._connection))
        self._visit.enter_context(transaction.atomic())
        self._visit.callback(self._undo)
        made: Made = pickle.loads(self._made)  # noqa: S301 - written above
        return made

    def leave(self) -> None:
        """Undo what the test did here, and give it back the database that it had."""
        self._visit.close()

    def close(self) -> None:
        with _connected(self._connection):
            self._connection.close()

    def _undo(self) -> None:
        """As Django ends a test: first it looks whether deferred constraints hold."""
        try:
            if not self._connection.needs_rollback and self._connection.is_usable():
                self._connection.check_constraints()
        finally:
            transaction.set_rollback(True)


def _untouched() -> bool:
    """Whether this is the transaction that a test is rolled back in, and nothing was written in it yet."""
    if len(connection.atomic_blocks) != 1 or connection.needs_rollback:
        return False
    with connection.cursor() as cursor:
        cursor.execute("select pg_current_xact_id_if_assigned() is null")
        return bool(cursor.fetchone()[0])


@contextmanager
def _connected(to: BaseDatabaseWrapper) -> Iterator[None]:
    before = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = to
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = before
