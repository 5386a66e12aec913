"""What the writing pages look up first: 404 for what one may not see, 403 for what one may not do."""

from typing import Any, cast

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from initiatives.models import Initiative
from pillars.models import Plan, ReportingWeek
from tracker.errors import NotAllowed
from tracker.filters import refuse_unknown
from tracker.http import SignedInRequest
from tracker.models import User
from tracker.pages import shown_instant
from tracker.rules import Permission


def found_initiative(request: HttpRequest, plan: str, code: str, *, to: Permission) -> Initiative:
    """The initiative, if the person sees it and may do that there."""
    user = cast(SignedInRequest, request).user
    initiative = Initiative.objects.visible_to(user).for_list().filter(plan__code=plan, code=code).first()
    if initiative is None:
        raise Http404
    if not user.may(to, initiative.scopes):
        raise NotAllowed(_("Your roles let you read this initiative, not change it."))
    return initiative


def refuse_others(request: HttpRequest, *also: str) -> None:
    """Raise `Invalid` for a parameter that the page does not read."""
    refuse_unknown(request.GET, {"as_of", *also})


def refuse_past(request: HttpRequest) -> None:
    """A form is not offered for a moment that cannot be changed."""
    moment = getattr(request, "moment", None)
    if moment is not None and not moment.live:
        raise NotAllowed(_("This page shows the past, which cannot be changed. Return to now first."))


def found_plan(request: HttpRequest, code: str) -> Plan:
    """The plan, if the person sees it. Raises `Http404`."""
    found = Plan.objects.visible_to(cast(SignedInRequest, request).user).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def shown_week(request: HttpRequest, plan: Plan) -> dict[str, Any]:
    """The reporting week that holds the day that the page shows, and where it stands."""
    at = shown_instant(request)
    week = ReportingWeek.objects.filter(plan=plan).holding(plan.day(at)).first()
    return {"week": week, "state": week.state(at=at) if week else None}


def permitted_somewhere(user: User, permission: Permission, plan: Plan) -> bool:
    """Whether some grant of the person permits that somewhere in the plan."""
    scopes = {scope for _role, scope in user.access.grants if scope.partition("/")[0] in ("", plan.code)}
    return user.may(permission, scopes)
