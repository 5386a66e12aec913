"""Health for whoever watches: is the process alive, is the service able to work."""

from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from tracker.background import TICK_LATE
from tracker.broker import answers
from tracker.models import Heartbeat


def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """Database, broker, and the age of the last tick. 503 when the database is away: pages cannot be served then;
    a broker or tick that is away delays background work only, and is said as `degraded`."""
    database = database_answers()
    broker = answers()
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


def database_answers() -> bool:
    """Whether the database does."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError:
        return False
    return True


def _tick_age() -> timedelta | None:
    beat = Heartbeat.objects.filter(name="tick").first()
    return None if beat is None else max(timezone.now() - beat.at, timedelta())
