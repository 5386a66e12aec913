"""Filters of initiatives and all that belongs to them. Pages, API and exports share each of these."""

from initiatives.filters.evidence import EvidenceFilter
from initiatives.filters.indicator import IndicatorFilter, ObservationFilter, TargetFilter
from initiatives.filters.initiative import InitiativeFilter, StatusUpdateFilter
from initiatives.filters.milestone import ChangeRequestFilter, MilestoneDependencyFilter, MilestoneFilter
from initiatives.filters.milestone_dates import MilestoneBaselineFilter, MilestoneForecastFilter
from initiatives.filters.money import BudgetLineFilter, FundingAnnouncementFilter, LedgerEntryFilter, TransferFilter
from initiatives.filters.place import PlaceFilter

__all__ = [
    "BudgetLineFilter",
    "ChangeRequestFilter",
    "EvidenceFilter",
    "FundingAnnouncementFilter",
    "IndicatorFilter",
    "InitiativeFilter",
    "LedgerEntryFilter",
    "MilestoneBaselineFilter",
    "MilestoneDependencyFilter",
    "MilestoneFilter",
    "MilestoneForecastFilter",
    "ObservationFilter",
    "PlaceFilter",
    "StatusUpdateFilter",
    "TargetFilter",
    "TransferFilter",
]
