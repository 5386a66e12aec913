"""What a brief is made of, before it is a PDF, a mail, a Word file or a workbook. All text is in one language."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tracker.charts import Distribution

# None is not published; "" is nothing to say in this cell.
Value = str | int | Decimal | None


class Kind(StrEnum):
    """What a column holds, by which it is written and aligned."""

    TEXT = "text"
    CODE = "code"
    STATE = "state"  # of health or of a headline: shown with its symbol
    COUNT = "count"
    DOLLARS = "dollars"
    YEAR = "year"  # a fiscal year by its start
    AMOUNT = "amount"  # of whatever unit the row names; money by the cent, and exact

    @property
    def numeric(self) -> bool:
        """Whether its values stand at the right."""
        return self in (Kind.COUNT, Kind.DOLLARS, Kind.AMOUNT)


@dataclass(frozen=True)
class Column:
    """One column: a key that is the same in both languages, its heading, and what it means."""

    key: str
    label: str
    kind: Kind
    meaning: str


@dataclass(frozen=True)
class Table:
    """Rows under columns; each row has a value for each."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    @property
    def used(self) -> list[int]:
        """The columns, by their place, that hold anything; the first always."""
        return [
            at
            for at, _column in enumerate(self.columns)
            if at == 0 or any(row[at] not in ("", None) for row in self.rows)
        ]

    def column(self, key: str) -> list[Value]:
        """The values of one column."""
        at = [column.key for column in self.columns].index(key)
        return [row[at] for row in self.rows]


@dataclass(frozen=True)
class Section:
    """One heading with what stands under it; `name` is the heading in a word, for the sheet of a workbook. `empty` is
    said instead of a table without rows."""

    key: str
    name: str
    title: str
    table: Table
    notes: tuple[str, ...] = ()
    charts: tuple[Distribution, ...] = ()
    empty: str = ""


@dataclass(frozen=True)
class Tile:
    """One figure to be seen first, with what it counts and what it is to be read against."""

    figure: str
    label: str
    note: str = ""


@dataclass(frozen=True)
class Reported:
    """A headline colour that a person answers for, and why."""

    state: str
    label: str
    by: str
    reason: str


@dataclass(frozen=True)
class HeadlineColour:
    """The colour by that version of the rule, the sentence that gave it, and beside it the reported one, if any."""

    state: str
    label: str
    sentence: str
    rule: int
    reported: Reported | None


@dataclass(frozen=True)
class Seal:
    """Which rollup this is a rendering of, so that whoever holds the paper finds the record."""

    code: str
    edition: int
    week: str
    starts_on: date
    ends_on: date
    as_of: int
    sha256: str
    previous: str

    @property
    def short(self) -> str:
        """The first digits of the hash, as a footer has room for."""
        return self.sha256[:12]


@dataclass(frozen=True)
class Brief:
    """The whole document. `sections` are for reading, `data` beside them for workbooks; `address` is the public one of
    the rollup's page."""

    language: str
    plan_code: str
    title: str
    simulated: bool
    seal: Seal
    address: str
    headline: HeadlineColour | None
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    data: tuple[Section, ...]
    dictionary: Table

    def section(self, key: str) -> Section | None:
        """The section of that key, if the payload had anything for it."""
        return next((one for one in (*self.sections, *self.data) if one.key == key), None)
