"""Addresses of status updates."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request

from initiatives.actions.decisions import approve_update, return_update
from initiatives.actions.updates import UPDATE_FIELDS, Read, UpdateContent, save_draft, submit_update
from initiatives.api.naming import the_initiative
from initiatives.datasets import STATUS_UPDATES
from initiatives.models import StatusUpdate
from initiatives.serializers import ApprovalBody, ReturnBody, StatusUpdateBody, StatusUpdateRow
from pillars.actions import find_week
from pillars.rules import week_code
from tracker.api_writing import IF_MATCH, WrittenViewSet, only, values_of
from tracker.errors import Invalid, PreconditionRequired
from tracker.http import PROBLEM, api_actor
from tracker.idempotency import once
from tracker.models import User
from tracker.preconditions import HEADER, seen_revision
from tracker.serializers import ProblemSerializer
from tracker.timemachine import database_time

SEEN = OpenApiParameter(
    HEADER, IF_MATCH.type, OpenApiParameter.HEADER,
    description="The revision at which you read the update, as its `ETag` or `revision` says it; needed when the week "
    "has an update already.",
)  # fmt: skip


DECIDED: dict[object, OpenApiResponse] = {
    200: OpenApiResponse(StatusUpdateRow, "The update, decided."),
    (412, PROBLEM): OpenApiResponse(ProblemSerializer, "The update is not what `If-Match` says you read."),
    (428, PROBLEM): OpenApiResponse(ProblemSerializer, "`If-Match` is missing."),
}


class StatusUpdateViewSet(WrittenViewSet):
    """Status updates, in the order of recording. Drafts show only to those who may write or decide them."""

    dataset = STATUS_UPDATES

    @extend_schema(
        request=StatusUpdateBody,
        responses={
            201: OpenApiResponse(StatusUpdateRow, "The update, made by this request."),
            200: OpenApiResponse(StatusUpdateRow, "The update of the week, which was there and is now this one."),
            (412, PROBLEM): OpenApiResponse(
                ProblemSerializer, "Somebody changed the same fields since the revision that `If-Match` names."
            ),
            (428, PROBLEM): OpenApiResponse(
                ProblemSerializer, "The week has an update already, and `If-Match` does not say which one you read."
            ),
        },
        parameters=[SEEN],
    )
    @once
    def create(self, request: Request) -> HttpResponse:
        """Write the status update of an initiative for a week: submitted to its reviewer, or kept as a draft.

        May be repeated until the update is approved or the week locks. Fields left out keep what is stored. When the
        week has an update already, `If-Match` says which one you read: what others changed since in other fields is
        kept. Where they changed the same field otherwise, nothing is written (412).
        """
        now = database_time()
        content = values_of(StatusUpdateBody, request)
        read = Read(
            seen=seen_revision(request) if HEADER in request.headers else None, given=UPDATE_FIELDS & set(request.data)
        )
        initiative = the_initiative(content, user=self.user)
        today = now.astimezone(initiative.plan.zone).date()
        week = find_week(initiative.plan, content.pop("week", None) or week_code(today))
        write = submit_update if content.pop("submit") else save_draft
        existed = StatusUpdate.objects.filter(initiative=initiative, week=week).exists()
        try:
            update = write(
                initiative=initiative, week=week, content=UpdateContent(**content), by=api_actor(self.user), at=now,
                read=read,
            )  # fmt: skip
        except PreconditionRequired as error:
            raise PreconditionRequired(error.message, fields={HEADER: error.message}) from error
        if not existed:
            return self.created(update)
        return self.shown(self.rows([update])[0])

    @extend_schema(request=ApprovalBody, responses=DECIDED, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    @once
    def approve(self, request: Request, **kwargs: str) -> HttpResponse:
        """Approves a submitted update, for good. Nobody approves what they had a hand in (`own_update`)."""
        found, seen = self._update(kwargs["pk"]), seen_revision(request)
        body = values_of(ApprovalBody, request)
        decided = approve_update(
            update=found, by=api_actor(self.user), at=database_time(), seen=seen,
            on_behalf_of=_person(body["on_behalf_of"]),
        )  # fmt: skip
        return self.shown(self.rows([decided])[0])

    @extend_schema(request=ReturnBody, responses=DECIDED, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    @once
    def give_back(self, request: Request, **kwargs: str) -> HttpResponse:
        """Returns a submitted update to its author, saying what should change."""
        found, seen = self._update(kwargs["pk"]), seen_revision(request)
        body = values_of(ReturnBody, request)
        decided = return_update(
            update=found, comment=body["comment"], by=api_actor(self.user), at=database_time(), seen=seen,
            on_behalf_of=_person(body["on_behalf_of"]),
        )  # fmt: skip
        return self.shown(self.rows([decided])[0])

    def _update(self, key: str) -> StatusUpdate:
        return only(StatusUpdate.objects.visible_to(self.user).for_list(), key)


def _person(account: str) -> User | None:
    """The person of that account, if one is named. Raises `Invalid`: whether the account is there is not told."""
    if not account:
        return None
    found = User.objects.filter(username=account).first()
    if found is None:
        message = _("Name another person who is a pillar lead here.")
        raise Invalid(message, fields={"on_behalf_of": message}, code="not_a_lead")
    return found
