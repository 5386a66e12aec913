"""The initiatives of a simulation, and what becomes of some of them."""

from array import array
from collections import defaultdict

from django.db.backends.utils import CursorWrapper

from initiatives.choices import Lifecycle, SecurityMarking
from initiatives.models import Initiative, InitiativeOrganization
from reports.simulate.course import Course
from reports.simulate.frame import Frame
from reports.simulate.revisions import Pace, Stamp
from reports.simulate.rows import Table
from reports.simulate.words import INITIATIVE_TITLES, NOT_PURSUED, PILLARS, REGIONS

ODD = 0.04  # share, at most, of those that begin late or end early
CONTRIBUTED = 3  # every third has a second organization
_COLUMNS = (
    "plan_id", "pillar_id", "code", "title_en", "title_fr", "lead_id", "manager_id", "lifecycle", "not_pursued_reason",
    "starts_on", "announced_on", "security_marking", "source",
)  # fmt: skip
_ENDINGS = (Lifecycle.MET, Lifecycle.MET_MODIFIED, Lifecycle.NOT_PURSUED)


class Initiatives:
    """Told apart by their place, from 0. `owing` says of each whether it owes an update."""

    def __init__(self, cursor: CursorWrapper, course: Course, frame: Frame) -> None:
        self.course, self.frame, self.number = course, frame, course.size.initiatives
        self.table = Table(cursor, Initiative, *_COLUMNS)
        self.contributors = Table(cursor, InitiativeOrganization, "initiative_id", "organization_id")
        self.tables = [self.table, self.contributors]
        self.codes = [f"{n % len(PILLARS) + 1}.{n // len(PILLARS) + 1:04d}" for n in range(self.number)]
        self.owing = bytearray(b"\1") * self.number
        self.changes: dict[int, list[tuple[int, Lifecycle]]] = defaultdict(list)  # by week
        self._lifecycles = [Lifecycle.ONGOING if course.pick(20) == 0 else Lifecycle.UNDERWAY for _ in self.codes]
        self._since = array("q", [0]) * self.number
        self._from = array("q", [0]) * self.number  # the day on which it starts, from the first
        self._draw()

    def _draw(self) -> None:
        """Which begin late or end early: no more than there are weeks for which nobody reports."""
        size, course = self.course.size, self.course
        free = 1 - size.updates / (size.initiatives * size.weeks)
        share = min(ODD, free) if size.weeks >= 6 else 0  # noqa: PLR2004 - a third of them has to be two weeks
        for place in range(self.number):
            if course.chance.random() >= share:
                continue
            third = size.weeks // 3
            if course.pick(2):
                week = 1 + course.pick(third)
                self._lifecycles[place], self.owing[place] = Lifecycle.NOT_STARTED, 0
                self._from[place] = 7 * week
                self.changes[week].append((place, Lifecycle.UNDERWAY))
            else:
                week = size.weeks - 1 - course.pick(third)
                self.changes[week].append((place, _ENDINGS[course.pick(len(_ENDINGS))]))

    def owing_by_week(self) -> list[int]:
        """How many owe an update in each week."""
        owing, found = sum(self.owing), []
        for week in range(self.course.size.weeks):
            owing += sum(1 if to == Lifecycle.UNDERWAY else -1 for _place, to in self.changes.get(week, ()))
            found.append(owing)
        return found

    def begin(self, stamp: Stamp) -> None:
        """They are there with the plan."""
        for place in range(self.number):
            pk = self.table.key()
            self._since[place] = stamp.number
            if place % CONTRIBUTED == 0:
                other = self.frame.leads[(place + 1) % len(self.frame.leads)]
                self.contributors.live(self.contributors.key(), stamp.number, Table.row(pk, other))

    def key(self, place: int) -> int:
        """The key of the one at that place."""
        return self.table.base + 1 + place

    def happening(self, week: int) -> int:
        """How many begin or end in a week."""
        return len(self.changes.get(week, ()))

    def week(self, week: int, pace: Pace) -> None:
        """Some begin, some end."""
        for place, to in self.changes.get(week, ()):
            reason = f"{self.codes[place]} becomes {to.value}"
            stamp = self.course.revisions.open(pace(), self.course.by_reviewer, reason)
            self.table.past(self.key(place), self._since[place], stamp.number, self._row(place))
            self._since[place], self._lifecycles[place] = stamp.number, to
            self.owing[place] = to == Lifecycle.UNDERWAY

    def end(self) -> None:
        """They stand as they are."""
        for place in range(self.number):
            self.table.live(self.key(place), self._since[place], self._row(place))

    def _row(self, place: int) -> str:
        course, lifecycle = self.course, self._lifecycles[place]
        pillar = place % len(PILLARS) + 1
        titles = INITIATIVE_TITLES[place // len(PILLARS) % len(INITIATIVE_TITLES)]
        region = REGIONS[place // (len(PILLARS) * len(INITIATIVE_TITLES)) % len(REGIONS)]
        marking = {0: SecurityMarking.PROTECTED_B, 1: SecurityMarking.PROTECTED_A}.get(place % 50)
        return Table.row(
            course.plan.pk, self.frame.pillar(pillar), self.codes[place],
            *(f"{title}, {where}" for title, where in zip(titles, region, strict=True)),
            self.frame.leads[place % len(self.frame.leads)], course.author.pk, lifecycle.value,
            NOT_PURSUED if lifecycle == Lifecycle.NOT_PURSUED else "", course.day(self._from[place]), course.start,
            (marking or SecurityMarking.UNCLASSIFIED).value, course.plan.source,
        )  # fmt: skip
