"""Questions that facts put to whoever writes the week's update: pure decisions, at most three, most urgent first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from initiatives.rules.disagreement import SLIP_LIMIT

AT_MOST = 3  # a minute is enough for no more
SOON = timedelta(days=7)
# Money goes out at least monthly where it goes out at all; two weeks more for invoices to be recorded.
QUIET_WEEKS = 6  # weeks without an expenditure before it is asked about


class Ask(StrEnum):
    """What is asked, the most urgent first."""

    RETURNED = "returned"
    PASSED = "passed"
    SOON = "soon"
    SLIPPED = "slipped"
    DECISION = "decision"
    VALUE = "value"
    SPENDING = "spending"


_ORDER = list(Ask)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """An unmet milestone: its code and title, the day it is expected and the one it is measured against, and whether
    somebody asked for a new baseline already."""

    code: str
    title: str
    expected_on: date | None
    baseline_on: date | None
    asked: bool = False


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An indicator whose next period has ended without a value."""

    code: str
    title: str
    unit: str
    start: date | None
    end: date
    ratio: bool = False


@dataclass(frozen=True, kw_only=True)
class Spending:
    """Money of the fiscal year: dollars of authority, the day of the last expenditure (None: none is recorded), and the
    first day from which it could have been spent."""

    fiscal_year: int
    authority: Decimal
    last_on: date | None
    since: date


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What the questions rest on. `returned` is the reviewer's comment, `decision` what was asked for in the last
    approved update; both empty where there is none."""

    milestones: tuple[Expected, ...] = ()
    indicators: tuple[Wanted, ...] = ()
    spending: Spending | None = None
    returned: str = ""
    decision: str = ""


@dataclass(frozen=True)
class Question:
    """One question: what is asked, and of what. `on` is the day that it turns on."""

    ask: Ask
    on: date | None = None
    about: Expected | Wanted | Spending | str = ""

    @property
    def code(self) -> str:
        """The code of the milestone or indicator; empty where it is about the initiative."""
        return self.about.code if isinstance(self.about, Expected | Wanted) else ""

    @property
    def key(self) -> str:
        """Its name among the questions of an initiative, the same from one page to the next, and another one as soon as
        another period or fiscal year is asked about."""
        parts = [self.ask.value, self.code]
        if isinstance(self.about, Wanted):
            parts.append(self.about.end.isoformat())
        elif isinstance(self.about, Spending):
            parts.append(str(self.about.fiscal_year))
        return "-".join(part for part in parts if part)


def questions(situation: Situation, *, on: date) -> list[Question]:
    """Every question that the facts put on that day, most urgent first. A page shows the first `AT_MOST`."""
    found = [*_comments(situation), *_of_milestones(situation.milestones, on=on), *_of_numbers(situation, on=on)]
    return sorted(found, key=lambda one: (_ORDER.index(one.ask), one.on or date.max, one.code))


def _comments(situation: Situation) -> Iterable[Question]:
    if situation.returned:
        yield Question(Ask.RETURNED, None, situation.returned)
    if situation.decision:
        yield Question(Ask.DECISION, None, situation.decision)


def _of_milestones(milestones: Iterable[Expected], *, on: date) -> Iterable[Question]:
    """At most one of each milestone."""
    for one in milestones:
        if one.expected_on is None:
            continue
        if one.expected_on < on:
            yield Question(Ask.PASSED, one.expected_on, one)
        elif one.expected_on <= on + SOON:
            yield Question(Ask.SOON, one.expected_on, one)
        elif one.baseline_on and (one.expected_on - one.baseline_on).days > SLIP_LIMIT and not one.asked:
            yield Question(Ask.SLIPPED, one.expected_on, one)


def _of_numbers(situation: Situation, *, on: date) -> Iterable[Question]:
    for wanted in situation.indicators:
        if wanted.end < on:
            yield Question(Ask.VALUE, wanted.end, wanted)
    spending = situation.spending
    if spending is not None and spending.authority > 0:
        quiet = on - max(spending.last_on or spending.since, spending.since)
        if quiet >= timedelta(weeks=QUIET_WEEKS):
            yield Question(Ask.SPENDING, spending.last_on, spending)
