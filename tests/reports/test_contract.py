"""What a change of the API's description breaks, kind by kind; and whether the stored copy is that of today."""

import json
from copy import deepcopy

import pytest
from django.core.management import CommandError, call_command

from reports.api_texts import TEXTS
from reports.contract import changes, unexcused
from reports.management.commands import api_schema
from reports.management.commands.api_schema import CHANGELOG, COMMAND, STORED, stored_form
from tests.factories import add_user, bearer
from tracker.api_translation import described, paragraphs_of
from tracker.choices import Role

# Texts that both languages write in the same way.
SAME = {
    "code", "dollars", "initiative", "latitude", "longitude", "note", "observation", "plan", "sha-256", "source",
    "version",
}  # fmt: skip

DOCUMENT = {
    "paths": {
        "/rows/": {
            "get": {
                "parameters": [
                    {"in": "query", "name": "q", "schema": {"type": "string"}},
                    {"in": "query", "name": "health", "schema": {"type": "string", "enum": ["green", "red"]}},
                ],
                "responses": {
                    "200": {
                        "headers": {"X-Revision": {}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Row"}}},
                    },
                    "400": {"content": {"application/problem+json": {"schema": {}}}},
                },
            },
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Body"}}}},
                "responses": {"201": {}},
            },
        }
    },
    "components": {
        "schemas": {
            "Row": {
                "type": "object",
                "properties": {
                    "id": {"type": "integer"},
                    "title": {"type": "string"},
                    "kind": {"type": "string", "enum": ["a", "b"]},
                    "parent": {"$ref": "#/components/schemas/Row"},
                    "tags": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["id"],
            },
            "Body": {
                "type": "object",
                "properties": {"title": {"type": "string"}, "kind": {"type": ["string", "null"]}},
                "required": ["title"],
            },
        }
    },
}
ROW, BODY = ("components", "schemas", "Row"), ("components", "schemas", "Body")
GET, POST = ("paths", "/rows/", "get"), ("paths", "/rows/", "post")


def put(*path, to):
    """The document with one thing changed; `None` takes it away."""
    new = deepcopy(DOCUMENT)
    node = new
    for key in path[:-1]:
        node = node[key]
    if to is None:
        del node[path[-1]]
    else:
        node[path[-1]] = to
    return new


BREAKING = {
    "POST /rows/": put(*POST, to=None),
    "GET /rows/ health": put(*GET, "parameters", 1, to=None),
    "GET /rows/ q": put(*GET, "parameters", 0, "required", to=True),
    "GET /rows/ day": put(*GET, "parameters", 0, to={"in": "query", "name": "day", "required": True, "schema": {}}),
    "GET /rows/ 200": put(*GET, "responses", "200", to=None),
    "GET /rows/ 200 X-Revision": put(*GET, "responses", "200", "headers", "X-Revision", to=None),
    "GET /rows/ 200 application/json": put(*GET, "responses", "200", "content", to={}),
    "POST /rows/ body": put(*POST, "requestBody", "required", to=True),
    "Row.title": put(*ROW, "properties", "title", to=None),
    "Row.id": put(*ROW, "properties", "id", to={"type": ["integer", "null"]}),
    "Row.kind": put(*ROW, "properties", "kind", "enum", to=["a"]),
    "Row.tags[]": put(*ROW, "properties", "tags", "items", to={"type": "integer"}),
    "Body.kind": put(*BODY, "required", to=["title", "kind"]),
    "Body.weight": put(*BODY, "properties", "weight", to={"type": "integer"}) | {},
    "Body.title": put(*BODY, "properties", "title", to={"type": "string", "maxLength": 10}),
}
BREAKING["Body.weight"]["components"]["schemas"]["Body"]["required"] = ["title", "weight"]
HARMLESS = {
    "GET /more/": put("paths", "/more/", to={"get": {"responses": {"200": {}}}}),
    "GET /rows/ after": put(*GET, "parameters", 0, to={"in": "query", "name": "after", "schema": {"type": "string"}}),
    "GET /rows/ 429": put(*GET, "responses", "429", to={}),
    "GET /rows/ health": put(*GET, "parameters", 1, "schema", "enum", to=["green", "red", "grey"]),
    "Row.weight": put(*ROW, "properties", "weight", to={"type": "integer"}),
    "Row.kind": put(*ROW, "properties", "kind", "enum", to=["a", "b", "c"]),
    "Row.title": put(*ROW, "required", to=["id", "title"]),
    "Body.note": put(*BODY, "properties", "note", to={"type": "string"}),
    "Body.title": put(*BODY, "required", to=[]),
}
HARMLESS["GET /rows/ after"]["paths"]["/rows/"]["get"]["parameters"].append(
    {"in": "query", "name": "q", "schema": {"type": "string"}}
)


@pytest.mark.parametrize("name", BREAKING)
def test_what_can_stop_a_program_is_breaking(name):
    found = changes(DOCUMENT, BREAKING[name])
    assert [one.name for one in found if one.breaking and one.name == name] == [name], found


@pytest.mark.parametrize("name", HARMLESS)
def test_what_can_stop_nobody_is_not(name):
    found = changes(DOCUMENT, HARMLESS[name])
    assert [(one.name, one.breaking) for one in found] == [(name, False)]


def test_texts_are_not_compared_and_a_thing_is_told_once():
    assert changes(DOCUMENT, put(*ROW, "description", to="Another text.")) == []
    twice = put(*ROW, "properties", "title", to=None)  # `Row` is in itself, too
    assert [str(one) for one in changes(DOCUMENT, twice)] == ["Row.title: is gone"]


def test_a_line_of_the_unreleased_section_excuses_what_it_names():
    found = changes(DOCUMENT, BREAKING["Row.title"])
    told = "# Changelog\n\n## 0.2.0 (unreleased)\n\n- Breaking: `Row.title` is gone; read `name`.\n\n## 0.1.0\n"
    assert unexcused(found, told) == []
    assert unexcused(found, told.replace("Row.title", "Row.other")) == found
    assert unexcused(found, told.replace("Breaking", "Better")) == found
    assert unexcused(found, told.replace("0.2.0 (unreleased)", "0.2.0")) == found


def test_the_command_refuses_what_the_changelog_does_not_name(tmp_path, monkeypatch):
    stored, changelog = tmp_path / "schema.json", tmp_path / "CHANGELOG.md"
    old = json.loads(stored_form(described("en")))
    old["paths"]["/api/v1/plans/"]["get"]["parameters"].append({"in": "query", "name": "gone", "schema": {}})
    stored.write_text(json.dumps(old), encoding="utf-8")
    changelog.write_text("## 0.1.0 (unreleased)\n", encoding="utf-8")
    for name, path in (("STORED", stored), ("CHANGELOG", changelog), ("TEXTS", tmp_path / "texts.py")):
        monkeypatch.setattr(api_schema, name, path)
    with pytest.raises(CommandError, match=r"Breaking: `GET /api/v1/plans/ gone` is gone\."):
        call_command("api_schema", "--write")
    assert json.loads(stored.read_text(encoding="utf-8")) == old
    changelog.write_text("## 0.1.0 (unreleased)\n- Breaking: `GET /api/v1/plans/ gone` is gone.\n", encoding="utf-8")
    call_command("api_schema", "--write")
    assert stored.read_text(encoding="utf-8") == stored_form(described("en"))


def test_the_api_breaks_nobody_unsaid_and_its_stored_copy_is_that_of_today():
    now = described("en")
    found = changes(json.loads(STORED.read_text(encoding="utf-8")), json.loads(stored_form(now)))
    assert unexcused(found, CHANGELOG.read_text(encoding="utf-8")) == [], (
        'Readers of the API would break. Say so in CHANGELOG.md ("- Breaking: `name` ..."), or take it back.'
    )
    stale = f"The stored description of the API is out of date: run {COMMAND}"
    assert [str(one) for one in found] == [], stale
    assert stored_form(now) == STORED.read_text(encoding="utf-8"), stale
    assert list(TEXTS) == paragraphs_of(now), stale


def test_a_break_is_told_of_each_field_and_of_more_than_types():
    def of(*properties, **operation):
        fields = dict(zip("ab", properties, strict=False))
        schemas = {"Word": {"type": "string"}, "Row": {"type": "object", "properties": fields}}
        answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Row"}}}}
        one = {"responses": {"200": answer | operation.pop("answer", {})}} | operation
        return {"paths": {"/rows/": {"get": one}}, "components": {"schemas": schemas}}

    def broken(old, new):
        return [one.name for one in changes(old, new) if one.breaking]

    word, number = {"$ref": "#/components/schemas/Word"}, {"type": "integer"}
    assert broken(of(word, word), of(number, number)) == ["Row.a", "Row.b"]
    texts = {"type": "array", "items": {"type": "string"}}
    assert broken(of(texts), of({"type": "array"})) == ["Row.a"]
    assert broken(of({"type": "array"}), of(texts)) == []
    many = [{"in": "query", "name": "f", "explode": explode, "schema": texts} for explode in (False, True)]
    assert broken(of(parameters=many[:1]), of(parameters=many[1:])) == ["GET /rows/ f"]
    ways = [{"bearer": []}, {"basic": []}]
    assert broken(of(security=ways), of(security=ways[:1])) == ["GET /rows/"]
    assert broken(of(security=ways[:1]), of(security=ways)) == []
    heads = [{"headers": {"X-Revision": {"schema": {"type": kind}}}} for kind in ("integer", "string")]
    assert broken(of(answer=heads[0]), of(answer=heads[1])) == ["GET /rows/ 200 X-Revision"]


def test_every_text_of_the_description_is_there_in_french():
    english, french = paragraphs_of(described("en")), set(paragraphs_of(described("fr")))
    assert [text for text in english if text in french and text.casefold() not in SAME] == []


@pytest.mark.django_db
def test_it_is_english_unless_another_language_is_asked_for(client):
    headers = bearer(add_user("ana", role=Role.ANALYST, scope="BP")) | {"Accept-Language": "fr"}

    def read(query=""):
        return client.get(f"/api/v1/schema/?format=json{query}", headers=headers)

    english = json.loads(read().content)
    assert stored_form(english) == stored_form(described("en"))
    assert json.loads(read("&lang=en").content) == english
    french = json.loads(read("&lang=fr").content)
    assert stored_form(french) == stored_form(described("fr"))
    assert changes(english, french) == []
    refused = read("&lang=de")
    assert (refused.status_code, set(json.loads(refused.content)["fields"])) == (400, {"lang"})
