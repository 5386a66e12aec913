"""Addresses of targets and of what is observed."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime
from functools import partial

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request

from initiatives.actions.observations import (
    NewObservation,
    ObservationContent,
    ReadingContent,
    check_observation,
    correct_observation,
    record_observations,
    restate_observation,
)
from initiatives.actions.targets import NewTarget, TargetContent, check_target, set_targets
from initiatives.api.naming import name_indicators, name_places
from initiatives.datasets import OBSERVATIONS, TARGETS
from initiatives.models import Observation, Target
from initiatives.serializers import ObservationRow
from initiatives.serializers.indicator_writing import ObservationBody, SupersedingBody, TargetBody
from tracker.api_writing import Bodies, WritingViewSet, only, values_of
from tracker.errors import Refused, RowsRefused
from tracker.http import api_actor
from tracker.idempotency import once
from tracker.writing import refusals

RECORDED = OpenApiResponse(ObservationRow, "The observation that stands now.")


class TargetViewSet(WritingViewSet):
    """Targets, each version a row of its own."""

    dataset = TARGETS
    body_class = TargetBody

    def make(self, bodies: Bodies, refused: dict[int, Refused], *, at: datetime) -> Sequence[Target]:
        """Targets, or next versions of those that are there."""
        by = api_actor(self.user)
        indicators = name_indicators(bodies, refused, user=self.user)
        drafts = {
            index: NewTarget(
                indicator=indicator, seen=bodies[index].pop("seen", None), content=TargetContent(**bodies[index])
            )
            for index, indicator in indicators.items()
        }
        if refused:
            raise RowsRefused(refused | refusals(drafts, partial(check_target, by=by, at=at)))
        return set_targets(drafts=list(drafts.values()), by=by, at=at)


class ObservationViewSet(WritingViewSet):
    """What was observed: corrections and restatements are rows beside what they supersede."""

    dataset = OBSERVATIONS
    body_class = ObservationBody

    def make(self, bodies: Bodies, refused: dict[int, Refused], *, at: datetime) -> Sequence[Observation]:
        """First observations of their periods and places."""
        by = api_actor(self.user)
        indicators = name_indicators(bodies, refused, user=self.user)
        places = name_places(bodies, refused)
        drafts = {
            index: NewObservation(
                indicator=indicators[index],
                content=ObservationContent(
                    period_start=bodies[index].pop("period_start"), period_end=bodies[index].pop("period_end"),
                    place=places.get(index), reading=ReadingContent(**bodies[index]),
                ),
            )
            for index in bodies
            if index not in refused
        }  # fmt: skip
        if refused:
            raise RowsRefused(refused | refusals(drafts, partial(check_observation, by=by, at=at)))
        return record_observations(drafts=list(drafts.values()), by=by, at=at)

    @extend_schema(request=SupersedingBody, responses={201: RECORDED})
    @action(detail=True, methods=["post"])
    @once
    def correction(self, request: Request, **kwargs: str) -> HttpResponse:
        """What was recorded was wrong: a new row says what is right, and both stay. A value of the wrong period is
        corrected to `not_available`, and recorded for the right one."""
        return self._supersede(request, kwargs["pk"], correct_observation)

    @extend_schema(request=SupersedingBody, responses={201: RECORDED})
    @action(detail=True, methods=["post"])
    @once
    def restatement(self, request: Request, **kwargs: str) -> HttpResponse:
        """The source itself says something else now: a new row says what, and both stay."""
        return self._supersede(request, kwargs["pk"], restate_observation)

    def _supersede(self, request: Request, key: str, write: Callable[..., Observation]) -> HttpResponse:
        now = timezone.now()
        rows = Observation.objects.visible_to(self.user).select_related(
            "indicator__plan", "indicator__pillar__plan", "indicator__initiative__plan",
            "indicator__initiative__pillar__plan", "place",
        )  # fmt: skip
        observation = only(rows, key)
        body = values_of(SupersedingBody, request)
        reason = body.pop("reason")
        recorded = {field.name: getattr(observation, field.name) for field in fields(ReadingContent)}
        reading = ReadingContent(**recorded | body)
        return self.created(
            write(observation=observation, reading=reading, reason=reason, by=api_actor(self.user), at=now)
        )
