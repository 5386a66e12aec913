"""`manage.py end_grant`: a role that somebody no longer holds."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tracker.actions import end_grant
from tracker.choices import Role
from tracker.errors import Refused
from tracker.models import RoleGrant, User
from tracker.timemachine import Actor


class Command(BaseCommand):
    help = "End a role of an account at once; the history keeps that it was held."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--scope", default="", help="as it was given: BP, BP/2 or BP/2.01; all plans without")

    def handle(self, *args: Any, username: str, role: str, scope: str, **options: Any) -> None:
        """A line for each role that is left."""
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account {username!r}.")
        now = timezone.now()
        try:
            end_grant(user=user, role=Role(role), scope=scope, by=Actor(name="manage.py end_grant"), at=now)
        except Refused as error:
            raise CommandError(str(error)) from error
        # Closed or not, these would hold.
        left = RoleGrant.objects.access_of(user.pk, on=timezone.localdate(now)).grants
        for held, where in sorted(left):
            self.stdout.write(f"{username} is {held} of {where or 'everything'}")
        if not left:
            self.stdout.write(f"{username} holds no role")
