"""The key under a drawing."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString

from tracker.charts.canvas import joined, moved, text
from tracker.charts.lettering import LEADING, width, wrapped

SAMPLE = 26


@dataclass(frozen=True)
class Entry:
    """One line of a drawing's key: a sample in a box of SAMPLE by 14 pixels, and what it stands for."""

    sample: SafeString
    label: str


def legend(entries: Iterable[Entry], *, wide: float, top: float) -> tuple[SafeString, float]:
    """The key under a drawing, in as many rows as it takes, and where it ends."""
    parts: list[SafeString] = []
    x, y = 0.0, top
    for entry in entries:
        room = wide - SAMPLE - 6
        lines = wrapped(entry.label, room)
        needed = SAMPLE + 6 + max(width(said) for said in lines)
        if x and x + needed > wide:
            x, y = 0.0, y + LEADING + 4
        parts.append(moved(x, y, entry.sample))
        parts += [text(x + SAMPLE + 6, y + 11.5 + LEADING * n, said) for n, said in enumerate(lines)]
        y += LEADING * (len(lines) - 1)
        x += needed + 16
    return joined(parts), y + LEADING + 4 if parts else top
