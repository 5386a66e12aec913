"""What a program sends to sign in, and tokens where they must not be."""

import re
from base64 import b64decode
from dataclasses import dataclass
from urllib.parse import unquote

from django.http import HttpRequest
from rest_framework.request import Request

from tracker.models import ApiToken

_SECRET = re.compile(r"apt_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True)
class Credentials:
    """What a program sent to sign in: by Basic with a user name, which Bearer has not."""

    secret: str
    name: str = ""
    basic: bool = False

    def name_fits(self, token: ApiToken) -> bool:
        """A user name may be left out; one that is given must be `token`, the token's own or its owner's."""
        names = {"", "token", token.name.strip().casefold(), token.user.username.casefold()}
        return self.name.strip().casefold() in names


def credentials(request: HttpRequest | Request) -> Credentials | None:
    """What the header says; None where it speaks of neither Bearer nor Basic."""
    scheme, _space, given = str(request.META.get("HTTP_AUTHORIZATION", "")).partition(" ")
    if scheme.lower() == "bearer":
        return Credentials(given.strip())
    return _basic(given.strip()) if scheme.lower() == "basic" else None


def _basic(given: str) -> Credentials:
    """The last colon parts them: names of tokens may have one, tokens have none."""
    try:
        sent = b64decode(given, validate=True)
    except ValueError:
        return Credentials("", basic=True)
    try:
        text = sent.decode()
    except UnicodeDecodeError:
        text = sent.decode("latin-1")  # as clients wrote before RFC 7617
    name, _colon, secret = text.rpartition(":")
    return Credentials(secret, name, basic=True)


def is_secret(text: str) -> bool:
    """Whether it is written as tokens are."""
    return _SECRET.fullmatch(text) is not None


def secrets_in(text: str) -> list[str]:
    """All that is written as tokens are, in text that may be percent-encoded, once or twice."""
    found: dict[str, None] = {}
    for _turn in range(3):
        found |= dict.fromkeys(_SECRET.findall(text)) if "apt_" in text else {}
        if "%" not in text:
            break
        text = unquote(text)
    return list(found)


def from_browser(request: HttpRequest | Request) -> bool:
    """Whether a browser sent it, by the headers that browsers add and no page can leave out."""
    return "HTTP_SEC_FETCH_SITE" in request.META or "HTTP_ORIGIN" in request.META
