"""What the command line does: run the tracker, or one command on its engines."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from config.embedded import processes
from config.embedded.application import Address, Application
from config.embedded.engines import CONTRACT, PROGRAMS, Engines
from config.embedded.errors import InterruptedStart, StartError, say
from config.embedded.home import Home, HomeInUse
from config.embedded.supervision import Supervisor

JOIN_SECONDS = 120
"""How long `execute` waits for a tracker that is starting: its first start makes the database."""


def run(home_path: Path, address: Address, *, demo: bool, guardian_pid: int) -> int:
    """Start engines and tracker, say where it is, keep all of it running until told to stop; then 0."""
    home = Home(home_path)
    supervisor = Supervisor(guardian_pid)
    try:
        home.acquire()
        address.require_free()
        first = not home.prepared.exists()
        engines = Engines(home, os.environ)
        if first and engines.servers:
            say(f"Starting {' and '.join(server.title for server in engines.servers.values())} ...")
        engines.start(supervisor)
        application = Application(home, engines.environment(), address)
        announcements = application.prepare(demo=demo, progress=first)
        if first:
            say(f"Starting web, worker and beat{application.as_whom()} ...")
        if application.warning():
            say(application.warning())
        try:
            application.start(supervisor)
        except (StartError, InterruptedStart):
            sys.stdout.write(announcements)
            raise
        home.prepared.touch()
        home.publish(application.contract)
        sys.stdout.write(f"The tracker is at {application.contract['BASE_URL']}/\n{announcements}")
        sys.stdout.write(f"Its data and logs are in {home.path}. Ctrl-C stops it.\n")
        sys.stdout.flush()
        supervisor.keep()
    except InterruptedStart:
        say("Stopping ...")
    finally:
        supervisor.stop()
    return 0


def execute(home_path: Path, command: Sequence[str], *, alone: bool, guardian_pid: int) -> int:
    """Run `command` with the engines up and the settings' environment; its status (128 + signal if killed).

    Joins the engines of a tracker that runs on the same home, unless `alone`.
    """
    home = Home(home_path)
    supervisor = Supervisor(guardian_pid)
    given = {name: os.environ[name] for name in CONTRACT if os.environ.get(name)}
    try:
        joined = {} if {"DATABASE_URL", "REDIS_URL"} <= given.keys() else _acquire_or_join(home, alone=alone)
        engines = Engines(home, {**joined, **given})
        engines.start(supervisor)
        environment = engines.environment()
        if engines.servers:
            home.publish(environment)
        path = os.pathsep.join(filter(None, (environment.get(PROGRAMS), os.environ.get("PATH"))))
        process = processes.Launch(
            command, env={**os.environ, **environment, "PATH": path}, cwd=Path.cwd(), interactive=True
        ).start()
        return _follow(process, supervisor)
    finally:
        supervisor.stop()


def _acquire_or_join(home: Home, *, alone: bool) -> dict[str, str]:
    """Nothing when the home is now ours, else the environment of the tracker that has it."""
    deadline = time.monotonic() + JOIN_SECONDS
    while True:
        try:
            home.acquire()
        except HomeInUse as other:
            if other.environment is not None and not alone:
                return other.environment
            if alone or time.monotonic() > deadline:
                raise
        else:
            return {}
        processes.pause(0.2)


def _follow(process: subprocess.Popen[bytes], supervisor: Supervisor) -> int:
    """Wait for `process` and pass signals on to it; those typed at the terminal have reached it already."""
    while True:
        try:
            supervisor.keep(until=process)
        except InterruptedStart as stop:
            if supervisor.orphaned():
                processes.end(process, ((signal.SIGTERM, 0.5),))
            elif not stop.from_terminal:
                process.send_signal(stop.number)
        else:
            return process.returncode if process.returncode >= 0 else 128 - process.returncode
