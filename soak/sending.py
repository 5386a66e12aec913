"""Writes by REST, with an Idempotency-Key, and by the tracker's own actions: both until they are answered."""

import http.client
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone

from tracker.errors import Busy, Refused

PATIENCE = 90  # seconds until a write counts as lost
PAUSE = 0.2
Result = TypeVar("Result")


class NeverAnswered(Exception):
    """A write that was sent again and again, and got no answer."""


@dataclass(frozen=True)
class Post:
    """A write by REST. `mark` is its Idempotency-Key, and stands in what it writes."""

    path: str
    body: dict[str, Any]
    token: str
    mark: str


@dataclass
class Sent:
    """What became of everything that was sent; for several threads."""

    accepted: dict[str, tuple[Post, dict[str, Any]]] = field(default_factory=dict)
    """By mark: the write, and the row as it was answered."""
    refused: dict[str, tuple[Post, str]] = field(default_factory=dict)
    """By mark: the write, and the code of the problem."""
    tries: Counter[str] = field(default_factory=Counter)
    """Tries that were not answered, or answered by a failure: by status, or by the name of the error."""
    replays: int = 0
    acts: Counter[str] = field(default_factory=Counter)
    """Actions by name, and those refused by name and code."""
    longest: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def post(self, address: tuple[str, int], post: Post) -> dict[str, Any] | None:
        """Send until it is answered; the row, or None when it is refused. Raises `NeverAnswered`."""
        began = time.monotonic()
        while time.monotonic() < began + PATIENCE:
            try:
                status, replayed, body = _request(address, post)
            except (OSError, http.client.HTTPException) as error:
                self._count(type(error).__name__)
            else:
                if status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    self._keep(post, status, body, replayed=replayed, took=time.monotonic() - began)
                    return body if status < HTTPStatus.BAD_REQUEST else None
                self._count(str(status))
            time.sleep(PAUSE)
        raise NeverAnswered(post.mark)

    def read(self, query: Callable[[], Result]) -> Result:
        """What a query finds, asked again while the database is away."""
        began = time.monotonic()
        while True:
            try:
                return query()
            except (OperationalError, InterfaceError) as error:
                connections.close_all()
                if time.monotonic() > began + PATIENCE:
                    raise NeverAnswered(str(error)) from error
                time.sleep(PAUSE)

    def act(self, name: str, action: Callable[..., Result]) -> Result | None:
        """Carry out an action `at` the clock's time, again while the database is away; None when it is refused."""
        began = time.monotonic()
        while time.monotonic() < began + PATIENCE:
            try:
                done = action(at=timezone.now())
            except (OperationalError, InterfaceError, Busy) as error:
                connections.close_all()
                self._count(f"{type(error).__name__} of an action")
                time.sleep(PAUSE)
            except Refused as refusal:
                self.acts[f"{name}: {refusal.code}"] += 1
                return None
            else:
                self.acts[name] += 1
                return done
        raise NeverAnswered(name)

    def _keep(self, post: Post, status: int, body: dict[str, Any], *, replayed: bool, took: float) -> None:
        with self._lock:
            if status < HTTPStatus.BAD_REQUEST:
                self.accepted[post.mark] = (post, body)
            else:
                self.refused[post.mark] = (post, str(body.get("code", status)))
            self.replays += replayed
            self.longest = max(self.longest, took)

    def _count(self, what: str) -> None:
        with self._lock:
            self.tries[what] += 1


def new_mark() -> str:
    """A text that stands in one write only."""
    return f"soak-{uuid.uuid4().hex}"


def _request(address: tuple[str, int], post: Post) -> tuple[int, bool, dict[str, Any]]:
    """Status, whether it was carried out before, and the answer."""
    connection = http.client.HTTPConnection(*address, timeout=20)
    try:
        connection.request(
            "POST", f"/api/v1/{post.path}/", body=json.dumps(post.body),
            headers={
                "Authorization": f"Bearer {post.token}", "Content-Type": "application/json",
                "Idempotency-Key": post.mark,
            },
        )  # fmt: skip
        answer = connection.getresponse()
        content = answer.read()
        replayed = answer.getheader("Idempotent-Replay") == "true"
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return answer.status, replayed, {}
        return answer.status, replayed, json.loads(content)
    finally:
        connection.close()
