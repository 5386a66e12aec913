"""Everybody who writes into the plan of the soak."""

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone

from initiatives.models import Initiative
from soak.plan import Cast
from soak.sending import Post, Sent
from tracker.choices import Channel
from tracker.models import User
from tracker.timemachine import Actor

SENDERS = 3
Row = TypeVar("Row", bound=Model)


@dataclass
class People:
    """The cast, where they write to, and what became of it."""

    cast: Cast
    address: tuple[str, int]
    chance: random.Random
    sent: Sent = field(default_factory=Sent)
    moods: dict[int, int] = field(default_factory=dict)
    """0 green, 1 amber, 2 red, by initiative."""
    entries: dict[int, str] = field(default_factory=dict)
    """Expenditures that may yet turn out to be wrong, with the token of whoever recorded them."""
    observations: dict[int, str] = field(default_factory=dict)

    def initiatives(self) -> list[Initiative]:
        """Those of the plan that are in progress, by code."""
        rows = Initiative.objects.filter(plan=self.cast.plan).in_progress()
        return self.rows(rows.select_related("plan", "pillar__plan", "lead", "manager").order_by("code"))

    def rows(self, rows: QuerySet[Row]) -> list[Row]:
        """All of them, also when the database has to come back first."""
        return self.sent.read(lambda: list(rows.all()))

    def today(self) -> date:
        return self.cast.plan.day(timezone.now())

    def happens(self, likely: float) -> bool:
        return self.chance.random() < likely

    def actor(self, user: User) -> Actor:
        return Actor(user=user, channel=Channel.SHELL)

    def post(self, path: str, mark: str, initiative: Initiative, body: dict[str, Any]) -> Post:
        """A write about an initiative, by its manager."""
        named = {"plan": self.cast.plan.code, "initiative": initiative.code, **body}
        return Post(path, named, self.cast.tokens[self.cast.manager(initiative).pk], mark)

    def send(self, posts: Sequence[Post]) -> list[tuple[Post, dict[str, Any]]]:
        """Send them side by side; those that were accepted, with their rows."""
        with ThreadPoolExecutor(SENDERS) as senders:
            rows = list(senders.map(partial(self.sent.post, self.address), posts))
        return [(post, row) for post, row in zip(posts, rows, strict=True) if row is not None]
