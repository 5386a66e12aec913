"""Addresses of what milestones wait for."""

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.status import HTTP_204_NO_CONTENT

from initiatives.actions.dependencies import add_dependency, remove_dependency
from initiatives.api.naming import the_initiative, the_milestone
from initiatives.datasets import MILESTONE_DEPENDENCIES
from initiatives.models import MilestoneDependency
from initiatives.serializers import MilestoneDependencyRow
from initiatives.serializers.evidence import WithdrawalBody
from initiatives.serializers.milestone_facts import MilestoneDependencyBody
from tracker.api_writing import WrittenViewSet, only, values_of
from tracker.http import api_actor
from tracker.idempotency import once
from tracker.timemachine import head


class MilestoneDependencyViewSet(WrittenViewSet):
    """What milestones wait for. A dependency shows to those who see both of its ends."""

    dataset = MILESTONE_DEPENDENCIES

    @extend_schema(
        request=MilestoneDependencyBody, responses={201: OpenApiResponse(MilestoneDependencyRow, "The dependency.")}
    )
    @once
    def create(self, request: Request) -> HttpResponse:
        """A milestone cannot be met before another is. A circle is refused, and named."""
        now = timezone.now()
        body = values_of(MilestoneDependencyBody, request)
        beyond = {"plan": body["plan"], "needs_initiative": body.pop("needs_initiative", body["initiative"])}
        initiative = the_initiative(body, user=self.user)
        other = the_initiative(beyond, user=self.user, field="needs_initiative")
        made = add_dependency(
            milestone=the_milestone(body["milestone"], initiative=initiative),
            needs=the_milestone(body["needs"], initiative=other, field="needs"),
            note=body["note"], by=api_actor(self.user), at=now,
        )  # fmt: skip
        return self.created(made)

    @extend_schema(request=WithdrawalBody, responses={204: OpenApiResponse(description="It is removed.")})
    @action(detail=True, methods=["post"])
    @once
    def removal(self, request: Request, **kwargs: str) -> HttpResponse:
        """It waits for that one no more; the history keeps that it did, and why it ended."""
        now = timezone.now()
        rows = MilestoneDependency.objects.visible_to(self.user).select_related(
            "milestone__initiative__plan", "milestone__initiative__pillar__plan", "needs__initiative"
        )
        dependency = only(rows, kwargs["pk"])
        body = values_of(WithdrawalBody, request)
        remove_dependency(dependency=dependency, reason=body["reason"], by=api_actor(self.user), at=now)
        answer = HttpResponse(status=HTTP_204_NO_CONTENT)
        answer["X-Revision"] = str(head())
        return answer
