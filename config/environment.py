"""Reads the process environment strictly: a value that cannot be meant is refused, never guessed."""

import os
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

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


def whole_number(name: str, *, default: int, digits: int = 2) -> int:
    """A whole number of at most so many digits; anything else is refused."""
    value = os.environ.get(name, "")
    if value and not (value.isascii() and value.isdigit() and len(value) <= digits):
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


@dataclass(frozen=True)
class Mail:
    """Django's settings for outgoing mail. `place` says where it goes, without secrets; empty where it goes nowhere."""

    place: str = ""
    backend: str = "django.core.mail.backends.dummy.EmailBackend"
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False
    folder: str = ""
    sender: str = ""


def mail(url: str) -> Mail:
    """The settings of an EMAIL_URL: `smtp://user:password@host:587?tls=1`, `smtps://host`, `file:///folder` or
    `console:`, each with `from=` for the sender's address; without one, mail goes nowhere."""
    if not url:
        return Mail()
    parts = urlsplit(url)
    query = parse_qs(parts.query, keep_blank_values=True)
    allowed = {"smtp": {"tls", "from"}}.get(parts.scheme, {"from"})
    if parts.scheme not in ("smtp", "smtps", "file", "console") or not query.keys() <= allowed:
        msg = "EMAIL_URL must be smtp://HOST[:PORT][?tls=1], smtps://HOST[:PORT], file:///FOLDER or console:."
        raise ImproperlyConfigured(msg)
    sender = _sender(query)
    if parts.scheme == "console":
        return Mail(place="console", backend="django.core.mail.backends.console.EmailBackend", sender=sender)
    if parts.scheme == "file":
        if parts.netloc or not parts.path.strip("/"):
            msg = "EMAIL_URL names no folder: write it as file:///folder, from the root."
            raise ImproperlyConfigured(msg)
        folder = unquote(parts.path)
        return Mail(place=folder, backend="tracker.delivery.FileBackend", folder=folder, sender=sender)
    return _server(parts, query, sender)


def _server(parts: SplitResult, query: dict[str, list[str]], sender: str) -> Mail:
    try:
        given_port = parts.port
    except ValueError as error:
        msg = "EMAIL_URL must name a port from 1 to 65535."
        raise ImproperlyConfigured(msg) from error
    starttls = query.get("tls", ["0"])
    if not parts.hostname or parts.path.strip("/") or starttls not in (["0"], ["1"]):
        msg = "EMAIL_URL must name a server (smtp://HOST:PORT), and tls must be 0 or 1."
        raise ImproperlyConfigured(msg)
    secure = parts.scheme == "smtps"
    port = given_port or (465 if secure else 587 if starttls == ["1"] else 25)
    return Mail(
        place=f"{parts.hostname}:{port}", backend="tracker.delivery.SmtpBackend", host=parts.hostname, port=port,
        user=unquote(parts.username or ""), password=unquote(parts.password or ""), starttls=starttls == ["1"],
        tls=secure, sender=sender,
    )  # fmt: skip


def _sender(query: dict[str, list[str]]) -> str:
    sender = query.get("from", [""])[-1]
    try:
        if sender:
            validate_email(parseaddr(sender)[1])
    except ValidationError as error:
        msg = f"The sender in EMAIL_URL is no e-mail address: {sender!r}."
        raise ImproperlyConfigured(msg) from error
    return sender


def allowed_hosts(base_url: str) -> list[str]:
    """The host of the public address, and on a plain-http address the names of this machine too."""
    host = urlsplit(base_url).hostname or ""
    return list(dict.fromkeys([host, *(LOOPBACK if base_url.startswith("http://") else ())]))


def mail_domain(base_url: str) -> str:
    """The domain that mails come from: the host of the public address, where it is a name that mail may bear."""
    host = urlsplit(base_url).hostname or ""
    return host if "." in host and not host.rpartition(".")[2].isdigit() else "tracker.invalid"
