"""Who is told who made a change, and why: one rule, for every page."""

import pytest

from tests.factories import add_organization, add_plan, add_user
from tracker.choices import Channel, Role
from tracker.models import Revision
from tracker.permissions import known_revisions, knows_why
from tracker.timemachine import Actor, revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """A manager of one plan, a reader of it, an auditor of everything; what the manager, and what nobody wrote."""
    add_plan("BP")
    manager = add_user("manager", role=Role.MANAGER, scope="BP")
    people = {
        "manager": manager,
        "viewer": add_user("viewer", role=Role.VIEWER, scope="BP"),
        "auditor": add_user("auditor", role=Role.AUDITOR),
        "outsider": add_user("outsider"),
    }
    with revision(by=Actor(user=manager, channel=Channel.WEB), reason="A confidential reason") as turn:
        add_organization("A")
        number = turn.number()
    return people, Revision.objects.get(number=number)


@pytest.mark.parametrize(
    ("who", "told"), [("manager", True), ("viewer", False), ("auditor", True), ("outsider", False)]
)
class TestWhoAndWhy:
    def test_are_told_to_who_sees_everything_and_to_authors(self, world, who, told):
        people, made = world
        assert knows_why(people[who], made) is told

    def test_are_searched_no_further(self, world, who, told):
        people, made = world
        assert Revision.objects.filter(known_revisions(people[who]), number=made.number).exists() is told

    def test_are_shown_by_the_list_of_revisions_alike(self, world, client, who, told):
        people, made = world
        client.force_login(people[who])
        html = client.get("/en/history/").content.decode()
        row = html[html.index(f'id="r{made.number}"') :]
        row = row[: row.index("</tr>")]
        assert ("A confidential reason" in row) is told
        assert ("manager" in row) is told
        assert ("not shown to you" in row) is not told


def test_a_revision_of_nobody_is_nobody_s_own(world):
    """No account is no author, not even to a person without one in the database."""
    people, made = world
    made.actor_id = None
    people["viewer"].pk = None
    assert not knows_why(people["viewer"], made)
