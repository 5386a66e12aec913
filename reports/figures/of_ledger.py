"""The figures of the ledger in one pass over it, by initiative or by pillar."""

from collections import defaultdict
from collections.abc import Mapping, MutableMapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet

from initiatives.aggregates.ledger_sums import AMOUNTS, STAGES, SUMS, told
from initiatives.choices import Stage
from reports.figures.compute import Cells, Tally, fetched, statement
from reports.figures.declaration import Selection, bucket_of
from reports.figures.funds import FREE_BALANCE, MONEY_BY_ORGANIZATION, OVERSPENT, PROJECTED_LAPSE, YEAR_END_FORECAST
from reports.figures.health import HEALTH, HEALTH_DOLLARS
from reports.figures.money import MONEY
from reports.figures.totals import Totals

_OF_LINES = (FREE_BALANCE, YEAR_END_FORECAST, PROJECTED_LAPSE, OVERSPENT)
FIGURES = (MONEY, MONEY_BY_ORGANIZATION, *_OF_LINES)
_NAMES = ", ".join(AMOUNTS)
# Looking up the lines of so many initiatives takes less than half as long as reading the ledger of 10,000.
MANY = 4_000

_BY_INITIATIVE = f"""
with {{told}}, cells as (
    select initiative_id, fiscal_year, organization_id, {SUMS} from told group by 1, 2, 3
)
select initiative_id, fiscal_year, o.code, {_NAMES} from cells join tracker_organization o on o.id = organization_id"""  # noqa: S608 - names

# The sums by pillar; on how many initiatives those of the lines rest; and where initiatives stand, how many and with
# how many dollars: authority of all years, else what is planned. Grouped by keys, of which the planner knows how few
# there are; what they are called is told of the groups alone.
_BY_PILLAR = f"""
with {{health}}{{told}}, dollars as materialized (
    select initiative_id, coalesce(sum(authority), sum(planned)) as funding,
        {", ".join(f"count({one}) > 0 as has{n}" for n, one in enumerate(AMOUNTS[len(STAGES) :]))}
    from told group by initiative_id
), placed as materialized (
    select i.id, i.pillar_id from initiatives_initiative i where i.id in ({{mine}})
), cells as (
    select pillar_id, fiscal_year, organization_id, {SUMS} from told join placed on placed.id = initiative_id
    group by 1, 2, 3
), found(kind, pillar_id, fiscal_year, code, {_NAMES}) as (
    select '{MONEY.key}', pillar_id, fiscal_year, o.code, {_NAMES}
    from cells join tracker_organization o on o.id = organization_id
    union all
    select 'counted', pillar_id, null, null, count(*), {", ".join(f"count(*) filter (where has{n})" for n in range(4))},
        null, null, null, null
    from dollars join placed on placed.id = initiative_id group by pillar_id{{weighed}}
)
select kind, p.number, fiscal_year, code, {_NAMES} from found join pillars_pillar p on p.id = pillar_id"""  # noqa: S608 - names
_HEALTH = "health(initiative_id, pillar, value, bucket) as ({found}), "
_WEIGHED = f"""
    union all
    select '{HEALTH.key}', pillar_id, null, h.bucket, sum(h.value), count(d.funding), sum(d.funding), null, null, null,
        null, null, null
    from health h join placed on placed.id = h.initiative_id left join dollars d on d.initiative_id = h.initiative_id
    group by pillar_id, h.bucket"""  # noqa: S608 - names

# Of one fiscal year, the initiatives that lose anything.
_LAPSING = """
with {told}
select initiative_id, sum(lapse) from told group by initiative_id having sum(lapse) > 0"""

Part = TypeVar("Part", int, int | None)
Asked = tuple[str, Sequence[Any]] | None


def tallies(selection: Selection, *, on: date) -> list[Tally]:
    """The tally of each of `FIGURES`."""
    cells: dict[str, dict[int | None, Cells]] = {figure.key: defaultdict(dict) for figure in FIGURES}
    ours = _told(selection, on)
    asked = ours and (_BY_INITIATIVE.format(told=ours[0]), ours[1])
    for initiative, year, code, *amounts in fetched(asked):
        _enter(cells, initiative, year, code, amounts)
    return [Tally(figure, dict(cells[figure.key]), frozenset(cells[figure.key]), None) for figure in FIGURES]


def totals(selection: Selection, *, on: date, weighed: bool) -> list[Totals]:
    """The totals of each of `FIGURES`; of the health of initiatives too, by number and by dollars, where asked for."""
    cells: dict[str, dict[int, Cells]] = {
        figure.key: defaultdict(dict) for figure in (*FIGURES, HEALTH, HEALTH_DOLLARS)
    }
    counted: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    owed: dict[int, int] = defaultdict(int)
    for kind, number, year, code, *amounts in fetched(_by_pillar(selection, on, weighed=weighed)):
        if kind == MONEY.key:
            _enter(cells, number, year, code, amounts)
        elif kind == "counted":
            every, *of_lines = (int(count) for count in amounts[:5])
            for figure, count in zip(FIGURES, (every, every, *of_lines), strict=True):
                counted[figure.key][number] = count
        else:
            initiatives, funded, dollars = amounts[:3]
            cells[HEALTH.key][number][code] = int(initiatives)
            counted[HEALTH.key][number] += int(initiatives) if code in HEALTH.rated else 0
            owed[number] += int(initiatives) if code in HEALTH.owed else 0
            if dollars is not None:
                cells[HEALTH_DOLLARS.key][number][code] = dollars
                counted[HEALTH_DOLLARS.key][number] += int(funded)
    figures = (*FIGURES, HEALTH_DOLLARS) if weighed else FIGURES
    made = [Totals(figure, dict(cells[figure.key]), dict(counted[figure.key])) for figure in figures]
    if weighed:
        made.append(Totals(HEALTH, dict(cells[HEALTH.key]), dict(counted[HEALTH.key]), dict(owed)))
    return made


def lapses(selection: Selection, *, on: date, year: int) -> dict[int, Decimal]:
    """How many dollars of that fiscal year the figure `projected_lapse` counts of each initiative that loses any, by
    its key."""
    mine = _mine(selection)
    if mine is None:
        return {}
    only = f"l.fiscal_year = %s and l.initiative_id in ({mine[0]})"
    sql, parameters = told(only, (year, *mine[1]), on=on, few=True)
    return dict(fetched((_LAPSING.format(told=sql), parameters)))


def weighed(health: Tally, money: Tally) -> Tally:
    """Where each initiative stands, weighed by its authority of all years, else by what is planned."""
    found: dict[int | None, Cells] = {}
    for initiative, standing in health.by_initiative.items():
        cells = money.by_initiative.get(initiative, {})
        for stage in (Stage.AUTHORITY, Stage.PLANNED):
            known = [amount for bucket, amount in cells.items() if amount is not None and bucket.endswith(f"/{stage}")]
            if known:
                found[initiative] = dict.fromkeys(standing, sum(known[1:], known[0]))
                break
    return Tally(HEALTH_DOLLARS, found, frozenset(found), None)


def _enter(
    cells: Mapping[str, MutableMapping[Part, Cells]],
    part: Part,
    year: int,
    code: str,
    amounts: Sequence[Decimal | None],
) -> None:
    """Put what one part of the plan has of a fiscal year and an organization where it belongs; what is not known is no
    cell."""
    cell, money = bucket_of((year, code)), cells[MONEY.key][part]
    for stage, amount in zip(STAGES, amounts, strict=False):
        if amount is not None:
            bucket = bucket_of((year, stage))
            known = money.get(bucket)
            money[bucket] = amount if known is None else known + amount
            cells[MONEY_BY_ORGANIZATION.key][part][f"{cell}/{stage}"] = amount
    for figure, amount in zip(_OF_LINES, amounts[len(STAGES) :], strict=True):
        if amount is not None:
            cells[figure.key][part][cell] = amount


def _told(selection: Selection, on: date, *, kept: bool = False) -> Asked:
    """What the ledger says of the selection's lines; None where there can be none."""
    mine = _mine(selection)
    few = mine is not None and selection.initiatives.count() <= MANY
    return mine and told(f"l.initiative_id in ({mine[0]})", mine[1], on=on, few=few, kept=kept)


def _mine(selection: Selection) -> Asked:
    """The query for the keys of its initiatives; None where there can be none."""
    try:
        return selection.initiatives.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None


def _by_pillar(selection: Selection, on: date, *, weighed: bool) -> Asked:
    mine, ours = _mine(selection), _told(selection, on, kept=True)
    if mine is None or ours is None:
        return None
    health = statement(HEALTH, selection, on) if weighed else None
    sql = _BY_PILLAR.format(
        mine=mine[0], told=ours[0], health=_HEALTH.format(found=health[0]) if health else "",
        weighed=_WEIGHED if health else "",
    )  # fmt: skip
    return sql, (*(health[1] if health else ()), *ours[1], *mine[1])
