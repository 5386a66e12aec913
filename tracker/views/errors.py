"""Pages for requests that cannot be served."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was not sent from this site's own page, or the page was open too long."""
    return render(request, "403_csrf.html", status=403)
