"""Log files of the processes, bounded in size."""

import contextlib
import os
import shutil
from pathlib import Path

LIMIT_BYTES = 5_000_000
# PostgreSQL's answer to whoever asks too early.
NOISE = "FATAL:  the database system is "
TELLING = ("No space left", "File too large", "PANIC", "FATAL", "ERROR", "rror:", "could not", "atal")


class Log:
    """The log of one process, appended to from one start to the next."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._start = 0

    def begin(self) -> Path:
        """The file to append to; what comes from now on belongs to this start."""
        self.bound()
        self._start = self.path.stat().st_size if self.path.exists() else 0
        return self.path

    def bound(self) -> None:
        """Put what has grown past 5 MB aside as `.1`, in place of what lay there. A full disk is no reason to end."""
        with contextlib.suppress(OSError):
            if self.path.stat().st_size > LIMIT_BYTES:
                # Copied and cut, not renamed: a process that is running appends to the open file.
                shutil.copyfile(self.path, self.path.with_suffix(".log.1"))
                os.truncate(self.path, 0)
                self._start = 0

    def fault(self) -> str:
        """The line written since the start that names the fault, and where the rest is."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._start)
                output = file.read().decode(errors="replace")
        except OSError as error:
            return str(error)
        return f"{telling_line(output)} (more in {self.path})"


def telling_line(output: str) -> str:
    """The line of a program's output that names the fault, else its last line, else "no output"."""
    lines = [line.strip() for line in output.splitlines() if line.strip() and NOISE not in line]
    for mark in TELLING:
        for line in reversed(lines):
            if mark in line:
                return line
    return lines[-1] if lines else "no output"
