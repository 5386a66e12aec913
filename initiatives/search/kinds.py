"""What can be found, and what of it is searched."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import ExpressionWrapper, F
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from initiatives.models import Indicator, Initiative, Milestone, StatusUpdate, searched
from initiatives.models.searched import Searched
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
    """What of a table is searched; `title` names its first column without the language. `order`: which rows come first
    among equals. `pillars`: the ways to a pillar's number."""

    model: Any
    searched: Searched
    title: str
    order: tuple[Any, ...]
    plan: str = ""
    pillars: tuple[str, ...] = ()

    def words(self, alias: str) -> str:
        """The words of a row, as SQL."""
        return self.searched.words(alias)

    def title_words(self, alias: str) -> str:
        """The words of its title, as SQL."""
        return f"public.search_words({alias}.{self.title}_en, {alias}.{self.title}_fr)"

    def columns(self, language: str) -> tuple[str, ...]:
        """What is searched in that language."""
        return self.searched.english if language == "en" else self.searched.french

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)


TEXTS = {
    Kind.INITIATIVES: Texts(
        Initiative, searched.INITIATIVE, "title", (_unindexed("plan_id"), "code", "pk"), "plan__code",
        ("pillar__number",),
    ),
    Kind.MILESTONES: Texts(
        Milestone, searched.MILESTONE, "title",
        (_unindexed("initiative__plan_id"), "initiative__code", "code", "pk"),
        "initiative__plan__code", ("initiative__pillar__number",),
    ),
    Kind.INDICATORS: Texts(
        Indicator,
        Searched(
            ("code", "title_en", "unit_en", "method_en", "note_en"), ("title_fr", "unit_fr", "method_fr", "note_fr")
        ),
        "title", (_unindexed("plan_id"), "code", "pk"), "plan__code", ("pillar__number", "initiative__pillar__number"),
    ),
    Kind.STATUS_UPDATES: Texts(
        StatusUpdate, searched.STATUS_UPDATE, "headline",
        (ExpressionWrapper(F("week__starts_on") + 0, models.DateField()).desc(), "pk"), "week__plan__code",
        ("initiative__pillar__number",),
    ),
    Kind.PLACES: Texts(Place, Searched(("code", "name_en"), ("name_fr",)), "name", ("code", "pk")),
}  # fmt: skip
