"""What waits for the reader's decision, for the review queue."""

from dataclasses import dataclass
from typing import Any, cast

from django import template
from django.template import Context

from initiatives.aggregates.change_requests import Asked, SeenEffect, effects
from initiatives.forms_milestones import DecisionForm
from initiatives.models import ChangeRequest
from pillars.models import Plan
from tracker.http import SignedInRequest
from tracker.pages import shown_instant
from tracker.rules import Permission

register = template.Library()


@dataclass(frozen=True)
class Waiting:
    """A request, what it would do, and the form to decide on it; `own` is decided by somebody else."""

    asked: ChangeRequest
    seen: SeenEffect
    form: DecisionForm
    own: bool

    @property
    def label(self) -> str:
        """Initiative and milestone."""
        return f"{self.asked.milestone.initiative.code} {self.asked.milestone.code}"


@register.simple_tag(takes_context=True)
def waiting_requests(context: Context, plan: Plan) -> list[Waiting]:
    """Undecided requests of the plan where the reader may decide, oldest first."""
    request = cast(SignedInRequest, cast(Any, context).request)
    user = request.user
    rows = ChangeRequest.objects.visible_to(user).undecided().filter(milestone__initiative__plan=plan).for_list()
    mine = [
        row
        for row in rows.order_by("requested_at", "pk")
        if user.may(Permission.DECIDE_BASELINE, row.milestone.initiative.scopes)
    ]
    on = plan.day(shown_instant(request))
    found = effects([Asked(row.milestone, row.date) for row in mine], on=on, user=user)
    return [
        Waiting(row, seen, DecisionForm(auto_id=f"id_request_{row.pk}_%s"), row.requested_by_id == user.pk)
        for row, seen in zip(mine, found, strict=True)
    ]
