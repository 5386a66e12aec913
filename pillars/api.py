"""Addresses of the frame."""

from typing import Any

from pillars.datasets import PILLARS, PLANS, WEEKS
from pillars.models import WeekTransition
from pillars.serializers import ReportingWeekDetail, WeekTransitionRow
from tracker.api import CODE, RowsViewSet


class PlanViewSet(RowsViewSet):
    """Action plans."""

    dataset = PLANS
    lookup_field = "code"
    lookup_value_regex = CODE


class PillarViewSet(RowsViewSet):
    """Pillars of the plans."""

    dataset = PILLARS


class ReportingWeekViewSet(RowsViewSet):
    """Reporting weeks, newest first."""

    dataset = WEEKS
    detail_class = ReportingWeekDetail

    def more(self, row: dict[str, Any]) -> dict[str, Any]:
        """Its steps."""
        steps = WeekTransition.objects.filter(week=row["id"]).order_by("pk")
        return {"transitions": WeekTransitionRow.read(steps)}
