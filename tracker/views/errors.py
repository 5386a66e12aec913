"""Pages for requests that cannot be served."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from tracker.http import PROBLEM, json_bytes, wants_problem


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was not sent from this site's own page, or the page was open too long."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours, or a database that is away: the same request may then be sent again. Asks nothing of database or
    session, which may be what failed."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return _away(request)
    if wants_problem(request):
        title = _("Something went wrong here. The fault was recorded.")
        body = {"type": "about:blank", "title": title, "status": 500, "code": "server_error"}
        return HttpResponse(json_bytes(body), status=500, content_type=PROBLEM)
    return HttpResponse(render_to_string("500.html"), status=500)


def _away(request: HttpRequest) -> HttpResponse:
    headers = {"Retry-After": "5"}
    if wants_problem(request):
        title = _("The database is away. Nothing was saved; send the request again in a few seconds.")
        body = {"type": "about:blank", "title": title, "status": 503, "code": "database_away"}
        return HttpResponse(json_bytes(body), status=503, content_type=PROBLEM, headers=headers)
    return HttpResponse(render_to_string("503.html"), status=503, headers=headers)
