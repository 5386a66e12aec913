"""The figures of the ledger in one pass over it, by initiative or by pillar."""

from collections import defaultdict
from collections.abc import Mapping, MutableMapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet

from initiatives.choices import Stage, Vote
from pillars.rules import fiscal_year
from reports.figures.compute import Cells, Tally, fetched, statement
from reports.figures.declaration import Selection, bucket_of
from reports.figures.funds import FREE_BALANCE, MONEY_BY_ORGANIZATION, OVERSPENT, PROJECTED_LAPSE, YEAR_END_FORECAST
from reports.figures.health import HEALTH, HEALTH_DOLLARS
from reports.figures.money import MONEY
from reports.figures.totals import Totals

_STAGES = [stage.value for stage in Stage]
_OF_LINES = (FREE_BALANCE, YEAR_END_FORECAST, PROJECTED_LAPSE, OVERSPENT)
FIGURES = (MONEY, MONEY_BY_ORGANIZATION, *_OF_LINES)

# What stands of each line by stage, and what the rules of `initiatives.rules.money` tell of it.
_TOLD = f"""
sums as (
    select e.line_id, {", ".join(f"sum(e.amount) filter (where e.stage = '{one}') as {one}" for one in _STAGES)}
    from initiatives_ledgerentry e join initiatives_budgetline l on l.id = e.line_id
    where l.initiative_id in ({{mine}}) and e.effective_on <= %s and e.reverses_id is null
    and e.id not in (select r.reverses_id from initiatives_ledgerentry r where r.reverses_id is not null)
    group by e.line_id
), told as {{kept}} (
    select l.initiative_id, l.fiscal_year, o.code, s.*,
        s.authority - coalesce(s.commitment, 0) - coalesce(s.expenditure, 0) as free,
        case when l.fiscal_year + o.fund_life_years <= %s then s.expenditure else coalesce(s.forecast, case
            when s.expenditure is null then s.commitment when s.commitment is null then s.expenditure
            else s.expenditure + s.commitment end) end as year_end,
        case l.vote when '{Vote.OPERATING}' then o.carry_forward_operating
            when '{Vote.CAPITAL}' then o.carry_forward_capital else 0 end as percentage,
        case when s.expenditure is not null then greatest(s.expenditure - coalesce(s.authority, 0), 0) end as overspent
    from sums s join initiatives_budgetline l on l.id = s.line_id
    join tracker_organization o on o.id = l.organization_id
)"""  # noqa: S608 - vocabularies
# GREATEST and LEAST pass over null, so that null is asked for first.
_LAPSE = """case when authority is null or year_end is null then null when authority <= year_end then 0
    else authority - year_end - least(authority - year_end, greatest(trunc(authority * percentage / 100, 2), 0)) end"""
_AMOUNTS = [*_STAGES, "free", "year_end", _LAPSE, "overspent"]
_SUMS = ", ".join(f"sum({one})" for one in _AMOUNTS)

_BY_INITIATIVE = f"""
with {_TOLD}
select initiative_id, fiscal_year, code, {_SUMS} from told group by initiative_id, fiscal_year, code"""  # noqa: S608 - names

# The sums by pillar; on how many initiatives those of the lines rest; and where initiatives stand, how many and with
# how many dollars: authority of all years, else what is planned.
_BY_PILLAR = f"""
with {{health}}{_TOLD}, dollars as materialized (
    select initiative_id, coalesce(sum(authority), sum(planned)) as funding,
        {", ".join(f"count({one}) > 0 as has{n}" for n, one in enumerate(_AMOUNTS[len(_STAGES) :]))}
    from told group by initiative_id
), placed as materialized (
    select i.id, p.number from initiatives_initiative i join pillars_pillar p on p.id = i.pillar_id
    where i.id in ({{mine}})
)
select '{MONEY.key}', number, fiscal_year, code, {_SUMS} from told join placed on placed.id = initiative_id
group by number, fiscal_year, code
union all
select 'counted', number, null, null, count(*), {", ".join(f"count(*) filter (where has{n})" for n in range(4))},
    null, null, null, null
from dollars join placed on placed.id = initiative_id group by number{{weighed}}"""  # noqa: S608 - names
_HEALTH = "health(initiative_id, pillar, value, bucket) as ({found}), "
_WEIGHED = f"""
union all
select '{HEALTH.key}', number, null, h.bucket, sum(h.value), count(d.funding), sum(d.funding), null, null, null,
    null, null, null
from health h join placed on placed.id = h.initiative_id left join dollars d on d.initiative_id = h.initiative_id
group by number, h.bucket"""  # noqa: S608 - names

Part = TypeVar("Part", int, int | None)
Asked = tuple[str, tuple[Any, ...]] | None


def tallies(selection: Selection, *, on: date) -> list[Tally]:
    """The tally of each of `FIGURES`."""
    cells: dict[str, dict[int | None, Cells]] = {figure.key: defaultdict(dict) for figure in FIGURES}
    mine = _mine(selection)
    asked = mine and (_BY_INITIATIVE.format(mine=mine[0], kept=""), (*mine[1], on, fiscal_year(on)))
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
    for stage, amount in zip(_STAGES, amounts, strict=False):
        if amount is not None:
            bucket = bucket_of((year, stage))
            known = money.get(bucket)
            money[bucket] = amount if known is None else known + amount
            cells[MONEY_BY_ORGANIZATION.key][part][f"{cell}/{stage}"] = amount
    for figure, amount in zip(_OF_LINES, amounts[len(_STAGES) :], strict=True):
        if amount is not None:
            cells[figure.key][part][cell] = amount


def _mine(selection: Selection) -> Asked:
    """The query for the keys of its initiatives; None where there can be none."""
    try:
        return selection.initiatives.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None


def _by_pillar(selection: Selection, on: date, *, weighed: bool) -> Asked:
    mine = _mine(selection)
    if mine is None:
        return None
    health = statement(HEALTH, selection, on) if weighed else None
    sql = _BY_PILLAR.format(
        mine=mine[0], kept="materialized", health=_HEALTH.format(found=health[0]) if health else "",
        weighed=_WEIGHED if health else "",
    )  # fmt: skip
    return sql, (*(health[1] if health else ()), *mine[1], on, fiscal_year(on), *mine[1])
