"""How tests write through the API."""

import json
from collections.abc import Callable
from typing import Any

from django.test import Client

from tests.factories import bearer
from tracker.models import User

MILESTONES = "/api/v1/milestones/"
ENTRIES = "/api/v1/ledger-entries/"
UPDATES = "/api/v1/status-updates/"


def milestone_body(initiative: str = "1.01", **fields: Any) -> dict[str, Any]:
    return {
        "plan": "BP", "initiative": initiative, "title_en": "Hub open", "title_fr": "Centre ouvert",
        "kind": "deployment", **fields,
    }  # fmt: skip


def entry_body(initiative: str = "1.01", *, fiscal_year: Any = 2025, **fields: Any) -> dict[str, Any]:
    known = type(fiscal_year) is int and fiscal_year in range(2000, 2101)
    year = fiscal_year if known else 2025
    return {
        "plan": "BP", "initiative": initiative, "organization": "CBSA", "fiscal_year": fiscal_year,
        "stage": "authority", "amount": "1250000.10", "effective_on": f"{year}-06-01", **fields,
    }  # fmt: skip


class Writer:
    """A person's program."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.headers = bearer(user)

    def post(self, path: str, body: Any, key: str | None = None, **headers: str) -> Any:
        if key is not None:
            headers["Idempotency-Key"] = key
        return self._send(self.client.post, path, body, headers)

    def patch(self, path: str, body: Any, seen: int | str | None = None, **headers: str) -> Any:
        """`seen`: a revision, or what If-Match holds."""
        if seen is not None:
            headers["If-Match"] = f'"r{seen}"' if isinstance(seen, int) else seen
        return self._send(self.client.patch, path, body, headers)

    def get(self, path: str) -> Any:
        return self.client.get(path, headers=self.headers)

    def _send(self, method: Callable[..., Any], path: str, body: Any, headers: dict[str, str]) -> Any:
        return method(path, body, content_type="application/json", headers=self.headers | headers)


def refusal(response: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document, once it is the one that is expected."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = json.loads(response.content)
    assert (found["code"], found["status"]) == (code, status)
    return found


def row(response: Any, status: int = 200) -> Any:
    """The row or rows of an answer."""
    assert response.status_code == status, response.content
    return json.loads(response.content)
