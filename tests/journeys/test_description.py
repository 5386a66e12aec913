"""The API keeps what its own description says, whatever is sent to it: schemathesis walks the schema as each role.

Each role takes a few of the operations, other ones than the next role; CONTRACT=whole has each take all, in which eight
roles take half an hour.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.core.management import call_command

from tests.browser import serving
from tests.conftest import own_database
from tests.factories import token_for
from tests.scenarios import People, small_plan

pytestmark = [pytest.mark.heavy]
ROLES = ("outsider", "viewer", "analyst", "auditor", "manager", "pillar_lead", "plan_admin", "administrator")
SHARE = 6  # one in so many operations is looked at by anybody, but for CONTRACT=whole
# A description cannot say which codes and keys there are, nor that a cursor is taken from an answer.
UNKNOWABLE = "positive_data_acceptance"


@dataclass(frozen=True)
class Site:
    """The running site, its description in a file, and who is there."""

    url: str
    schema: str
    operations: list[str]
    people: People


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Site]:
    with own_database(django_db_blocker):
        people = small_plan().people
        schema = tmp_path_factory.mktemp("schema") / "schema.json"
        call_command("spectacular", "--format", "openapi-json", "--file", str(schema))
        paths = json.loads(schema.read_text(encoding="utf-8"))["paths"].values()
        operations = sorted(one["operationId"] for methods in paths for one in methods.values())
        with serving() as url:
            yield Site(url, str(schema), operations, people)


@pytest.mark.parametrize("role", ROLES)
def test_nothing_breaks_and_nothing_is_otherwise_than_described(site, role):
    token = token_for(getattr(site.people, role))
    whole = os.environ.get("CONTRACT") == "whole"
    phases = "examples,coverage,fuzzing" if whole else "coverage"
    chosen = site.operations if whole else site.operations[ROLES.index(role) :: len(ROLES) * SHARE]
    found = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "run", site.schema, "--url", site.url, "--no-color",
            "--header", f"Authorization: Bearer {token}", "--phases", phases,
            "--exclude-checks", UNKNOWABLE, "--generation-deterministic",
            "--continue-on-failure", *(part for name in chosen for part in ("--include-operation-id", name)),
        ],
        capture_output=True, text=True, timeout=3600, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout[-12000:] + found.stderr[-2000:]
