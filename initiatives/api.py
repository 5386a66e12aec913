"""Addresses of initiatives and all that belongs to them; and the writing of a status update."""

import re
from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.status import HTTP_200_OK, HTTP_201_CREATED

from initiatives.actions.updates import UPDATE_FIELDS, Read, UpdateContent, save_draft, submit_update
from initiatives.api_writing import LedgerEntryWriting, MilestoneWriting
from initiatives.exports import INITIATIVES, LEDGER_ENTRIES, STATUS_UPDATES
from initiatives.filters import (
    BudgetLineFilter,
    ChangeRequestFilter,
    FundingAnnouncementFilter,
    InitiativeFilter,
    LedgerEntryFilter,
    MilestoneFilter,
    StatusUpdateFilter,
)
from initiatives.models import (
    BudgetLine,
    ChangeRequest,
    Evidence,
    FundingAnnouncement,
    Initiative,
    InitiativeSource,
    LedgerEntry,
    Milestone,
    MilestoneBaseline,
    MilestoneDependency,
    MilestoneForecast,
    StatusUpdate,
)
from initiatives.serializers import (
    BaselineRow,
    BudgetLineRow,
    ChangeRequestRow,
    DependentRow,
    EditConflictSerializer,
    EvidenceRow,
    ForecastRow,
    FundingAnnouncementRow,
    InitiativeDetail,
    InitiativeRow,
    InitiativeSourceRow,
    LedgerEntryRow,
    MilestoneRow,
    MilestoneWhole,
    NeedsRow,
    StatusUpdateBody,
    StatusUpdateRow,
)
from pillars.actions import find_week
from pillars.rules import week_code
from tracker.api import ExportView, RowsViewSet
from tracker.errors import EditConflict, Invalid
from tracker.http import PROBLEM, api_actor, json_bytes, problem
from tracker.idempotency import once
from tracker.serializers import ProblemSerializer

_TAG = re.compile(r'"r?([0-9]{1,18})"')
IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, pattern=f"^{_TAG.pattern}$",
    description="The update's ETag when you read it, or its `revision` in quotes; refused (412) if anybody changed it"
    " since.",
)  # fmt: skip


class InitiativeViewSet(RowsViewSet):
    """Initiatives, with health and funding as of the day `on`."""

    queryset = Initiative.objects.none()
    serializer_class = InitiativeRow
    detail_class = InitiativeDetail
    filterset_class = InitiativeFilter

    def more(self, row: dict[str, Any]) -> dict[str, Any]:
        """The publications that it rests on."""
        sources = InitiativeSource.objects.filter(initiative=row["id"]).for_list()
        return {"sources": InitiativeSourceRow.read(sources)}


class MilestoneViewSet(MilestoneWriting):
    """Milestones, with what was promised, what is expected and what came of it."""

    queryset = Milestone.objects.none()
    serializer_class = MilestoneRow
    detail_class = MilestoneWhole
    filterset_class = MilestoneFilter

    def more(self, row: dict[str, Any]) -> dict[str, Any]:
        """Every date that the milestone had, and what stands beside them."""
        milestone = row["id"]
        dependencies = MilestoneDependency.objects.visible_to(self.user).order_by("pk")
        evidence = Evidence.objects.visible_to(self.user).filter(milestone=milestone).order_by("-pk")
        requests = ChangeRequest.objects.visible_to(self.user).filter(milestone=milestone).for_list()
        return {
            "baselines": BaselineRow.read(MilestoneBaseline.objects.filter(milestone=milestone).order_by("number")),
            "forecasts": ForecastRow.read(MilestoneForecast.objects.filter(milestone=milestone).oldest_first()),
            "needs": NeedsRow.read(dependencies.filter(milestone=milestone)),
            "dependents": DependentRow.read(dependencies.filter(needs=milestone)),
            "evidence_rows": EvidenceRow.read(evidence),
            "change_requests": ChangeRequestRow.read(requests),
        }


class ChangeRequestViewSet(RowsViewSet):
    """Requests for new baselines, newest first; `decision` is null while one waits."""

    queryset = ChangeRequest.objects.none()
    serializer_class = ChangeRequestRow
    filterset_class = ChangeRequestFilter


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


class LedgerEntryViewSet(LedgerEntryWriting):
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
            (409, PROBLEM): OpenApiResponse(
                EditConflictSerializer,
                "Somebody changed the same fields since; or the rules of the plan stand against it.",
            ),
            (412, PROBLEM): OpenApiResponse(EditConflictSerializer, "It was changed after the version in `If-Match`."),
            (428, PROBLEM): OpenApiResponse(
                ProblemSerializer, "The week has an update already: say which `revision` of it you read."
            ),
        },
        parameters=[IF_MATCH],
    )
    @once
    def create(self, request: Request) -> HttpResponse:
        """Write the status update of an initiative for a week: submitted to its reviewer, or kept as a draft.

        May be repeated until the update is approved or the week locks. Fields left out keep what is stored. When the
        week has an update already, say which one you read: by `revision`, and what others changed since is merged (409
        where they changed the same field differently); or by `If-Match`, and any change since is refused (412).
        """
        now = timezone.now()
        body = StatusUpdateBody(data=request.data)
        body.is_valid(raise_exception=True)
        content = dict(body.validated_data)
        read = _read(request, content.pop("revision", None))
        initiative = self._initiative(content.pop("plan"), content.pop("initiative"))
        today = now.astimezone(initiative.plan.zone).date()
        week = find_week(initiative.plan, content.pop("week", None) or week_code(today))
        write = submit_update if content.pop("submit") else save_draft
        existed = StatusUpdate.objects.filter(initiative=initiative, week=week).exists()
        try:
            update = write(
                initiative=initiative, week=week, content=UpdateContent(**content), by=api_actor(self.user), at=now,
                read=read,
            )  # fmt: skip
        except EditConflict as error:
            return _conflict(error)
        row = self.row(StatusUpdate.objects.filter(pk=update.pk).with_comment_for(self.user))
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


def _read(request: Request, revision: int | None) -> Read:
    """What the program says that it read. Raises `Invalid` naming the header or field."""
    given = UPDATE_FIELDS & set(request.data)
    header = request.headers.get("If-Match")
    if header is None:
        return Read(seen=revision, given=given)
    tag = _TAG.fullmatch(header.strip())
    if tag is None:
        message = _('Write the revision of the row in quotes, such as "1234".')
        raise Invalid(message, fields={"If-Match": message})
    if revision is not None and revision != int(tag[1]):
        message = _("It differs from “If-Match”. Send one of the two.")
        raise Invalid(message, fields={"revision": message})
    return Read(seen=int(tag[1]), given=given, exactly=True)


def _conflict(error: EditConflict) -> HttpResponse:
    """The refusal with both versions of each field."""
    body = {
        **problem(error),
        **({"revision": error.revision} if error.revision else {}),
        "conflicts": [asdict(difference) for difference in error.differences],
    }
    return HttpResponse(json_bytes(body), status=error.status, content_type=PROBLEM)


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
