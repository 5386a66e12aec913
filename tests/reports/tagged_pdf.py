"""A tagged PDF as a screen reader gets it: the elements of its structure, in their order, with the text of each."""

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pypdf
from pypdf.generic import ContentStream

_PAIR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")


class Tagged:
    """The document, read strictly: what is broken in it is refused."""

    def __init__(self, document: bytes) -> None:
        self.reader = pypdf.PdfReader(io.BytesIO(document), strict=True)
        self.root: Any = self.reader.trailer["/Root"]["/StructTreeRoot"]
        # By page, what is drawn under each number of marked content.
        self._drawn = {page.indirect_reference.idnum: _marked(page) for page in self.reader.pages}

    def elements(self, kind: str) -> list[Any]:
        """Those of that kind, in the order in which they are read."""
        return list(_within(self.root, kind))

    def text(self, element: Any) -> str:
        """All that is read under it."""
        page = element.get("/Pg")
        return "".join(
            self._drawn[page.get_object().indirect_reference.idnum].get(int(kid), "") if isinstance(kid, int)
            else self.text(kid)
            for kid in _kids(element)
        )  # fmt: skip

    @property
    def tables(self) -> list[list[list[str]]]:
        """Of each table its rows, of each row the texts of its cells; the first row is that of the headings."""
        return [
            [
                [" ".join(self.text(cell).split()) for cell in _kids(row) if cell.get("/S") in ("/TH", "/TD")]
                for row in _within(table, "/TR")
            ]
            for table in self.elements("/Table")
        ]


def _kids(element: Any) -> list[Any]:
    found = element.get("/K", [])
    found = found.get_object() if hasattr(found, "get_object") else found
    listed = found if isinstance(found, list) else [found]
    return [kid.get_object() if hasattr(kid, "get_object") else kid for kid in listed]


def _within(element: Any, kind: str) -> Iterator[Any]:
    for kid in _kids(element):
        if isinstance(kid, dict):
            if kid.get("/S") == kind:
                yield kid
            yield from _within(kid, kind)


def _marked(page: Any) -> dict[int, str]:
    """The text of a page by the number of the marked content that it stands in."""
    fonts = {name: _letters(font.get_object()) for name, font in page["/Resources"]["/Font"].items()}
    found: dict[int, str] = defaultdict(str)
    under: list[int | None] = []
    letters: dict[bytes, str] = {}
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        if operator in (b"BDC", b"BMC"):
            properties = operands[1] if len(operands) > 1 else {}
            under.append(properties.get("/MCID") if isinstance(properties, dict) else None)
        elif operator == b"EMC":
            under.pop()
        elif operator == b"Tf":
            letters = fonts[operands[0]]
        elif operator in (b"Tj", b"TJ"):
            number = next((one for one in reversed(under) if one is not None), None)
            if number is not None:
                found[number] += "".join(_read(part, letters) for part in _parts(operands[0]))
    return found


def _parts(operand: Any) -> list[bytes]:
    """The strings of what is drawn, without the distances between them."""
    listed = operand if isinstance(operand, list) else [operand]
    return [one.original_bytes for one in listed if hasattr(one, "original_bytes")]


def _read(drawn: bytes, letters: dict[bytes, str]) -> str:
    return "".join(letters.get(drawn[at : at + 2], "\N{REPLACEMENT CHARACTER}") for at in range(0, len(drawn), 2))


def _letters(font: Any) -> dict[bytes, str]:
    """What each glyph of a font says, by its table for readers."""
    pairs = _PAIR.findall(font["/ToUnicode"].get_object().get_data())
    return {bytes.fromhex(glyph.decode()): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}
