"""How much memory processes take while something runs: their proportional set size, sampled."""

import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

INTERVAL = 0.05  # seconds between two samples
_PSS = re.compile(rb"^Pss:\s+(\d+) kB", re.MULTILINE)


@dataclass
class Growth:
    """What was taken before, and at the most; in megabytes."""

    before: float
    samples: list[float] = field(default_factory=list)

    @property
    def megabytes(self) -> float:
        """By how much it grew at its peak."""
        return max(self.samples, default=self.before) - self.before


@contextmanager
def growth(processes: Callable[[], Iterable[int]]) -> Iterator[Growth]:
    """Watch the processes, which are asked for anew at each sample, until the block ends.

    A page that several of them share is counted once: each has its part of it.
    """
    found = Growth(megabytes(processes()))
    done = threading.Event()

    def watch() -> None:
        while not done.wait(INTERVAL):
            found.samples.append(megabytes(processes()))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield found
    finally:
        done.set()
        watcher.join()


def megabytes(processes: Iterable[int]) -> float:
    """What they take now, all together."""
    return sum(map(_of_one, processes)) * 1024 / 1e6


def _of_one(process: int) -> int:
    try:
        found = _PSS.search(Path(f"/proc/{process}/smaps_rollup").read_bytes())
    except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
        return 0
    return int(found[1]) if found else 0


def family(root: int) -> list[int]:
    """The process and all that descend from it."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - hundreds of names, many times a second
        if name.isdigit():
            try:
                state = Path(f"/proc/{name}/stat").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents[int(name)] = int(state.rpartition(b")")[2].split()[1])
    found = [root]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found
