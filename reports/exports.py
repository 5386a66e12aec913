"""Files that are made in the background: asked for, made by a worker, kept for a week.

Level-triggered as all background work: every tick hands what waits to a worker, and one worker at a time makes files.
So a file that is “being made” while nobody holds that turn was left by a worker that ended, and is begun again.
"""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import errors as postgres

from reports.datasets import DATASETS
from reports.export_pulse import Cancelled, Pulse
from reports.export_sight import asked_of
from tracker.alone import Work, alone
from tracker.choices import ExportFault, ExportFormat, ExportState, ExportWay
from tracker.credentials import secrets_in
from tracker.errors import Conflict, Invalid, Missing, Refused
from tracker.exports import Asked, Export, NoRoom, Reader, make, rows_of
from tracker.models import ExportChunk, ExportJob, ExportRecord, User
from tracker.models.export import CHUNK
from tracker.models.token import ADDRESS_LENGTH
from tracker.tabular.copy import Bounds, TooMany
from tracker.timemachine import as_of, database_time, head
from tracker.timemachine.moments import Moment, resolve

log = logging.getLogger("tracker.exports")

KEPT = timedelta(days=7)  # a file
REMEMBERED = timedelta(days=90)  # that there was one
MOST_TRIES = 3
LONGEST_SECONDS = 600  # of the reading of one file
BEAT_SECONDS = 1.0
Clock = Callable[[], datetime]


def ask(
    *, dataset: str, form: str, query: Mapping[str, str], moment: str, reader: Reader, at: datetime
) -> ExportJob:  # fmt: skip
    """Have a file made: of the revision that `moment` names, or of the newest. Raises `Invalid` for what is not there,
    and `Conflict` for more than one person may have."""
    user = reader.user
    asked = _pinned(dataset, form, query, moment, at=at)
    _check(asked, user)
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)  # two at once count as two
        _require_room(user, at=at)
        return ExportJob.objects.create(
            user=user, token=reader.token, plans=None if user.only_plans is None else sorted(user.only_plans),
            asked_at=at, dataset=dataset, form=form, query=asked.canonical, as_of=moment[:60],
            revision=asked.moment.revision, file_name=asked.file_name,
        )  # fmt: skip


def cancel(*, job: ExportJob, at: datetime) -> ExportJob:
    """Have a file not made after all, or delete one that is kept. Raises `Conflict` where there is none."""
    with transaction.atomic():
        changed = ExportJob.objects.filter(pk=job.pk, state__in=[ExportState.QUEUED, ExportState.RUNNING]).update(
            state=ExportState.CANCELLED, ended_at=at
        ) or ExportJob.objects.filter(pk=job.pk, state=ExportState.DONE).update(state=ExportState.EXPIRED)
        if not changed:
            raise Conflict(_("This file is not made and not kept any more."), code="export_over")
        ExportChunk.objects.filter(job=job).delete()
    job.refresh_from_db()
    return job


def make_waiting(*, clock: Clock = database_time, seconds: float = 60) -> dict[str, int]:
    """Make files that are asked for, oldest first, for about so long; how many came to which end."""
    ends: dict[str, int] = {}
    until = time.monotonic() + seconds
    with alone(Work.EXPORTING) as mine:
        while mine and time.monotonic() < until:
            job = _claimed(at=clock())
            if job is None:
                break
            end = _carry_out(job, clock)
            ends[end] = ends.get(end, 0) + 1
    return ends


def waiting() -> bool:
    """Whether a file is to be made."""
    return ExportJob.objects.working().exists()


def forget_exports(*, at: datetime) -> int:
    """Delete files whose time is over, and what is remembered of those long gone; how many files."""
    with transaction.atomic():
        over = list(ExportJob.objects.expired(at=at).select_for_update().values_list("pk", flat=True)[:100])
        ExportChunk.objects.filter(job__in=over).delete()
        ExportJob.objects.filter(pk__in=over).update(state=ExportState.EXPIRED)
    ExportJob.objects.filter(asked_at__lt=at - REMEMBERED).exclude(state=ExportState.DONE).delete()
    return len(over)


def file_record(job: ExportJob, reader: Reader, *, at: datetime) -> ExportRecord:
    """What is kept when its file is handed out."""
    return ExportRecord(
        at=at, user=reader.user, account=reader.user.username, token=reader.token,
        address=reader.address[:ADDRESS_LENGTH], way=ExportWay.JOB, dataset=job.dataset, form=job.form,
        query=job.query, as_of=job.as_of, revision=job.revision,
        rows=job.rows, size=job.size, sha256=job.sha256, marking=job.marking,
    )  # fmt: skip


def _pinned(dataset: str, form: str, query: Mapping[str, str], moment: str, *, at: datetime) -> Asked:
    """What is asked for, with its moment as a revision and its day spelled out: made later, it is the same. A token
    among it would stand in the record for good."""
    if secrets_in(" ".join([moment, *query.values()])):
        message = _("A token must not stand here: what is asked for is kept on record.")
        raise Invalid(_("Some fields cannot be accepted."), fields={"filters": message})
    if dataset not in DATASETS:
        known = ", ".join(DATASETS)
        message = _("There is no such dataset. Known are: %(names)s.") % {"names": known}
        raise Invalid(_("Some fields cannot be accepted."), fields={"dataset": message})
    if form not in ExportFormat.values:
        message = _("Write one of: %(words)s.") % {"words": ", ".join(ExportFormat.values)}
        raise Invalid(_("Some fields cannot be accepted."), fields={"format": message})
    found = resolve(moment, now=at) if moment else None
    pinned = found or Moment(head(), None, timezone.localdate(at))
    chosen = dict(query)
    if DATASETS[dataset].filters.dated() and not chosen.get("on"):
        chosen["on"] = pinned.on.isoformat()
    return Asked(dataset=DATASETS[dataset], form=ExportFormat(form), query=chosen, moment=pinned)


def _check(asked: Asked, user: User) -> None:
    """Raise `Invalid` now for what would fail then."""
    rows_of(asked, user=user)
    asked.dataset.file_columns(asked.query.get("fields", ""), user=user)
    _dialect = asked.dialect


def _require_room(user: User, *, at: datetime) -> None:
    own = ExportJob.objects.of(user)
    if own.working().count() >= settings.EXPORT_JOBS_WAITING:
        message = _("You have %(count)d files waiting already. Wait for one of them, or cancel one.")
        raise Conflict(message % {"count": settings.EXPORT_JOBS_WAITING}, code="export_queue_full")
    if own.filter(expires_at__gt=at).kept() >= settings.EXPORT_JOBS_BYTES:
        message = _("Your files take all the room that one person has (%(size)d MB). Delete one, then ask again.")
        raise Conflict(message % {"size": settings.EXPORT_JOBS_BYTES >> 20}, code="export_quota")


def _claimed(*, at: datetime) -> ExportJob | None:
    """The oldest that waits, or that a worker left. It counts as tried before it is even looked at: one that ends its
    worker does not do so for ever."""
    broken = ExportJob.objects.filter(state=ExportState.RUNNING, tries__gte=MOST_TRIES)
    broken.update(state=ExportState.FAILED, fault=ExportFault.WORKER_ENDED, ended_at=at)
    job = ExportJob.objects.working().select_related("user").order_by("pk").first()
    if job is None:
        return None
    changed = ExportJob.objects.working().filter(pk=job.pk).update(
        state=ExportState.RUNNING, tries=job.tries + 1, started_at=at, beat_at=at, rows=0, total=None
    )  # fmt: skip
    job.refresh_from_db(fields=["state", "tries", "rows", "total"])
    return job if changed else _claimed(at=at)


def _carry_out(job: ExportJob, clock: Clock) -> str:
    """Make the file, keep it; the state that it came to."""
    faults: list[tuple[type[BaseException], ExportFault]] = [
        (TooMany, ExportFault.TOO_LARGE), (NoRoom, ExportFault.NO_ROOM), (Missing, ExportFault.NOT_ALLOWED),
        (Conflict, ExportFault.NO_QUOTA), (Refused, ExportFault.REFUSED),
        (postgres.QueryCanceled, ExportFault.TOO_LONG), (SoftTimeLimitExceeded, ExportFault.TOO_LONG),
        (Exception, ExportFault.FAULT),
    ]  # fmt: skip
    try:
        with Pulse(job, clock, BEAT_SECONDS) as pulse:
            export = _made(job, pulse)
        with export.made.file:
            return _keep(job, export, clock)
    except Cancelled:
        return ExportState.CANCELLED
    except Exception as error:  # one that cannot be made holds up no other
        cause = error.__cause__ if isinstance(error, OperationalError) else None
        fault = next(fault for kind, fault in faults if isinstance(error, kind) or isinstance(cause, kind))
        if fault == ExportFault.FAULT:
            log.exception("export %s", job.pk)
        _mine(job).update(state=ExportState.FAILED, fault=fault, ended_at=clock())
        return ExportState.FAILED


def _made(job: ExportJob, pulse: Pulse) -> Export:
    """The file as the person may read it now, of the revision that was newest when it was asked for."""
    user = User.objects.get(pk=job.user_id)
    user.only_plans = None if job.plans is None else frozenset(job.plans)
    if not user.access.grants:
        raise Missing(_("Nothing is found here."))
    job.grants = sorted([role, scope] for role, scope in user.access.grants)
    asked = asked_of(job)
    with as_of(job.revision):
        with connection.cursor() as cursor:
            cursor.execute("select set_config('statement_timeout', %s, true)", [f"{LONGEST_SECONDS}s"])
        rows = rows_of(asked, user=user)
        pulse.total = rows.count()
        bounds = Bounds(size=settings.EXPORT_JOBS_BYTES, tell=pulse.tell)
        return make(asked, rows, user=user, bounds=bounds)


def _keep(job: ExportJob, export: Export, clock: Clock) -> str:
    """The bytes into the database, and that the file is there: both or neither."""
    made = export.made
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=job.user_id)
        if ExportJob.objects.filter(user=job.user_id).kept() + made.size > settings.EXPORT_JOBS_BYTES:
            raise Conflict(_("Your files leave no room for it."), code="export_quota")
        ExportChunk.objects.filter(job=job).delete()
        number = 0
        while data := made.file.read(CHUNK):
            ExportChunk.objects.create(job=job, number=number, data=data)
            number += 1
        now = clock()
        changed = _mine(job).update(
            state=ExportState.DONE, ended_at=now, beat_at=now, expires_at=now + KEPT, rows=made.rows, total=made.rows,
            size=made.size, sha256=made.sha256, marking=export.marking, grants=job.grants,
        )  # fmt: skip
        if not changed:
            transaction.set_rollback(True)
    return ExportState.DONE if changed else ExportState.CANCELLED


def _mine(job: ExportJob) -> Any:
    """The job, while it is this worker's."""
    return ExportJob.objects.filter(pk=job.pk, state=ExportState.RUNNING, tries=job.tries)
