"""The frame: plans, their pillars, their reporting weeks."""

from pillars.models.pillar import Pillar
from pillars.models.plan import Plan
from pillars.models.transition import WeekTransition
from pillars.models.week import ReportingWeek

__all__ = ["Pillar", "Plan", "ReportingWeek", "WeekTransition"]
