"""`manage.py verify`: prove every sealed rollup, and the history that it is proved from."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pillars.models import Plan
from reports.proof import verify
from tracker.timemachine.audit import faults


class Command(BaseCommand):
    help = (
        "Recompute every sealed rollup from the history, walk its chain, and check the laws of the history itself; "
        "fails naming each rollup and table that does not hold."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--plan", default="", help="code of one plan; all of them without")

    def handle(self, *args: Any, plan: str, **options: Any) -> None:
        """Print a line for each rollup that does not hold, a summary for each plan, and the state of the history."""
        plans = Plan.objects.for_list().filter(code=plan) if plan else Plan.objects.for_list()
        if plan and not plans:
            raise CommandError(f"There is no plan {plan}.")
        broken = sum(self._plan(one) for one in plans)
        problems = faults()
        for problem in problems:
            self.stderr.write(f"history: {problem}")
        self.stdout.write(f"history: {len(problems)} faults" if problems else "history: keeps its laws")
        if broken or problems:
            raise CommandError(f"{broken} rollups do not hold; the history has {len(problems)} faults.")

    def _plan(self, plan: Plan) -> int:
        """The number of its rollups that do not hold."""
        checked = bad = 0
        for finding in verify(plan):
            checked += 1
            if finding.problem:
                bad += 1
                self.stderr.write(f"{finding.code}: {finding.problem}")
        self.stdout.write(f"{plan.code}: {checked - bad} of {checked} rollups hold")
        return bad
