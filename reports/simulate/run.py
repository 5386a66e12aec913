"""One simulation: refused, or written whole in one transaction."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from pillars.actions import new_week
from pillars.models import Plan, ReportingWeek
from pillars.rules import fiscal_year, monday_of, week_code
from reports.simulate.course import Course
from reports.simulate.frame import DEPARTMENTS, WEEKS_AHEAD, Frame
from reports.simulate.initiatives import Initiatives
from reports.simulate.loading import Bare
from reports.simulate.milestones import Milestones
from reports.simulate.money import Money
from reports.simulate.proofs import prove
from reports.simulate.revisions import SIMULATION, Pace, Revisions
from reports.simulate.rows import ENOUGH
from reports.simulate.size import Size
from reports.simulate.updates import HOUR, Updates
from reports.simulated_plan import ZONE
from tracker.errors import Conflict, Invalid
from tracker.models import Organization, Revision, User
from tracker.timemachine import database_time, hold_turn

CODE = "SIM10K"
SEED = 7
CODE_LENGTH = 12  # of a plan, whose departments and people are named after it
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Simulated:
    """What was made: the plan, its first and newest revision, and the rows of each table."""

    plan: Plan
    first: int
    newest: int
    rows: Mapping[str, int]


def simulate(
    size: Size, *, seed: int = SEED, progress: Callable[[int, int], None], code: str = CODE, until: date | None = None,
    now: datetime | None = None,
) -> Simulated:  # fmt: skip
    """Write a simulated plan of that size, with all its history; `progress` hears how many steps are done, and of how
    many.

    The weeks end with that of `until`, or with the last one that has locked by `now` (else by the database's clock).
    The same size, seed, code and weeks give the same rows. All or nothing, in one transaction under the writers' turn,
    with the tables locked; outside a transaction they are vacuumed and analyzed afterwards.

    Raises `Invalid` by field for a size or code that cannot be, `Conflict` where the plan, its departments or people
    exist already or the database's history is younger than the first simulated week, `Busy`, and `Refused` where the
    database account does not own the tables.
    """
    size.check()
    now = now or database_time()
    plan, weeks = _framed(size, code, until, now)
    with transaction.atomic(), connection.cursor() as cursor:
        hold_turn()
        newest = _check_free(plan, weeks[0])
        author, reviewer = (_person(plan, what) for what in ("author", "reviewer"))
        revisions = Revisions(newest, weeks[0].opens_at)
        chance = random.Random(seed)  # noqa: S311 - a game, not a secret
        run = _Run(cursor, Course(size, plan, weeks, revisions, author, reviewer, chance), progress)
        run.write()
    run.vacuum()
    progress(run.steps, run.steps)
    return Simulated(plan, newest + 1, revisions.number, {table.name: table.sent for table in run.tables})


class _Run:
    """The parts of one run, in the order in which things happen."""

    def __init__(self, cursor: CursorWrapper, course: Course, progress: Callable[[int, int], None]) -> None:
        self.cursor, self.course, self.progress, self.done = cursor, course, progress, 0
        self.frame = Frame(cursor, course)
        self.initiatives = Initiatives(cursor, course, self.frame)
        self.milestones = Milestones(cursor, course, self.initiatives)
        self.money = Money(cursor, course, self.initiatives)
        self.updates = Updates(cursor, course, self.initiatives, self.milestones)
        parts = (self.frame, self.initiatives, self.milestones, self.money, self.updates)
        self.tables = [table for part in parts for table in part.tables]
        self.bare = Bare(cursor, [table.name for table in self.tables])
        self.steps = course.size.weeks + self.bare.steps + 2  # the proof, and what follows the commit

    def write(self) -> None:
        """All of it; proved, and ready to be committed."""
        course, newest = self.course, self.course.revisions.number
        # The accounts' foreign keys are checked now: tables with checks outstanding cannot be altered.
        self.cursor.execute("set constraints all immediate")
        self.bare.take()
        self._begin()
        for place in range(course.size.weeks):
            self._week(place)
            self._step()
        course.revisions.catch_up()
        for part in (self.frame, self.initiatives, self.milestones):
            part.end()
        self._flush(least=1)
        for table in self.tables:
            table.number_on(self.cursor)
        for finish in self.bare.finish(after=newest):
            finish()
            self._step()
        prove(self.cursor, self.bare.tables, after=newest, head=course.revisions.number)
        self._step()

    def vacuum(self) -> None:
        """Row versions marked as seen by all, statistics as the planner needs them. Within somebody's transaction, the
        statistics alone."""
        what = "analyze" if connection.in_atomic_block else "vacuum (analyze)"
        with connection.cursor() as cursor:
            for name in self.bare.all:
                cursor.execute(f"{what} {name}")

    def _begin(self) -> None:
        """The plan, with all that is set up before its first week."""
        course, opens_at = self.course, self.course.weeks[0].opens_at
        course.plan.funding_announced = Decimal(self.money.granted)
        stamp = course.revisions.open(opens_at + timedelta(minutes=1), SIMULATION, "Simulated plan begins")
        for part in (self.frame, self.initiatives, self.milestones, self.money):
            part.begin(stamp)
        course.revisions.expect(self.frame.expected())

    def _week(self, place: int) -> None:
        """Facts between the lock of the week before and the deadline of this one, then opinions."""
        course, week = self.course, self.course.weeks[place]
        starts = week.opens_at + 33 * HOUR
        if place:
            starts = max(starts, course.weeks[place - 1].locks_at + HOUR)
        number = sum(part.happening(place) for part in (self.initiatives, self.milestones, self.money))
        pace = Pace(starts, week.initiative_due_at - 9 * HOUR, number)
        self.initiatives.week(place, pace)
        self.milestones.week(place, pace)
        self.money.week(place, pace)
        self.updates.week(place)
        self._flush(least=ENOUGH)

    def _flush(self, *, least: int) -> None:
        self.course.revisions.flush(self.cursor, least=least)
        for table in self.tables:
            table.flush(self.cursor, least=least)

    def _step(self) -> None:
        self.done += 1
        self.progress(self.done, self.steps)


def _framed(size: Size, code: str, until: date | None, now: datetime) -> tuple[Plan, list[ReportingWeek]]:
    """The plan, and its weeks by the calendar: those with a past, and those made ahead. Raises `Invalid`."""
    plan = Plan(
        code=code, title_en=f"Simulated plan {code}", title_fr=f"Plan simulé {code}", simulated=True,
        description_en="Invented for measuring and testing. Nothing in it is real.",
        description_fr="Inventé pour mesurer et mettre à l’essai. Rien n’y est réel.",
        time_zone=ZONE.key, source="Simulation",
    )  # fmt: skip
    if not re.fullmatch(rf"[A-Z][A-Z0-9-]{{0,{CODE_LENGTH - 1}}}", code):
        message = f"{code} is no code; write capital letters, digits and hyphens, at most {CODE_LENGTH}."
        raise Invalid("Such a plan cannot be simulated.", fields={"plan": message})
    last = monday_of(until or plan.day(now))
    if until is None:
        while new_week(plan, last).locks_at + HOUR > now:
            last -= _WEEK
    elif new_week(plan, last).locks_at + HOUR > now:
        message = f"{week_code(last)} has not locked yet: only weeks of the past are simulated."
        raise Invalid("Such a plan cannot be simulated.", fields={"until": message})
    first = last - (size.weeks - 1) * _WEEK
    weeks = [new_week(plan, first + number * _WEEK) for number in range(size.weeks + WEEKS_AHEAD + 1)]
    plan.announced_on = first
    plan.first_fiscal_year, plan.last_fiscal_year = fiscal_year(first), fiscal_year(last) + 2
    return plan, weeks


def _check_free(plan: Plan, first: ReportingWeek) -> int:
    """The newest revision there is. Raises `Conflict` where the simulation would meet what exists."""
    if Plan.objects.filter(code=plan.code).exists():
        message = f"There is a plan {plan.code} already."
        raise Conflict(message, fields={"plan": message}, code="exists")
    departments = Organization.objects.filter(code__in=[f"{plan.code}-{letter}" for letter in DEPARTMENTS])
    people = User.objects.filter(username__in=[_username(plan, what) for what in ("author", "reviewer")])
    if taken := [*departments.values_list("code", flat=True), *people.values_list("username", flat=True)]:
        message = f"These exist already, left from another simulation: {', '.join(taken)}. Choose another code."
        raise Conflict(message, fields={"plan": message}, code="exists")
    newest = Revision.objects.order_by("-number").first()
    if newest is not None and newest.at >= first.opens_at:
        message = (
            f"The history of this database goes up to {newest.at:%Y-%m-%d %H:%M} UTC, and revisions are dated one"
            f" after the other: a past from {first.starts_on} on cannot be added. Simulate in a database of its own, or"
            " before anything else is recorded; other plans can be loaded afterwards."
        )
        raise Conflict(message, fields={"weeks": message}, code="history")
    return newest.number if newest else 0


def _person(plan: Plan, what: str) -> User:
    """An account that nobody can sign in with."""
    user = User(username=_username(plan, what), name=f"Simulated {what} ({plan.code})")
    user.set_unusable_password()
    user.save()
    return user


def _username(plan: Plan, what: str) -> str:
    return f"simulated-{what}-{plan.code.lower()}"
