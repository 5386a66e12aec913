"""A clock that can be moved, for every process of the soak at once or for the worker alone."""

import mmap
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.embedded.errors import StartError

SOURCE = Path(__file__).with_name("clock.c")
BYTES = 8


def build(place: Path) -> Path:
    """The library that moves a process's clock, made in `place`. Raises StartError without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        msg = "The soak needs a C compiler, for the clock that it moves: apt-get install gcc libc6-dev."
        raise StartError(msg)
    library = place / "clock.so"
    made = subprocess.run(
        [compiler, "-O2", "-shared", "-fPIC", "-o", library, SOURCE], capture_output=True, text=True, check=False
    )
    if made.returncode:
        msg = f"The clock could not be made: {made.stderr.strip() or made.returncode}"
        raise StartError(msg)
    library.chmod(0o755)
    return library


class Clock:
    """The clocks in `place`: one of all processes, and beside it the worker's.

    `skew` and `worker_skew` are faults: how far the clocks stand from the time that the soak plays.
    """

    def __init__(self, place: Path) -> None:
        self.library = place / "clock.so"
        self.files = {"": place / "clock", "worker": place / "clock-worker"}
        self.moved = self._read()
        self.skew = self.worker_skew = timedelta()
        # This process may be under the clock itself.
        own = self.moved if "SOAK_CLOCK" in os.environ else timedelta()
        self._began = datetime.now(UTC) - own, time.monotonic()

    def environment(self, process: str) -> dict[str, str]:
        """What puts the process of that name under its clock."""
        named = "worker" if process == "worker" else ""
        return {"LD_PRELOAD": str(self.library), "SOAK_CLOCK": str(self.files[named])}

    def now(self) -> datetime:
        """The time that is played, whatever the clocks show."""
        at, monotonic = self._began
        return at + timedelta(seconds=time.monotonic() - monotonic) + self.moved

    def begin(self, at: datetime) -> None:
        """Play from that instant on, be it past or to come."""
        self.moved += at - self.now()
        self.show()

    def go(self, to: datetime) -> None:
        """Move on to that instant; never back."""
        self.moved += max(to - self.now(), timedelta())
        self.show()

    def show(self) -> None:
        """Have the processes see the time as it stands here."""
        for name, file in self.files.items():
            off = self.moved + self.skew + (self.worker_skew if name else timedelta())
            nanoseconds = off // timedelta(microseconds=1) * 1000
            if not file.exists():
                file.write_bytes(bytes(BYTES))
                file.chmod(0o644)
            with file.open("r+b") as opened, mmap.mmap(opened.fileno(), BYTES) as page:
                page[:] = nanoseconds.to_bytes(BYTES, sys.byteorder, signed=True)

    def _read(self) -> timedelta:
        if not self.files[""].exists():
            return timedelta()
        return timedelta(microseconds=int.from_bytes(self.files[""].read_bytes(), sys.byteorder, signed=True) / 1000)
