"""What a difference says: per bucket and in all, the values at both points and the parts between them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Self

from django.db.models import Model

from reports.differences.parts import Part, Touch
from reports.differences.points import Point
from reports.figures import Figure, Result
from reports.figures.values import Amount, known_sum

State = Mapping[int, tuple[str, Amount | None]]  # by the row's key: its bucket and what it adds there


@dataclass(frozen=True)
class Moved:
    """A row that is counted otherwise on one leg of the way: its bucket and value before and after (None: it does not
    count there), the one part that it belongs to, and the changes behind it, newest first."""

    model: type[Model]
    key: int
    part: Part
    before: tuple[str, Amount | None] | None
    after: tuple[str, Amount | None] | None
    touches: tuple[Touch, ...] = ()

    @property
    def changes(self) -> dict[str, Amount]:
        """What it adds to the difference of each bucket that it leaves or enters; what is not known adds nothing."""
        found: dict[str, Amount] = {}
        for side, sign in ((self.before, -1), (self.after, 1)):
            if side is not None:
                bucket, value = side
                found[bucket] = found.get(bucket, 0) + sign * (value or 0)
        return found

    @property
    def change(self) -> Amount:
        """What it adds to the difference of the whole."""
        return known_sum(self.changes.values()) or 0

    def reversed(self) -> Self:
        """The same on the way back."""
        return replace(self, before=self.after, after=self.before)


@dataclass(frozen=True)
class CellDifference:
    """A bucket at both points, or the whole (then `bucket` is empty). None is not known. `change` is what is known
    after, less what was known before: the sum of `parts`, to the cent. `rows`: how many rows are in each part."""

    bucket: str
    before: Amount | None
    after: Amount | None
    parts: Mapping[Part, Amount]
    rows: Mapping[Part, int]

    @property
    def change(self) -> Amount:
        return (self.after or 0) - (self.before or 0)

    @property
    def differs(self) -> bool:
        """Whether anything happened to it, be it that the parts make up for each other."""
        return self.before != self.after or bool(self.rows)


@dataclass(frozen=True)
class Difference:
    """A figure for one scope at two points. `before` and `after` are None where there was no such scope: nothing is
    known there. `figures` are the versions that count at the two points."""

    scope: str
    points: tuple[Point, Point]
    figures: tuple[Figure, Figure]
    before: Result | None
    after: Result | None
    moved: tuple[Moved, ...]

    @property
    def figure(self) -> Figure:
        """As the second point counts it."""
        return self.figures[1]

    @property
    def adds(self) -> bool:
        """Whether the buckets make a whole, at both points."""
        return all(figure.adds for figure in self.figures)

    @cached_property
    def cells(self) -> list[CellDifference]:
        """Every bucket that stands at either point or that a row passed, in their order."""
        sides = [{} if side is None else side.cells for side in (self.before, self.after)]
        passed = self._passed
        names = [*(name for name in self.figure.known if any(name in side for side in sides))]
        names += sorted({*sides[0], *sides[1], *passed} - set(names))
        return [
            CellDifference(
                name, sides[0].get(name), sides[1].get(name), _sums(passed.get(name, [])), _counts(passed.get(name, []))
            )
            for name in names
        ]

    @cached_property
    def total(self) -> CellDifference | None:
        """The whole; None for a figure whose buckets make no sum."""
        if not self.adds:
            return None
        changes = [(row.part, row.change) for row in self.moved]
        before, after = (None if side is None else side.total for side in (self.before, self.after))
        return CellDifference("", before, after, _sums(changes), _counts(changes))

    @property
    def differs(self) -> bool:
        return bool(self.moved) or any(cell.differs for cell in self.cells)

    def of(self, bucket: str) -> CellDifference | None:
        """One bucket, or the whole where none is named; None where there is none."""
        return next((cell for cell in self.cells if cell.bucket == bucket), None) if bucket else self.total

    def rows(self, bucket: str = "") -> list[Moved]:
        """The rows that moved, in the order of the parts; those of a bucket where one is named."""
        order = list(Part)
        mine = [row for row in self.moved if not bucket or bucket in row.changes]
        return sorted(mine, key=lambda row: order.index(row.part))

    def reversed(self) -> Self:
        """The same on the way back: every part with the other sign."""
        return replace(
            self,
            points=self.points[::-1],
            figures=self.figures[::-1],
            before=self.after,
            after=self.before,
            moved=tuple(row.reversed() for row in self.moved),
        )

    @cached_property
    def _passed(self) -> dict[str, list[tuple[Part, Amount]]]:
        found: dict[str, list[tuple[Part, Amount]]] = defaultdict(list)
        for row in self.moved:
            for bucket, change in row.changes.items():
                found[bucket].append((row.part, change))
        return found


def _sums(changes: list[tuple[Part, Amount]]) -> dict[Part, Amount]:
    """By part, in their order."""
    return {
        part: sum((change for one, change in changes if one is part), Decimal(0)) if _exact(changes) else
        sum(change for one, change in changes if one is part)
        for part in _counts(changes)
    }  # fmt: skip


def _exact(changes: list[tuple[Part, Amount]]) -> bool:
    return any(isinstance(change, Decimal) for _part, change in changes)


def _counts(changes: list[tuple[Part, Amount]]) -> dict[Part, int]:
    counted = {part: sum(one is part for one, _change in changes) for part in Part}
    return {part: count for part, count in counted.items() if count}
