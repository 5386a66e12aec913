"""The headline of a pillar week by week, as weekly rollups sealed it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import orjson
from django.conf import settings
from django.db.models import F, Func, TextField, Value

from pillars.models import Plan
from reports.models import WeeklyRollup
from reports.views.standing import STRIP
from tracker.models import User
from tracker.valkey import Store

KEPT = 30 * 24 * 60 * 60  # seconds
STORE = Store("sealed", "sealed headlines are read from their payloads")
# A payload is canonical: keys in their order, no spaces, and of a text that looks like this every quotation mark would
# be escaped. What follows is short, while what stands before grows with the plan.
_PILLARS = ',"pillars":'


@dataclass(frozen=True)
class SealedWeek:
    """A week by its Monday, the headline colour by the rule, and the code of the rollup that says so."""

    monday: date
    colour: str
    rollup: str


def sealed_weeks(plan: Plan, pillar: int, *, user: User, on: date) -> list[SealedWeek]:
    """Of the last weeks that had ended by the day, oldest first; of each the newest edition that the person may read.
    Weeks whose seal holds no headline of that pillar are left out. Two queries, one once the payloads were read."""
    rows = (
        WeeklyRollup.objects.visible_to(user)
        .filter(plan=plan, on__lte=on, on__gt=on - timedelta(weeks=STRIP))
        .order_by("on", "-edition")
        .distinct("on")
        .values_list("week__starts_on", "code", "sha256")
    )
    found = list(rows)
    colours = _colours([sha256 for _monday, _code, sha256 in found])
    return [
        SealedWeek(monday, colours[sha256][str(pillar)], code)
        for monday, code, sha256 in found
        if str(pillar) in colours[sha256]
    ]


def _colours(hashes: Iterable[str]) -> dict[str, dict[str, str]]:
    """By the payload's hash, the colour of each pillar by its number. A seal never changes, so neither does this."""
    wanted = list(hashes)
    known = {one: content for one in wanted if (content := _kept(one)) is not None}
    missing = [one for one in wanted if one not in known]
    if missing:
        rest = Func(F("payload"), Value(_PILLARS), Value(2), function="split_part", output_field=TextField())
        rows = WeeklyRollup.objects.filter(sha256__in=missing).annotate(rest=rest).values_list("sha256", "rest")
        for sha256, text in rows:
            known[sha256] = _headlines(text)
            if settings.FIGURE_CACHE_SECONDS:
                STORE.put(sha256, orjson.dumps(known[sha256]), seconds=KEPT)
    return known


def _kept(sha256: str) -> dict[str, str] | None:
    content = STORE.get(sha256) if settings.FIGURE_CACHE_SECONDS else None
    return None if content is None else dict(orjson.loads(content))


def _headlines(rest: str) -> dict[str, str]:
    """From the end of a payload, which begins with the list of pillars. Seals older than headlines hold none."""
    pillars = orjson.loads(f'{{"pillars":{rest}')["pillars"]
    return {str(one["number"]): one["headline"]["colour"] for one in pillars if one.get("headline")}
