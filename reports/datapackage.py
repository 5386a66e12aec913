"""The datasets as a Tabular Data Package (Frictionless Data, version 1): where each CSV is, what its columns are."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.http import urlencode

from reports.datasets import DATASETS
from tracker.datasets import Dataset
from tracker.dictionary import ColumnMeaning, both, describe
from tracker.tabular import Kind

_TYPES: Mapping[Kind, Mapping[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.CHOICE: {"type": "string"},
    Kind.TEXTS: {"type": "string"},  # with "; " between them: version 1 has no list of texts
    Kind.WHOLE: {"type": "integer"},
    Kind.DECIMAL: {"type": "number"},
    Kind.FLAG: {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]},
    Kind.DAY: {"type": "date"},
    Kind.INSTANT: {"type": "datetime", "format": "any"},  # "default" knows no fractions of a second
}
# The file as programs read it best: no byte order mark, and texts as they are.
_PLAIN = {"bom": "0", "defuse": "0"}
_DIALECT = {
    "delimiter": ",", "doubleQuote": True, "quoteChar": '"', "lineTerminator": "\r\n", "skipInitialSpace": False,
    "header": True, "caseSensitiveHeader": True, "csvddfVersion": 1.2,
}  # fmt: skip


def data_package(site: str, *, plan: str, moment: str) -> dict[str, Any]:
    """The descriptor of all datasets at a site (`https://host`): of one plan where one is named, at a moment where one
    is; the addresses of its files ask for both. English titles and descriptions, French ones beside them."""
    return {
        "profile": "tabular-data-package",
        "name": f"action-plan-{plan.lower()}" if plan else "action-plans",
        "title": "Action-plan tracker" + (f": {plan}" if plan else ""),
        "homepage": f"{site}/",
        "resources": [_resource(site, dataset, plan=plan, moment=moment) for dataset in DATASETS.values()],
    }


def _resource(site: str, dataset: Dataset, *, plan: str, moment: str) -> dict[str, Any]:
    title_en, title_fr = both(dataset.label)
    about_en, about_fr = both(dataset.about)
    asked = {"plan": plan, "as_of": moment} if "plan" in dataset.filters.base_filters else {"as_of": moment}
    if dataset.name == "plans":
        asked["code"] = plan
    query = urlencode({**{name: value for name, value in asked.items() if value}, **_PLAIN})
    return {
        "profile": "tabular-data-resource",
        "name": dataset.name,
        "title": title_en,
        "title_fr": title_fr,
        "description": about_en,
        "description_fr": about_fr,
        "path": f"{site}/api/v1/exports/{dataset.name}.csv?{query}",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": _DIALECT,
        "schema": _schema(dataset),
    }


def _schema(dataset: Dataset) -> dict[str, Any]:
    columns = describe(dataset)
    names = {column.name for column in columns}
    schema: dict[str, Any] = {
        "fields": [_field(column, unique=column.name == dataset.key) for column in columns],
        "missingValues": [""],
        "primaryKey": dataset.key,
    }
    if keys := list(_foreign_keys(dataset, columns, names)):
        schema["foreignKeys"] = keys
    return schema


def _field(column: ColumnMeaning, *, unique: bool) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    # An empty text cannot be told from a missing one in a CSV.
    if not column.nullable and not column.guarded and column.type not in (Kind.TEXT, Kind.TEXTS):
        constraints["required"] = True
    if unique:
        constraints["unique"] = True
    if column.type is Kind.CHOICE:
        constraints["enum"] = [word.value for word in column.allowed]
    field: dict[str, Any] = {
        "name": column.name,
        **_TYPES[column.type],
        "title": column.label_en,
        "title_fr": column.label_fr,
        "description": column.definition_en,
        "description_fr": column.definition_fr,
    }
    if column.unit:
        field["unit"] = column.unit
    return {**field, "constraints": constraints} if constraints else field


def _foreign_keys(
    dataset: Dataset, columns: tuple[ColumnMeaning, ...], names: set[str]
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """What its columns refer to; a code that names one row of a plan only, together with the plan."""
    for column in columns:
        if column.refers is None:
            continue
        named = column.refers
        resource = "" if named.dataset == dataset.name else named.dataset
        if not named.per_plan:
            yield {"fields": column.name, "reference": {"resource": resource, "fields": named.column}}
        elif "plan" in names:
            both_of = ["plan", column.name], ["plan", named.column]
            yield {"fields": both_of[0], "reference": {"resource": resource, "fields": both_of[1]}}
