"""Datasets of the initiatives and all that belongs to them."""

from django.utils.translation import gettext_lazy as _

from initiatives.filters import (
    BudgetLineFilter,
    ChangeRequestFilter,
    EvidenceFilter,
    FundingAnnouncementFilter,
    IndicatorFilter,
    InitiativeFilter,
    LedgerEntryFilter,
    MilestoneBaselineFilter,
    MilestoneDependencyFilter,
    MilestoneFilter,
    MilestoneForecastFilter,
    ObservationFilter,
    PlaceFilter,
    StatusUpdateFilter,
    TargetFilter,
    TransferFilter,
)
from initiatives.models import (
    BudgetLine,
    ChangeRequest,
    Evidence,
    FundingAnnouncement,
    Indicator,
    Initiative,
    LedgerEntry,
    Milestone,
    MilestoneBaseline,
    MilestoneDependency,
    MilestoneForecast,
    Observation,
    StatusUpdate,
    Target,
    Transfer,
)
from initiatives.serializers import (
    BudgetLineRow,
    ChangeRequestRow,
    EvidenceRow,
    FundingAnnouncementRow,
    IndicatorRow,
    InitiativeRow,
    LedgerEntryRow,
    MilestoneBaselineRow,
    MilestoneDependencyRow,
    MilestoneForecastRow,
    MilestoneRow,
    ObservationRow,
    StatusUpdateRow,
    TargetRow,
    TransferRow,
)
from tracker.datasets import Dataset
from tracker.models import Place
from tracker.rows import PlaceRow

INITIATIVES = Dataset(
    name="initiatives", label=_("Initiatives"),
    about=_(
        "One row for each initiative, with its health and funding on the day `on`. An initiative is never deleted: "
        "what was dropped is `not_pursued`. You see the initiatives within your roles."
    ),
    model=Initiative, row=InitiativeRow, filters=InitiativeFilter,
    fed_by=(
        "organizations__organization", "places__place", "updates__week", "budget_lines__entries", "pillar__plan",
    ),
    marking="security_marking",
)  # fmt: skip
STATUS_UPDATES = Dataset(
    name="status-updates", label=_("Status updates"),
    about=_(
        "One row for each initiative and reporting week that somebody has written about, newest week first: the "
        "opinion of those who run it. You see updates of initiatives within your roles; drafts and returned ones only "
        "if you may write or decide them."
    ),
    model=StatusUpdate, row=StatusUpdateRow, filters=StatusUpdateFilter, fed_by=("initiative__pillar__plan",),
    marking="initiative__security_marking",
)  # fmt: skip
MILESTONES = Dataset(
    name="milestones", label=_("Milestones"),
    about=_(
        "One row for each milestone: what was promised, what is expected and what came of it, late or not on the day "
        "`on`. You see milestones of initiatives within your roles."
    ),
    model=Milestone, row=MilestoneRow, filters=MilestoneFilter,
    fed_by=("baselines", "forecasts", "initiative__pillar__plan"),
    marking="initiative__security_marking",
)  # fmt: skip
MILESTONE_BASELINES = Dataset(
    name="milestone-baselines", label=_("Milestone baselines"),
    about=_(
        "One row for each date that was approved for a milestone, as they were recorded. A new baseline is a new row, "
        "and the old one stays. You see those of initiatives within your roles."
    ),
    model=MilestoneBaseline, row=MilestoneBaselineRow, filters=MilestoneBaselineFilter,
    fed_by=("milestone__initiative__pillar__plan",),
    marking="milestone__initiative__security_marking",
)  # fmt: skip
MILESTONE_FORECASTS = Dataset(
    name="milestone-forecasts", label=_("Milestone forecasts"),
    about=_(
        "One row for each date on which a milestone was expected, as they were recorded. Each move is a new row with "
        "its reason, and the old one stays. You see those of initiatives within your roles."
    ),
    model=MilestoneForecast, row=MilestoneForecastRow, filters=MilestoneForecastFilter,
    fed_by=("milestone__initiative__pillar__plan",),
    marking="milestone__initiative__security_marking",
)  # fmt: skip
MILESTONE_DEPENDENCIES = Dataset(
    name="milestone-dependencies", label=_("Milestone dependencies"),
    about=_(
        "One row for each pair of milestones of which one waits for the other. You see a pair if both of its ends are "
        "within your roles."
    ),
    model=MilestoneDependency, row=MilestoneDependencyRow, filters=MilestoneDependencyFilter,
    fed_by=(
        "milestone__initiative__pillar__plan", "needs__initiative__pillar__plan", "needs__initiative__plan",
    ),
    marking="milestone__initiative__security_marking",
)  # fmt: skip
CHANGE_REQUESTS = Dataset(
    name="change-requests", label=_("Change requests"),
    about=_(
        "One row for each request to measure a milestone against a new date, newest first; `decision` is null while it"
        " waits. You see requests for initiatives within your roles."
    ),
    model=ChangeRequest, row=ChangeRequestRow, filters=ChangeRequestFilter,
    fed_by=("milestone__initiative__pillar__plan",),
    marking="milestone__initiative__security_marking",
)  # fmt: skip
FUNDING_ANNOUNCEMENTS = Dataset(
    name="funding-announcements", label=_("Funding announcements"),
    about=_(
        "One row for each amount said in public, which is not authority to spend. You see what was announced for the "
        "plan as a whole, and for initiatives within your roles."
    ),
    model=FundingAnnouncement, row=FundingAnnouncementRow, filters=FundingAnnouncementFilter,
    fed_by=("initiative__plan", "initiative__pillar__plan"),
    marking="initiative__security_marking",
)  # fmt: skip
BUDGET_LINES = Dataset(
    name="budget-lines", label=_("Budget lines"),
    about=_(
        "One row for each place where money sits: an initiative, an organization, a fiscal year, a funding source and "
        "a vote. The amounts are in the ledger entries. You see lines of initiatives within your roles."
    ),
    model=BudgetLine, row=BudgetLineRow, filters=BudgetLineFilter, fed_by=("initiative__pillar__plan",),
    marking="initiative__security_marking",
)  # fmt: skip
LEDGER_ENTRIES = Dataset(
    name="ledger-entries", label=_("Ledger entries"),
    about=_(
        "One row for each amount at one stage. Entries are never changed: one is undone by its reverse, and corrected "
        "by both. You see entries of initiatives within your roles."
    ),
    model=LedgerEntry, row=LedgerEntryRow, filters=LedgerEntryFilter, fed_by=("line__initiative__pillar__plan",),
    marking="line__initiative__security_marking",
)  # fmt: skip
TRANSFERS = Dataset(
    name="transfers", label=_("Reprofiles and transfers"),
    about=_(
        "One row for each reprofile, which moves authority between fiscal years, or transfer between budget lines of "
        "one year, newest first. Its ledger entries name it. You see those of initiatives within your roles."
    ),
    model=Transfer, row=TransferRow, filters=TransferFilter, fed_by=("entries", "initiative__pillar__plan"),
    marking="initiative__security_marking",
)  # fmt: skip
INDICATORS = Dataset(
    name="indicators", label=_("Indicators"),
    about=_(
        "One row for each indicator, with where it stands towards its target on the day `on`. You see those of plans "
        "and pillars that you may see any part of, and of initiatives within your roles."
    ),
    model=Indicator, row=IndicatorRow, filters=IndicatorFilter,
    fed_by=("observations", "targets", "initiative__plan", "initiative__pillar__plan"),
    marking="initiative__security_marking",
)  # fmt: skip
TARGETS = Dataset(
    name="targets", label=_("Targets"),
    about=_(
        "One row for each version of a target: a revision is a new row, and the old one stays. You see targets of the "
        "indicators that you see."
    ),
    model=Target, row=TargetRow, filters=TargetFilter,
    fed_by=("indicator__targets", "indicator__initiative__plan", "indicator__initiative__pillar__plan"),
    marking="indicator__initiative__security_marking",
)  # fmt: skip
OBSERVATIONS = Dataset(
    name="observations", label=_("Observations"),
    about=_(
        "One row for each value observed of a period and place. Corrections and restatements are rows beside what they"
        " supersede. You see observations of the indicators that you see."
    ),
    model=Observation, row=ObservationRow, filters=ObservationFilter,
    fed_by=("indicator__initiative__plan", "indicator__initiative__pillar__plan"),
    marking="indicator__initiative__security_marking",
)  # fmt: skip
EVIDENCE = Dataset(
    name="evidence", label=_("Evidence"),
    about=_(
        "One row for each link or file that bears a fact out, newest first. The bytes of a file are at its address in "
        "the API. You see the evidence of initiatives within your roles."
    ),
    model=Evidence, row=EvidenceRow, filters=EvidenceFilter, fed_by=("initiative__pillar__plan",),
    marking="initiative__security_marking",
)  # fmt: skip
PLACES = Dataset(
    name="places", label=_("Places"),
    about=_("One row for each place that the plans name. Everybody with a role sees all of them."),
    model=Place, row=PlaceRow, filters=PlaceFilter,
    fed_by=(
        "initiative_places__initiative__pillar__plan", "initiative_places__initiative__plan",
        "observations__indicator__plan", "observations__indicator__pillar__plan",
        "observations__indicator__initiative__plan", "observations__indicator__initiative__pillar__plan",
    ),
)  # fmt: skip
DATASETS = (
    INITIATIVES,
    STATUS_UPDATES,
    MILESTONES,
    MILESTONE_BASELINES,
    MILESTONE_FORECASTS,
    MILESTONE_DEPENDENCIES,
    CHANGE_REQUESTS,
    FUNDING_ANNOUNCEMENTS,
    BUDGET_LINES,
    LEDGER_ENTRIES,
    TRANSFERS,
    INDICATORS,
    TARGETS,
    OBSERVATIONS,
    EVIDENCE,
    PLACES,
)
