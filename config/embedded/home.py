"""The data directory: what lies where, who may use it, its secrets, and its lock."""

import contextlib
import fcntl
import json
import os
import pwd
import secrets
import shutil
import tempfile
import time
from pathlib import Path

from config.embedded import account as accounts
from config.embedded.errors import StartError
from config.embedded.logs import Log
from config.embedded.processes import pause

STATE_ROOT = Path("/var/lib/action-plan-tracker")
"""Where root's engines keep their data when their account cannot reach the home (a clone below /root)."""

PREPARED = "prepared"
"""A file in the home: there since its first start was whole."""

CHECKOUT = Path(__file__).resolve().parents[2]
FIRST_START_MB = 256
LATER_START_MB = 64
LONGEST_SOCKET = Path("sockets") / ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 107
MEGABYTE = 1_000_000


class HomeInUse(Exception):
    """Another supervisor has the home. `environment` is what its commands get, None until it is ready."""

    def __init__(self, path: Path, pid: int, environment: dict[str, str] | None) -> None:
        super().__init__(f"{path} is in use by process {pid}: stop that one first, or choose another --home.")
        self.environment = environment


class Home:
    """One data directory; made when absent. Raises StartError or OSError when it cannot be used."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        _make(self.path)
        self.logs = self.path / "logs"
        self.static = self.path / "static"
        self.prepared = self.path / PREPARED
        self._lock: int | None = None
        self.account: pwd.struct_passwd | None = None
        self.engines = self.path / "engines"

    def acquire(self) -> None:
        """Take the home. Raises HomeInUse while another has it, StartError while its last servers stay."""
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + 15
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pid, environment = self._holder()
                if _alive(pid):
                    os.close(descriptor)
                    raise HomeInUse(self.path, pid, environment) from None
                if time.monotonic() > deadline:
                    os.close(descriptor)
                    msg = f"Servers of an earlier start on {self.path} have not ended yet: try again."
                    raise StartError(msg) from None
                pause(0.1)
            else:
                break
        self._lock = descriptor
        self.publish(None)
        _make(self.logs, 0o700)

    @property
    def lock(self) -> int:
        """The lock's descriptor. Servers hold it open too: a home is free once all of them have ended."""
        if self._lock is None:
            msg = f"{self.path} has not been acquired."
            raise StartError(msg)
        return self._lock

    def publish(self, environment: dict[str, str] | None) -> None:
        """Leave, for `exec` beside this process, what it needs to join in."""
        content = json.dumps({"pid": os.getpid(), "environment": environment}).encode()
        os.ftruncate(self.lock, 0)
        os.pwrite(self.lock, content, 0)

    def _holder(self) -> tuple[int, dict[str, str] | None]:
        with contextlib.suppress(ValueError, KeyError, OSError):
            content = json.loads((self.path / "lock").read_text())
            return content["pid"], content["environment"]
        return 0, None

    def choose_account(self) -> None:
        """Settle under which account servers run. Raises StartError when root finds none."""
        self.account = accounts.choose(self.path / "engines" / "database")

    def open_engines(self) -> None:
        """Find a directory that the servers' account can reach. Raises StartError."""
        place = self.path / "engines"
        if not place.exists() and not place.is_symlink():
            if accounts.reaches(self.account, self.path, mode=os.X_OK):
                _make(place)
            else:
                place.symlink_to(_elsewhere(self.path), target_is_directory=True)
        self.engines = place.resolve()
        socket = self.engines / LONGEST_SOCKET
        if len(os.fsencode(socket)) > SOCKET_PATH_LIMIT:
            msg = f"The path is too long for a Unix socket, choose a shorter --home: {socket}"
            raise StartError(msg)
        if not self.engines.is_dir():
            msg = f"{place} leads to {self.engines}, which is gone: bring it back, or choose another --home."
            raise StartError(msg)
        if not accounts.reaches(self.account, self.engines, mode=os.X_OK):
            who = self.account.pw_name if self.account else "this account"
            msg = f"{who} cannot reach {self.engines}: move the home, or name its owner in TRACKER_ACCOUNT."
            raise StartError(msg)

    def directory(self, name: str) -> Path:
        """A 0700 directory of the servers' account among the engines'."""
        path = self.engines / name
        if _make(path, 0o700):
            accounts.own(path, self.account)
        return path

    def require_space(self, *, first: bool) -> None:
        """Raises StartError on a disk too full; TRACKER_MINIMUM_FREE_MB overrides how much must be free."""
        named = os.environ.get("TRACKER_MINIMUM_FREE_MB", "")
        if named and not named.isdigit():
            msg = f"TRACKER_MINIMUM_FREE_MB must be a whole number, not {named!r}."
            raise StartError(msg)
        needed = int(named) if named else FIRST_START_MB if first else LATER_START_MB
        free = shutil.disk_usage(self.engines).free // MEGABYTE
        if free < needed:
            msg = f"No space left for the database: {free} MB free at {self.engines}, {needed} MB needed."
            raise StartError(msg)

    def secret(self, path: Path) -> str:
        """The random secret kept at `path`, made at the first call in a file that only its owner may read."""
        if not path.exists():
            write_private(path, secrets.token_urlsafe(48))
        return path.read_text()

    def mail(self, account: pwd.struct_passwd | None) -> Path:
        """The 0700 directory, of `account`, where mails are put as files while no mail server is given."""
        path = self.path / "mail"
        _make(path, 0o700)
        accounts.own(path, account)
        return path

    def log(self, name: str) -> Log:
        """The log of process `name`."""
        return Log(self.logs / f"{name}.log")


def require_prepared(home: Path, options: str = "") -> None:
    """Raise StartError unless a tracker was started on the home before, by script/run with these `options`; nothing is
    made there."""
    path = home.resolve()
    if not (path / PREPARED).exists():
        how = options or ("" if path == CHECKOUT / ".home" else f"--home {path}")
        msg = f"{path} holds no tracker yet: start one with {f'script/run {how}'.strip()} and wait for its address."
        raise StartError(msg)


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner may read: there at once and whole, or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def _make(path: Path, mode: int | None = None) -> bool:
    """Make a directory, by default one through which root's servers can pass; True when it was not there."""
    if path.is_dir():
        return False
    path.mkdir(parents=True)
    path.chmod(mode if mode is not None else 0o711 if os.geteuid() == 0 else 0o700)
    return True


def _elsewhere(home: Path) -> Path:
    """A new directory that every account can pass through; what is temporary stays where it is swept."""
    temporary = Path(tempfile.gettempdir()).resolve()
    if home.is_relative_to(temporary):
        place = Path(tempfile.mkdtemp(prefix="tracker-home-"))
    else:
        _make(STATE_ROOT)
        place = Path(tempfile.mkdtemp(prefix="home-", dir=STATE_ROOT))
    place.chmod(0o711)
    return place


def _alive(pid: int) -> bool:
    return pid > 0 and Path(f"/proc/{pid}").exists()
