"""Per-request ground rules: the content security policy, the reader's moment in time, refusals as pages."""

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from tracker.errors import BadMoment, Conflict, Invalid, Refused
from tracker.http import SignedInRequest, bears_token, refusal, token_of, wants_problem
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
WRITING = ("POST", "PUT", "PATCH", "DELETE")


def content_security_policy(get_response: GetResponse) -> GetResponse:
    """Nothing is loaded from another host, and no script or style is written into a page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return middleware


def preferences(get_response: GetResponse) -> GetResponse:
    """Language: the address says it; where it says none (`/`, the API), the account of session or token does, else the
    browser's cookie.

    The cookie remembers the language of the last page read.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        named = translation.get_language_from_path(request.path_info)
        chosen = "" if named else _own_language(request)
        if chosen:
            translation.activate(chosen)
        response = get_response(request)
        if named and request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) != named:
            remember(response, settings.LANGUAGE_COOKIE_NAME, named)
        return response

    return middleware


def _own_language(request: HttpRequest) -> str:
    """That of the account behind token or session; empty where there is none."""
    if wants_problem(request) and bears_token(request):
        token = token_of(request)
        return token.user.language if token else ""
    return getattr(request.user, "language", "")


def remember(response: HttpResponse, name: str, value: str) -> None:
    """A preference of this browser, for a year."""
    response.set_cookie(
        name, value, max_age=settings.LANGUAGE_COOKIE_AGE, secure=settings.SECURE, httponly=True, samesite="Lax"
    )


def whole_text(get_response: GetResponse) -> GetResponse:
    """PostgreSQL keeps no NUL in text, so a page's address with one names nothing. The API says which part is at fault
    by itself."""

    def middleware(request: HttpRequest) -> HttpResponse:
        broken = "\0" in request.path_info or "%00" in request.META["QUERY_STRING"]
        if broken and not wants_problem(request):
            message = translation.gettext("The address holds a character that no text can hold (NUL). Take it out.")
            return refusal(request, Invalid(message, code="bad_address"))
        return get_response(request)

    return middleware


def time_travel(get_response: GetResponse) -> GetResponse:
    """Every GET sees one unchanging revision: the head, or the one that `?as_of=` names. `request.moment` says which.

    Reads cannot write; what they have to leave behind they put into `request.afterwards`, which is called when the
    reading is over and before the answer goes out. Writes cannot travel.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(UNTIMED):
            return get_response(request)
        text = request.GET.get("as_of", "").strip()
        now = timezone.now()
        timed = cast(SignedInRequest, request)
        if len(request.GET.getlist("as_of")) > 1:
            message = translation.gettext("Given more than once.")
            return refusal(request, BadMoment(message, fields={"as_of": message}))
        if request.method not in SAFE:
            # The API says so itself, once it is clear that there is such a write at all.
            travels = text and request.method in WRITING and not wants_problem(request)
            return refusal(request, past_is_read_only()) if travels else get_response(request)
        # Asked for before the reading begins: a session that its account's new password ended is deleted by that.
        bool(request.user.is_authenticated)
        timed.afterwards = []
        if not text:
            with reading() as revision:
                timed.moment = live(revision=revision, now=now)
                response = get_response(request)
        else:
            try:
                moment = timed.moment = resolve(text, now=now)
            except BadMoment as error:
                return refusal(request, error)
            with as_of(moment.revision):
                response = get_response(request)
        for write in timed.afterwards:
            write()
        return response

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
