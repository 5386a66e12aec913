"""What pages and API share of HTTP: typed requests, JSON in and out, refusals, the actor behind a request."""

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, NoReturn, cast

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils.mediatypes import media_type_matches

from tracker.choices import Channel
from tracker.credentials import Credentials, credentials, is_secret
from tracker.errors import Busy, Refused, TooManyRequests
from tracker.models import ApiToken, User
from tracker.timemachine import Actor
from tracker.timemachine.moments import Moment

PROBLEM = "application/problem+json"


class SignedInRequest(HttpRequest):
    """A request behind the sign-in: `user` is a person, and a GET knows its moment. What a GET leaves behind, it writes
    `afterwards`."""

    user: User
    moment: Moment
    afterwards: list[Callable[[], None]]
    api_token: ApiToken | None


def bears_token(request: HttpRequest | Request) -> bool:
    """Whether the request signs in as programs do, be its token good or not."""
    return credentials(request) is not None


def token_of(request: HttpRequest | Request) -> ApiToken | None:
    """The usable token that the request carries; looked up once."""
    asked = cast(SignedInRequest, request)
    if not hasattr(asked, "api_token"):
        sent = credentials(request)
        asked.api_token = _token(sent) if sent else None
    return asked.api_token


def _token(sent: Credentials) -> ApiToken | None:
    """The usable one that was sent, under a name that fits; the database is not asked about anything else."""
    found = ApiToken.objects.presented(sent.secret, at=timezone.now()) if is_secret(sent.secret) else None
    return found if found is not None and sent.name_fits(found) else None


def client_address(request: HttpRequest) -> str:
    """Where the request comes from, by the word of as many proxies as stand before us; what else the header says,
    anybody may have written."""
    proxies: int = settings.TRUSTED_PROXIES
    forwarded: list[str] = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if proxies and len(forwarded) >= proxies and forwarded[-proxies]:
        return forwarded[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def web_actor(request: HttpRequest) -> Actor:
    """The person behind a page's form."""
    return Actor(user=cast(User, request.user), channel=Channel.WEB)


def api_actor(user: User) -> Actor:
    """The person behind an API call."""
    return Actor(user=user, channel=Channel.API)


def wants_problem(request: HttpRequest) -> bool:
    """The API answers in problem documents, pages in pages."""
    return request.path_info.startswith("/api/")


def problem(error: Refused) -> dict[str, Any]:
    """RFC 9457 problem document of a refusal. `code` is stable; `fields` names what to change."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": str(error.message),
        "status": error.status,
        "code": error.code,
    }
    if error.fields:
        body["fields"] = {name: str(text) for name, text in error.fields.items()}
    return {**body, **error.more}


def refusal(request: HttpRequest, error: Refused) -> HttpResponse:
    """A refusal as the caller can read it."""
    if wants_problem(request):
        response = HttpResponse(json_bytes(problem(error)), status=error.status, content_type=PROBLEM)
    else:
        response = render(request, "refused.html", {"error": error}, status=error.status)
    if isinstance(error, Busy):
        response["Retry-After"] = "5"
    elif isinstance(error, TooManyRequests):
        response["Retry-After"] = str(error.seconds)
    return response


def _no_constant(name: str) -> NoReturn:
    msg = f"{name} is not JSON"
    raise ValueError(msg)


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for name, value in pairs:
        if name in seen:
            msg = f"{name} is given twice"
            raise ValueError(msg)
        seen[name] = value
    return seen


class StrictJSONParser(JSONParser):
    """JSON and nothing but: UTF-8, no NaN, no half of a surrogate pair, no name given twice. Numbers with a point are
    decimals, so that no cent is lost."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The body as Python values. Raises `ParseError` with the place of the fault."""
        body = stream.read()
        try:
            orjson.loads(body)
            return json.loads(body, parse_constant=_no_constant, parse_float=Decimal, object_pairs_hook=_no_twins)
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is not JSON: %(fault)s") % {"fault": error}) from error


class OrjsonRenderer(BaseRenderer):
    """JSON by orjson. The problem type is set where an error is made."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """UTF-8 bytes; no body for None."""
        return b"" if data is None else json_bytes(data)


class JsonOnly(BaseContentNegotiation):
    """The API speaks JSON, whatever `Accept` says: a browser, curl and Excel all get the same bytes."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """The parser for the body's media type, or None: that is refused (415)."""
        return next((parser for parser in parsers if media_type_matches(parser.media_type, request.content_type)), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The first."""
        first = next(iter(renderers))
        return first, first.media_type


def json_bytes(data: Any) -> bytes:
    """UTF-8 JSON: dates in ISO 8601, instants in UTC with `Z`, decimals as strings so that no cent is lost."""
    return orjson.dumps(data, default=_plain, option=orjson.OPT_UTC_Z)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Promise):
        return str(value)
    raise TypeError
