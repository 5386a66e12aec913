"""Keeps one program from taking all that the tracker can give: so many reads and so many writes a minute for a token,
and for a person who is signed in.

Counted in Valkey, for all web processes together, and before the database is asked for anything. It fails open: while
Valkey is away or silent nobody is counted, and after the first who found it so nobody waits for it.
"""

import logging
import threading
import time
from dataclasses import dataclass

import redis
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from tracker.broker import url
from tracker.credentials import credentials, is_secret
from tracker.errors import TooManyRequests
from tracker.models import User
from tracker.models.token import digest_of

TIMEOUT = 0.1  # seconds for each step with Valkey, which answers in a thousandth of that
SILENCE = 10.0  # seconds that Valkey is left alone once it has not answered
MINUTE = 60
READING = ("GET", "HEAD", "OPTIONS")

log = logging.getLogger("tracker.api_throttle")


@dataclass(frozen=True)
class Count:
    """How many came in this minute, this one included, and how many seconds are left of it."""

    number: int
    seconds_left: int


class Counter:
    """Counts in Valkey. After a failure no request asks it, until it has answered behind their backs: even to look up
    its name can take longer than a request has."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ask_again = 0.0
        self._asking = False
        self._failed = False
        self._clients: dict[str, redis.Redis] = {}

    def count(self, key: str) -> Count | None:
        """One more of this key. A minute begins with its first. None when Valkey does not say."""
        if self._left_alone():
            return None
        name = f"{settings.CELERY_BROKER_TRANSPORT_OPTIONS.get('global_keyprefix', '')}api:{key}"
        try:
            with self._client().pipeline(transaction=True) as pipe:
                pipe.set(name, 0, ex=MINUTE, nx=True)
                pipe.incr(name)
                pipe.pttl(name)
                _made, number, left = pipe.execute()
        except (redis.RedisError, OSError) as error:
            self._fail(error)
            return None
        return Count(number, max(1, -(-left // 1000)))

    def _left_alone(self) -> bool:
        """Whether Valkey failed and has not answered since. Now and then it is asked, and the answer not awaited."""
        if not self._failed:
            return False
        with self._lock:
            now = time.monotonic()
            if now >= self._ask_again and not self._asking:
                self._asking = True
                threading.Thread(target=self._ask, name="api-throttle", daemon=True).start()
        return True

    def _ask(self) -> None:
        """Begin to count again, if Valkey answers."""
        try:
            self._client().ping()
        except (redis.RedisError, OSError):
            pass
        else:
            self._failed = False
            log.info("Valkey counts requests again")
        finally:
            self._ask_again = time.monotonic() + SILENCE
            self._asking = False

    def _fail(self, error: Exception) -> None:
        with self._lock:
            first, self._failed = not self._failed, True
            self._ask_again = time.monotonic() + SILENCE
        if first:
            log.warning("Valkey does not count requests, so none is throttled: %s", error)

    def _client(self) -> redis.Redis:
        """That of the address in the settings; it tries once, and asks for nothing beside what it is told."""
        address = url()
        if address not in self._clients:
            self._clients[address] = redis.Redis.from_url(
                address, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=Retry(NoBackoff(), 0),
                protocol=2, driver_info=None,
            )  # fmt: skip
        return self._clients[address]


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
