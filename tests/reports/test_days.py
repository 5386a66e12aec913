"""`?on=`: any day that can be meant, and no other, on every page that has figures."""

import pytest
from django.test import Client

from tests.scenarios import small_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages():
    """The addresses of pages with figures, and a client that may read them."""
    made = small_plan()
    client = Client()
    client.force_login(made.people.auditor)
    found = [
        made.plan.get_absolute_url(), made.pillars[0].get_absolute_url(), made.initiatives["green"].get_absolute_url(),
    ]  # fmt: skip
    return client, found


@pytest.mark.parametrize("day", ["1900-01-01", "2026-11-22", "2027-01-03", "2028-02-29", "2199-12-31"])
def test_days_that_can_be_meant(pages, day):
    client, found = pages
    for page in found:
        assert client.get(page, {"on": day}).status_code == 200, page


@pytest.mark.parametrize(
    "day",
    [
        "0001-01-01",
        "9999-12-31",
        "1899-12-31",
        "2200-01-01",
        "2026-02-29",
        "20261122",
        "2026-W47-7",
        "today",
        "2026-1-1",
    ],
)
def test_days_that_cannot(pages, day):
    client, found = pages
    for page in found:
        assert client.get(page, {"on": day}).status_code == 400, page
