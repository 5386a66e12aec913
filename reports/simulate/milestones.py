"""The milestones of a simulation: met in time, moved and moved again, given a new baseline, cancelled."""

from array import array
from enum import IntEnum

from django.db.backends.utils import CursorWrapper

from initiatives.choices import Decision, MilestoneKind
from initiatives.models import ChangeRequest, Milestone, MilestoneBaseline, MilestoneForecast
from reports.simulate import words
from reports.simulate.course import Course
from reports.simulate.initiatives import Initiatives
from reports.simulate.revisions import Pace, Stamp
from reports.simulate.rows import Table
from reports.simulate.size import shared_out

# Shares: met before the announcement, cancelled, met about when promised; the others slip.
PRE_PLAN, CANCELLED, IN_TIME = 0.01, 0.03, 0.6
LATE_FACT = 0.08  # share of those met that are recorded weeks later
FAR = 35  # days of slippage from which a new baseline is asked for
ASKS, APPROVED = 0.5, 0.7
BEYOND = 1.25  # baselines reach that far, in simulated times
_COLUMNS = (
    "initiative_id", "code", "title_en", "title_fr", "kind", "weight", "source", "actual_on", "cancelled_on",
    "cancelled_reason",
)  # fmt: skip
_REQUEST = ("milestone_id", "date", "dollars", "reason", "requested_by_id", "requested_at", "decision",
            "decided_by_id", "decided_at", "comment")  # fmt: skip
_UNDECIDED = Table.row("", None, None, "")
_KINDS = [kind.value for kind in MilestoneKind]


class Event(IntEnum):
    """What happens to a milestone, in the order in which it does within one week; `Milestones` has a step for each."""

    MOVED = 0
    ASKED = 1
    DECIDED = 2
    MET = 3
    CANCELLED = 4
    PASSED = 5  # its baseline


class Milestones:
    """Told apart by their place, from 0. `late` counts, for each initiative, those unmet after their baseline.

    What will happen is drawn once and kept by week as numbers: place, day (from the first) and event in one.
    """

    def __init__(self, cursor: CursorWrapper, course: Course, initiatives: Initiatives) -> None:
        self.course, self.initiatives, self.number = course, initiatives, course.size.milestones
        self.table = Table(cursor, Milestone, *_COLUMNS)
        self.baselines = Table(
            cursor, MilestoneBaseline, "milestone_id", "number", "date", "reason", "request_id", "approved_by_id",
            "approved_at",
        )  # fmt: skip
        self.forecasts = Table(cursor, MilestoneForecast, "milestone_id", "date", "reason", "made_by_id", "made_at")
        self.requests = Table(cursor, ChangeRequest, *_REQUEST)
        self.tables = [self.table, self.baselines, self.forecasts, self.requests]
        self.late = array("i", [0]) * initiatives.number
        self._owner = array("i")  # the initiative's place
        self._within = array("i")  # its number within the initiative, from 1
        self._open = bytearray(b"\1") * self.number
        self._is_late = bytearray(self.number)
        self._baseline = array("i", [0]) * self.number
        self._met_before = array("i", [0]) * self.number  # days before the announcement
        self._asked: dict[int, tuple[int, Stamp, str]] = {}
        self._weeks = [array("q") for _week in range(course.size.weeks)]
        self._steps = (self._moved, self._ask, self._decide, self._meet, self._cancel, self._pass)
        for owner in range(initiatives.number):
            shared = shared_out(self.number, initiatives.number, owner)
            for within in range(shared):
                self._owner.append(owner)
                self._within.append(within + 1)
                self._draw(len(self._owner) - 1, (within + 0.5) / shared)

    def _draw(self, place: int, share: float) -> None:
        """Its whole life. The baseline lies at that share of the time."""
        course, chance = self.course, self.course.chance
        promised = max(3, int(share * course.days * BEYOND) + course.pick(25) - 12)
        self._baseline[place] = promised
        luck = chance.random()
        if luck < PRE_PLAN:
            self._open[place], self._met_before[place] = 0, 10 + course.pick(200)
            return
        self._happens(place, Event.PASSED, promised + 1)
        if luck < CANCELLED:
            self._happens(place, Event.CANCELLED, max(0, promised - course.pick(30)))
        elif luck < IN_TIME:
            self._meets(place, max(0, promised + course.pick(12) - 6))
        else:
            self._slips(place, promised)

    def _slips(self, place: int, promised: int) -> None:
        course, due, moved = self.course, promised, 0
        for _move in range(1 + course.pick(3)):
            moved = max(0, due - 3 - course.pick(7))
            due += 14 + course.pick(36)
            self._happens(place, Event.MOVED, due, week=moved // 7)
        asked = moved // 7 + 1
        if due - promised > FAR and course.chance.random() < ASKS and (asked + 1) * 7 < due:
            self._happens(place, Event.ASKED, due, week=asked)
            self._happens(place, Event.DECIDED, due, week=asked + 1)
            self._happens(place, Event.PASSED, due + 1)
        self._meets(place, due + course.pick(6))

    def _meets(self, place: int, day: int) -> None:
        """On the Monday or Tuesday of that week, as far as people have recorded it by then."""
        week = day // 7
        recorded = week + (1 + self.course.pick(5) if self.course.chance.random() < LATE_FACT else 0)
        self._happens(place, Event.MET, 7 * week + self.course.pick(2), week=recorded)

    def _happens(self, place: int, event: Event, day: int, *, week: int | None = None) -> None:
        week = day // 7 if week is None else week
        if week < self.course.size.weeks:
            self._weeks[week].append(place << 20 | day << 3 | event)

    def happening(self, week: int) -> int:
        """How many events a week has."""
        return len(self._weeks[week])

    def begin(self, stamp: Stamp) -> None:
        """They are there with the plan, each with its first baseline and forecast."""
        course = self.course
        self._since = stamp.number
        for place in range(self.number):
            pk, day = self.table.key(), course.day(self._baseline[place])
            baseline = Table.row(pk, 1, day, "", None, course.reviewer.pk, stamp.at)
            self.baselines.live(self.baselines.key(), stamp.number, baseline)
            if self._open[place]:
                forecast = Table.row(pk, day, "", course.author.pk, stamp.at)
                self.forecasts.live(self.forecasts.key(), stamp.number, forecast)
            else:
                before = course.day(-self._met_before[place])
                self.table.live(pk, stamp.number, self._row(place, actual_on=before))

    def week(self, week: int, pace: Pace) -> None:
        """What happens in one week, in the order of their codes."""
        for packed in sorted(self._weeks[week]):
            place, day, event = packed >> 20, packed >> 3 & 0x1FFFF, packed & 7
            if self._open[place]:
                self._steps[event](place, day, pace)

    def end(self) -> None:
        """Those neither met nor cancelled, and what was asked and not decided, stand as they are."""
        for place in range(self.number):
            if self._open[place]:
                self.table.live(self._key(place), self._since, self._row(place))
        for key, stamp, row in self._asked.values():
            self.requests.live(key, stamp.number, f"{row}\t{_UNDECIDED}")

    def _moved(self, place: int, day: int, pace: Pace) -> None:
        reason = words.MOVED[self.course.pick(len(words.MOVED))]
        stamp = self._revision(place, pace, f"Forecast of {self._label(place)}: {reason}")
        row = Table.row(self._key(place), self.course.day(day), reason, self.course.author.pk, stamp.at)
        self.forecasts.live(self.forecasts.key(), stamp.number, row)

    def _ask(self, place: int, day: int, pace: Pace) -> None:
        to, dollars = self.course.day(day), self.course.pick(40) * 10_000
        stamp = self._revision(place, pace, f"Baseline {to} asked for {self._label(place)}: {words.ASKED}")
        row = Table.row(self._key(place), to, dollars, words.ASKED, self.course.author.pk, stamp.at)
        self._asked[place] = (self.requests.key(), stamp, row)

    def _decide(self, place: int, day: int, pace: Pace) -> None:
        key, asked, row = self._asked.pop(place)
        to, reviewer = self.course.day(day), self.course.reviewer.pk
        approved = self.course.chance.random() < APPROVED
        decision = Decision.APPROVED if approved else Decision.REFUSED
        reason = f"Baseline {to} {decision.value} for {self._label(place)}"
        stamp = self.course.revisions.open(pace(), self.course.by_reviewer, reason)
        decided = Table.row(decision.value, reviewer, stamp.at, "" if approved else words.REFUSED)
        self.requests.past(key, asked.number, stamp.number, f"{row}\t{_UNDECIDED}")
        self.requests.live(key, stamp.number, f"{row}\t{decided}")
        if approved:
            baseline = Table.row(self._key(place), 2, to, words.ASKED, key, reviewer, stamp.at)
            self.baselines.live(self.baselines.key(), stamp.number, baseline)
            self._baseline[place] = day
            self._in_time(place)

    def _meet(self, place: int, day: int, pace: Pace) -> None:
        self._close(place, pace, "met", actual_on=self.course.day(day))

    def _cancel(self, place: int, day: int, pace: Pace) -> None:
        self._close(place, pace, f"cancelled: {words.CANCELLED}", cancelled_on=self.course.day(7 * (day // 7)))

    def _pass(self, place: int, day: int, pace: Pace) -> None:
        """Its baseline is over; nobody writes that down."""
        if day > self._baseline[place] and not self._is_late[place]:
            self._is_late[place] = 1
            self.late[self._owner[place]] += 1

    def _in_time(self, place: int) -> None:
        self.late[self._owner[place]] -= self._is_late[place]
        self._is_late[place] = 0

    def _close(self, place: int, pace: Pace, what: str, **ending: object) -> None:
        stamp = self._revision(place, pace, f"{self._label(place)} {what}")
        self.table.past(self._key(place), self._since, stamp.number, self._row(place))
        self.table.live(self._key(place), stamp.number, self._row(place, **ending))
        self._open[place] = 0
        self._in_time(place)

    def _revision(self, place: int, pace: Pace, reason: str) -> Stamp:
        return self.course.revisions.open(pace(), self.course.by_author, reason)

    def _key(self, place: int) -> int:
        return self.table.base + 1 + place

    def _label(self, place: int) -> str:
        return f"{self.initiatives.codes[self._owner[place]]} M{self._within[place]}"

    def _row(self, place: int, *, actual_on: object = None, cancelled_on: object = None) -> str:
        within = self._within[place]
        english, french = words.MILESTONE_TITLES[(within - 1) % len(words.MILESTONE_TITLES)]
        return Table.row(
            self.initiatives.key(self._owner[place]), f"M{within}", english, french, _KINDS[within % len(_KINDS)],
            1 + within % 3, self.course.plan.source, actual_on, cancelled_on,
            words.CANCELLED if cancelled_on else "",
        )  # fmt: skip
