"""What every column and filter of a dataset means, in both languages: one description for pages, API, files and data
packages.

The texts stand at the fields of the dataset's rows: `label`, `help_text`, `unit`, the vocabulary of a choice, and the
dataset that a key or code `refers` to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import django_filters
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from tracker.datasets import Dataset
from tracker.filters import DayFilter, WholeNumberFilter, YesNoFilter
from tracker.key_fields import Reference
from tracker.measure_fields import Unit
from tracker.serializers import RowSerializer
from tracker.tabular import Kind

LANGUAGES = ("en", "fr")
# How a value of each type is written, in JSON and in CSV.
TYPES: dict[Kind, Promise] = {
    Kind.TEXT: _("Empty where nothing is written; null only where the column says so."),
    Kind.CHOICE: _("One word of a fixed list, the same in both languages; the column names them."),
    Kind.WHOLE: _("Digits without a separator, and a minus sign where it is negative."),
    Kind.DECIMAL: _("With a decimal point and no other separator; in JSON as text, so that no digit is lost."),
    Kind.FLAG: _("`true` or `false`."),
    Kind.DAY: _("`2026-11-22` (ISO 8601), by the calendar of the plan’s time zone."),
    Kind.INSTANT: _("`2026-11-22T17:05:00Z` (ISO 8601), in UTC, with microseconds where there are any."),
    Kind.TEXTS: _("An array in JSON; in CSV one text, with `; ` between them."),
}
# What people call a type.
TYPE_NAMES: dict[Kind, Promise] = {
    Kind.TEXT: _("text"),
    Kind.CHOICE: _("one word of a list"),
    Kind.WHOLE: _("whole number"),
    Kind.DECIMAL: _("decimal number"),
    Kind.FLAG: _("true or false"),
    Kind.DAY: _("day"),
    Kind.INSTANT: _("instant"),
    Kind.TEXTS: _("several texts"),
}


@dataclass(frozen=True)
class Word:
    """One value that a column allows."""

    value: str
    label_en: str
    label_fr: str


@dataclass(frozen=True, kw_only=True)
class ColumnMeaning:
    """One column: what a program needs to read it, and what a person needs to understand it.

    `unit` is empty where a value is no measurement; `allowed` where any value of the type is. An empty cell is unknown,
    and only a `nullable` column has one; a text that is not `nullable` is empty where nothing is written. A `guarded`
    column is null for readers of a part of the plans. `refers` is the column of a dataset that the value is found in.
    """

    name: str
    type: Kind
    unit: str
    unit_en: str
    unit_fr: str
    nullable: bool
    label_en: str
    label_fr: str
    definition_en: str
    definition_fr: str
    allowed: tuple[Word, ...] = ()
    refers: Reference | None = None
    guarded: bool = False


@dataclass(frozen=True, kw_only=True)
class FilterMeaning:
    """One filter of a list and its files."""

    name: str
    type: str
    label_en: str
    label_fr: str
    allowed: tuple[Word, ...] = ()


def both(text: str | Promise) -> tuple[str, str]:
    """The text in English and in French."""
    english, french = (_in(language, text) for language in LANGUAGES)
    return english, french


def _in(language: str, text: str | Promise) -> str:
    with override(language):
        return str(text)


def describe(dataset: Dataset) -> tuple[ColumnMeaning, ...]:
    """Every column of the dataset, in its fixed order."""
    return _described(dataset.row, dataset.guarded)


@cache
def _described(row: type[RowSerializer], guarded: tuple[str, ...]) -> tuple[ColumnMeaning, ...]:
    return tuple(_meanings(row, guarded))


def _meanings(row: type[RowSerializer], guarded: tuple[str, ...]) -> Iterator[ColumnMeaning]:
    fields = row._declared_fields  # noqa: SLF001 - the declaration, without a serializer of a request
    for column in row.columns():
        field: Any = fields[column.name]
        unit: Unit | None = getattr(field, "unit", None)
        unit_en, unit_fr = both(unit.label) if unit else ("", "")
        label_en, label_fr = both(field.label or "")
        definition_en, definition_fr = both(field.help_text or "")
        yield ColumnMeaning(
            name=column.name,
            type=column.kind,
            unit=unit.value if unit else "",
            unit_en=unit_en,
            unit_fr=unit_fr,
            nullable=field.allow_null,
            label_en=label_en,
            label_fr=label_fr,
            definition_en=definition_en,
            definition_fr=definition_fr,
            allowed=_words(getattr(field, "words", ())),
            refers=getattr(field, "refers", None),
            guarded=column.name in guarded,
        )


def _words(found: Any) -> tuple[Word, ...]:
    return tuple(Word(str(word), *both(label)) for word, label in found)


def describe_filters(dataset: Dataset) -> tuple[FilterMeaning, ...]:
    """Every filter of the dataset's list, in the order of their names."""
    return tuple(_filter(name, one) for name, one in sorted(dataset.filters.base_filters.items()))


def _filter(name: str, one: django_filters.Filter) -> FilterMeaning:
    label_en, label_fr = both(one.label or name)
    words = one.extra.get("choices", ()) if _type(one) is Kind.CHOICE else ()
    return FilterMeaning(name=name, type=_type(one), label_en=label_en, label_fr=label_fr, allowed=_words(words))


def _type(one: django_filters.Filter) -> str:
    """The type of its value: one of the columns' types, or an ISO week."""
    if isinstance(one, YesNoFilter):
        return Kind.FLAG
    if isinstance(one, django_filters.ChoiceFilter):
        return Kind.CHOICE
    if isinstance(one, DayFilter):
        return Kind.DAY
    if isinstance(one, WholeNumberFilter):
        return Kind.WHOLE
    return Kind.TEXT if isinstance(one, django_filters.CharFilter) else "week"
