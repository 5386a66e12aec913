"""Reads the process environment strictly: a value that cannot be meant is refused, never guessed."""

import os
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def required(name: str) -> str:
    """The value of `name`; without one the process stops with a sentence that says what to set."""
    value = os.environ.get(name, "")
    if not value:
        msg = f"Set {name} in the environment (script/run sets it for you)."
        raise ImproperlyConfigured(msg)
    return value


def flag(name: str, *, default: bool) -> bool:
    """True or False, spelled `1` or `0`; anything else is refused."""
    value = os.environ.get(name, "")
    if value not in ("", "0", "1"):
        msg = f"{name} must be 0 or 1, not {value!r}."
        raise ImproperlyConfigured(msg)
    return default if value == "" else value == "1"


def whole_number(name: str, *, default: int) -> int:
    """A whole number from 0 to 99; anything else is refused."""
    value = os.environ.get(name, "")
    if value and not (value.isascii() and value.isdigit() and len(value) < 3):  # noqa: PLR2004 - two digits
        msg = f"{name} must be a whole number, not {value!r}."
        raise ImproperlyConfigured(msg)
    return int(value) if value else default


def database(url: str) -> dict[str, object]:
    """Django's settings for a `postgresql://user:password@host:port/name` URL (`?host=` names a socket directory)."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        msg = f"DATABASE_URL must begin with postgresql://, not {parts.scheme}://: PostgreSQL is the only database."
        raise ImproperlyConfigured(msg)
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "tracker", "connect_timeout": 5},
    }


def allowed_hosts(base_url: str) -> list[str]:
    """The host of the public address, and on a plain-http address the names of this machine too."""
    host = urlsplit(base_url).hostname or ""
    return list(dict.fromkeys([host, *(LOOPBACK if base_url.startswith("http://") else ())]))
