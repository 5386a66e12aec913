"""Figures tallied together: those of the ledger in one pass over it, instead of one for each.

Each figure says by its rows what it is (`declaration`), and can be tallied by itself (`compute.tally`). This is the
same for many at once; `tests/reports/test_figures_together.py` holds the two together.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from initiatives.choices import Stage, Vote
from pillars.rules import fiscal_year
from reports.figures.compute import Cells, Tally, tally
from reports.figures.declaration import Figure, Selection, bucket_of
from reports.figures.funds import FREE_BALANCE, MONEY_BY_ORGANIZATION, OVERSPENT, PROJECTED_LAPSE, YEAR_END_FORECAST
from reports.figures.health import HEALTH, HEALTH_DOLLARS
from reports.figures.money import MONEY

_STAGES = [stage.value for stage in Stage]
_OF_LINES = (FREE_BALANCE, YEAR_END_FORECAST, PROJECTED_LAPSE, OVERSPENT)
_TOGETHER = (MONEY, MONEY_BY_ORGANIZATION, *_OF_LINES)

# What stands of each line by stage, then what the rules of `initiatives.rules.money` tell of it, then the sums by
# initiative, fiscal year and organization. GREATEST and LEAST pass over null, so that null is asked for first.
_LEDGER = f"""
with sums as (
    select e.line_id, {", ".join(f"sum(e.amount) filter (where e.stage = '{one}') as {one}" for one in _STAGES)}
    from initiatives_ledgerentry e join initiatives_budgetline l on l.id = e.line_id
    where l.initiative_id in ({{mine}}) and e.effective_on <= %s and e.reverses_id is null
    and e.id not in (select r.reverses_id from initiatives_ledgerentry r where r.reverses_id is not null)
    group by e.line_id
), told as (
    select l.initiative_id, l.fiscal_year, o.code, s.*,
        s.authority - coalesce(s.commitment, 0) - coalesce(s.expenditure, 0) as free,
        case when l.fiscal_year + o.fund_life_years <= %s then s.expenditure else coalesce(s.forecast, case
            when s.expenditure is null then s.commitment when s.commitment is null then s.expenditure
            else s.expenditure + s.commitment end) end as year_end,
        greatest(trunc(s.authority * case l.vote when '{Vote.OPERATING}' then o.carry_forward_operating
            when '{Vote.CAPITAL}' then o.carry_forward_capital else 0 end / 100, 2), 0) as carried,
        case when s.expenditure is not null then greatest(s.expenditure - coalesce(s.authority, 0), 0) end as overspent
    from sums s join initiatives_budgetline l on l.id = s.line_id
    join tracker_organization o on o.id = l.organization_id
)
select initiative_id, fiscal_year, code, {", ".join(f"sum({one})" for one in _STAGES)}, sum(free), sum(year_end),
    sum(case when authority is null or year_end is null then null when authority <= year_end then 0
        else authority - year_end - least(authority - year_end, carried) end), sum(overspent)
from told group by initiative_id, fiscal_year, code"""  # noqa: S608 - vocabularies


def tallies(figures: Sequence[Figure], selection: Selection, *, on: date) -> list[Tally]:
    """The tally of each figure, in their order."""
    found: dict[str, Tally] = {}
    if sum(_is_one_of(figure, _TOGETHER) for figure in figures) > 1:
        found = {one.figure.key: one for one in _of_ledger(selection, on)}
    made: list[Tally] = []
    for figure in figures:
        health = next((one for one in made if one.figure is HEALTH), None)
        if figure is HEALTH_DOLLARS and health is not None and found:
            made.append(_weighed(health, found[MONEY.key]))
        elif _is_one_of(figure, _TOGETHER) and found:
            made.append(found[figure.key])
        else:
            made.append(tally(figure, selection, on=on))
    return made


def _is_one_of(figure: Figure, figures: Sequence[Figure]) -> bool:
    """Whether it is that very declaration: another version of the same key counts otherwise."""
    return any(figure is one for one in figures)


def _of_ledger(selection: Selection, on: date) -> list[Tally]:
    cells: dict[str, dict[int | None, Cells]] = {figure.key: defaultdict(dict) for figure in _TOGETHER}
    money, by_organization = cells[MONEY.key], cells[MONEY_BY_ORGANIZATION.key]
    of_lines = [cells[figure.key] for figure in _OF_LINES]
    for initiative, year, code, *amounts in _lines(selection, on):
        cell, of_initiative = bucket_of((year, code)), money[initiative]
        for stage, amount in zip(_STAGES, amounts, strict=False):
            if amount is not None:
                bucket = bucket_of((year, stage))
                known = of_initiative.get(bucket)
                of_initiative[bucket] = amount if known is None else known + amount
                by_organization[initiative][f"{cell}/{stage}"] = amount
        for own, amount in zip(of_lines, amounts[len(_STAGES) :], strict=True):
            if amount is not None:
                own[initiative][cell] = amount
    return [Tally(figure, dict(cells[figure.key]), frozenset(cells[figure.key]), None) for figure in _TOGETHER]


def _lines(selection: Selection, on: date) -> Iterator[tuple[Any, ...]]:
    try:
        mine, parameters = selection.initiatives.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return
    with connection.cursor() as cursor:
        cursor.execute(_LEDGER.format(mine=mine), [*parameters, on, fiscal_year(on)])
        yield from cursor.fetchall()


def _weighed(health: Tally, money: Tally) -> Tally:
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
