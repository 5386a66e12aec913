"""Addresses of the frame."""

from typing import Any

from pillars.filters import PillarFilter, PlanFilter, ReportingWeekFilter
from pillars.models import Pillar, Plan, ReportingWeek, WeekTransition
from pillars.serializers import PillarRow, PlanRow, ReportingWeekDetail, ReportingWeekRow, WeekTransitionRow
from tracker.api import CODE, RowsViewSet


class PlanViewSet(RowsViewSet):
    """Action plans."""

    queryset = Plan.objects.none()
    serializer_class = PlanRow
    filterset_class = PlanFilter
    lookup_field = "code"
    lookup_value_regex = CODE


class PillarViewSet(RowsViewSet):
    """Pillars of the plans."""

    queryset = Pillar.objects.none()
    serializer_class = PillarRow
    filterset_class = PillarFilter


class ReportingWeekViewSet(RowsViewSet):
    """Reporting weeks, newest first."""

    queryset = ReportingWeek.objects.none()
    serializer_class = ReportingWeekRow
    detail_class = ReportingWeekDetail
    filterset_class = ReportingWeekFilter

    def more(self, row: dict[str, Any]) -> dict[str, Any]:
        """Its steps."""
        steps = WeekTransition.objects.filter(week=row["id"]).order_by("pk")
        return {"transitions": WeekTransitionRow.read(steps)}
