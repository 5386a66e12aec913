"""The figures of milestones in one pass over them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet

from pillars.rules import monday_of
from reports.figures.compute import Cells, Tally, fetched
from reports.figures.declaration import Figure, Selection
from reports.figures.milestone_progress import MILESTONE_MOVES, MILESTONE_SLIP, MILESTONE_WEIGHT
from reports.figures.milestones import (
    MILESTONES,
    MILESTONES_DUE_THIS_WEEK,
    MILESTONES_LATE,
    MILESTONES_MET,
    MILESTONES_NEXT,
    NEXT,
)
from reports.figures.totals import Totals, amount

_DUE = """nullif(count(*) filter (where planned_on between {monday} and {sunday}
    or expected_on between {monday} and {sunday}), 0)"""
_LATE = "nullif(count(*) filter (where not met and planned_on < {on}), 0)"
_NEXT = "nullif(count(*) filter (where not met and expected_on between {next} and {last}), 0)"
# Each figure's bucket, and the aggregate over milestones with dates that gives it: null where no row feeds it.
_COLUMNS: dict[str, tuple[tuple[str, str], ...]] = {
    MILESTONES.key: (("", "count(*)"),),
    MILESTONES_MET.key: (("", "nullif(count(*) filter (where met), 0)"),),
    MILESTONES_DUE_THIS_WEEK.key: (("", _DUE),),
    MILESTONES_LATE.key: (("", _LATE),),
    MILESTONES_NEXT.key: (("", _NEXT),),
    MILESTONE_WEIGHT.key: (("met", "sum(weight) filter (where met)"), ("open", "sum(weight) filter (where not met)")),
    MILESTONE_SLIP.key: (("", "sum(case when met then actual_on else expected_on end - first_baseline_on)"),),
    MILESTONE_MOVES.key: (("", "sum(greatest(forecasts - 1, 0))"),),
}
FIGURES = (
    MILESTONES, MILESTONES_MET, MILESTONES_DUE_THIS_WEEK, MILESTONES_LATE, MILESTONES_NEXT, MILESTONE_WEIGHT,
    MILESTONE_SLIP, MILESTONE_MOVES,
)  # fmt: skip

# The milestones that count, as `reports.figures.milestones.counted` says, with their dates as `with_dates` says. Days
# are written into the text; what no figure asked for is not computed.
_COUNTED = """m.initiative_id in ({mine}) and (m.cancelled_on is null or m.cancelled_on > {on})
    and (m.actual_on is null or m.actual_on >= {announced})"""
_MET = "coalesce(m.actual_on <= {on}, false) as met"

# Dates looked up one by one: of what is not met; and of what is met, if any of them lies in the week. A subquery within
# CASE runs for these alone, and OFFSET 0 keeps it from running again for each mention of its date.
_LOOKED_UP = f"""
select m.initiative_id, m.weight, m.met, m.actual_on, coalesce(m.baseline_on, case when m.dated then (
        select f.date from initiatives_milestoneforecast f where f.milestone_id = m.id order by f.made_at, f.id limit 1
    ) end) as planned_on, coalesce(m.forecast_on, m.baseline_on) as expected_on, (
        select b.date from initiatives_milestonebaseline b where b.milestone_id = m.id order by b.number limit 1
    ) as first_baseline_on, (
        select count(*) from initiatives_milestoneforecast f where f.milestone_id = m.id
    ) as forecasts
from (
    select m.*, case when m.dated then (
            select b.date from initiatives_milestonebaseline b where b.milestone_id = m.id
            order by b.number desc limit 1
        ) end as baseline_on, case when m.dated then (
            select f.date from initiatives_milestoneforecast f where f.milestone_id = m.id
            order by f.made_at desc, f.id desc limit 1
        ) end as forecast_on
    from (
        select m.id, m.initiative_id, m.weight, m.actual_on, {_MET},
            (m.actual_on is null or m.actual_on > {{on}}{{or_within}}) as dated
        from initiatives_milestone m where {_COUNTED} offset 0
    ) m offset 0
) m offset 0"""  # noqa: S608 - names and days
_OR_WITHIN = """
            or m.id in (select milestone_id from initiatives_milestonebaseline where date between {monday} and {sunday})
            or m.id in (select milestone_id from initiatives_milestoneforecast where date between {monday} and {sunday})
"""

# All dates read in two scans, in the order of their indexes.
_SCANNED = f"""
select m.initiative_id, m.weight, {_MET}, m.actual_on, coalesce(b.newest, f.oldest) as planned_on,
    coalesce(f.newest, b.newest) as expected_on, b.oldest as first_baseline_on, coalesce(f.number, 0) as forecasts
from initiatives_milestone m left join (
    select milestone_id, (array_agg(date order by number))[1] as oldest,
        (array_agg(date order by number))[count(*)] as newest
    from initiatives_milestonebaseline group by milestone_id
) b on b.milestone_id = m.id left join (
    select milestone_id, count(*) as number, (array_agg(date order by made_at, id))[1] as oldest,
        (array_agg(date order by made_at, id))[count(*)] as newest
    from initiatives_milestoneforecast group by milestone_id
) f on f.milestone_id = m.id
where {_COUNTED}"""  # noqa: S608 - the same
# With 10 milestones for each of 10,000 initiatives, scanning takes as long as looking up for about so many of these;
# for three times as many where nothing is asked of milestones that are met long since.
MANY = 4_000

# The same, added up by pillar: each column, and for each figure of how many initiatives.
_BY_PILLAR = """
select p.number, {sums}, {counts} from ({found}) f
join initiatives_initiative i on i.id = f.initiative_id join pillars_pillar p on p.id = i.pillar_id group by p.number"""


def tallies(figures: Sequence[Figure], selection: Selection, *, on: date) -> list[Tally]:
    """The tally of each of these, which are all of `FIGURES`."""
    found: list[dict[int | None, Cells]] = [{} for _ in figures]
    columns = _columns(figures)
    for initiative, *values in fetched(_statement(figures, selection, on)):
        for (place, bucket), value in zip(columns, values, strict=True):
            if value is not None:
                found[place].setdefault(initiative, {})[bucket] = amount(figures[place], value)
    return [Tally(figure, cells, frozenset(cells), None) for figure, cells in zip(figures, found, strict=True)]


def totals(figures: Sequence[Figure], selection: Selection, *, on: date) -> list[Totals]:
    """The totals of each of these, which are all of `FIGURES`."""
    columns = _columns(figures)
    asked = _statement(figures, selection, on)
    if asked is not None:
        named = [[f"v{n}" for n, (of, _) in enumerate(columns) if of == place] for place in range(len(figures))]
        counts = ", ".join(f"count(coalesce({', '.join(names)}))" for names in named)
        sums = ", ".join(f"sum(v{n})" for n in range(len(columns)))
        asked = _BY_PILLAR.format(sums=sums, counts=counts, found=asked[0]), asked[1]
    cells: list[dict[int, Cells]] = [{} for _ in figures]
    counted: list[dict[int, int]] = [{} for _ in figures]
    for number, *values in fetched(asked):
        for (place, bucket), value in zip(columns, values, strict=False):
            if value is not None:
                cells[place].setdefault(number, {})[bucket] = amount(figures[place], value)
        for place, count in enumerate(values[len(columns) :]):
            counted[place][number] = count
    return [Totals(*one) for one in zip(figures, cells, counted, strict=True)]


def _columns(figures: Sequence[Figure]) -> list[tuple[int, str]]:
    """Of each column of the statement, in order: the place of its figure, and its bucket."""
    return [(place, bucket) for place, figure in enumerate(figures) for bucket, _ in _COLUMNS[figure.key]]


def _statement(figures: Sequence[Figure], selection: Selection, on: date) -> tuple[str, tuple[Any, ...]] | None:
    """Of each initiative its key and the columns of the figures."""
    try:
        mine, parameters = selection.initiatives.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None
    monday = monday_of(on)
    after = monday + timedelta(days=7)
    days: dict[str, date | None] = {
        "on": on, "monday": monday, "sunday": monday + timedelta(days=6), "next": after,
        "last": after + NEXT - timedelta(days=1), "announced": selection.plan.announced_on,
    }  # fmt: skip
    said = {name: f"date '{day.isoformat()}'" if day else "null::date" for name, day in days.items()}
    aggregates = [aggregate.format(**said) for figure in figures for _, aggregate in _COLUMNS[figure.key]]
    columns = ", ".join(f"{one} as v{n}" for n, one in enumerate(aggregates))
    or_within = _OR_WITHIN.format(**said) if MILESTONES_DUE_THIS_WEEK in figures else ""
    many = MANY if MILESTONE_SLIP in figures or MILESTONE_MOVES in figures else 3 * MANY
    rows = _SCANNED if selection.initiatives.count() > many else _LOOKED_UP
    dated = rows.format(mine=mine, or_within=or_within, **said)
    return f"select initiative_id, {columns} from ({dated}) dated group by initiative_id", parameters  # noqa: S608 - names
