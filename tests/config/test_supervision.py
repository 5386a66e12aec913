"""How a start ends: stopped, killed, or its servers killed under it."""

import contextlib
import os
import signal
import sys
import urllib.request

import psycopg
import pytest
import redis

from tests.config.supervised import (
    broker,
    connect,
    engines_of,
    environment_in,
    first_line,
    free_port,
    parents,
    pid_of,
    run_in,
    started,
    tree,
    until,
)

pytestmark = pytest.mark.processes

GONE_WITHIN_SECONDS = 3
RECOVERY_SECONDS = 60


def gone(pids: set[int]) -> None:
    """All of `pids` have ended, soon."""
    until(lambda: not pids & parents().keys(), GONE_WITHIN_SECONDS)


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


class TestEnds:
    @pytest.mark.parametrize("victim", ["guardian", "supervisor"])
    def test_kill_9_leaves_no_process_and_the_next_start_works(self, home, victim):
        with engines_of(home) as process:
            pids = set(tree(process.pid))
            with connect(environment_in(home)["DATABASE_URL"]) as connection:
                connection.execute("CREATE TABLE kept (number integer)")
                connection.execute("INSERT INTO kept VALUES (1)")
            supervisor = min(pid for pid, parent in parents().items() if parent == process.pid)
            kill(process.pid if victim == "guardian" else supervisor)
            process.wait()
            gone(pids)
        done = run_in(home, sys.executable, "-c", COUNT_KEPT)
        assert done.stdout.strip() == "1", done.stderr

    def test_kill_9_while_the_database_is_made_leaves_no_half_made_cluster(self, home):
        with started("exec", "--home", home, "--", "true") as process:
            drafts = home / "engines"
            until(lambda: drafts.exists() and list(drafts.glob("database.new*/base")))
            pids = set(tree(process.pid))
            for pid in sorted(pids)[:2]:
                kill(pid)
            process.wait()
            gone(pids)
        assert not (drafts / "database").exists()
        assert run_in(home, "true").returncode == 0
        assert not list(drafts.glob("database.new*"))

    def test_termination_reaches_the_command_and_then_the_engines(self, home):
        with engines_of(home) as process:
            pids = set(tree(process.pid))
            process.terminate()
            assert process.wait(30) == 128 + signal.SIGTERM
            gone(pids)
        assert "database system is shut down" in (home / "logs" / "postgres.log").read_text()

    def test_what_the_command_leaves_behind_is_ended(self, running):
        done = run_in(running[0], "sh", "-c", "setsid sleep 601 >/dev/null 2>&1 & sleep 0.2; echo $!")
        assert done.returncode == 0
        gone({int(done.stdout)})

    def test_killed_servers_come_back_with_every_acknowledged_write(self, home):
        with engines_of(home) as process:
            seen = environment_in(home)
            client = broker(seen["REDIS_URL"])
            client.rpush("queue", "entry")
            kill(pid_of(process.pid, "valkey-server"))
            acknowledged = written_until_killed(seen["DATABASE_URL"], pid_of(process.pid, "/postgres -D"))
            until(lambda: answered(client))
            assert client.lrange("queue", 0, -1) == [b"entry"]
            client.close()
            with until(lambda: reconnected(seen["DATABASE_URL"]), RECOVERY_SECONDS) as connection:
                count = connection.execute("SELECT count(*) FROM kept").fetchone()[0]
            assert count >= acknowledged


class TestTracker:
    def test_runs_survives_kills_and_stops(self, home):
        port = free_port()
        arguments = ("run", "--home", home, "--port", str(port))
        with started(*arguments) as process:
            assert first_line(process) == f"The tracker is at http://127.0.0.1:{port}/\n"
            assert live(port)
            # The worker's own processes come a little after the first page.
            until(lambda: sum("-m celery" in line for line in tree(process.pid).values()) >= 4)
            pids = set(tree(process.pid))
            kill(min(pid for pid, parent in parents().items() if parent == process.pid))
            process.wait()
            gone(pids)
        with started(*arguments) as process:
            assert first_line(process)
            web = pid_of(process.pid, "-m granian")
            kill(web)
            until(lambda: web not in tree(process.pid) and live(port))
            pids = set(tree(process.pid))
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
            gone(pids)


COUNT_KEPT = """
import os, psycopg
print(psycopg.connect(os.environ["DATABASE_URL"]).execute("SELECT count(*) FROM kept").fetchone()[0])
"""


def written_until_killed(url: str, postmaster: int) -> int:
    """How many rows were acknowledged before the whole server, killed meanwhile, stopped answering."""
    acknowledged = 0
    with contextlib.suppress(psycopg.OperationalError), connect(url) as connection:
        connection.execute("CREATE TABLE kept (number integer)")
        while acknowledged < 10_000:
            connection.execute("INSERT INTO kept VALUES (1)")
            acknowledged += 1
            if acknowledged == 150:
                for pid in tree(postmaster):
                    kill(pid)
    assert 150 <= acknowledged < 10_000
    return acknowledged


def reconnected(url: str) -> psycopg.Connection | None:
    with contextlib.suppress(psycopg.OperationalError):
        return connect(url)
    return None


def answered(client: redis.Redis) -> bool:
    with contextlib.suppress(redis.RedisError):
        return bool(client.ping())
    return False


def live(port: int) -> bool:
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5) as answer,
    ):
        return bool(answer.status == 200)
    return False
