"""What answers of the API cost."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import add_user, bearer
from tests.rows import two_hundred_of_each
from tests.tracker.addresses import FIGURES, LISTS
from tracker.choices import Role

pytestmark = pytest.mark.django_db
# Queries from which columns are computed outside the database.
COMPUTED = {"indicators": 3, "targets": 1}


def test_a_list_costs_the_same_number_of_queries_for_ten_rows_and_two_hundred(client):
    two_hundred_of_each()
    headers = bearer(add_user("auditor", role=Role.AUDITOR))
    client.get("/api/v1/plans/", headers=headers)

    def cost(path):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            body = json.loads(client.get(path, headers=headers).content)
        return len(body["results"]), len(queries)

    for name in LISTS:
        ten, few = cost(f"/api/v1/{name}/?limit=10")
        all_of_them, many = cost(f"/api/v1/{name}/?limit=200")
        assert (ten, all_of_them) == (10, 200), name
        assert few == many <= 8 + COMPUTED.get(name, 0), name


def test_more_rows_cost_an_explanation_no_more_queries(client):
    two_hundred_of_each()
    headers = bearer(add_user("auditor", role=Role.AUDITOR))

    def cost(path):
        with CaptureQueriesContext(connection) as queries:
            client.get(path, headers=headers)
        return len(queries)

    cost("/api/v1/")  # the first use of a token is written down
    for key in FIGURES:
        one, many = (cost(f"/api/v1/figures/{key}/explanation/?scope={scope}") for scope in ("P001/1.01", "P001"))
        assert abs(one - many) <= 1, key
