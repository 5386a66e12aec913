"""Background work that one worker at a time does."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from django.db import connection


class Work(IntEnum):
    """The kinds of such work, by the first number of their lock."""

    SEALING = 7202  # the rollups of one plan
    SENDING = 7203  # the mails of the outbox
    EXPORTING = 7206  # the exports that are made in the background


@contextmanager
def alone(work: Work, of: int = 1) -> Iterator[bool]:
    """Whether this worker is the one that does it (`of`: the key of what it is done to); the others leave it. The
    database forgets it when the worker dies."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s, %s)", [work, of])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s, %s)", [work, of])
