"""`manage.py demo`: a simulated plan with half a year of history, and a user for each role."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.text import capfirst

from pillars.models import Plan
from reports.simulated_plan import CODE
from reports.simulation import WEEKS, Simulation
from tracker.actions import add_user, grant_role
from tracker.choices import Channel, Role
from tracker.models import Revision, User
from tracker.progress import Progress
from tracker.timemachine import Actor

SCOPED = {Role.MANAGER: (CODE, "BP"), Role.PILLAR_LEAD: (CODE, "BP")}


class Command(BaseCommand):
    help = "Add the simulated plan SIM with half a year of history, and one user for each role. Once; then nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the users with their passwords, the only time they are known."""
        if Plan.objects.filter(code=CODE).exists():
            return
        if Revision.objects.exists():
            raise CommandError(
                "The simulated history lies in the past, and this database has a history already. "
                "Start the demo in a home of its own: script/run --demo --home DIR."
            )
        now = timezone.now()
        people = self._people(now - timedelta(weeks=WEEKS, days=8))
        simulation = Simulation(people[Role.MANAGER], people[Role.PILLAR_LEAD], now)
        simulation.run(progress=Progress(self.stderr, "simulated week"))

    def _people(self, at: datetime) -> dict[Role, User]:
        people = {}
        self.stdout.write("Users of the demo (each password is shown this once):")
        for place, role in enumerate(Role):
            password = secrets.token_hex(7)
            by = Actor(name="Simulation", channel=Channel.IMPORT, replaying=True)
            scopes = SCOPED.get(role, ("",))
            user = add_user(
                username=role.value.replace("_", "-"), role=role, scope=scopes[0], name=capfirst(f"demo {role.label}"),
                password=password, by=by, at=at + timedelta(minutes=place),
            )  # fmt: skip
            for number, scope in enumerate(scopes[1:], start=1):
                grant_role(user=user, role=role, scope=scope, by=by, at=at + timedelta(minutes=place, seconds=number))
            self.stdout.write(f"  {user.username:<14} {password}")
            people[role] = user
        return people
