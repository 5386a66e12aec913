"""`python -m bench [--size full|small] [NAME ...]`: prints each ratio as it is known, and at full size renews its part
of `bench/RESULTS.md`, once all were measured."""

import argparse
import logging
import os
import sys
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import django

from bench.kept import Run, keep, kept
from bench.measure import Result

NAMES = (
    "csv_export", "export_memory", "list_page", "rollup", "bulk_create", "xlsx", "dashboard", "past_pages",
    "timemachine",
)  # fmt: skip
BY_NAME_ONLY = ("overload",)
RESULTS = Path(__file__).parent / "RESULTS.md"


def main() -> int:
    """The exit status: 1 when a goal is missed, 2 for a name that is none."""
    options = _options()
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    django.setup()
    logging.disable(logging.WARNING)
    from bench import data, table  # noqa: PLC0415 - they need the settings

    found: list[Result] = []
    with data.simulated(options.size):
        plan = data.described(options.size)
        print(plan, flush=True)
        for name in options.names or NAMES:
            if find_spec(f"bench.{name}") is None:
                print(f"{name}: not here", file=sys.stderr)
                continue
            began, results = time.monotonic(), []
            for result in import_module(f"bench.{name}").run():
                print(result, flush=True)
                results.append(result)
            found += results
            if name in NAMES and options.size == "full":
                keep(name, Run(results, time.monotonic() - began, table.machine(), plan))
    runs = kept(NAMES)
    if options.size == "full" and len(runs) == len(NAMES):
        RESULTS.write_text(table.page(runs))
    return int(any(result.verdict == "missed" for result in found))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--size", choices=("full", "small"), default="full", help="of the simulated plan")
    known = (*NAMES, *BY_NAME_ONLY)
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*known, []], help=f"of {', '.join(known)}")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
