"""The revisions of a simulation: numbered on from the newest there is, each dated, signed and marked as replayed."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper

from reports.simulate.rows import ENOUGH, NULL, Copy, encoded
from tracker.choices import Channel
from tracker.models import User

_TICK = timedelta(milliseconds=1)
_COLUMNS = ("number", "at", "actor_id", "actor_name", "reason", "channel", "attributed", "replayed")
_NEVER = datetime.max.replace(tzinfo=UTC)
SIMULATION = f"{NULL}\tSimulation"  # the actor of what nobody does by hand
Step = tuple[datetime, Callable[[datetime], None]]


class Stamp(NamedTuple):
    """A revision's number, and its instant as text."""

    number: int
    at: str


class Revisions:
    """Opened in the order of time; `last` is the instant of the newest. What the weekly cycle does by itself is told
    beforehand (`expect`) and comes in between as soon as its time is over."""

    def __init__(self, newest: int, before: datetime) -> None:
        self.base = self.number = newest
        self.last = before
        self.copy = Copy("public.tracker_revision", _COLUMNS)
        self._end = f"\t{Channel.IMPORT}\tt\tt\n"
        self._steps: deque[Step] = deque()
        self._due = _NEVER

    def expect(self, steps: Iterable[Step]) -> None:
        """What has to be done from these instants on; each step hears its own."""
        self._steps = deque(sorted(steps, key=lambda step: step[0]))
        self._due = self._steps[0][0] if self._steps else _NEVER

    def catch_up(self) -> None:
        """Do all that is expected."""
        while self._steps:
            self._next()

    def open(self, at: datetime, actor: str, reason: str) -> Stamp:
        """The next revision. `actor` as `signed` gives it; `reason` is plain text in one line. An instant that is not
        after the newest is put right after it."""
        while at > self._due:
            self._next()
        if at <= self.last:
            at = self.last + _TICK
        self.last = at
        self.number += 1
        text = at.isoformat()
        self.copy.rows.append(f"{self.number}\t{text}\t{actor}\t{reason}{self._end}")
        return Stamp(self.number, text)

    def _next(self) -> None:
        due, step = self._steps.popleft()
        self._due = self._steps[0][0] if self._steps else _NEVER
        step(due)

    def flush(self, cursor: CursorWrapper, *, least: int = ENOUGH) -> None:
        """Send what waits."""
        self.copy.flush(cursor, least=least)


class Pace:
    """Instants at even distances within a time, both ends left out."""

    def __init__(self, start: datetime, end: datetime, steps: int) -> None:
        self._at, self._step = start, (end - start) / (steps + 1)

    def __call__(self) -> datetime:
        """The next one."""
        self._at += self._step
        return self._at


def signed(user: User) -> str:
    """The actor of a revision: the account, and the name that stays when it goes."""
    return f"{user.pk}\t{encoded(user.display_name)}"
