"""The list of revisions, and the accessibility statement."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tracker.errors import Invalid
from tracker.filters import refuse_unknown
from tracker.models import Revision, User
from tracker.pages import Page, linked
from tracker.permissions import knows_why

SIZE = 50


@login_required
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """Every revision, newest first: who, when, why, by which way; what nobody is named for is flagged.

    Who and why are told by `tracker.permissions`.

    `?before=` (a number) turns the pages: revisions are numbered, so a page never shifts while others write.
    """
    refuse_unknown(request.GET, {"as_of", "before"})
    revisions = Revision.objects.for_list()
    before = request.GET.get("before", "")
    if before:
        revisions = revisions.filter(number__lt=_number(before))
    user = cast(User, request.user)
    rows = list(revisions[: SIZE + 1])
    more = len(rows) > SIZE
    page = Page(
        rows=[(row, knows_why(user, row)) for row in rows[:SIZE]],
        total=None,
        next_url=linked(request, before=rows[SIZE - 1].number) if more else None,
        first_url=linked(request, before=None) if before else None,
    )
    unattributed = Revision.objects.unattributed().count()
    context = {"page": page, "unattributed": unattributed, "whole": user.access.everywhere}
    return render(request, "tracker/history.html", context)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 18):  # noqa: PLR2004 - fits a bigint
        message = _("Write the number of a revision.")
        raise Invalid(message, fields={"before": message})
    return int(text)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What we promise to everybody, and how to report a barrier."""
    refuse_unknown(request.GET, {"as_of"})
    return render(request, "tracker/accessibility.html")
