"""`manage.py close_account`: people who leave, and people who come back."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from tracker.actions import close_account, reopen_account
from tracker.errors import Refused
from tracker.models import User
from tracker.timemachine import Actor


class Command(BaseCommand):
    help = "Close an account: sessions end, tokens are revoked, roles stay. --reopen undoes it, but for the tokens."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--reopen", action="store_true", help="let the person sign in again, at once")

    @transaction.atomic
    def handle(self, *args: Any, username: str, reopen: bool, **options: Any) -> None:
        """One line: what the account now is."""
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account {username!r}.")
        by = Actor(name="manage.py close_account")
        try:
            if reopen:
                reopen_account(user=user, by=by)
            else:
                close_account(user=user, by=by, at=timezone.now())
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{username} is {'open' if reopen else 'closed'}")
