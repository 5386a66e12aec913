"""`manage.py add_user`: accounts and tokens from a shell."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from initiatives.scopes import check_scope
from tracker.actions import add_user, grant_role
from tracker.authentication import LIFETIME
from tracker.choices import Role, TokenScope
from tracker.errors import Refused
from tracker.models import User
from tracker.rules import LONGEST_TOKEN
from tracker.timemachine import Actor
from tracker.tokens import issue_token


class Command(BaseCommand):
    help = "Make an account with a role (or give an account one more role); prints its password, or a token."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--scope", default="", help="plan BP, pillar BP/2 or initiative BP/2.01; all without")
        parser.add_argument("--name", default="", help="the name that pages and history show")
        parser.add_argument("--language", default="", choices=["", "en", "fr"])
        parser.add_argument("--token", action="store_true", help="print an API token that reads and writes")
        parser.add_argument("--read-only", action="store_true", help="the token only reads")
        parser.add_argument(
            "--only-plan", action="append", metavar="CODE", help="the token is for this plan only; repeatable"
        )
        parser.add_argument("--days", type=int, default=LIFETIME.days, help="days until the token expires")

    @transaction.atomic
    def handle(self, *args: Any, username: str, role: str, scope: str, token: bool, **options: Any) -> None:
        """One line a secret: `password …` for a new account, `token …` when asked."""
        now, by = timezone.now(), Actor(name="manage.py add_user")
        if not token and (options["read_only"] or options["only_plan"]):
            raise CommandError("--read-only and --only-plan say what --token may do: give --token too.")
        secrets_made = []  # told once all is accepted
        try:
            check_scope(scope)
            user = User.objects.filter(username=username).first()
            if user is None:
                password = secrets.token_urlsafe(12)
                user = add_user(
                    username=username, role=Role(role), scope=scope, name=options["name"], password=password,
                    language=options["language"], by=by, at=now,
                )  # fmt: skip
                secrets_made.append(f"password {password}")
            else:
                grant_role(user=user, role=Role(role), scope=scope, by=by, at=now)
            if token:
                secrets_made.append(f"token {self._token(user, options, by=by, at=now)}")
        except Refused as error:
            raise CommandError(str(error)) from error
        for line in secrets_made:
            self.stdout.write(line)

    def _token(self, user: User, options: dict[str, Any], *, by: Actor, at: datetime) -> str:
        """The secret of a new token."""
        for code in options["only_plan"] or ():
            check_scope(code)
        scope = TokenScope.READ if options["read_only"] else TokenScope.WRITE
        # Beyond any calendar would be no timedelta at all; the rule refuses both in the same words.
        lifetime = timedelta(days=min(max(options["days"], 0), 10 * LONGEST_TOKEN.days))
        plans = options["only_plan"]
        name = "manage.py add_user"
        return issue_token(user=user, name=name, scope=scope, plans=plans, lifetime=lifetime, by=by, at=at)[1]
