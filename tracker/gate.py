"""What a request passes before anything else looks at it: no token in its address, not too many of them, and the use of
its token on record."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_path
from django.utils.translation import gettext as _

from tracker.api_throttle import admit
from tracker.credentials import secrets_in
from tracker.errors import Refused, TooManyRequests
from tracker.http import bears_token, client_address, refusal, token_of, wants_problem
from tracker.tokens import note_use, revoke_leaked

GetResponse = Callable[[HttpRequest], HttpResponse]


class TokenInAddress(Refused):
    """The address holds a token, where histories and logs keep it."""

    code = "token_in_address"


def no_token_in_address(get_response: GetResponse) -> GetResponse:
    """A token that comes in an address is revoked at once, whatever the address: by then it stands in others' logs.
    Neither the refusal nor our own log repeats it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        found = [*secrets_in(request.META["QUERY_STRING"]), *secrets_in(request.path_info)]
        if not found:
            return get_response(request)
        for secret in found:
            revoke_leaked(secret, address=client_address(request), at=timezone.now())
        forget_address(request)
        message = _(
            "A token must not stand in an address: histories and logs keep it. It can be used no more. Make another, "
            "and send it in the header “Authorization”."
        )
        return _private(refusal(request, TokenInAddress(message)))

    return middleware


def forget_address(request: HttpRequest) -> None:
    """Leave nothing of the address to what answers it and to the log, but whether a page or the API was asked."""
    language = get_language_from_path(request.path_info)
    bare = "/api/" if wants_problem(request) else f"/{language}/" if language else "/"
    request.path = request.path_info = request.META["PATH_INFO"] = bare
    request.META["QUERY_STRING"], request.GET = "", QueryDict()
    for name in ("RAW_URI", "REQUEST_URI", "HTTP_REFERER"):
        request.META.pop(name, None)


def throttle(get_response: GetResponse) -> GetResponse:
    """The API answers each sender so many times a minute."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if wants_problem(request):
            try:
                admit(request)
            except TooManyRequests as error:
                return _private(refusal(request, error))
        return get_response(request)

    return middleware


def token_use(get_response: GetResponse) -> GetResponse:
    """When a token was last used, and from where, is kept before the reading begins, which could not write it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if wants_problem(request) and bears_token(request):
            token, now = token_of(request), timezone.now()
            if token is not None and token.note_due(at=now):
                note_use(token, address=client_address(request), at=now)
        return get_response(request)

    return middleware


def _private(answer: HttpResponse) -> HttpResponse:
    """As the API's answers are kept out of shared caches."""
    patch_vary_headers(answer, ["Authorization", "Cookie"])
    answer["Cache-Control"] = "private, no-store"
    return answer
