"""Decisions about milestones: what a new baseline would do, who waits for whom. No database, no clock."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from initiatives.rules import last_day_to_spend, slippage_days

# (milestone, what it needs), by key.
Edge = tuple[int, int]


@dataclass(frozen=True)
class Planned:
    """A milestone by its key, and the day it is planned for; None where none is given."""

    key: int
    planned_on: date | None


@dataclass(frozen=True)
class YearFunds:
    """Dollars of one fiscal year (its start year) and of the organization abbreviated so, whose authority lives
    `life_years`; None is not recorded."""

    fiscal_year: int
    abbreviation_en: str
    abbreviation_fr: str
    life_years: int
    authority: Decimal | None
    spent: Decimal | None

    @property
    def last_day(self) -> date:
        """The last day to spend them."""
        return last_day_to_spend(self.fiscal_year, life_years=self.life_years)

    @property
    def unspent(self) -> Decimal | None:
        """Authority less spending, at least 0; None where no authority is recorded."""
        if self.authority is None:
            return None
        return max(Decimal(0), self.authority - (self.spent or 0))


@dataclass(frozen=True)
class Effect:
    """What approving a new baseline date would do.

    Days are later when positive, None where there is no baseline. `overtaken` are keys of milestones that wait for
    this one and are planned before the new date. `years` are the funds whose last day lies between the date planned
    and the new one: `at_risk` of them can lapse because of the slip, `lapsed` had its last day before `on` already.
    Both are dollars, None where no authority is recorded.
    """

    to: date
    planned_on: date | None
    days_against_latest: int | None
    days_against_first: int | None
    overtaken: tuple[int, ...]
    years: tuple[YearFunds, ...]
    at_risk: Decimal | None
    lapsed: Decimal | None


def effect_of(
    *, to: date, planned_on: date | None, first_baseline_on: date | None, baseline_on: date | None,
    waiting: Iterable[Planned], funds: Iterable[YearFunds], on: date,
) -> Effect:  # fmt: skip
    """The effect of the baseline `to`, as seen on the day `on`. `waiting` wait for the milestone, at any distance;
    `funds` are its initiative's."""
    years = tuple(year for year in funds if planned_on is not None and planned_on <= year.last_day < to)
    return Effect(
        to=to,
        planned_on=planned_on,
        days_against_latest=_days(baseline_on, to),
        days_against_first=_days(first_baseline_on, to),
        overtaken=tuple(one.key for one in waiting if one.planned_on is not None and one.planned_on < to),
        years=years,
        at_risk=_unspent(year for year in years if year.last_day >= on),
        lapsed=_unspent(year for year in years if year.last_day < on),
    )


def still_open(actual_on: date | None, cancelled_on: date | None, *, on: date) -> bool:
    """Whether a milestone was neither met nor cancelled by the end of that day."""
    return all(day is None or day > on for day in (actual_on, cancelled_on))


def all_waiting(key: int, edges: Iterable[Edge]) -> list[int]:
    """Milestones that wait for `key`, directly or through others; the nearest first, each once."""
    waiting: Mapping[int, list[int]] = _grouped((needs, milestone) for milestone, needs in edges)
    found: dict[int, None] = {}
    queue = deque(waiting.get(key, ()))
    while queue:
        one = queue.popleft()
        if one not in found:
            found[one] = None
            queue.extend(waiting.get(one, ()))
    return list(found)


def circle(*, milestone: int, needs: int, edges: Iterable[Edge]) -> Sequence[int]:
    """The circle that the dependency of `milestone` on `needs` would close, from `milestone` back to itself along
    what each needs; empty when it closes none. The shortest, where there are several."""
    if milestone == needs:
        return [milestone, milestone]
    needed = _grouped(edges)
    before: dict[int, int] = {needs: milestone}
    queue = deque([needs])
    while queue:
        one = queue.popleft()
        for following in needed.get(one, ()):
            if following == milestone:
                return [*_back(one, before, milestone), milestone]
            if following not in before:
                before[following] = one
                queue.append(following)
    return []


def _back(last: int, before: Mapping[int, int], start: int) -> list[int]:
    path = [last]
    while path[-1] != start:
        path.append(before[path[-1]])
    return path[::-1]


def _grouped(pairs: Iterable[Edge]) -> dict[int, list[int]]:
    grouped: dict[int, list[int]] = defaultdict(list)
    for one, other in pairs:
        grouped[one].append(other)
    return grouped


def _days(baseline_on: date | None, to: date) -> int | None:
    return None if baseline_on is None else slippage_days(baseline_on=baseline_on, expected_on=to)


def _unspent(years: Iterable[YearFunds]) -> Decimal | None:
    known = [year.unspent for year in years if year.unspent is not None]
    return sum(known, Decimal(0)) if known else None
