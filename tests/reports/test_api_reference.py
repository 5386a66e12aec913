"""The API reference says what the API's own description says, and its examples can be sent."""

import ast
import json
import re
import shlex
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import resolve

from reports.datasets import DATASETS
from reports.reference import reference
from reports.reference.reading import _LABELS
from reports.reference.refusals import REFUSALS
from tracker.api_translation import described

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def groups():
    return reference("en")


def operations(groups):
    return [(group, one) for group in groups.values() for one in group.operations]


def test_every_operation_stands_in_one_group_with_all_its_parameters_and_answers(groups):
    said_all = described("en")
    told = {(one.method.lower(), one.path): one for _group, one in operations(groups)}
    assert set(told) == {(method, path) for path, methods in said_all["paths"].items() for method in methods}
    for (method, path), one in told.items():
        said = said_all["paths"][path][method]
        assert {term.name for term in one.parameters} == {p["name"] for p in said.get("parameters", ())}
        assert [answer.status for answer in one.answers] == sorted(said["responses"])
        assert len(one.bodies) == len(said.get("requestBody", {}).get("content", ()))
        assert one.about, path


def test_every_group_has_a_name_of_its_own_in_french():
    told = {slug: group.label for slug, group in reference("fr").items()}
    assert told["search"] == "Recherche"
    assert {slug for slug in told if slug not in DATASETS} <= set(_LABELS)


def test_every_object_that_is_named_is_told_on_the_same_page(groups):
    for group in groups.values():
        told = {shape.name for shape in group.objects}
        named = {answer.object for one in group.operations for answer in one.answers}
        named |= {term.object for shape in group.objects for term in shape.terms}
        named |= {term.object for one in group.operations for body in one.bodies for term in body.shape.terms}
        assert named - {""} <= told, group.slug
        assert len({one.key for one in group.operations}) == len(group.operations)


def test_examples_are_of_addresses_that_there_are(groups):
    for _group, one in operations(groups):
        words = shlex.split(one.example.curl("https://tracker.example").replace("\\\n", " "))
        found = resolve(urlsplit(words[-1]).path)
        assert found.url_name, one.path
        assert "{" not in words[-1]
        if "--data" in words:
            assert set(json.loads(words[words.index("--data") + 1]))


def test_examples_of_lists_and_files_answer(groups, made, client):
    """As they stand: no parameter of an example is unknown or badly written."""
    client.force_login(made.people.administrator)
    for _group, one in operations(groups):
        if one.method == "GET" and "{" not in one.path:
            answer = client.get(one.example.path, dict(one.example.query))
            assert answer.status_code == 200, (one.path, answer.content)
            b"".join(answer)


def test_pages_say_it_all_in_both_languages(made, show, groups):
    for language in ("en", "fr"):
        index = show(made.people.viewer, "api-reference/", language=language)
        for slug in groups:
            assert f'href="/{language}/api-reference/{slug}/"' in index
        html = unescape(show(made.people.viewer, "api-reference/milestones/", language=language))
        for name in ("/api/v1/milestones/{id}/forecasts/", "If-Match", "forecast_on", "MilestoneRow", "deliverable"):
            assert name in html
        assert len(html) < 400_000
        assert not re.search(r"<script(?! src)|<style| style=", html)
    show(made.people.viewer, "api-reference/nothing/", status=404)


# Refusals of pages, commands and forms alone: no address of the API gives them.
NOT_OF_THE_API = {
    "bad_address", "exists", "history", "last_administrator", "no_address", "no_person", "no_role", "not_held",
    "not_to_send_again", "refused", "set_up", "too_many_tokens", "too_many_tries", "week_not_locked",
    "week_not_published",
}  # fmt: skip


def test_every_code_that_the_program_refuses_by_is_told():
    told = {code for one in REFUSALS for code in one.codes}
    assert len(told) == sum(len(one.codes) for one in REFUSALS)
    found = {code for app in ("tracker", "pillars", "initiatives", "reports") for code in codes_of(app)}
    assert found - told - NOT_OF_THE_API == set()


def codes_of(app):
    """Every literal that is given as the code of a refusal."""
    for path in Path(settings.BASE_DIR, app).rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "code" and isinstance(node.value, ast.Constant):
                yield from [node.value.value] if re.fullmatch("[a-z]+(_[a-z]+)*", str(node.value.value)) else []
            if isinstance(node, ast.ClassDef) and _is_refusal(node):
                yield from (
                    one.value.value
                    for one in node.body
                    if isinstance(one, ast.Assign)
                    and one.targets[0].id == "code"
                    and isinstance(one.value, ast.Constant)
                )


def _is_refusal(node):
    names = {getattr(base, "id", "") for base in node.bases}
    return bool(names & {"Refused", "Invalid", "Conflict", "Missing", "NotAllowed", "Exception"})
