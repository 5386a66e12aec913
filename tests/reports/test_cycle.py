"""The weekly cycle, step by step, with the clock given. Real workers are in tests/journeys/test_cycle_faults.py."""

import threading
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from pillars.actions import WEEKS_AHEAD, add_weeks
from pillars.models import Plan, ReportingWeek, WeekTransition
from pillars.rules import monday_of
from reports import cycle, tasks
from reports.actions import publish_rollup
from reports.models import WeeklyRollup
from reports.proof import verify
from tests.factories import ACTOR, add_initiative, add_organization, add_pillar, add_plan, add_week
from tests.factories import lock as lock_now
from tests.scenarios import small_plan
from tracker.models import Heartbeat, Revision, TaskRun
from tracker.timemachine import head, revision

NOON = datetime(2026, 11, 18, 17, tzinfo=UTC)
LOCK = datetime(2026, 11, 23, 11, tzinfo=UTC)


def tick(at):
    """What the tick does, and what the workers do that it calls."""
    cycle.beat(at=at)
    cycle.make_weeks(at=at)
    cycle.advance_weeks(at=at)
    return [code for plan in cycle.plans_to_publish() for code in cycle.publish_due(plan, at=at)]


@pytest.mark.django_db
def test_a_tick_does_what_is_due_and_the_next_one_nothing():
    add_plan()
    assert tick(NOON) == []
    assert ReportingWeek.objects.count() == WEEKS_AHEAD + 1
    before = head()
    assert tick(NOON + timedelta(seconds=10)) == []
    assert head() == before
    assert tick(LOCK) == ["BP-2026-W47-e1"]
    assert tick(LOCK + timedelta(seconds=10)) == []
    assert ReportingWeek.objects.count() == WEEKS_AHEAD + 2
    rollup = WeeklyRollup.objects.get()
    assert (rollup.late, rollup.sealed_at) == (False, LOCK)
    assert Heartbeat.objects.get(name="tick").at == LOCK + timedelta(seconds=10)
    assert {r.channel for r in Revision.objects.filter(number__gt=before)} == {"task"}


@pytest.mark.django_db
def test_an_outage_is_caught_up_oldest_first_and_marked_late():
    """Off for four weeks: one rollup a week, in their order, and the last one on time; every step recorded."""
    plan = add_plan()
    tick(NOON)
    back = LOCK + timedelta(weeks=4)
    made = tick(back)
    assert made == [f"BP-2026-W{number}-e1" for number in range(47, 52)]
    rollups = list(WeeklyRollup.objects.order_by("week__starts_on"))
    assert [rollup.late for rollup in rollups] == [True] * 4 + [False]
    assert [rollup.previous for rollup in rollups] == [None, *rollups[:-1]]
    before = head()
    assert tick(back) == []
    assert head() == before
    assert [finding.problem for finding in verify(plan)] == [""] * 5
    steps = list(WeekTransition.objects.order_by("pk").values_list("week__number", "state", "late"))
    assert steps[:7] == [
        (47, "opened", True),  # on Monday; the plan was added on Wednesday
        (47, "due", True), (47, "review_due", True), (47, "locked", True),
        (48, "opened", True), (48, "due", True), (48, "review_due", True),
    ]  # fmt: skip
    assert [step for step in steps if step[1] == "locked"] == [
        (number, "locked", number < 51) for number in range(47, 52)
    ]
    assert [step for step in steps if step[0] == 52] == [(52, "opened", True)]
    assert len(steps) == len(set(steps)) == 5 * 5 + 1


@pytest.mark.django_db
def test_an_outage_longer_than_the_weeks_made_ahead_leaves_no_gap():
    add_plan()
    tick(NOON)
    tick(LOCK + timedelta(weeks=20))
    starts = list(WeeklyRollup.objects.order_by("week__starts_on").values_list("week__starts_on", flat=True))
    assert len(starts) == 21
    assert {later - earlier for earlier, later in pairwise(starts)} == {timedelta(days=7)}


@pytest.mark.django_db
def test_two_plans_in_two_zones_lock_at_their_own_hour():
    add_plan("EAST")
    add_plan("WEST", time_zone="America/Vancouver")
    tick(NOON)
    assert tick(LOCK) == ["EAST-2026-W47-e1"]
    assert tick(LOCK + timedelta(hours=3, seconds=-1)) == []
    assert tick(LOCK + timedelta(hours=3)) == ["WEST-2026-W47-e1"]
    assert WeeklyRollup.objects.filter(previous=None).count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("monday", "locks"),
    [
        (datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 9, 10, tzinfo=UTC)),  # spring forward
        (datetime(2026, 10, 26, 12, tzinfo=UTC), datetime(2026, 11, 2, 11, tzinfo=UTC)),  # fall back
        (datetime(2026, 12, 28, 12, tzinfo=UTC), datetime(2027, 1, 5, 11, tzinfo=UTC)),  # week 53, New Year's Day
        (datetime(2026, 10, 6, 12, tzinfo=UTC), datetime(2026, 10, 13, 10, tzinfo=UTC)),  # Thanksgiving
        (datetime(2028, 2, 28, 12, tzinfo=UTC), datetime(2028, 3, 6, 11, tzinfo=UTC)),  # leap day
    ],
)
def test_one_rollup_a_week_across_the_turns_of_the_calendar(monday, locks):
    add_plan()
    tick(monday)
    assert tick(locks - timedelta(seconds=1)) == []
    assert len(tick(locks)) == 1
    assert tick(locks + timedelta(days=5)) == []
    assert len(tick(locks + timedelta(days=7))) == 1


@pytest.mark.django_db
def test_a_gap_in_the_weeks_is_filled_and_sealed():
    plan = add_plan()
    for day in ("2026-11-02", "2026-11-16"):
        add_week(plan, datetime.fromisoformat(day).date())
    assert tick(LOCK) == ["BP-2026-W45-e1", "BP-2026-W46-e1", "BP-2026-W47-e1"]


@pytest.mark.django_db
def test_a_quarter_of_an_hour_is_not_late():
    add_plan()
    tick(NOON)
    week = ReportingWeek.objects.order_by("starts_on").first()
    assert not cycle.is_late(week, at=LOCK + timedelta(minutes=15))
    assert cycle.is_late(week, at=LOCK + timedelta(minutes=15, seconds=1))


@pytest.mark.django_db
def test_a_plan_that_fails_holds_up_no_other(caplog):
    broken = add_plan("A-BROKEN")
    add_plan("B-SOUND")
    with revision(by=ACTOR, reason="around the action"):
        Plan.objects.filter(pk=broken.pk).update(time_zone="Mars/Base")
    with pytest.raises(ExceptionGroup):
        cycle.make_weeks(at=NOON)
    assert set(ReportingWeek.objects.values_list("plan__code", flat=True)) == {"B-SOUND"}
    assert "A-BROKEN" in caplog.text


@pytest.mark.django_db
def test_a_clock_gone_wrong_makes_neither_gap_nor_double():
    plan = add_plan()
    tick(NOON)
    tick(LOCK + timedelta(weeks=2))
    tick(NOON)
    tick(LOCK)
    tick(LOCK + timedelta(weeks=3))
    codes = list(WeeklyRollup.objects.order_by("pk").values_list("code", flat=True))
    assert codes == [f"BP-2026-W{number}-e1" for number in (47, 48, 49, 50)]
    assert all(finding.problem == "" for finding in verify(plan))


@pytest.mark.django_db
def test_commands_close_a_week_and_seal_it(monkeypatch):
    add_plan()
    cycle.make_weeks(at=timezone.now())
    week = ReportingWeek.objects.order_by("starts_on").first()
    with pytest.raises(CommandError, match="not locked"):
        call_command("rollup", "--week", week.code)
    out = StringIO()
    call_command("close_week", "--week", week.code, "--reason", "A holiday", stdout=out)
    assert week.code in out.getvalue()
    assert cycle.advance_weeks(at=timezone.now()) == 1
    call_command("rollup", "--week", week.code, stdout=out)
    rollup = WeeklyRollup.objects.get()
    assert f"{rollup.code} {rollup.sha256}" in out.getvalue()
    call_command("rollup", "--week", week.code, "--plan", "BP", stdout=out)
    assert WeeklyRollup.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("wrong_by", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_worker_whose_clock_is_wrong_locks_neither_early_nor_late(monkeypatch, wrong_by):
    """The time is the database's. One week locks in half an hour, the other should have half an hour ago."""
    now = timezone.now()
    early, late = add_plan("EARLY"), add_plan("LATE")
    for plan, locks_at in ((early, now + timedelta(minutes=30)), (late, now - timedelta(minutes=30))):
        monday = monday_of(plan.day(now)) - timedelta(weeks=1)
        passed = {name: now - timedelta(hours=2) for name in ("initiative_due_at", "pillar_due_at")}
        add_week(plan, monday, opens_at=now - timedelta(days=7), locks_at=locks_at, **passed)
    monkeypatch.setattr(timezone, "now", lambda: now + wrong_by)
    monkeypatch.setattr(tasks, "STEPS", [step for step in tasks.STEPS if step is not tasks.hand_out_rollups])
    tasks.tick()
    for plan_id in cycle.plans_to_publish():
        tasks.publish(plan_id=plan_id)
    assert WeeklyRollup.objects.get().plan == late
    locked = ReportingWeek.objects.get(locked_at__isnull=False)
    assert locked.plan == late
    assert timedelta() <= locked.locked_at - now < timedelta(minutes=5)
    assert timedelta() <= Heartbeat.objects.get().at - now < timedelta(minutes=5)


@pytest.mark.django_db
def test_an_idle_tick_asks_little(django_assert_num_queries):
    for code in ("ONE", "TWO", "THREE"):
        add_plan(code)
    tick(NOON)
    with django_assert_num_queries(6):
        cycle.make_weeks(at=NOON)  # plans, the span of their weeks, those that have not opened
        cycle.advance_weeks(at=NOON)  # open weeks, their steps
        assert cycle.plans_to_publish() == []


@pytest.mark.django_db
def test_what_is_sealed_is_proved_once_a_day_and_a_fault_is_on_record():
    made = small_plan()
    now = timezone.now()
    assert cycle.plans_to_prove(at=now) == [made.plan.pk]
    assert cycle.plans_to_prove(at=now + timedelta(hours=23)) == []
    assert cycle.plans_to_prove(at=now + timedelta(hours=25)) == [made.plan.pk]
    assert tasks.prove(plan_id=made.plan.pk) == {"rollups_hold": 2}
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table reports_weeklyrollup disable trigger user")
        cursor.execute("update reports_weeklyrollup set payload = payload || ' ' where id = %s", [made.rollups[0].pk])
    with pytest.raises(tasks.ProofFailed, match=made.rollups[0].code):
        tasks.prove(plan_id=made.plan.pk)
    run = TaskRun.objects.order_by("-pk").first()
    assert (run.name, run.outcome) == ("verify", "failed")
    assert "does not match its hash" in run.error


@pytest.mark.django_db
def test_commands_say_what_is_wrong():
    add_plan()
    cycle.make_weeks(at=NOON)
    for name, args in [
        ("rollup", ["--week", "2026-W99"]),
        ("rollup", ["--week", "2026-W47", "--plan", "NONE"]),
        ("close_week", ["--week", "2031-W01", "--reason", "x"]),
        ("close_week", ["--week", "2026-W47", "--reason", " "]),
    ]:
        before = head()
        with pytest.raises(CommandError):
            call_command(name, *args)
        assert head() == before
    add_plan("OTHER")
    with pytest.raises(CommandError, match="BP, OTHER"):
        call_command("rollup", "--week", "2026-W47")


def in_threads(*jobs):
    """Each job on a thread and connection of its own; what they returned."""
    results = [None] * len(jobs)
    barrier = threading.Barrier(len(jobs))

    def run(place, job):
        barrier.wait()
        try:
            results[place] = job()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, job)) for place, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.usefixtures("committed")
def test_publishers_that_race_seal_once():
    """Six at the same three weeks, without the lock that keeps workers apart: the seal itself lets one through."""
    plan = add_plan()
    add_initiative(add_pillar(plan), lead=add_organization())
    weeks = [lock_now(week) for week in add_weeks(plan=plan, on=NOON.date(), by=ACTOR, at=NOON)[:3]]

    def publish():
        return [publish_rollup(week=week, by=ACTOR, at=NOON, late=False).pk for week in weeks]

    assert len({tuple(keys) for keys in in_threads(*[publish] * 6)}) == 1
    assert WeeklyRollup.objects.count() == 3
    assert all(finding.problem == "" for finding in verify(plan))


@pytest.mark.usefixtures("committed")
def test_only_one_worker_is_at_a_plan():
    plan, other = add_plan(), add_plan("OTHER")
    with cycle.alone(plan.pk) as mine:
        assert mine
        assert in_threads(lambda: list(entered(plan)), lambda: list(entered(other))) == [[False], [True]]
    assert in_threads(lambda: list(entered(plan))) == [[True]]


def entered(plan):
    with cycle.alone(plan.pk) as mine:
        yield mine


@pytest.mark.usefixtures("committed")
def test_ticks_at_the_same_moment_make_no_double():
    for code in ("ONE", "TWO"):
        add_plan(code)
    cycle.make_weeks(at=NOON)
    in_threads(*[lambda: tick(LOCK + timedelta(weeks=2))] * 4)
    tick(LOCK + timedelta(weeks=2))
    assert ReportingWeek.objects.count() == 2 * (3 + 1 + WEEKS_AHEAD)
    assert WeeklyRollup.objects.count() == 6
    assert Heartbeat.objects.count() == 1
