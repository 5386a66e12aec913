"""Freshness: what is due, late, missed, stale, silent, for any history of weeks, at any instant."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from initiatives.aggregates.freshness import behind_by_state, freshness
from initiatives.choices import Freshness, Health, Lifecycle, Timeliness, Workflow
from initiatives.models import Initiative
from initiatives.rules.freshness import DUE_WITHIN, end_of_day
from tests.factories import (
    add_entry,
    add_initiative,
    add_milestone,
    add_organization,
    add_pillar,
    add_plan,
    add_update,
    add_user,
    add_week,
)
from tests.reports.worlds import LAW, undone
from tracker.timemachine import Actor, as_of, head, revision

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 9, 21)
HOUR = timedelta(hours=1)
REPLAY = Actor(name="Replay", replaying=True)
WAITING = Workflow.SUBMITTED
LONG_AGO = datetime(2026, 6, 1, tzinfo=UTC)


class Ground:
    """A plan with four weeks, and an initiative recorded long before them."""

    def __init__(self):
        self.author, self.reviewer = add_user("author"), add_user("reviewer")
        with revision(by=REPLAY, reason="long ago", at=LONG_AGO):
            self.plan = add_plan()
            self.initiative = add_initiative(add_pillar(self.plan), lead=add_organization())
            self.weeks = [add_week(self.plan, MONDAY + timedelta(weeks=n)) for n in range(4)]

    def report(self, week, workflow=Workflow.APPROVED, *, at=None, initiative=None):
        """An update of that week, recorded when it was submitted."""
        at = at or week.opens_at + HOUR
        told = {} if workflow == Workflow.DRAFT else {"first_submitted_at": at, "submitted_at": at}
        with revision(by=REPLAY, reason="reported", at=at):
            add_update(
                initiative or self.initiative, week, Health.GREEN, author=self.author, reviewer=self.reviewer,
                workflow=workflow, writers=[self.author.pk], **told,
            )  # fmt: skip

    def at(self, instant):
        return freshness([self.initiative.pk], at=instant)[self.initiative.pk]


@pytest.fixture
def ground():
    return Ground()


def test_a_week_goes_from_not_due_to_due_to_late_to_missed(ground):
    ground.report(ground.weeks[0])
    second = ground.weeks[1]
    with revision(by=REPLAY, reason="spent", at=second.initiative_due_at):
        add_entry(ground.initiative)
    due = second.initiative_due_at
    steps = [
        (second.opens_at, Freshness.NOT_DUE),
        (due - DUE_WITHIN - HOUR, Freshness.NOT_DUE),
        (due - DUE_WITHIN, Freshness.DUE),
        (due - timedelta(seconds=1), Freshness.DUE),
        (due, Freshness.LATE),
        (second.locks_at - timedelta(seconds=1), Freshness.LATE),  # the third week runs, the second is still open
        (second.locks_at, Freshness.MISSED),
        (ground.weeks[2].initiative_due_at, Freshness.MISSED),
        (ground.weeks[2].locks_at, Freshness.STALE),
    ]
    assert [(at, ground.at(at).state) for at, _ in steps] == steps
    assert ground.at(ground.weeks[2].locks_at).missed_weeks == 2


def test_a_report_is_fresh_and_late_for_ever_when_it_came_late(ground):
    first = ground.weeks[0]
    ground.report(first, at=first.initiative_due_at + HOUR)
    now = ground.at(first.initiative_due_at + 2 * HOUR)
    assert now.state == Freshness.REPORTED
    assert now.reported_late
    until = end_of_day(first.ends_on, ground.plan.zone)
    assert Initiative.objects.with_timeliness(on=first.ends_on, until=until).get().timeliness == Timeliness.LATE


def test_silence_is_told_by_when_facts_were_recorded(ground):
    """Not by the days that they speak of, and as of a past revision by what was known then."""
    now = datetime(2026, 9, 22, 12, tzinfo=UTC)
    assert ground.at(now).state == Freshness.SILENT
    before = head()
    with revision(by=REPLAY, reason="spent", at=datetime(2026, 9, 21, tzinfo=UTC)):
        add_entry(ground.initiative, effective_on=date(2025, 6, 1))
    assert ground.at(now).state == Freshness.NOT_DUE
    assert ground.at(now).touched_at == datetime(2026, 9, 21, tzinfo=UTC)
    assert ground.at(datetime(2026, 10, 12, 1, tzinfo=UTC)).state == Freshness.SILENT
    with as_of(before):
        assert ground.at(now).state == Freshness.SILENT


SHIFT = st.integers(1, 167)  # hours into a week
WEEKS = st.lists(st.none() | st.tuples(st.sampled_from(Workflow.values), SHIFT), min_size=4, max_size=4)


def expected(ground, said, spent, started, at):
    """The ladder, written a second time from its definition, for what was said in each week."""
    opened = [n for n, week in enumerate(ground.weeks) if week.opens_at <= at]
    closed = [n for n in opened if ground.weeks[n].locks_at <= at]
    running = opened[-1] if opened else None
    approved = [n for n in opened if said[n] and said[n][0] == Workflow.APPROVED]
    missed = [
        n for n in closed if n > max(approved, default=-1) and (started is None or ground.weeks[n].ends_on >= started)
    ]
    if running is not None and said[running]:
        workflow = said[running][0]
        if workflow == Workflow.APPROVED or (workflow == Workflow.SUBMITTED and running not in closed):
            return Freshness.REPORTED
    touched = [ground.weeks[n].opens_at + timedelta(hours=one[1]) for n, one in enumerate(said) if one]
    if max([*touched, *([spent] if spent else []), LONG_AGO + HOUR]) < at - timedelta(21):
        return Freshness.SILENT
    if missed:
        return Freshness.STALE if len(missed) > 1 else Freshness.MISSED
    for number in opened:
        week, handed_in = ground.weeks[number], said[number] and said[number][0] in (WAITING, Workflow.APPROVED)
        owed = started is None or week.ends_on >= started
        if number not in closed and owed and not handed_in and week.initiative_due_at <= at:
            return Freshness.LATE
    if running is not None and running not in closed and at >= ground.weeks[running].initiative_due_at - DUE_WITHIN:
        return Freshness.DUE
    return Freshness.NOT_DUE


def test_freshness_is_what_its_definition_says(ground):
    """Whatever was said in which week, and whenever it is asked; the query for a day's figure agrees at each lock."""

    @LAW
    @given(WEEKS, st.none() | SHIFT, st.none() | st.integers(-3, 25), st.integers(-40, 6 * 168))
    def example(said, spent, started, asked):
        at = ground.weeks[0].opens_at + timedelta(hours=asked)
        with undone():
            start = None if started is None else MONDAY + timedelta(days=started)
            with revision(by=REPLAY, reason="started", at=LONG_AGO + HOUR):
                Initiative.objects.update(starts_on=start)
            for number, one in enumerate(said):
                if one:
                    ground.report(ground.weeks[number], one[0], at=ground.weeks[number].opens_at + one[1] * HOUR)
            # What is recorded last: revisions follow each other in time.
            recorded = None if spent is None else ground.weeks[3].opens_at + timedelta(days=8, hours=spent)
            if recorded:
                with revision(by=REPLAY, reason="spent", at=recorded):
                    add_entry(ground.initiative)
            assert ground.at(at).state == expected(ground, said, recorded, start, at)

    example()


def test_an_update_over_a_passed_forecast_is_hollow_until_a_fact_is_touched(ground):
    week = ground.weeks[0]
    with revision(by=REPLAY, reason="promised", at=LONG_AGO + HOUR):
        add_milestone(ground.initiative, forecasts=[MONDAY - timedelta(days=1)])
    on = week.ends_on
    assert not Initiative.objects.hollow(on=on).exists()  # nobody said anything
    ground.report(week)
    assert list(Initiative.objects.hollow(on=on)) == [ground.initiative]
    assert not Initiative.objects.hollow(on=on + timedelta(days=14)).exists()  # nor is it in force any more
    with revision(by=REPLAY, reason="spent", at=week.opens_at + 2 * HOUR):
        add_entry(ground.initiative)
    assert not Initiative.objects.hollow(on=on).exists()


def test_those_behind_are_counted_and_asked_for_in_as_many_queries_however_many_there_are(ground):
    at = ground.weeks[1].locks_at

    def asked():
        with CaptureQueriesContext(connection) as queries:
            behind = behind_by_state(Initiative.objects.all(), at=at)
            rows = freshness(behind.first(99), at=at)
        assert sum(behind.counts.values()) == len(rows)
        return len(queries), behind.counts

    few, _ = asked()
    with revision(by=REPLAY, reason="more", at=ground.weeks[0].opens_at):
        for number in range(5):
            lifecycle = Lifecycle.MET if number == 4 else Lifecycle.ONGOING
            add_initiative(ground.initiative.pillar, f"1.1{number}", lead=ground.initiative.lead, lifecycle=lifecycle)
    many, counts = asked()
    assert many == few == 2
    assert counts == {Freshness.STALE: 4, Freshness.SILENT: 1}


def test_weeks_in_which_none_was_owed_are_not_held_against_it(ground):
    """Also as of a revision before it owed one again."""
    started = ground.weeks[2].opens_at + HOUR

    def be(lifecycle, at):
        with revision(by=REPLAY, reason="it stands so", at=at):
            Initiative.objects.update(lifecycle=lifecycle)

    def missed(at):
        now = ground.at(at)
        return now.state, now.missed_weeks

    be(Lifecycle.NOT_STARTED, LONG_AGO + HOUR)
    be(Lifecycle.UNDERWAY, started)
    underway = head()
    assert missed(started + HOUR) == (Freshness.NOT_DUE, 0)
    assert missed(ground.weeks[2].locks_at) == (Freshness.MISSED, 1)
    week = ground.weeks[1]
    timely = Initiative.objects.with_timeliness(on=week.ends_on, until=end_of_day(week.ends_on, ground.plan.zone))
    assert timely.get().timeliness == Timeliness.NOT_OWED
    be(Lifecycle.MET, ground.weeks[3].opens_at)
    be(Lifecycle.ONGOING, ground.weeks[3].opens_at + HOUR)
    assert missed(ground.weeks[3].opens_at + 2 * HOUR)[1] == 0
    with as_of(underway):
        assert missed(ground.weeks[2].locks_at) == (Freshness.MISSED, 1)
