"""`manage.py load_plan DIRECTORY`: a plan's files into the database."""

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from initiatives.actions.plan_data import LoadedRow, Outcome, load_plan
from initiatives.plan_files import PlanFileError, read_plan
from tracker.errors import Refused


class Command(BaseCommand):
    help = "Load a plan from its files. Loading again changes nothing; wrong files change nothing and are explained."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path, help="such as plans/border-plan-2024")

    def handle(self, *args: Any, directory: Path, verbosity: int, **options: Any) -> None:
        """A line for each row that was added, changed or kept (all rows with -v 2), and the sums."""
        now = timezone.now()
        try:
            data = read_plan(directory, today=timezone.localdate(now))
            rows = load_plan(data, at=now)
        except PlanFileError as error:
            raise CommandError(f"{directory} is not loaded; nothing was changed.\n{error}") from error
        except Refused as error:
            raise CommandError(f"{directory} is not loaded; nothing was changed.\n{error.message}") from error
        for row in rows:
            if row.outcome is not Outcome.UNCHANGED or verbosity > 1:
                self.stdout.write(_line(row))
        counts = Counter(row.outcome for row in rows)
        summary = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome)
        self.stdout.write(f"{data.plan.code}: {len(rows)} rows: {summary}")


def _line(row: LoadedRow) -> str:
    return f"{row.outcome:<9} {row.what} ({row.at}){f': {row.note}' if row.note else ''}"
