"""The web process as `script/run` starts it, on a port of its own, and people who use it."""

import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils.crypto import get_random_string

from bench import load
from bench.memory import family
from config.embedded.application import Address, Application
from config.embedded.home import CHECKOUT, Home
from tracker.choices import Role
from tracker.models import User

START_SECONDS = 60
ACCOUNT = "speed"


@dataclass(frozen=True)
class Web:
    """A running web process, and the account of a plan administrator, who sees everything."""

    port: int
    process: int
    token: str

    @property
    def program(self) -> dict[str, str]:
        """The headers of a program with a token."""
        return {"Authorization": f"Bearer {self.token}"}

    @cached_property
    def browser(self) -> dict[str, str]:
        """The headers of a browser that is signed in, and has all cookies that it was given."""
        client = Client()
        client.force_login(User.objects.get(username=ACCOUNT))
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookies = {
            settings.SESSION_COOKIE_NAME: session,
            settings.CSRF_COOKIE_NAME: get_random_string(32),
            settings.LANGUAGE_COOKIE_NAME: "en",
        }
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "Accept": "text/html"}

    def processes(self) -> list[int]:
        """It, and its workers."""
        return family(self.process)


@contextmanager
def web(**given: str) -> Iterator[Web]:
    """The web process on the database that the default connection uses; ended with the block. What is `given` is added
    to its environment."""
    call_command("collectstatic", interactive=False, verbosity=0)
    token = token_for(ACCOUNT)
    port = _free_port()
    with (Path(os.environ["TRACKER_HOME"]) / "logs" / "bench-web.log").open("wb") as log:
        process = subprocess.Popen(
            _command(port), env=_environment(port, given), cwd=CHECKOUT, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _await_live(process, port, Path(log.name))
            yield Web(port, process.pid, token)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def database_url() -> str:
    """The address of the database that the default connection uses."""
    options = connection.settings_dict
    name, user, password = (quote(str(options[key]), safe="") for key in ("NAME", "USER", "PASSWORD"))
    host, port = str(options["HOST"]), str(options["PORT"])
    if host.startswith("/"):
        return f"postgresql://{user}:{password}@/{name}?host={quote(host)}"
    return f"postgresql://{user}:{password}@{host}{f':{port}' if port else ''}/{name}"


def _command(port: int) -> list[str]:
    """The very words of `script/run`."""
    home = Home(Path(os.environ["TRACKER_HOME"]))
    home.choose_account()
    application = Application(home, {}, Address("127.0.0.1", port))
    return [sys.executable, "-m", *application.web_command()]


def _environment(port: int, given: Mapping[str, str]) -> dict[str, str]:
    """Requests are counted as ever, and as many allowed as one client can ask."""
    return {
        **os.environ,
        "API_READS_PER_MINUTE": "999999",
        "API_WRITES_PER_MINUTE": "999999",
        **given,
        "DATABASE_URL": database_url(),
        "BASE_URL": f"http://127.0.0.1:{port}",
    }


def _await_live(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            load.download(port, "/health/live", {})
        except (OSError, RuntimeError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The web process did not answer: {log.read_text(errors='replace')[-3000:]}")


def token_for(account: str) -> str:
    """A token that reads and writes, of an account that may do everything in every plan; made if it is not there."""
    said = io.StringIO()
    call_command("add_user", account, role=Role.PLAN_ADMIN, language="en", token=True, stdout=said)
    return said.getvalue().rpartition("token ")[2].strip()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
