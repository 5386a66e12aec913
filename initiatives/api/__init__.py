"""Addresses of initiatives and all that belongs to them: what is read, and what is written. Everything that is written
passes through the actions."""

from initiatives.api.change_requests import ChangeRequestViewSet
from initiatives.api.dependencies import MilestoneDependencyViewSet
from initiatives.api.evidence import EvidenceViewSet
from initiatives.api.indicators import IndicatorViewSet
from initiatives.api.initiatives import InitiativeViewSet
from initiatives.api.milestones import MilestoneBaselineViewSet, MilestoneForecastViewSet, MilestoneViewSet
from initiatives.api.money import BudgetLineViewSet, FundingAnnouncementViewSet, LedgerEntryViewSet
from initiatives.api.observations import ObservationViewSet, TargetViewSet
from initiatives.api.places import PlaceViewSet
from initiatives.api.status_updates import StatusUpdateViewSet
from initiatives.api.transfers import TransferViewSet

__all__ = [
    "BudgetLineViewSet",
    "ChangeRequestViewSet",
    "EvidenceViewSet",
    "FundingAnnouncementViewSet",
    "IndicatorViewSet",
    "InitiativeViewSet",
    "LedgerEntryViewSet",
    "MilestoneBaselineViewSet",
    "MilestoneDependencyViewSet",
    "MilestoneForecastViewSet",
    "MilestoneViewSet",
    "ObservationViewSet",
    "PlaceViewSet",
    "StatusUpdateViewSet",
    "TargetViewSet",
    "TransferViewSet",
]
