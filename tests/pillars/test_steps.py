"""What is recorded of reporting weeks, what a lock knows, and how weeks follow the plan's calendar."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction

from pillars.actions import add_weeks, close_early, lock_week, record_steps, week_calendars
from pillars.choices import Transition, WeekState
from pillars.models import Plan, ReportingWeek, WeekTransition
from tests.factories import ACTOR, add_organization, add_plan, add_user, add_week
from tracker.choices import Channel, Role
from tracker.errors import Conflict
from tracker.timemachine import Actor, head, revision

pytestmark = pytest.mark.django_db

MONDAY = date(2025, 11, 17)
OPENS, DUE, REVIEW, LOCK = (
    datetime(2025, 11, *rest, tzinfo=UTC) for rest in [(17, 5), (20, 22), (21, 17), (24, 11)]
)  # fmt: skip
REPLAY = Actor(name="Replay", channel=Channel.IMPORT, replaying=True)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def on(at):
    """What is written inside was written then."""
    return revision(by=REPLAY, reason="then", at=at)


def fact(at, code):
    with on(at) as turn:
        add_organization(code)
        return turn.number()


def week_made(at=OPENS - DAY):
    with on(at):
        return add_week(add_plan(), MONDAY)


def steps(week):
    return [(done.state, done.late) for done in WeekTransition.objects.filter(week=week).order_by("pk")]


def test_a_lock_knows_what_was_known_at_the_cutoff_however_late_it_comes():
    week = week_made()
    known = fact(LOCK, "KNOWN")
    fact(LOCK + timedelta(seconds=1), "LATE")
    locked = lock_week(week=week, by=REPLAY, at=LOCK + 3 * DAY)
    assert (locked.lock_revision, locked.locked_at) == (known, LOCK + 3 * DAY)


def test_a_week_that_was_made_after_its_cutoff_knows_what_its_lock_knows():
    fact(LOCK - DAY, "BEFORE")
    week = week_made(LOCK + DAY)
    locked = lock_week(week=week, by=REPLAY, at=LOCK + 3 * DAY)
    assert locked.lock_revision == head()


def test_a_week_that_closes_early_knows_what_was_known_then():
    week = week_made()
    known = fact(REVIEW - HOUR, "KNOWN")
    close_early(week=week, reason="Everybody has reported", by=REPLAY, at=REVIEW)
    closing = head()
    fact(REVIEW + HOUR, "AFTER")
    assert lock_week(week=week, by=REPLAY, at=LOCK).lock_revision == closing == known + 1
    assert steps(week) == [
        ("closed_early", False), ("opened", True), ("due", True), ("review_due", True), ("locked", True),
    ]  # fmt: skip
    assert WeekTransition.objects.get(state="closed_early").reason == "Everybody has reported"


def test_steps_are_recorded_once_as_they_come():
    week = week_made()
    for at, expected in [
        (OPENS - HOUR, []),
        (OPENS, [Transition.OPENED]),
        (OPENS + HOUR, []),
        (DUE, [Transition.DUE]),
        (REVIEW, [Transition.REVIEW_DUE]),
        (LOCK + HOUR, []),
    ]:
        before = head()
        assert record_steps(week=week, by=REPLAY, at=at) == expected
        assert head() == before + bool(expected)
    lock_week(week=week, by=REPLAY, at=LOCK + 2 * HOUR)
    assert steps(week) == [("opened", False), ("due", False), ("review_due", False), ("locked", True)]
    assert WeekTransition.objects.get(state="locked").revision == ReportingWeek.objects.get().revision == head()


def test_a_quarter_of_an_hour_is_not_late():
    week = week_made()
    record_steps(week=week, by=REPLAY, at=OPENS + timedelta(minutes=15))
    record_steps(week=week, by=REPLAY, at=DUE + timedelta(minutes=15, seconds=1))
    assert steps(week) == [("opened", False), ("due", True)]


def test_a_step_is_recorded_once_in_an_edition_and_never_changes():
    week = week_made()
    record_steps(week=week, by=REPLAY, at=OPENS)
    row = WeekTransition.objects.get()
    with pytest.raises(IntegrityError, match="only added"), transaction.atomic():
        WeekTransition.objects.update(late=True)
    with pytest.raises(IntegrityError, match="only added"), transaction.atomic():
        row.delete()
    row.pk = None
    with pytest.raises(IntegrityError, match="transition_once"), transaction.atomic():
        row.save(force_insert=True)
    row.edition = 2
    row.state = "lost"
    with pytest.raises(IntegrityError, match="transition_state"), transaction.atomic():
        row.save(force_insert=True)


def test_a_week_closes_early_once():
    week = week_made()
    admin = Actor(user=add_user(role=Role.PLAN_ADMIN, scope="BP"))
    close_early(week=week, reason="why", by=admin, at=REVIEW)
    assert WeekTransition.objects.get().by == admin.user
    with pytest.raises(Conflict):
        close_early(week=week, reason="why", by=admin, at=REVIEW + HOUR)


@pytest.mark.parametrize(
    "fields",
    [
        {"locked_at": None, "lock_revision": None},
        {"edition": 2, "locked_at": LOCK + DAY, "lock_revision": None},
        {"edition": 2, "locked_at": LOCK + DAY, "lock_revision": 1},
    ],
)
def test_a_lock_is_lifted_by_another_edition_alone(fields):
    lock_week(week=week_made(), by=REPLAY, at=LOCK)
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        ReportingWeek.objects.update(**fields)
    ReportingWeek.objects.update(edition=2, locked_at=None, lock_revision=None)
    with pytest.raises(IntegrityError, match="edition never falls"), transaction.atomic():
        ReportingWeek.objects.update(edition=1)


def recorded_state(week):
    return ReportingWeek.objects.with_recorded_state().values_list("recorded_state", flat=True).get(pk=week.pk)


def test_the_recorded_state_follows_the_steps():
    week = week_made()
    seen = [recorded_state(week)]
    for at in (OPENS, DUE, REVIEW):
        record_steps(week=week, by=REPLAY, at=at)
        seen.append(recorded_state(week))
    lock_week(week=week, by=REPLAY, at=LOCK)
    assert [*seen, recorded_state(week)] == ["scheduled", "open", "due", "due", "locked"]
    assert ReportingWeek.objects.get().state(at=LOCK) == WeekState.LOCKED


def planned(monday):
    return ReportingWeek.objects.get(starts_on=monday).locks_at


def test_weeks_that_have_not_opened_follow_the_calendar():
    plan = add_plan()
    at = datetime(2026, 11, 18, 17, tzinfo=UTC)
    weeks = add_weeks(plan=plan, on=date(2026, 11, 18), by=ACTOR, at=at)
    Plan.objects.update(lock_time=time(9), time_zone="America/Vancouver")
    plan.refresh_from_db()
    assert [calendar.owes(at=at) for calendar in week_calendars(at=at)] == [True]
    before = head()
    assert add_weeks(plan=plan, on=date(2026, 11, 18), by=ACTOR, at=at) == []
    assert head() == before + 1
    assert planned(weeks[0].starts_on) == weeks[0].locks_at  # it runs
    assert planned(weeks[1].starts_on) == weeks[1].locks_at + timedelta(hours=6)
    assert [calendar.owes(at=at) for calendar in week_calendars(at=at)] == [False]
    assert add_weeks(plan=plan, on=date(2026, 11, 18), by=ACTOR, at=at) == []
    assert head() == before + 1


def test_calendars_are_read_in_few_queries(django_assert_num_queries):
    at = datetime(2026, 11, 18, 17, tzinfo=UTC)
    for code in ("ONE", "TWO", "THREE"):
        add_weeks(plan=add_plan(code), on=date(2026, 11, 18), by=ACTOR, at=at)
    add_plan("NEW")
    with django_assert_num_queries(3):
        owing = [calendar.plan.code for calendar in week_calendars(at=at) if calendar.owes(at=at)]
    assert owing == ["NEW"]
    ReportingWeek.objects.filter(plan__code="TWO", starts_on=date(2026, 12, 7)).delete()
    assert [c.plan.code for c in week_calendars(at=at) if c.owes(at=at)] == ["TWO", "NEW"]


def test_weeks_from_the_announcement_on():
    plan = add_plan()
    at = datetime(2026, 11, 18, 17, tzinfo=UTC)
    add_weeks(plan=plan, on=date(2026, 11, 18), by=ACTOR, at=at)
    made = add_weeks(plan=plan, on=date(2026, 11, 18), since=date(2026, 9, 30), by=ACTOR, at=at)
    assert [week.code for week in made] == [f"2026-W{number}" for number in range(40, 47)]
    mondays = list(plan.weeks.order_by("starts_on").values_list("starts_on", flat=True))
    assert {after - before for before, after in pairwise(mondays)} == {timedelta(7)}


def test_a_moved_cutoff_is_told_with_its_holiday_and_one_that_was_moved_by_hand_is_not():
    plan = add_plan()
    week = add_week(plan, date(2026, 10, 5))
    assert {name: move.holiday.name_fr for name, move in week.moves.items()} == {"locks_at": "Action de grâces"}
    assert add_week(plan, date(2026, 4, 3), locks_at=datetime(2026, 4, 9, tzinfo=UTC)).moves.keys() == {"pillar_due_at"}


def test_weeks_open_for_writing():
    plan = add_plan()
    older, week, coming = (add_week(plan, MONDAY + number * timedelta(7)) for number in range(3))
    during = OPENS + 8 * DAY
    rows = ReportingWeek.objects.open_for_writing
    assert list(rows(at=OPENS)) == [older]
    assert list(rows(at=LOCK - HOUR)) == [week, older]  # from Monday 00:00 to 06:00 both are
    assert list(rows(at=during)) == [week]
    ReportingWeek.objects.filter(pk=older.pk).update(edition=2, locks_at=during + HOUR)
    assert list(rows(at=during)) == [week, older]
    assert coming not in rows(at=during)
