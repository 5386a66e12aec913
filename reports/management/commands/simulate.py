"""`manage.py simulate`: a simulated plan of any size, with its history, by COPY."""

import time
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pillars.rules import week_monday
from reports.simulate import Size, simulate
from reports.simulate.run import CODE, SEED
from tracker.errors import Refused
from tracker.formats import number
from tracker.progress import Progress

_HELP = {
    "initiatives": "initiatives of the plan",
    "updates": "status updates, at most one for each initiative and week",
    "weeks": "reporting weeks with a past, each locked",
    "milestones": "milestones, with baselines and forecasts",
    "lines": "budget lines",
    "entries": "ledger entries, reversals and corrections included",
}


class Command(BaseCommand):
    help = (
        "Add a simulated plan of any size with all its history, for measuring. It is marked as simulated, and written "
        "in one transaction, or not at all. The history of a database runs forward only, so this is for a database of "
        "its own; other plans can be loaded afterwards."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for name, said in _HELP.items():
            default = getattr(Size, name)
            parser.add_argument(f"--{name}", type=int, default=default, help=f"{said} (default: {default})")
        parser.add_argument("--seed", type=int, default=SEED, help=f"the same seed, the same rows (default: {SEED})")
        parser.add_argument("--plan", default=CODE, help=f"code of the plan (default: {CODE})")
        parser.add_argument("--until", default="", help="last week with a past, such as 2026-W20 (default: the newest)")

    def handle(self, *args: Any, seed: int, plan: str, until: str, **options: Any) -> None:
        """Say what will be done, do it, say what was done."""
        size = Size(**{name: options[name] for name in _HELP})
        asked = ", ".join(f"{number(getattr(size, name))} {name}" for name in _HELP)
        self.stderr.write(f"Plan {plan}, simulated with seed {seed}: {asked}.")
        began = time.monotonic()
        try:
            made = simulate(
                size, seed=seed, code=plan, until=_monday(until), progress=Progress(self.stderr, "simulated: step")
            )
        except Refused as error:
            raise CommandError(str(error)) from error
        for table, rows in made.rows.items():
            self.stdout.write(f"{table:<40} {rows:>12}")
        self.stdout.write(
            f"{made.plan.code}: revisions r{made.first} to r{made.newest}, in {time.monotonic() - began:.0f} s"
        )


def _monday(code: str) -> date | None:
    """The Monday of the week of that code; None for none."""
    if not code:
        return None
    monday = week_monday(code)
    if monday is None:
        raise CommandError(f"--until: {code} is no ISO week; write it like 2026-W20.")
    return monday
