"""What of a row is searched, by its words in either language.

Words are compared by their stems, whatever their case and accents (`tracker` migration 0007). What PostgreSQL indexes
of the live rows is written in a migration a second time and must stay the same, or the index is not used; a test holds
them together. The past has an index made of these words themselves.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Searched:
    """Columns, in English and in French. `weekly`: of updates, which are found in a week or an initiative too."""

    english: tuple[str, ...]
    french: tuple[str, ...]
    weekly: bool = False

    def words(self, alias: str = "") -> str:
        """The words of a row, as SQL."""
        own = f"{alias}." if alias else ""
        english, french = (" || ' ' || ".join(_column(f"{own}{name}", name) for name in names)
                           for names in (self.english, self.french))  # fmt: skip
        if self.weekly:
            return f"public.search_words_of_update({own}week_id, {own}initiative_id, {english}, {french})"
        return f"public.search_words({english}, {french})"


def _column(path: str, name: str) -> str:
    return f"public.search_list({path})" if name.startswith("aliases_") else path


INITIATIVE = Searched(
    ("code", "title_en", "aliases_en", "description_en", "source_text", "not_pursued_reason"),
    ("title_fr", "aliases_fr", "description_fr", "source_text", "not_pursued_reason"),
)
MILESTONE = Searched(
    ("code", "title_en", "acceptance_criteria_en", "note_en", "cancelled_reason"),
    ("title_fr", "acceptance_criteria_fr", "note_fr", "cancelled_reason"),
)
STATUS_UPDATE = Searched(
    ("headline_en", "narrative_en", "path_to_green_en", "decision_needed_en", "explanation_en"),
    ("headline_fr", "narrative_fr", "path_to_green_fr", "decision_needed_fr", "explanation_fr"),
    weekly=True,
)
