"""`manage.py compilepo`: compiles the message catalogues without msgfmt, and proves them whole."""

import re
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[sdif%]")
# Where French wants a no-break space, an ordinary one or none at all was typed.
FRENCH_SPACING = re.compile(r" [:;?!»]|« |[\w)%][:;?!»](?=\s|$)|«\w")


class Command(BaseCommand):
    help = "Compiles every .po under LOCALE_PATHS to the .mo beside it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail if a .mo is stale")
        parser.add_argument(
            "--strict", action="store_true", help="fail on French that is missing, fuzzy or wrongly spaced"
        )

    def handle(self, *, check: bool, strict: bool, **_options: object) -> None:
        faults: list[str] = []
        for path in sorted(found for root in settings.LOCALE_PATHS for found in Path(root).glob("*/LC_MESSAGES/*.po")):
            catalogue = polib.pofile(str(path))
            if strict and path.parts[-3] == "fr":
                faults += [f"{path}: {fault}" for fault in french_faults(catalogue)]
            compiled = path.with_suffix(".mo")
            if not check:
                compiled.write_bytes(catalogue.to_binary())
            elif not compiled.exists() or compiled.read_bytes() != catalogue.to_binary():
                faults.append(f"{compiled}: stale; run manage.py compilepo")
        if faults:
            raise CommandError("\n".join(faults))


def french_faults(catalogue: polib.POFile) -> Iterator[str]:
    """One sentence for each entry that a French reader would meet untranslated, unsure or wrongly set."""
    for entry in catalogue:
        if entry.obsolete:
            continue
        name = repr(entry.msgid[:60])
        if entry.fuzzy:
            yield f"{name} is fuzzy"
        elif not entry.translated():
            yield f"{name} is not translated"
        else:
            yield from (f"{name} {fault}" for fault in _text_faults(entry))


def _text_faults(entry: polib.POEntry) -> Iterator[str]:
    # French counts 0 and 1 as one, so a singular may leave its number out; the plural must carry all.
    wanted = _placeholders(entry.msgid_plural or entry.msgid)
    texts = entry.msgstr_plural or {0: entry.msgstr}
    if _placeholders(texts[max(texts)]) != wanted:
        yield f"must carry the placeholders {sorted(wanted)}"
    if any(FRENCH_SPACING.search(text) for text in texts.values()):
        yield "needs no-break spaces before : ; ? ! » and after «"


def _placeholders(text: str) -> set[str]:
    return {found.group() for found in PLACEHOLDER.finditer(text)}
