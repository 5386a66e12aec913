"""The processes of a soak: PostgreSQL, Valkey, web, worker and two beats, started and kept by the tracker's own
supervisor, each under the soak's clock. Whoever drives the soak switches them by files."""

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from config.embedded import processes
from config.embedded.application import Address, Application
from config.embedded.engines import Engines
from config.embedded.errors import InterruptedStart, say
from config.embedded.home import CHECKOUT, Home
from config.embedded.processes import Launch
from config.embedded.supervision import FIRST_DELAY_SECONDS, Child, Supervisor
from soak.clock import Clock, build

TICK_SECONDS = "0.5"
LOOKS_EVERY = 0.2  # seconds


class Switches:
    """Which processes are off, and the process ids of all, as files in `place`."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def off(self, name: str) -> Path:
        """The file that keeps the process off while it is there."""
        return self.place / f"off-{name}"

    def pid_file(self, name: str) -> Path:
        """The file with its process id."""
        return self.place / f"pid-{name}"

    def pid(self, name: str) -> int:
        """The process that was started last under that name."""
        return int(self.pid_file(name).read_text())


@dataclass
class Switched(Child):
    """A child of the supervisor that can be switched off for a while. Its delay does not grow: faults come a hundred
    times as often here as in life."""

    switches: Switches | None = None

    def start(self) -> None:
        """Start it, and leave its process id."""
        super().start()
        if self.switches is not None:
            self.switches.pid_file(self.name).write_text(str(self.process.pid))

    def look_after(self, now: float) -> None:
        """As the supervisor does, unless it is switched off."""
        self.delay = FIRST_DELAY_SECONDS
        if self.switches is not None and self.switches.off(self.name).exists():
            if self.due is None:
                processes.end(self.process, self.stop_steps)
            self.due = math.inf
        elif self.due == math.inf:
            self.due = now
        super().look_after(now)


class SoakedApplication(Application):
    """Web, worker and beat under the clock."""

    def under(self, clock: Clock, switches: Switches) -> None:
        """Say by which clock and switches they run, before any is started."""
        self.clock, self.switches = clock, switches

    def _child(self, name: str, argv: list[str], stop_steps: Sequence[tuple[signal.Signals, float]]) -> Child:
        child = super()._child(name, argv, stop_steps)
        return switched(child, child.launch, self.clock, self.switches)

    def second_beat(self) -> Child:
        """Another beat beside the one that there should be."""
        return self._child("beat-2", self._celery("beat"), ((signal.SIGTERM, 5.0),))


def switched(child: Child, launch: Callable[[], Launch], clock: Clock, switches: Switches) -> Switched:
    """The child under the clock, with a switch."""

    def launch_under() -> Launch:
        plain = launch()
        return replace(plain, env={**(plain.env or {}), **clock.environment(child.name)})

    return Switched(child.name, launch_under, child.stop_steps, child.log, switches=switches)


def keep(place: Path, port: int, driver: Sequence[str], *, begins: datetime, guardian_pid: int) -> int:
    """Start everything in `place` at the instant `begins`, run the driver, and stop all; the driver's exit status."""
    home = Home(place)
    supervisor = Supervisor(guardian_pid)
    home.acquire()
    build(home.path)
    clock, switches = Clock(home.path), Switches(home.path)
    clock.begin(begins)
    address = Address("127.0.0.1", port)
    address.require_free()
    try:
        environment = _start(home, address, supervisor, clock, switches)
        process = Launch([sys.executable, *driver], env=environment, cwd=CHECKOUT, interactive=True).start()
        return _follow(process, supervisor)
    except InterruptedStart:
        say("Stopping ...")
        return 130
    finally:
        supervisor.stop()


def _start(home: Home, address: Address, supervisor: Supervisor, clock: Clock, switches: Switches) -> dict[str, str]:
    """The environment of the driver, which is that of the tracker's own processes."""
    engines = Engines(home, {})
    postgres = engines.servers["postgres"]
    postgres.make_cluster()  # type: ignore[union-attr]  # the server of that name
    for name, server in engines.servers.items():
        child = switched(Child(name, server.launch, server.stop_steps, server.log), server.launch, clock, switches)
        server.await_ready(supervisor.start(child))
    mail = home.path / "mail"
    mail.mkdir()
    mail.chmod(0o777)
    os.environ.update(clock.environment("driver"), TICK_SECONDS=TICK_SECONDS, EMAIL_URL=f"file://{mail}",
                      API_READS_PER_MINUTE="0", API_WRITES_PER_MINUTE="0")  # fmt: skip
    application = SoakedApplication(home, engines.environment(), address)
    application.under(clock, switches)
    application.prepare(demo=False, progress=False)
    application.start(supervisor)
    switches.off("beat-2").touch()
    supervisor.start(application.second_beat())
    return {**os.environ, **application.contract}


def children_of(pid: int) -> list[int]:
    """Processes that it has started and that are there."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def parent_of(pid: int) -> int:
    """Who started it; 0 when it is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _follow(process: subprocess.Popen[bytes], supervisor: Supervisor) -> int:
    """Look after the children until the driver ends."""
    while process.poll() is None:
        now = time.monotonic()
        for child in supervisor.children:
            child.look_after(now)
        processes.reap_orphans([process, *(child.process for child in supervisor.children)])
        processes.pause(LOOKS_EVERY)
    return process.returncode
