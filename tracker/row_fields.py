"""Columns that rows of many datasets share, each said once: its label, its unit and what it means, in both languages.

A field's `label` is the column's heading, its `help_text` the definition, its `unit` what a number counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class Unit(TextChoices):
    """What the values of a column are measured in."""

    DOLLARS = "dollars", _("Canadian dollars")
    FISCAL_YEAR = "fiscal_year", _("fiscal year, as its start year")
    YEAR = "year", _("year")
    YEARS = "years", _("years")
    DAYS = "days", _("days")
    BYTES = "bytes", _("bytes")
    DEGREES = "degrees", _("degrees")
    SHARE = "share", _("share of the way to the target, 1 is all of it")
    WEIGHT = "weight", _("weight")
    DECIMALS = "decimals", _("decimal places")
    MOVES = "moves", _("moves")
    INDICATOR = "indicator_unit", _("the indicator’s own unit")


@dataclass(frozen=True)
class Reference:
    """The column of a dataset that a value is found in. A code that is `per_plan` names one row only with the plan."""

    dataset: str
    column: str
    per_plan: bool = False

    def __str__(self) -> str:
        return f"{self.dataset}.{self.column}"


PLANS, ORGANIZATIONS, PLACES = (Reference(name, "code") for name in ("plans", "organizations", "places"))
INITIATIVES, INDICATORS, WEEKS = (
    Reference(name, "code", per_plan=True) for name in ("initiatives", "indicators", "weeks")
)
PILLARS = Reference("pillars", "number", per_plan=True)
REVISIONS, ROLLUPS = Reference("revisions", "number"), Reference("rollups", "code")


class IdField(serializers.IntegerField):
    """The key of the row."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Key of the row"),
            "help_text": _("Number that names this row for good, in this dataset. It says nothing else."),
        }
        super().__init__(**{**given, **kwargs})


class KeyField(serializers.IntegerField):
    """The key of a row of a dataset."""

    def __init__(self, dataset: str, **kwargs: Any) -> None:
        self.refers = Reference(dataset, "id")
        super().__init__(**kwargs)


class CodeField(serializers.CharField):
    """The code of a row of a dataset."""

    def __init__(self, refers: Reference, **kwargs: Any) -> None:
        self.refers = refers
        super().__init__(**kwargs)


class PlanField(serializers.CharField):
    """The plan that a row belongs to."""

    refers = PLANS

    def __init__(self, **kwargs: Any) -> None:
        given = {"label": _("Plan"), "help_text": _("Code of the plan that the row belongs to.")}
        super().__init__(**{**given, **kwargs})


class SimulatedField(serializers.BooleanField):
    """Whether the row is invented."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Simulated"),
            "help_text": _("The plan is a simulation, not a real one: its rows are invented. Never add the two up."),
        }
        super().__init__(**{**given, **kwargs})


class PillarField(serializers.IntegerField):
    """The pillar that a row belongs to."""

    refers = PILLARS

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Pillar"),
            "help_text": _("Number, within the plan, of the pillar that the initiative belongs to."),
        }
        super().__init__(**{**given, **kwargs})


class InitiativeField(serializers.CharField):
    """The initiative that a row belongs to."""

    refers = INITIATIVES

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Initiative"),
            "help_text": _("Code of the initiative that the row belongs to; unique within its plan."),
        }
        super().__init__(**{**given, **kwargs})


class InitiativeIdField(serializers.IntegerField):
    """The key of that initiative."""

    refers = Reference("initiatives", "id")

    def __init__(self, **kwargs: Any) -> None:
        given = {"label": _("Key of the initiative"), "help_text": _("`id` of the initiative in the initiatives.")}
        super().__init__(**{**given, **kwargs})


class OrganizationField(serializers.CharField):
    """An organization, by its code."""

    refers = ORGANIZATIONS

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Organization"),
            "help_text": _("Code of the organization; `code` in the organizations."),
        }
        super().__init__(**{**given, **kwargs})


class FiscalYearField(serializers.IntegerField):
    """A fiscal year, 1 April to 31 March, as the year in which it starts."""

    unit = Unit.FISCAL_YEAR

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Fiscal year"),
            "help_text": _("Start year: 2025 is 2025-26, from 1 April 2025 to 31 March 2026."),
        }
        super().__init__(**{**given, **kwargs})


class AmountField(serializers.DecimalField):
    """Dollars, to the cent."""

    unit = Unit.DOLLARS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 16, "decimal_places": 2, **kwargs})


class CountField(serializers.IntegerField):
    """A whole number of something."""

    def __init__(self, unit: Unit, **kwargs: Any) -> None:
        self.unit = unit
        super().__init__(**kwargs)


class MeasureField(serializers.DecimalField):
    """A decimal number of something."""

    def __init__(self, unit: Unit, **kwargs: Any) -> None:
        self.unit = unit
        super().__init__(**kwargs)


class WordField(serializers.CharField):
    """One of some words, of which more may come."""

    def __init__(self, words: Sequence[tuple[str, str | Promise]], **kwargs: Any) -> None:
        self.words = words
        super().__init__(**kwargs)


class WordsField(serializers.ListField):
    """Some of these words, of which more may come."""

    def __init__(self, words: Sequence[tuple[str, str | Promise]], **kwargs: Any) -> None:
        self.words = words
        super().__init__(child=serializers.CharField(), **kwargs)


class EnglishTitleField(serializers.CharField):
    """Title in English."""

    def __init__(self, **kwargs: Any) -> None:
        given = {"label": _("Title, English"), "help_text": _("In English; `official` says whose wording it is.")}
        super().__init__(**{**given, **kwargs})


class FrenchTitleField(serializers.CharField):
    """Title in French."""

    def __init__(self, **kwargs: Any) -> None:
        given = {"label": _("Title, French"), "help_text": _("In French; `french_official` says whose wording it is.")}
        super().__init__(**{**given, **kwargs})


class EnglishNoteField(serializers.CharField):
    """Note in English."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Note, English"),
            "help_text": _("What a reader should know about the row, in English. Empty where nothing is written."),
        }
        super().__init__(**{**given, **kwargs})


class FrenchNoteField(serializers.CharField):
    """Note in French."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Note, French"),
            "help_text": _("What a reader should know about the row, in French. Empty where nothing is written."),
        }
        super().__init__(**{**given, **kwargs})


class RevisionNumberField(serializers.IntegerField):
    """A revision."""

    refers = REVISIONS


class SourceField(serializers.CharField):
    """Publication that states a fact."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Source"),
            "help_text": _("Publication that states it; empty when none does."),
        }
        super().__init__(**{**given, **kwargs})


class SourceUrlField(serializers.CharField):
    """Where that publication is found."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Source address"),
            "help_text": _("Web address of that publication; empty where none is known."),
        }
        super().__init__(**{**given, **kwargs})


class OfficialField(serializers.BooleanField):
    """Whether the source is official."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Official source"),
            "help_text": _(
                "True where an official publication states it; false for the words of the tracker’s people."
            ),
        }
        super().__init__(**{**given, **kwargs})


class FrenchOfficialField(serializers.BooleanField):
    """Whether the French wording is official."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Official French"),
            "help_text": _(
                "True where the French wording is the publication’s own; false for a translation made here."
            ),
        }
        super().__init__(**{**given, **kwargs})


class RevisionField(RevisionNumberField):
    """The last revision that touched the row."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Revision"),
            "help_text": _("Number of the last revision that touched this row; who and why is in the revisions."),
        }
        super().__init__(**{**given, **kwargs})
