"""Per-request ground rules: the content security policy, the reader's moment in time, refusals as pages."""

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from tracker.errors import BadMoment, Conflict, Refused
from tracker.http import SignedInRequest, refusal, wants_problem
from tracker.timemachine import as_of, reading
from tracker.timemachine.moments import live, resolve

GetResponse = Callable[[HttpRequest], HttpResponse]

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
UNTIMED = ("/health/", "/static/")
SAFE = ("GET", "HEAD", "OPTIONS")


def content_security_policy(get_response: GetResponse) -> GetResponse:
    """Nothing is loaded from another host, and no script or style is written into a page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return middleware


def preferences(get_response: GetResponse) -> GetResponse:
    """Language: the address says it; where it says none (`/`, the API), the account does, else the browser's cookie.

    The cookie remembers the language of the last page read.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        named = translation.get_language_from_path(request.path_info)
        chosen = "" if named else getattr(request.user, "language", "")
        if chosen:
            translation.activate(chosen)
        response = get_response(request)
        if named and request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) != named:
            remember(response, settings.LANGUAGE_COOKIE_NAME, named)
        return response

    return middleware


def remember(response: HttpResponse, name: str, value: str) -> None:
    """A preference of this browser, for a year."""
    response.set_cookie(
        name, value, max_age=settings.LANGUAGE_COOKIE_AGE, secure=settings.SECURE, httponly=True, samesite="Lax"
    )


def time_travel(get_response: GetResponse) -> GetResponse:
    """Every GET sees one unchanging revision: the head, or the one that `?as_of=` names. `request.moment` says which.

    Reads cannot write. Writes cannot travel.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(UNTIMED):
            return get_response(request)
        text = request.GET.get("as_of", "").strip()
        now = timezone.now()
        timed = cast(SignedInRequest, request)
        if request.method not in SAFE:
            return refusal(request, past_is_read_only()) if text else get_response(request)
        if not text:
            with reading() as revision:
                timed.moment = live(revision=revision, now=now)
                return get_response(request)
        try:
            moment = timed.moment = resolve(text, now=now)
        except BadMoment as error:
            return refusal(request, error)
        with as_of(moment.revision):
            return get_response(request)

    return middleware


def past_is_read_only() -> Conflict:
    """What a write that names a past moment is told."""
    message = translation.gettext("The past cannot be changed. Send the same without “as_of”.")
    return Conflict(message, fields={"as_of": message}, code="past_is_read_only")


class RefusalMiddleware:
    """A refusal that no view turned into something better is still a clear answer, not a failure."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn a `Refused` into its page or problem document."""
        if isinstance(exception, Refused) and not wants_problem(request):
            return refusal(request, exception)
        return None
