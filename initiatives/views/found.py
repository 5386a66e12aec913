"""What the writing pages look up first: 404 for what one may not see, 403 for what one may not do."""

from typing import cast

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from initiatives.models import Initiative
from tracker.errors import NotAllowed
from tracker.filters import refuse_unknown
from tracker.http import SignedInRequest
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
