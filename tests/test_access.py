"""Who may open what, and who may write what: two tables of every address by every role (`tests/access`). An address
that is not in the first fails, and so does a row without an address."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from config.api import router
from tests.access.api_writes import api_writings
from tests.access.facts import facts_beside
from tests.access.page_writes import page_writings
from tests.access.reads import QUERIES, UNNAMED, table
from tests.access.roles import ROLES
from tests.factories import bearer
from tests.scenarios import SmallPlan, small_plan
from tracker.models import User
from tracker.timemachine import head

pytestmark = [pytest.mark.django_db, pytest.mark.heavy]


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    """The name of every address, with its name space; the pattern of one that has none."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = pattern.namespace or pattern.app_name
            yield from routes(pattern.url_patterns, f"{prefix}{space}:" if space else prefix)
        else:
            yield f"{prefix}{pattern.name or pattern.pattern}"


def asking(plan: SmallPlan, role: str, *, program: bool) -> tuple[Client, dict[str, str]]:
    """A client of that person: a browser that is signed in, or a program with a token."""
    client = Client(raise_request_exception=False)
    user: User | None = None if role == "anonymous" else getattr(plan.people, role)
    if user and program:
        return client, bearer(user)
    if user:
        client.force_login(user)
    return client, {}


def test_the_table_is_of_the_addresses_that_there_are():
    there_are = list(routes(get_resolver().url_patterns))
    rows = {*table(small_plan()), *UNNAMED}
    assert len(there_are) == len(set(there_are)), "two addresses of one name"
    assert not set(there_are) - rows, "not in the table"
    assert not rows - set(there_are), "in the table, and no address"


def test_every_address_answers_every_role_as_the_table_says():
    plan = small_plan()
    rows = {
        **{name: (reverse(name, args=args) + QUERIES.get(name, ""), answers)
           for name, (args, answers) in table(plan).items()},
        **UNNAMED,
    }  # fmt: skip
    wrong = []
    for name, (address, expected) in rows.items():
        for role, status in zip(ROLES, expected, strict=True):
            client, headers = asking(plan, role, program=name.startswith("api:"))
            got = client.get(address, headers=headers)
            if got.streaming:
                assert b"".join(got)
            if got.status_code != status:
                wrong.append(f"{name} as {role}: {got.status_code} instead of {status}")
    assert not wrong, "\n".join(wrong)


def api_posts() -> set[str]:
    """Every address of the API where something is made, changed or undone."""
    return {
        f"api:{name}-{of}"
        for _prefix, view, name in router.registry
        for of, writes in [
            ("list", hasattr(view, "create")), ("detail", hasattr(view, "partial_update")),
            *((one.url_path, "post" in one.mapping) for one in view.get_extra_actions()),
        ]
        if writes
    }  # fmt: skip


def test_every_write_answers_every_role_as_the_table_says():
    """Also whether it wrote: an answer alone says nothing where a refusal is a redirect too."""
    plan = small_plan()
    beside = facts_beside(plan)
    rows = [*page_writings(plan, beside), *api_writings(plan, beside)]
    posted = {name for name in routes(get_resolver().url_patterns) if not name.startswith("api:") and name[0] != "^"}
    without = {"health-live", "health-ready", "health-deep", "accessibility"}
    assert posted - {row.name for row in rows} == without
    assert api_posts() <= {row.name for row in rows if row.writes or row.name == "api:transfer-undo"}
    wrong = []
    for row in rows:
        for role, status in zip(ROLES, row.answers, strict=True):
            program = row.name.startswith("api:")
            with transaction.atomic():
                client, headers = asking(plan, role, program=program)
                before = head()
                kind = {"content_type": "application/json"} if program or row.method != "post" else {}
                got = getattr(client, row.method)(
                    reverse(row.name, args=row.args), row.data, headers={**headers, **row.headers}, **kind
                )
                wrote = head() > before
                transaction.set_rollback(True)
            if (got.status_code, wrote) != (status, role in row.writes):
                did = "wrote" if wrote else "wrote nothing"
                wrong.append(f"{row.method} {row.name} as {role}: {got.status_code} instead of {status}, and {did}")
    assert not wrong, "\n".join(wrong)
