"""What all items of a plan's files share."""

from dataclasses import dataclass, field
from datetime import date

from initiatives.plan_files.problems import Location
from initiatives.plan_files.vocabulary import French, Precision
from tracker.choices import Language


@dataclass(frozen=True)
class Bilingual:
    en: str
    fr: str


@dataclass(frozen=True)
class PartialDate:
    """A date as its source gives it. Where that is a month or a year, `on` is its last day, so that nothing
    counts as done earlier than it can have been."""

    on: date
    precision: Precision


@dataclass(frozen=True, kw_only=True)
class Item:
    at: Location = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class Sourced(Item):
    """An item with the code of its source and of the source of its French, if that is official."""

    source: str
    official: bool
    french: French
    french_source: str | None


@dataclass(frozen=True, kw_only=True)
class Alias(Item):
    """Another wording that a source uses, verbatim, in one language."""

    language: Language
    text: str
    source: str
