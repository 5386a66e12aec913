"""Supervisors under test: starting them, watching their processes, telling when these are gone."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

CHECKOUT = Path(__file__).resolve().parents[2]
GIVEN = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL", "STATIC_ROOT")


def environment(**extra: str) -> dict[str, str]:
    """This process's environment without the servers that the test run itself was given."""
    kept = {name: value for name, value in os.environ.items() if name not in GIVEN and not name.startswith("TRACKER_")}
    return {**kept, **extra}


def embedded(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "config.embedded", *(str(argument) for argument in arguments)]


def refusal(*arguments: str | Path, **extra: str) -> str:
    """What a start that must fail says: exactly one line."""
    done = subprocess.run(
        embedded(*arguments),
        cwd=CHECKOUT,
        env=environment(**extra),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def run_in(home: Path, *command: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        embedded("exec", "--home", home, "--", *command),
        cwd=CHECKOUT,
        env=environment(**extra),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def environment_in(home: Path, **extra: str) -> dict[str, str]:
    """What a command gets to see under `exec`."""
    done = run_in(home, sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))", **extra)
    assert done.returncode == 0, done.stderr
    seen: dict[str, str] = json.loads(done.stdout)
    return seen


def until(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """The first true answer of `condition`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    pytest.fail(f"not true within {seconds} s")


def parents() -> dict[int, int]:
    """The parent of each process that runs; what has ended and was not reaped counts as gone."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if state != "Z":
                    found[int(entry.name)] = int(parent)
    return found


def tree(root: int) -> dict[int, str]:
    """Every process below `root`, itself included, with its command line."""
    known, found = parents(), {root}
    while more := {pid for pid, parent in known.items() if parent in found} - found:
        found |= more
    lines = {}
    for pid in found:
        with contextlib.suppress(OSError):
            lines[pid] = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return lines


def pid_of(root: int, part: str) -> int:
    """The outermost process below `root` whose command line has `part`."""
    return min(pid for pid, line in tree(root).items() if part in line)


@contextlib.contextmanager
def started(*arguments: str | Path, **extra: str) -> Iterator[subprocess.Popen[str]]:
    """A supervisor that runs; at the end it is stopped if it still does."""
    process = subprocess.Popen(
        embedded(*arguments),
        cwd=CHECKOUT,
        env=environment(**extra),
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.communicate(timeout=60)


@contextlib.contextmanager
def engines_of(home: Path, **extra: str) -> Iterator[subprocess.Popen[str]]:
    """The engines of `home`, ready and idle."""
    with started("exec", "--home", home, "--", "sleep", "600", **extra) as process:
        until(lambda: any(line.startswith("sleep 600") for line in tree(process.pid).values()))
        yield process


def first_line(process: subprocess.Popen[str]) -> str:
    """What the supervisor says first on standard output, once all of it runs."""
    assert process.stdout
    return process.stdout.readline()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url, autocommit=True, connect_timeout=5)


def broker(url: str) -> redis.Redis:
    return redis.Redis(unix_socket_path=url.removeprefix("redis+socket://"), socket_timeout=5)
