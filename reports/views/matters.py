"""Which initiatives need attention, by reason; and, of those that a page names, what it says of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from initiatives.aggregates.freshness import ByState, Fresh, behind_by_state, freshness
from initiatives.choices import HealthBucket
from initiatives.models import StatusUpdate
from initiatives.models.initiative import ASKING, DISPUTED, InitiativeQuerySet
from pillars.rules import fiscal_year
from reports.figures.declaration import Selection
from reports.figures.of_ledger import largest_lapses
from reports.views.attention import SHOWN
from reports.views.standing import Standing, standings


@dataclass(frozen=True)
class Matters:
    """Keys of initiatives, in the order of their codes but where something else is said: off track and at risk; whose
    update in force asks for a decision; whose rating facts spoke against when it was submitted; whose update rests on
    nothing; who is behind, the gravest first; and the first of those with most authority forecast to lapse in this
    fiscal year, with those dollars."""

    red: list[int]
    amber: list[int]
    decisions: list[int]
    disputed: list[int]
    hollow: list[int]
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


def healths(initiatives: InitiativeQuerySet, *, on: date) -> dict[int, str]:
    """Where each of these stands on that day, by their keys, in the order of their codes. One query."""
    rows: Any = initiatives.with_health(on=on).order_by("code", "pk")
    return dict(rows.values_list("pk", "health"))


def matters(
    selection: Selection, health: Mapping[int, str], *, on: date, at: datetime, lapsing: bool
) -> Matters:  # fmt: skip
    """Of these initiatives, whose `healths` on that day are known; `at` is the instant for which freshness is asked.
    Without `lapsing` no money is looked for: the figure says that there is none. Four queries at most."""
    initiatives = selection.initiatives
    decisions, disputed = _flagged(initiatives, on=on)
    return Matters(
        red=[key for key, state in health.items() if state == HealthBucket.RED],
        amber=[key for key, state in health.items() if state == HealthBucket.AMBER],
        decisions=decisions,
        disputed=disputed,
        hollow=list(initiatives.hollow(on=on).order_by("code", "pk").values_list("pk", flat=True)),
        behind=behind_by_state(initiatives, at=at),
        lapsing=largest_lapses(selection, on=on, year=fiscal_year(on), most=SHOWN) if lapsing else [],
    )


def _flagged(initiatives: InitiativeQuerySet, *, on: date) -> tuple[list[int], list[int]]:
    """Who asks for a decision, and whose ratings are disputed: as `InitiativeQuerySet` says of each alone."""
    said = (
        StatusUpdate.objects.in_force_saying(ASKING | DISPUTED, on=on)
        .filter(initiative__in=initiatives.going_on().order_by().values("pk"))
        .order_by("initiative__code", "pk")
        .values_list("initiative_id", "decision_needed_en", "decision_needed_fr", "disagreements")
    )
    decisions, disputed = [], []
    for initiative, english, french, disagreements in said:
        if english or french:
            decisions.append(initiative)
        if disagreements:
            disputed.append(initiative)
    return decisions, disputed


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
