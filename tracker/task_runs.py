"""What background work did, kept as rows that people can read."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec

from django.db import DatabaseError
from django.utils import timezone

from tracker.choices import RunOutcome
from tracker.delivery import said
from tracker.models import TaskRun

log = logging.getLogger(__name__)

KEPT = timedelta(days=30)
TIMES = "times"  # of a failure that came again
Given = ParamSpec("Given")
Counts = dict[str, int]


def recorded(name: str) -> Callable[[Callable[Given, Counts]], Callable[Given, Counts]]:
    """Keep a row of each run of a task that did something, as its counts say, or failed. The failure goes on."""

    def around(task: Callable[Given, Counts]) -> Callable[Given, Counts]:
        @wraps(task)
        def run(*args: Given.args, **kwargs: Given.kwargs) -> Counts:
            started = timezone.now()
            try:
                counts = task(*args, **kwargs)
            except Exception as error:
                keep(name, started=started, error=_all_said(error))
                raise
            done = {what: number for what, number in counts.items() if number}
            if done:
                keep(name, started=started, counts=done)
            return done

        return run

    return around


def keep(name: str, *, started: datetime, counts: Counts | None = None, error: str = "") -> None:
    """Write the row. A failure that comes again at every tick is one row, which says how often. A database that is away
    keeps none: the log does."""
    ended = max(timezone.now(), started)
    try:
        last = TaskRun.objects.filter(name=name).order_by("-pk").first() if error else None
        if last is not None and last.error == error:
            last.ended_at, last.counts = max(ended, last.ended_at), {TIMES: last.counts.get(TIMES, 1) + 1}
            last.save(update_fields=["ended_at", "counts"])
            return
        TaskRun.objects.create(
            name=name, started_at=started, ended_at=ended, counts=counts or {}, error=error,
            outcome=RunOutcome.FAILED if error else RunOutcome.DONE,
        )  # fmt: skip
    except DatabaseError:
        log.exception("the run of %s is not kept", name)


def forget_runs(*, at: datetime) -> int:
    """Delete runs of thirty days ago; how many."""
    return TaskRun.objects.filter(ended_at__lt=at - KEPT).delete()[0]


def _all_said(error: BaseException) -> str:
    """An error, or each of a group, in one line."""
    if isinstance(error, BaseExceptionGroup):
        return f"{error.message}: {'; '.join(_all_said(one) for one in error.exceptions)}"
    return said(error)
