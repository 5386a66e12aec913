"""`manage.py rollup`: seal the rollup of one week by hand, or those of all past weeks."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pillars.actions import find_week
from pillars.models import Plan
from pillars.rules import week_monday
from reports.actions import publish_rollup
from reports.backfill import backfill, newest
from reports.cycle import is_late
from tracker.errors import Refused
from tracker.progress import Progress
from tracker.timemachine import Actor, database_time


class Command(BaseCommand):
    help = (
        "Seal the rollup of a locked week (the weekly cycle does it by itself); prints its code and hash. With --all: "
        "make, lock and seal every past week that is missing, oldest first; safe to interrupt and to run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--week", help="ISO week, such as 2026-W46")
        which.add_argument("--all", action="store_true", help="every past week, of the plan or of all plans")
        parser.add_argument("--plan", default="", help="code of the plan; may be left out when there is only one")
        parser.add_argument(
            "--from", dest="since", default="", help="with --all: first ISO week, instead of that of the announcement"
        )

    def handle(self, *args: Any, week: str | None, plan: str, since: str, **options: Any) -> None:
        """Compute, seal, print."""
        try:
            if week is None:
                self._all(some_plans(plan), since)
            elif since:
                raise CommandError("--from goes with --all.")
            else:
                self._one(only_plan(plan), week)
        except Refused as error:
            raise CommandError(str(error.message)) from error

    def _one(self, plan: Plan, code: str) -> None:
        now = database_time()
        week = find_week(plan, code)
        by = Actor(name="manage.py rollup")
        rollup = publish_rollup(week=week, by=by, at=now, late=is_late(week, at=now))
        self.stdout.write(f"{rollup.code} {rollup.sha256}")

    def _all(self, plans: list[Plan], since: str) -> None:
        """Each plan in turn, and what came of it."""
        for plan in plans:
            now = database_time()
            first = _first_week(plan, since, today=plan.day(now))
            done = backfill(
                plan, since=first, at=now, locking=Progress(self.stderr, f"{plan.code}: locked"),
                sealing=Progress(self.stderr, f"{plan.code}: sealed"),
            )  # fmt: skip
            self.stdout.write(
                f"{plan.code}: {done.made} weeks made, {done.locked} locked, {done.sealed} rollups sealed"
            )
            last = newest(plan)
            if done.sealed and last is not None:
                self.stdout.write(f"{last.code} {last.sha256}")


def _first_week(plan: Plan, since: str, *, today: date) -> date:
    """The Monday to begin with. A plan that is announced for later begins with this week."""
    if not since:
        return min(plan.announced_on, today)
    monday = week_monday(since)
    if monday is None:
        raise CommandError(f"--from: {since} is no ISO week; write it like 2025-W14.")
    if monday > today:
        raise CommandError(f"--from: {since} has not begun yet.")
    return monday


def some_plans(code: str) -> list[Plan]:
    """The plan of that code, or all there are."""
    return [only_plan(code)] if code else list(Plan.objects.for_list())


def only_plan(code: str) -> Plan:
    """The plan of that code, or the only one there is."""
    plans = list(Plan.objects.for_list().filter(code=code) if code else Plan.objects.for_list())
    if len(plans) == 1:
        return plans[0]
    known = ", ".join(Plan.objects.for_list().values_list("code", flat=True)) or "none"
    raise CommandError(f"Name one plan by --plan; known: {known}.")
