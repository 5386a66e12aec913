"""The data package: its descriptor keeps the rules of Frictionless Data, and its files are what it says."""

import csv
import io
import json
import re
from decimal import Decimal

import duckdb
import pandas
import pytest

from reports.datasets import DATASETS
from tests.factories import ACTOR, add_organization, bearer
from tests.scenarios import small_plan
from tracker.timemachine import head, revision

pytestmark = pytest.mark.django_db

NAME = re.compile(r"[-a-z0-9._/]+")
TYPES = {"string", "integer", "number", "boolean", "date", "datetime"}
PANDAS = {
    "string": "string",
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
    "date": "string",
    "datetime": "string",
}
DUCKDB = {
    "string": "VARCHAR", "integer": "BIGINT", "number": "DECIMAL(38,6)", "boolean": "BOOLEAN", "date": "DATE",
    "datetime": "TIMESTAMPTZ",
}  # fmt: skip


@pytest.fixture
def plan():
    return small_plan()


@pytest.fixture
def package(client, plan):
    def read(query="", user=None):
        response = client.get(f"/api/v1/datapackage.json{query}", headers=bearer(user or plan.people.auditor))
        return json.loads(response.content)

    return read


@pytest.fixture
def files(client, plan):
    def read(package, user=None):
        """Each file of the package, as text."""
        headers, found = bearer(user or plan.people.auditor), {}
        for resource in package["resources"]:
            response = client.get(resource["path"].removeprefix("http://testserver"), headers=headers)
            assert response.status_code == 200, response.content
            found[resource["name"]] = b"".join(response).decode("utf-8")
        return found

    return read


def test_it_keeps_the_rules_of_the_specification(package):
    descriptor = package("?plan=BP")
    assert descriptor["profile"] == "tabular-data-package"
    assert NAME.fullmatch(descriptor["name"])
    resources = {one["name"]: one for one in descriptor["resources"]}
    assert list(resources) == list(DATASETS)
    for name, one in resources.items():
        assert NAME.fullmatch(name)
        assert one["profile"] == "tabular-data-resource"
        assert re.match(r"https?://", one["path"])
        assert ".." not in one["path"]
        fields = {field["name"]: field for field in one["schema"]["fields"]}
        assert len(fields) == len(one["schema"]["fields"])
        assert {field["type"] for field in fields.values()} <= TYPES
        assert one["schema"]["primaryKey"] in fields
        for field in fields.values():
            assert set(field.get("constraints", {})) <= {"required", "unique", "enum"}
            enum = field.get("constraints", {}).get("enum")
            assert enum is None or (enum and len(set(enum)) == len(enum))
        for key in one["schema"].get("foreignKeys", []):
            ours, theirs = _listed(key["fields"]), _listed(key["reference"]["fields"])
            assert type(key["fields"]) is type(key["reference"]["fields"])
            assert len(ours) == len(theirs)
            assert set(ours) <= set(fields)
            named = resources[key["reference"]["resource"] or name]
            assert set(theirs) <= {field["name"] for field in named["schema"]["fields"]}


def _listed(fields):
    return [fields] if isinstance(fields, str) else fields


def test_its_files_have_just_these_columns_types_and_keys(package, files, tmp_path):
    """Every value by hand, then the whole by pandas and by DuckDB, told no more than the descriptor says."""
    descriptor = package("?plan=BP")
    texts = files(descriptor)
    tables = {}
    for resource in descriptor["resources"]:
        fields = resource["schema"]["fields"]
        rows = list(csv.DictReader(io.StringIO(texts[resource["name"]], newline="")))
        tables[resource["name"]] = rows
        assert [one["name"] for one in fields] == texts[resource["name"]].split("\r\n", 1)[0].split(",")
        for row in rows:
            for field in fields:
                _holds(field, row[field["name"]])
        key = [row[resource["schema"]["primaryKey"]] for row in rows]
        assert len(set(key)) == len(key)
        path = tmp_path / f"{resource['name']}.csv"
        path.write_text(texts[resource["name"]], encoding="utf-8", newline="")
        _read_by_libraries(fields, path, rows)
    assert {name for name, rows in tables.items() if not rows} <= {
        "milestone-dependencies", "change-requests", "transfers", "indicators", "targets", "observations", "evidence",
        "places",  # those of the plan: nothing of it is recorded at any
    }  # fmt: skip
    for resource in descriptor["resources"]:
        for key in resource["schema"].get("foreignKeys", []):
            named = tables[key["reference"]["resource"] or resource["name"]]
            there = {tuple(row[name] for name in _listed(key["reference"]["fields"])) for row in named}
            for row in tables[resource["name"]]:
                value = tuple(row[name] for name in _listed(key["fields"]))
                assert "" in value or value in there, (resource["name"], key)


def _holds(field, text):
    constraints = field.get("constraints", {})
    if not text:
        assert not constraints.get("required"), field["name"]
        return
    assert text in constraints.get("enum", [text]), field["name"]
    match field["type"]:
        case "integer":
            int(text)
        case "number":
            Decimal(text)
        case "boolean":
            assert text in [*field["trueValues"], *field["falseValues"]]
        case "date":
            assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", text)
        case "datetime":
            assert re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{6})?Z", text)


def _read_by_libraries(fields, path, rows):
    types = {one["name"]: PANDAS[one["type"]] for one in fields}
    dates = [one["name"] for one in fields if one["type"] == "date"]
    frame = pandas.read_csv(path, dtype=types, keep_default_na=False, na_values=[""])
    assert len(frame) == len(rows)
    for name in dates:
        pandas.to_datetime(frame[name], format="%Y-%m-%d")
    columns = {one["name"]: DUCKDB[one["type"]] for one in fields}
    with duckdb.connect() as database:
        read = database.read_csv(str(path), header=True, dtype=columns, delimiter=",", quotechar='"', escapechar='"')
        assert [str(kind) for kind in read.types] == [_told(kind) for kind in columns.values()]
        counts = ", ".join(f'count("{name}")' for name in columns)  # of what is no null, each value read as its type
        filled = tuple(sum(1 for row in rows if row[name]) for name in columns)
        assert read.aggregate(counts).fetchall() == [filled]


def _told(kind):
    return "TIMESTAMP WITH TIME ZONE" if kind == "TIMESTAMPTZ" else kind


def test_it_is_of_the_plan_and_the_moment_that_are_asked_for(package, files):
    before = head()
    pinned = package(f"?plan=BP&as_of=r{before}")
    assert all(f"as_of=r{before}" in one["path"] for one in pinned["resources"])
    with revision(by=ACTOR, reason="later"):
        add_organization("LATER")
    assert "LATER" not in files(pinned)["organizations"]
    live = package("?plan=BP")
    assert not [one for one in live["resources"] if "as_of" in one["path"]]
    assert "LATER" in files(live)["organizations"]
    assert ",OTHER," not in files(live)["plans"]


def test_a_plan_that_the_reader_may_not_see_is_refused(client, plan):
    for code in ("NONE", "bp"):
        refused = client.get(f"/api/v1/datapackage.json?plan={code}", headers=bearer(plan.people.manager))
        assert refused.status_code == 400
        assert set(json.loads(refused.content)["fields"]) == {"plan"}
