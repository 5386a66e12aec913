"""The brief as a file: PDF, Word, Excel; each from the sealed payload alone."""

import hashlib
import json
from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports.brief import Brief, brief_of
from reports.brief.docx import make_docx
from reports.brief.pdf import NoRenderer, make_pdf
from reports.brief.xlsx import make_xlsx
from reports.models import WeeklyRollup
from reports.views.asked import refuse_others
from tracker.errors import TooManyRequests
from tracker.etags import has, program, tagged
from tracker.exports import RETRY_SECONDS
from tracker.http import SignedInRequest
from tracker.letters import absolute
from tracker.models import User
from tracker.sending import Seat
from tracker.valkey import Store

_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMS: dict[str, tuple[str, Callable[[Brief], bytes]]] = {
    "pdf": ("application/pdf", make_pdf),
    "docx": (f"{_OFFICE}.wordprocessingml.document", make_docx),
    "xlsx": (f"{_OFFICE}.spreadsheetml.sheet", make_xlsx),
}
KEPT = 60 * 60  # seconds; a mail sends many to the same file at the same hour
BRIEFS = Store("brief", "each brief is made anew")


@login_required
@require_safe
def brief(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The brief of one rollup in the page's language. Where this server cannot make a PDF, back to the page, which
    prints."""
    refuse_others(request)
    user = cast(SignedInRequest, request).user
    found = WeeklyRollup.objects.visible_to(user).filter(code=code).defer("payload").first()
    if found is None:
        raise Http404
    language = get_language() or "en"
    address = absolute(found.get_absolute_url())
    tag = _tag(found.sha256, form, address)
    if has(tag, request.headers.get("If-None-Match", "")):
        return tagged(HttpResponseNotModified(), tag)
    kind, _maker = FORMS[form]
    try:
        name = tag.strip('"')
        content = BRIEFS.get(name) or _made(name, found, form, address=address, user=user)
    except NoRenderer:
        messages.warning(
            request,
            _(
                "This server cannot make PDF files: a library of its system (Pango) is missing. Print this page "
                "instead; what is on paper is the same rollup."
            ),
        )
        return redirect(found.get_absolute_url())
    title = pgettext("file name", "brief")
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{found.code}-{title}-{language}.{form}"'
    return tagged(answer, tag)


def _made(name: str, rollup: WeeklyRollup, form: str, *, address: str, user: User) -> bytes:
    """The file, made anew. Whoever makes one, or waits for another's, takes a seat of those for files on their way:
    however many are asked for, pages find a thread. Raises `NoRenderer`, and `TooManyRequests` without a seat."""
    seat = Seat.take(user.pk)
    if seat is None:
        message = _("Too many files are being sent. Try again in a few seconds.")
        raise TooManyRequests(message, seconds=RETRY_SECONDS)
    _kind, make = FORMS[form]

    def made() -> bytes:
        return make(brief_of(json.loads(rollup.payload), sha256=rollup.sha256, address=address))

    with seat:
        return BRIEFS.get_or_make(name, made, seconds=KEPT)


def _tag(sha256: str, form: str, address: str) -> str:
    """The `ETag`: the seal, and the program, of which another release may write it otherwise. The address holds the
    language."""
    return f'"{hashlib.sha256(repr((sha256, form, address, program())).encode()).hexdigest()[:32]}"'
