"""Rows of initiatives and all that belongs to them, for API and exports; and the body of a status update."""

from initiatives.serializers.initiative import InitiativeDetail, InitiativeRow, InitiativeSourceRow
from initiatives.serializers.milestone import BaselineRow, ForecastRow, MilestoneDetail, MilestoneRow
from initiatives.serializers.money import BudgetLineRow, FundingAnnouncementRow, LedgerEntryRow
from initiatives.serializers.status_update import EditConflictSerializer, StatusUpdateBody, StatusUpdateRow

__all__ = [
    "BaselineRow",
    "BudgetLineRow",
    "EditConflictSerializer",
    "ForecastRow",
    "FundingAnnouncementRow",
    "InitiativeDetail",
    "InitiativeRow",
    "InitiativeSourceRow",
    "LedgerEntryRow",
    "MilestoneDetail",
    "MilestoneRow",
    "StatusUpdateBody",
    "StatusUpdateRow",
]
