"""Addresses of requests for new baselines."""

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request

from initiatives.actions.change_requests import ask_baseline, decide_request, withdraw_request
from initiatives.api.naming import the_initiative, the_milestone
from initiatives.choices import Decision
from initiatives.datasets import CHANGE_REQUESTS
from initiatives.models import ChangeRequest
from initiatives.serializers import ChangeRequestRow
from initiatives.serializers.milestone_facts import ChangeRequestBody, DecisionBody
from tracker.api_writing import IF_MATCH, WrittenViewSet, only, values_of
from tracker.http import PROBLEM, api_actor
from tracker.idempotency import once
from tracker.preconditions import seen_revision
from tracker.serializers import ProblemSerializer, StrictSerializer


class NothingMore(StrictSerializer):
    """An empty object."""


class ChangeRequestViewSet(WrittenViewSet):
    """Requests for new baselines, newest first; `decision` is null while one waits."""

    dataset = CHANGE_REQUESTS

    @extend_schema(
        request=ChangeRequestBody, responses={201: OpenApiResponse(ChangeRequestRow, "The request, which waits.")}
    )
    @once
    def create(self, request: Request) -> HttpResponse:
        """Asks that a milestone be measured against another date. A milestone has one such request at a time."""
        now = timezone.now()
        body = values_of(ChangeRequestBody, request)
        milestone = the_milestone(body["milestone"], initiative=the_initiative(body, user=self.user))
        made = ask_baseline(
            milestone=milestone, to=body["date"], dollars=body["dollars"], reason=body["reason"],
            by=api_actor(self.user), at=now,
        )  # fmt: skip
        return self.created(made)

    @extend_schema(
        request=DecisionBody,
        responses={
            200: OpenApiResponse(ChangeRequestRow, "The request, decided."),
            (412, PROBLEM): OpenApiResponse(ProblemSerializer, "The request is not what `If-Match` says you read."),
            (428, PROBLEM): OpenApiResponse(ProblemSerializer, "`If-Match` is missing."),
        },
        parameters=[IF_MATCH],
    )
    @action(detail=True, methods=["post"])
    @once
    def decision(self, request: Request, **kwargs: str) -> HttpResponse:
        """Approves or refuses, for good: what is approved becomes the next baseline. Nobody decides on their own."""
        now = timezone.now()
        found = self._request(kwargs["pk"])
        seen = seen_revision(request)
        body = values_of(DecisionBody, request)
        decided = decide_request(
            request=found, decision=Decision(body["decision"]), comment=body["comment"], seen=seen,
            by=api_actor(self.user), at=now,
        )  # fmt: skip
        return self.shown(self.rows([decided])[0])

    @extend_schema(request=NothingMore, responses={200: OpenApiResponse(ChangeRequestRow, "The request, withdrawn.")})
    @action(detail=True, methods=["post"])
    @once
    def withdrawal(self, request: Request, **kwargs: str) -> HttpResponse:
        """Takes one's own request back before it is decided; it stays on record."""
        now = timezone.now()
        found = self._request(kwargs["pk"])
        values_of(NothingMore, request)
        return self.shown(self.rows([withdraw_request(request=found, by=api_actor(self.user), at=now)])[0])

    def _request(self, key: str) -> ChangeRequest:
        return only(ChangeRequest.objects.visible_to(self.user).for_list(), key)
