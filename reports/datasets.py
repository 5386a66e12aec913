"""Datasets of what was reported; and all datasets that there are."""

from django.utils.translation import gettext_lazy as _

from initiatives import datasets as initiatives
from pillars import datasets as pillars
from reports.filters import WeeklyRollupFilter
from reports.models import WeeklyRollup
from reports.serializers.rollups import WeeklyRollupRow
from tracker import datasets as tracker
from tracker.datasets import Dataset

ROLLUPS = Dataset(
    name="rollups", label=_("Weekly rollups"),
    about=_(
        "One row for each sealed weekly rollup, newest first; its figures are in `payload` of the row by itself. You "
        "see rollups of the plans that you may see whole."
    ),
    model=WeeklyRollup, row=WeeklyRollupRow, filters=WeeklyRollupFilter,
)  # fmt: skip
DATASETS = {dataset.name: dataset for dataset in (*pillars.DATASETS, *initiatives.DATASETS, ROLLUPS, *tracker.DATASETS)}
