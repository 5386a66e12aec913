"""The frame of a simulation: departments, the plan, its pillars, who works on it, its reporting weeks."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from django.db.backends.utils import CursorWrapper

from pillars.choices import Transition
from pillars.models import Pillar, Plan, ReportingWeek, WeekTransition
from reports.simulate.course import Course
from reports.simulate.revisions import SIMULATION, Stamp, Step
from reports.simulate.rows import Table
from reports.simulate.words import PILLARS
from tracker.choices import Role
from tracker.models import Organization, RoleGrant

DEPARTMENTS = "ABCDEFGHJKLM"
WEEKS_AHEAD = 8
_PLAN = (
    "code", "title_en", "title_fr", "description_en", "description_fr", "announced_on", "funding_announced",
    "first_fiscal_year", "last_fiscal_year", "time_zone", "simulated", "source",
)  # fmt: skip
_WEEK = ("year", "number", "starts_on", "ends_on", "opens_at", "initiative_due_at", "pillar_due_at", "locks_at")
_TICK = timedelta(seconds=3)  # after a deadline, until the cycle has recorded it


class Frame:
    """Writes the frame, and what becomes of each week."""

    def __init__(self, cursor: CursorWrapper, course: Course) -> None:
        self.course = course
        self.organizations = Table(
            cursor, Organization, "code", "abbreviation_en", "abbreviation_fr", "name_en", "name_fr", "fund_life_years"
        )
        self.plans = Table(cursor, Plan, *_PLAN)
        self.pillars = Table(cursor, Pillar, "plan_id", "number", "title_en", "title_fr", "source", "sponsor_id")
        self.grants = Table(cursor, RoleGrant, "user_id", "role", "scope")
        self.weeks = Table(cursor, ReportingWeek, "plan_id", *_WEEK, "locked_at", "lock_revision")
        self.transitions = Table(
            cursor, WeekTransition, "week_id", "edition", "state", "due_at", "at", "late", "reason"
        )
        self.tables = [
            self.organizations, self.plans, self.pillars, self.grants, self.weeks, self.transitions,
        ]  # fmt: skip
        self._made: list[int] = []  # the revision that made each week

    def begin(self, stamp: Stamp) -> None:
        """Everything but the weeks, in the revision with which the plan begins."""
        course, plan = self.course, self.course.plan
        self.leads = [self.organizations.key() for _letter in DEPARTMENTS]
        for pk, letter in zip(self.leads, DEPARTMENTS, strict=True):
            names = (f"Simulated Department {letter}", f"Ministère simulé {letter}")
            row = (f"{plan.code}-{letter}", letter, letter, *names, 1 + DEPARTMENTS.index(letter) % 2)
            self.organizations.live(pk, stamp.number, Table.row(*row))
        plan.pk = self.plans.key()
        self.plans.live(plan.pk, stamp.number, Table.row(*(getattr(plan, name) for name in _PLAN)))
        for number, titles in enumerate(PILLARS, start=1):
            pillar = Table.row(plan.pk, number, *titles, plan.source, self.leads[number])
            self.pillars.live(self.pillars.key(), stamp.number, pillar)
        for user, role in ((course.author, Role.MANAGER), (course.reviewer, Role.PILLAR_LEAD)):
            self.grants.live(self.grants.key(), stamp.number, Table.row(user.pk, role.value, plan.code))

    def pillar(self, number: int) -> int:
        """The key of the pillar of that number, from 1."""
        return self.pillars.base + number

    def expected(self) -> Iterator[Step]:
        """What becomes of each week of the past, and when; and that the one after it opens."""
        for place, week in enumerate(self.course.weeks[: self.course.size.weeks]):
            yield week.opens_at, partial(self._open, place)
            yield week.initiative_due_at, partial(self._record, place, Transition.DUE)
            yield week.pillar_due_at, partial(self._record, place, Transition.REVIEW_DUE)
            yield week.locks_at, partial(self._lock, place)
        running = self.course.weeks[self.course.size.weeks]
        if running.opens_at < week.locks_at:
            yield running.opens_at, partial(self._open, self.course.size.weeks)

    def _open(self, place: int, due_at: datetime) -> None:
        """Weeks are made ahead, and one opens."""
        if len(self._made) < place + 1 + WEEKS_AHEAD:
            made = self._revision(due_at, f"Reporting weeks of {self.course.plan.code} made ahead")
            while len(self._made) < place + 1 + WEEKS_AHEAD:
                self.course.weeks[len(self._made)].pk = self.weeks.key()
                self._made.append(made.number)
        self._record(place, Transition.OPENED, due_at)

    def _record(self, place: int, state: Transition, due_at: datetime) -> None:
        """A deadline of a week has passed."""
        week = self.course.weeks[place]
        self._transition(week, state, due_at, self._revision(due_at, f"{week.code}: deadlines passed"))

    def _lock(self, place: int, due_at: datetime) -> None:
        """The week's time has come: what was known at the cut-off is the newest revision that there is."""
        week = self.course.weeks[place]
        known = self.course.revisions.number
        stamp = self._revision(due_at, f"{week.code} locked")
        self.weeks.past(week.pk, self._made[place], stamp.number, self._week(week))
        self.weeks.live(week.pk, stamp.number, self._week(week, stamp.at, known))
        self._transition(week, Transition.LOCKED, due_at, stamp)

    def end(self) -> None:
        """The weeks that were made ahead stand as they are."""
        for place in range(self.course.size.weeks, len(self._made)):
            week = self.course.weeks[place]
            self.weeks.live(week.pk, self._made[place], self._week(week))

    def _revision(self, due_at: datetime, reason: str) -> Stamp:
        return self.course.revisions.open(due_at + _TICK, SIMULATION, reason)

    def _week(self, week: ReportingWeek, locked_at: str | None = None, known: int | None = None) -> str:
        instants = (getattr(week, name) for name in _WEEK)
        return Table.row(self.course.plan.pk, *instants, locked_at, known)

    def _transition(self, week: ReportingWeek, state: Transition, due_at: datetime, stamp: Stamp) -> None:
        row = Table.row(week.pk, 1, state.value, due_at, stamp.at, False, "")  # noqa: FBT003 - a column
        self.transitions.live(self.transitions.key(), stamp.number, row)
