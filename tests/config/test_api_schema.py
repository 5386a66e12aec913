"""The API describes itself: every address, parameter, answer and refusal."""

import io

import pytest
import yaml
from django.core.management import call_command
from django.urls import get_resolver

from config.api import urlpatterns
from tests.factories import add_user, bearer
from tracker.choices import Role


@pytest.fixture(scope="module")
def schema():
    """The schema as `manage.py spectacular` prints it; a warning is an error."""
    out = io.StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=out)
    return yaml.safe_load(out.getvalue())


def operations(schema):
    return [(path, method, one) for path, methods in schema["paths"].items() for method, one in methods.items()]


def test_every_address_is_described(schema):
    described = {path.count("/") for path in schema["paths"]}
    assert described
    named = {pattern.name for pattern in urlpatterns if pattern.name} - {"index", "schema"}
    assert len(named) == len(schema["paths"])
    assert get_resolver() is not None


def test_every_reading_tells_of_the_moment_the_headers_and_the_refusals(schema):
    for path, method, operation in operations(schema):
        answers = operation["responses"]
        assert operation["description"], path
        assert {"400", "401", "403", "429"} <= set(answers), (path, method)
        for code, answer in answers.items():
            if code >= "400":
                assert list(answer["content"]) == ["application/problem+json"], (path, code)
        if method == "get":
            assert "as_of" in {parameter["name"] for parameter in operation["parameters"]}, path
            assert {"X-Revision", "X-Data-As-Of", "Content-Location"} <= set(answers["200"]["headers"]), path
        else:
            assert {"404", "409", "415", "503"} <= set(answers), path
            assert "as_of" not in {parameter["name"] for parameter in operation.get("parameters", [])}


def test_lists_tell_of_their_filters_and_pages(schema):
    found = {p["name"]: p for p in schema["paths"]["/api/v1/initiatives/"]["get"]["parameters"]}
    assert set(found) == {
        "If-None-Match", "after", "as_of", "code", "decision_asked", "disputed", "fields", "freshness", "health",
        "lead", "lifecycle", "limit", "on", "ordering", "organization", "pillar", "place", "plan", "q",
        "security_marking", "since",
    }  # fmt: skip
    assert "-announced_on" in found["ordering"]["schema"]["items"]["enum"]
    assert {"304", "410"} <= set(schema["paths"]["/api/v1/initiatives/"]["get"]["responses"])
    assert found["on"]["schema"] == {"type": "string", "format": "date"}
    assert found["pillar"]["schema"]["type"] == "integer"
    late = {p["name"]: p for p in schema["paths"]["/api/v1/milestones/"]["get"]["parameters"]}["late"]
    assert late["schema"]["type"] == "boolean"
    page = schema["components"]["schemas"]["PaginatedInitiativeRowList"]
    assert page["properties"]["next"]["type"] == ["string", "null"]


def test_a_write_that_needs_a_revision_says_so(schema):
    paths, components = schema["paths"], schema["components"]["schemas"]
    needing = [
        (paths["/api/v1/milestones/{id}/"]["patch"], True),
        (paths["/api/v1/indicators/{id}/"]["patch"], True),
        (paths["/api/v1/change-requests/{id}/decision/"]["post"], True),
        (paths["/api/v1/status-updates/{id}/approve/"]["post"], True),
        (paths["/api/v1/status-updates/{id}/return/"]["post"], True),
        (paths["/api/v1/status-updates/"]["post"], False),  # only where there is one
    ]
    for operation, required in needing:
        [header] = [one for one in operation["parameters"] if one["name"] == "If-Match"]
        assert header.get("required", False) is required
        assert {"412", "428"} <= set(operation["responses"])
    told = components["Problem"]["properties"]["conflicts"]
    assert (told["type"], told["items"]) == ("array", {"$ref": "#/components/schemas/DifferenceRow"})
    assert set(components["DifferenceRow"]["properties"]) == {
        "field", "seen", "stored", "sent", "by", "at", "revision",
    }  # fmt: skip


def test_what_is_made_in_numbers_takes_an_array(schema):
    for name in ("milestones", "ledger-entries", "targets", "observations"):
        body = schema["paths"][f"/api/v1/{name}/"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        one, many = schema["components"]["schemas"][body["$ref"].rsplit("/", 1)[1]]["oneOf"]
        assert (many["type"], many["items"]) == ("array", one), name


def test_evidence_is_a_link_or_a_file(schema):
    content = schema["paths"]["/api/v1/evidence/"]["post"]["requestBody"]["content"]
    assert set(content) == {"application/json", "multipart/form-data"}
    assert schema["components"]["schemas"]["FileBody"]["properties"]["file"]["format"] == "binary"
    served = schema["paths"]["/api/v1/evidence/{id}/file/"]["get"]["responses"]["200"]["content"]
    assert list(served) == ["application/octet-stream"]


def test_exports_are_csv(schema):
    answer = schema["paths"]["/api/v1/exports/initiatives.csv"]["get"]["responses"]["200"]
    assert list(answer["content"]) == ["text/csv"]


def test_each_vocabulary_is_named_once(schema):
    components = schema["components"]["schemas"]
    assert components["Health"]["enum"] == ["green", "amber", "red"]
    assert len(components["HealthBucket"]["enum"]) == 7
    assert not [name for name in components if name.endswith("Enum") and name not in ("UnitEnum",)]


def test_a_token_is_how_a_program_signs_in(schema):
    schemes = schema["components"]["securitySchemes"]
    told = {name: (one["type"], one["scheme"]) for name, one in schemes.items() if name != "cookieAuth"}
    assert told == {"token": ("http", "bearer"), "tokenAsPassword": ("http", "basic")}


@pytest.mark.django_db
def test_the_schema_is_served_to_those_who_are_signed_in(client):
    assert client.get("/api/v1/schema/").status_code == 401
    response = client.get("/api/v1/schema/", headers=bearer(add_user("v", role=Role.VIEWER)))
    assert response.status_code == 200
    assert yaml.safe_load(response.content)["openapi"] == "3.1.1"
