"""The headline of a plan or pillar week by week, as weekly rollups sealed it, and since when it has its colour."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import orjson
from django.conf import settings
from django.db.models import Case, F, Func, TextField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import StrIndex, Substr
from django.db.models.lookups import GreaterThan

from pillars.models import Plan
from reports.models import WeeklyRollup
from reports.views.standing import STRIP
from tracker.models import User
from tracker.valkey import Store

KEPT = 30 * 24 * 60 * 60  # seconds
STORE = Store("sealed", "sealed headlines are read from their payloads")
# A payload is canonical: keys in their order, no spaces, and of a text that looks like these every quotation mark would
# be escaped. What follows the pillars is short, while what stands before grows with the plan.
_PILLARS = ',"pillars":'
# The plan's own headline is the first, and the initiatives follow it; nearly always it stands near the beginning, of
# which PostgreSQL unpacks no more than it is asked for.
_HEADLINE, _INITIATIVES = ',"headline":', ',"initiatives":'
BEGINNING = 65_536  # characters
_WEEK = timedelta(weeks=1)
_UNSEALED = timedelta(weeks=3)  # from the Monday of the last sealed week: then a whole week at least has no seal


@dataclass(frozen=True)
class SealedWeek:
    """A week by its Monday, the headline colour by the rule, and the code of the rollup that says so."""

    monday: date
    colour: str
    rollup: str


@dataclass(frozen=True)
class Since:
    """Since when a headline has its colour: since the week of `first`, whose rollup and all after it say the same.
    `begun`: the week before it was sealed with another colour; else it may be older. `new`: no rollup says it yet, and
    `first` is the last, which says another."""

    first: SealedWeek
    begun: bool
    new: bool = False


def since(weeks: Sequence[SealedWeek], colour: str, *, on: date) -> Since | None:
    """Since when the headline has that colour on the day, by its sealed weeks, oldest first. None where no week is
    sealed, or the last that is lies too far back to speak of the day."""
    if not weeks or on - weeks[-1].monday >= _UNSEALED:
        return None
    if weeks[-1].colour != colour:
        return Since(weeks[-1], begun=False, new=True)
    first, begun = weeks[-1], False
    for week in reversed(weeks[:-1]):
        if first.monday - week.monday != _WEEK:
            break
        if week.colour != colour:
            begun = True
            break
        first = week
    return Since(first, begun=begun)


def sealed_weeks(plan: Plan, pillar: int | None, *, user: User, on: date) -> list[SealedWeek]:
    """Of the last weeks that had ended by the day, oldest first; of each the newest edition that the person may read.
    A pillar of None is the plan. Weeks whose seal holds no such headline are left out. Two queries, one once the
    payloads were read."""
    rows = (
        WeeklyRollup.objects.visible_to(user)
        .filter(plan=plan, on__lte=on, on__gt=on - timedelta(weeks=STRIP))
        .order_by("on", "-edition")
        .distinct("on")
        .values_list("week__starts_on", "code", "sha256")
    )
    found = list(rows)
    key = "" if pillar is None else str(pillar)
    colours = _colours([sha256 for _monday, _code, sha256 in found], _of_plan() if pillar is None else _of_pillars())
    return [SealedWeek(monday, colours[sha256][key], code) for monday, code, sha256 in found if key in colours[sha256]]


@dataclass(frozen=True)
class _Part:
    """A part of a payload, how it is cut out, and the colours that it holds; the store keeps those by `name` and the
    payload's hash."""

    name: str
    text: Combinable
    colours: Callable[[str], dict[str, str]]


def _colours(hashes: Iterable[str], part: _Part) -> dict[str, dict[str, str]]:
    """By the payload's hash, the colours of that part. A seal never changes, so neither does this."""
    wanted = list(hashes)
    known = {one: content for one in wanted if (content := _kept(part.name + one)) is not None}
    missing = [one for one in wanted if one not in known]
    if missing:
        rows = WeeklyRollup.objects.filter(sha256__in=missing).annotate(part=part.text).values_list("sha256", "part")
        for sha256, text in rows:
            known[sha256] = part.colours(text)
            if settings.FIGURE_CACHE_SECONDS:
                STORE.put(part.name + sha256, orjson.dumps(known[sha256]), seconds=KEPT)
    return known


def _kept(name: str) -> dict[str, str] | None:
    content = STORE.get(name) if settings.FIGURE_CACHE_SECONDS else None
    return None if content is None else dict(orjson.loads(content))


def _split(text: Combinable, between: str, part: int) -> Func:
    return Func(text, Value(between), Value(part), function="split_part", output_field=TextField())


def _of_plan() -> _Part:
    """The plan's own headline: from the beginning of the payload where all of it stands there, else from the whole."""
    near = _split(Substr("payload", 1, BEGINNING), _HEADLINE, 2)
    whole = _split(_split(F("payload"), _HEADLINE, 2), _INITIATIVES, 1)
    ends = When(GreaterThan(StrIndex(near, Value(_INITIATIVES)), 0), then=_split(near, _INITIATIVES, 1))
    return _Part("plan-", Case(ends, default=whole, output_field=TextField()), _own_colour)


def _own_colour(text: str) -> dict[str, str]:
    """Seals older than headlines hold none."""
    headline = orjson.loads(text) if text else None
    return {"": headline["colour"]} if headline else {}


def _of_pillars() -> _Part:
    """The end of the payload, which begins with the list of pillars."""
    return _Part("", _split(F("payload"), _PILLARS, 2), _colours_by_number)


def _colours_by_number(rest: str) -> dict[str, str]:
    """Seals older than headlines hold none."""
    pillars = orjson.loads(f'{{"pillars":{rest}')["pillars"]
    return {str(one["number"]): one["headline"]["colour"] for one in pillars if one.get("headline")}
