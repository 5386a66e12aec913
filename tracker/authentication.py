"""API tokens: made once, kept as a hash, accepted as Bearer."""

import hashlib
import secrets
from datetime import datetime, timedelta
from hmac import compare_digest

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from tracker.choices import TokenScope
from tracker.models import ApiToken, User

LIFETIME = timedelta(days=90)
SAFE = ("GET", "HEAD", "OPTIONS")


def make_token(*, user: User, name: str, scope: TokenScope, at: datetime, lifetime: timedelta = LIFETIME) -> str:
    """A new token for that person; the returned secret is the only copy. 256 bits of chance need no slow hash."""
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    token = f"apt_{prefix}_{secret}"
    ApiToken.objects.create(
        user=user, name=name, prefix=prefix, digest=_digest(token), scope=scope, created_at=at,
        expires_at=at + lifetime,
    )  # fmt: skip
    return token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer apt_…`. A token that only reads cannot write."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The token's owner; None when the request carries no Bearer token."""
        scheme, _, given = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = self._find(given.strip())
        if token.scope != TokenScope.WRITE and request.method not in SAFE:
            raise PermissionDenied("This token may only read. Make one with the scope “read and write”.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Makes a refusal 401, so that clients know to sign in."""
        return "Bearer"

    def _find(self, given: str) -> ApiToken:
        parts = given.split("_", 2)
        if len(parts) == 3 and parts[0] == "apt":  # noqa: PLR2004 - apt, prefix, secret
            found = ApiToken.objects.usable(at=timezone.now()).select_related("user").filter(prefix=parts[1]).first()
            if found is not None and compare_digest(found.digest, _digest(given)):
                return found
        raise AuthenticationFailed("The token is unknown, expired or revoked.")


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """How the schema names it."""

    target_class = "tracker.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """OpenAPI's words for a Bearer token."""
        return {"type": "http", "scheme": "bearer"}
