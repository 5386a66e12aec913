"""Every page costs the same number of queries for ten initiatives and for two hundred."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.access.reads import QUERIES, table
from tests.rows import add_many
from tests.scenarios import small_plan

pytestmark = [pytest.mark.django_db, pytest.mark.heavy]


def test_every_page_costs_ten_initiatives_what_it_costs_two_hundred(client):
    """Live and as of a past revision, for the plan's administrator, who sees and may do the most. The pages are all
    that there are: the table of addresses that another test holds complete."""
    plan = small_plan()
    week = plan.weeks[1]
    add_many(plan.pillars[0], week, range(20, 30), lead=plan.organizations["CBSA"])
    client.force_login(plan.people.plan_admin)
    addresses = {
        name: reverse(name, args=args) + QUERIES.get(name, "")
        for name, (args, answers) in table(plan).items()
        if answers[7] == 200 and not name.startswith("api:")
    }

    def queries() -> dict[str, int]:
        found = {}
        for name, address in addresses.items():
            with CaptureQueriesContext(connection) as captured:
                response = client.get(address)
                assert response.status_code == 200, name
                b"".join(response)
            found[name] = len(captured)
        return found

    queries()  # what is read once and kept
    few = queries()
    add_many(plan.pillars[0], week, range(30, 220), lead=plan.organizations["CBSA"])
    many = queries()
    assert len(few) > 40
    assert {name: (few[name], many[name]) for name in few if many[name] > few[name]} == {}
    # The page of two rollups asks for each figure at every leg of the way between them.
    assert max(many.values()) <= 150, max(many, key=many.__getitem__)
