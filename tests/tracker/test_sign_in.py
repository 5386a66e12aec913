"""Signing in: tries are counted, counted once for all web processes, and said in words; passwords can be changed."""

import logging
import re
import threading
from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from tests.factories import PASSWORD, add_user
from tracker import throttle
from tracker.choices import Role
from tracker.errors import TooManyTries
from tracker.http import client_address
from tracker.models import SignInFailures, User
from tracker.rules import PAIR_TRIES, Tries
from tracker.throttle import Try

NEW = "eight words that nobody else has used"
MINUTE = timedelta(minutes=1)


def words(response) -> str:
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", strip_tags(main).replace("\u00a0", " "))


def sign_in(client, password, *, language="en", username="anna", address="192.0.2.1"):
    sent = {"username": username, "password": password}
    return client.post(f"/{language}/sign-in/", sent, REMOTE_ADDR=address)


def fail(client, times=PAIR_TRIES.free, **given):
    for _ in range(times):
        sign_in(client, "wrong", **given)


def later(by: timedelta) -> None:
    """As if that long had passed since the failures."""
    for row in SignInFailures.objects.all():
        row.last_at -= by
        row.save()


class TestRule:
    RULE = Tries(3, timedelta(minutes=4))

    @pytest.mark.parametrize(
        ("failures", "seconds"), [(0, 0), (2, 0), (3, 30), (4, 60), (5, 120), (6, 240), (7, 240), (10**6, 240)]
    )
    def test_the_wait_doubles_up_to_the_longest(self, failures, seconds):
        assert self.RULE.wait(failures, timedelta()) == timedelta(seconds=seconds)

    def test_it_runs_down(self):
        assert self.RULE.wait(4, timedelta(seconds=59)) == timedelta(seconds=1)
        assert self.RULE.wait(4, timedelta(seconds=60)) == timedelta()

    def test_a_clock_that_was_put_back_makes_it_no_longer(self):
        assert self.RULE.wait(4, timedelta(days=-1)) == timedelta(minutes=1)
        assert self.RULE.left(4, timedelta(days=-1)) == 4

    def test_failures_are_forgotten_one_by_one(self):
        assert [self.RULE.left(3, MINUTE * minutes) for minutes in (0, 3, 4, 8, 100)] == [3, 3, 2, 1, 0]


@pytest.mark.django_db
class TestThrottle:
    @pytest.fixture(autouse=True)
    def _anna(self):
        add_user("anna", role=Role.AUDITOR)

    def test_a_few_mistakes_cost_nothing(self, client):
        fail(client, PAIR_TRIES.free - 1)
        assert sign_in(client, PASSWORD).status_code == 302

    @pytest.mark.parametrize(
        ("language", "sentence"),
        [("en", "Too many tries with a wrong password. Wait 30 seconds, then try again."), ("fr", "30 ")],
    )
    def test_then_the_right_password_has_to_wait_too_and_the_page_says_how_long(self, client, language, sentence):
        fail(client)
        response = sign_in(client, PASSWORD, language=language)
        assert response.status_code == 429
        assert response["Retry-After"] == "30"
        assert sentence in words(response)
        later(timedelta(seconds=31))
        assert sign_in(client, PASSWORD).status_code == 302

    def test_minutes_are_said_as_minutes(self, client):
        fail(client)
        for seconds in (30, 60, 120):
            later(timedelta(seconds=seconds))
            fail(client, 1)
        assert "Wait 4 minutes, then try again." in words(sign_in(client, PASSWORD))

    def test_a_refused_try_makes_the_wait_no_longer(self, client):
        fail(client, PAIR_TRIES.free + 20)
        assert sign_in(client, PASSWORD)["Retry-After"] == "30"

    def test_somebody_else_s_tries_elsewhere_do_not_lock_the_owner_out(self, client):
        fail(client, address="198.51.100.7")
        assert sign_in(client, PASSWORD, address="192.0.2.1").status_code == 302

    def test_signing_in_forgets_one_s_own_mistakes(self, client):
        fail(client, PAIR_TRIES.free - 1)
        sign_in(client, PASSWORD)
        client.logout()
        fail(client, PAIR_TRIES.free - 1)
        assert sign_in(client, PASSWORD).status_code == 302

    def test_an_account_tried_from_many_addresses_is_slowed_but_not_for_long(self, client):
        for number in range(20):
            sign_in(client, "wrong", address=f"198.51.100.{number}")
        response = sign_in(client, PASSWORD)
        assert response.status_code == 429
        later(MINUTE)
        assert sign_in(client, PASSWORD).status_code == 302

    def test_an_address_that_tries_many_accounts_is_slowed(self, client):
        for number in range(50):
            sign_in(client, "wrong", username=f"person{number}")
        assert sign_in(client, PASSWORD).status_code == 429
        assert sign_in(client, PASSWORD, address="198.51.100.7").status_code == 302

    def test_an_ipv6_network_is_one_address(self, client):
        for number in range(PAIR_TRIES.free):
            sign_in(client, "wrong", address=f"2001:db8::{number}")
        assert sign_in(client, PASSWORD, address="2001:db8::ffff").status_code == 429
        assert sign_in(client, PASSWORD, address="2001:db8:1::1").status_code == 302

    def test_an_account_that_does_not_exist_answers_alike(self, client):
        fail(client, username="nobody")
        assert sign_in(client, "wrong", username="nobody").status_code == 429

    def test_neither_broker_nor_address_is_needed(self, client, settings):
        settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
        fail(client, address="")
        assert sign_in(client, PASSWORD, address="").status_code == 302
        client.logout()
        for _ in range(20):
            sign_in(client, "wrong", username="other", address="")
        assert sign_in(client, "wrong", username="other", address="").status_code == 429

    def test_no_name_and_no_password_is_kept(self, client):
        sign_in(client, "wrong", username="my secret password")
        kept = list(SignInFailures.objects.values_list("account", "address"))
        assert len(kept) == 3
        assert not any("secret" in account for account, _ in kept)

    def test_old_failures_are_removed(self, client):
        fail(client, 1, username="other")
        later(throttle.FORGOTTEN + MINUTE)
        fail(client, 1)
        assert SignInFailures.objects.count() == 3

    def test_failures_are_logged_with_account_and_address(self, client, caplog):
        caplog.set_level(logging.INFO, "tracker.sign_in")
        fail(client, 1)
        fail(client, 1, username="my secret password")
        fail(client)
        sign_in(client, PASSWORD, address="198.51.100.7")
        text = caplog.text
        assert "Sign-in failed: account anna from 192.0.2.1" in text
        assert "Sign-in failed: no such account from 192.0.2.1" in text
        assert "Sign-in refused without a look at the password: account anna" in text
        assert "Sign-in: account anna from 198.51.100.7" in text
        assert "secret" not in text
        assert "wrong" not in text


def test_tries_sent_at_once_to_several_workers_count_as_many(committed):
    """Each thread has its own connection, as each web process has."""
    add_user("anna")
    now, looked, start = timezone.now(), [], threading.Barrier(24)

    def attempt() -> None:
        try:
            start.wait(20)
            Try.begin(username="anna", address="192.0.2.1", at=now)
            looked.append(1)
        except TooManyTries:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(looked) == PAIR_TRIES.free


class TestAddress:
    @pytest.mark.parametrize(
        ("proxies", "forwarded", "address"),
        [
            (0, "203.0.113.9", "192.0.2.1"),
            (1, "203.0.113.9", "203.0.113.9"),
            (1, "10.0.0.1, 203.0.113.9", "203.0.113.9"),
            (2, "10.0.0.1, 203.0.113.9, 172.16.0.1", "203.0.113.9"),
            (2, "203.0.113.9", "192.0.2.1"),
            (1, "", "192.0.2.1"),
        ],
    )
    def test_only_what_our_own_proxies_say_is_believed(self, rf, settings, proxies, forwarded, address):
        settings.TRUSTED_PROXIES = proxies
        request = rf.get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="192.0.2.1")
        assert client_address(request) == address


@pytest.mark.django_db
class TestPassword:
    SENT = {"current": PASSWORD, "password": NEW, "again": NEW}

    @pytest.fixture
    def anna(self, client):
        user = add_user("anna", role=Role.AUDITOR)
        client.force_login(user)
        return user

    def test_the_account_page_leads_to_it(self, client, anna):
        assert 'href="/en/account/password/"' in client.get("/en/account/").content.decode()
        assert client.get("/fr/account/password/").status_code == 200

    def test_it_is_changed_and_other_sessions_end(self, client, anna):
        elsewhere = Client()
        elsewhere.force_login(anna)
        response = client.post("/en/account/password/", self.SENT, follow=True)
        assert "Your password is changed." in words(response)
        assert authenticate(username="anna", password=NEW) == anna
        assert client.get("/en/account/").status_code == 200
        assert elsewhere.get("/en/account/").status_code == 302

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"current": "wrong"}, "This is not your present password."),
            ({"current": ""}, "This field is required."),
            ({"again": "another"}, "The two passwords differ."),
            ({"password": "short", "again": "short"}, "too short"),
            ({"password": PASSWORD, "again": PASSWORD}, "the present password already"),
        ],
    )
    def test_what_is_wrong_changes_nothing(self, client, anna, change, sentence):
        response = client.post("/en/account/password/", {**self.SENT, **change})
        assert response.status_code == 422
        assert sentence in words(response)
        assert User.objects.get().check_password(PASSWORD)

    def test_the_present_one_cannot_be_found_by_trying(self, client, anna):
        for _ in range(PAIR_TRIES.free):
            client.post("/en/account/password/", {**self.SENT, "current": "wrong"})
        response = client.post("/en/account/password/", self.SENT)
        assert response.status_code == 429
        assert "Wait 30 seconds" in words(response)
        assert User.objects.get().check_password(PASSWORD)

    def test_it_is_for_people_who_are_signed_in(self, client):
        assert client.get("/en/account/password/").status_code == 302
