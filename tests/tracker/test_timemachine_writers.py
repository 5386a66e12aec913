"""Several writers and readers at once, with real commits."""

import contextvars
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tracker.timemachine_model import REVISIONS, Block, Model, Rows, forget, shown, shown_as_of
from tracker.errors import Busy
from tracker.models import Organization, Place, Revision, RoleGrant, User
from tracker.timemachine import Actor, as_of, head, reading, revision
from tracker.timemachine.audit import faults

ACTOR = Actor(name="A test")
pytestmark = pytest.mark.usefixtures("committed")


def at_once(*tasks: Callable[[], object], seconds: float = 30) -> list[Any]:
    """Run each in a thread of its own, with a connection of its own; their results, or the first one's error."""
    start = threading.Barrier(len(tasks))

    def run(task: Callable[[], object]) -> object:
        start.wait(seconds)
        try:
            return task()
        finally:
            connection.close()

    pool = ThreadPoolExecutor(len(tasks))
    running = [pool.submit(run, task) for task in tasks]
    try:
        return [future.result(seconds) for future in running]
    finally:
        pool.shutdown(wait=False)


def organization(code: str, name: str = "n") -> Organization:
    return Organization(code=code, abbreviation_en="a", abbreviation_fr="a", name_en=name, name_fr=name)


def write_blocks(program: list[Block], done: dict[int, Block]) -> None:
    """Each block is one revision; `done` says which."""
    for block in program:
        with revision(by=ACTOR, reason="law") as turn:
            block.run()
            if number := turn.written():
                done[number] = block


def watch(watched: list[tuple[int, Rows]]) -> None:
    """Note what the database shows now and then, and which revision it says that is."""
    for _ in range(6):
        with reading() as number:
            watched.append((number, shown()))
        time.sleep(0.002)


def test_concurrent_writers_make_one_history_that_a_single_one_could_have_made():
    """Replaying the revisions one after another on the model, in the order of their numbers, gives every past."""
    watched: list[tuple[int, Rows]] = []

    @settings(deadline=None, max_examples=12, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.lists(REVISIONS, min_size=1, max_size=4), min_size=2, max_size=4))
    def law(programs: list[list[Block]]) -> None:
        model, done = Model(), dict[int, Block]()
        forget(model)
        writers = [partial(write_blocks, program, done) for program in programs]
        at_once(*writers, partial(watch, watched))
        for _, block in sorted(done.items()):
            block.expect(model)
            model.commit()
        assert head() == model.head
        assert sorted(done) == sorted(model.past)
        assert {number: shown_as_of(number) for number in model.past} == model.past
        assert shown() == model.rows

    law()
    assert faults() == []
    assert len(watched) >= 60
    for number, rows in watched:
        assert shown_as_of(number) == rows, number


ROUNDS = 12


def rename_row_by_row(step: int) -> None:
    for turn in range(ROUNDS):
        with revision(by=ACTOR, reason="rows"):
            for number in range(8)[::step]:
                row = Organization.objects.select_for_update().get(code=str(number))
                row.name_en = f"{step} {turn}"
                row.save()


def rename_all_outside_a_revision() -> None:
    for turn in range(ROUNDS):
        Organization.objects.update(name_fr=f"all {turn}")


def upsert() -> None:
    for turn in range(ROUNDS):
        with revision(by=ACTOR, reason="upsert"):
            Organization.objects.update_or_create(code=str(turn % 8), defaults={"gc_org_id": turn + 1})
            Place.objects.create(code=f"P{turn}", name_en="p", name_fr="p", kind="region")


def delete_with_cascades() -> None:
    for person in User.objects.all():
        person.delete()


def test_writers_of_every_kind_never_deadlock_and_leave_no_gap():
    """Rows are taken in opposite orders, by rows, by the whole table, by cascades and outside any revision."""
    Organization.objects.bulk_create([organization(str(number)) for number in range(8)])
    people = [User.objects.create(username=f"u{number}") for number in range(ROUNDS)]
    with revision(by=ACTOR, reason="grants"):
        RoleGrant.objects.bulk_create([RoleGrant(user=person, role="viewer") for person in people])
    before = head()
    at_once(
        partial(rename_row_by_row, 1), partial(rename_row_by_row, -1), rename_all_outside_a_revision, upsert,
        delete_with_cascades,
    )  # fmt: skip
    assert head() == before + 5 * ROUNDS
    assert faults() == []
    assert Revision.objects.unattributed().count() == 1 + 2 * ROUNDS


def test_a_reader_that_sees_a_revision_sees_all_before_it():
    stop = threading.Event()

    def write(name: str) -> Callable[[], None]:
        def run() -> None:
            for turn in range(40):
                with revision(by=ACTOR, reason=name):
                    organization(f"{name}{turn}").save()

        return run

    def write_until_done(*writers: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            at_once(*writers)
            stop.set()

        return run

    def read() -> int:
        seen = 0
        while not stop.is_set():
            with connection.cursor() as cursor:  # one statement, one snapshot, no transaction
                cursor.execute("select count(*), coalesce(max(number), 0) from tracker_revision")
                count, last = cursor.fetchone()
                cursor.execute("select count(*) from tracker_organization where revision <= %s", [last])
                rows = cursor.fetchone()[0]
            assert count == last >= seen
            assert rows == last  # each revision of this test makes one row
            seen = last
        return seen

    at_once(write_until_done(write("A"), write("B"), write("C")), read, read)
    assert head() == 120


@pytest.mark.processes
def test_a_writer_that_waits_over_ten_seconds_is_told_that_it_is_busy():
    """Takes eleven seconds: the wait is part of the promise."""
    held, refused = threading.Event(), threading.Barrier(3)  # held until both have been refused, whoever began first

    def hold() -> None:
        with revision(by=ACTOR, reason="a long import"):
            organization("A").save()
            held.set()
            refused.wait(25)

    def wait_in_turn() -> float:
        assert held.wait(10)
        began = time.monotonic()
        with pytest.raises(Busy), revision(by=ACTOR, reason="impatient"):
            raise AssertionError("two writers at once")
        waited = time.monotonic() - began
        refused.wait(25)
        return waited

    def wait_outside_a_revision() -> float:
        assert held.wait(10)
        began = time.monotonic()
        with pytest.raises(OperationalError, match="lock timeout"):
            organization("B").save()
        waited = time.monotonic() - began
        refused.wait(25)
        return waited

    _, *waits = at_once(hold, wait_in_turn, wait_outside_a_revision)
    assert all(9.5 < wait < 20 for wait in waits), waits
    with revision(by=ACTOR, reason="then"):
        organization("C").save()
    assert sorted(Organization.objects.values_list("code", flat=True)) == ["A", "C"]
    assert faults() == []


def test_each_statement_outside_a_transaction_is_its_own_revision():
    organization("A").save()
    Organization.objects.update(name_en="x")
    Organization.objects.update(name_en="x")
    Organization.objects.all().delete()
    assert head() == 3


def test_a_writer_whose_snapshot_is_old_is_told_to_try_again():
    """Under REPEATABLE READ a write after somebody else's cannot be numbered rightly, so it is refused."""
    organization("A").save()
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        assert other.execute("select count(*) from tracker_organization").fetchone() == (1,)
        organization("B").save()
        with pytest.raises(psycopg.errors.SerializationFailure):
            other.execute("update tracker_organization set name_fr = 'x' where code = 'A'")
        other.rollback()
        other.execute("update tracker_organization set name_en = 'x'")
        other.commit()
    assert head() == 3
    assert faults() == []


def test_a_deferred_constraint_that_fails_at_commit_leaves_no_trace():
    before = head()
    with pytest.raises(IntegrityError), revision(by=ACTOR, reason="no such person"):
        RoleGrant.objects.create(user_id=99, role="viewer")
    with pytest.raises(IntegrityError):
        RoleGrant.objects.create(user_id=99, role="viewer")
    assert head() == before
    with revision(by=ACTOR, reason="then"):
        organization("A").save()
    assert Revision.objects.get(number=before + 1).reason == "then"
    assert faults() == []


def test_settings_left_on_the_connection_count_for_nothing():
    organization("A").save()
    with connection.cursor() as cursor:
        for setting, value in [
            ("number", "1"), ("opened", "1:1"), ("turn", "1"), ("actor_name", "Mallory"), ("channel", "web"),
            ("at", "2001-01-01"),
        ]:  # fmt: skip
            cursor.execute(f"set tracker.{setting} = '{value}'")
    organization("B").save()
    with transaction.atomic():
        organization("C").save()
    assert (
        list(Revision.objects.order_by("number").values_list("actor_name", "attributed", "replayed"))
        == [("", False, False)] * 3
    )
    assert faults() == []


def write_and_lose_the_connection() -> None:
    with revision(by=ACTOR, reason="cut"), connection.cursor() as cursor:
        organization("A").save()
        cursor.execute("select pg_terminate_backend(pg_backend_pid())")


def test_a_connection_that_broke_inside_a_revision_is_used_again_without_its_turn():
    for _ in range(2):
        with pytest.raises(OperationalError):
            write_and_lose_the_connection()
    organization("B").save()
    newest = Revision.objects.get()
    assert (newest.number, newest.attributed) == (1, False)


def test_a_thread_that_inherits_the_context_writes_for_itself():
    """The turn belongs to the connection: what another thread writes meanwhile has to wait, and is not this actor's."""
    with revision(by=ACTOR, reason="mine"):
        organization("A").save()
        inherited = contextvars.copy_context()
        other = threading.Thread(target=inherited.run, args=[in_revision_of_another])
        other.start()
        time.sleep(0.1)
        organization("B").save()
    other.join(10)
    assert list(Revision.objects.order_by("number").values_list("actor_name", flat=True)) == ["A test", "Another"]


def in_revision_of_another() -> None:
    with revision(by=Actor(name="Another"), reason="theirs"):
        organization("C").save()
    connection.close()


def test_a_generator_left_half_way_still_holds_its_revision():
    def writing() -> Iterator[None]:
        with revision(by=ACTOR, reason="half-way"):
            organization("A").save()
            yield
            organization("B").save()

    steps = contextvars.copy_context().run(lambda: iter(writing()))
    next(steps)
    with pytest.raises(StopIteration):
        contextvars.copy_context().run(next, steps)
    with revision(by=Actor(name="Another"), reason="next"):
        organization("C").save()
    assert list(Revision.objects.order_by("number").values_list("actor_name", flat=True)) == ["A test", "Another"]


def test_the_past_is_read_while_writers_write():
    organization("A").save()
    number, stop = head(), threading.Event()

    def write() -> None:
        for turn in range(30):
            Organization.objects.update(name_en=f"n{turn}")
        stop.set()

    def read() -> int:
        count = 0
        while not stop.is_set():
            with as_of(number):
                assert Organization.objects.get().name_en == "n"
            count += 1
        return count

    assert at_once(write, read)[1] > 0
