"""People who leave: accounts that close, roles that end, tokens that are revoked; by whom, and what is refused."""

import json
import logging
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.factories import ACTOR, PASSWORD, add_plan, add_user, bearer, token_for
from tracker import actions
from tracker.choices import Channel, Role
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.models import ApiToken, Revision, RoleGrant, User
from tracker.timemachine import Actor, as_of, head, revision

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def chief():
    return add_user("chief", role=Role.ADMINISTRATOR)


def run(name, *args):
    out = StringIO()
    call_command(name, *args, stdout=out)
    return out.getvalue().splitlines()


class TestTokens:
    def test_are_listed_and_nothing_changes_without_a_choice(self):
        user = add_user("ada", role=Role.ANALYST)
        token_for(user)
        token_for(user, lifetime=timedelta(seconds=-1) + timedelta(seconds=2))
        listed = run("revoke_token", "ada")
        assert len(listed) == 2
        assert all(" write all plans until 20" in line and line.endswith(" never used a test") for line in listed)
        assert not ApiToken.objects.exclude(revoked_at=None).exists()

    def test_one_is_revoked_by_prefix_or_whole_and_stops_working_at_once(self, client):
        user = add_user("ada", role=Role.ANALYST)
        one, two, three = (token_for(user) for _ in range(3))

        def status(token):
            return client.get("/api/v1/plans/", headers={"Authorization": f"Bearer {token}"}).status_code

        assert run("revoke_token", "ada", one.split("_")[1], two)[0] == "revoked 2"
        assert [status(token) for token in (one, two, three)] == [401, 401, 200]
        assert run("revoke_token", "ada", one)[0] == "revoked 0"

    def test_all_are_revoked_of_one_account_only(self, client):
        user = add_user("ada", role=Role.ANALYST)
        token_for(user)
        token_for(user)
        other = bearer(add_user("bob", role=Role.ANALYST))
        assert run("revoke_token", "ada", "--all") == ["revoked 2"]
        assert client.get("/api/v1/plans/", headers=other).status_code == 200

    @pytest.mark.parametrize("args", [("nobody",), ("ada", "ffff"), ("ada", "{other}")])
    def test_what_is_not_there_is_refused_and_changes_nothing(self, args):
        user = add_user("ada", role=Role.ANALYST)
        mine, other = token_for(user), token_for(add_user("bob", role=Role.ANALYST))
        given = [arg.format(other=other.split("_")[1]) for arg in args]
        with pytest.raises(CommandError):
            run("revoke_token", *given, *([mine] if args[0] == "ada" else []))
        assert not ApiToken.objects.exclude(revoked_at=None).exists()


class TestGrants:
    def test_one_ends_at_once_and_the_past_keeps_it(self, client):
        add_plan("BP")
        user = add_user("marie", role=Role.MANAGER, scope="BP")
        actions.grant_role(user=user, role=Role.VIEWER, scope="BP", by=ACTOR, at=NOW)
        then = head()
        assert run("end_grant", "marie", "--role", "manager", "--scope", "BP") == ["marie is viewer of BP"]
        assert Revision.objects.get(number=head()).reason == "marie is no longer manager of BP"
        assert User.objects.get(username="marie").access.grants == {("viewer", "BP")}
        assert run("end_grant", "marie", "--role", "viewer", "--scope", "BP") == ["marie holds no role"]
        with as_of(then):
            assert RoleGrant.objects.filter(user=user, ends_on=None).count() == 2
        assert client.get("/api/v1/plans/", headers=bearer(user)).status_code == 403
        actions.grant_role(user=user, role=Role.MANAGER, scope="BP", by=ACTOR, at=NOW)
        assert User.objects.get(username="marie").access.grants == {("manager", "BP")}

    def test_one_that_begins_today_or_later_is_taken_back(self):
        user = add_user("marie")
        with revision(by=ACTOR, reason="for later"):
            RoleGrant.objects.create(user=user, role=Role.VIEWER, scope="BP", starts_on=timezone.localdate())
        run("end_grant", "marie", "--role", "viewer", "--scope", "BP")
        assert not user.grants.exists()

    @pytest.mark.parametrize(
        "args",
        [("nobody", "--role", "viewer"), ("marie", "--role", "viewer"), ("marie", "--role", "king"), ("marie",),
         ("marie", "--role", "manager"), ("marie", "--role", "analyst", "--scope", "BP")],
    )  # fmt: skip
    def test_one_that_is_not_held_is_refused(self, args):
        user = add_user("marie", role=Role.MANAGER, scope="BP")
        with revision(by=ACTOR, reason="long ago"):
            RoleGrant.objects.create(
                user=user, role=Role.ANALYST, scope="BP", ends_on=timezone.localdate() - timedelta(days=3)
            )
        before = head()
        with pytest.raises(CommandError):
            run("end_grant", *args)
        assert head() == before

    def test_the_last_administrator_stays_one(self):
        before = head()
        with pytest.raises(CommandError, match="Nobody would be administrator"):
            run("end_grant", "chief", "--role", "administrator")
        assert (head(), User.objects.get().access.grants) == (before, {("administrator", "")})
        add_user("deputy", role=Role.ADMINISTRATOR)
        run("end_grant", "chief", "--role", "administrator")


class TestAccounts:
    def test_closing_ends_session_tokens_and_sign_in_and_keeps_roles(self, client, caplog):
        caplog.set_level(logging.INFO, "tracker.people")
        user = add_user("ada", role=Role.ANALYST)
        headers = bearer(user)
        client.force_login(user)
        assert run("close_account", "ada") == ["ada is closed"]
        assert client.get("/en/account/").status_code == 302
        assert client.get("/api/v1/plans/", headers=headers).status_code == 401
        response = client.post("/en/sign-in/", {"username": "ada", "password": PASSWORD})
        assert response.status_code == 200
        assert user.grants.count() == 1
        assert "Account ada closed by manage.py close_account" in caplog.text
        assert run("close_account", "ada") == ["ada is closed"]

    def test_reopening_lets_sign_in_at_once_but_brings_no_token_back(self, client):
        user = add_user("ada", role=Role.ANALYST)
        headers = bearer(user)
        run("close_account", "ada")
        for _ in range(6):
            client.post("/en/sign-in/", {"username": "ada", "password": "wrong"})
        assert run("close_account", "ada", "--reopen") == ["ada is open"]
        assert client.post("/en/sign-in/", {"username": "ada", "password": PASSWORD}).status_code == 302
        client.logout()
        assert client.get("/api/v1/plans/", headers=headers).status_code == 401

    def test_the_last_administrator_s_account_stays_open(self):
        with pytest.raises(CommandError, match="Nobody would be administrator"):
            run("close_account", "chief")
        assert User.objects.get().is_active

    def test_where_there_is_no_administrator_yet_accounts_close_and_roles_end(self):
        RoleGrant.objects.all().delete()
        add_user("ada", role=Role.ANALYST)
        assert run("end_grant", "ada", "--role", "analyst") == ["ada holds no role"]
        assert run("close_account", "ada") == ["ada is closed"]

    def test_an_account_that_is_not_there(self):
        for args in (("nobody",), ("nobody", "--reopen")):
            with pytest.raises(CommandError, match="no account"):
                run("close_account", *args)


class TestWho:
    """Whoever looks after people may do all of this; everybody else only what concerns themselves."""

    def everything(self, by, user):
        return (
            lambda: actions.add_user(
                username="new", role=Role.VIEWER, scope="", password=None, by=by, at=NOW
            ),
            lambda: actions.grant_role(user=user, role=Role.VIEWER, scope="", by=by, at=NOW),
            lambda: actions.revoke_tokens(user=user, by=by, at=NOW),
            lambda: actions.end_grant(user=user, role=Role.ANALYST, scope="", by=by, at=NOW),
            lambda: actions.close_account(user=user, by=by, at=NOW),
            lambda: actions.reopen_account(user=user, by=by),
        )  # fmt: skip

    @pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
    def test_other_roles_may_not(self, role):
        user = add_user("ada", role=Role.ANALYST)
        by = Actor(user=add_user("zoe", role=role), channel=Channel.WEB)
        before = head()
        for action in self.everything(by, user):
            with pytest.raises(NotAllowed):
                action()
        assert head() == before

    def test_an_administrator_may(self, chief):
        user = add_user("ada", role=Role.ANALYST)
        for action in self.everything(Actor(user=chief, channel=Channel.WEB), user):
            action()

    def test_everybody_may_revoke_their_own_tokens(self):
        user = add_user("ada", role=Role.ANALYST)
        token_for(user)
        assert actions.revoke_tokens(user=user, by=Actor(user=user, channel=Channel.WEB), at=NOW) == 1


def test_a_weak_or_unchanged_password_is_refused():
    user = add_user("ada")
    for password in ("short", "password1234", PASSWORD):
        with pytest.raises(Invalid) as wrong:
            actions.change_password(user=user, password=password)
        assert set(wrong.value.fields) == {"password"}
    assert User.objects.get(username="ada").check_password(PASSWORD)


def test_refusals_are_conflicts_that_programs_can_tell_apart():
    user = add_user("ada")
    with pytest.raises(Conflict) as refused:
        actions.end_grant(user=user, role=Role.VIEWER, scope="", by=ACTOR, at=NOW)
    assert refused.value.code == "not_held"
    assert json.dumps({name: str(text) for name, text in refused.value.fields.items()})
