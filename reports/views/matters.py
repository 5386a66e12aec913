"""Which initiatives need attention, by reason; and, of those that a page names, what it says of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from initiatives.aggregates.freshness import ByState, Fresh, behind_by_state, freshness
from initiatives.choices import HealthBucket
from initiatives.models import StatusUpdate
from initiatives.models.initiative import InitiativeQuerySet
from reports.signals import Signal, first
from reports.views.attention import SHOWN
from reports.views.standing import Standing, standings


@dataclass(frozen=True)
class Matters:
    """Keys of initiatives, in the order of their codes but where something else is said: off track and at risk; whose
    update in force asks for a decision; whose rating facts spoke against when it was submitted; whose update rests on
    nothing; of milestones, those that are late by most days; who is behind, the gravest first; and the first of those
    with most authority forecast to lapse in this fiscal year, with those dollars."""

    red: list[int]
    amber: list[int]
    decisions: list[int]
    disputed: list[int]
    hollow: list[int]
    late: list[int]
    behind: ByState
    lapsing: list[tuple[int, Decimal]]

    @property
    def doubtful(self) -> list[int]:
        """Ratings that facts spoke against, then those that rest on nothing."""
        return list(dict.fromkeys([*self.disputed, *self.hollow]))

    @property
    def first(self) -> set[int]:
        """The first of each kind: those that a page names."""
        kinds = (self.red, self.amber, self.decisions, self.doubtful, self.behind.first(SHOWN))
        return {*(key for keys in kinds for key in keys[:SHOWN]), *(key for key, _dollars in self.lapsing)}


def matters(found: Sequence[Signal], initiatives: InitiativeQuerySet, *, at: datetime) -> Matters:
    """Of the initiatives whose signals these are; `at` is the instant for which freshness is asked. One query."""
    lapsing = sorted((-one.lapse, one.key) for one in found if one.lapse)
    return Matters(
        red=[one.key for one in found if one.health == HealthBucket.RED],
        amber=[one.key for one in found if one.health == HealthBucket.AMBER],
        decisions=[one.key for one in found if one.asks],
        disputed=[one.key for one in found if one.disputed],
        hollow=[one.key for one in found if one.hollow],
        late=first((one.late for one in found), SHOWN),
        behind=behind_by_state(initiatives, at=at),
        lapsing=[(key, -dollars) for dollars, key in lapsing[:SHOWN]],
    )


@dataclass(frozen=True)
class Named:
    """Initiatives by their keys, each with its health; their updates in force; and how they stand and report."""

    rows: Mapping[int, Any]
    updates: Mapping[int, StatusUpdate]
    standing: Mapping[int, Standing]
    fresh: Mapping[int, Fresh]

    @classmethod
    def of(cls, initiatives: InitiativeQuerySet, keys: Collection[int], *, on: date, at: datetime) -> Self:
        """Those of these keys. Five queries, however many."""
        rows: Any = initiatives.filter(pk__in=keys).with_health(on=on).for_list()
        updates = StatusUpdate.objects.in_force(on=on).filter(initiative__in=keys)
        return cls(
            {row.pk: row for row in rows},
            {update.initiative_id: update for update in updates},
            standings(keys, on=on),
            freshness(keys, at=at),
        )
