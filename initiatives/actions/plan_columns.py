"""What a plan's files say, as the columns of a row hold it."""

from datetime import date

from initiatives.plan_files import Alias, Bilingual, MilestoneData
from initiatives.plan_files.vocabulary import Precision


def both(name: str, text: Bilingual | None) -> dict[str, str]:
    """A pair of columns; both empty without a text."""
    return {f"{name}_en": text.en if text else "", f"{name}_fr": text.fr if text else ""}


def joined(text: Bilingual | None) -> str:
    """Both languages in a field that has one column."""
    return f"{text.en} / {text.fr}" if text else ""


def worded(aliases: tuple[Alias, ...]) -> dict[str, list[str]]:
    """Other wordings, by language."""
    return {f"aliases_{language}": [a.text for a in aliases if a.language == language] for language in ("en", "fr")}


def noted(item: MilestoneData) -> dict[str, str]:
    """The note, and what is known of a date that the source does not give to the day."""
    note = both("note", item.note)
    actual = item.actual
    if actual is None or actual.precision == Precision.DAY:
        return note
    english, french = _imprecise(actual.on, actual.precision)
    return {
        "note_en": " ".join(filter(None, [note["note_en"], english])),
        "note_fr": " ".join(filter(None, [note["note_fr"], french])),
    }


def _imprecise(on: date, precision: Precision) -> tuple[str, str]:
    if precision == Precision.MONTH:
        return (
            f"The source gives the month only ({on:%Y-%m}); its last day stands for it.",
            f"La source ne donne que le mois ({on:%Y-%m}); son dernier jour en tient lieu.",
        )
    return (
        f"The source gives the year only ({on:%Y}); its last day stands for it.",
        f"La source ne donne que l’année ({on:%Y}); son dernier jour en tient lieu.",
    )
