"""Addresses of lists: of those that hold what a dashboard shows the first of, and of one under other filters."""

from dataclasses import dataclass
from datetime import date
from typing import Self
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from pillars.models import Plan

BESIDE = ("on", "compare")  # what a list is asked for beside its filters; the moment goes from link to link by itself


@dataclass(frozen=True)
class Lists:
    """The lists of a plan on the day that the dashboard speaks of; `on` is empty for the day of its moment."""

    plan: str
    on: str

    @classmethod
    def of(cls, request: HttpRequest, plan: Plan, *, on: date) -> Self:
        """Those beside the page that is asked for."""
        return cls(plan.code, on.isoformat() if request.GET.get("on") else "")

    def at(self, name: str, **query: str) -> str:
        """The list of that name, filtered."""
        given = {**query, **({"on": self.on} if self.on else {})}
        address = reverse(name, args=[self.plan])
        return f"{address}?{urlencode(given)}" if given else address


def unfiltered(request: HttpRequest, **filters: str) -> str:
    """The list that is asked for, with these filters alone: on the same day, and beside the same moment."""
    kept = {name: request.GET[name] for name in BESIDE if request.GET.get(name)}
    given = {**kept, **filters}
    return f"{request.path}?{urlencode(given)}" if given else request.path
