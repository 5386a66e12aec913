"""A plan that never was, with half a year of history: for learning, showing and testing. Marked as simulated.

The writes go through the same actions as real ones, dated by a replaying actor, so that history, rollups and figures
are of the same make. The same seed gives the same history.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial

from django.db.models import Count, Q

from initiatives.actions.decisions import approve_update, return_update
from initiatives.actions.milestones import meet_milestone, move_forecast
from initiatives.actions.money import record_entry, reverse_entry
from initiatives.actions.updates import UpdateContent, submit_update
from initiatives.choices import Health, Stage, Workflow
from initiatives.models import Initiative, Milestone, StatusUpdate
from pillars.actions import add_weeks, lock_week, record_steps
from pillars.models import Plan, ReportingWeek
from pillars.rules import monday_of
from reports.actions import publish_rollup, reopen_week, report_headline
from reports.simulated_facts import SimulatedFacts
from reports.simulated_plan import instant, simulated_entry, simulated_plan
from reports.simulated_text import EXPLANATION, HEADLINE_REASON, STORIES
from tracker.choices import Channel
from tracker.errors import Invalid
from tracker.models import User
from tracker.timemachine import Actor

WEEKS = 26
SEED = 2024
# How likely things are in one week, 0 to 1.
SPENDS, MISSPENDS, REPORTS_LATE, IS_SILENT, IS_OVERLOOKED, IS_RETURNED = 0.5, 0.05, 0.1, 0.07, 0.04, 0.06
REOPENS = 20  # the week, from the first, in which an older one is reopened
RECOVERS = 0.12  # chance of a better week: management at work
RED = 2  # moods: 0 green, 1 amber, 2 red
Event = tuple[datetime, Callable[[datetime], None]]


@dataclass
class Simulation:
    """One run: `manager` reports, `lead` decides. `now` is the end of the simulated history."""

    manager: User
    lead: User
    now: datetime
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 - a game, not a secret

    def __post_init__(self) -> None:
        self.start = monday_of(self.now.date()) - timedelta(weeks=WEEKS)
        self.moods: dict[int, int] = {}

    def actor(self, user: User | None = None) -> Actor:
        """Who writes, on a date of the past."""
        name = "" if user else "Simulation"
        return Actor(user=user, name=name, channel=Channel.IMPORT, replaying=True)

    def run(self, *, progress: Callable[[int, int], None]) -> Plan:
        """Write the plan and its weeks in the order of time; `progress` hears how many weeks are done."""
        opened = instant(self.start, time(0, 1))
        self.plan = simulated_plan(
            manager=self.manager, lead=self.lead, start=self.start, at=opened, by=self.actor(), chance=self.chance
        )
        initiatives = Initiative.objects.filter(plan=self.plan)
        self.moods = {initiative.pk: self.chance.choice([0, 0, 0, 1, 1, 2]) for initiative in initiatives.for_list()}
        self.facts = SimulatedFacts(
            plan=self.plan, manager=self.actor(self.manager), lead=self.actor(self.lead), start=self.start,
            chance=random.Random(SEED + 1),  # noqa: S311 - a game, not a secret
        )  # fmt: skip
        self.facts.begin(opened + timedelta(seconds=1))
        add_weeks(plan=self.plan, on=self.start, by=self.actor(), at=opened + timedelta(minutes=1))
        for number in range(WEEKS + 1):
            monday = self.start + timedelta(weeks=number)
            events = sorted(self._week(monday), key=lambda event: event[0])
            for at, write in events:
                if at < self.now:
                    write(at)
            progress(number, WEEKS)
        return self.plan

    def _week(self, monday: date) -> Iterator[Event]:
        """Everything that happens in one week, with its instant."""
        yield instant(monday, time(0, 5)), partial(self._make_weeks, monday)
        yield from self.facts.week(monday)
        initiatives = list(
            Initiative.objects.filter(plan=self.plan)
            .in_progress()
            .select_related("plan", "pillar", "lead")
            .order_by("code")
        )
        for place, initiative in enumerate(initiatives):
            minute = timedelta(minutes=3 * place)
            yield instant(monday, time(15), days=2) + minute, partial(self._spend, initiative)
            yield instant(monday, time(8), days=3) + minute, partial(self._track, initiative)
            late = timedelta(hours=9) if self.chance.random() < REPORTS_LATE else timedelta()
            yield instant(monday, time(10), days=3) + minute + late, partial(self._report, initiative, monday)
            yield instant(monday, time(9), days=4) + minute, partial(self._decide, initiative, monday)
        yield from self._deadlines(monday)
        yield from self._exceptions(monday)

    def _exceptions(self, monday: date) -> Iterator[Event]:
        """Once a week is reopened, for what was overlooked; in the end the lead reports another headline."""
        week = (monday - self.start).days // 7
        old = self._overlooked(monday) if week == REOPENS else None
        if old is not None:
            yield instant(monday, time(9, 40), days=1), partial(self._reopen, old)
            yield instant(monday, time(11, 10), days=1), partial(self._report_missed, old)
            yield instant(monday, time(17, 0, 1), days=1), partial(self._close, old)
        if week in (WEEKS - 1, WEEKS):
            yield instant(monday, time(11, 1), days=4), partial(self._headline, monday)

    def _overlooked(self, monday: date) -> date | None:
        """The newest sealed week for which somebody in progress has no approved update."""
        owing = Initiative.objects.filter(plan=self.plan).in_progress().count()
        sealed = ReportingWeek.objects.filter(plan=self.plan, starts_on__lte=monday - timedelta(weeks=2))
        approved = Count("updates", filter=Q(updates__workflow=Workflow.APPROVED))
        found = sealed.annotate(approved=approved).filter(approved__lt=owing).order_by("-starts_on").first()
        return found.starts_on if found else None

    def _reopen(self, monday: date, at: datetime) -> None:
        until = at.replace(hour=17, minute=0)
        reason = "An update was overlooked before the lock"
        reopen_week(week=self._reporting_week(monday), reason=reason, until=until, by=self.actor(), at=at)

    def _report_missed(self, monday: date, at: datetime) -> None:
        """Who had not reported on the week, does."""
        missed = Initiative.objects.filter(plan=self.plan).in_progress().order_by("code")
        reported = StatusUpdate.objects.approved().filter(week__starts_on=monday).values("initiative")
        for place, initiative in enumerate(missed.exclude(pk__in=reported).select_related("plan", "pillar")[:2]):
            later = at + timedelta(minutes=3 * place)
            self._submit(initiative, self._reporting_week(monday), self._content(self.moods[initiative.pk]), later)
            update = StatusUpdate.objects.get(initiative=initiative, week__starts_on=monday)
            approve_update(update=update, by=self.actor(self.lead), at=later + timedelta(minutes=1))

    def _headline(self, monday: date, at: datetime) -> None:
        report_headline(
            week=self._reporting_week(monday), pillar=self.plan.pillars.get(number=2), colour=Health.AMBER,
            reason_en=HEADLINE_REASON[0], reason_fr=HEADLINE_REASON[1], by=self.actor(self.lead), at=at,
        )  # fmt: skip

    def _deadlines(self, monday: date) -> Iterator[Event]:
        """Those that fall into that week: its own, and of the week before its lock, and what a holiday moved."""
        for week in ReportingWeek.objects.filter(plan=self.plan, starts_on__range=(monday - timedelta(7), monday)):
            passing = partial(self._pass, week.starts_on)
            steps = [(week.initiative_due_at, passing), (week.pillar_due_at, passing)]
            for due_at, write in [*steps, (week.locks_at, partial(self._close, week.starts_on))]:
                if monday_of(self.plan.day(due_at)) == monday:
                    yield due_at + timedelta(seconds=1), write

    def _pass(self, monday: date, at: datetime) -> None:
        """A deadline of the week has passed."""
        record_steps(week=self._reporting_week(monday), by=self.actor(), at=at)

    def _make_weeks(self, monday: date, at: datetime) -> None:
        add_weeks(plan=self.plan, on=monday, by=self.actor(), at=at)
        record_steps(week=self._reporting_week(monday), by=self.actor(), at=at + timedelta(seconds=1))

    def _spend(self, initiative: Initiative, at: datetime) -> None:
        """Money goes out; now and then an entry was wrong and is reversed a moment later."""
        if self.chance.random() > SPENDS:
            return
        dollars = Decimal(self.chance.randrange(40_000, 900_000))
        content = simulated_entry(initiative, Stage.EXPENDITURE, dollars, at.date())
        entry = record_entry(initiative=initiative, content=content, by=self.actor(self.manager), at=at)
        if self.chance.random() < MISSPENDS:
            reverse_entry(
                entry=entry, reason="Paid from another line", by=self.actor(self.manager), at=at + timedelta(seconds=30)
            )

    def _track(self, initiative: Initiative, at: datetime) -> None:
        """Milestones are met, or their dates move: the worse the mood, the more they do."""
        mood, today = self.moods[initiative.pk], at.astimezone(self.plan.zone).date()
        by = self.actor(self.manager)
        due = Milestone.objects.filter(initiative=initiative).with_dates().unmet(on=today).order_by("code").first()
        expected = getattr(due, "expected_on", None)
        if due is None or expected is None or expected > today + timedelta(days=3):
            return
        if self.chance.random() < (0.75, 0.45, 0.2)[mood]:
            meet_milestone(milestone=due, on=min(expected, today), by=by, at=at)
        else:
            to = today + timedelta(days=self.chance.choice([7, 14, 21, 42]))
            if to != expected:
                move_forecast(milestone=due, to=to, reason="Delivery of equipment is late", by=by, at=at)

    def _report(self, initiative: Initiative, monday: date, at: datetime) -> None:
        """The week's update; some are never written."""
        if self.chance.random() < IS_SILENT:
            return
        mood = self.moods[initiative.pk] + self.chance.choice([0, 0, 0, 0, 0, 1, -1])
        if self.chance.random() < RECOVERS:
            mood -= 1
        mood = self.moods[initiative.pk] = min(RED, max(0, mood))
        self._submit(initiative, self._reporting_week(monday), self._content(mood), at)

    def _submit(self, initiative: Initiative, week: ReportingWeek, content: UpdateContent, at: datetime) -> None:
        """Where facts speak against the rating, the manager says why it stands."""
        send = partial(submit_update, initiative=initiative, week=week, by=self.actor(self.manager), at=at)
        try:
            send(content=content)
        except Invalid as error:
            if "explanation_en" not in error.fields:
                raise
            send(content=replace(content, explanation_en=EXPLANATION[0], explanation_fr=EXPLANATION[1]))

    def _content(self, mood: int) -> UpdateContent:
        health = (Health.GREEN, Health.AMBER, Health.RED)[mood]
        story = self.chance.choice(STORIES[health])
        return UpdateContent(
            health_schedule=health, health_cost=Health.AMBER if mood == RED else Health.GREEN,
            health_scope=Health.GREEN, health_overall=health, headline_en=story.headline_en,
            headline_fr=story.headline_fr, narrative_en=story.narrative_en, narrative_fr=story.narrative_fr,
            path_to_green_en=story.path_en, path_to_green_fr=story.path_fr,
        )  # fmt: skip

    def _decide(self, initiative: Initiative, monday: date, at: datetime) -> None:
        """The lead approves most, returns a few, which then come back, and overlooks some."""
        update = (
            StatusUpdate.objects.awaiting_review()
            .filter(initiative=initiative, week__starts_on=monday)
            .select_related("week", "initiative")
            .first()
        )
        luck = self.chance.random()
        if update is None or update.workflow != Workflow.SUBMITTED or luck < IS_OVERLOOKED:
            return
        lead = self.actor(self.lead)
        if luck < IS_OVERLOOKED + IS_RETURNED:
            return_update(update=update, comment="Say since when.", by=lead, at=at)
            again = at + timedelta(seconds=40)
            self._submit(initiative, update.week, self._content(self.moods[initiative.pk]), again)
            at = again + timedelta(seconds=40)
        approve_update(update=update, by=lead, at=at)

    def _close(self, monday: date, at: datetime) -> None:
        """The week locks and its rollup is sealed."""
        week = lock_week(week=self._reporting_week(monday), by=self.actor(), at=at)
        publish_rollup(week=week, by=self.actor(), at=at + timedelta(seconds=20), late=False)

    def _reporting_week(self, monday: date) -> ReportingWeek:
        return ReportingWeek.objects.select_related("plan").get(plan=self.plan, starts_on=monday)
