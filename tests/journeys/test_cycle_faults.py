"""The weekly cycle with real processes that are killed, doubled and cut off: one rollup a week, no gap, and a proof."""

import os
import shutil
import signal
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

import psycopg
import pytest
import redis
from django.core.management import call_command
from django.utils import timezone

from pillars.actions import add_weeks, close_early
from pillars.models import Plan, ReportingWeek
from reports.models import WeeklyRollup
from soak.clock import Clock, build
from tests.factories import ACTOR, add_entry, add_initiative, add_milestone, add_organization, add_pillar, add_plan
from tests.journeys.crew import Crew, wait_until
from tracker.models import Heartbeat
from tracker.timemachine import revision

pytestmark = pytest.mark.processes


@pytest.fixture
def crew(committed, tmp_path):
    """Nobody at work yet; a plan with three weeks whose time to lock has passed."""
    with revision(by=ACTOR, reason="A plan"):
        plan = add_plan()
        lead, pillars = add_organization(), [add_pillar(plan, number) for number in (1, 2)]
        for number in range(20):
            initiative = add_initiative(pillars[number % 2], f"{number % 2 + 1}.{number:02d}", lead=lead)
            add_milestone(initiative, baselines=[timezone.localdate()])
            add_entry(initiative)
    overdue = timezone.localdate() - timedelta(weeks=3)
    add_weeks(plan=plan, on=overdue, by=ACTOR, at=timezone.now())
    crew = Crew(committed, tmp_path)
    try:
        yield crew
    finally:
        crew.stop_all()
        sys.stdout.write(crew.logs())  # shown when the test fails


def due():
    return ReportingWeek.objects.filter(locks_at__lte=timezone.now()).count()


def sealed():
    return WeeklyRollup.objects.count()


def everything_sealed():
    return sealed() >= due() > 0 and not ReportingWeek.objects.filter(locked_at__isnull=False, rollups=None).exists()


def close_this_week():
    """One more week becomes due now: an ordinary write, which does not ask the broker."""
    week = ReportingWeek.objects.filter(locked_at=None).order_by("starts_on").first()
    close_early(week=week, reason="A holiday", by=ACTOR, at=timezone.now())


def assert_one_rollup_a_week():
    """No gap, no double, an unbroken chain, and every byte proved."""
    rollups = list(WeeklyRollup.objects.order_by("pk").select_related("week"))
    weeks = list(ReportingWeek.objects.filter(locked_at__isnull=False).order_by("starts_on"))
    assert [rollup.week for rollup in rollups] == weeks
    assert {later.starts_on - earlier.starts_on for earlier, later in pairwise(weeks)} == {timedelta(days=7)}
    assert [rollup.previous for rollup in rollups] == [None, *rollups[:-1]]
    call_command("verify")


@contextmanager
def held(url, lock):
    """A table lock of ours in the way: whoever needs the table is stopped right there."""
    with psycopg.connect(url) as holder:
        holder.execute(f"lock table {lock}")
        yield
        holder.rollback()


@pytest.mark.parametrize(
    ("lock", "victim"),
    [
        ("history.initiatives_milestone in access exclusive mode", "worker"),
        ("history.initiatives_milestone in access exclusive mode", "pool"),
        ("public.reports_weeklyrollup in share mode", "worker"),
    ],
    ids=["computing", "computing-pool", "sealing"],
)
def test_a_worker_killed_half_way(crew, lock, victim):
    """kill -9 while it computes, or while it seals: nothing half-made remains, and the next one does it."""
    crew.broker()
    worker, _ = crew.worker(), crew.beat()
    with held(crew.database_url, lock):
        wait_until(crew.stuck_in_database, "a worker inside the rollup")
        if victim == "worker":
            crew.stop(worker, signal.SIGKILL)
        else:
            for child in crew.children(worker):
                os.kill(child, signal.SIGKILL)
        assert sealed() == 0
    if victim == "worker":
        crew.worker()
    wait_until(everything_sealed, "all rollups")
    time.sleep(1.5)
    assert_one_rollup_a_week()
    assert WeeklyRollup.objects.order_by("pk").first().late


def test_two_beats_and_two_workers(crew):
    """Everything is asked for twice and more, and done once."""
    crew.broker()
    for _ in range(2):
        crew.worker()
        crew.beat()
    wait_until(everything_sealed, "the weeks overdue")
    before = sealed()
    close_this_week()
    wait_until(lambda: sealed() > before, "the week that closed early")
    time.sleep(2)
    assert sealed() == before + 1 == due()
    # On a Monday morning, before the lock, the week that just closed is not the running one.
    weeks = Plan.objects.get().weeks
    assert weeks.filter(starts_on__gt=timezone.localdate()).count() == 8
    assert_one_rollup_a_week()


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_a_broker_that_is_away_for_a_while(crew, how):
    """Its queue is lost, or it does not answer: writes go on, and what was due meanwhile is made up."""
    broker = crew.broker()
    crew.worker(), crew.beat()
    wait_until(everything_sealed, "the weeks overdue")
    before = sealed()
    crew.stop(broker, signal.SIGKILL if how == "killed" else signal.SIGSTOP)
    # The tick that was under way may still end; after it there is silence.
    time.sleep(2)
    last = Heartbeat.objects.get(name="tick").at
    started = time.monotonic()
    close_this_week()
    assert time.monotonic() - started < 2
    time.sleep(4)
    assert (sealed(), Heartbeat.objects.get(name="tick").at) == (before, last)
    if how == "killed":
        crew.broker()
    else:
        crew.stop(broker, signal.SIGCONT)
    wait_until(lambda: crew.tend() or sealed() > before, "the week that closed while the broker was away")
    time.sleep(1.5)
    assert sealed() == before + 1
    assert_one_rollup_a_week()


def test_a_queue_that_is_flushed(crew):
    """Again and again while there is work: nothing was kept in it that is not asked for at the next tick."""
    crew.broker()
    crew.worker(), crew.beat()
    wait_until(everything_sealed, "the weeks overdue")
    before = sealed()
    close_this_week()
    with redis.Redis(unix_socket_path=str(crew.socket)) as client:
        for _ in range(10):
            client.flushall()
            time.sleep(0.1)
    wait_until(lambda: crew.tend() or sealed() > before, "the week that closed while the queue was flushed")
    time.sleep(1)
    assert sealed() == before + 1
    assert_one_rollup_a_week()


@pytest.mark.skipif(shutil.which("cc") is None, reason="moving a clock needs a C compiler")
@pytest.mark.parametrize(("whose", "hours"), [("beat", -1), ("worker", 1)])
def test_a_clock_that_is_moved_by_an_hour(crew, tmp_path, whose, hours):
    """Beat ticks on when its clock is set back; a worker whose clock is wrong runs what beat hands out."""
    build(tmp_path)
    clock = Clock(tmp_path)
    clock.show()
    crew.broker()
    plain = crew.environment
    for name in ("worker", "beat"):
        crew.environment = {**plain, **clock.environment("driver")} if name == whose else plain
        getattr(crew, name)()
    wait_until(everything_sealed, "the weeks overdue")
    clock.skew = timedelta(hours=hours)
    clock.show()
    time.sleep(1)  # for a tick that was under way
    before = sealed()
    close_this_week()
    wait_until(lambda: sealed() > before, "the week that closed early", patience=20)
    assert_one_rollup_a_week()
