"""Pages as trees: what an element says, which of it are names, what it stands in, and where that is."""

import re
from collections.abc import Iterable
from functools import cache

import lxml.html

Element = lxml.html.HtmlElement
DIGIT = re.compile(r"\d")
# What our tags write as figures, and what are names nevertheless: fiscal years, weeks, revisions.
NAMED = re.compile(r"\d{4}-\d{2}(?:\d{2})?|\d{4}-W\d{2}|r\d+")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
# What names are written like, so that their digits count nothing.
NAMES = re.compile(
    r"""[A-Z][A-Z0-9-]*-\d{4}-W\d{2}-e\d+ | \d{4}-W\d{2} | \d{4}-\d{2}-\d{2} | \d{4}-\d{2}(?:\d{2})?
    | \br\d+\b | \#\d+ | \d{1,2}:\d{2} | \bM\d+\b | (?<![\d$.,])\d\.\d{2}(?![\d%]) | ^\s*\d+\.\s
    | \b(?:pillar|version|edition|baseline|entry|rule)\s\d+(?:\s→\s\d+)? | \b(?:\d+\sof\s)?\d+\s(?:is|are)\sshown\b
    | \b\d+\sdays?\slater\b | \bSHA-256\b
    | \bin\s\d+\s(?:week|day|hour|minute)s?(?:,\s\d+\s(?:day|hour|minute)s?)?
    | \b(?:IND|FA)-[\dA-Z-]+ | \b0\sis\sa\svalue\b""",
    re.VERBOSE | re.IGNORECASE,
)


def main_of(html: str) -> Element:
    """The main part of a page, which is all that is its own."""
    [main] = lxml.html.document_fromstring(html).xpath("//main")
    return main


def classes(element: Element) -> frozenset[str]:
    return _split(element.get("class") or "")


@cache
def _split(names: str) -> frozenset[str]:
    return frozenset(names.split())


def text_of(element: Element) -> str:
    """Its words on one line, without those that are only heard."""
    return " ".join("".join(_seen(element)).replace("\N{NO-BREAK SPACE}", " ").split())


def _seen(element: Element) -> Iterable[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and "unseen" not in classes(child):
            yield from _seen(child)
        yield child.tail or ""


def own_words(element: Element) -> str:
    """What stands in it beside other elements."""
    return " ".join(filter(None, [element.text, *(child.tail for child in element)]))


def markup(element: Element) -> str:
    return " ".join(lxml.html.tostring(element, encoding="unicode", with_tail=False).split())[:300]


def place(element: Element) -> str:
    """Where on the page: the nearest part that has a name, and the last two elements."""
    above = [element, *element.iterancestors()]
    named = (one.get("id") or one.get("aria-labelledby") for one in above)
    return " > ".join([next(filter(None, named), ""), *(signature(one) for one in reversed(above[:2]))])


def signature(element: Element) -> str:
    return ".".join([element.tag, *sorted(classes(element))])


def without_names(text: str, words: Iterable[str]) -> str:
    """A text without what is a name in it, and without the words that people wrote, which come longest first."""
    for one in words:
        if one in text:
            text = text.replace(one, " ")
    return " ".join(NAMES.sub(" ", text.replace("\N{NO-BREAK SPACE}", " ")).split())
