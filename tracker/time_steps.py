"""The moments beside the one that a page shows: a week back, a week on, and those that people ask for most."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.timemachine.moments import Moment

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
_NAMED_WEEK = re.compile(r"[0-9]{4}-W[0-9]{2}")
_FISCAL_YEAR_BEGINS = 4  # April
_QUARTER = 3  # months


@dataclass(frozen=True)
class Steps:
    """What `as_of` says one week earlier and one later. None: there is nothing; empty: that is now."""

    earlier: str | None
    later: str | None


@dataclass(frozen=True)
class Suggestion:
    """A moment that `as_of` takes, and what it is called."""

    text: str
    label: str | Promise


def steps(moment: Moment, *, today: date) -> Steps:
    """From the moment that a page shows: ends of ISO weeks, Monday to Sunday. One query."""
    monday = moment.on - timedelta(days=moment.on.weekday())
    before = monday - WEEK
    # A moment within a week comes before the end of that week.
    after = monday + WEEK if _NAMED_WEEK.fullmatch(moment.text) else monday
    begun = _first_day()
    earlier = None if begun is None or before + WEEK - DAY < begun else iso_week(before)
    if moment.live:
        return Steps(earlier, None)
    return Steps(earlier, "" if after + WEEK > today else iso_week(after))


def suggestions(*, today: date) -> list[Suggestion]:
    """The moments that people ask for most, the latest first."""
    monday = today - timedelta(days=today.weekday())
    named = [
        (monday - WEEK, _("end of last week")),
        (monday - 4 * WEEK, _("four weeks ago")),
        (today.replace(day=1) - DAY, _("end of last month")),
        (_last_quarter(today), _("end of the last fiscal quarter")),
        (_last_fiscal_year(today), _("end of the last fiscal year")),
    ]
    return [Suggestion(text, label) for text, label in _texts(named)]


def _texts(named: Sequence[tuple[date, Promise]]) -> Iterator[tuple[str, Promise]]:
    for number, (day, label) in enumerate(named):
        yield (iso_week(day) if number < 2 else day.isoformat()), label  # noqa: PLR2004 - the first two are weeks


def iso_week(day: date) -> str:
    """`2026-W46`."""
    year, week, _day = day.isocalendar()
    return f"{year}-W{week:02d}"


def _last_quarter(today: date) -> date:
    """Quarters of the fiscal year are those of the calendar."""
    first = today.replace(month=(today.month - 1) // _QUARTER * _QUARTER + 1, day=1)
    return first - DAY


def _last_fiscal_year(today: date) -> date:
    year = today.year if today.month >= _FISCAL_YEAR_BEGINS else today.year - 1
    return date(year, _FISCAL_YEAR_BEGINS, 1) - DAY


def _first_day() -> date | None:
    """The day of the first revision; None before it."""
    with connection.cursor() as cursor:
        cursor.execute("select at from public.tracker_revision order by number limit 1")
        found = cursor.fetchone()
    return timezone.localdate(found[0], timezone.get_default_timezone()) if found else None
