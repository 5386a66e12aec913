"""Datasets of the frame."""

from django.utils.translation import gettext_lazy as _

from pillars.filters import PillarFilter, PlanFilter, ReportingWeekFilter
from pillars.models import Pillar, Plan, ReportingWeek
from pillars.serializers import PillarRow, PlanRow, ReportingWeekRow
from tracker.datasets import Dataset

PLANS = Dataset(
    name="plans",
    label=_("Plans"),
    about=_("One row for each action plan. You see the plans of which you may see any part; simulated ones say so."),
    model=Plan,
    row=PlanRow,
    filters=PlanFilter,
)
PILLARS = Dataset(
    name="pillars", label=_("Pillars"),
    about=_("One row for each pillar of a plan. You see all pillars of the plans of which you may see any part."),
    model=Pillar, row=PillarRow, filters=PillarFilter,
)  # fmt: skip
WEEKS = Dataset(
    name="weeks", label=_("Reporting weeks"),
    about=_(
        "One row for each reporting week of a plan, Monday to Sunday, newest first: its deadlines and where it stands."
        " You see all weeks of the plans of which you may see any part."
    ),
    model=ReportingWeek, row=ReportingWeekRow, filters=ReportingWeekFilter, fed_by=("transitions",),
)  # fmt: skip
DATASETS = (PLANS, PILLARS, WEEKS)
