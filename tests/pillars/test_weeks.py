"""Reporting weeks: made ahead, locked in their order, closed early."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from pillars.actions import WEEKS_AHEAD, add_weeks, close_early, find_week, lock_week, missing_weeks
from pillars.choices import WeekState
from pillars.models import ReportingWeek
from tests.factories import ACTOR, add_plan, add_user, add_week
from tracker.choices import Role
from tracker.errors import Conflict, NotAllowed
from tracker.models import Revision
from tracker.timemachine import Actor, head, revision

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 16)
NOON = datetime(2026, 11, 18, 17, tzinfo=UTC)  # Wednesday noon in Toronto
LOCK = datetime(2026, 11, 23, 11, tzinfo=UTC)  # Monday 06:00 in Toronto


def made(plan, on):
    return [week.starts_on for week in add_weeks(plan=plan, on=on, by=ACTOR, at=NOON)]


def mondays(plan):
    return list(plan.weeks.order_by("starts_on").values_list("starts_on", flat=True))


def test_a_new_plan_gets_this_week_and_eight_ahead_once():
    plan = add_plan()
    assert made(plan, date(2026, 11, 22)) == [MONDAY + timedelta(weeks=number) for number in range(WEEKS_AHEAD + 1)]
    before = head()
    assert made(plan, date(2026, 11, 22)) == []
    assert head() == before
    assert made(plan, date(2026, 11, 23)) == [MONDAY + timedelta(weeks=WEEKS_AHEAD + 1)]


def test_weeks_are_made_by_one_named_revision():
    add_weeks(plan=add_plan(), on=MONDAY, by=ACTOR, at=NOON)
    assert Revision.objects.get(number=head()).reason == "Reporting weeks of BP made ahead"


def test_an_outage_and_a_gap_are_filled_from_the_first_week_on():
    plan = add_plan()
    add_week(plan, date(2026, 9, 7))
    add_week(plan, date(2026, 9, 21))
    weeks = made(plan, date(2026, 11, 22))
    assert date(2026, 9, 14) in weeks
    assert mondays(plan) == [date(2026, 9, 7) + timedelta(weeks=number) for number in range(19)]
    assert missing_weeks(plan, on=date(2026, 11, 22)) == []


def test_weeks_over_new_year_and_leap_day():
    plan = add_plan()
    made(plan, date(2026, 12, 28))
    assert [week.code for week in plan.weeks.order_by("starts_on")][:3] == ["2026-W53", "2027-W01", "2027-W02"]
    other = add_plan("OTHER")
    made(other, date(2028, 2, 21))
    leap = other.weeks.get(starts_on=date(2028, 2, 28))
    assert (leap.code, leap.ends_on) == ("2028-W09", date(2028, 3, 5))


def test_weeks_across_both_clock_changes_are_accepted():
    plan = add_plan()
    for first in (date(2026, 2, 23), date(2026, 10, 19)):
        made(plan, first)
    spring, autumn = (plan.weeks.get(starts_on=day) for day in (date(2026, 3, 2), date(2026, 10, 26)))
    assert spring.locks_at - spring.opens_at == timedelta(days=7, hours=5)
    assert autumn.locks_at - autumn.opens_at == timedelta(days=7, hours=7)


def test_a_plan_in_vancouver_keeps_its_own_calendar():
    plan = add_plan(time_zone="America/Vancouver")
    assert plan.day(datetime(2026, 11, 23, 7, 30, tzinfo=UTC)) == date(2026, 11, 22)
    week = add_week(plan, MONDAY)
    assert week.opens_at == datetime(2026, 11, 16, 8, tzinfo=UTC)
    assert week.locks_at == datetime(2026, 11, 23, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (datetime(2026, 11, 16, 4, 59, tzinfo=UTC), WeekState.SCHEDULED),
        (datetime(2026, 11, 16, 5, tzinfo=UTC), WeekState.OPEN),
        (datetime(2026, 11, 19, 22, tzinfo=UTC), WeekState.DUE),
        (LOCK, WeekState.DUE),
    ],
)
def test_states_of_a_week(at, state):
    week = add_week(add_plan(), MONDAY)
    assert week.state(at=at) == state
    assert week.closed(at=at) == (at >= LOCK)


def test_a_week_locks_once_and_not_before_its_time():
    week = add_week(add_plan(), MONDAY)
    assert lock_week(week=week, by=ACTOR, at=LOCK - timedelta(seconds=1)).locked_at is None
    before = head()
    locked = lock_week(week=week, by=ACTOR, at=LOCK)
    assert locked.locked_at == LOCK
    assert lock_week(week=week, by=ACTOR, at=LOCK + timedelta(days=1)).locked_at == LOCK
    assert head() == before + 1
    assert ReportingWeek.objects.get(pk=week.pk).state(at=LOCK) == WeekState.LOCKED


def test_a_lock_that_was_moved_meanwhile_is_respected():
    week = add_week(add_plan(), MONDAY)
    with revision(by=ACTOR, reason="a holiday"):
        ReportingWeek.objects.update(locks_at=LOCK + timedelta(days=1))
    assert lock_week(week=week, by=ACTOR, at=LOCK).locked_at is None


def test_weeks_lock_in_their_order():
    plan = add_plan()
    older, newer = add_week(plan, MONDAY, locks_at=LOCK + timedelta(days=10)), add_week(plan, MONDAY + timedelta(7))
    late = LOCK + timedelta(days=8)
    assert lock_week(week=newer, by=ACTOR, at=late).locked_at is None
    assert lock_week(week=older, by=ACTOR, at=LOCK + timedelta(days=10)).locked_at is not None
    assert lock_week(week=newer, by=ACTOR, at=LOCK + timedelta(days=10)).locked_at is not None


def test_an_open_week_closes_early_with_a_reason():
    week = add_week(add_plan(), MONDAY)
    closed = close_early(week=week, reason="Everybody has reported", by=ACTOR, at=NOON)
    assert closed.locks_at == closed.pillar_due_at == closed.initiative_due_at == NOON
    assert Revision.objects.get(number=head()).reason == "2026-W47 closes early: Everybody has reported"
    assert lock_week(week=week, by=ACTOR, at=NOON).locked_at == NOON


def test_deadlines_that_have_passed_stay_when_a_week_closes_early():
    week = add_week(add_plan(), MONDAY)
    saturday = datetime(2026, 11, 21, 17, tzinfo=UTC)
    closed = close_early(week=week, reason="A holiday", by=ACTOR, at=saturday)
    assert (closed.initiative_due_at, closed.pillar_due_at) == (week.initiative_due_at, week.pillar_due_at)


@pytest.mark.parametrize("at", [datetime(2026, 11, 16, 5, tzinfo=UTC), datetime(2026, 11, 10, tzinfo=UTC)])
def test_only_an_open_week_closes_early(at):
    week = add_week(add_plan(), MONDAY)
    with pytest.raises(Conflict):
        close_early(week=week, reason="why", by=ACTOR, at=at)


def test_closing_early_is_refused_without_reason_or_right_or_turn():
    plan = add_plan()
    older, week = add_week(plan, MONDAY - timedelta(7), locks_at=LOCK + timedelta(1)), add_week(plan, MONDAY)
    with pytest.raises(Conflict) as no_reason:
        close_early(week=week, reason=" ", by=ACTOR, at=NOON)
    assert "reason" in no_reason.value.fields
    lead = Actor(user=add_user(role=Role.PILLAR_LEAD, scope="BP"))
    with pytest.raises(NotAllowed):
        close_early(week=week, reason="why", by=lead, at=NOON)
    with pytest.raises(Conflict) as out_of_turn:
        close_early(week=week, reason="why", by=ACTOR, at=NOON)
    assert out_of_turn.value.code == "older_week_first"
    assert older.code in str(out_of_turn.value)
    admin = Actor(user=add_user(role=Role.PLAN_ADMIN, scope="BP"))
    assert close_early(week=older, reason="why", by=admin, at=NOON).locks_at == NOON


def test_weeks_are_found_by_their_code():
    plan = add_plan()
    week = add_week(plan, date(2027, 1, 2))
    assert find_week(plan, "2026-W53") == week


@pytest.mark.parametrize(
    "code", ["2026-W46", "2026-W5", "2026-w53", "2026-W054", "W53", "", "2026-W00", "0000-W01", "٢٠٢٦-W53"]
)
def test_a_week_that_is_not_there_is_named(code):
    plan = add_plan()
    add_week(plan, date(2027, 1, 2))
    with pytest.raises(Conflict) as none:
        find_week(plan, code)
    assert none.value.code == "no_such_week"
    assert "2026-W46" in str(none.value)


def test_week_queries():
    plan, other = add_plan(), add_plan("OTHER")
    weeks = [add_week(plan, MONDAY + timedelta(weeks=number)) for number in range(3)]
    add_week(other, MONDAY)
    assert list(ReportingWeek.objects.filter(plan=plan).holding(MONDAY + timedelta(6))) == weeks[:1]
    assert list(ReportingWeek.objects.to_lock(at=LOCK).filter(plan=plan)) == weeks[:1]
    assert time(6) == plan.lock_time
