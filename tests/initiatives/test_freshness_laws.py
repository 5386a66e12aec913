"""Freshness of many initiatives at once, in several plans, as known now or then: the SQL says what Python says."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from initiatives.choices import Freshness, Health, Lifecycle, Timeliness, Workflow
from initiatives.models import Initiative
from initiatives.rules import rated_weeks
from initiatives.rules.freshness import DUE_WITHIN, SILENT_AFTER, end_of_day
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
REPLAY = Actor(name="Replay", replaying=True)
LONG_AGO = datetime(2026, 6, 1, tzinfo=UTC)
START = datetime(2026, 9, 21, 12, tzinfo=UTC)
OWING = (Lifecycle.UNDERWAY, Lifecycle.ONGOING)
SENT = (Workflow.SUBMITTED, Workflow.APPROVED)
# Three plans: one of four weeks; one with a gap, whose second week stays open past the lock of the next; one of none.
CALENDARS = {"A": [0, 1, 2, 3], "B": [0, 1, 3], "C": []}
ZONES = {"A": "America/Toronto", "B": "America/Vancouver", "C": "America/Halifax"}
OF_PLAN = ["A", "A", "B", "B", "C"]


@dataclass(frozen=True)
class Event:
    """What is recorded of an initiative: a step of its lifecycle, an entry, or the update of a week of its plan."""

    hour: int
    initiative: int
    lifecycle: Lifecycle | None = None
    week: int | None = None
    workflow: Workflow | None = None


HOURS = st.integers(1, 5 * 168)
WHO = st.integers(0, len(OF_PLAN) - 1)
STEPS = [Lifecycle.UNDERWAY, Lifecycle.ONGOING, Lifecycle.NOT_STARTED, Lifecycle.MET]
EVENTS = st.lists(
    st.builds(Event, HOURS, WHO, lifecycle=st.sampled_from(STEPS))
    | st.builds(Event, HOURS, WHO)
    | st.builds(Event, HOURS, WHO, week=st.integers(0, 3), workflow=st.sampled_from([Workflow.APPROVED, *Workflow])),
    min_size=6,
    max_size=24,
    unique_by=lambda event: event.hour,
).map(lambda events: sorted(events, key=lambda event: event.hour))


class Ground:
    def __init__(self):
        self.author, self.reviewer = add_user("author"), add_user("reviewer")
        with revision(by=REPLAY, reason="long ago", at=LONG_AGO):
            lead = add_organization()
            self.plans = {code: add_plan(code, time_zone=zone) for code, zone in ZONES.items()}
            pillars = {code: add_pillar(plan) for code, plan in self.plans.items()}
            self.weeks = {code: [self._week(code, number) for number in numbers] for code, numbers in CALENDARS.items()}
            self.initiatives = [
                add_initiative(pillars[code], f"1.{number}", lead=lead) for number, code in enumerate(OF_PLAN)
            ]

    def _week(self, code, number):
        week = add_week(self.plans[code], MONDAY + timedelta(weeks=number))
        if (code, number) == ("B", 1):
            week.locks_at += timedelta(weeks=3)
            week.save()
        return week

    def record(self, event):
        """False for what cannot be: a week that is not there, or has its update; a step that changes nothing."""
        initiative = self.initiatives[event.initiative]
        at = START + timedelta(hours=event.hour)
        if event.week is not None:
            weeks = self.weeks[OF_PLAN[event.initiative]]
            if event.week >= len(weeks) or initiative.updates.filter(week=weeks[event.week]).exists():
                return False
            told = {} if event.workflow == Workflow.DRAFT else {"first_submitted_at": at, "submitted_at": at}
        with revision(by=REPLAY, reason="recorded", at=at):
            if event.week is not None:
                add_update(
                    initiative, weeks[event.week], Health.GREEN, author=self.author, reviewer=self.reviewer,
                    workflow=event.workflow, writers=[self.author.pk], **told,
                )  # fmt: skip
            elif event.lifecycle is not None:
                rows = Initiative.objects.filter(pk=initiative.pk).exclude(lifecycle=event.lifecycle)
                return bool(rows.update(lifecycle=event.lifecycle))
            else:
                add_entry(initiative)
        return True


class Told:
    """What the definitions make of one initiative, from what is known of it."""

    def __init__(self, ground, number, start, forecast, known):
        plan = ground.plans[OF_PLAN[number]]
        events = [event for event in known if event.initiative == number]
        self.weeks, self.forecast = ground.weeks[OF_PLAN[number]], forecast
        self.said = {self.weeks[one.week].pk: one for one in events if one.week is not None}
        self.touched = [START + timedelta(hours=event.hour) for event in events]
        self.spent = [START + timedelta(hours=one.hour) for one in events if one.week is None and one.lifecycle is None]
        self.lifecycle, self.since = Lifecycle.UNDERWAY, start or date.min
        for event in events:
            if event.lifecycle is not None:
                if self.lifecycle not in OWING:
                    self.since = max(start or date.min, plan.day(START + timedelta(hours=event.hour)))
                self.lifecycle = event.lifecycle

    def workflow(self, week):
        return self.said[week.pk].workflow if week.pk in self.said else None

    def silent(self, at):
        return max([LONG_AGO, *self.touched]) < at - SILENT_AFTER

    def missed(self, weeks, closed):
        approved = [week.starts_on for week in weeks if self.workflow(week) == Workflow.APPROVED]
        last = max(approved, default=date.min)
        return sum(week.starts_on > last and week.ends_on >= self.since for week in closed)

    def freshness(self, at):
        opened = [week for week in self.weeks if week.opens_at <= at]
        closed = [week for week in opened if week.locks_at <= at]
        missed, running = self.missed(opened, closed), opened[-1] if opened else None
        counts = (Workflow.APPROVED,) if running in closed else SENT
        still_open = [week for week in opened if week not in closed]
        late = [week for week in still_open if week.initiative_due_at <= at and week.ends_on >= self.since]
        rungs = {
            Freshness.NOT_OWED: self.lifecycle not in OWING,
            Freshness.REPORTED: running is not None and self.workflow(running) in counts,
            Freshness.SILENT: self.silent(at),
            Freshness.STALE: missed > 1,
            Freshness.MISSED: missed == 1,
            Freshness.LATE: any(self.workflow(week) not in SENT for week in late),
            Freshness.DUE: running in still_open and running.initiative_due_at <= at + DUE_WITHIN,
            Freshness.NOT_DUE: True,
        }
        return next(state for state, holds in rungs.items() if holds), missed

    def timeliness(self, on, until):
        complete, _ = rated_weeks(on)
        weeks = [week for week in self.weeks if week.starts_on <= complete]
        week = weeks[-1] if weeks and weeks[-1].starts_on == complete else None
        if self.lifecycle not in OWING:
            return Timeliness.NOT_OWED
        if week is not None and self.workflow(week) == Workflow.APPROVED:
            submitted = START + timedelta(hours=self.said[week.pk].hour)
            return Timeliness.IN_TIME if submitted <= week.initiative_due_at else Timeliness.LATE
        if week is None or week.ends_on < self.since:
            return Timeliness.NOT_OWED
        if self.silent(until):
            return Timeliness.SILENT
        return Timeliness.STALE if self.missed(weeks, weeks) > 1 else Timeliness.MISSED

    def hollow(self, on):
        rated = [week for week in self.weeks if week.starts_on in rated_weeks(on)]
        said = [week for week in rated if self.workflow(week) == Workflow.APPROVED]
        if self.lifecycle not in OWING or not said or self.forecast is None:
            return False
        return self.forecast < said[-1].starts_on and all(at < said[-1].opens_at for at in self.spent)


@pytest.fixture
def ground():
    return Ground()


def test_all_are_told_at_once_what_each_is_told_alone_whenever_it_is_asked_and_whatever_was_known(ground):
    dates = st.lists(st.none() | st.integers(-3, 25), min_size=len(OF_PLAN), max_size=len(OF_PLAN))

    @LAW
    @given(EVENTS, dates, dates, st.integers(-40, 167), st.integers(0, 24))
    def example(events, starts, forecasts, asked, number):
        instants = [START + timedelta(weeks=week, hours=asked) for week in range(1, 5)]
        starts, forecasts = (
            [None if shift is None else MONDAY + timedelta(days=shift) for shift in shifts]
            for shifts in (starts, forecasts)
        )
        with undone():
            with revision(by=REPLAY, reason="planned", at=LONG_AGO + timedelta(hours=1)):
                for initiative, start, forecast in zip(ground.initiatives, starts, forecasts, strict=True):
                    Initiative.objects.filter(pk=initiative.pk).update(starts_on=start)
                    if forecast:
                        add_milestone(initiative, forecasts=[forecast])
            heads = [head()]
            known = []
            for event in events:
                if ground.record(event):
                    known.append(event)
                    heads.append(head())
            for at in instants:
                holds(ground, known, starts, forecasts, at)
            count = min(number, len(known))
            with as_of(heads[count]):
                holds(ground, known[:count], starts, forecasts, instants[number % len(instants)])

    example()


def holds(ground, known, starts, forecasts, at):
    told = {
        row.pk: Told(ground, number, starts[number], forecasts[number], known)
        for number, row in enumerate(ground.initiatives)
    }
    rows, fresh = Initiative.objects.all(), {key: one.freshness(at) for key, one in told.items()}
    assert states(rows, at) == fresh
    alone = ground.initiatives[len(known) % len(OF_PLAN)].pk
    assert states(rows.filter(pk=alone), at) == {alone: fresh[alone]}
    plan = ground.plans["A"]
    on, until = plan.day(at), end_of_day(plan.day(at), plan.zone)
    timely = dict(rows.with_timeliness(on=on, until=until).values_list("pk", "timeliness"))
    assert timely == {key: one.timeliness(on, until) for key, one in told.items()}
    assert {row.pk for row in rows.hollow(on=on)} == {key for key, one in told.items() if one.hollow(on)}


def states(rows, at):
    found = rows.with_freshness(at=at).values_list("pk", "freshness", "missed_weeks")
    return {key: (state, missed) for key, state, missed in found}
