"""The pictures of initiatives and pillars: facts and figures of the pages as charts."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from initiatives.aggregates.burn import month_ends
from initiatives.aggregates.money import Funds
from initiatives.aggregates.slips import Slips
from initiatives.choices import ForecastBasis
from initiatives.models.money import BudgetLineQuerySet
from pillars.rules import fiscal_year
from reports.figures.values import Amount
from reports.views.funds import GlanceRow
from reports.views.milestones import MilestoneRow
from reports.views.sealed_weeks import SealedWeek
from reports.views.standing import StripWeek
from tracker import formats
from tracker.charts import (
    Burn,
    BurnMonth,
    Forecasts,
    MilestoneDates,
    MilestoneTimeline,
    SlipChart,
    StatusStrip,
    WeekState,
    YearColumns,
    YearMoney,
)
from tracker.templatetags.states import STATES
from tracker.templatetags.tracker import bilingual_text


def status_picture(weeks: Iterable[StripWeek]) -> StatusStrip:
    """How an initiative was rated week by week."""
    states = tuple(WeekState(one.week.starts_on, one.health, str(STATES[one.health])) for one in weeks)
    return StatusStrip("strip", _("Status of the last 26 weeks"), states)


def headline_picture(weeks: Iterable[SealedWeek]) -> StatusStrip:
    """Which headline was sealed week by week."""
    states = tuple(WeekState(one.monday, one.colour, str(STATES[one.colour])) for one in weeks)
    return StatusStrip("strip", _("Headline of the last 26 weeks, as published"), states)


def timeline_picture(rows: Iterable[MilestoneRow], *, announced: date, on: date) -> MilestoneTimeline:
    """An initiative's milestones by the date that was promised, without those that were cancelled."""
    drawn = [row for row in rows if row.state != "cancelled"]
    milestones = tuple(
        milestone_dates(row.milestone, row.milestone.code, on=on)
        for row in sorted(drawn, key=lambda row: _promised(row.milestone))
    )
    # The plan's beginning is of interest where something lies before it; else it would only make the picture narrow.
    before = any(day < announced for one in milestones for day in one.known)
    return MilestoneTimeline("timeline", _("Milestones by date"), on, milestones, announced if before else None)


def _promised(milestone: Any) -> tuple[date, str]:
    day: date | None = milestone.planned_on or milestone.actual_on or milestone.expected_on
    return day or date.max, milestone.code


def open_picture(milestones: Iterable[Any], *, on: date) -> MilestoneTimeline:
    """Milestones of several initiatives, in the order given."""
    title = _("Milestones late, or due by the end of the next four weeks")
    rows = tuple(milestone_dates(one, f"{one.initiative.code} {one.code}", on=on) for one in milestones)
    return MilestoneTimeline("timeline", title, on, rows)


def milestone_dates(milestone: Any, code: str, *, on: date) -> MilestoneDates:
    """As `for_list` gives them; met is what was met by the day."""
    met = milestone.actual_on if milestone.actual_on and milestone.actual_on <= on else None
    return MilestoneDates(
        code, bilingual_text(milestone, "title"), milestone.first_baseline_on, milestone.baseline_on,
        milestone.forecast_on, met,
    )  # fmt: skip


def slip_picture(found: Slips, *, on: date) -> SlipChart:
    """The forecasts that moved most, by code."""
    rows = sorted(found.most, key=lambda one: one.milestone.code)
    forecasts = (Forecasts(one.milestone.code, bilingual_text(one.milestone, "title"), one.made, one.met_on)
                 for one in rows)  # fmt: skip
    return SlipChart("slips", _("How forecasts moved"), on, tuple(forecasts))


def burn_picture(lines: BudgetLineQuerySet, funds: Funds, *, year: int, on: date) -> Burn:
    """One fiscal year of these budget lines; `funds` are those of the year. Spending is drawn to the end of the last
    month that is over: of a month that is not, it would look like a standstill. Once the funds are closed, nothing is
    forecast of them. One query."""
    closed = funds.basis == ForecastBasis.SPENT
    return Burn(
        "burn",
        _("Spending in %(year)s") % {"year": formats.fiscal_year(year)},
        year,
        tuple(
            BurnMonth(one.month, one.totals.authority, one.totals.planned, one.totals.expenditure if one.over else None)
            for one in month_ends(lines, year=year, on=on)
        ),
        forecast=None if closed else funds.year_end,
        lapse=None if closed else funds.lapse,
    )


def glance_years(rows: Iterable[GlanceRow]) -> list[YearMoney]:
    """What the figures say of each fiscal year."""
    return [
        YearMoney(row.fiscal_year, _exact(row.planned.value), _exact(row.authority.value), _exact(row.spent.value))
        for row in rows
    ]


def years_picture(years: Iterable[YearMoney], *, on: date, key: str = "years") -> YearColumns | None:
    """Planned, authority and spent of each fiscal year; None where none of it is known."""
    found = tuple(years)
    if not any(amount is not None for row in found for _name, amount in row.parts):
        return None
    return YearColumns(key, _("Money by fiscal year"), found, fiscal_year(on))


def _exact(value: Amount | None) -> Decimal | None:
    return None if value is None else Decimal(value)
