"""One query per figure, grouped by initiative; pillars and plan add up what their initiatives have."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, IntegerField, Value

from reports.figures.declaration import Figure, Rows, Selection, bucket_of
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
        cells = self._empty()
        for part in parts:
            for bucket, value in part.items():
                known = cells.get(bucket)
                cells[bucket] = value if known is None else known if value is None else known + value
        ordered = cells if self.figure.known else dict(sorted(cells.items()))
        return Result(ordered, self._coverage(initiatives), self.figure.adds)

    def single(self, initiative: int) -> Result:
        """That over one initiative, which need not be added up."""
        cells = self._empty()
        for bucket, value in self.by_initiative.get(initiative, {}).items():
            if value is not None or bucket not in cells:
                cells[bucket] = value
        ordered = cells if self.figure.known else dict(sorted(cells.items()))
        return Result(ordered, self._coverage([initiative]), self.figure.adds)

    def _empty(self) -> Cells:
        nothing = self.figure.unit.nothing
        return dict.fromkeys(self.figure.known or ([] if nothing is None else [""]), nothing)

    def _coverage(self, initiatives: Collection[int]) -> Coverage | None:
        if not self.figure.covers:
            return None
        counted, owed = self.counted, self.owed
        return Coverage(
            sum(member in counted for member in initiatives),
            len(initiatives) if owed is None else sum(member in owed for member in initiatives),
        )


def tally(figure: Figure, selection: Selection, *, on: date) -> Tally:
    """Run the figure's query."""
    # A figure whose rows cannot be of a pillar as a whole has no such key.
    whole = F(figure.pillar) if figure.pillar else Value(None, output_field=IntegerField())
    rows = (
        figure.rows(selection, on)
        .order_by()
        .values(*figure.buckets, initiative_key=F(figure.initiative), pillar_key=whole)
        .annotate(figure_value=figure.value())
        .values_list("initiative_key", "pillar_key", "figure_value", *figure.buckets)
    )
    exact = figure.unit.exact
    keys: dict[tuple[object, ...], str] = {}
    found: dict[int | None, Cells] = defaultdict(dict)
    by_pillar: dict[int, Cells] = defaultdict(dict)
    for initiative, pillar, value, *names in _fetched(rows):
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


def _fetched(rows: Rows) -> list[tuple[Any, ...]]:
    """What the query gives, as the driver reads it: Django would convert every value of hundreds of thousands, each to
    what it is already, but for the sums of whole numbers."""
    try:
        statement, parameters = rows.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _within(found: Mapping[int | None, Cells], buckets: frozenset[str]) -> frozenset[int | None]:
    return frozenset(initiative for initiative, cells in found.items() if not buckets.isdisjoint(cells))


def compute(figure: Figure, selection: Selection, *, on: date, whole_plan: bool) -> Result:
    """The figure for one selection."""
    members = list(selection.initiatives.order_by().values_list("pk", flat=True))
    return tally(figure, selection, on=on).result(members, whole_plan=whole_plan, pillar=selection.pillar)
