"""How long each initiative has stood where it stands: red since when, silent since when."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, F, Max, Q, Value, Window
from django.db.models.functions import Coalesce, Lag

from initiatives.models import StatusUpdate
from initiatives.models.status_update import StatusUpdateQuerySet
from initiatives.rules import rated_weeks
from pillars.models import ReportingWeek
from pillars.rules import monday_of

STRIP = 26  # weeks of status on the strip
WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Row:
    """Weeks in a row with an approved update that says the same: the Monday of the first, and how many. `silent`: the
    Monday of the week before them, where nobody reported on that week though somebody had before: the rating may be
    older than the row, and how it stood then is not known."""

    monday: date
    weeks: int
    silent: date | None


@dataclass(frozen=True)
class Span:
    """A reporting week by its Monday (None: there never was one), whole weeks from it, and how it was rated."""

    monday: date | None
    weeks: int
    health: str = ""


@dataclass(frozen=True)
class Standing:
    """`since`: the row of weeks that ends with the last approved update; every week of it was reported. `last`: the
    week of that update, and how many weeks ago it was."""

    since: Row | None
    last: Span


@dataclass(frozen=True)
class Turn:
    """The first week of a row, the week of the update before it, and how it was rated."""

    monday: date
    before: date | None
    health: str


@dataclass(frozen=True)
class StripWeek:
    """One week of the status strip; `health` is `no_update` where nothing was approved."""

    week: ReportingWeek
    health: str
    update: StatusUpdate | None


def standings(initiatives: Collection[int], *, on: date) -> dict[int, Standing]:
    """The standing of each of these initiatives. Two queries, however many there are."""
    updates = StatusUpdate.objects.approved().filter(initiative__in=initiatives, week__starts_on__lte=on).order_by()
    last = dict(updates.values_list("initiative_id").annotate(latest=Max("week__starts_on")))
    turns: dict[int, Turn] = {}
    for key, monday, before, health in _turns(updates):
        one = Turn(monday, before, health)
        turns[key] = max(one, turns.get(key, one), key=lambda turn: turn.monday)
    week = monday_of(on)
    return {key: _standing(turns.get(key), last.get(key), week) for key in initiatives}


def _turns(updates: StatusUpdateQuerySet) -> Iterable[tuple[int, date, date | None, str]]:
    """Of those updates that said something else than the week before, or followed a week on which nobody reported: the
    initiative, the week, the week of the update before, and the rating."""
    window: dict[str, Any] = {"partition_by": F("initiative_id"), "order_by": F("week__starts_on").asc()}
    told = Coalesce(Window(Lag("health_overall"), **window), Value(""), output_field=CharField())
    annotated = updates.annotate(before=told, week_before=Window(Lag("week__starts_on"), **window))
    same = Q(before=F("health_overall"), week_before=F("week__starts_on") - WEEK)
    turned = annotated.filter(~same | Q(week_before__isnull=True))
    return turned.values_list("initiative_id", "week__starts_on", "week_before", "health_overall")


def _standing(turn: Turn | None, last: date | None, week: date) -> Standing:
    if turn is None or last is None:
        return Standing(since=None, last=Span(last, 0))
    first, before = turn.monday, turn.before
    silent = first - WEEK if before is not None and before < first - WEEK else None
    return Standing(
        since=Row(first, (last - first).days // 7 + 1, silent),
        last=Span(last, (week - last).days // 7, turn.health),
    )


def status_strip(initiative: int, plan: int, *, on: date) -> list[StripWeek]:
    """The last weeks up to that day, oldest first, each with its approved update or none. The week that is not over is
    among them once it has one: until then health rests on the week before."""
    weeks = list(ReportingWeek.objects.filter(plan=plan, starts_on__lte=on).order_by("-starts_on")[: STRIP + 1])
    updates = {
        update.week_id: update
        for update in StatusUpdate.objects.approved().filter(
            initiative=initiative, week__starts_on__gt=on - timedelta(weeks=STRIP + 1)
        )
    }
    complete, _current = rated_weeks(on)
    if weeks and weeks[0].starts_on > complete and weeks[0].pk not in updates:
        del weeks[0]
    return [
        StripWeek(week, updates[week.pk].health_overall if week.pk in updates else "no_update", updates.get(week.pk))
        for week in reversed(weeks[:STRIP])
    ]
