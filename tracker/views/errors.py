"""Pages for requests that cannot be served."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from tracker.http import PROBLEM, json_bytes, wants_problem


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was not sent from this site's own page, or the page was open too long."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours. Asks nothing of database or session, which may be what failed."""
    if wants_problem(request):
        title = _("Something went wrong here. The fault was recorded.")
        body = {"type": "about:blank", "title": title, "status": 500, "code": "server_error"}
        return HttpResponse(json_bytes(body), status=500, content_type=PROBLEM)
    return HttpResponse(render_to_string("500.html"), status=500)
