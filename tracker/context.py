"""What every page needs around its content."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import translate_url
from django.utils import timezone
from django.utils.translation import get_language

from tracker.background import standing
from tracker.filters import without
from tracker.models import User
from tracker.rules import EVERYWHERE, Permission
from tracker.time_steps import steps, suggestions
from tracker.timemachine.moments import Moment


@dataclass(frozen=True)
class Past:
    """The moment of the past that a page shows, and the way back to now."""

    label: str
    revision_number: int
    at: datetime | None
    live_url: str


@dataclass(frozen=True)
class Stamp:
    """The revision that a page shows."""

    number: int
    at: datetime | None


@dataclass(frozen=True)
class WeekStep:
    """The same page at another moment; a text that is empty is now."""

    text: str
    url: str


def page(request: HttpRequest) -> dict[str, Any]:
    """Moment, theme, and the same page in the other language (with its query, so that filters and moment stay)."""
    moment: Moment | None = getattr(request, "moment", None)
    other = "fr" if get_language() == "en" else "en"
    path = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    return {
        **_time_control(request, moment),
        "moment": moment,
        "as_of": moment.text if moment else "",
        "past": _past(request, moment),
        "data_as_of": Stamp(moment.revision, moment.at) if moment and moment.at else None,
        "theme": theme_of(request),
        "other_language_url": translate_url(path, other),
        "work_delayed": work_delayed(request),
    }


def _time_control(request: HttpRequest, moment: Moment | None) -> dict[str, Any]:
    """The addresses of this page a week earlier and a week later, and moments to choose from."""
    if moment is None or not getattr(getattr(request, "user", None), "is_authenticated", False):
        return {}
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    found = steps(moment, today=today)
    return {
        "week_earlier": _step(request, found.earlier),
        "week_later": _step(request, found.later),
        "suggested_moments": suggestions(today=today),
    }


def _step(request: HttpRequest, text: str | None) -> WeekStep | None:
    """This page at that moment, with its filters, on its first page."""
    if text is None:
        return None
    query = without(request.GET, "as_of", "page", "after", "before")
    if text:
        query["as_of"] = text
    rest = query.urlencode()
    return WeekStep(text, f"{request.path}?{rest}" if rest else request.path)


def theme_of(request: HttpRequest) -> str:
    """The account's, else the browser's: light, dark, or auto."""
    theme = getattr(getattr(request, "user", None), "theme", "auto")
    if theme == "auto":
        theme = request.COOKIES.get("theme", "auto")
    return theme if theme in ("light", "dark") else "auto"


def work_delayed(request: HttpRequest) -> bool:
    """Whether background work is held up; told to those who can do something about it."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.may(Permission.MANAGE_PEOPLE, [EVERYWHERE]):
        return False
    return standing(at=timezone.now()).delayed


def _past(request: HttpRequest, moment: Moment | None) -> Past | None:
    if moment is None or moment.live:
        return None
    rest = without(request.GET, "as_of").urlencode()
    return Past(moment.text, moment.revision, moment.at, f"{request.path}?{rest}" if rest else request.path)
