"""The fields that say where an item comes from, the same in every file."""

from typing import TypedDict

from initiatives.plan_files import scalars
from initiatives.plan_files.items import Alias
from initiatives.plan_files.records import TITLE, Record
from initiatives.plan_files.vocabulary import French
from tracker.choices import Language

FRENCH = scalars.choice(French)
LANGUAGE = scalars.choice(Language)


class Origin(TypedDict):
    source: str
    official: bool


class Wording(TypedDict):
    french: French
    french_source: str | None


class Provenance(Origin, Wording):
    pass


def origin(record: Record) -> Origin:
    """`source`, and `official`, which is the source's own unless the item says it is not."""
    source = record.reference("source", "source")
    of_source = record.reading.official_sources.get(source)
    stated = record.optional("official", scalars.FLAG)
    if stated and of_source is False:
        record.wrong("official", f"source {source} is not official; write false, or cite an official source")
    return Origin(source=source, official=bool(of_source) if stated is None else stated)


def wording(record: Record) -> Wording:
    """`french` and `french_source`: a claim that the French is official names who worded it."""
    french = record.given("french", FRENCH, French.OURS)
    french_source = record.optional_reference("french_source", "source")
    if french is French.OFFICIAL and french_source is None:
        record.wrong("french", "official French needs `french_source`; name the source that words it so, or write ours")
    if french is French.OURS and french_source is not None:
        record.wrong("french_source", "only for `french: official`; leave it out")
    return Wording(french=french, french_source=french_source)


def provenance(record: Record) -> Provenance:
    return Provenance(**origin(record), **wording(record))


def aliases(record: Record) -> tuple[Alias, ...]:
    """Other wordings of an item, each in one language, verbatim."""
    return tuple(
        Alias(
            language=alias.required("language", LANGUAGE),
            text=alias.required("text", TITLE),
            source=alias.reference("source", "source"),
            at=alias.done(),
        )
        for alias in record.records("aliases", label="text")
    )
