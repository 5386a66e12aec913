"""What a chart says, as a table: the same figures for those who do not see it, and for those who want them exactly."""

from dataclasses import dataclass
from typing import Protocol

from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Column:
    """One column's head; figures stand to the right."""

    label: str
    number: bool = False


@dataclass(frozen=True)
class Table:
    """Rows as they are to be read; the first cell of each names it."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


class Chart(Protocol):
    """A picture and its table. `key` is unique within the page."""

    @property
    def key(self) -> str:
        """What its ids begin with."""

    @property
    def title(self) -> str:
        """What it shows, in one line."""

    @property
    def in_words(self) -> str:
        """What is to be seen in it."""

    def table(self) -> Table:
        """All that it shows."""

    def drawn(self, wide: int) -> SafeString:
        """The picture, for a place of that many pixels."""
