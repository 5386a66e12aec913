"""Programs that follow a list: they read it whole once, and from then on only what changed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

Get = Callable[[str], dict[str, Any]]


@dataclass
class Follower:
    """What one program keeps of a list: rows by their key, and what to send the next time."""

    get: Get
    name: str
    query: dict[str, str] = field(default_factory=dict)
    key: str = "id"
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    since: str = ""
    revision: int = 0

    def address(self, **more: Any) -> str:
        return f"/api/v1/{self.name}/?{urlencode({**self.query, **more})}"

    def read(self, *, limit: int = 1000, **more: Any) -> None:
        """The list, whole."""
        self.rows, self.since = {}, ""
        path: str | None = self.address(limit=limit, **more)
        while path:
            page = self.get(path)
            self.since = self.since or page["since"]
            self.revision = page["revision"]
            self._put(page["results"])
            path = page["next"]

    def follow(self, *, limit: int = 1000, **more: Any) -> int:
        """What changed; how many rows came or went. All pages are applied before the next `since` counts."""
        path: str | None = self.address(since=self.since, limit=limit, **more)
        since, moved = "", 0
        while path:
            page = self.get(path)
            assert len(page["results"]) + len(page["gone"]) <= limit
            since = since or page["since"]
            self.revision = page["revision"]
            self._put(page["results"])
            for key in page["gone"]:
                self.rows.pop(key, None)
            moved += len(page["results"]) + len(page["gone"])
            path = page["next"]
        self.since = since
        return moved

    def whole(self, **more: Any) -> dict[int, dict[str, Any]]:
        """The list as another program reads it at the same revision."""
        other = Follower(self.get, self.name, self.query, self.key)
        other.read(as_of=f"r{self.revision}", **more)
        return other.rows

    def _put(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            self.rows[row[self.key]] = row
