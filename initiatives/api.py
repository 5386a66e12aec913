"""Addresses of initiatives and all that belongs to them; and the writing of a status update."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.status import HTTP_200_OK, HTTP_201_CREATED

from initiatives.actions.updates import UpdateContent, save_draft, submit_update
from initiatives.exports import INITIATIVES, LEDGER_ENTRIES, STATUS_UPDATES
from initiatives.filters import (
    BudgetLineFilter,
    FundingAnnouncementFilter,
    InitiativeFilter,
    LedgerEntryFilter,
    MilestoneFilter,
    StatusUpdateFilter,
)
from initiatives.models import (
    BudgetLine,
    FundingAnnouncement,
    Initiative,
    LedgerEntry,
    Milestone,
    MilestoneBaseline,
    MilestoneForecast,
    StatusUpdate,
)
from initiatives.serializers import (
    BaselineRow,
    BudgetLineRow,
    ForecastRow,
    FundingAnnouncementRow,
    InitiativeRow,
    LedgerEntryRow,
    MilestoneDetail,
    MilestoneRow,
    StatusUpdateBody,
    StatusUpdateRow,
)
from pillars.actions import find_week
from pillars.rules import week_code
from tracker.api import ExportView, RowsViewSet
from tracker.http import api_actor


class InitiativeViewSet(RowsViewSet):
    """Initiatives, with health and funding as of the day `on`."""

    queryset = Initiative.objects.none()
    serializer_class = InitiativeRow
    filterset_class = InitiativeFilter


class MilestoneViewSet(RowsViewSet):
    """Milestones, with what was promised, what is expected and what came of it."""

    queryset = Milestone.objects.none()
    serializer_class = MilestoneRow
    detail_class = MilestoneDetail
    filterset_class = MilestoneFilter

    def more(self, row: dict[str, Any]) -> dict[str, Any]:
        """Every date that the milestone had."""
        baselines = MilestoneBaseline.objects.filter(milestone=row["id"]).order_by("number")
        forecasts = MilestoneForecast.objects.filter(milestone=row["id"]).order_by("pk")
        return {"baselines": BaselineRow.read(baselines), "forecasts": ForecastRow.read(forecasts)}


class FundingAnnouncementViewSet(RowsViewSet):
    """Dollars said in public, which is not authority to spend."""

    queryset = FundingAnnouncement.objects.none()
    serializer_class = FundingAnnouncementRow
    filterset_class = FundingAnnouncementFilter


class BudgetLineViewSet(RowsViewSet):
    """Where money of one fiscal year sits."""

    queryset = BudgetLine.objects.none()
    serializer_class = BudgetLineRow
    filterset_class = BudgetLineFilter


class LedgerEntryViewSet(RowsViewSet):
    """The ledger: entries are added, and undone by their reverse."""

    queryset = LedgerEntry.objects.none()
    serializer_class = LedgerEntryRow
    filterset_class = LedgerEntryFilter


class StatusUpdateViewSet(RowsViewSet):
    """Status updates, newest week first. Drafts show only to those who may write or decide them."""

    queryset = StatusUpdate.objects.none()
    serializer_class = StatusUpdateRow
    filterset_class = StatusUpdateFilter

    @extend_schema(
        request=StatusUpdateBody,
        responses={
            201: OpenApiResponse(StatusUpdateRow, "The update, made by this request."),
            200: OpenApiResponse(StatusUpdateRow, "The update of the week, which was there and is now this one."),
        },
    )
    def create(self, request: Request) -> HttpResponse:
        """Write the status update of an initiative for a week: submitted to its reviewer, or kept as a draft.

        May be repeated until the update is approved or the week locks.
        """
        now = timezone.now()
        body = StatusUpdateBody(data=request.data)
        body.is_valid(raise_exception=True)
        content = dict(body.validated_data)
        initiative = self._initiative(content.pop("plan"), content.pop("initiative"))
        today = now.astimezone(initiative.plan.zone).date()
        week = find_week(initiative.plan, content.pop("week", None) or week_code(today))
        write = submit_update if content.pop("submit") else save_draft
        existed = StatusUpdate.objects.filter(initiative=initiative, week=week).exists()
        update = write(
            initiative=initiative, week=week, content=UpdateContent(**content), by=api_actor(self.user), at=now
        )
        row = self.row(StatusUpdate.objects.filter(pk=update.pk))
        answer = self.json(row, status=HTTP_200_OK if existed else HTTP_201_CREATED)
        answer["X-Revision"] = str(row["revision"])
        return answer

    def _initiative(self, plan: str, code: str) -> Initiative:
        """The initiative, if the person may see it. Raises `NotFound`: what may not be seen is not told apart."""
        found = (
            Initiative.objects.visible_to(self.user)
            .filter(plan__code=plan, code=code)
            .select_related("plan", "pillar__plan")
            .first()
        )
        if found is None:
            message = _("There is no initiative “%(scope)s” that you may see.") % {"scope": f"{plan}/{code}"[:60]}
            raise NotFound(message)
        return found


class InitiativeExport(ExportView):
    """All initiatives as CSV."""

    queryset = Initiative.objects.none()
    export = INITIATIVES


class StatusUpdateExport(ExportView):
    """All status updates as CSV."""

    queryset = StatusUpdate.objects.none()
    export = STATUS_UPDATES


class LedgerEntryExport(ExportView):
    """The whole ledger as CSV."""

    queryset = LedgerEntry.objects.none()
    export = LEDGER_ENTRIES
