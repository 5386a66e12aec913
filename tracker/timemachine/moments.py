"""What `as_of` means: an instant, a date, a revision (`r1234`) or an ISO week (`2026-W46`)."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.errors import BadMoment
from tracker.models.revision import Revision

_REVISION = re.compile(r"r(0|[1-9][0-9]*)")
_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# An unescaped + in an address arrives as a space.
_INSTANT = re.compile(rf"({_DATE.pattern})[T ]([0-9]{{2}}:[0-9]{{2}}[0-9:.]*)(Z|([ +-])([0-9]{{2}}:?[0-9]{{2}}))?")
_GREATEST = 2**63 - 1  # bigint


@dataclass(frozen=True)
class Moment:
    """A point of the history: the revision that was then the newest, when it was made, and the effective date that
    figures take unless told otherwise. `text` is what was asked, empty when live."""

    revision: int
    at: datetime | None
    on: date
    text: str = ""

    @property
    def live(self) -> bool:
        return not self.text


def live(*, revision: int, now: datetime) -> Moment:
    """The present, as revision `revision` left it."""
    with connection.cursor() as cursor:  # each GET asks this: composing a query would cost more than the answer
        cursor.execute("select at from public.tracker_revision where number = %s", [revision])
        found = cursor.fetchone()
    return Moment(revision=revision, at=found[0] if found else None, on=_day(now))


def resolve(text: str, *, now: datetime) -> Moment:
    """The moment that `text` names. Raises `BadMoment` for one that is malformed, future, or before the history.

    A date or week means its end; today's date and this week's mean now. Days, and instants without a zone, are those
    of the tracker's own time zone.
    """
    if match := _REVISION.fullmatch(text):
        return _by_number(match[1], text)
    instant, days = _parsed(text)
    today = _day(now)
    if instant > now and today not in days:
        raise _bad(_("“%(text)s” lies in the future. Ask for a moment up to now."), text)
    newest = Revision.objects.filter(at__lte=instant).order_by("-number").first()
    if newest is None:
        raise _before(text)
    return Moment(newest.number, newest.at, min(_day(instant), today), text)


def _by_number(digits: str, text: str) -> Moment:
    if digits == "0":
        raise _before(text)
    # Python refuses to read a number of thousands of digits.
    number = int(digits[:20])
    found = Revision.objects.filter(number=number).first() if number <= _GREATEST else None
    if found is None:
        raise _bad(_("There is no revision “%(text)s” yet. Ask for a moment up to now."), text)
    return Moment(number, found.at, _day(found.at), text)


def _parsed(text: str) -> tuple[datetime, list[date]]:
    """The instant up to which to look, and the days that were named (none for an instant)."""
    try:
        if match := _WEEK.fullmatch(text):
            days = [date.fromisocalendar(int(match[1]), int(match[2]), weekday) for weekday in range(1, 8)]
        elif _DATE.fullmatch(text):
            days = [date.fromisoformat(text)]
        elif match := _INSTANT.fullmatch(text):
            offset = "" if match[3] is None else match[3].replace(" ", "+")
            instant = datetime.fromisoformat(f"{match[1]}T{match[2]}{offset}")
            return instant if offset else instant.replace(tzinfo=_zone()), []
        else:
            raise ValueError
        # Where clocks go back at midnight, the day ends the second time.
        return datetime.combine(days[-1], time.max.replace(fold=1), _zone()), days
    except ValueError as error:
        raise _bad(
            _(
                "“%(text)s” is not a moment. Write a date (2026-11-22), an instant (2026-11-22T14:30-05:00), "
                "a revision (r1234) or a week (2026-W46)."
            ),
            text,
        ) from error


def _day(instant: datetime) -> date:
    return timezone.localdate(instant, _zone())


def _zone() -> ZoneInfo:
    return ZoneInfo(timezone.get_default_timezone_name())


def _bad(sentence: str, text: str) -> BadMoment:
    message = sentence % {"text": text[:60]}
    return BadMoment(message, fields={"as_of": message})


def _before(text: str) -> BadMoment:
    first = Revision.objects.order_by("number").first()
    if first is None:
        return _bad(_("“%(text)s” cannot be shown: nothing has been recorded yet."), text)
    since = timezone.localtime(first.at, _zone()).strftime("%Y-%m-%d %H:%M")
    return _bad(
        _("“%(text)s” lies before the first revision. The history begins on {since} (r{number}).").format(
            since=since, number=first.number
        ),
        text,
    )
