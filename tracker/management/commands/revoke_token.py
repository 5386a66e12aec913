"""`manage.py revoke_token`: tokens that must not be used any more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tracker.actions import revoke_tokens
from tracker.errors import Refused
from tracker.models import ApiToken, User
from tracker.timemachine import Actor


class Command(BaseCommand):
    help = "Revoke API tokens of an account, at once. Without a token or --all: list them, and change nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("token", nargs="*", help="the token, or the part of it between the first two _")
        parser.add_argument("--all", dest="every", action="store_true", help="all tokens of the account")

    def handle(self, *args: Any, username: str, token: list[str], every: bool, **options: Any) -> None:
        """A line for each token that can be used: prefix, scope, plans, last day, last use, name."""
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account {username!r}.")
        now = timezone.now()
        if token or every:
            prefixes = None if every else [_prefix(given) for given in token]
            try:
                count = revoke_tokens(user=user, prefixes=prefixes, by=Actor(name="manage.py revoke_token"), at=now)
            except Refused as error:
                raise CommandError(str(error)) from error
            self.stdout.write(f"revoked {count}")
        for kept in ApiToken.objects.usable(at=now).filter(user=user).order_by("created_at", "pk"):
            self.stdout.write(_line(kept))


def _line(token: ApiToken) -> str:
    plans = "all plans" if token.plans is None else ",".join(token.plans)
    used = "never used"
    if token.last_used_at is not None:
        used = f"used {timezone.localtime(token.last_used_at):%Y-%m-%d %H:%M} from {token.last_used_from or 'nowhere'}"
    last = timezone.localtime(token.expires_at)
    return f"{token.prefix} {token.scope} {plans} until {last:%Y-%m-%d} {used} {token.name}"


def _prefix(given: str) -> str:
    """`8f3a…` of `8f3a…` and of `apt_8f3a…_secret`."""
    parts = given.split("_", 2)
    return parts[1] if len(parts) > 1 and parts[0] == "apt" else given
