"""The limits of a file that is made while somebody waits for it; what is beyond them is told how to be made in the
background."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError, connection
from django.utils.translation import gettext as _
from psycopg import errors as postgres

from tracker.choices import ExportFormat
from tracker.errors import Refused, TooManyRequests
from tracker.exports import RETRY_SECONDS, Asked
from tracker.models import User
from tracker.tabular.copy import Bounds, TooMany

ALL_SLOTS, OWN_SLOTS = 7204, 7205  # the first numbers of the locks
WAIT_SECONDS, LOOK_SECONDS = 2.0, 0.2  # most files are made in less: who comes while one is waits for it


class TooLarge(Refused):
    """More than is made while somebody waits; `job` says how to have it made in the background."""

    status = 422
    code = "make_it_a_job"


@contextmanager
def at_once(asked: Asked, *, user: User) -> Iterator[Bounds]:
    """The limits of a file that is made while somebody waits for it: so many at a time for one person and for all, so
    long, so large. Raises `TooManyRequests` and `TooLarge`. Within the transaction, which has to end."""
    _take_slot(asked, user)
    most = settings.EXPORT_XLSX_ROWS if asked.form == ExportFormat.XLSX else 0
    if asked.form == ExportFormat.PARQUET:
        most = settings.EXPORT_PARQUET_ROWS
    with connection.cursor() as cursor:
        cursor.execute("select set_config('statement_timeout', %s, true)", [f"{settings.EXPORT_SECONDS}s"])
    try:
        yield Bounds(rows=most, size=settings.EXPORT_BYTES)
    except TooMany as error:
        raise _too_large(asked) from error
    except postgres.QueryCanceled as error:
        raise _too_large(asked) from error
    except OperationalError as error:
        if isinstance(error.__cause__, postgres.QueryCanceled):
            raise _too_large(asked) from error
        raise


def _too_large(asked: Asked) -> TooLarge:
    message = _(
        "This is more than is made while you wait. Narrow it down by filters, or have it made in the background: send "
        "“job” as it stands here, or use the page “My exports”."
    )
    return TooLarge(message, more={"job": asked.as_job()})


def _take_slot(asked: Asked, user: User) -> None:
    """One of the person's slots and one of all, to the end of the transaction, waited for a little; PostgreSQL counts
    them for every web process."""
    own = [user.pk * settings.EXPORTS_OF_ONE + slot for slot in range(settings.EXPORTS_OF_ONE)]
    until = time.monotonic() + WAIT_SECONDS
    for kind, slots in ((OWN_SLOTS, own), (ALL_SLOTS, range(settings.EXPORTS_AT_ONCE))):
        while not _taken(kind, slots):
            if time.monotonic() > until:
                raise too_many(asked)
            time.sleep(LOOK_SECONDS)


def too_many(asked: Asked) -> TooManyRequests:
    """What is told when every slot is taken."""
    message = _(
        "Other exports are being made. Try again in a few seconds, or have this one made in the background: send “job” "
        "as it stands here, or use the page “My exports”."
    )
    error = TooManyRequests(message, seconds=RETRY_SECONDS)
    error.code = "too_many_exports"
    error.more = {"job": asked.as_job()}
    return error


def _taken(kind: int, slots: Sequence[int]) -> bool:
    with connection.cursor() as cursor:
        for slot in slots:
            cursor.execute("select pg_try_advisory_xact_lock(%s, %s)", [kind, slot % (1 << 31)])
            if cursor.fetchone()[0]:
                return True
    return False
