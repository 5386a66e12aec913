"""The brief as a file: PDF, Word, Excel; each from the sealed payload alone."""

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache
from threading import Lock
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
from tracker.etags import has, program
from tracker.http import SignedInRequest
from tracker.letters import absolute

_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMS: dict[str, tuple[str, Callable[[Brief], bytes]]] = {
    "pdf": ("application/pdf", make_pdf),
    "docx": (f"{_OFFICE}.wordprocessingml.document", make_docx),
    "xlsx": (f"{_OFFICE}.spreadsheetml.sheet", make_xlsx),
}
_KEPT = 32  # files of at most some tens of kilobytes: the newest rollup in each form and language, and some more
_MAKING: dict[tuple[object, ...], Lock] = {}


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
        return _tagged(HttpResponseNotModified(), tag)
    kind, _maker = FORMS[form]
    try:
        asked = (found.pk, found.sha256, form, language, address)
        # Of many who ask for it at once one makes it, and the others wait for that.
        with _MAKING.setdefault(asked, Lock()):
            content = _made(*asked)
    except NoRenderer:
        messages.warning(
            request,
            _(
                "This server cannot make PDF files: a library of its system (Pango) is missing. Print this page "
                "instead; what is on paper is the same rollup."
            ),
        )
        return redirect(found.get_absolute_url())
    name = pgettext("file name", "brief")
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{found.code}-{name}-{language}.{form}"'
    return _tagged(answer, tag)


@lru_cache(maxsize=_KEPT)
def _made(pk: int, sha256: str, form: str, language: str, address: str) -> bytes:
    """The file, made once: what is sealed never changes, and a mail sends many to it at the same hour. Raises
    `NoRenderer`."""
    payload = WeeklyRollup.objects.values_list("payload", flat=True).get(pk=pk, sha256=sha256)
    _kind, make = FORMS[form]
    return make(brief_of(json.loads(payload), sha256=sha256, address=address))


def _tag(sha256: str, form: str, address: str) -> str:
    """The `ETag`: the seal, and the program, of which another release may write it otherwise. The address holds the
    language."""
    return f'"{hashlib.sha256(repr((sha256, form, address, program())).encode()).hexdigest()[:32]}"'


def _tagged(answer: HttpResponse, tag: str) -> HttpResponse:
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    return answer
