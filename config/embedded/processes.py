"""Starting, awaiting and ending processes so that none is ever left behind.

Signals that matter here stay blocked in this process and are taken one at a time by `pause`: there are no
handlers, so no code of ours runs at an unexpected moment.
"""

import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.embedded.errors import InterruptedStart

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
PATIENCE_AFTER_KILL_SECONDS = 5.0
LIBC = ctypes.CDLL(None, use_errno=True)

# nohup ignores SIGHUP; once blocked it would be taken all the same.
STOPPING = {signal.SIGINT, signal.SIGTERM} | (
    set() if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else {signal.SIGHUP}
)


def block_signals() -> None:
    """Keep the signals that `pause` takes pending until it does."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING | {signal.SIGCHLD})


def pause(seconds: float, *, heedless: bool = False) -> None:
    """Return after `seconds` or a child's end. Raises InterruptedStart if told to stop, unless `heedless`."""
    info = signal.sigtimedwait(STOPPING | {signal.SIGCHLD}, max(seconds, 0))
    if info is not None and info.si_signo in STOPPING and not heedless:
        raise InterruptedStart(info.si_signo, from_terminal=info.si_code > 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, so that all can be found and ended."""
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with(parent: int, number: signal.Signals) -> None:
    """Have the kernel send this process signal `number` when `parent` ends. To be called after any setuid."""
    LIBC.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


@dataclass(frozen=True)
class Launch:
    """How to start one process. `output` None inherits ours; `kept_open` are descriptors that it holds."""

    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    cwd: Path = Path("/")
    account: pwd.struct_passwd | None = None
    output: Path | IO[bytes] | None = None
    errors_to_terminal: bool = False
    """True sends only standard output to `output`."""
    kept_open: tuple[int, ...] = ()
    orphaned_by: signal.Signals = signal.SIGTERM
    """The signal it gets when this process dies without having stopped it."""
    interactive: bool = False
    """True keeps the terminal: standard streams, session and foreground group."""

    def start(self) -> subprocess.Popen[bytes]:
        """Start it. Raises OSError when the program cannot be run."""
        if isinstance(self.output, Path):
            with self.output.open("ab") as log:
                return self._start(log)
        return self._start(self.output)

    def _start(self, output: IO[bytes] | None) -> subprocess.Popen[bytes]:
        parent = os.getpid()

        def in_child() -> None:
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            die_with(parent, self.orphaned_by)

        return subprocess.Popen(  # noqa: S603 (every program that we start goes through here, none through a shell)
            self.argv,
            env=self.env,
            cwd=self.cwd,
            stdin=None if self.interactive else subprocess.DEVNULL,
            stdout=output,
            stderr=None if output is None or self.errors_to_terminal else subprocess.STDOUT,
            start_new_session=not self.interactive,
            pass_fds=self.kept_open,
            user=self.account.pw_uid if self.account else None,
            group=self.account.pw_gid if self.account else None,
            extra_groups=[] if self.account else None,
            preexec_fn=in_child,  # noqa: PLW1509 (this process has a single thread)
        )


def finish(process: subprocess.Popen[bytes]) -> int:
    """Wait for `process` to end; its exit status. Told to stop meanwhile, end it first."""
    try:
        while process.poll() is None:
            pause(60)
    except InterruptedStart:
        end(process, ((signal.SIGTERM, 5.0),))
        raise
    return process.returncode


def end(process: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Stop `process`: each signal in turn with its seconds of patience, then SIGKILL to its group."""
    for number, patience in steps:
        if process.poll() is not None:
            break
        process.send_signal(number)
        deadline = time.monotonic() + patience
        while process.poll() is None and (left := deadline - time.monotonic()) > 0:
            pause(left, heedless=True)
    end_group(process)
    process.wait()


def end_group(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL what is left of the session that `process` leads (or led); nothing when it leads none."""
    if process.poll() is None:
        process.kill()
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def reap_orphans(known: Sequence[subprocess.Popen[bytes]]) -> None:
    """Take the exit status of adopted processes; those of `known` children are left to their owners."""
    ours = {process.pid for process in known}
    for pid in children():
        if pid not in ours:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                continue


def _parents() -> dict[int, int]:
    """The parent of every process, read from /proc."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                # The name, in brackets, may hold spaces and brackets of its own.
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except (OSError, ValueError):
                continue
            if state != "X":
                parents[int(entry.name)] = int(parent)
    return parents


def children() -> list[int]:
    """The processes whose parent is this one, the ended and unreaped included."""
    me = os.getpid()
    return [pid for pid, parent in _parents().items() if parent == me]


def descendants() -> list[int]:
    """Every process that descends from this one."""
    parents = _parents()
    found = {os.getpid()}
    while True:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        if not more:
            return sorted(found - {os.getpid()})
        found |= more


def end_descendants(patience: float) -> None:
    """End all started or adopted here: SIGTERM to children, after `patience` seconds SIGKILL to the rest."""
    _signal(children(), signal.SIGTERM)
    deadline = time.monotonic() + patience
    while not _reaped_all() and time.monotonic() < deadline:
        pause(0.05, heedless=True)
    deadline = time.monotonic() + PATIENCE_AFTER_KILL_SECONDS
    while not _reaped_all() and time.monotonic() < deadline:
        _signal(descendants(), signal.SIGKILL)
        pause(0.05, heedless=True)


def _signal(pids: Sequence[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):  # ended meanwhile, or become another user's by itself
            continue


def _reaped_all() -> bool:
    """Reap what has ended; True when no child is left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
    except ChildProcessError:
        return True
    return False
