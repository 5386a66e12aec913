"""What a mail says, once: as plain text and as HTML, in one language or in both."""

import hashlib
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import charset
from email.mime.image import MIMEImage

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.choices import Language
from tracker.formats import listed

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
class Table:
    """Rows under headings; the first cell of each names it. `numbers` says which columns stand at the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[bool, ...]

    def body(self) -> list[list[tuple[str, bool]]]:
        """The cells, each with whether it is a number."""
        return [list(zip(row, self.numbers, strict=True)) for row in self.rows]

    def headings(self) -> list[tuple[str, bool]]:
        """The same of the headings."""
        return list(zip(self.head, self.numbers, strict=True))


@dataclass(frozen=True)
class Picture:
    """A PNG that travels in the mail, for mail programs that fetch nothing: its name within the letter, what it says in
    words, and the pixels at which it is shown."""

    name: str
    content: bytes
    words: str
    width: int
    height: int


@dataclass(frozen=True)
class Part:
    """Some lines under a title; before them, where there are, a picture, which plain text leaves out, and a table."""

    title: str
    lines: tuple[Line, ...]
    table: Table | None = None
    picture: Picture | None = None


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
    for one, letter, _text, _choose in written:
        for part in letter.parts:
            if part.picture:
                mail.attach(_inline(part.picture, one))
                # The pictures belong to the text, and are no files that somebody sent along.
                mail.mixed_subtype = "related"
    return mail


def _inline(picture: Picture, language: str) -> MIMEImage:
    """The picture as the HTML names it: by its own name and the language."""
    name = f"{picture.name}-{language}"
    image = MIMEImage(picture.content, "png")
    image.add_header("Content-ID", f"<{name}>")
    image.add_header("Content-Disposition", "inline", filename=f"{name}.png")
    return image


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
        lines = "\n".join(_item(line) for line in (*_rows(part.table), *part.lines))
        blocks.append(f"{_wrapped(part.title)}\n\n{lines}" if part.title else lines)
    foot = [_wrapped(letter.why)] if letter.why else []
    return "\n\n".join([*blocks, "\n".join(["--", *foot, _linked(choose)])]) + "\n"


def _rows(table: Table | None) -> Iterator[Line]:
    """A table as lines: what the row is of, then each cell with its heading."""
    head, rows = (table.head, table.rows) if table else ((), ())
    for row in rows:
        cells = (f"{name}{_(':')} {text}" for name, text in zip(head[1:], row[1:], strict=True) if text)
        yield Line(f"{row[0]}{_(':')} {listed(cells)}" if any(row[1:]) else row[0])


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
