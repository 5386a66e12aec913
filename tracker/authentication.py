"""API tokens: kept as a hash, accepted as Bearer and as the password of Basic."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from tracker.choices import TokenScope
from tracker.credentials import credentials, from_browser, is_secret
from tracker.http import bears_token, token_of
from tracker.models import ApiToken, User

LIFETIME = timedelta(days=90)
SAFE = ("GET", "HEAD", "OPTIONS")
BEARER, BASIC = 'Bearer realm="API token"', 'Basic realm="API token", charset="UTF-8"'


def make_token(
    *, user: User, name: str, scope: TokenScope, at: datetime, lifetime: timedelta = LIFETIME,
    plans: Collection[str] | None = None,
) -> str:  # fmt: skip
    """A new token for that person, of whom nothing is asked; the returned secret is the only copy."""
    return ApiToken.objects.make(user=user, name=name, scope=scope, at=at, lifetime=lifetime, plans=plans)[1]


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer apt_…`, or Basic with the token as its password. A token that only reads cannot write."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The token's owner; None when the request carries no credentials of these kinds."""
        if not bears_token(request):
            return None
        token = token_of(request)
        if token is None:
            raise AuthenticationFailed(_refused(request))
        if request.method not in SAFE:
            _may_write(request, token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Makes a refusal 401, so that clients know to sign in. A browser is not asked for Basic: its box would ask
        people for their own name and password, which are never taken here."""
        return BEARER if from_browser(request) else f"{BASIC}, {BEARER}"


def _refused(request: Request) -> str:
    sent = credentials(request)
    if sent is not None and sent.basic and not is_secret(sent.secret):
        return _("Send a token (apt_…) as the password. The password of an account is never taken here.")
    return _("The token is unknown, expired or revoked.")


def _may_write(request: Request, token: ApiToken) -> None:
    """Raise `PermissionDenied` for a token that only reads, and for Basic out of a browser: it would send what it
    keeps along with a request that another site makes. A view with `reads_by_post` takes a POST and writes nothing
    into the plan."""
    asks_only = getattr((request.parser_context or {}).get("view"), "reads_by_post", False)
    if token.scope != TokenScope.WRITE and not asks_only:
        raise PermissionDenied(_("This token may only read. Make one with the scope “read and write”."))
    sent = credentials(request)
    if sent is not None and sent.basic and from_browser(request):
        raise PermissionDenied(_("A browser does not write by Basic. Send the token as Bearer."))


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """How the schema names it."""

    target_class = "tracker.authentication.TokenAuthentication"
    name = ["token", "tokenAsPassword"]

    def get_security_requirement(self, auto_schema: object) -> list[dict[str, list[Any]]]:
        """Either will do."""
        return [{name: []} for name in self.name]

    def get_security_definition(self, auto_schema: object) -> Any:
        """OpenAPI's words for both ways of sending a token."""
        bearer = {"type": "http", "scheme": "bearer", "description": "A token, made on the page “Your tokens”."}
        basic = {
            "type": "http",
            "scheme": "basic",
            "description": "The same token as the password, for programs that can keep nothing else. The user name is "
            "empty, `token`, the token's name or the account's; the account's own password is never taken.",
        }
        return [bearer, basic]
