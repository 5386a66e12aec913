"""Initiatives with their milestones, money, indicators, evidence and status updates."""

from initiatives.models.change_request import ChangeRequest
from initiatives.models.dependency import MilestoneDependency
from initiatives.models.evidence import Evidence, EvidenceFile
from initiatives.models.funding_announcement import FundingAnnouncement
from initiatives.models.indicator import Indicator, Observation, Target
from initiatives.models.initiative import Initiative, InitiativeOrganization, InitiativePlace
from initiatives.models.milestone import Milestone, MilestoneBaseline, MilestoneForecast
from initiatives.models.money import BudgetLine, LedgerEntry
from initiatives.models.sources import InitiativeSource
from initiatives.models.status_update import StatusUpdate
from initiatives.models.transfer import Transfer

__all__ = [
    "BudgetLine",
    "ChangeRequest",
    "Evidence",
    "EvidenceFile",
    "FundingAnnouncement",
    "Indicator",
    "Initiative",
    "InitiativeOrganization",
    "InitiativePlace",
    "InitiativeSource",
    "LedgerEntry",
    "Milestone",
    "MilestoneBaseline",
    "MilestoneDependency",
    "MilestoneForecast",
    "Observation",
    "StatusUpdate",
    "Target",
    "Transfer",
]
