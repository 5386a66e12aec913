"""The budget lines of a simulation and their ledger: planned, granted, committed, spent; corrected, entered late."""

from array import array
from datetime import timedelta
from enum import IntEnum

from django.db.backends.utils import CursorWrapper

from initiatives.choices import FundingSource, Stage, Vote
from initiatives.models import BudgetLine, LedgerEntry
from pillars.rules import fiscal_year, fiscal_year_dates
from reports.simulate import words
from reports.simulate.course import Course
from reports.simulate.initiatives import Initiatives
from reports.simulate.revisions import Pace, Stamp
from reports.simulate.rows import NULL, Table
from reports.simulate.size import shared_out

LATE_FACT, WRONG = 0.06, 0.03  # shares of expenditures
FIRST_SPENDING = 3  # entries of a line before it: planned, authority, commitment
_VOTES, _SOURCES = [vote.value for vote in Vote], [source.value for source in FundingSource]


class Event(IntEnum):
    """What is entered for a line."""

    PLANNED = 0
    GRANTED = 1
    COMMITTED = 2
    SPENT = 3
    WRONG = 4  # spent, and entered twice as high
    CORRECTED = 5


_STAGES = {
    Event.PLANNED: Stage.PLANNED, Event.GRANTED: Stage.AUTHORITY, Event.COMMITTED: Stage.COMMITMENT,
    Event.SPENT: Stage.EXPENDITURE, Event.WRONG: Stage.EXPENDITURE,
}  # fmt: skip


class Money:
    """Lines are told apart by their place, from 0. What will be entered is drawn once and kept by week as numbers:
    line, day (from the first) and event in one."""

    def __init__(self, cursor: CursorWrapper, course: Course, initiatives: Initiatives) -> None:
        self.course, self.initiatives, self.number = course, initiatives, course.size.lines
        self.lines = Table(
            cursor, BudgetLine, "initiative_id", "organization_id", "fiscal_year", "funding_source", "vote"
        )
        self.entries = Table(
            cursor, LedgerEntry, "line_id", "stage", "amount", "effective_on", "reference", "note", "reverses_id",
            "corrects_id",
        )  # fmt: skip
        self.tables = [self.lines, self.entries]
        self._owner = array("i")
        self._meaning: list[tuple[int, str, str]] = []  # fiscal year, source, vote; few different ones
        self._authority = array("q")  # dollars
        self._spending = array("i")  # how many expenditures share it
        self._wrong: dict[int, tuple[int, str, str]] = {}
        self._first: list[int] = []  # what is entered with the plan
        self._weeks = [array("q") for _week in range(course.size.weeks)]
        years = range(fiscal_year(course.start), fiscal_year(course.day(course.days - 1)) + 1)
        meanings = [(year, source, vote) for source in _SOURCES for vote in _VOTES for year in years]
        for owner in range(initiatives.number):
            for within in range(shared_out(self.number, initiatives.number, owner)):
                self._owner.append(owner)
                self._meaning.append(meanings[within])
                self._draw(len(self._owner) - 1)

    @property
    def granted(self) -> int:
        """Dollars of authority of all lines."""
        return sum(self._authority)

    def _draw(self, line: int) -> None:
        """Everything that is entered for it."""
        course = self.course
        first, last = fiscal_year_dates(self._meaning[line][0])
        begins = max(0, (first - course.start).days)
        ends = min(course.days - 1, (last - course.start).days)
        self._authority.append(1000 * int(50 + 1950 * course.chance.random() ** 3))
        number = shared_out(course.size.entries, self.number, line)
        self._spending.append(max(1, number - FIRST_SPENDING))
        if number > Event.PLANNED:
            self._first.append(line << 20 | Event.PLANNED)
        if number > Event.GRANTED:
            self._happens(line, Event.GRANTED, begins)
        if number > Event.COMMITTED:
            self._happens(line, Event.COMMITTED, 7 * (min(ends, begins + 20 + course.pick(40)) // 7))
        left = number - FIRST_SPENDING
        spent = 0
        while spent < left:
            day = begins + int((ends - begins + 1) * (spent + course.chance.random()) / left)
            spent += self._spend(line, day, left - spent)

    def _spend(self, line: int, day: int, left: int) -> int:
        """One expenditure: the number of entries that it takes."""
        course = self.course
        week = day // 7
        recorded = week + (1 + course.pick(5) if course.chance.random() < LATE_FACT else 0)
        recorded = min(recorded, course.size.weeks - 1)
        corrected = recorded + 1 + course.pick(4)
        if left > 2 and corrected < course.size.weeks and course.chance.random() < WRONG and line not in self._wrong:  # noqa: PLR2004 - a wrong one takes three
            self._wrong[line] = (0, "", "")  # one a line
            self._happens(line, Event.WRONG, 7 * week, week=recorded)
            self._happens(line, Event.CORRECTED, 7 * week, week=corrected)
            return 3
        self._happens(line, Event.SPENT, 7 * week + course.pick(2), week=recorded)
        return 1

    def _happens(self, line: int, event: Event, day: int, *, week: int | None = None) -> None:
        self._weeks[day // 7 if week is None else week].append(line << 20 | day << 3 | event)

    def happening(self, week: int) -> int:
        """How many entries, at most as many revisions, a week has."""
        return len(self._weeks[week])

    def begin(self, stamp: Stamp) -> None:
        """The lines, and what is planned, are there with the plan."""
        for line, owner in enumerate(self._owner):
            year, source, vote = self._meaning[line]
            lead = self.initiatives.frame.leads[owner % len(self.initiatives.frame.leads)]
            row = Table.row(self.initiatives.key(owner), lead, year, source, vote)
            self.lines.live(self.lines.key(), stamp.number, row)
        for packed in self._first:
            self._enter(packed >> 20, 0, Event.PLANNED, stamp)
        self._first = []

    def week(self, week: int, pace: Pace) -> None:
        """What is entered in one week: the amounts of one initiative together, corrections each by itself."""
        owner, stamp = -1, None
        for packed in sorted(self._weeks[week]):
            line, day, event = packed >> 20, packed >> 3 & 0x1FFFF, packed & 7
            if event == Event.CORRECTED:
                self._correct(line, pace)
                owner = -1
                continue
            if self._owner[line] != owner or stamp is None:
                owner = self._owner[line]
                at = pace()
                reason = f"Ledger of {self.initiatives.codes[owner]} recorded as of {self.course.plan.day(at)}"
                stamp = self.course.revisions.open(at, self.course.by_author, reason)
            self._enter(line, day, event, stamp)

    def _enter(self, line: int, day: int, event: int, stamp: Stamp) -> None:
        dollars, on = self._amount(line, event), str(self.course.start + timedelta(days=day))
        key = self._write(line, _STAGES[Event(event)], dollars, on, stamp)
        if event == Event.WRONG:
            self._wrong[line] = (key, dollars, on)

    def _correct(self, line: int, pace: Pace) -> None:
        """The entry is reversed and entered anew, as it should have been."""
        wrong, dollars, on = self._wrong.pop(line)
        reason = f"Entry {wrong} of {self.initiatives.codes[self._owner[line]]} corrected: {words.CORRECTED}"
        stamp = self.course.revisions.open(pace(), self.course.by_author, reason)
        stage, right = Stage.EXPENDITURE, f"{float(dollars) / 2:.2f}"
        note = words.CORRECTED
        self._write(line, stage, f"-{dollars}", on, stamp, note=note, reverses=str(wrong))
        self._write(line, stage, right, on, stamp, note=note, corrects=str(wrong))

    def _write(
        self, line: int, stage: Stage, dollars: str, on: str, stamp: Stamp, *, note: str = "", reverses: str = NULL,
        corrects: str = NULL,
    ) -> int:  # fmt: skip
        """The key of the entry."""
        key, of = self.entries.key(), self.lines.base + 1 + line
        row = f"{of}\t{stage.value}\t{dollars}\t{on}\tSIM-{key}\t{note}\t{reverses}\t{corrects}"
        self.entries.live(key, stamp.number, row)
        return key

    def _amount(self, line: int, event: int) -> str:
        authority = self._authority[line]
        if event in (Event.PLANNED, Event.GRANTED):
            return f"{authority}.00"
        if event == Event.COMMITTED:
            return f"{authority * (0.1 + 0.2 * self.course.chance.random()):.2f}"
        share = authority / self._spending[line] * (0.6 + 0.7 * self.course.chance.random())
        return f"{2 * share if event == Event.WRONG else share:.2f}"
