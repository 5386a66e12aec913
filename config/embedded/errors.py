"""The two ways a start ends early: it cannot, or it was told to stop."""

import contextlib
import signal
import sys

EXPLAINED = 1
"""Exit status of a step that has said itself why it failed."""


class StartError(Exception):
    """Why nothing was started, in one line that says what to do about it; empty when it has been said."""


class InterruptedStart(Exception):
    """A signal asked this process to end."""

    def __init__(self, number: int, *, from_terminal: bool) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number
        self.from_terminal = from_terminal
        """True for Ctrl-C typed at the terminal: every process of the foreground group has had it already."""


def say(line: str) -> None:
    """Tell the operator one line, on standard error."""
    with contextlib.suppress(OSError):  # the terminal may be gone
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
