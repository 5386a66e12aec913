"""The data dictionary: every dataset with its columns and filters, every figure, and how values are written."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.conf import settings

from reports.datasets import DATASETS
from reports.figures import FIGURES, Figure
from tracker.choices import ExportFormat
from tracker.datasets import Dataset
from tracker.dictionary import TYPE_NAMES, TYPES, ColumnMeaning, Word, both, describe, describe_filters
from tracker.exports import TYPES as MEDIA_TYPES
from tracker.measure_fields import Unit

ROOT = "/api/v1/"
# The columns of the dictionary as a file.
HEADER = (
    "dataset", "column", "type", "unit", "nullable", "refers_to", "label_en", "label_fr", "definition_en",
    "definition_fr", "allowed_en", "allowed_fr",
)  # fmt: skip


def dictionary() -> dict[str, Any]:
    """All of it, as the API gives it."""
    return {
        "version": settings.SPECTACULAR_SETTINGS["VERSION"],
        "types": [
            _bilingual({"name": kind.value}, label=TYPE_NAMES[kind], definition=text) for kind, text in TYPES.items()
        ],
        "units": [_bilingual({"name": unit.value}, label=unit.label) for unit in Unit],
        "formats": [
            {"name": form.value, "media_type": MEDIA_TYPES[form], "path": f"{ROOT}exports/{{dataset}}.{form.value}"}
            for form in ExportFormat
        ],
        "datasets": [dataset_entry(dataset) for dataset in DATASETS.values()],
        "figures": [figure_entry(figure) for figure in FIGURES.values()],
    }


def dataset_entry(dataset: Dataset) -> dict[str, Any]:
    """One dataset."""
    return {
        **_bilingual({"name": dataset.name}, label=dataset.label, about=dataset.about),
        "path": f"{ROOT}{dataset.name}/",
        "key": dataset.key,
        "dated": dataset.filters.dated(),
        "columns": [_column(column) for column in describe(dataset)],
        "filters": [asdict(one) for one in describe_filters(dataset)],
    }


def figure_entry(figure: Figure) -> dict[str, Any]:
    """One figure, as it is declared."""
    return {
        "key": figure.key,
        "version": figure.version,
        "label_en": figure.label_en,
        "label_fr": figure.label_fr,
        "definition_en": figure.definition_en,
        "definition_fr": figure.definition_fr,
        "unit": figure.unit.value,
        "adds": figure.adds,
        "buckets": [_bilingual({"key": key}, label=label) for key, label in figure.known.items()],
    }


def rows() -> Iterator[tuple[str, ...]]:
    """One row for each column of each dataset, in the order of `HEADER`: English and French side by side."""
    for dataset in DATASETS.values():
        for column in describe(dataset):
            yield (
                dataset.name, column.name, column.type.value, column.unit, str(column.nullable).lower(),
                str(column.refers or ""), column.label_en, column.label_fr, column.definition_en, column.definition_fr,
                _listed(column.allowed, "en"), _listed(column.allowed, "fr"),
            )  # fmt: skip


def _column(column: ColumnMeaning) -> dict[str, Any]:
    return {
        "name": column.name,
        "label_en": column.label_en,
        "label_fr": column.label_fr,
        "definition_en": column.definition_en,
        "definition_fr": column.definition_fr,
        "type": column.type.value,
        "unit": column.unit or None,
        "nullable": column.nullable,
        "guarded": column.guarded,
        "refers_to": str(column.refers) if column.refers else None,
        "allowed": [asdict(word) for word in column.allowed],
    }


def _bilingual(entry: dict[str, Any], **texts: Any) -> dict[str, Any]:
    for name, text in texts.items():
        entry[f"{name}_en"], entry[f"{name}_fr"] = both(text)
    return entry


def _listed(words: tuple[Word, ...], language: str) -> str:
    return "; ".join(f"{word.value} = {getattr(word, f'label_{language}')}" for word in words)
