"""The tracker's own processes: preparing the database and the static files, then web, worker and beat."""

import http.client
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import django

from config.embedded.account import barred_at
from config.embedded.errors import EXPLAINED, StartError
from config.embedded.home import CHECKOUT, Home
from config.embedded.processes import Launch, finish, pause
from config.embedded.supervision import Child, Supervisor

LIVE_SECONDS = 60
# A worker finishes its tasks; SIGQUIT makes it hand back what it cannot, to be run again later.
WORKER_STOPS = ((signal.SIGTERM, 20.0), (signal.SIGQUIT, 12.0))
FIRST_UNPRIVILEGED_PORT = 1024
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (recognized, not listened on)


@dataclass(frozen=True)
class Address:
    """Where the web process listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address as a browser on this machine writes it."""
        host = f"[{self.reached_at}]" if ":" in self.reached_at else self.reached_at
        return f"http://{host}:{self.port}"

    @property
    def reached_at(self) -> str:
        """The address to connect to from this machine."""
        return ANY_ADDRESS.get(self.host, self.host)

    def require_free(self) -> None:
        """Raises StartError when nobody can listen here: the port is taken, or not ours to take."""
        try:
            family, kind, _, _, address = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind) as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind(address)
                listener.listen(1)
        except OSError as error:
            reason = (error.strerror or "unusable").lower()
            msg = f"Port {self.port} of {self.host}: {reason}. Stop what uses it, or choose another --port."
            raise StartError(msg) from None


class Application:
    """Web, worker and beat of one start."""

    def __init__(self, home: Home, environment: Mapping[str, str], address: Address) -> None:
        self.home = home
        self.contract = {"BASE_URL": address.url, **environment}
        self.address = address
        self._why_root = self._reason_for_root()
        self.account = None if self._why_root else home.account
        if not os.environ.get("EMAIL_URL"):
            self.contract["EMAIL_URL"] = home.mail(self.account).as_uri()
        own = {"HOME": self.account.pw_dir} if self.account else {}
        self.environment = {**os.environ, **self.contract, **own}

    def _reason_for_root(self) -> str:
        """Why root's web, worker and beat cannot join the servers' account; empty when they can."""
        account = self.home.account
        if account is None:
            return ""
        if self.address.port < FIRST_UNPRIVILEGED_PORT:
            return (
                f"only root may listen on port {self.address.port}: choose a --port from {FIRST_UNPRIVILEGED_PORT} on, "
                "behind a proxy if it must be that one"
            )
        files = (Path(sys.executable), CHECKOUT / "config" / "settings.py", Path(django.__file__))
        for path, mode in (*((file, os.R_OK) for file in files), (self.home.path, os.X_OK)):
            barrier = barred_at(account, path, mode=mode)
            if barrier is not None:
                where = "" if barrier == path else f" ({barrier} is closed to it)"
                return (
                    f"{account.pw_name} cannot reach {path}{where}: start as an ordinary user, or have checkout, "
                    "Python and home where every account can reach them"
                )
        return ""

    def as_whom(self) -> str:
        """What root should know: under which account the tracker runs."""
        if os.geteuid() != 0:
            return ""
        return f" as {self.account.pw_name}" if self.account else " as root"

    def warning(self) -> str:
        """What root should know when the tracker runs as root: why, and how to avoid it; else empty."""
        return f"Warning: web, worker and beat run as root, for {self._why_root}." if self._why_root else ""

    def prepare(self, *, demo: bool, progress: bool) -> str:
        """Migrate, load plans, collect static files; returns what to show the operator."""
        flags = [flag for flag, wanted in (("--demo", demo), ("--progress", progress)) if wanted]
        with tempfile.TemporaryFile() as announcements:
            process = Launch(
                [sys.executable, "-m", "config.embedded.prepare", *flags],
                env={**os.environ, **self.contract},
                cwd=CHECKOUT,
                output=announcements,
                errors_to_terminal=True,
            ).start()
            status = finish(process)
            announcements.seek(0)
            told = announcements.read().decode()
        if status == 0:
            return told
        # Passwords are shown once: what was made before the failure must be seen.
        sys.stdout.write(told)
        raise StartError("" if status == EXPLAINED else f"Preparing the tracker's data was cut off ({status}).")

    def start(self, supervisor: Supervisor) -> None:
        """Start worker, web and beat, and wait until the web answers. Raises StartError when it does not."""
        trio = [
            self._child("worker", self._celery("worker", "--concurrency", "2"), WORKER_STOPS),
            self._child("web", self.web_command(), ((signal.SIGTERM, 15.0),)),
            self._child("beat", self._celery("beat"), ((signal.SIGTERM, 5.0),)),
        ]
        for child in trio:
            supervisor.start(child)
        self._await_live(trio)

    def _child(self, name: str, argv: list[str], stop_steps: Sequence[tuple[signal.Signals, float]]) -> Child:
        log = self.home.log(name)

        def launch() -> Launch:
            return Launch(
                [sys.executable, "-m", *argv],
                env=self.environment,
                cwd=CHECKOUT,
                account=self.account,
                output=log.begin(),
                kept_open=(self.home.lock,),
            )

        return Child(name, launch, stop_steps, log)

    def _celery(self, command: str, *options: str) -> list[str]:
        quiet = ("--without-gossip", "--without-mingle") if command == "worker" else ()
        return ["celery", "--app", "config", command, "--loglevel", "INFO", *options, *quiet]

    def web_command(self) -> list[str]:
        """How the web is started: a module and its options, for `python -m`."""
        return [
            *("granian", "config.wsgi:application", "--interface", "wsgi", "--no-ws", "--no-access-log"),
            *("--host", self.address.host, "--port", str(self.address.port)),
            # A file on its way to a slow reader keeps a thread: EXPORTS_SENDING of them at most, pages have the others.
            *("--workers", "2", "--blocking-threads", "16"),
            # Without respawning, one dead worker ends the whole server.
            *("--respawn-failed-workers", "--workers-kill-timeout", "10"),
        ]

    def _await_live(self, trio: Sequence[Child]) -> None:
        deadline = time.monotonic() + LIVE_SECONDS
        while time.monotonic() < deadline:
            for child in trio:
                if child.process.poll() is not None:
                    msg = f"The {child.name} process ended at once: {child.log.fault()}"
                    raise StartError(msg)
            if self._answers():
                return
            pause(0.1)
        msg = f"The tracker did not answer within {LIVE_SECONDS} s: see {self.home.logs / 'web.log'}"
        raise StartError(msg)

    def _answers(self) -> bool:
        public = urlsplit(self.contract["BASE_URL"])
        connection = http.client.HTTPConnection(self.address.reached_at, self.address.port, timeout=5)
        try:
            headers = {"Host": public.netloc, "X-Forwarded-Proto": public.scheme}
            connection.request("GET", "/health/live", headers=headers)
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
