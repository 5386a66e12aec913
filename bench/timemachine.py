"""What history costs a write, and what the past costs a read."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import count
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from bench.databases import copied_database, execute, fresh_database, use
from bench.measure import Result, alternate, median_of
from bench.plans import ACTOR, INITIATIVES, WEEKS, draft, make_past, make_plan
from initiatives.choices import Workflow
from initiatives.models import Initiative, LedgerEntry, StatusUpdate
from pillars.models import ReportingWeek
from tracker.models import User
from tracker.timemachine import as_of, head, reading, revision, tracked_models

WRITES, ROWS, READS = 60, 2_400, 15


def run() -> Iterator[Result]:
    """Writes first, on two copies of one database: with history, and without any of its triggers."""
    with fresh_database() as name:
        make_plan()
        make_past()
        with copied_database(name) as without:
            use(without)
            execute(*(f"alter table {t.model._meta.db_table} disable trigger user" for t in tracked_models()))
            yield from _writes(name, without)
        use(name)
        with connection.cursor() as cursor:
            cursor.execute("vacuum analyze")
        yield from _reads()


def _writes(name: str, without: str) -> Iterator[Result]:
    made = {name: count(), without: count()}
    weeks = list(ReportingWeek.objects.order_by("pk"))[WEEKS:]
    initiatives, author = list(Initiative.objects.order_by("pk")), User.objects.order_by("pk").first()
    assert author is not None

    def submission(database: str) -> None:
        """A draft is made and then submitted, in one transaction: an insert and an update."""
        number = next(made[database])
        with _writing(history=database == name):
            update = draft(initiatives[number % INITIATIVES], weeks[number // INITIATIVES], author)
            update.save()
            update.workflow, update.submitted_by = Workflow.SUBMITTED, author
            update.submitted_at = update.first_submitted_at = timezone.now()
            update.save()

    def bulk(database: str) -> None:
        keys = LedgerEntry.objects.order_by("pk").values("pk")[:ROWS]
        with _writing(history=database == name):
            LedgerEntry.objects.filter(pk__in=keys).update(note=str(time.perf_counter()))

    def on(database: str, write: Callable[[str], None], times: int, *, durable: bool = True) -> Callable[[], float]:
        def timed() -> float:
            use(database)
            if not durable:
                execute("set synchronous_commit = off")
            return median_of(lambda: write(database), times)

        return timed

    ours, peer = alternate(on(name, submission, WRITES), on(without, submission, WRITES))
    yield Result("one status submission, with history", ours, "the same write without triggers", peer, 1.5)
    ours, peer = alternate(
        on(name, submission, WRITES, durable=False), on(without, submission, WRITES, durable=False), rounds=5
    )
    yield Result("the same, no commit waiting for the disk", ours, "without triggers", peer)
    for database in (name, without):
        use(database)
        execute("alter table initiatives_ledgerentry disable trigger c_guard")
    ours, peer = alternate(on(name, bulk, 1), on(without, bulk, 1))
    yield Result(f"one update of {ROWS:,} rows, with history", ours, "the same update without triggers", peer)


def _writing(*, history: bool) -> AbstractContextManager[Any]:
    return revision(by=ACTOR, reason="benchmark") if history else transaction.atomic()


def _reads() -> Iterator[Result]:
    newest = head()
    moments = {"the newest revision": newest, "a past revision": newest * 9 // 10, "a far past": newest // 2}
    questions: dict[str, Callable[[], QuerySet[Any, Any]]] = {
        "a list of 100 initiatives": lambda: Initiative.objects.for_list()[:100],
        "sums over 20,000 ledger entries": lambda: (
            LedgerEntry.objects.values("line__fiscal_year", "stage").order_by().annotate(dollars=Sum("amount"))
        ),
        "the latest approved update of each initiative": lambda: (
            StatusUpdate.objects.approved().order_by("initiative_id", "-week__starts_on").distinct("initiative_id")
        ),
    }
    for question, query in questions.items():
        for moment, number in moments.items():

            def past(query: Callable[[], QuerySet[Any, Any]] = query, number: int = number) -> None:
                with as_of(number):
                    list(query())

            def live(query: Callable[[], QuerySet[Any, Any]] = query) -> None:
                with reading():
                    list(query())

            ours, peer = alternate(lambda: median_of(past, READS), lambda: median_of(live, READS))
            yield Result(f"{question}, as of {moment}", ours, "the same live", peer, 2)
