"""Valkey as something one can do without: whoever asks gets an answer at once, or none.

After a failure no request asks it, until it has answered behind their backs: even to look up its name can take longer
than a request has.
"""

import logging
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar, cast

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from tracker.broker import url

TIMEOUT = 0.1  # seconds for each step with Valkey, which answers in a thousandth of that
SILENCE = 10.0  # seconds that Valkey is left alone once it has not answered
LARGEST = 1 << 22  # bytes that are kept under one name
_FAST = 1  # the level of compression

log = logging.getLogger("tracker.valkey")
T = TypeVar("T")


class Valkey:
    """The broker's own server, for what may be lost. `without` says in the log what is then not done."""

    def __init__(self, without: str) -> None:
        self.failed = False
        self._without = without
        self._lock = threading.Lock()
        self._ask_again = 0.0
        self._asking = False
        self._clients: dict[str, redis.Redis] = {}

    def ask(self, question: Callable[[redis.Redis], T]) -> T | None:
        """What it answers; None when it does not."""
        if self._left_alone():
            return None
        try:
            return question(self.client())
        except (redis.RedisError, OSError) as error:
            self._fail(error)
            return None

    def client(self) -> redis.Redis:
        """That of the address in the settings; it tries once, and asks for nothing beside what it is told."""
        address = url()
        if address not in self._clients:
            self._clients[address] = redis.Redis.from_url(
                address, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=Retry(NoBackoff(), 0),
                protocol=2, driver_info=None,
            )  # fmt: skip
        return self._clients[address]

    def _left_alone(self) -> bool:
        """Whether it failed and has not answered since. Now and then it is asked, and the answer not awaited."""
        if not self.failed:
            return False
        with self._lock:
            if time.monotonic() >= self._ask_again and not self._asking:
                self._asking = True
                threading.Thread(target=self._knock, name="valkey", daemon=True).start()
        return True

    def _knock(self) -> None:
        """Ask it again from now on, if it answers."""
        try:
            self.client().ping()
        except (redis.RedisError, OSError):
            pass
        else:
            self.failed = False
            log.info("Valkey answers again")
        finally:
            self._ask_again = time.monotonic() + SILENCE
            self._asking = False

    def _fail(self, error: Exception) -> None:
        with self._lock:
            first, self.failed = not self.failed, True
            self._ask_again = time.monotonic() + SILENCE
        if first:
            log.warning("Valkey does not answer, so %s: %s", self._without, error)


def key(*parts: str) -> str:
    """A key of ours, beside those of the broker."""
    prefix = str(settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("global_keyprefix", ""))
    return prefix + ":".join(parts)


@dataclass
class _Making:
    """Whose turn it is to make something, how many are at it or wait for it, and what came of it."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    askers: int = 0
    made: list[bytes] = field(default_factory=list)


class Store:
    """Bytes that can be made again, kept packed for a while under a name that says all that they depend on."""

    def __init__(self, kind: str, without: str) -> None:
        self.valkey = Valkey(without)
        self._kind = kind
        self._guard = threading.Lock()
        self._making: dict[str, _Making] = {}

    def get_or_make(self, name: str, make: Callable[[], bytes], *, seconds: int) -> bytes:
        """What is kept under that name, else what `make` gives, which is kept from then on. Of many in this process
        who ask at once one makes it, and the others are given that, whether Valkey answers or not; where the one fails,
        the next tries."""
        found = self.get(name)
        if found is not None:
            return found
        with self._turn(name) as made:
            if not made:
                made.append(make())
                self.put(name, made[0], seconds=seconds)
            return made[0]

    @contextmanager
    def _turn(self, name: str) -> Iterator[list[bytes]]:
        """One after the other of those who ask for the same. Yields what was made meanwhile."""
        with self._guard:
            making = self._making.setdefault(name, _Making())
            making.askers += 1
        try:
            with making.turn:
                yield making.made
        finally:
            with self._guard:
                making.askers -= 1
                if not making.askers:
                    del self._making[name]

    def get(self, name: str) -> bytes | None:
        """What is kept under that name; nothing, where that is damaged."""
        packed = self.valkey.ask(lambda client: client.get(key(self._kind, name)))
        try:
            return zlib.decompress(cast(bytes, packed)) if packed else None
        except zlib.error:
            return None

    def put(self, name: str, content: bytes, *, seconds: int) -> None:
        """Keep it; what is too large is not."""
        if len(content) <= LARGEST:
            packed = zlib.compress(content, _FAST)
            self.valkey.ask(lambda client: client.set(key(self._kind, name), packed, ex=seconds))
