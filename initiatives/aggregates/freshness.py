"""Freshness of single initiatives, with the ages and instants that say why."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from initiatives.choices import Freshness
from initiatives.models import Initiative
from initiatives.models.initiative import InitiativeQuerySet
from initiatives.rules.freshness import BEHIND


@dataclass(frozen=True)
class Fresh:
    """Where the reporting of one initiative stands. `missed_weeks`: closed weeks in a row, up to the last, without an
    approved update. `week`: Monday of the running week, with its deadline (None once it is closed), and when its update
    was first submitted. `touched_at`: when a fact or an opinion was last touched."""

    state: Freshness
    missed_weeks: int
    week: date | None
    due_at: datetime | None
    handed_in_at: datetime | None
    touched_at: datetime | None

    @property
    def behind(self) -> bool:
        """Something that was due is not there."""
        return self.state in BEHIND

    @property
    def reported_late(self) -> bool:
        """The running week's update came after its deadline; it stays late once it is approved."""
        return self.handed_in_at is not None and self.due_at is not None and self.handed_in_at > self.due_at

    @property
    def label(self) -> str:
        return str(self.state.label)


def freshness(initiatives: Collection[int], *, at: datetime) -> dict[int, Fresh]:
    """That of each of these initiatives. One query, however many there are."""
    rows: Any = Initiative.objects.filter(pk__in=initiatives).order_by().with_freshness(at=at).with_last_touched()
    return {
        key: Fresh(Freshness(state), *rest)
        for key, state, *rest in rows.values_list(
            "pk", "freshness", "missed_weeks", "running_week", "due_at", "handed_in_at", "touched_at"
        )
    }


@dataclass(frozen=True)
class ByState:
    """Where initiatives stand, by state; each state's in the order of a list. Only those states that there are."""

    keys: dict[Freshness, list[int]]

    @property
    def counts(self) -> dict[Freshness, int]:
        """How many stand so."""
        return {state: len(keys) for state, keys in self.keys.items()}

    def first(self, number: int) -> list[int]:
        """That many of them, state after state."""
        return [key for keys in self.keys.values() for key in keys][:number]


def by_state(initiatives: InitiativeQuerySet, *states: Freshness, at: datetime) -> ByState:
    """Those of these in progress that stand so, in the order of `states`. One query, which asks each of them once."""
    rows: Any = initiatives.in_progress().with_freshness_alone(at=at).order_by("plan__code", "code", "pk")
    found: dict[Freshness, list[int]] = {state: [] for state in states}
    for key, state in rows.values_list("pk", "freshness"):
        if state in found:
            found[state].append(key)
    return ByState({state: keys for state, keys in found.items() if keys})


def behind_by_state(initiatives: InitiativeQuerySet, *, at: datetime) -> ByState:
    """Those of these that are late, missed, stale or silent, the gravest first."""
    return by_state(initiatives, *BEHIND, at=at)
