"""`manage.py add_user`: accounts and tokens from a shell."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from initiatives.scopes import check_scope
from tracker.actions import add_user, grant_role
from tracker.authentication import make_token
from tracker.choices import Role, TokenScope
from tracker.errors import Refused
from tracker.models import User
from tracker.timemachine import Actor


class Command(BaseCommand):
    help = "Make an account with a role (or give an account one more role); prints its password, or a token."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--scope", default="", help="plan BP, pillar BP/2 or initiative BP/2.01; all without")
        parser.add_argument("--name", default="", help="the name that pages and history show")
        parser.add_argument("--language", default="", choices=["", "en", "fr"])
        parser.add_argument("--token", action="store_true", help="print an API token that reads and writes")

    @transaction.atomic
    def handle(self, *args: Any, username: str, role: str, scope: str, token: bool, **options: Any) -> None:
        """One line a secret: `password …` for a new account, `token …` when asked."""
        now, by = timezone.now(), Actor(name="manage.py add_user")
        try:
            check_scope(scope)
            user = User.objects.filter(username=username).first()
            if user is None:
                password = secrets.token_urlsafe(12)
                user = add_user(
                    username=username, role=Role(role), scope=scope, name=options["name"], password=password,
                    language=options["language"], by=by, at=now,
                )  # fmt: skip
                self.stdout.write(f"password {password}")
            else:
                grant_role(user=user, role=Role(role), scope=scope, by=by, at=now)
        except Refused as error:
            raise CommandError(str(error)) from error
        if token:
            secret = make_token(user=user, name="manage.py add_user", scope=TokenScope.WRITE, at=now)
            self.stdout.write(f"token {secret}")
