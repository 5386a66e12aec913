"""`manage.py close_week`: move the lock of an open week to now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pillars.actions import close_early, find_week
from reports.management.commands.rollup import only_plan
from tracker.errors import Refused
from tracker.timemachine import Actor, database_time


class Command(BaseCommand):
    help = "Close an open reporting week before its time; the weekly cycle then locks it and seals its rollup."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--week", required=True, help="ISO week, such as 2026-W46")
        parser.add_argument("--plan", default="", help="code of the plan; may be left out when there is only one")
        parser.add_argument("--reason", required=True, help="why; it stays in the history")

    def handle(self, *args: Any, week: str, plan: str, reason: str, **options: Any) -> None:
        """Move the instants."""
        try:
            found = find_week(only_plan(plan), week)
            close_early(week=found, reason=reason, by=Actor(name="manage.py close_week"), at=database_time())
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{week} closes now; its rollup follows within seconds of the next tick.")
