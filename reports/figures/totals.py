"""Figures of a plan and its pillars, added up in the database: a board needs no figure of each initiative.

What feeds a figure is said by its declaration alone, as for a tally by initiative (`compute`); this adds up the same
query's rows by pillar. `tests/reports/test_figures_together.py` holds the two together.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count

from reports.figures.compute import Cells, added_up, fetched, nothing, statement
from reports.figures.declaration import Figure, Selection, bucket_of
from reports.figures.values import Amount, Coverage, Result

ByPillar = Mapping[int, int]


@dataclass(frozen=True)
class Totals:
    """What each pillar brings to a figure, by its number: the cells of its initiatives, and in `whole` those of the
    pillar as a whole (None: of the plan as a whole). On how many initiatives the figure rests, and on how many it
    should (`owed` None: on all)."""

    figure: Figure
    cells: Mapping[int, Cells]
    counted: ByPillar
    owed: ByPillar | None = None
    whole: Mapping[int | None, Cells] = field(default_factory=dict)

    def result(self, members: ByPillar, whole: Collection[int | None]) -> Result:
        """The figure over so many initiatives of these pillars, and the rows of these as a whole."""
        parts = [self.cells[number] for number in members if number in self.cells]
        parts += [self.whole[number] for number in whole if number in self.whole]
        owed = members if self.owed is None else self.owed
        coverage = Coverage(_of(self.counted, members), _of(owed, members)) if self.figure.covers else None
        return Result(added_up(self.figure, parts), coverage, self.figure.adds)


def no_result(figure: Figure) -> Result:
    """The figure of a pillar without anything in it."""
    return Result(nothing(figure), Coverage(0, 0) if figure.covers else None, figure.adds)


def members_by_pillar(selection: Selection) -> dict[int, int]:
    """How many initiatives the selection has, by the number of their pillar."""
    return dict(selection.initiatives.order_by().values_list("pillar__number").annotate(Count("pk")))


# A bucket stands by what an initiative has in it, so an initiative may count in several, and is covered once.
_ADDED_UP = """
with found(initiative, pillar, value{names}) as ({found}), placed as materialized (
    select f.initiative, f.initiative is null as whole, coalesce(p.number, f.pillar::integer) as number,
        f.value{buckets}
    from found f left join initiatives_initiative i on i.id = f.initiative
    left join pillars_pillar p on p.id = i.pillar_id
)
select whole, number, sum(value), null::bigint, null::bigint{names} from placed group by whole, number{names}
union all
select whole, number, null, count(distinct initiative){rated}, count(distinct initiative){owed}{empty}
from placed group by whole, number"""


def totals(figure: Figure, selection: Selection, *, on: date) -> Totals:
    """Run the figure's query, and add up by pillar."""
    asked = statement(figure, selection, on)
    if asked is None:
        return Totals(figure, {}, {}, {} if figure.owed else None)
    named = [f"b{place}" for place in range(len(figure.buckets))]
    # Figures that say which buckets are rated have one of them.
    rated = " filter (where b0::text = any(%s))" if figure.owed else ""
    sql = _ADDED_UP.format(
        found=asked[0], names="".join(f", {name}" for name in named), buckets="".join(f", f.{name}" for name in named),
        rated=rated, owed=rated, empty=", null" * len(named),
    )  # fmt: skip
    cells: dict[int, Cells] = defaultdict(dict)
    whole: dict[int | None, Cells] = defaultdict(dict)
    counted: dict[int, int] = {}
    owed: dict[int, int] = {}
    groups = [sorted(figure.rated), sorted(figure.owed)] if figure.owed else []
    for is_whole, number, value, covered, due, *bucket in fetched((sql, [*asked[1], *groups])):
        if covered is None:
            (whole if is_whole else cells)[number][bucket_of(bucket)] = amount(figure, value)
        elif not is_whole:
            counted[number], owed[number] = covered, due
    return Totals(figure, dict(cells), counted, owed if figure.owed else None, dict(whole))


def amount(figure: Figure, value: Amount | None) -> Amount | None:
    """The sum of whole numbers comes without a point, as a decimal."""
    return value if figure.unit.exact or value is None else int(value)


def _of(numbers: ByPillar, members: ByPillar) -> int:
    return sum(numbers.get(number, 0) for number in members)
