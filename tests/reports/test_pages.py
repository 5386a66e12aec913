"""What holds of all reading pages."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import (
    add_user,
)
from tests.reports.reading import add_more, words
from tracker.choices import Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    ["", "plans/BP/", "plans/BP/pillars/1/", "plans/BP/initiatives/", "plans/BP/initiatives/1.01/",
     "plans/BP/rollups/", "rollups/ROLLUP/", "figures/health/?scope=BP", "data/", "api-reference/",
     "api-reference/milestones/"],
)  # fmt: skip
def test_what_a_page_does_not_read_is_refused(made, show, address):
    address = address.replace("ROLLUP", made.rollups[0].code)
    join = "&" if "?" in address else "?"
    for query, name in (("bogus=1", "bogus"), ("on=2026-01-05&on=2026-01-12", "on")):
        html = show(made.people.viewer, f"{address}{join}{query}", status=400)
        assert f"<code>{name}</code>" in html


def test_an_unknown_choice_of_entries_is_refused(made, show):
    assert "<code>entries</code>" in show(made.people.viewer, "plans/BP/initiatives/1.01/?entries=some", status=400)


def test_who_has_no_role_is_told_whom_to_ask(made, show):
    assert "Your account has no role in any plan." in words(show(made.people.outsider, ""))


def test_before_any_plan_is_loaded_an_administrator_is_told_how(show):
    assert "manage.py load_plan" in show(add_user(role=Role.ADMINISTRATOR), "")


def test_only_parts_that_one_has_a_use_for_are_in_the_navigation(made, show):
    def parts(user):
        html = show(user, "plans/BP/")
        return [name for name in ("my-week", "review") if f"/plans/BP/{name}/" in html]

    assert parts(made.people.viewer) == []
    assert parts(made.people.manager) == ["my-week"]
    assert parts(made.people.pillar_lead) == ["my-week", "review"]


def test_the_number_of_queries_does_not_grow_with_the_rows(made, show):
    in_plan = ("", "pillars/1/", "initiatives/", "initiatives/1.01/", "review/", "my-week/", "rollups/")
    addresses = [*(f"plans/BP/{page}" for page in in_plan), "figures/health/?scope=BP", "history/"]

    def queries(address):
        with CaptureQueriesContext(connection) as captured:
            show(made.people.plan_admin, address)
        return len(captured)

    add_more(made, "8", 10)
    queries("data/")  # signs in
    few = {address: queries(address) for address in addresses}
    add_more(made, "9", 190)
    assert {address: queries(address) for address in addresses} == few
