"""`manage.py rollup`: seal the rollup of one week by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from pillars.actions import find_week
from pillars.models import Plan
from reports.actions import publish_rollup
from reports.cycle import is_late
from tracker.errors import Refused
from tracker.timemachine import Actor


class Command(BaseCommand):
    help = "Seal the rollup of a locked week (the weekly cycle does it by itself); prints its code and hash."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--week", required=True, help="ISO week, such as 2026-W46")
        parser.add_argument("--plan", default="", help="code of the plan; may be left out when there is only one")

    def handle(self, *args: Any, week: str, plan: str, **options: Any) -> None:
        """Compute, seal, print."""
        now = timezone.now()
        try:
            found = find_week(only_plan(plan), week)
            by = Actor(name="manage.py rollup")
            rollup = publish_rollup(week=found, by=by, at=now, late=is_late(found, at=now))
        except Refused as error:
            raise CommandError(str(error.message)) from error
        self.stdout.write(f"{rollup.code} {rollup.sha256}")


def only_plan(code: str) -> Plan:
    """The plan of that code, or the only one there is."""
    plans = list(Plan.objects.for_list().filter(code=code) if code else Plan.objects.for_list())
    if len(plans) == 1:
        return plans[0]
    known = ", ".join(Plan.objects.for_list().values_list("code", flat=True)) or "none"
    raise CommandError(f"Name one plan by --plan; known: {known}.")
