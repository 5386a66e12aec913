"""API tokens: made once, kept as a hash, accepted as Bearer."""

import secrets
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from tracker.choices import TokenScope
from tracker.http import bears_token, token_of
from tracker.models import ApiToken, User
from tracker.models.token import digest_of

LIFETIME = timedelta(days=90)
SAFE = ("GET", "HEAD", "OPTIONS")


def make_token(*, user: User, name: str, scope: TokenScope, at: datetime, lifetime: timedelta = LIFETIME) -> str:
    """A new token for that person; the returned secret is the only copy."""
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    token = f"apt_{prefix}_{secret}"
    ApiToken.objects.create(
        user=user, name=name, prefix=prefix, digest=digest_of(token), scope=scope, created_at=at,
        expires_at=at + lifetime,
    )  # fmt: skip
    return token


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer apt_…`. A token that only reads cannot write."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The token's owner; None when the request carries no Bearer token."""
        if not bears_token(request):
            return None
        token = token_of(request)
        if token is None:
            raise AuthenticationFailed(_("The token is unknown, expired or revoked."))
        if token.scope != TokenScope.WRITE and request.method not in SAFE:
            raise PermissionDenied(_("This token may only read. Make one with the scope “read and write”."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Makes a refusal 401, so that clients know to sign in."""
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """How the schema names it."""

    target_class = "tracker.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """OpenAPI's words for a Bearer token."""
        return {"type": "http", "scheme": "bearer"}
