"""Ratios of medians. Ours and the peer take turns, so that a machine's mood falls on both."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 7


@dataclass(frozen=True)
class Result:
    """One comparison, in milliseconds. `goal` is the greatest ratio that is good enough; None where none is set."""

    what: str
    ours: float
    against: str
    peer: float
    goal: float | None = None

    @property
    def ratio(self) -> float:
        return self.ours / self.peer

    @property
    def verdict(self) -> str:
        """`met`, `missed`, or nothing where no goal is set."""
        if self.goal is None:
            return ""
        return "met" if self.ratio <= self.goal else "missed"

    def __str__(self) -> str:
        goal = f" (goal {self.goal:g}: {self.verdict})" if self.goal is not None else ""
        return f"{self.what}: {self.ours:.2f} ms, {self.ratio:.2f} × {self.against} {self.peer:.2f} ms{goal}"


def alternate(ours: Callable[[], float], peer: Callable[[], float], *, rounds: int = ROUNDS) -> tuple[float, float]:
    """Medians of what each returns over the rounds; a round that counts for nothing goes before."""
    ours(), peer()
    pairs = [(ours(), peer()) for _ in range(rounds)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def median_of(action: Callable[[], object], times: int) -> float:
    """The median duration of an action that is done so many times, in milliseconds."""
    durations = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        durations.append(time.perf_counter() - began)
    return statistics.median(durations) * 1000
