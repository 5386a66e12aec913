"""Plan files: the reviewable text of a plan, read into plain values. The format is in plans/README.md."""

from initiatives.plan_files.data import (
    BudgetLineData,
    FundingData,
    InitiativeData,
    LedgerEntryData,
    MilestoneData,
    OrganizationData,
    PillarData,
    PlaceData,
    PlanData,
    PlanHeader,
    PointData,
    PromiseData,
    SeriesData,
    SourceData,
    WeeklyCalendar,
)
from initiatives.plan_files.items import Alias, Bilingual, PartialDate
from initiatives.plan_files.problems import Location, PlanFileError, Problem
from initiatives.plan_files.reader import read_plan

__all__ = [
    "Alias",
    "Bilingual",
    "BudgetLineData",
    "FundingData",
    "InitiativeData",
    "LedgerEntryData",
    "Location",
    "MilestoneData",
    "OrganizationData",
    "PartialDate",
    "PillarData",
    "PlaceData",
    "PlanData",
    "PlanFileError",
    "PlanHeader",
    "PointData",
    "Problem",
    "PromiseData",
    "SeriesData",
    "SourceData",
    "WeeklyCalendar",
    "read_plan",
]
