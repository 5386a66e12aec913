"""Rows of initiatives and all that belongs to them, for API and exports; and what programs send to write them."""

from initiatives.serializers.evidence import EvidenceRow
from initiatives.serializers.indicator import IndicatorDetail, IndicatorRow
from initiatives.serializers.indicator_facts import ObservationRow, TargetRow
from initiatives.serializers.initiative import InitiativeDetail, InitiativeRow, InitiativeSourceRow
from initiatives.serializers.milestone import BaselineRow, ForecastRow, MilestoneDetail, MilestoneRow
from initiatives.serializers.milestone_dates import MilestoneBaselineRow, MilestoneForecastRow
from initiatives.serializers.milestone_facts import (
    ChangeRequestRow,
    DependentRow,
    MilestoneDependencyRow,
    MilestoneWhole,
    NeedsRow,
)
from initiatives.serializers.money import BudgetLineRow, FundingAnnouncementRow, LedgerEntryRow
from initiatives.serializers.status_update import ApprovalBody, ReturnBody, StatusUpdateBody, StatusUpdateRow
from initiatives.serializers.transfer import TransferDetail, TransferRow

__all__ = [
    "ApprovalBody",
    "BaselineRow",
    "BudgetLineRow",
    "ChangeRequestRow",
    "DependentRow",
    "EvidenceRow",
    "ForecastRow",
    "FundingAnnouncementRow",
    "IndicatorDetail",
    "IndicatorRow",
    "InitiativeDetail",
    "InitiativeRow",
    "InitiativeSourceRow",
    "LedgerEntryRow",
    "MilestoneBaselineRow",
    "MilestoneDependencyRow",
    "MilestoneDetail",
    "MilestoneForecastRow",
    "MilestoneRow",
    "MilestoneWhole",
    "NeedsRow",
    "ObservationRow",
    "ReturnBody",
    "StatusUpdateBody",
    "StatusUpdateRow",
    "TargetRow",
    "TransferDetail",
    "TransferRow",
]
