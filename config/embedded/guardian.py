"""Two processes that watch each other: whichever is killed, the other ends everything that was started.

The outer one, the guardian, does nothing but wait. The inner one does the work. The guardian adopts orphans:
kill the inner one with -9 and all that it started becomes the guardian's, however many forks away. Kill the
guardian with -9 and the kernel sends the inner one SIGTERM.
"""

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Callable

from config.embedded import processes

PATIENCE_SECONDS = 1.5


def watch(work: Callable[[int], int]) -> int:
    """Run `work` in a child, given the guardian's process id; its exit status. Nothing it started is left."""
    processes.block_signals()
    processes.adopt_orphans()
    guardian = os.getpid()
    pid = os.fork()
    if pid == 0:
        os._exit(_inner(work, guardian))
    status = _await(pid)
    processes.end_descendants(PATIENCE_SECONDS)
    return status


def _inner(work: Callable[[int], int], guardian: int) -> int:
    processes.die_with(guardian, signal.SIGTERM)
    processes.adopt_orphans()
    try:
        return work(guardian)
    except BaseException:  # noqa: BLE001 (the process ends here: whatever it was must be seen)
        traceback.print_exc()
        return 1
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()


def _await(inner: int) -> int:
    """The exit status of `inner` (128 + signal if killed). Passes signals on to it, and reaps orphans."""
    while True:
        info = signal.sigwaitinfo(processes.STOPPING | {signal.SIGCHLD})
        # What was typed at the terminal (positive code) has reached the inner process already.
        if info.si_signo in processes.STOPPING and info.si_code <= 0:
            os.kill(inner, info.si_signo)
        pid = -1
        while pid != 0:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == inner:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code
