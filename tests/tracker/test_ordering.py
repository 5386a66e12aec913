"""Lists in any order of their stored columns, page by page; and nothing that is asked is ignored."""

import json

import pytest
from django.urls import reverse

from reports.datasets import DATASETS
from tests.access.api_writes import api_writings
from tests.access.facts import facts_beside
from tests.factories import bearer
from tests.scenarios import small_plan
from tests.tracker.addresses import LISTS, everywhere, problem
from tracker.filters import StrictFilterSet
from tracker.row_json import compose

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return small_plan()


@pytest.fixture
def get(client, plan):
    headers = bearer(plan.people.auditor)
    return lambda path: client.get(path, headers=headers)


def walk(get, path):
    found = []
    while path:
        page = json.loads(get(path).content)
        found += page["results"]
        path = page["next"]
    return found


@pytest.mark.parametrize("name", LISTS)
def test_every_column_that_may_order_does_so_page_by_page(get, name):
    dataset = DATASETS[name]
    assert dataset.key in dataset.orderable
    whole = {row[dataset.key] for row in walk(get, f"/api/v1/{name}/")}
    for column in dataset.orderable:
        for sign in ("", "-"):
            rows = walk(get, f"/api/v1/{name}/?limit=3&ordering={sign}{column}")
            assert len(rows) == len(whole)
            assert {row[dataset.key] for row in rows} == whole
            values = [row[column] for row in rows]
            known = [value for value in values if value is not None]
            if known and isinstance(known[0], int | bool):
                assert known == sorted(known, reverse=sign == "-"), column


def test_several_columns_and_the_key_decide(get):
    rows = walk(get, "/api/v1/initiatives/?ordering=pillar,-code&limit=2")
    assert rows == sorted(sorted(rows, key=lambda row: row["code"], reverse=True), key=lambda row: row["pillar"])
    amounts = [float(row["amount"]) for row in walk(get, "/api/v1/ledger-entries/?ordering=-amount&limit=2")]
    assert amounts == sorted(amounts, reverse=True)


def test_other_orders_are_refused_and_the_known_named(get):
    for text in ("colour", "-health", "title_en,", "--code", "narrative_en", "contributors", "pk", "lead__code"):
        fields = problem(get(f"/api/v1/initiatives/?ordering={text}"), 400, "bad_ordering")
        assert "code, " in fields["ordering"]
    assert "3" in problem(get("/api/v1/initiatives/?ordering=code,id,pillar,plan"), 400, "bad_ordering")["ordering"]
    assert get("/api/v1/initiatives/?ordering=").status_code == 200


def test_an_end_in_another_order_is_none(get):
    page = json.loads(get("/api/v1/initiatives/?ordering=-starts_on&limit=1").content)
    after = page["next"].partition("after=")[2].partition("&")[0]
    assert set(problem(get(f"/api/v1/initiatives/?ordering=-id&after={after}"), 400, "bad_page")) == {"after"}


def test_no_address_ignores_a_parameter(plan, get):
    for path in everywhere(plan):
        glue = "&" if "?" in path else "?"
        assert set(problem(get(f"{path}{glue}colour=red"), 400, "unknown_filter")) == {"colour"}, path
        assert set(problem(get(f"{path}{glue}colour="), 400, "unknown_filter")) == {"colour"}, path


def test_the_description_takes_its_format_and_its_language(get):
    assert get("/api/v1/schema/?colour=red").status_code == 400


def test_no_write_ignores_a_parameter(plan, client):
    headers = bearer(plan.people.plan_admin)
    for one in api_writings(plan, facts_beside(plan)):
        if one.answers[6] == 405:
            continue
        path = f"{reverse(one.name, args=one.args)}?colour=red"
        answer = client.generic(one.method, path, json.dumps(one.data), "application/json", headers=headers)
        assert set(problem(answer, 400, "unknown_filter")) == {"colour"}, path


def test_pages_filter_by_what_the_lists_filter_by():
    """Every filter set is a dataset's: a page cannot have a filter that its list lacks."""

    def leaves(kind):
        below = kind.__subclasses__()
        return {kind} if not below else set().union(*map(leaves, below))

    mine = {one for one in leaves(StrictFilterSet) if not one.__module__.startswith("tests")}
    assert mine == {dataset.filters for dataset in DATASETS.values()}


def test_nobody_orders_by_a_column_that_is_kept_from_some(client, plan):
    """Neither the order nor the cursor of a page tells who wrote."""
    for person in (plan.people.auditor, plan.people.manager):
        for order, status in (("account", 400), ("-channel,account", 400), ("channel", 200)):
            path = f"/api/v1/revisions/?ordering={order}&limit=1"
            assert client.get(path, headers=bearer(person)).status_code == status, path


def test_the_pages_of_a_walk_share_one_statement(get, monkeypatch):
    """Composed once for the first, and once for all that end at values of the same kind."""
    made = []
    monkeypatch.setattr("tracker.pagination.compose", lambda *given: made.append(given) or compose(*given))
    for path in (
        "ledger-entries/?limit=1",
        "initiatives/?limit=1&ordering=-lead",
        "milestones/?limit=1&fields=id,code",
    ):
        made.clear()
        assert len(walk(get, f"/api/v1/{path}")) > 3
        assert len(made) == 2, path
