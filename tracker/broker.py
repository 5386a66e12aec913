"""Asking the broker how it is, without ever waiting for it."""

from collections.abc import Iterator
from contextlib import contextmanager

import redis
from django.conf import settings
from kombu.utils.url import parse_url
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT = 0.5  # seconds; whoever asks must get an answer while a broker hangs
QUEUE = "celery"


def answers() -> bool:
    """Whether it does."""
    try:
        with _client() as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


def queue_length() -> int | None:
    """How many tasks wait for a worker; None when the broker does not say."""
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("global_keyprefix", "")
    try:
        with _client() as client:
            return int(client.llen(f"{prefix}{QUEUE}"))
    except (redis.RedisError, OSError):
        return None


def url() -> str:
    """The broker's address, as its own client spells it."""
    given: str = settings.CELERY_BROKER_URL
    if given.startswith("redis+socket://"):
        return "unix:///" + str(parse_url(given)["virtual_host"]).lstrip("/")
    return given


@contextmanager
def _client() -> Iterator[redis.Redis]:
    """A client that tries once."""
    once = Retry(NoBackoff(), 0)
    with redis.Redis.from_url(url(), socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=once) as client:
        yield client
