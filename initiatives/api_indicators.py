"""Addresses of indicators, their targets and their observations."""

from typing import Any

from initiatives.aggregates.indicators import YearRow, series
from initiatives.exports import INDICATORS, OBSERVATIONS, TARGETS
from initiatives.filters_indicators import IndicatorFilter, ObservationFilter, TargetFilter
from initiatives.models import Indicator, Observation, Target
from initiatives.serializers import IndicatorDetail, IndicatorRow, ObservationRow, TargetRow
from tracker.api import ExportView, RowsViewSet


class IndicatorViewSet(RowsViewSet):
    """Indicators, with where each stands towards its target on the day `on`."""

    queryset = Indicator.objects.none()
    serializer_class = IndicatorRow
    detail_class = IndicatorDetail
    filterset_class = IndicatorFilter

    def more(self, row: dict[str, Any]) -> dict[str, Any]:
        """Its values by year, in its own calendar."""
        [found] = series(Indicator.objects.filter(pk=row["id"]), on=self.on).values()
        return {"years": [_year(year) for year in found.years]}


def _year(row: YearRow) -> dict[str, Any]:
    value = row.value
    return {
        "year": value.year,
        "starts_on": value.starts_on,
        "ends_on": value.ends_on,
        "value": value.value,
        "qualifier": value.qualifier,
        "until": value.until,
        "covered_days": value.covered_days,
        "days": value.days,
        "reason": value.reason,
        "observations": value.ids,
        "target": row.version.target.pk if row.version else None,
        "standing": row.standing,
    }


class TargetViewSet(RowsViewSet):
    """Targets, each version a row of its own."""

    queryset = Target.objects.none()
    serializer_class = TargetRow
    filterset_class = TargetFilter


class ObservationViewSet(RowsViewSet):
    """What was observed: corrections and restatements are rows beside what they supersede."""

    queryset = Observation.objects.none()
    serializer_class = ObservationRow
    filterset_class = ObservationFilter


class IndicatorExport(ExportView):
    """All indicators as CSV."""

    queryset = Indicator.objects.none()
    export = INDICATORS


class TargetExport(ExportView):
    """All targets as CSV, every version."""

    queryset = Target.objects.none()
    export = TARGETS


class ObservationExport(ExportView):
    """All observations as CSV, superseded ones included."""

    queryset = Observation.objects.none()
    export = OBSERVATIONS
