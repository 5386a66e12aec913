"""`manage.py reopen_week`: take updates for a published week once more."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from pillars.actions import find_week
from reports.actions import reopen_week
from reports.management.commands.rollup import only_plan
from tracker.errors import Refused
from tracker.formats import long_datetime
from tracker.timemachine import Actor, database_time


class Command(BaseCommand):
    help = (
        "Reopen a published reporting week until an instant; it then locks by itself, and another edition of its "
        "rollup is sealed. The edition there is stays citable."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--week", required=True, help="ISO week, such as 2026-W46")
        parser.add_argument("--plan", default="", help="code of the plan; may be left out when there is only one")
        parser.add_argument("--reason", required=True, help="why; it stays in the history")
        parser.add_argument(
            "--until", required=True, help="when it locks again, such as 2026-11-25T17:00, in the plan's time zone"
        )

    def handle(self, *args: Any, week: str, plan: str, reason: str, until: str, **options: Any) -> None:
        """Open it again, and say until when."""
        of = only_plan(plan)
        try:
            wanted = datetime.fromisoformat(until)
        except ValueError as error:
            raise CommandError(f"--until: {until} is no instant; write it like 2026-11-25T17:00.") from error
        locks_at = wanted if wanted.tzinfo else wanted.replace(tzinfo=of.zone)
        try:
            found = reopen_week(
                week=find_week(of, week), reason=reason, until=locks_at, by=Actor(name="manage.py reopen_week"),
                at=database_time(),
            )  # fmt: skip
        except Refused as error:
            raise CommandError(" ".join([str(error.message), *map(str, error.fields.values())])) from error
        with timezone.override(of.zone):
            self.stdout.write(f"{week} takes updates until {long_datetime(found.locks_at)}; edition {found.edition}.")
