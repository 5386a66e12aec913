"""`manage.py add_user`, and the scopes that it takes."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from initiatives.scopes import check_scope
from tests.factories import add_initiative, add_organization, add_pillar, add_plan
from tracker.errors import Invalid
from tracker.models import ApiToken, User
from tracker.timemachine import head

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frame():
    plan = add_plan()
    add_pillar(plan, 1)
    add_initiative(add_pillar(plan, 2), "2.01", lead=add_organization())
    add_pillar(plan, 12)


def run(*args):
    out = StringIO()
    call_command("add_user", *args, stdout=out)
    return dict(line.split(" ") for line in out.getvalue().splitlines())


def test_a_new_account_gets_a_password_and_a_token():
    said = run("marie", "--role", "manager", "--scope", "BP/2.01", "--name", "Marie", "--language", "fr", "--token")
    user = User.objects.get(username="marie")
    assert user.check_password(said["password"])
    assert ApiToken.objects.get(user=user).prefix == said["token"].split("_")[1]
    assert [(grant.role, grant.scope) for grant in user.grants.all()] == [("manager", "BP/2.01")]


def test_a_token_may_be_for_less():
    said = run("ada", "--role", "auditor", "--token", "--read-only", "--only-plan", "BP", "--days", "7")
    token = ApiToken.objects.get(prefix=said["token"].split("_")[1])
    assert (token.scope, token.plans, (token.expires_at - token.created_at).days) == ("read", ["BP"], 7)


def test_a_known_account_gets_one_more_role_and_no_new_password():
    run("marie", "--role", "manager", "--scope", "BP")
    password = User.objects.get().password
    assert run("marie", "--role", "viewer") == {}
    assert User.objects.get().password == password
    assert User.objects.get().grants.count() == 2


@pytest.mark.parametrize(
    "args",
    [("marie", "--role", "king"), ("marie", "--role", "viewer", "--scope", "BP/3"), ("no spaces", "--role", "viewer"),
     ("marie", "--role", "viewer", "--language", "de"), ("marie",), ("marie", "--role", "viewer", "--read-only"),
     ("marie", "--role", "viewer", "--token", "--only-plan", "X"),
     ("marie", "--role", "viewer", "--token", "--only-plan", "BP/2"),
     ("marie", "--role", "viewer", "--token", "--days", "0"),
     ("marie", "--role", "viewer", "--token", "--days", "99999999999")],
)  # fmt: skip
def test_wrong_input_changes_nothing(args):
    before = head()
    with pytest.raises(CommandError):
        run(*args)
    assert (User.objects.count(), ApiToken.objects.count(), head()) == (0, 0, before)


@pytest.mark.parametrize("scope", ["", "BP", "BP/1", "BP/2", "BP/12", "BP/2.01"])
def test_scopes_that_exist(scope):
    check_scope(scope)


@pytest.mark.parametrize(
    "scope",
    ["X", "bp", "BP/", "BP/3", "BP/02", "BP/0", "BP/2.02", "BP/2/1", "/2", "BP/²", "BP/12345", "BP/" + "9" * 5000],
)
def test_scopes_that_do_not(scope):
    with pytest.raises(Invalid):
        check_scope(scope)
