"""How long each initiative has stood where it stands: red since when, silent since when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import CharField, F, Max, Value, Window
from django.db.models.functions import Coalesce, Lag

from initiatives.models import StatusUpdate
from initiatives.models.status_update import StatusUpdateQuerySet
from pillars.models import ReportingWeek
from pillars.rules import monday_of

STRIP = 26  # weeks of status on the strip


@dataclass(frozen=True)
class Span:
    """A reporting week by its Monday (None: there never was one), and whole weeks from it."""

    monday: date | None
    weeks: int


@dataclass(frozen=True)
class Standing:
    """`since`: the first week of the unbroken row of approved updates that say the same as the last one, and how many
    weeks that makes with the present one. `last`: the week of the last approved update, and how many weeks ago."""

    since: Span | None
    last: Span


@dataclass(frozen=True)
class StripWeek:
    """One week of the status strip; `health` is `no_update` where nothing was approved."""

    week: ReportingWeek
    health: str
    update: StatusUpdate | None


def standings(initiatives: Collection[int], *, on: date) -> dict[int, Standing]:
    """The standing of each of these initiatives. Two queries, however many there are."""
    updates = StatusUpdate.objects.approved().filter(initiative__in=initiatives, week__starts_on__lte=on)
    turns: dict[int, date] = {}
    for key, monday in _turns(updates.order_by()).values_list("initiative_id", "week__starts_on"):
        turns[key] = max(monday, turns.get(key, monday))
    last = dict(updates.order_by().values_list("initiative_id").annotate(latest=Max("week__starts_on")))
    week = monday_of(on)
    return {key: _standing(turns.get(key), last.get(key), week) for key in initiatives}


def _turns(updates: StatusUpdateQuerySet) -> StatusUpdateQuerySet:
    """Those updates that said something else than the one before."""
    before = Window(Lag("health_overall"), partition_by=F("initiative_id"), order_by=F("week__starts_on").asc())
    told = Coalesce(before, Value(""), output_field=CharField())
    return updates.annotate(before=told).exclude(before=F("health_overall"))


def _standing(turn: date | None, last: date | None, week: date) -> Standing:
    return Standing(
        since=Span(turn, (week - turn).days // 7 + 1) if turn else None,
        last=Span(last, (week - last).days // 7 if last else 0),
    )


def status_strip(initiative: int, plan: int, *, on: date) -> list[StripWeek]:
    """The last weeks up to that day, oldest first, each with its approved update or none."""
    weeks = list(ReportingWeek.objects.filter(plan=plan, starts_on__lte=on).order_by("-starts_on")[:STRIP])
    updates = {
        update.week_id: update
        for update in StatusUpdate.objects.approved().filter(
            initiative=initiative, week__starts_on__gt=on - timedelta(weeks=STRIP + 1)
        )
    }
    return [
        StripWeek(week, updates[week.pk].health_overall if week.pk in updates else "no_update", updates.get(week.pk))
        for week in reversed(weeks)
    ]
