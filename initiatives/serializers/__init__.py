"""Rows of initiatives and all that belongs to them, for API and exports; and the body of a status update."""

from initiatives.serializers.indicator import IndicatorDetail, IndicatorRow, ObservationRow, TargetRow
from initiatives.serializers.initiative import InitiativeDetail, InitiativeRow, InitiativeSourceRow
from initiatives.serializers.milestone import BaselineRow, ForecastRow, MilestoneDetail, MilestoneRow
from initiatives.serializers.milestone_facts import (
    ChangeRequestRow,
    DependentRow,
    EvidenceRow,
    MilestoneWhole,
    NeedsRow,
)
from initiatives.serializers.money import BudgetLineRow, FundingAnnouncementRow, LedgerEntryRow
from initiatives.serializers.status_update import EditConflictSerializer, StatusUpdateBody, StatusUpdateRow

__all__ = [
    "BaselineRow",
    "BudgetLineRow",
    "ChangeRequestRow",
    "DependentRow",
    "EditConflictSerializer",
    "EvidenceRow",
    "ForecastRow",
    "FundingAnnouncementRow",
    "IndicatorDetail",
    "IndicatorRow",
    "InitiativeDetail",
    "InitiativeRow",
    "InitiativeSourceRow",
    "LedgerEntryRow",
    "MilestoneDetail",
    "MilestoneRow",
    "MilestoneWhole",
    "NeedsRow",
    "ObservationRow",
    "StatusUpdateBody",
    "StatusUpdateRow",
    "TargetRow",
]
