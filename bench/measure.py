"""Ratios of medians. Ours and the peer take turns, so that a machine's mood falls on both."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 7


@dataclass(frozen=True)
class Result:
    """One comparison, in `unit`.

    `goal` is the greatest ratio of ours to the peer's that is good enough, or with `least` the smallest; None where
    none is set. `memory` is by how much ours grew while it ran, in megabytes; `memory_goal` by how much it may.
    """

    what: str
    ours: float
    against: str
    peer: float
    goal: float | None = None
    unit: str = "ms"
    least: bool = False
    memory: float | None = None
    memory_goal: float | None = None

    @property
    def ratio(self) -> float:
        return self.ours / self.peer

    @property
    def shortfall(self) -> float:
        """How far from its goal: up to 1 it is met."""
        if self.goal is None:
            return 0
        short = self.goal / self.ratio if self.least else self.ratio / self.goal
        if self.memory_goal is not None and self.memory is not None:
            return max(short, self.memory / self.memory_goal)
        return short

    @property
    def verdict(self) -> str:
        """`met`, `missed`, or nothing where no goal is set."""
        if self.goal is None:
            return ""
        return "met" if self.shortfall <= 1 else "missed"

    @property
    def aim(self) -> str:
        """The goal in words: `at most 3`, `at least 0.8; under 20 MB`."""
        if self.goal is None:
            return ""
        memory = "" if self.memory_goal is None else f"; under {self.memory_goal:g} MB"
        return f"at {'least' if self.least else 'most'} {self.goal:g}{memory}"

    def __str__(self) -> str:
        grown = "" if self.memory is None else f", {self.memory:+.1f} MB"
        goal = f" ({self.aim}: {self.verdict})" if self.goal is not None else ""
        return (
            f"{self.what}: {self.ours:,.2f} {self.unit}, {self.ratio:.2f} × {self.against} {self.peer:,.2f}"
            f" {self.unit}{grown}{goal}"
        )


def alternate(ours: Callable[[], float], peer: Callable[[], float], *, rounds: int = ROUNDS) -> tuple[float, float]:
    """Medians of what each returns over the rounds; a round that counts for nothing goes before."""
    ours(), peer()
    pairs = [(ours(), peer()) for _ in range(rounds)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def timed(action: Callable[[], object]) -> float:
    """The duration of an action, in milliseconds."""
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1000


def median_of(action: Callable[[], object], times: int) -> float:
    """The median duration of an action that is done so many times, in milliseconds."""
    return statistics.median(timed(action) for _ in range(times))
