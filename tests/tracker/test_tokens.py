"""Tokens: made, sent as Bearer or by Basic, never in an address, last used, revoked; and whose they are."""

import json
import logging
from base64 import b64encode
from datetime import timedelta
from threading import Barrier, Thread

import psycopg
import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.conftest import own_database
from tests.factories import PASSWORD, add_plan, add_user, bearer, token_for
from tests.tracker.addresses import problem
from tracker.actions import close_account
from tracker.choices import Role, TokenScope, TokenState
from tracker.credentials import is_secret
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.models import ApiToken
from tracker.rules import LONGEST_TOKEN, MOST_TOKENS
from tracker.timemachine import Actor
from tracker.tokens import issue_token, note_use

NOW = timezone.now()
PLANS = "/api/v1/plans/"


def basic(name: str, password: str, encoding: str = "utf-8") -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{name}:{password}'.encode(encoding)).decode()}"}


def issue(user, **changed):
    asked = {"name": "Excel", "scope": TokenScope.READ, "plans": None, "lifetime": timedelta(90), "at": NOW}
    return issue_token(user=user, **{**asked, "by": Actor(user=user), **changed})


@pytest.fixture
def ada():
    add_plan("BP")
    return add_user("ada", role=Role.ANALYST, scope="BP", email="ada@example.org")


@pytest.mark.django_db
class TestIssuing:
    def test_a_token_is_kept_as_a_digest_and_told_once(self, ada, caplog):
        caplog.set_level(logging.INFO)
        token, secret = issue(ada, plans=["BP"], lifetime=timedelta(7))
        assert is_secret(secret)
        assert secret not in str(vars(token))
        assert (token.plans, token.scope, token.expires_at - token.created_at) == (["BP"], "read", timedelta(7))
        assert (token.state(at=NOW), token.state(at=NOW + timedelta(7))) == (TokenState.USABLE, TokenState.EXPIRED)
        assert any(token.prefix in record.message and "ada" in record.message for record in caplog.records)
        assert secret not in caplog.text

    @pytest.mark.parametrize(
        ("changed", "field"),
        [({"name": " "}, "name"), ({"name": "x" * 81}, "name"), ({"name": "a\nb"}, "name"), ({"plans": []}, "plans"),
         ({"plans": ["BP", "X"]}, "plans"), ({"lifetime": timedelta()}, "days"), ({"lifetime": -timedelta(1)}, "days"),
         ({"lifetime": LONGEST_TOKEN + timedelta(1)}, "days")],
    )  # fmt: skip
    def test_what_cannot_be_meant_is_refused_by_name_and_makes_none(self, ada, changed, field):
        with pytest.raises(Invalid) as refused:
            issue(ada, **changed)
        assert set(refused.value.fields) == {field}
        assert not ApiToken.objects.exists()

    def test_without_a_role_there_is_none(self):
        with pytest.raises(Conflict) as refused:
            issue(add_user("new"))
        assert refused.value.code == "no_role"

    def test_nobody_makes_one_for_somebody_else(self, ada):
        with pytest.raises(NotAllowed):
            issue(ada, by=Actor(user=add_user("chief", role=Role.ADMINISTRATOR)))

    def test_only_so_many_can_be_used_at_a_time(self, ada):
        for _ in range(MOST_TOKENS):
            token_for(ada)
        with pytest.raises(Conflict) as refused:
            issue(ada)
        assert refused.value.code == "too_many_tokens"
        ApiToken.objects.filter(pk=ApiToken.objects.first().pk).update(revoked_at=NOW)
        assert issue(ada)
        issue(add_user("bob", role=Role.VIEWER))  # each counts their own


def test_two_at_once_are_counted(django_db_setup, django_db_blocker):
    with own_database(django_db_blocker), django_db_blocker.unblock():
        user = add_user("ada", role=Role.ANALYST)
        for _ in range(MOST_TOKENS - 1):
            token_for(user)
        ready, made = Barrier(4), []

        def make():
            ready.wait()
            try:
                made.append(issue(user))
            except Conflict:
                pass
            finally:
                connections.close_all()

        threads = [Thread(target=make) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(made), ApiToken.objects.count()) == (1, MOST_TOKENS)


@pytest.mark.django_db
class TestBasic:
    @pytest.mark.parametrize("name", ["", "token", "TOKEN", "a test", "A Test", "ada"])
    def test_the_token_is_the_password(self, client, ada, name):
        assert client.get(PLANS, headers=basic(name, token_for(ada))).status_code == 200

    def test_names_with_colons_and_accents_do_too(self, client, ada):
        for name, encoding in (("Exporté : été", "utf-8"), ("Exporté", "latin-1")):
            secret = issue(ada, name=name)[1]
            assert client.get(PLANS, headers=basic(name, secret, encoding)).status_code == 200

    def test_another_name_is_refused(self, client, ada):
        add_user("bob", role=Role.ANALYST)
        for name in ("bob", "x", "tokens", "ada\0"):
            problem(client.get(PLANS, headers=basic(name, token_for(ada))), 401, "not_signed_in")

    def test_the_password_of_an_account_never_signs_in_and_is_not_looked_at(self, client, ada):
        for name in ("ada", "token", ""):
            with CaptureQueriesContext(connection) as asked:
                response = client.get(PLANS, headers=basic(name, PASSWORD))
            problem(response, 401, "not_signed_in")
            assert "never taken here" in json.loads(response.content)["title"]
            assert not any("tracker_user" in query["sql"] or "failures" in query["sql"] for query in asked)

    @pytest.mark.parametrize("sent", ["Basic", "Basic ", "Basic !", "Basic eA", "Basic eA==", "Basic /w==", "basic Og"])
    def test_what_is_no_basic_is_refused(self, client, ada, sent):
        problem(client.get(PLANS, headers={"Authorization": sent}), 401, "not_signed_in")

    def test_programs_are_asked_for_both_and_browsers_not_for_a_password(self, client):
        asked = client.get(PLANS)["WWW-Authenticate"]
        assert asked == 'Basic realm="API token", charset="UTF-8", Bearer realm="API token"'
        browser = client.get(PLANS, headers={"Sec-Fetch-Site": "same-origin"})
        assert (browser.status_code, browser["WWW-Authenticate"]) == (401, 'Bearer realm="API token"')

    def test_a_browser_that_keeps_one_cannot_be_made_to_write(self, client, ada):
        sent = {**basic("token", token_for(ada)), "Sec-Fetch-Site": "cross-site"}
        problem(client.post(PLANS, headers=sent), 403, "not_allowed")
        sent = {**basic("token", token_for(ada)), "Origin": "https://elsewhere.example"}
        problem(client.post(PLANS, headers=sent), 403, "not_allowed")
        assert client.post(PLANS, headers=basic("token", token_for(ada))).status_code == 405

    def test_one_that_reads_only_cannot_write(self, client, ada):
        secret = token_for(ada, TokenScope.READ)
        problem(client.post(PLANS, headers=basic("token", secret)), 403, "not_allowed")
        assert client.options(PLANS, headers=basic("token", secret)).status_code == 405

    def test_pages_take_no_token(self, client, ada):
        for headers in (bearer(ada), basic("token", token_for(ada))):
            assert client.get("/en/account/", headers=headers).status_code == 302


@pytest.mark.django_db
class TestLastUse:
    def used(self):
        token = ApiToken.objects.get()
        return token.last_used_at, token.last_used_from

    def test_it_is_noted_at_most_once_a_minute(self, client, ada):
        headers = bearer(ada)
        assert self.used() == (None, "")
        client.get(PLANS, headers=headers, REMOTE_ADDR="192.0.2.7")
        first = self.used()
        assert first[1] == "192.0.2.7"
        assert timezone.now() - first[0] < timedelta(minutes=1)
        with CaptureQueriesContext(connection) as asked:
            client.get(PLANS, headers=headers, REMOTE_ADDR="192.0.2.8")
        assert self.used() == first
        assert not any("update tracker_apitoken" in query["sql"] for query in asked)
        ApiToken.objects.update(last_used_at=NOW - timedelta(minutes=2))
        client.post(PLANS, headers=headers, REMOTE_ADDR="2001:db8::1")
        assert self.used()[1] == "2001:db8::1"
        assert self.used()[0] > first[0]

    def test_neither_a_wrong_secret_nor_a_revoked_token_nor_a_page_is_a_use(self, client, ada):
        secret = token_for(ada)
        client.get(PLANS, headers={"Authorization": f"Bearer {secret[:-1]}!"})
        client.get("/en/account/", headers={"Authorization": f"Bearer {secret}"})
        ApiToken.objects.update(revoked_at=NOW)
        client.get(PLANS, headers={"Authorization": f"Bearer {secret}"})
        assert self.used() == (None, "")

    def test_what_cannot_be_written_is_left(self, ada, caplog):
        token = issue(ada)[0]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set transaction read only")
            note_use(token, address="192.0.2.7", at=timezone.now())
            transaction.set_rollback(True)
        assert "could not be kept" in caplog.text
        assert self.used() == (None, "")


def test_the_use_waits_for_nobody_who_holds_the_token(django_db_setup, django_db_blocker):
    with own_database(django_db_blocker) as url, django_db_blocker.unblock():
        secret = token_for(add_user("ada", role=Role.ANALYST))
        with psycopg.connect(url) as other:
            other.execute("select * from tracker_apitoken for update")
            begun = timezone.now()
            assert Client().get(PLANS, headers={"Authorization": f"Bearer {secret}"}).status_code == 200
            assert timezone.now() - begun < timedelta(seconds=5)
        assert ApiToken.objects.get().last_used_at is None


@pytest.mark.django_db
class TestClosedAccount:
    def test_its_tokens_and_plans_are_dead(self, client, ada):
        chief = add_user("chief", role=Role.ADMINISTRATOR)
        secret = issue(ada, plans=["BP"])[1]
        close_account(user=ada, by=Actor(user=chief), at=timezone.now())
        for headers in ({"Authorization": f"Bearer {secret}"}, basic("ada", secret)):
            problem(client.get(PLANS, headers=headers), 401, "not_signed_in")
