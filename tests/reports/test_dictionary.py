"""The data dictionary: nothing without a meaning, the same in both languages, in the API, as a file and as a page."""

import csv
import io
import json
import re

import pytest

from reports.datasets import DATASETS
from reports.dictionary import HEADER
from reports.figures import FIGURES
from tests.factories import add_user, bearer
from tracker.choices import Role
from tracker.dictionary import TYPE_NAMES, TYPES, both, describe, describe_filters
from tracker.measure_fields import Unit
from tracker.tabular import Kind

COLUMNS = [(name, column) for name, dataset in DATASETS.items() for column in describe(dataset)]
# Words that both languages write in the same way.
SAME = {
    "API", "Code", "Dollars", "English", "Initiative", "Initiatives", "Latitude", "Longitude", "Note", "Observation",
    "Observations", "Plan", "Plans", "SHA-256", "Source", "Version", "capital", "code", "correction", "français",
    "initiative", "instant", "maximum", "minimum", "observation", "plan", "ratio", "stock", "version",
}  # fmt: skip
CODE = re.compile(r"`([^`]+)`")
NAME = re.compile(r"[a-z][a-z_]*")


def translated(english: str, french: str) -> bool:
    return bool(english.strip() and french.strip()) and (english != french or english in SAME)


def test_every_column_says_what_it_is_in_both_languages():
    poor = [
        (dataset, column.name)
        for dataset, column in COLUMNS
        if not translated(column.label_en, column.label_fr)
        or not translated(column.definition_en, column.definition_fr)
        or not (column.definition_en.endswith(".") and column.definition_fr.endswith("."))
        or column.definition_en.rstrip(".") == column.label_en
        or (column.unit and not translated(column.unit_en, column.unit_fr))
        or [word for word in column.allowed if not translated(word.label_en, word.label_fr)]
    ]
    assert poor == []
    assert len(COLUMNS) > 380


def test_every_dataset_filter_type_and_unit_says_what_it_is_in_both_languages():
    texts = [text for dataset in DATASETS.values() for text in (dataset.label, dataset.about)]
    texts += [*TYPES.values(), *TYPE_NAMES.values(), *(unit.label for unit in Unit)]
    assert [english for english, french in map(both, texts) if not translated(english, french)] == []
    told = [one for dataset in DATASETS.values() for one in describe_filters(dataset)]
    poor = [one.name for one in told if not translated(one.label_en, one.label_fr)]
    poor += [w.value for one in told for w in one.allowed if not translated(w.label_en, w.label_fr)]
    assert poor == []
    assert set(TYPES) == set(TYPE_NAMES) == set(Kind)


def test_a_column_that_may_be_null_says_when():
    silent = [
        (dataset, column.name)
        for dataset, column in COLUMNS
        if (column.nullable or column.guarded)
        and not ("null" in column.definition_en.lower() and "nul" in column.definition_fr.lower())
    ]
    assert silent == []


def test_a_definition_names_columns_that_there_are():
    for dataset, column in COLUMNS:
        named = [CODE.findall(text) for text in (column.definition_en, column.definition_fr)]
        assert named[0] == named[1], (dataset, column.name)
        referred = {str(column.refers.column)} if column.refers else set()
        known = DATASETS[dataset].row.names() | {"on", "id", "code", "week", "no_update", "gc_orgID"} | referred
        assert {one for one in named[0] if NAME.fullmatch(one)} <= known, (dataset, column.name)


def test_what_a_column_refers_to_is_there():
    for dataset, column in COLUMNS:
        if column.refers is not None:
            assert column.refers.column in DATASETS[column.refers.dataset].row.names(), (dataset, column.name)
            assert not column.refers.per_plan or "plan" in DATASETS[dataset].row.names(), (dataset, column.name)
    referring = {(dataset, column.name) for dataset, column in COLUMNS if column.refers}
    keys = {(d, c.name) for d, c in COLUMNS if c.name.endswith("_id") or c.name in ("plan", "revision", "organization")}
    assert keys - referring == {("organizations", "gc_org_id")}


def test_numbers_say_what_they_count():
    """Those that count something: keys, ordinals and codes do not."""
    plain = {
        "number", "pillar", "edition", "entry", "observation", "budget_line", "reverses", "reversed_by", "corrects",
        "transfer", "supersedes", "superseded_by", "as_of", "lock_revision", "revision", "id", "gc_org_id",
    }  # fmt: skip
    silent = [
        (dataset, column.name)
        for dataset, column in COLUMNS
        if column.type in (Kind.WHOLE, Kind.DECIMAL)
        and not column.unit
        and column.name not in plain
        and not column.name.endswith("_id")
    ]
    assert silent == []


def test_the_parts_of_a_ratio_are_not_in_the_unit_of_the_ratio():
    units = {column.name: column for dataset, column in COLUMNS if dataset == "observations"}
    assert {name for name, column in units.items() if column.unit == Unit.INDICATOR} == {"value", "amount"}
    for name in ("numerator", "denominator"):
        assert units[name].unit == Unit.RATIO_PART
        assert "own" in units[name].definition_en
        assert "propre" in units[name].definition_fr


@pytest.fixture
def get(client):
    headers = bearer(add_user("ana", role=Role.ANALYST, scope="BP"))
    return lambda path: client.get(path, headers=headers)


@pytest.mark.django_db
def test_the_api_gives_all_of_it(get):
    body = json.loads(get("/api/v1/dictionary/").content)
    assert [one["name"] for one in body["datasets"]] == list(DATASETS)
    assert [one["key"] for one in body["figures"]] == list(FIGURES)
    assert {one["name"] for one in body["types"]} == set(Kind)
    assert {one["name"] for one in body["formats"]} == {"csv", "ndjson", "xlsx", "parquet"}
    assert body["version"] == "1"
    for entry in body["datasets"]:
        assert get(entry["path"]).status_code == 200
        listed = json.loads(get(f"{entry['path']}?limit=1").content)
        assert ("on" in listed) is entry["dated"]
        alone = get(f"/api/v1/dictionary/{entry['name']}/")
        assert json.loads(alone.content) == entry
    [amount] = [one for one in _columns(body, "ledger-entries") if one["name"] == "amount"]
    assert (amount["type"], amount["unit"], amount["nullable"], amount["refers_to"]) == (
        "decimal",
        "dollars",
        False,
        None,
    )
    [stage] = [one for one in _columns(body, "ledger-entries") if one["name"] == "stage"]
    assert {"value": "authority", "label_en": "authority", "label_fr": "autorisation"} in stage["allowed"]
    [reason] = [one for one in _columns(body, "revisions") if one["name"] == "reason"]
    assert reason["guarded"]


def _columns(body, name):
    return next(one["columns"] for one in body["datasets"] if one["name"] == name)


@pytest.mark.django_db
def test_the_file_has_a_row_for_each_column_with_both_languages(get):
    response = get("/api/v1/dictionary.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8; header=present"
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert tuple(rows[0]) == HEADER
    assert [(row["dataset"], row["column"]) for row in rows] == [(name, column.name) for name, column in COLUMNS]
    assert all(row["definition_en"] and row["definition_fr"] for row in rows)


@pytest.mark.django_db
def test_what_is_asked_amiss_is_refused(get, client):
    assert get("/api/v1/dictionary/nothing/").status_code == 404
    for path in ("dictionary/", "dictionary/plans/", "dictionary.csv", "datapackage.json"):
        assert client.get(f"/api/v1/{path}").status_code == 401
        refused = get(f"/api/v1/{path}?colour=red")
        assert (refused.status_code, json.loads(refused.content)["code"]) == (400, "unknown_filter")


@pytest.fixture
def page(client):
    client.force_login(add_user("ana", role=Role.ANALYST, scope="BP"))

    def read(language="en", status=200, **query):
        response = client.get(f"/{language}/dictionary/", query)
        assert response.status_code == status
        return response.content.decode()

    return read


@pytest.mark.django_db
def test_the_page_has_an_anchor_for_every_column_in_both_languages(page):
    for language in ("en", "fr"):
        text = page(language)
        missing = [f"{name}.{column.name}" for name, column in COLUMNS if f'id="{name}.{column.name}"' not in text]
        assert missing == []
        assert len(set(re.findall(r'id="([^"]+)"', text))) == len(re.findall(r'id="([^"]+)"', text))


@pytest.mark.django_db
def test_the_page_finds_words_of_either_language(page):
    for words in ("EXPENDITURE", "autorisation"):
        for language in ("en", "fr"):
            text = page(language, q=words)
            assert 'id="ledger-entries.stage"' in text
            assert 'id="plans.id"' not in text
    assert "Nothing in the dictionary" in page(q="nothing is called so")
    one = page(dataset="targets")
    assert 'id="targets.id"' in one
    assert 'id="plans.id"' not in one
    assert 'id="plans.id"' in page(q="plans")  # the name of a dataset: all of it
    page(dataset="nothing", status=400)
    page(colour="red", status=400)
    assert "&lt;b&gt;" in page(q="<b>")
