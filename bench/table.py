"""`bench/RESULTS.md`: what was promised, in its order, and below it everything that was measured."""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from bench.kept import Run
from bench.measure import Result


@dataclass(frozen=True)
class Promise:
    """One line of the table: answered by the results of a benchmark whose `what` begins so, and by the worst of them
    that has a goal."""

    benchmark: str
    begins: str

    def answer(self, runs: Mapping[str, Run]) -> Result | None:
        """None while it was not measured."""
        measured = runs[self.benchmark].results if self.benchmark in runs else []
        answers = [result for result in measured if result.what.startswith(self.begins) and result.goal is not None]
        return max(answers, key=lambda result: result.shortfall, default=None)


PROMISES = (
    Promise("csv_export", ""),
    Promise("list_page", ""),
    Promise("rollup", "one weekly rollup"),
    Promise("rollup", "rollups of 104 past weeks"),
    Promise("bulk_create", ""),
    Promise("xlsx", ""),
    Promise("dashboard", "dashboard, warm"),
    Promise("dashboard", "dashboard, cold"),
    Promise("past_pages", ""),
    Promise("timemachine", "one status submission"),
)
HEAD = [
    "| what | | against | | | ratio | memory | goal | |",
    "|---|--:|---|--:|---|--:|--:|---|---|",
]


def page(runs: Mapping[str, Run]) -> str:
    """The whole of it, in Markdown."""
    answers = [promise.answer(runs) for promise in PROMISES]
    lines = ["# Results of `script/bench`", "", *HEAD]
    lines += [_row(answer) for answer in answers if answer is not None]
    lines += [
        "",
        "Where a line has several measurements below, the one that is furthest from its goal stands here.",
        "",
    ]
    lines += [NOTE]
    for name, run in runs.items():
        lines += ["", f"## {name}", "", f"{run.machine} Took {run.seconds:.0f} s. {run.plan}", ""]
        lines += [*HEAD, *map(_row, run.results)]
    return "\n".join([*lines, ""])


NOTE = (
    "Each figure is the median of at least five rounds, in which ours and its peer take turns, but for the rollups of"
    " all past weeks, which are the mean of every eighth counted for all; memory is by how much the proportional set"
    " size of the processes grew at its peak."
)


def _row(result: Result) -> str:
    grown = "" if result.memory is None else f"{result.memory:+.1f} MB"
    return (
        f"| {result.what} | {result.ours:,.2f} | {result.against} | {result.peer:,.2f} | {result.unit} |"
        f" {result.ratio:.2f} | {grown} | {result.aim} | {result.verdict} |"
    )


def machine() -> str:
    """What was measured on, and how; no names."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_setting('server_version'), current_setting('fsync'), current_setting('shared_buffers')"
        )
        version, fsync, buffers = cursor.fetchone()
    load = os.getloadavg()[2]
    return (
        f"{timezone.localdate():%-d %B %Y}; {os.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()};"
        f" PostgreSQL {version.split()[0]}, fsync {fsync}, shared buffers {buffers}; Python"
        f" {platform.python_version()}. Load of the last quarter of an hour, this run's own included: {load:.1f}."
    )
