"""One query per figure, grouped by initiative; pillars and plan add up what their initiatives have. Where only those
are asked about, the database adds up (`totals`)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, IntegerField, Value

from reports.figures.declaration import Figure, Selection, bucket_of
from reports.figures.values import Amount, Coverage, Result

Cells = dict[str, Amount | None]


@dataclass(frozen=True)
class Tally:
    """What each initiative brings to a figure; the key None holds rows of the plan as a whole, `by_pillar` those of a
    pillar as a whole, by its number. `owed` are the initiatives on which the figure should rest (None: all that are
    asked about), `counted` those on which it does."""

    figure: Figure
    by_initiative: Mapping[int | None, Cells]
    counted: frozenset[int | None]
    owed: frozenset[int | None] | None
    by_pillar: Mapping[int, Cells] = field(default_factory=dict)

    def result(self, initiatives: Collection[int], *, whole_plan: bool = False, pillar: int | None = None) -> Result:
        """The figure over these initiatives; over the rows of the pillar of that number as a whole; and over those of
        the plan and all its pillars when it is asked for the whole plan."""
        members: Iterable[int | None] = [*initiatives, None] if whole_plan else initiatives
        parts = [self.by_initiative[member] for member in members if member in self.by_initiative]
        parts += [cells for number, cells in self.by_pillar.items() if whole_plan or number == pillar]
        return Result(added_up(self.figure, parts), self._coverage(initiatives), self.figure.adds)

    def single(self, initiative: int) -> Result:
        """That over one initiative, which need not be added up."""
        cells = nothing(self.figure)
        for bucket, value in self.by_initiative.get(initiative, {}).items():
            if value is not None or bucket not in cells:
                cells[bucket] = value
        ordered = cells if self.figure.known else dict(sorted(cells.items()))
        return Result(ordered, self._coverage([initiative]), self.figure.adds)

    def _coverage(self, initiatives: Collection[int]) -> Coverage | None:
        if not self.figure.covers:
            return None
        counted, owed = self.counted, self.owed
        return Coverage(
            sum(member in counted for member in initiatives),
            len(initiatives) if owed is None else sum(member in owed for member in initiatives),
        )


def nothing(figure: Figure) -> Cells:
    """The cells of a figure that has no rows."""
    none = figure.unit.nothing
    return dict.fromkeys(figure.known or ([] if none is None else [""]), none)


def added_up(figure: Figure, parts: Iterable[Cells]) -> Cells:
    """The cells of parts of a plan together; what is not known adds nothing."""
    cells = nothing(figure)
    for part in parts:
        for bucket, value in part.items():
            known = cells.get(bucket)
            cells[bucket] = value if known is None else known if value is None else known + value
    return cells if figure.known else dict(sorted(cells.items()))


def statement(figure: Figure, selection: Selection, on: date) -> tuple[str, tuple[Any, ...]] | None:
    """The figure's query and its parameters: of each initiative its key, the number of the pillar (for rows of a pillar
    as a whole), the value, and the names of the bucket. None where nothing can be found."""
    # A figure whose rows cannot be of a pillar as a whole has no such key.
    whole = F(figure.pillar) if figure.pillar else Value(None, output_field=IntegerField())
    rows = (
        figure.rows(selection, on)
        .order_by()
        .values(*figure.buckets, initiative_key=F(figure.initiative), pillar_key=whole)
        .annotate(figure_value=figure.value())
        .values_list("initiative_key", "pillar_key", "figure_value", *figure.buckets)
    )
    try:
        sql, parameters = rows.query.sql_with_params()
    except EmptyResultSet:
        return None
    return sql, parameters


def tally(figure: Figure, selection: Selection, *, on: date) -> Tally:
    """Run the figure's query."""
    exact = figure.unit.exact
    keys: dict[tuple[object, ...], str] = {}
    found: dict[int | None, Cells] = defaultdict(dict)
    by_pillar: dict[int, Cells] = defaultdict(dict)
    for initiative, pillar, value, *names in fetched(statement(figure, selection, on)):
        bucket = tuple(names)
        key = keys.get(bucket)
        if key is None:
            key = keys[bucket] = bucket_of(bucket)
        cells = found[initiative] if initiative is not None or pillar is None else by_pillar[pillar]
        # The sum of whole numbers comes without a point, as a decimal.
        cells[key] = value if exact or value is None else int(value)
    if not figure.owed:
        return Tally(figure, dict(found), frozenset(found), None, dict(by_pillar))
    return Tally(figure, dict(found), _within(found, figure.rated), _within(found, figure.owed), dict(by_pillar))


def fetched(asked: tuple[str, Sequence[Any]] | None) -> list[tuple[Any, ...]]:
    """What a query gives, as the driver reads it: Django would convert every value of hundreds of thousands, each to
    what it is already, but for the sums of whole numbers."""
    if asked is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*asked)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _within(found: Mapping[int | None, Cells], buckets: frozenset[str]) -> frozenset[int | None]:
    return frozenset(initiative for initiative, cells in found.items() if not buckets.isdisjoint(cells))


def compute(
    figure: Figure, selection: Selection, *, on: date, whole_plan: bool, members: Collection[int] | None = None
) -> Result:
    """The figure for one selection; `members` are the keys of its initiatives, where they are known already."""
    if members is None:
        members = list(selection.initiatives.order_by().values_list("pk", flat=True))
    return tally(figure, selection, on=on).result(members, whole_plan=whole_plan, pillar=selection.pillar)
