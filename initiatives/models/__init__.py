"""Initiatives with their milestones, money and status updates."""

from initiatives.models.initiative import Initiative, InitiativeOrganization, InitiativePlace
from initiatives.models.milestone import Milestone, MilestoneBaseline, MilestoneForecast
from initiatives.models.money import BudgetLine, FundingAnnouncement, LedgerEntry
from initiatives.models.sources import InitiativeSource
from initiatives.models.status_update import StatusUpdate

__all__ = [
    "BudgetLine",
    "FundingAnnouncement",
    "Initiative",
    "InitiativeOrganization",
    "InitiativePlace",
    "InitiativeSource",
    "LedgerEntry",
    "Milestone",
    "MilestoneBaseline",
    "MilestoneForecast",
    "StatusUpdate",
]
