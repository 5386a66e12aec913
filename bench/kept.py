"""Results of each benchmark at full size, kept beside the data that they were measured on: whoever measures one again
renews its part of `bench/RESULTS.md`, and need not measure the others."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.measure import Result


@dataclass(frozen=True)
class Run:
    """One benchmark, as it was measured: the machine and the day, in words, and the plan."""

    results: list[Result]
    seconds: float
    machine: str
    plan: str


def keep(name: str, run: Run) -> None:
    """In place of what was measured before."""
    path = _path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(asdict(run), indent=1), encoding="utf-8")


def kept(names: Iterable[str]) -> Mapping[str, Run]:
    """Those that were measured, in this order."""
    found = {}
    for name in names:
        if _path(name).exists():
            told = json.loads(_path(name).read_text(encoding="utf-8"))
            found[name] = Run(**{**told, "results": [Result(**one) for one in told["results"]]})
    return found


def _path(name: str) -> Path:
    return Path(os.environ["TRACKER_HOME"]) / "bench" / f"{name}.json"
