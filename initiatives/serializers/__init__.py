"""Rows of initiatives and all that belongs to them, for API and exports; and the body of a status update."""

from initiatives.serializers.initiative import InitiativeRow
from initiatives.serializers.milestone import BaselineRow, ForecastRow, MilestoneDetail, MilestoneRow
from initiatives.serializers.money import BudgetLineRow, FundingAnnouncementRow, LedgerEntryRow
from initiatives.serializers.status_update import StatusUpdateBody, StatusUpdateRow

__all__ = [
    "BaselineRow",
    "BudgetLineRow",
    "ForecastRow",
    "FundingAnnouncementRow",
    "InitiativeRow",
    "LedgerEntryRow",
    "MilestoneDetail",
    "MilestoneRow",
    "StatusUpdateBody",
    "StatusUpdateRow",
]
