"""Keeps one program from taking all that the tracker can give: so many reads and so many writes a minute for a token,
and for a person who is signed in.

Counted in Valkey, for all web processes together, and before the database is asked for anything. It fails open: while
Valkey is away or silent nobody is counted, and after the first who found it so nobody waits for it.
"""

from dataclasses import dataclass

import redis
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tracker.credentials import credentials, is_secret
from tracker.errors import TooManyRequests
from tracker.models import User
from tracker.models.token import digest_of
from tracker.valkey import Valkey, key

MINUTE = 60
READING = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Count:
    """How many came in this minute, this one included, and how many seconds are left of it."""

    number: int
    seconds_left: int


class Counter:
    """Counts in Valkey."""

    def __init__(self) -> None:
        self.valkey = Valkey("no request is throttled")

    def count(self, sender: str) -> Count | None:
        """One more of this sender. A minute begins with its first. None when Valkey does not say."""
        name = key("api", sender)

        def more(client: redis.Redis) -> Count:
            with client.pipeline(transaction=True) as pipe:
                pipe.set(name, 0, ex=MINUTE, nx=True)
                pipe.incr(name)
                pipe.pttl(name)
                _made, number, left = pipe.execute()
            return Count(number, max(1, -(-left // 1000)))

        return self.valkey.ask(more)


COUNTER = Counter()


def admit(request: HttpRequest) -> None:
    """Count a request of the API. Raises `TooManyRequests` past the rate of whoever sends it; strangers are refused
    elsewhere, and cost next to nothing."""
    reads = request.method in READING
    most: int = settings.API_READS_PER_MINUTE if reads else settings.API_WRITES_PER_MINUTE
    sender = _sender(request) if most else ""
    found = COUNTER.count(f"{'reads' if reads else 'writes'}:{sender}") if sender else None
    if found is not None and found.number > most:
        raise TooManyRequests(_sentence(most, reads=reads), seconds=found.seconds_left)


def _sender(request: HttpRequest) -> str:
    """The token, before anybody knows whether it is good, by its digest; else the person who is signed in."""
    sent = credentials(request)
    if sent is not None:
        return f"token:{digest_of(sent.secret)[:32]}" if is_secret(sent.secret) else ""
    return f"person:{request.user.pk}" if isinstance(request.user, User) else ""


def _sentence(most: int, *, reads: bool) -> str:
    if reads:
        return _("More than %(most)d reads in a minute. Wait, or read more rows at once.") % {"most": most}
    return _("More than %(most)d writes in a minute. Wait, or send many rows in one.") % {"most": most}
