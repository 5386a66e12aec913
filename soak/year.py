"""The year of a soak, week by week: people write, the clock moves on, things go wrong, and each week gets sealed."""

import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TextIO

from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone

from pillars.models import ReportingWeek
from reports.cycle import unpublished
from soak import facts, updates
from soak.faults import Faults
from soak.people import People
from tracker.choices import MailState
from tracker.models import Heartbeat, Mail
from tracker.models.mail import UNKNOWN_AFTER

PATIENCE = 120  # seconds in which all that is owed has to be done, once nothing is wrong any more
SHORT = (
    "pool_killed", "worker_killed", "web_worker_killed", "web_killed", "beat_killed", "postgres_killed",
    "postgres_away", "broker_killed", "broker_away", "broker_frozen", "broker_flushed",
)  # fmt: skip
CLOCKS = ("clock_ahead", "clock_behind")
LONG = ("two_beats", "worker_clock_ahead", "worker_clock_behind", *CLOCKS, "beat_off")
LONGEST = "beat_off_long"
KINDS = (*SHORT, *LONG, LONGEST)
STAGES = ("facts", "updates", "decisions", "lock", "lock")
REOPENS, RUSH = 0.25, 8
MOST_REOPENED = 3  # weeks back
WHOLE_YEAR = 40  # weeks from which on every fault comes several times

Schedule = dict[int, dict[str, list[str]]]


class NotSealed(Exception):
    """What was owed was not done in time."""


def schedule(weeks: int, chance: random.Random, only: Collection[str] = KINDS) -> Schedule:
    """Which faults come in which week, and at which of its stages. In a year each at least three times."""
    found: Schedule = defaultdict(lambda: defaultdict(list))
    whole = weeks >= WHOLE_YEAR
    last = max(weeks - 2, 1)
    short, long = ([kind for kind in kinds if kind in only] for kinds in (SHORT, LONG))
    for kind in short * (4 if whole else 1):
        found[chance.randrange(last)][chance.choice(STAGES)].append(kind)
    # Those that last, each with its own weeks: what one of them changes another would take back.
    lasting = [*long * (3 if whole else 1), *([LONGEST] if whole and LONGEST in only else [])]
    chance.shuffle(lasting)
    places = sorted(chance.sample(range(last), min(len(lasting), last)))
    for place, kind in zip(places, lasting, strict=False):
        stage = "weekend" if kind.startswith("beat_off") else "lock" if kind in CLOCKS else "facts"
        found[place][stage].append(kind)
    return found


def owed() -> list[str]:
    """Weeks that should be locked or published by now, and are not."""
    at = timezone.now()
    waiting = [*ReportingWeek.objects.to_lock(at=at).select_related("plan"), *unpublished().select_related("plan")]
    return [f"{week.plan.code} {week.code}" for week in waiting]


def tick_at() -> datetime | None:
    """When the cycle last ticked."""
    beat = Heartbeat.objects.filter(name="tick").first()
    return beat.at if beat else None


def mail_under_way() -> list[str]:
    """Mails that are being sent, or should be by now."""
    at = timezone.now()
    return [mail.key for mail in Mail.objects.due(at=at) | Mail.objects.filter(state=MailState.SENDING)]


@dataclass
class Year:
    """One run, from the week of `monday` on."""

    people: People
    faults: Faults
    monday: date
    weeks: int
    out: TextIO
    schedule: Schedule
    settled: list[float] = field(default_factory=list)
    """Seconds after each moment until nothing was owed."""
    reopened: int = 0
    late: set[date] = field(default_factory=set)
    """Mondays of weeks that cannot have been sealed in time."""
    perhaps_late: set[date] = field(default_factory=set)

    def run(self) -> None:
        """All weeks; then everything that lasts ends. Raises `NotSealed`."""
        for number in range(self.weeks):
            began = time.monotonic()
            self.faults.begin_week(number)
            week = self._week(self.monday + timedelta(weeks=number))
            self._play(week, self.schedule[number])
            kinds = [kind for kinds in self.schedule[number].values() for kind in kinds]
            self.out.write(
                f"{number + 1:3} of {self.weeks}  {week.code}  {time.monotonic() - began:5.1f} s  {', '.join(kinds)}\n"
            )
            self.out.flush()
        self.faults.end_all()
        self._settle()
        self.faults.clock.go(self.faults.clock.now() + 2 * UNKNOWN_AFTER)
        self._settle(lambda: [*owed(), *mail_under_way()])

    def _play(self, week: ReportingWeek, kinds: dict[str, list[str]]) -> None:
        zone = self.people.cast.plan.zone
        tuesday = datetime.combine(week.starts_on + timedelta(days=1), datetime.min.time(), zone) + timedelta(hours=13)
        self._stage(tuesday, kinds["facts"], lambda: self._tuesday(tuesday))
        self._stage(tuesday + timedelta(hours=23), [], lambda: facts.rush(self.people, RUSH), settles=True)
        due, reviewed, locks = week.initiative_due_at, week.pillar_due_at, week.locks_at
        self._stage(
            due - timedelta(hours=6), kinds["updates"], lambda: updates.report(self.people, week, updates.IN_TIME)
        )
        self._stage(due + timedelta(hours=2), [], lambda: updates.report(self.people, week, updates.LATER))
        self._stage(reviewed - timedelta(hours=2), kinds["decisions"], lambda: updates.decide(self.people, week))
        self._stage(locks - timedelta(hours=42), kinds["weekend"], lambda: None)
        self._lock(week, locks, kinds["lock"])

    def _tuesday(self, now: datetime) -> None:
        facts.record_facts(self.people)
        if self.faults.beat_returns is None and self.people.happens(REOPENS):
            published = ReportingWeek.objects.filter(plan=self.people.cast.plan, rollups__isnull=False).distinct()
            recent = self.people.rows(
                published.filter(locked_at__isnull=False).select_related("plan").order_by("-starts_on")[:MOST_REOPENED]
            )
            if recent:
                chosen = self.people.chance.choice(recent)
                self.reopened += updates.reopen(self.people, chosen, now + timedelta(hours=22))

    def _lock(self, week: ReportingWeek, locks: datetime, kinds: list[str]) -> None:
        """The last seconds of a week, and its end."""
        if set(kinds) & set(CLOCKS):
            self.perhaps_late.add(week.starts_on)

        def over_the_lock() -> None:
            facts.rush(self.people, RUSH)
            self.faults.clock.go(locks + timedelta(seconds=1))

        self._stage(locks - timedelta(seconds=1), kinds, over_the_lock, settles=True)
        if self.faults.beat_returns is not None and self.faults.clock.now() >= locks:
            self.late.add(week.starts_on)

    def _stage(self, at: datetime, kinds: list[str], play: Callable[[], object], *, settles: bool = False) -> None:
        """Move on to that moment, play, have the faults come meanwhile, and see that what is owed gets done."""
        self.faults.clock.go(at)
        self.faults.end_beat_off()
        thread = self.faults.in_a_while(kinds, within=1.5)
        try:
            play()
        finally:
            thread.join()
        self.faults.check()
        if self.faults.clock.skew:
            self._settle()
            self.faults.end_skew()
        if kinds or settles:
            self._settle()

    def _settle(self, owed: Callable[[], list[str]] = owed) -> None:
        """Wait until nothing is owed and the cycle ticks. Nothing does, while beat is off."""
        if self.faults.beat_returns is not None:
            return
        began, seen = time.monotonic(), None
        for waiting, tick in self._looks(owed):
            seen = seen or tick
            if not waiting and tick != seen:
                break
            if time.monotonic() > began + PATIENCE:
                what = ", ".join(waiting) or "a tick"
                message = f"waited {PATIENCE} s for: {what}"
                raise NotSealed(message)
        self.settled.append(time.monotonic() - began)

    def _looks(self, owed: Callable[[], list[str]]) -> Iterator[tuple[list[str], datetime | None]]:
        while True:
            try:
                yield owed(), tick_at()
            except (OperationalError, InterfaceError):
                connections.close_all()
            time.sleep(0.1)

    def _week(self, monday: date) -> ReportingWeek:
        rows = ReportingWeek.objects.filter(plan=self.people.cast.plan, starts_on=monday).select_related("plan")
        [week] = self.people.rows(rows)
        return week

    def waits(self) -> str:
        """How long it took until nothing was owed."""
        if not self.settled:
            return "never"
        median, longest = statistics.median(self.settled), max(self.settled)
        return f"{len(self.settled)} times, {median:.1f} s in the middle, {longest:.1f} s at most"
