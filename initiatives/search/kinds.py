"""What can be found, and what of it is searched.

Words are compared by their stems, whatever their case and accents (`tracker` migration 0007). What PostgreSQL indexes
is written here a second time and must stay the same, or the index is not used; a test holds them together.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import ExpressionWrapper, F
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from initiatives.models import Indicator, Initiative, Milestone, StatusUpdate
from tracker.models import Place


class Kind(models.TextChoices):
    """What can be found, by the names that the API has for them."""

    INITIATIVES = "initiatives", _("Initiatives")
    MILESTONES = "milestones", _("Milestones")
    INDICATORS = "indicators", _("Indicators")
    STATUS_UPDATES = "status-updates", _("Status updates")
    PLACES = "places", _("Places")


def _unindexed(path: str) -> Combinable:
    """To order by, with no index in that order: PostgreSQL would walk along it and read the words of every row."""
    return F(path) + 0


@dataclass(frozen=True)
class Texts:
    """What of a table is searched, in English and in French, as PostgreSQL indexes it; `title` names its first column
    without the language. `order`: which rows come first among equals. `pillar`: the ways to a pillar's number."""

    model: Any
    english: tuple[str, ...]
    french: tuple[str, ...]
    title: str
    order: tuple[Any, ...]
    plan: str = ""
    pillars: tuple[str, ...] = ()
    weekly: bool = False

    def words(self, alias: str) -> str:
        """The words of a row, as SQL."""
        english, french = (" || ' ' || ".join(self._column(alias, name) for name in names)
                           for names in (self.english, self.french))  # fmt: skip
        if self.weekly:
            return f"public.search_words_of_update({alias}.week_id, {alias}.initiative_id, {english}, {french})"
        return f"public.search_words({english}, {french})"

    def same_words(self, alias: str, other: str) -> str:
        """Whether two versions of a row have the same words, without finding out which, as SQL."""
        columns = dict.fromkeys((*self.english, *self.french, *(("week_id", "initiative_id") if self.weekly else ())))
        pair = (", ".join(f"{one}.{name}" for name in columns) for one in (alias, other))
        return "({}) = ({})".format(*pair)

    def title_words(self, alias: str) -> str:
        """The words of its title, as SQL."""
        return f"public.search_words({alias}.{self.title}_en, {alias}.{self.title}_fr)"

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)

    def _column(self, alias: str, name: str) -> str:
        column = f"{alias}.{name}"
        return f"public.search_list({column})" if name.startswith("aliases_") else column


TEXTS = {
    Kind.INITIATIVES: Texts(
        Initiative,
        ("code", "title_en", "aliases_en", "description_en", "source_text", "not_pursued_reason"),
        ("title_fr", "aliases_fr", "description_fr", "source_text", "not_pursued_reason"),
        "title", (_unindexed("plan_id"), "code", "pk"), "plan__code", ("pillar__number",),
    ),
    Kind.MILESTONES: Texts(
        Milestone,
        ("code", "title_en", "acceptance_criteria_en", "note_en", "cancelled_reason"),
        ("title_fr", "acceptance_criteria_fr", "note_fr", "cancelled_reason"),
        "title", (_unindexed("initiative__plan_id"), "initiative__code", "code", "pk"),
        "initiative__plan__code", ("initiative__pillar__number",),
    ),
    Kind.INDICATORS: Texts(
        Indicator,
        ("code", "title_en", "unit_en", "method_en", "note_en"),
        ("title_fr", "unit_fr", "method_fr", "note_fr"),
        "title", (_unindexed("plan_id"), "code", "pk"), "plan__code", ("pillar__number", "initiative__pillar__number"),
    ),
    Kind.STATUS_UPDATES: Texts(
        StatusUpdate,
        ("headline_en", "narrative_en", "path_to_green_en", "decision_needed_en", "explanation_en"),
        ("headline_fr", "narrative_fr", "path_to_green_fr", "decision_needed_fr", "explanation_fr"),
        "headline", (ExpressionWrapper(F("week__starts_on") + 0, models.DateField()).desc(), "pk"), "week__plan__code",
        ("initiative__pillar__number",), weekly=True,
    ),
    Kind.PLACES: Texts(Place, ("code", "name_en"), ("name_fr",), "name", ("code", "pk")),
}  # fmt: skip
