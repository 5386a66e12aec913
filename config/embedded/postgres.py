"""The embedded PostgreSQL: a cluster made whole or not at all, one server, one role, one database."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.embedded import programs
from config.embedded.account import own
from config.embedded.errors import InterruptedStart, StartError
from config.embedded.home import Home, write_private
from config.embedded.logs import telling_line
from config.embedded.processes import Launch, finish, pause

ROLE = "tracker"
SUPERUSER = "postgres"
RECOVERY_SECONDS = 300
SMALL_SHARED_MEMORY_MB = 256


class Postgres:
    """The PostgreSQL of one home. Raises StartError when it cannot be made or opened."""

    name = "postgres"
    title = "PostgreSQL"
    variable = "DATABASE_URL"
    # SIGINT is a fast shutdown, with a checkpoint; SIGQUIT an immediate one, made good at the next start.
    stop_steps = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0))

    def __init__(self, home: Home) -> None:
        self.home = home
        self.log = home.log(self.name)
        self.data = home.engines / "database"
        self.sockets = home.directory("sockets")
        self.programs = programs.find_postgres(self._data_version(), home.account, home.engines / "programs")

    @property
    def url(self) -> str:
        """The application's connection: a role that owns its database and may make others, for tests."""
        password = self.home.secret(self._password_file(ROLE))
        return f"postgresql://{ROLE}:{password}@/{ROLE}?host={quote(str(self.sockets))}"

    def make_cluster(self) -> bool:
        """Make the cluster if there is none; True when made. Nothing is left of an attempt that fails."""
        for leftover in self.home.engines.glob("database.new*"):
            shutil.rmtree(leftover)
        self.home.require_space(first=not self.data.exists())
        if self.data.exists():
            self._require_passwords()
            self._drop_stale_pid_file()
            return False
        for role in (SUPERUSER, ROLE):
            self.home.secret(self._password_file(role))
        draft = self.home.directory(f"database.new{os.getpid()}")
        try:
            self._initdb(draft)
        except (StartError, InterruptedStart, OSError):
            shutil.rmtree(draft, ignore_errors=True)
            raise
        draft.rename(self.data)
        descriptor = os.open(self.data.parent, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
        return True

    def launch(self) -> Launch:
        """How to start the server."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "cluster_name": ROLE,
            "max_connections": "100",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] %q%a ",
            "log_lock_waits": "on",
            "log_min_duration_statement": "1s",
            "idle_in_transaction_session_timeout": "5min",
        }
        if shutil.disk_usage("/dev/shm").total < SMALL_SHARED_MEMORY_MB * 1_000_000:  # noqa: S108 (only measured)
            settings["dynamic_shared_memory_type"] = "mmap"
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Launch(
            argv=[str(self.programs / "postgres"), "-D", str(self.data), *options],
            env=_server_environment(),
            account=self.home.account,
            output=self.log.begin(),
            kept_open=(self.home.lock,),
            orphaned_by=signal.SIGINT,
        )

    def await_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the server answers, through crash recovery too, and see to role and database."""
        deadline = time.monotonic() + RECOVERY_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                msg = f"PostgreSQL ended at once: {self.log.fault()}"
                raise StartError(msg)
            try:
                connection = self._connect()
            except psycopg.OperationalError as error:
                if "authentication failed" in str(error):
                    msg = f"{self._password_file(SUPERUSER)} is not the password of {self.data}."
                    raise StartError(msg) from error
                pause(0.05)
            else:
                self._ensure_database(connection)
                return
        msg = f"PostgreSQL was not ready within {RECOVERY_SECONDS} s: see {self.log.path}"
        raise StartError(msg)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.sockets),
            user=SUPERUSER,
            password=self.home.secret(self._password_file(SUPERUSER)),
            dbname="postgres",
            connect_timeout=5,
            autocommit=True,
        )

    def _ensure_database(self, connection: psycopg.Connection) -> None:
        role, password = sql.Identifier(ROLE), sql.Literal(self.home.secret(self._password_file(ROLE)))
        try:
            with connection:
                if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(role, password))
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [ROLE]).fetchone():
                    connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
        except psycopg.Error as error:
            msg = f"PostgreSQL could not make the tracker's database: {telling_line(str(error))}"
            raise StartError(msg) from error

    def _initdb(self, draft: Path) -> None:
        """Fill `draft`. The builtin locale sorts by code point and never changes under an index."""
        password = self.sockets / "new-password"
        write_private(password, self.home.secret(self._password_file(SUPERUSER)))
        own(password, self.home.account)
        argv = [
            str(self.programs / "initdb"),
            *("-D", str(draft), "-U", SUPERUSER, "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8"),
            *(
                "--locale=C.UTF-8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--data-checksums",
            ),
        ]
        try:
            with tempfile.TemporaryFile() as output:
                process = Launch(
                    argv,
                    env=_server_environment(),
                    account=self.home.account,
                    output=output,
                    kept_open=(self.home.lock,),
                ).start()
                if finish(process) != 0:
                    output.seek(0)
                    fault = telling_line(output.read().decode(errors="replace"))
                    msg = f"PostgreSQL could not make its database: {fault}"
                    raise StartError(msg)
        finally:
            password.unlink()

    def _password_file(self, role: str) -> Path:
        return self.home.engines / f"password-{role}"

    def _require_passwords(self) -> None:
        for role in (SUPERUSER, ROLE):
            if not self._password_file(role).exists():
                msg = f"{self._password_file(role)} is missing: the database in {self.data} needs it."
                raise StartError(msg)

    def _data_version(self) -> int | None:
        if not self.data.exists():
            return None
        try:
            return int((self.data / "PG_VERSION").read_text())
        except (FileNotFoundError, ValueError):
            msg = f"{self.data} is not a PostgreSQL database: move it away, or choose another --home."
            raise StartError(msg) from None

    def _drop_stale_pid_file(self) -> None:
        """Remove a pid file whose process is not PostgreSQL: after a reboot its number may be anybody's.

        The home's lock is ours, so no server that we started still runs on this data.
        """
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split()[0])
            if Path(f"/proc/{pid}/exe").readlink().name != "postgres":
                pid_file.unlink()
        except (OSError, ValueError, IndexError):
            return


def _server_environment() -> dict[str, str]:
    """Only what the server needs: no PG* variable or secret of ours reaches it."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
