"""Writing milestones and money through the API. Everything passes through the actions."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
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
from initiatives.actions.money import EntryContent, NewEntry, check_entry, record_entries, reverse_entry
from initiatives.models import Initiative, LedgerEntry, Milestone, MilestoneForecast
from initiatives.serializers.milestone import (
    ForecastBody,
    ForecastRow,
    MilestoneBody,
    MilestoneChanges,
    MilestoneDetail,
)
from initiatives.serializers.money import LedgerEntryBody, LedgerEntryRow, ReversalBody
from tracker.api_writing import Bodies, WritingViewSet
from tracker.errors import Invalid, Missing, Refused, RowsRefused
from tracker.http import api_actor
from tracker.idempotency import once
from tracker.models import Organization, User
from tracker.preconditions import seen_revision
from tracker.writing import refusals


def name_initiatives(bodies: Bodies, refused: dict[int, Refused], *, user: User) -> dict[int, Initiative]:
    """Takes `plan` and `initiative` out of each body; the initiatives, by one query, where the person may see them.
    The others join the refused: what may not be seen is not told apart from what is not there."""
    named = {index: (body.pop("plan"), body.pop("initiative")) for index, body in bodies.items()}
    rows = (
        Initiative.objects.visible_to(user)
        .filter(
            plan__code__in={plan for plan, _code in named.values()}, code__in={code for _plan, code in named.values()}
        )
        .select_related("plan", "pillar__plan", "lead")
    )
    found = {(row.plan.code, row.code): row for row in rows}
    for index, (plan, code) in named.items():
        if (plan, code) not in found:
            message = _("There is no initiative “%(scope)s” that you may see.") % {"scope": f"{plan}/{code}"[:60]}
            refused[index] = Missing(message, fields={"initiative": message})
    return {index: found[scope] for index, scope in named.items() if scope in found}


def name_organizations(bodies: Bodies, refused: dict[int, Refused]) -> dict[int, Organization]:
    """Takes `organization` out of each body; the organizations, by one query."""
    named = {index: body.pop("organization") for index, body in bodies.items()}
    found = {row.code: row for row in Organization.objects.filter(code__in=set(named.values()))}
    for index, code in named.items():
        if code not in found:
            message = _("There is no organization “%(code)s”.") % {"code": code[:60]}
            refused.setdefault(index, Invalid(message, fields={"organization": message}))
    return {index: found[code] for index, code in named.items() if code in found}


class MilestoneWriting(WritingViewSet):
    http_method_names = ["get", "head", "post", "patch"]
    body_class = MilestoneBody

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

    @extend_schema(request=MilestoneChanges, responses=MilestoneDetail)
    def partial_update(self, request: Request, **kwargs: str) -> HttpResponse:
        """Changes fields of the milestone as it was at the revision that `If-Match` names.

        What others changed since in other fields is kept. Where they changed the same fields otherwise, nothing is
        written: 412 `stale`, with what you saw, what is stored and what you sent in `conflicts`.
        """
        now = timezone.now()
        milestone = self._milestone(kwargs["pk"])
        seen = seen_revision(request)
        body = MilestoneChanges(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        changes = dict(body.validated_data)
        reason = changes.pop("reason", "")
        with transaction.atomic():
            changed = change_milestone(
                milestone=milestone, changes=changes, seen=seen, reason=reason, by=api_actor(self.user), at=now
            )
            row = self.row(self.get_queryset().filter(pk=changed.pk))
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
        body = ForecastBody(data=request.data)
        body.is_valid(raise_exception=True)
        forecast = move_forecast(
            milestone=milestone, to=body.validated_data["forecast_on"], reason=body.validated_data["reason"],
            by=api_actor(self.user), at=now,
        )  # fmt: skip
        answer = self.json(ForecastRow.read(MilestoneForecast.objects.filter(pk=forecast.pk))[0], HTTP_201_CREATED)
        answer["X-Revision"] = str(forecast.revision)
        return answer

    def _milestone(self, key: str) -> Milestone:
        """The milestone, if the person may see it. Raises `NotFound`: what may not be seen is not told apart."""
        rows = Milestone.objects.visible_to(self.user).select_related("initiative__plan", "initiative__pillar__plan")
        milestone: Milestone = _only(rows, key)
        return milestone


class LedgerEntryWriting(WritingViewSet):
    body_class = LedgerEntryBody

    def make(self, bodies: Bodies, refused: dict[int, Refused], *, at: datetime) -> Sequence[LedgerEntry]:
        """New entries, on their budget lines."""
        by = api_actor(self.user)
        initiatives = name_initiatives(bodies, refused, user=self.user)
        organizations = name_organizations(bodies, refused)
        drafts = {
            index: NewEntry(
                initiative=initiatives[index],
                content=EntryContent(organization=organizations[index], **bodies[index]),
            )
            for index in bodies
            if index not in refused
        }
        if refused:
            raise RowsRefused(refused | refusals(drafts, partial(check_entry, by=by, at=at)))
        return record_entries(drafts=list(drafts.values()), by=by, at=at)

    @extend_schema(request=ReversalBody, responses={201: OpenApiResponse(LedgerEntryRow, "The reversal.")})
    @action(detail=True, methods=["post"])
    @once
    def reversal(self, request: Request, **kwargs: str) -> HttpResponse:
        """Undoes the entry by one of the opposite amount; both stay in the ledger. An entry is reversed once."""
        now = timezone.now()
        rows = LedgerEntry.objects.visible_to(self.user).select_related(
            "line__initiative__plan", "line__initiative__pillar__plan", "line__organization"
        )
        entry: LedgerEntry = _only(rows, kwargs["pk"])
        body = ReversalBody(data=request.data)
        body.is_valid(raise_exception=True)
        reversal = reverse_entry(entry=entry, reason=body.validated_data["reason"], by=api_actor(self.user), at=now)
        return self.shown(self.rows([reversal])[0], status=HTTP_201_CREATED)


def _only(rows: Any, key: str) -> Any:
    found = rows.filter(pk=key).first()
    if found is None:
        raise NotFound(_("Nothing is found here."))
    return found
