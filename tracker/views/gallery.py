"""All charts on one page, in the states that are hard to draw: for developers and administrators."""

from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tracker.charts.samples import samples
from tracker.errors import NotAllowed
from tracker.filters import refuse_unknown
from tracker.models import User
from tracker.rules import EVERYWHERE, Permission


@login_required
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Invented figures only, so that it shows nothing that is anybody's; yet it is of no use to most, so it is for
    administrators, and for everybody where the site runs for development."""
    refuse_unknown(request.GET, {"as_of"})
    user = cast(User, request.user)
    if not settings.DEBUG and not user.may(Permission.MANAGE_PEOPLE, [EVERYWHERE]):
        raise NotAllowed(_("Your roles do not allow this here. Ask the plan's administrator for a role that does."))
    return render(request, "tracker/gallery.html", {"samples": samples()})
