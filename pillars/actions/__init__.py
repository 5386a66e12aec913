"""Changes to the frame: reporting weeks are made ahead, take their steps, lock in time."""

from pillars.actions.calendar import (
    WEEKS_AHEAD,
    WeekCalendar,
    add_weeks,
    find_week,
    missing_weeks,
    new_week,
    week_calendars,
)
from pillars.actions.steps import close_early, lock_week, record_step, record_steps

__all__ = [
    "WEEKS_AHEAD",
    "WeekCalendar",
    "add_weeks",
    "close_early",
    "find_week",
    "lock_week",
    "missing_weeks",
    "new_week",
    "record_step",
    "record_steps",
    "week_calendars",
]
