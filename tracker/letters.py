"""What a mail says, once: as plain text and as HTML, in one language or in both."""

import hashlib
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from email import charset

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.choices import Language

WIDTH = 72  # columns of plain text
RULE = "=" * WIDTH
LISTED = 12  # initiatives that a mail lists; the others are on the page
BOTH = (Language.ENGLISH, Language.FRENCH)

# Base64 could not be read where it is shown raw, and eight bits are not taken by every server.
PRINTABLE = charset.Charset("utf-8")
PRINTABLE.body_encoding = charset.QP


@dataclass(frozen=True)
class Line:
    """One line of a list, and where it leads."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Part:
    """Some lines under a title."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Letter:
    """A mail in one language: what to do, in a sentence; where; what it is about; why one gets it."""

    subject: str
    todo: str
    link: Line
    parts: tuple[Part, ...] = ()
    why: str = ""


Author = Callable[[], Letter]


def absolute(path: str) -> str:
    """The public address of a path."""
    return f"{settings.BASE_URL}{path}"


def page(name: str, *args: object) -> str:
    """The public address of a page, in the active language."""
    return absolute(reverse(name, args=args))


def more(count: int, url: str = "") -> tuple[Line, ...]:
    """The line that says how many are not listed, and where they are; none where all are."""
    return (Line(ngettext("and %(count)d more", "and %(count)d more", count) % {"count": count}, url),) * (count > 0)


def languages(chosen: str) -> tuple[str, ...]:
    """Those that a mail is written in: the chosen one, both where none is."""
    return (chosen,) if chosen else BOTH


def message(author: Author, *, key: str, address: str, language: str) -> EmailMultiAlternatives:
    """The message. Its `Message-ID` comes from its key: a mail that was sent again is known for the same."""
    written = [_written(author, one) for one in languages(language)]
    with translation.override(languages(language)[0]):
        settings_url = page("account")
    mail = EmailMultiAlternatives(
        subject=" / ".join(letter.subject for _one, letter, _text, _choose in written),
        body=f"\n\n{RULE}\n\n".join(text for _one, _letter, text, _choose in written),
        to=[address],
        headers={
            "Message-ID": f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{settings.MAIL_DOMAIN}>",
            "List-Unsubscribe": f"<{settings_url}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": ", ".join(languages(language)),
        },
    )
    mail.encoding = PRINTABLE
    html = render_to_string(
        "tracker/mail.html",
        {
            "language": languages(language)[0],
            "subject": mail.subject,
            "letters": [
                {"language": one, "letter": letter, "choose": choose} for one, letter, _text, choose in written
            ],
        },
    )
    mail.attach_alternative(html, "text/html")
    return mail


def _written(author: Author, language: str) -> tuple[str, Letter, str, Line]:
    """The letter in that language, and as plain text, with where to choose which mails one gets."""
    with translation.override(language):
        letter = author()
        choose = Line(_("Choose which mails you get"), page("account"))
        return language, letter, plain(letter, choose), choose


def plain(letter: Letter, choose: Line) -> str:
    """The letter as text: no line that is not an address is longer than 72 columns."""
    blocks = [_wrapped(letter.todo), _linked(letter.link)]
    for part in letter.parts:
        lines = "\n".join(_item(line) for line in part.lines)
        blocks.append(f"{_wrapped(part.title)}\n\n{lines}" if part.title else lines)
    foot = [_wrapped(letter.why)] if letter.why else []
    return "\n\n".join([*blocks, "\n".join(["--", *foot, _linked(choose)])]) + "\n"


def _linked(line: Line) -> str:
    text = _wrapped(f"{line.text}{_(':')}")
    return f"{text}\n{line.url}"


def _item(line: Line) -> str:
    text = textwrap.fill(
        line.text, WIDTH, initial_indent="- ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
    return f"{text}\n  {line.url}" if line.url else text


def _wrapped(text: str) -> str:
    """Paragraphs stay paragraphs."""
    return "\n".join(
        textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False) for line in text.splitlines()
    )
