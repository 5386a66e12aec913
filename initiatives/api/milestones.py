"""Addresses of milestones, and of the dates that they had."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.status import HTTP_201_CREATED

from initiatives.actions.milestones import (
    MilestoneContent,
    NewMilestone,
    add_milestones,
    change_milestone,
    check_milestone,
    move_forecast,
)
from initiatives.api.naming import name_initiatives
from initiatives.datasets import MILESTONE_BASELINES, MILESTONE_FORECASTS, MILESTONES
from initiatives.models import (
    ChangeRequest,
    Evidence,
    Milestone,
    MilestoneBaseline,
    MilestoneDependency,
    MilestoneForecast,
)
from initiatives.serializers import (
    BaselineRow,
    ChangeRequestRow,
    DependentRow,
    EvidenceRow,
    ForecastRow,
    MilestoneWhole,
    NeedsRow,
)
from initiatives.serializers.milestone import ForecastBody, MilestoneBody, MilestoneChanges
from tracker.api import RowsViewSet
from tracker.api_writing import Bodies, WritingViewSet, only, values_of
from tracker.errors import Refused, RowsRefused
from tracker.http import api_actor
from tracker.idempotency import once
from tracker.preconditions import seen_revision
from tracker.writing import refusals


class MilestoneBaselineViewSet(RowsViewSet):
    """Dates that were approved for milestones. A new one comes from a change request."""

    dataset = MILESTONE_BASELINES


class MilestoneForecastViewSet(RowsViewSet):
    """Dates on which milestones were expected. A forecast is moved at its milestone."""

    dataset = MILESTONE_FORECASTS


class MilestoneViewSet(WritingViewSet):
    """Milestones, with what was promised, what is expected and what came of it."""

    dataset = MILESTONES
    detail_class = MilestoneWhole
    body_class = MilestoneBody
    http_method_names = ["get", "head", "post", "patch"]

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

    def make(self, bodies: Bodies, refused: dict[int, Refused], *, at: datetime) -> Sequence[Milestone]:
        """New milestones, each with its first forecast."""
        by = api_actor(self.user)
        initiatives = name_initiatives(bodies, refused, user=self.user)
        drafts = {
            index: NewMilestone(
                initiative=initiative, forecast_on=bodies[index].pop("forecast_on", None),
                content=MilestoneContent(**bodies[index]),
            )
            for index, initiative in initiatives.items()
        }  # fmt: skip
        if refused:
            raise RowsRefused(refused | refusals(drafts, partial(check_milestone, by=by)))
        return add_milestones(drafts=list(drafts.values()), by=by, at=at)

    @extend_schema(request=MilestoneChanges, responses=MilestoneWhole)
    def partial_update(self, request: Request, **kwargs: str) -> HttpResponse:
        """Changes fields of the milestone as it was at the revision that `If-Match` names.

        What others changed since in other fields is kept. Where they changed the same fields otherwise, nothing is
        written: 412 `edit_conflict`, with what you saw, what is stored and what you sent in `conflicts`.
        """
        now = timezone.now()
        milestone = self._milestone(kwargs["pk"])
        seen = seen_revision(request)
        changes = values_of(MilestoneChanges, request, partial=True)
        reason = changes.pop("reason", "")
        with transaction.atomic():
            changed = change_milestone(
                milestone=milestone, changes=changes, seen=seen, reason=reason, by=api_actor(self.user), at=now
            )
            [row] = self.rows([changed])
            return self.shown({**row, **self.more(row)})

    @extend_schema(
        request=ForecastBody, responses={201: OpenApiResponse(ForecastRow, "The forecast that is now in force.")}
    )
    @action(detail=True, methods=["post"])
    @once
    def forecasts(self, request: Request, **kwargs: str) -> HttpResponse:
        """Moves the forecast of the milestone; the dates expected before stay on record."""
        now = timezone.now()
        milestone = self._milestone(kwargs["pk"])
        body = values_of(ForecastBody, request)
        forecast = move_forecast(
            milestone=milestone, to=body["forecast_on"], reason=body["reason"], seen=body.get("seen"),
            by=api_actor(self.user), at=now,
        )  # fmt: skip
        answer = self.json(ForecastRow.read(MilestoneForecast.objects.filter(pk=forecast.pk))[0], HTTP_201_CREATED)
        answer["X-Revision"] = str(forecast.revision)
        return answer

    def _milestone(self, key: str) -> Milestone:
        rows = Milestone.objects.visible_to(self.user).select_related("initiative__plan", "initiative__pillar__plan")
        return only(rows, key)
