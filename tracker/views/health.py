"""Health for whoever watches: is the process alive, is the service able to work."""

from datetime import timedelta
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from kombu.utils.url import parse_url

from tracker.models import Heartbeat

TICK_LATE = timedelta(minutes=5)
TIMEOUT = 0.5  # seconds; a watcher must get an answer while a broker hangs


def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """Database, broker, and the age of the last tick. 503 when the database is away: pages cannot be served then;
    a broker or tick that is away delays background work only, and is said as `degraded`."""
    database = _database()
    broker = _broker()
    age = _tick_age() if database else None
    fresh = age is not None and age <= TICK_LATE
    status = "failed" if not database else "ok" if broker and fresh else "degraded"
    body: dict[str, Any] = {
        "status": status,
        "database": "ok" if database else "away",
        "broker": "ok" if broker else "away",
        "last_tick_seconds": None if age is None else round(age.total_seconds()),
    }
    return JsonResponse(body, status=200 if database else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError:
        return False
    return True


def _tick_age() -> timedelta | None:
    beat = Heartbeat.objects.filter(name="tick").first()
    return None if beat is None else max(timezone.now() - beat.at, timedelta())


def _broker() -> bool:
    url = settings.CELERY_BROKER_URL
    if url.startswith("redis+socket://"):
        url = "unix:///" + parse_url(url)["virtual_host"].lstrip("/")
    try:
        with redis.Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False
