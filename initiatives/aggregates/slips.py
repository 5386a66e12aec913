"""How the forecasts of milestones moved as time went on."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from initiatives.models import Milestone, MilestoneForecast
from initiatives.models.milestone import MilestoneQuerySet

MOST = 8  # more lines than these are hard to follow


@dataclass(frozen=True)
class Slip:
    """A milestone's forecasts in the order in which they were made: the day each was made, the day it named. `met_on`:
    when it was met; None: not by the day that is asked about."""

    milestone: Milestone
    made: tuple[tuple[date, date], ...]
    met_on: date | None

    @property
    def moved(self) -> int:
        """Days that the forecast was moved in all, forth and back alike."""
        return sum(abs((after - before).days) for (_, before), (_, after) in pairwise(self.made))


@dataclass(frozen=True)
class Slips:
    """The milestones whose forecasts moved `most`, by far first; how many `others` moved too, and how many were
    forecast and never moved."""

    most: tuple[Slip, ...]
    others: int
    unmoved: int


def slips(milestones: MilestoneQuerySet, *, on: date, most: int = MOST) -> Slips:
    """By the forecasts that had been made by the day, in the plan's time zone. One query."""
    rows = MilestoneForecast.objects.filter(milestone__in=milestones.order_by().values("pk"))
    made: dict[Milestone, list[tuple[date, date]]] = defaultdict(list)
    for row in rows.select_related("milestone__initiative__plan").oldest_first():
        day = row.milestone.initiative.plan.day(row.made_at)
        if day <= on:
            made[row.milestone].append((day, row.date))
    found = [Slip(one, tuple(dates), _met(one, on)) for one, dates in made.items()]
    moved = sorted((one for one in found if one.moved), key=lambda one: (-one.moved, one.milestone.code))
    return Slips(tuple(moved[:most]), len(moved[most:]), len(found) - len(moved))


def _met(milestone: Milestone, on: date) -> date | None:
    return milestone.actual_on if milestone.actual_on and milestone.actual_on <= on else None
