"""Keeping processes running, and stopping them in order."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from config.embedded import processes
from config.embedded.errors import say
from config.embedded.logs import Log
from config.embedded.processes import Launch

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
HEALTHY_SECONDS = 60.0
HURRIED_SECONDS = 1.5


@dataclass
class Child:
    """A process that is started again whenever it ends."""

    name: str
    launch: Callable[[], Launch]
    """How to start it, asked anew at every start."""
    stop_steps: Sequence[tuple[signal.Signals, float]]
    """Signals that ask it to end, each with its seconds of patience."""
    log: Log
    process: subprocess.Popen[bytes] = field(init=False)
    started: float = field(init=False)
    delay: float = FIRST_DELAY_SECONDS
    due: float | None = None
    """When it starts again; None while it runs."""

    def start(self) -> None:
        """Start it. Raises OSError when its program cannot be run."""
        self.started = time.monotonic()
        self.process = self.launch().start()
        self.due = None

    def look_after(self, now: float) -> None:
        """Notice its end, or start it again once its delay (0.5 s, doubled to 30 s) is over."""
        if self.due is not None:
            if now >= self.due:
                self._start_again(now)
        elif self.process.poll() is not None:
            # Its own children may live on and hold its port.
            processes.end_group(self.process)
            killed = self.process.returncode < 0
            self._schedule(now, f"signal {-self.process.returncode}" if killed else self.log.fault())
        else:
            self.log.bound()

    def _start_again(self, now: float) -> None:
        try:
            self.start()
        except OSError as error:
            self._schedule(now, str(error))

    def _schedule(self, now: float, reason: str) -> None:
        if now - self.started > HEALTHY_SECONDS:
            self.delay = FIRST_DELAY_SECONDS
        self.due = now + self.delay
        say(f"{self.name} ended and starts again in {self.delay:g} s ({reason})")
        self.delay = min(self.delay * 2, LONGEST_DELAY_SECONDS)


class Supervisor:
    """The children of one start, in the order in which they started."""

    def __init__(self, guardian: int) -> None:
        self.guardian = guardian
        self.children: list[Child] = []

    def start(self, child: Child) -> subprocess.Popen[bytes]:
        """Start `child` and look after it from now on."""
        child.start()
        self.children.append(child)
        return child.process

    def keep(self, until: subprocess.Popen[bytes] | None = None) -> None:
        """Look after the children until `until` ends. Raises InterruptedStart when told to stop."""
        while until is None or until.poll() is None:
            now = time.monotonic()
            for child in self.children:
                child.look_after(now)
            known = [child.process for child in self.children]
            processes.reap_orphans([*known, until] if until else known)
            dues = [child.due for child in self.children if child.due is not None]
            processes.pause(min([HEALTHY_SECONDS, *(due - now for due in dues)]))

    def stop(self) -> None:
        """Stop everything, last started first, each with its patience; all at once without a guardian."""
        if self.orphaned():
            self._stop_at_once()
        for child in reversed(self.children):
            if child.due is None:
                processes.end(child.process, child.stop_steps)
        self.children.clear()
        if self.orphaned():
            processes.end_descendants(patience=0)

    def orphaned(self) -> bool:
        """Whether the guardian is gone, so that nobody would end what is left."""
        return os.getppid() != self.guardian

    def _stop_at_once(self) -> None:
        """Ask all at the same time, and leave each its last step only."""
        for child in self.children:
            if child.process.poll() is None:
                child.process.send_signal(child.stop_steps[0][0])
        deadline = time.monotonic() + HURRIED_SECONDS
        while time.monotonic() < deadline and any(child.process.poll() is None for child in self.children):
            processes.pause(0.05, heedless=True)
        for child in self.children:
            child.stop_steps = ((child.stop_steps[-1][0], 0.2),)
