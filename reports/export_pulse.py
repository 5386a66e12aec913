"""The signs of life of a file that is being made."""

import logging
from collections.abc import Callable
from datetime import datetime
from threading import Event, Thread

from django.db import OperationalError, connection

from tracker.choices import ExportState
from tracker.models import ExportJob

log = logging.getLogger("tracker.exports")


class Cancelled(Exception):
    """The person does not want the file any more."""


class Pulse(Thread):
    """Says every so many seconds how far the file is, through a connection of its own: the one that reads cannot write.
    Hears by it that the file is not wanted any more."""

    def __init__(self, job: ExportJob, clock: Callable[[], datetime], seconds: float) -> None:
        super().__init__(daemon=True)
        self.job, self.clock, self.seconds = job, clock, seconds
        self.rows = 0
        self.total: int | None = None
        self.unwanted, self.over = Event(), Event()

    def tell(self, rows: int) -> None:
        """So many rows are written. Raises `Cancelled`."""
        self.rows = rows
        if self.unwanted.is_set():
            raise Cancelled

    def run(self) -> None:
        mine = ExportJob.objects.filter(pk=self.job.pk, state=ExportState.RUNNING, tries=self.job.tries)
        try:
            while not self.over.wait(self.seconds):
                if not mine.update(rows=self.rows, total=self.total, beat_at=self.clock()):
                    self.unwanted.set()
                    return
        except OperationalError:
            log.exception("export %s: no sign of life", self.job.pk)
        finally:
            connection.close()

    def __enter__(self) -> "Pulse":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.join()
