"""What goes wrong: processes killed, frozen and doubled, a queue flushed, clocks moved."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import redis

from soak.clock import Clock
from soak.house import Switches, children_of, parent_of

HOUR = timedelta(hours=1)
FROZEN = (2.0, 6.0)  # seconds, from and to
AWAY = (1.5, 5.0)
FOR_EVER = 10**6  # weeks


@dataclass(frozen=True)
class Injected:
    """A fault as it happened: by the clock that is played, and in seconds since the soak began."""

    kind: str
    at: datetime
    seconds: float
    said: str = ""


@dataclass
class Faults:
    """Injects faults into the processes of one house, and keeps a list of them."""

    clock: Clock
    switches: Switches
    broker: str
    chance: random.Random
    log: Path
    done: list[Injected] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    beat_returns: datetime | None = None
    week: int = 0
    _restore: list[tuple[int, Callable[[], None]]] = field(default_factory=list)
    _failed: list[BaseException] = field(default_factory=list)

    def inject(self, kind: str) -> None:
        """Do it now. Short ones are over when this returns; long ones are taken back week by week."""
        said = getattr(self, f"_{kind}")() or ""
        injected = Injected(kind, self.clock.now(), time.monotonic() - self.began, said)
        self.done.append(injected)
        with self.log.open("a") as log:
            log.write(f"{injected.seconds:8.1f} s  {injected.at:%Y-%m-%d %H:%M:%S}Z  {kind} {said}\n")

    def in_a_while(self, kinds: Sequence[str], within: float) -> threading.Thread:
        """Inject these in the background, each after a random part of so many seconds."""
        delays = [self.chance.uniform(0, within) for _ in kinds]

        def run() -> None:
            try:
                for kind, delay in zip(kinds, delays, strict=True):
                    time.sleep(delay)
                    self.inject(kind)
            except Exception as error:  # noqa: BLE001 - told by `check`, in the thread that waits
                self._failed.append(error)

        thread = threading.Thread(target=run, name="faults")
        thread.start()
        return thread

    def check(self) -> None:
        """Raise what kept a fault from being injected."""
        if self._failed:
            raise self._failed.pop()

    def counts(self) -> Counter[str]:
        return Counter(one.kind for one in self.done)

    def begin_week(self, week: int) -> None:
        """Take back what ends with it."""
        self.week = week
        self._end(week)

    def _end(self, week: int) -> None:
        due = [undo for until, undo in self._restore if until <= week]
        self._restore = [(until, undo) for until, undo in self._restore if until > week]
        for undo in due:
            undo()

    # Processes.

    def _pool_killed(self) -> str:
        return self._one_of("worker")

    def _worker_killed(self) -> str:
        return self._all_of("worker")

    def _web_worker_killed(self) -> str:
        return self._one_of("web")

    def _web_killed(self) -> str:
        return self._all_of("web")

    def _beat_killed(self) -> str:
        return self._all_of("beat")

    def _postgres_killed(self) -> str:
        """Every process of the server at once."""
        return self._all_of("postgres")

    def _postgres_away(self) -> str:
        return self._away("postgres")

    def _broker_killed(self) -> str:
        return self._all_of("valkey")

    def _broker_away(self) -> str:
        return self._away("valkey")

    def _broker_frozen(self) -> str:
        pid, seconds = self._pid("valkey"), self.chance.uniform(*FROZEN)
        if not pid:
            return "in vain: it is not running"
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            time.sleep(seconds)
            os.kill(pid, signal.SIGCONT)
        return f"for {seconds:.1f} s"

    def _broker_flushed(self) -> str:
        path = unquote(self.broker.removeprefix("redis+socket://"))
        try:
            with redis.Redis(unix_socket_path=path, socket_timeout=5) as client:
                waiting = client.dbsize()
                client.flushall()
        except redis.RedisError as error:
            return f"in vain: {error}"
        return f"{waiting} keys"

    def _two_beats(self) -> str:
        """From now on for two weeks."""
        self.switches.off("beat-2").unlink(missing_ok=True)
        self._restore.append((self.week + 2, self.switches.off("beat-2").touch))
        return "for two weeks"

    def _beat_off(self) -> str:
        """For three days, across the next lock."""
        return self._no_beat(timedelta(days=3))

    def _beat_off_long(self) -> str:
        """For ten days, across the next two locks."""
        return self._no_beat(timedelta(days=10))

    # Clocks.

    def _clock_ahead(self) -> str:
        return self._skew(HOUR)

    def _clock_behind(self) -> str:
        return self._skew(-HOUR)

    def _worker_clock_ahead(self) -> str:
        return self._worker_skew(HOUR)

    def _worker_clock_behind(self) -> str:
        return self._worker_skew(-HOUR)

    def end_skew(self) -> None:
        """The clock of all is right again."""
        if self.clock.skew:
            self.clock.skew = timedelta()
            self.clock.show()

    def end_beat_off(self) -> None:
        """Beat is back, once its days are over."""
        if self.beat_returns is not None and self.clock.now() >= self.beat_returns:
            self.beat_returns = None
            self.switches.off("beat").unlink(missing_ok=True)

    def end_all(self) -> None:
        """Whatever still lasts ends."""
        self.end_skew()
        self._end(FOR_EVER)
        if self.beat_returns is not None:
            self.clock.go(self.beat_returns)
            self.end_beat_off()

    def _skew(self, by: timedelta) -> str:
        self.clock.skew = by
        self.clock.show()
        return "an hour"

    def _worker_skew(self, by: timedelta) -> str:
        self.clock.worker_skew = by
        self.clock.show()
        self._restore.append((self.week + 1, self._right_worker))
        return "an hour, for a week"

    def _right_worker(self) -> None:
        self.clock.worker_skew = timedelta()
        self.clock.show()

    def _no_beat(self, lasts: timedelta) -> str:
        self._end(FOR_EVER)  # a second beat would stand in for the first
        self.switches.off("beat").touch()
        while self._pid("beat") or self._pid("beat-2"):
            time.sleep(0.1)
        time.sleep(1)  # for the worker to run the last tick
        self.beat_returns = self.clock.now() + lasts
        return f"until {self.beat_returns:%Y-%m-%d %H:%M}Z"

    def _away(self, name: str) -> str:
        seconds = self.chance.uniform(*AWAY)
        self.switches.off(name).touch()
        time.sleep(seconds)
        self.switches.off(name).unlink()
        return f"for {seconds:.1f} s"

    def _one_of(self, name: str) -> str:
        """SIGKILL to one of the processes that it has started."""
        children = children_of(self._pid(name))
        return _kill(self.chance.sample(children, min(1, len(children))))

    def _all_of(self, name: str) -> str:
        """SIGKILL to it and all that it has started, at once."""
        pid = self._pid(name)
        return _kill([pid, *children_of(pid)] if pid else [])

    def _pid(self, name: str) -> int:
        """Its process, a child of the house's as this one is; 0 while it is not running."""
        pid = self.switches.pid(name)
        return pid if parent_of(pid) == os.getppid() else 0


def _kill(pids: Sequence[int]) -> str:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return f"{len(pids)} processes" if len(pids) > 1 else f"process {pids[0]}" if pids else "in vain: it is not running"
