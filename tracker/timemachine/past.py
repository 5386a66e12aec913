"""Reading: any query as of any revision, and live pages that know exactly which revision they show."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

_SHOW = """select set_config('transaction_read_only', 'on', true), set_config('tracker.revision', %s, true),
    set_config('search_path', 'timemachine, public', true), coalesce(max(number), 0) from public.tracker_revision"""
_SHOWN = """select coalesce(nullif(current_setting('tracker.revision', true), '')::bigint, max(number), 0)
    from public.tracker_revision"""

_sight: ContextVar[int | None] = ContextVar("sight", default=None)


def head() -> int:
    """The number of the newest revision; 0 before the first."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(number), 0) from public.tracker_revision")
        return int(cursor.fetchone()[0])


@contextmanager
def as_of(number: int) -> Iterator[None]:
    """Every query inside (ORM, raw SQL, COPY) reads tracked tables as revision `number` left them, and cannot write.

    0 is the time before the first revision. Raises ValueError for a revision that does not exist yet: it could not
    be read twice alike. Tables that are not tracked (people, sessions) are read as they are today. The transaction is
    always rolled back: that puts the search path back, also when it is nested in another.
    """
    with transaction.atomic():
        try:
            with connection.cursor() as cursor:
                cursor.execute(_SHOW, [str(number)])
                newest = cursor.fetchone()[-1]
            if not 0 <= number <= newest:
                message = f"There is no revision {number}; the newest is {newest}."
                raise ValueError(message)
            with _all_columns_grouped():
                yield
        finally:
            transaction.set_rollback(True)


@contextmanager
def reading() -> Iterator[int]:
    """One unchanging view of the database, which cannot be written; yields the revision that it shows.

    Nested in another transaction it is that transaction's view: unchanging in `as_of` and in `revision`.
    """
    isolation = "" if connection.in_atomic_block else "isolation level repeatable read, "
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"set transaction {isolation}read only; {_SHOWN}")  # one way there and back
            cursor.nextset()
            shown = int(cursor.fetchone()[0])
        yield shown


@contextmanager
def sight_since(number: int) -> Iterator[None]:
    """Inside, who may see a row is not asked of where it stands today alone, but of all places where it stood since
    revision `number`: what a reader may have been shown since then."""
    before = _sight.set(number)
    try:
        yield
    finally:
        _sight.reset(before)


def seen_since() -> int | None:
    """The revision since which a row may have been seen; None where today decides."""
    return _sight.get()


@contextmanager
def _all_columns_grouped() -> Iterator[None]:
    """Have Django name every column in GROUP BY. It names the key alone where PostgreSQL can derive the others from
    it, which it can for a table but not for the views of the past."""
    features = connection.features
    derived = features.allows_group_by_selected_pks
    features.allows_group_by_selected_pks = False
    try:
        yield
    finally:
        features.allows_group_by_selected_pks = derived
