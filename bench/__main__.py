"""`python -m bench [NAME ...]`: runs the benchmarks, prints each ratio as it is known, writes `bench/RESULTS.md`."""

import os
import platform
import sys
from importlib import import_module
from pathlib import Path

import django
from django.db import connection
from django.utils import timezone

from bench.measure import ROUNDS, Result

NAMES = ("timemachine",)
RESULTS = Path(__file__).parent / "RESULTS.md"


def main(names: list[str]) -> int:
    """The exit status: 1 when a goal is missed, 2 for a name that is none."""
    if unknown := set(names) - set(NAMES):
        print(f"No such benchmark: {', '.join(sorted(unknown))}. There are: {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    found: dict[str, list[Result]] = {}
    for name in names or NAMES:
        found[name] = []
        for result in import_module(f"bench.{name}").run():
            print(result, flush=True)
            found[name].append(result)
    if not names:
        RESULTS.write_text(_page(found))
    return int(any(result.verdict == "missed" for results in found.values() for result in results))


def _page(found: dict[str, list[Result]]) -> str:
    lines = ["# Results of the last `script/bench`", "", _machine(), ""]
    for name, results in found.items():
        lines += [f"## {name}", "", "| what | ms | against | ms | ratio | goal | |", "|---|--:|---|--:|--:|--:|---|"]
        for result in results:
            goal = "" if result.goal is None else f"{result.goal:g}"
            lines.append(
                f"| {result.what} | {result.ours:.2f} | {result.against} | {result.peer:.2f} | {result.ratio:.2f} |"
                f" {goal} | {result.verdict} |"
            )
        lines.append("")
    return "\n".join(lines)


def _machine() -> str:
    """What was measured on, and how; no names."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('server_version'), current_setting('fsync')")
        version, fsync = cursor.fetchone()
    return (
        f"{timezone.localdate():%-d %B %Y}; {os.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()};"
        f" PostgreSQL {version.split()[0]}, fsync {fsync}; Python {platform.python_version()}. Each figure is the"
        f" median of {ROUNDS} rounds; ours and its peer take turns."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
