"""The embedded engines: what they are, where they lie, what they refuse."""

import os
import resource
import socket
import stat
import subprocess
from pathlib import Path

import psycopg
import pytest

from config.embedded.__main__ import home_of, parser
from config.embedded.logs import LIMIT_BYTES, Log
from tests.config.supervised import (
    CHECKOUT,
    broker,
    connect,
    embedded,
    environment,
    environment_in,
    refusal,
    run_in,
    tree,
)

pytestmark = pytest.mark.processes

IS_ROOT = os.geteuid() == 0


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


class TestEngines:
    def test_application_role_owns_its_database_and_is_no_superuser(self, running):
        with connect(environment_in(running[0])["DATABASE_URL"]) as connection:
            role = connection.execute(
                "SELECT rolname, rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            assert role == ("tracker", False, True)
            owner = connection.execute(
                "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
            ).fetchone()
            assert owner == ("tracker",)
            assert connection.info.server_version >= 180000
            assert connection.execute("SHOW data_checksums").fetchone() == ("on",)

    def test_broker_is_valkey_with_its_queue_on_disk(self, running):
        client = broker(environment_in(running[0])["REDIS_URL"])
        assert int(client.info("server")["valkey_version"].split(".")[0]) >= 9
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "volatile-lru"}
        client.close()

    def test_wrong_password_is_refused(self, running):
        url = environment_in(running[0])["DATABASE_URL"]
        password = url.split(":")[2].split("@")[0]
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            connect(url.replace(password, "guess"))

    def test_nothing_listens_on_tcp(self, running):
        listening = {
            fields[9]
            for table in ("tcp", "tcp6")
            for fields in map(str.split, Path(f"/proc/net/{table}").read_text().splitlines()[1:])
            if fields[3] == "0A"
        }
        for pid in tree(running[1].pid):
            opened = (link.readlink().name for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink())
            assert not {f"socket:[{inode}]" for inode in listening} & set(opened)

    def test_secrets_and_directories_are_private(self, running):
        engines = running[0] / "engines"
        for secret in (running[0] / "secret-key", running[0] / "lock", *engines.glob("password-*")):
            assert mode(secret) == 0o600, secret
        for private in (engines / "sockets", engines / "database", engines / "broker", running[0] / "logs"):
            assert mode(private) == 0o700, private

    def test_servers_of_root_run_under_another_account(self, running):
        servers = [pid for pid, line in tree(running[1].pid).items() if "postgres" in line or "valkey" in line]
        assert len(servers) > 2
        owners = {Path(f"/proc/{pid}").stat().st_uid for pid in servers}
        assert (0 not in owners) if IS_ROOT else owners == {os.geteuid()}

    def test_command_beside_a_running_supervisor_joins_its_engines(self, running):
        mine, again = (environment_in(running[0]) for _ in range(2))
        assert mine["DATABASE_URL"] == again["DATABASE_URL"]
        assert mine["SECRET_KEY"] == again["SECRET_KEY"]
        assert run_in(running[0], "sh", "-c", "exit 7").returncode == 7

    def test_given_servers_are_used(self, running, home):
        given = environment_in(running[0])
        urls = {name: given[name] for name in ("DATABASE_URL", "REDIS_URL")}
        seen = environment_in(home, **urls)
        assert {name: seen[name] for name in urls} == urls
        assert not (home / "engines").exists()
        only_database = environment_in(home, DATABASE_URL=urls["DATABASE_URL"])
        assert only_database["DATABASE_URL"] == urls["DATABASE_URL"]
        assert str(home) in only_database["REDIS_URL"]
        assert not (home / "engines" / "database").exists()


class TestRefusals:
    def test_second_start_on_the_same_home(self, running):
        assert "is in use by process" in refusal("run", "--home", running[0])
        assert "is in use by process" in refusal("exec", "--alone", "--home", running[0], "--", "true")

    def test_busy_port(self, home):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            said = refusal("run", "--home", home, "--port", str(port))
        assert f"Port {port}" in said
        assert "address already in use" in said

    def test_database_of_another_major_version(self, home):
        data = home / "engines" / "database"
        data.mkdir(parents=True)
        (data / "PG_VERSION").write_text("9\n")
        for directory in (home, data.parent):
            directory.chmod(0o711)
        assert "of PostgreSQL 9, the server of 18" in refusal("exec", "--home", home, "--", "true")
        assert [path.name for path in data.iterdir()] == ["PG_VERSION"]

    def test_too_little_space(self, home):
        said = refusal("exec", "--home", home, "--", "true", TRACKER_MINIMUM_FREE_MB=str(10**9))
        assert "No space left" in said

    def test_database_that_cannot_be_written_is_not_left_half_made(self, home):
        done = subprocess.run(
            embedded("exec", "--home", home, "--", "true"),
            cwd=CHECKOUT,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            # Smaller than one segment of the write-ahead log.
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20)),
        )
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1
        assert "could not make its database" in done.stderr
        assert not list((home / "engines").glob("database*"))
        assert run_in(home, "true").returncode == 0

    def test_path_too_long_for_a_socket(self, place):
        assert "too long" in refusal("exec", "--home", place / ("long" * 30), "--", "true")

    def test_command_that_does_not_exist(self, running):
        assert "no-such-command" in refusal("exec", "--home", running[0], "--", "no-such-command")

    @pytest.mark.skipif(not IS_ROOT, reason="only root drops to another account")
    def test_account_that_does_not_exist(self, home):
        said = refusal("exec", "--home", home, "--", "true", TRACKER_ACCOUNT="nobody-of-that-name")
        assert "no unprivileged account" in said


class TestPlaces:
    @pytest.mark.skipif(not IS_ROOT, reason="an ordinary user's servers can go wherever the user can")
    def test_home_that_the_account_cannot_reach(self, place):
        closed = place / "closed"
        closed.mkdir(mode=0o700)
        home = closed / "home"
        seen = environment_in(home)
        assert mode(closed) == 0o700
        assert (home / "engines").is_symlink()
        assert str(closed) not in seen["DATABASE_URL"]
        assert environment_in(home)["DATABASE_URL"] == seen["DATABASE_URL"]


class TestLogs:
    def test_log_past_its_limit_is_put_aside_under_the_writer(self, place):
        log = Log(place / "web.log")
        with log.begin().open("ab", buffering=0) as writer:
            writer.write(b"x" * LIMIT_BYTES + b"\n")
            log.bound()
            writer.write(b"FATAL: after\n")
            log.bound()
            assert log.path.read_bytes() == b"FATAL: after\n"
            assert (place / "web.log.1").stat().st_size == LIMIT_BYTES + 1
        assert log.fault().startswith("FATAL: after")


class TestManage:
    """`script/manage` works on the data that script/run shows, and on nothing else."""

    def test_home_and_demo_are_named_before_the_command(self, place):
        said = refused_management("--home", place / "mine", "check")
        assert f"script/run --home {place}/mine" in said
        assert f"{place}/same" in refused_management(f"--home={place}/same", "check")

    def test_each_way_to_start_has_its_way_to_manage(self, monkeypatch):
        """The home that `run` and `exec` choose for the same options."""
        monkeypatch.delenv("TRACKER_HOME", raising=False)
        for options, name in (((), ".home"), (("--demo",), ".home-demo")):
            for action in (("run",), ("exec", "--prepared", "--", "true")):
                parsed = parser().parse_args([action[0], *options, *action[1:]])
                assert home_of(parsed) == CHECKOUT / name

    def test_an_untouched_home_is_refused_and_stays_untouched(self, place):
        said = refused_management("--home", place / "new", "add_user", "ada", "--role", "viewer")
        assert said.startswith(f"{place}/new holds no tracker yet")
        assert not (place / "new").exists()

    def test_a_home_whose_first_start_was_cut_off_is_refused(self, home):
        assert run_in(home, "true").returncode == 0
        assert "holds no tracker yet" in refused_management("--home", home, "check")

    def test_a_prepared_home_is_used(self, running):
        home = running[0]
        (home / "prepared").touch()
        done = manage("--home", home, "shell", "-c", "from django.conf import settings; print(settings.STATIC_ROOT)")
        (home / "prepared").unlink()
        assert done.stdout.splitlines()[-1:] == [str(home / "static")], done.stderr

    @pytest.mark.parametrize("arguments", [("--home",), (), ("--demo",), ("--hom", "x", "check")])
    def test_what_cannot_be_meant_is_said_in_one_line(self, arguments):
        done = manage(*arguments)
        assert done.returncode == 2, done
        assert done.stderr.startswith("Usage: script/manage")
        assert len(done.stderr.splitlines()) == 1


def manage(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CHECKOUT / "script" / "manage", *map(str, arguments)], cwd="/", env=environment(), capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip


def refused_management(*arguments: object) -> str:
    """What `script/manage` says when it must not run: exactly one line."""
    done = manage(*arguments)
    assert done.returncode == 1, done
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr.strip()
