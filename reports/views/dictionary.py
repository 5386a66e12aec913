"""The data dictionary as a page: what every dataset, column, filter and figure means, in both languages."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from reports.datasets import DATASETS
from reports.figures import FIGURES, Figure
from reports.views.asked import refuse_others
from reports.views.explain import UNITS
from tracker.datasets import Dataset
from tracker.dictionary import TYPE_NAMES, TYPES, ColumnMeaning, FilterMeaning, Word, both, describe, describe_filters
from tracker.errors import Invalid
from tracker.formats import is_french
from tracker.tabular import Kind

One = TypeVar("One")
WEEK = gettext_lazy("ISO week, `2026-W46`")


@dataclass(frozen=True)
class Side:
    """A name and what it means, in one language."""

    label: str
    definition: str


@dataclass(frozen=True)
class Term:
    """A column, filter or figure: its machine name, and what it means in the reader's language and in the other. It is
    found by `sought` too: its words in both languages."""

    name: str
    own: Side
    other: Side
    type: str | Promise = ""
    unit: str | Promise = ""
    words: tuple[tuple[str, str], ...] = ()
    sought: tuple[str, ...] = ()
    column: ColumnMeaning | None = None

    def holds(self, text: str) -> bool:
        """Whether the text stands anywhere in it, in either language and whatever its case."""
        sides = (self.own.label, self.own.definition, self.other.label, self.other.definition)
        return any(text in said.casefold() for said in (self.name, *sides, *self.sought))


@dataclass(frozen=True)
class Section:
    """A dataset with those of its columns and filters that are looked for."""

    dataset: Dataset
    other_label: str
    other_about: str
    columns: list[Term]
    filters: list[Term]


@login_required
@require_safe
def dictionary(request: HttpRequest) -> HttpResponse:
    """Every dataset; with `q` what holds these words, with `dataset` one of them."""
    refuse_others(request, "q", "dataset")
    text = request.GET.get("q", "").strip()
    chosen = request.GET.get("dataset", "")
    if chosen and chosen not in DATASETS:
        message = _("There is no such dataset. Known are: %(known)s.") % {"known": ", ".join(DATASETS)}
        raise Invalid(_("Some filters cannot be applied."), fields={"dataset": message}, code="bad_filter")
    sections = [_section(dataset) for name, dataset in DATASETS.items() if chosen in ("", name)]
    figures = [] if chosen else [_figure(one) for one in FIGURES.values()]
    if text:
        sections = [found for one in sections if (found := _narrowed(one, text.casefold()))]
        figures = [one for one in figures if one.holds(text.casefold())]
    context = {
        "trail": [(_("Data"), reverse("data")), (_("Data dictionary"), "")],
        "asked": text,
        "chosen": chosen,
        "narrowed": bool(text or chosen),
        "names": [(name, dataset.label) for name, dataset in DATASETS.items()],
        "sections": sections,
        "columns": sum(len(one.columns) for one in sections),
        "figures": figures,
        "types": [(name, TYPES[kind]) for kind, name in TYPE_NAMES.items()],
        "other": "en" if is_french() else "fr",
    }
    return render(request, "reports/dictionary.html", context)


def _section(dataset: Dataset) -> Section:
    return Section(
        dataset,
        _sides(both(dataset.label))[1],
        _sides(both(dataset.about))[1],
        [_column(column) for column in describe(dataset)],
        [_filter(one) for one in describe_filters(dataset)],
    )


def _narrowed(section: Section, text: str) -> Section | None:
    """The section with what holds the text; whole where its own name does, None where nothing does."""
    own, other = both(section.dataset.label)
    if any(text in name.casefold() for name in (section.dataset.name, own, other)):
        return section
    columns = [one for one in section.columns if one.holds(text)]
    filters = [one for one in section.filters if one.holds(text)]
    return replace(section, columns=columns, filters=filters) if columns or filters else None


def _column(column: ColumnMeaning) -> Term:
    own, other = _sides((Side(column.label_en, column.definition_en), Side(column.label_fr, column.definition_fr)))
    unit = _sides((column.unit_en, column.unit_fr))[0]
    return Term(
        column.name, own, other, TYPE_NAMES[column.type], unit, _words(column.allowed), _sought(column.allowed), column
    )


def _filter(one: FilterMeaning) -> Term:
    own, other = _sides((Side(one.label_en, ""), Side(one.label_fr, "")))
    kind = WEEK if one.type == "week" else TYPE_NAMES[Kind(one.type)]
    return Term(one.name, own, other, kind, "", _words(one.allowed), _sought(one.allowed))


def _figure(one: Figure) -> Term:
    own, other = _sides((Side(one.label_en, one.definition_en), Side(one.label_fr, one.definition_fr)))
    words = tuple(Word(key, *both(label)) for key, label in one.known.items())
    version = _("version %(n)s") % {"n": one.version}
    return Term(one.key, own, other, version, UNITS[one.unit], _words(words), _sought(words))


def _sought(words: Iterable[Word]) -> tuple[str, ...]:
    return tuple(said for word in words for said in (word.value, word.label_en, word.label_fr))


def _words(words: Iterable[Word]) -> tuple[tuple[str, str], ...]:
    return tuple((word.value, _sides((word.label_en, word.label_fr))[0]) for word in words)


def _sides(pair: tuple[One, One]) -> tuple[One, One]:
    """The reader's language first."""
    return (pair[1], pair[0]) if is_french() else pair
