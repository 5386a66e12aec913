"""Who wrote: the account behind a name, and names that only the tracker itself may bear."""

import ast
import json
from pathlib import Path

import pytest
from django.conf import settings

from tests.factories import ACTOR, add_organization, add_plan, add_user, bearer
from tracker import actions
from tracker.choices import Channel, Role
from tracker.errors import Invalid
from tracker.models import User
from tracker.rules import is_reserved
from tracker.timemachine import Actor, head, revision

APPS = ("tracker", "pillars", "initiatives", "reports")


def own_names() -> set[str]:
    """Every name that the product's code gives to an actor of its own."""
    found = set()
    for app in APPS:
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py"):
            module = ast.parse(path.read_text(encoding="utf-8"))
            constants = {
                node.targets[0].id: node.value.value
                for node in module.body
                if isinstance(node, ast.Assign)
                and isinstance(node.targets[0], ast.Name)
                and isinstance(node.value, ast.Constant)
            }
            for call in ast.walk(module):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Actor":
                    for keyword in call.keywords:
                        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                            found.add(keyword.value.value)
                        elif keyword.arg == "name" and isinstance(keyword.value, ast.Name):
                            found.add(constants.get(keyword.value.id, ""))
    return found - {""}


def test_every_name_that_the_tracker_signs_with_is_reserved():
    assert {"Plan files", "Weekly cycle", "Setup link", "Simulation", "migrate"} <= own_names()
    assert [name for name in own_names() if not is_reserved(name)] == []


@pytest.mark.parametrize(
    "name",
    ["Plan files", "plan files", "PLAN  FILES", " Plan\u00a0files ", "Plan\u200bfiles", "planfiles", "Plan-files",
     "Plán files", "Ｐｌａｎ files", "Setup link.", "weekly_cycle", "manage.py add_user", "Manage.py anything",
     "unattributed", "non attribué"],
)  # fmt: skip
def test_look_alikes_are_reserved_too(name):
    assert is_reserved(name)


@pytest.mark.parametrize(
    "name", ["", "Anna", "Plan Filesson", "Marie Migrate", "张伟", "Олена", "weekly", "Manager Py"]
)
def test_names_of_people_are_not(name):
    assert not is_reserved(name)


@pytest.mark.django_db
class TestNamesOfPeople:
    def test_the_account_page_refuses_a_reserved_name(self, client):
        user = add_user("mallory")
        client.force_login(user)
        for language, sentence in (("en", "signs with this name itself"), ("fr", "signs with this name itself")):
            response = client.post(f"/{language}/account/", {"name": "plan  FILES", "language": "", "theme": "auto"})
            assert response.status_code == 422
            if language == "en":
                assert sentence in response.content.decode()
        user.refresh_from_db()
        assert user.name != "plan  FILES"

    @pytest.mark.parametrize("fields", [{"name": "Weekly cycle"}, {"username": "plan-files"}])
    def test_no_account_is_made_with_one(self, fields):
        given = {"username": "mallory", "role": Role.VIEWER, "scope": "", "password": None, "by": ACTOR}
        before = head()
        with pytest.raises(Invalid) as wrong:
            actions.add_user(**{**given, **fields}, at=None)
        assert set(wrong.value.fields) == set(fields)
        assert (User.objects.count(), head()) == (0, before)


@pytest.mark.django_db
class TestShown:
    @pytest.fixture
    def written(self):
        """A revision by an account that bears, from before the rule, the loader's own name."""
        user = add_user("mallory", role=Role.MANAGER)
        User.objects.filter(pk=user.pk).update(name="Plan files")
        with revision(by=Actor(user=User.objects.get(pk=user.pk), channel=Channel.WEB), reason="by a person"):
            add_organization("A")
        return head()

    def test_history_shows_the_account_beside_the_name(self, client, written):
        client.force_login(add_user("anna", role=Role.AUDITOR))
        html = client.get("/en/history/").content.decode()
        row = html[html.index(f'id="r{written}"') :]
        row = row[: row.index("</tr>")]
        assert "Plan files" in row
        assert "mallory" in row

    def test_history_says_when_it_was_the_tracker_itself(self, client):
        add_organization("A")
        number = head()
        client.force_login(add_user("anna", role=Role.AUDITOR))
        html = client.get("/en/history/").content.decode()
        row = html[html.index(f'id="r{number}"') :]
        assert "the tracker itself" in row[: row.index("</tr>")]

    def test_history_asks_once_for_all_accounts(self, client, django_assert_max_num_queries):
        for name in ("a", "b", "c", "d", "e"):
            with revision(by=Actor(user=add_user(name), channel=Channel.WEB), reason="one"):
                add_organization(name.upper())
        client.force_login(add_user("anna", role=Role.AUDITOR))
        client.get("/en/history/")
        with django_assert_max_num_queries(14) as few:
            client.get("/en/history/")
        assert sum("tracker_user" in query["sql"] for query in few.captured_queries) <= 3

    def test_the_account_of_somebody_who_is_gone_is_said_to_be(self, client, written):
        User.objects.filter(username="mallory").delete()
        client.force_login(add_user("anna", role=Role.AUDITOR))
        html = client.get("/en/history/").content.decode()
        row = html[html.index(f'id="r{written}"') :]
        assert "account is gone" in row[: row.index("</tr>")]

    def test_the_api_tells_name_and_account_apart(self, client, written):
        add_plan("BP")
        reader = bearer(add_user("anna", role=Role.AUDITOR))
        body = json.loads(client.get(f"/api/v1/revisions/{written}/", headers=reader).content)
        assert (body["account"], body["actor"]) == ("mallory", "Plan files")
        assert json.loads(client.get("/api/v1/revisions/1/", headers=reader).content)["account"] is None
        part = bearer(add_user("vera", role=Role.VIEWER, scope="BP"))
        hidden = json.loads(client.get(f"/api/v1/revisions/{written}/", headers=part).content)
        assert (hidden["account"], hidden["actor"], hidden["reason"]) == (None, None, None)
