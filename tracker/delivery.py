"""Handing a mail to the server, and knowing what became of it: taken, refused, or nobody knows."""

import os
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from threading import Timer
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

LONGEST_ERROR = 500  # characters


class Outcome(StrEnum):
    TAKEN = "taken"
    LATER = "later"  # certainly not taken; another try may fare better
    REFUSED = "refused"  # certainly not taken, and never will be
    UNCERTAIN = "uncertain"  # handed over, and no answer came


@dataclass(frozen=True)
class Verdict:
    """What became of one mail. `away`: the trouble is the server's or the connection's, not this mail's."""

    outcome: Outcome
    text: str = ""
    away: bool = False


@dataclass
class Journal:
    """How far a conversation with a server came. The message is out of our hands with its last byte; `answer` is what
    the server then said, None while it has said nothing."""

    handed_over: bool = False
    answer: int | None = None
    line: socket.socket | None = None

    def hang_up(self) -> None:
        """End the conversation: whoever reads from the server finds that it went away."""
        if self.line is not None:
            with suppress(OSError):
                self.line.shutdown(socket.SHUT_RDWR)


class _Conversation(smtplib.SMTP):
    """Writes down how far it comes. `smtplib` raises the same error for a connection that breaks before and after the
    server had the whole message."""

    def __init__(self, *args: Any, journal: Journal, **kwargs: Any) -> None:
        self.journal = journal
        super().__init__(*args, **kwargs)

    def _get_socket(self, *args: Any) -> socket.socket:
        found: socket.socket = super()._get_socket(*args)  # type: ignore[misc]  # smtplib's own, untyped
        # A line of its own to hang up by: encryption takes the other one over.
        self.journal.line = socket.socket(fileno=os.dup(found.fileno()))
        return found

    def send(self, s: Any) -> None:
        """Commands are text; the message itself is the only thing sent as bytes."""
        super().send(s)
        if isinstance(s, bytes):
            self.journal.handed_over = True
            if self.sock is not None:
                self.sock.settimeout(settings.EMAIL_ANSWER_SECONDS)

    def data(self, msg: Any) -> tuple[int, bytes]:
        code, reply = super().data(msg)
        self.journal.answer = code
        if self.sock is not None:
            self.sock.settimeout(settings.EMAIL_TIMEOUT)
        return code, reply


class _SecureConversation(_Conversation, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


class SmtpBackend(EmailBackend):
    """Django's, with a journal. For one message."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.journal = Journal()

    @property
    def connection_class(self) -> Any:
        """What makes the connection."""
        return partial(_SecureConversation if self.use_ssl else _Conversation, journal=self.journal)


class FileBackend(BaseEmailBackend):
    """One file a message, named for when it was written, whole or not there: any mail program opens it."""

    def send_messages(self, email_messages: Any) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            draft = folder / f".{uuid4().hex}"
            draft.write_bytes(message.message().as_bytes())
            draft.rename(folder / f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{uuid4().hex[:8]}.eml")
        return len(email_messages)


def deliver(message: EmailMessage) -> Verdict:
    """Hand over one message to one person. Raises nothing that a server or connection can cause."""
    backend = get_connection()
    journal: Journal = getattr(backend, "journal", Journal())
    try:
        with _bounded(journal):
            backend.send_messages([message])
    except Exception as error:  # noqa: BLE001 - whatever it was, what counts is how far it came
        return verdict(error, journal)
    return Verdict(Outcome.TAKEN)


@contextmanager
def _bounded(journal: Journal) -> Iterator[None]:
    """A server that says a little from time to time keeps within the time of each step for ever; it is hung up on."""
    timer = Timer(settings.EMAIL_LONGEST_SECONDS, journal.hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if journal.line is not None:
            journal.line.close()


def verdict(error: Exception, journal: Journal) -> Verdict:
    """What an error means for the mail."""
    text = said(error)
    if journal.answer is not None and journal.answer // 100 == 2:  # noqa: PLR2004 - 2yz: it is theirs now
        return Verdict(Outcome.TAKEN)
    if journal.handed_over and (journal.answer is None or journal.answer // 100 not in (4, 5)):
        return Verdict(Outcome.UNCERTAIN, text)
    if isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError):
        code = _code(error)
        # 421 is the server going away, whatever it was asked.
        return Verdict(Outcome.REFUSED if code // 100 == 5 else Outcome.LATER, text, away=code == 421)  # noqa: PLR2004
    # Connection, greeting, encryption, password, sender: nothing to do with the one who is written to.
    away = isinstance(error, smtplib.SMTPException | ssl.SSLError | OSError)
    return Verdict(Outcome.LATER, text, away=away)


def _code(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> int:
    if isinstance(error, smtplib.SMTPDataError):
        return int(error.smtp_code)
    return max((code for code, _reply in error.recipients.values()), default=0)


def said(error: BaseException) -> str:
    """An error in one line, without the secrets of the settings."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        text = "; ".join(f"{code} {_text(reply)}" for code, reply in error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        text = f"{error.smtp_code} {_text(error.smtp_error)}"
    else:
        text = f"{type(error).__name__}: {error}"
    return without_secrets(" ".join(text.split()))[:LONGEST_ERROR]


def without_secrets(text: str) -> str:
    """The text with the settings' passwords and keys put out of sight."""
    database = str(settings.DATABASES["default"]["PASSWORD"])
    for secret in (settings.EMAIL_HOST_PASSWORD, database, settings.SECRET_KEY):
        text = text.replace(secret, "***") if secret else text
    return text


def _text(reply: bytes | str) -> str:
    return reply.decode(errors="replace") if isinstance(reply, bytes) else str(reply)
