"""Differences as pages show them: lines of a table with their parts, and rows under each part."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language

from reports.differences import CellDifference, Difference, Moved, Part
from reports.differences.told import ToldRow
from reports.figures import Result
from reports.figures.values import Amount
from reports.panels import explain_url
from reports.views.labels import bucket_labels

STEPS = 10  # revisions of a row on a page


@dataclass(frozen=True)
class Counted:
    """A value that is there; None is unknown."""

    value: Amount | None


@dataclass(frozen=True)
class PartLine:
    """One part of a difference: how much, by how many rows, and where they are listed."""

    part: Part
    change: Amount
    rows: int


@dataclass(frozen=True)
class Line:
    """A figure, or one of its buckets, at both points; `ends` explain what it was at each, empty where that is not
    known. `sealed`: what the document says, where computing it again says something else."""

    label: str
    cell: CellDifference
    parts: list[PartLine]
    url: str
    ends: tuple[str, str]
    sealed: Counted | None = None


@dataclass(frozen=True)
class Block:
    """A figure with its buckets that differ. `whole` is None where the buckets make no sum."""

    label: str
    unit: str
    whole: Line | None
    buckets: list[Line]
    differs: bool
    doubtful: bool


@dataclass(frozen=True)
class Side:
    """A row in one bucket: before and after (None: it does not count there), and what it adds to the difference."""

    label: str
    before: Counted | None
    after: Counted | None
    change: Amount


@dataclass(frozen=True)
class GroupRow:
    """A row that moved, with its buckets."""

    told: ToldRow
    sides: list[Side]

    @property
    def passes(self) -> bool:
        """It only goes from one bucket to another, with all that it adds."""
        before, after = self.told.moved.before, self.told.moved.after
        both = before is not None and after is not None and before[1] == after[1]
        return both and len(self.sides) > 1

    @property
    def more(self) -> int:
        """Revisions that the page leaves out."""
        return max(0, len(self.told.steps) - STEPS)


@dataclass(frozen=True)
class Group:
    """The rows of one part. `change` is None where they are of buckets that make no sum."""

    part: Part
    change: Amount | None
    rows: list[GroupRow]


def blocks(listed: Iterable[Difference], *, sealed: dict[str, Result] | None = None) -> list[Block]:
    """A block for each figure; `sealed` is what a document says of them, where one is meant."""
    return [_block(one, None if sealed is None else sealed.get(one.figure.key)) for one in listed]


def _block(one: Difference, reported: Result | None) -> Block:
    """A figure as the table shows it; `reported` is what a sealed document says of it."""
    labels = bucket_labels(one.figure, [cell.bucket for cell in one.cells])

    def line(label: str, cell: CellDifference, said: Amount | None) -> Line:
        doubt = Counted(said) if doubted(cell, said) else None
        return Line(label, cell, _parts(cell), _url(one, cell.bucket), ends(one, cell), doubt)

    def doubted(cell: CellDifference, said: Amount | None) -> bool:
        return reported is not None and said != cell.before

    def said(bucket: str) -> Amount | None:
        return reported.cells.get(bucket) if reported else None

    whole = line("", one.total, reported.total if reported else None) if one.total else None
    inner = [
        line(labels[cell.bucket], cell, said(cell.bucket))
        for cell in one.cells
        if cell.bucket and (cell.differs or doubted(cell, said(cell.bucket)))
    ]
    return Block(
        label=str(getattr(one.figure, f"label_{get_language()}")),
        unit=one.figure.unit.value,
        whole=whole,
        buckets=inner,
        differs=one.differs,
        doubtful=any(made.sealed is not None for made in [*([whole] if whole else []), *inner]),
    )


def _url(one: Difference, bucket: str) -> str:
    """Where the rows of a difference, or of one of its buckets, are listed."""
    first, second = one.points
    query = {"scope": one.scope, "from": first.pinned, "to": second.pinned, "bucket": bucket}
    return f"{reverse('figure-difference', args=[one.figure.key])}?{urlencode(given(query))}"


def ends(one: Difference, cell: CellDifference) -> tuple[str, str]:
    """The explanations of what a cell was at either point, as it was counted and known there."""

    def explained(number: int, value: Amount | None) -> str:
        point = one.points[number]
        if value is None:
            return ""
        return explain_url(one.figures[number], one.scope, on=point.on, bucket=cell.bucket, as_of=f"r{point.revision}")

    return explained(0, cell.before), explained(1, cell.after)


def _parts(cell: CellDifference) -> list[PartLine]:
    return [PartLine(part, change, cell.rows[part]) for part, change in cell.parts.items()]


def split(made: list[Block]) -> dict[str, Any]:
    """What differs first, the rest after it."""
    return {
        "changed": [block for block in made if block.differs or block.doubtful],
        "unchanged": [block for block in made if not block.differs and not block.doubtful],
        "doubtful": any(block.doubtful for block in made),
    }


def buckets(found: Difference, labels: dict[str, str]) -> list[Line]:
    """The buckets that differ, of a figure that is split."""
    if not found.figure.buckets:
        return []
    differing = [cell for cell in found.cells if cell.differs]
    return [
        Line(labels[cell.bucket], cell, _parts(cell), _url(found, cell.bucket), ends(found, cell)) for cell in differing
    ]


def groups(told: Iterable[ToldRow], labels: dict[str, str], bucket: str, *, cell: CellDifference | None) -> list[Group]:
    """Told rows by part; with each, what it was and is in each bucket that it is shown for. `cell` has the
    sums of all rows, also of those that are not shown."""
    by_part: dict[Part, list[GroupRow]] = {}
    for one in told:
        by_part.setdefault(one.moved.part, []).append(GroupRow(one, _sides(one.moved, labels, bucket)))
    return [Group(part, cell.parts[part] if cell else None, rows) for part, rows in by_part.items()]


def _sides(moved: Moved, labels: dict[str, str], bucket: str) -> list[Side]:
    """What the row was and is in each bucket, or in the one that the page is about."""
    return [
        Side(labels.get(name, ""), _value(moved.before, name), _value(moved.after, name), change)
        for name, change in moved.changes.items()
        if not bucket or name == bucket
    ]


def _value(side: tuple[str, Amount | None] | None, bucket: str) -> Counted | None:
    return Counted(side[1]) if side is not None and side[0] == bucket else None


def given(query: dict[str, str]) -> dict[str, str]:
    """What of a query is not empty."""
    return {name: value for name, value in query.items() if value}
