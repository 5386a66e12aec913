"""The ledger added up in the database, line by line and in one pass: what `rules.money` tells of each line, as SQL, and
what it comes to by fiscal year and organization."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from initiatives.aggregates.money import LineFunds
from initiatives.choices import ForecastBasis, Stage, Vote
from initiatives.models import BudgetLine
from initiatives.models.money import BudgetLineQuerySet
from initiatives.rules.money import Lapse, Projection, StageTotals
from pillars.rules import fiscal_year
from tracker.models import Organization

STAGES = [stage.value for stage in Stage]
# GREATEST and LEAST pass over null, so that null is asked for first.
_LAPSE = """case when authority is null or year_end is null then null when authority <= year_end then 0
    else authority - year_end - least(authority - year_end, greatest(trunc(authority * percentage / 100, 2), 0)) end"""
# What stands of each line by stage: of all lines, by one pass over the ledger in the order of its index; or, of few,
# looked up line by line. `only` is a condition on the budget line `l`.
_BY_STAGE = ", ".join(f"sum(e.amount) filter (where e.stage = '{one}') as {one}" for one in STAGES)
_STANDING = """e.effective_on <= %s and e.reverses_id is null
    and e.id not in (select r.reverses_id from initiatives_ledgerentry r where r.reverses_id is not null)"""
_SCANNED = f"""
    select e.line_id, {_BY_STAGE} from initiatives_ledgerentry e where {_STANDING} group by e.line_id"""  # noqa: S608 - vocabularies
_LOOKED_UP = f"""
    select s.* from (select l.id from initiatives_budgetline l where {{only}}) l cross join lateral (
        select e.line_id, {_BY_STAGE} from initiatives_ledgerentry e
        where e.line_id = l.id and {_STANDING} group by e.line_id
    ) s"""  # noqa: S608 - vocabularies
# And what the rules tell of it.
_TOLD = f"""
sums as {{apart}} ({{sums}}
), ended as (
    select s.*, l.initiative_id, l.organization_id, l.fiscal_year,
        case when l.fiscal_year + o.fund_life_years <= %s then s.expenditure else coalesce(s.forecast, case
            when s.expenditure is null then s.commitment when s.commitment is null then s.expenditure
            else s.expenditure + s.commitment end) end as year_end,
        case l.vote when '{Vote.OPERATING}' then o.carry_forward_operating
            when '{Vote.CAPITAL}' then o.carry_forward_capital else 0 end as percentage
    from sums s join initiatives_budgetline l on l.id = s.line_id
    join tracker_organization o on o.id = l.organization_id {{where}}
), told as {{kept}} (
    select line_id, initiative_id, organization_id, fiscal_year, {", ".join(STAGES)},
        authority - coalesce(commitment, 0) - coalesce(expenditure, 0) as free, year_end, {_LAPSE} as lapse,
        case when expenditure is not null then greatest(expenditure - coalesce(authority, 0), 0) end as overspent
    from ended
)"""  # noqa: S608 - vocabularies


def told(only: str, parameters: Sequence[Any], *, on: date, few: bool, kept: bool = False) -> tuple[str, list[Any]]:
    """The tables behind `with` that end with `told`, and their parameters: of each budget line `l` for which the
    condition `only` holds what the ledger says of it on that day: key, initiative, organization, fiscal year and
    `AMOUNTS`, no more, so that it may be `kept` where it is read twice. `few`: not most of all lines."""
    sums = _LOOKED_UP.format(only=only) if few else _SCANNED
    # Apart, what is looked up is looked up once for each line: in the past, of which PostgreSQL knows less, it came to
    # look up every line again for every organization, for minutes.
    sql = _TOLD.format(
        sums=sums, apart="materialized" if few else "", where="" if few else f"where {only}",
        kept="materialized" if kept else "",
    )  # fmt: skip
    year = fiscal_year(on)
    return sql, [*parameters, on, year] if few else [on, year, *parameters]


# What is told of a line, after its stages: free balance, year-end forecast, projected lapse, overspending.
AMOUNTS = [*STAGES, "free", "year_end", "lapse", "overspent"]
SUMS = ", ".join(f"sum({one}) as {one}" for one in AMOUNTS)
_UNSPENT = "case when authority is not null and year_end is not null then greatest(authority - year_end, 0) end"
_BASIS = f"""case when year_end is null then null when fiscal_year + fund_life_years <= %s then '{ForecastBasis.SPENT}'
    when forecast is not null then '{ForecastBasis.RECORDED}' else '{ForecastBasis.COMPUTED}' end"""
_BY_ORGANIZATION = f"""
with {{told}}
select fiscal_year, organization_id, null::bigint, min(basis), max(basis), count(*) filter (where overspent > 0),
    {SUMS}, sum({_UNSPENT})
from (select told.*, {_BASIS} as basis from told join tracker_organization o on o.id = organization_id) t
group by fiscal_year, organization_id
union all
select null, null, line_id, null, null, null, {"null, " * len(AMOUNTS)} null
from (select line_id from told where overspent > 0 order by overspent desc, line_id limit %s) furthest
"""  # noqa: S608 - names and vocabularies


@dataclass(frozen=True)
class Together:
    """Budget lines taken together by fiscal year and organization, each of these as if it were one line (which is of no
    initiative, and nowhere kept). `beyond`: the keys of those spent furthest beyond their authority, in no order; how
    many are spent beyond it in all."""

    cells: list[LineFunds]
    beyond: list[int]
    beyond_count: int


def funds_by_organization(lines: BudgetLineQuerySet, *, on: date, furthest: int) -> Together:
    """What the ledger of these lines amounts to on that day, with so many of those spent beyond their authority. Lines
    with nothing in the ledger are left out. Two queries, however many there are; no line is read by itself."""
    try:
        mine, parameters = lines.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return Together([], [], 0)
    with connection.cursor() as cursor:
        sql, known = told(f"l.id in ({mine})", parameters, on=on, few=False, kept=True)
        cursor.execute(_BY_ORGANIZATION.format(told=sql), [*known, fiscal_year(on), furthest])
        rows = cursor.fetchall()
    organizations = Organization.objects.in_bulk({row[1] for row in rows if row[1] is not None})
    cells: list[LineFunds] = []
    beyond: list[int] = []
    count = 0
    for of_year, organization, line, least, most, over, *amounts in rows:
        if line is not None:
            beyond.append(line)
            continue
        basis = least if least == most else ForecastBasis.MIXED
        stands_for = BudgetLine(fiscal_year=of_year, organization=organizations[organization])
        cells.append(_added_up(stands_for, amounts, ForecastBasis(basis) if basis else None))
        count += over
    cells.sort(key=lambda one: (one.line.fiscal_year, one.line.organization.code))
    return Together(cells, beyond, count)


def _added_up(line: BudgetLine, amounts: Sequence[Decimal | None], basis: ForecastBasis | None) -> LineFunds:
    """Amounts as the statement has them."""
    by_stage = dict(zip(STAGES, amounts, strict=False))
    free, year_end, lost, overspent, unspent = amounts[len(STAGES) :]
    return LineFunds(
        line=line,
        totals=StageTotals(**by_stage),
        free=free,
        forecast=None if year_end is None or basis is None else Projection(year_end, basis),
        lapse=None if lost is None or unspent is None else Lapse(unspent, unspent - lost, lost),
        overspent=overspent,
    )
