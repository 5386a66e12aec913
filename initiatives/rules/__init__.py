"""Decisions about initiatives: pure functions. No database, no clock, no request."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from initiatives.choices import Dimension, Health, Workflow

_ORDER = [Health.GREEN, Health.AMBER, Health.RED]
AMOUNT_DIGITS = 16
FISCAL_YEARS = range(2000, 2101)
CENT = Decimal("0.01")

MOVES: Mapping[Workflow, frozenset[Workflow]] = {
    Workflow.DRAFT: frozenset({Workflow.SUBMITTED}),
    Workflow.SUBMITTED: frozenset({Workflow.SUBMITTED, Workflow.RETURNED, Workflow.APPROVED}),
    Workflow.RETURNED: frozenset({Workflow.SUBMITTED}),
    Workflow.APPROVED: frozenset(),
}


def can_move(old: Workflow, new: Workflow) -> bool:
    """Whether a status update may go from one step of its workflow to another; nothing leaves `approved`."""
    return new in MOVES[old]


def worst(ratings: Iterable[Health]) -> Health:
    """The gravest of some ratings. Colours have an order but no mean: they are never averaged."""
    return max(ratings, key=_ORDER.index)


def better(one: Health, other: Health) -> bool:
    """Whether `one` claims more than `other`."""
    return _ORDER.index(one) < _ORDER.index(other)


def amount_problem(amount: Decimal) -> Promise | None:
    """Why that many dollars cannot be recorded, or None: finite, not zero, to the cent, at most 16 digits."""
    if not amount.is_finite():
        return _("Write a number of dollars, such as 5300000.00.")
    if amount == 0:
        return _("Write an amount other than zero.")
    try:
        exact = amount.quantize(CENT) == amount
    except InvalidOperation:
        return _("The amount has too many digits: at most 16, with two after the point.")
    if not exact:
        return _("Write at most two digits after the point: dollars are kept to the cent.")
    if len(amount.quantize(CENT).as_tuple().digits) > AMOUNT_DIGITS:
        return _("The amount has too many digits: at most 16, with two after the point.")
    return None


def fiscal_year_problem(year: int) -> Promise | None:
    """Why money cannot be recorded for a fiscal year that starts in `year`, or None."""
    return (
        None if year in FISCAL_YEARS else _("Write the year in which the fiscal year starts, such as 2025 for 2025-26.")
    )


def update_problems(
    *, ratings: Mapping[Dimension, str], overall: str, overall_reason: str, headlines: Iterable[str],
    paths_to_green: Iterable[str],
) -> dict[str, Promise]:  # fmt: skip
    """What keeps a status update from being submitted, by field; empty when nothing does."""
    problems: dict[str, Promise] = {
        f"health_{dimension}": _("Choose a rating.")
        for dimension, rating in ratings.items()
        if rating not in Health.values
    }
    if overall not in Health.values:
        problems["health_overall"] = _("Choose a rating.")
    if not any(text.strip() for text in headlines):
        problems["headline_en"] = _("Write a headline, in English or in French.")
    if problems.keys() - {"headline_en"}:
        return problems
    gravest = worst(Health(rating) for rating in ratings.values())
    if better(Health(overall), gravest) and not overall_reason.strip():
        problems["overall_reason"] = _("Overall is rated better than the worst dimension: say why.")
    if overall != Health.GREEN and not any(text.strip() for text in paths_to_green):
        problems["path_to_green_en"] = _("Amber and red need a path to green: who does what by when.")
    return problems


def last_day_to_spend(fiscal_year: int, *, life_years: int) -> date:
    """The last day to spend an authority of that fiscal year: 31 March, a year later for two-year funds."""
    return date(fiscal_year + life_years, 3, 31)


def is_pre_plan(actual_on: date, *, announced_on: date) -> bool:
    """Met before the plan was announced: true work, but it earns the plan no progress."""
    return actual_on < announced_on


def slippage_days(*, baseline_on: date, expected_on: date) -> int:
    """Days from the baseline to the forecast or actual date; negative when early."""
    return (expected_on - baseline_on).days


def rated_weeks(on: date) -> tuple[date, date]:
    """Mondays of the last reporting week complete on that day, and of the week that holds it.

    Health on a day is the latest approved update of these two weeks: on a Sunday they are one week, so a week's own
    rollup counts that week's updates only, and on a Tuesday last week's rating still stands.
    """
    monday = on - timedelta(days=on.weekday())
    complete = monday if on.weekday() == 6 else monday - timedelta(days=7)  # noqa: PLR2004 - Sunday
    return complete, monday
