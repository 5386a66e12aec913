"""How wide text will be, before anything has drawn it: by the advance widths of the vendored Noto Sans."""

from collections.abc import Iterator

SIZE = 12
LEADING = 16
# Bold letters are wider than regular ones by this at most, over a word.
BOLD = 1.1
# On a telephone the longest title that can be recorded takes no more lines.
MOST = 10
UNKNOWN = 1.0
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"

# Advance widths in ems, rounded up to the next twentieth, of the letters that English and French are written with.
_BY_WIDTH = {
    0.2: "\N{NARROW NO-BREAK SPACE}\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}",
    0.25: "'",
    0.3: " !(),.:;J`ijl\N{NO-BREAK SPACE}·ìíîï",
    0.35: "-I[]f\N{SOFT HYPHEN}²³ÌÍÎÏ",
    0.4: "/\\t{}ªº\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}",
    0.45: '"?_r°¿',
    0.5: "csz¯ç\N{EN DASH}",
    0.55: "FLSkvxy§«»ýÿ",
    0.6: "$*+0123456789<=>ETVXYZ^ae|~¢£±ÈÉÊËàáâãäåèéêë÷Ÿ€",
    0.65: "#ABCKPRbdghnopquµÀÁÂÃÄÅÇñòóôõöøùúûü",
    0.75: "&DGHU¼ÐÙÚÛÜ",
    0.8: f"NOQw½¾ÑÒÓÔÕÖØ{ELLIPSIS}",
    0.85: "%©®\N{MINUS SIGN}",
    0.9: "@Ææ",
    0.95: "MWmŒœ",
}
_WIDTHS = {letter: width for width, letters in _BY_WIDTH.items() for letter in letters}


def width(text: str, *, bold: bool = False) -> float:
    """Pixels at SIZE; never less than what the letters take."""
    ems = sum(_WIDTHS.get(letter, UNKNOWN) for letter in text)
    return ems * SIZE * (BOLD if bold else 1)


def wrapped(text: str, room: float, *, most: int = MOST, bold: bool = False) -> tuple[str, ...]:
    """Lines no wider than `room` pixels; what does not go into `most` of them is cut at the last, with an ellipsis."""
    lines = list(_lines(text, room, bold=bold))
    if len(lines) <= most:
        return tuple(lines)
    last = lines[most - 1]
    while last and width(last + ELLIPSIS, bold=bold) > room:
        last = last[:-1]
    return (*lines[: most - 1], f"{last.rstrip()}{ELLIPSIS}")


def _lines(text: str, room: float, *, bold: bool) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}".strip(" ")
        if width(longer, bold=bold) <= room:
            line = longer
            continue
        if line:
            yield line
        line = word
        while width(line, bold=bold) > room and len(line) > 1:
            end = next(end for end in range(len(line) - 1, 0, -1) if end == 1 or width(line[:end], bold=bold) <= room)
            yield line[:end]
            line = line[end:]
    if line:
        yield line
