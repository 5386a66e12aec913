"""How many requests a minute one token, or one person, may send; and what happens while nobody counts."""

import json
import signal
import subprocess
import threading
import time
from base64 import b64encode

import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import add_plan, add_user, bearer, token_for
from tests.journeys.crew import valkey_program, wait_until
from tracker import api_throttle
from tracker import valkey as valkey_client
from tracker.broker import url
from tracker.choices import Role

pytestmark = pytest.mark.django_db
PLANS = "/api/v1/plans/"


@pytest.fixture
def valkey(tmp_path, settings):
    """A Valkey of the test's own, at a socket, and nothing counted yet."""
    socket = tmp_path / "v.sock"
    program = [valkey_program(), "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(program, stdout=subprocess.DEVNULL)
    try:
        wait_until(socket.exists, "Valkey")
        settings.CELERY_BROKER_URL = f"redis+socket://{socket}"
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


@pytest.fixture(autouse=True)
def rates(settings, monkeypatch):
    settings.API_READS_PER_MINUTE, settings.API_WRITES_PER_MINUTE = 3, 2
    monkeypatch.setattr(api_throttle, "COUNTER", api_throttle.Counter())


@pytest.fixture
def analyst():
    add_plan("BP")
    return add_user("ada", role=Role.ANALYST, scope="BP")


def statuses(client, headers, times, *, path=PLANS, method="get"):
    return [getattr(client, method)(path, headers=headers).status_code for _ in range(times)]


def test_past_its_rate_a_token_is_told_when_to_come_again(client, analyst, valkey):
    headers = bearer(analyst)
    assert statuses(client, headers, 3) == [200, 200, 200]
    refused = client.get(PLANS, headers=headers)
    assert (refused.status_code, refused["Content-Type"]) == (429, "application/problem+json")
    assert refused["Cache-Control"] == "private, no-store"
    assert 1 <= int(refused["Retry-After"]) <= 60
    body = json.loads(refused.content)
    assert (body["code"], body["status"]) == ("too_many_requests", 429)
    assert "3" in body["title"]


def test_reads_and_writes_are_counted_apart_and_each_token_by_itself(client, analyst, valkey):
    one, two = bearer(analyst), bearer(analyst)
    assert statuses(client, one, 4) == [200, 200, 200, 429]
    assert statuses(client, one, 3, method="post") == [405, 405, 429]
    assert statuses(client, two, 1) == [200]
    named = b64encode(b"token:" + one["Authorization"].split()[1].encode()).decode()
    basic = {"Authorization": f"Basic {named}"}
    assert statuses(client, basic, 1) == [429]  # the same token, sent otherwise


def test_a_person_is_counted_over_all_browsers_and_pages_are_not(client, analyst, valkey):
    client.force_login(analyst)
    other = type(client)()
    other.force_login(analyst)
    assert statuses(client, {}, 2) + statuses(other, {}, 2) == [200, 200, 200, 429]
    assert statuses(client, {}, 5, path="/en/data/") == [200] * 5


def test_a_minute_later_it_goes_on(client, analyst, valkey):
    headers = bearer(analyst)
    assert statuses(client, headers, 4)[-1] == 429
    with redis.Redis.from_url(url()) as keys:
        [name] = keys.keys("tracker:api:reads:token:*")
        assert 0 < keys.ttl(name) <= 60
        keys.delete(name)
    assert statuses(client, headers, 1) == [200]


def test_who_is_refused_costs_the_database_nothing(client, analyst, valkey):
    headers = bearer(analyst)
    statuses(client, headers, 3)
    with CaptureQueriesContext(connection) as asked:
        assert statuses(client, headers, 5) == [429] * 5
    assert not asked.captured_queries


def test_counting_costs_the_database_nothing(client, analyst, valkey, settings):
    headers = bearer(analyst)
    statuses(client, headers, 1)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert statuses(client, headers, 1) == [200]
        return len(asked)

    counted = queries()
    settings.API_READS_PER_MINUTE = 0
    assert queries() == counted


def test_no_rate_is_no_limit_and_asks_nobody(client, analyst, settings):
    settings.API_READS_PER_MINUTE = 0
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    assert statuses(client, bearer(analyst), 8) == [200] * 8
    assert not api_throttle.COUNTER.valkey.failed


def test_what_is_no_token_is_not_counted(client, analyst, valkey):
    for sent in ("Bearer x", "Bearer ", "Basic eA==", "Digest x"):
        assert statuses(client, {"Authorization": sent}, 5) == [401] * 5
    assert statuses(client, {}, 5) == [401] * 5
    with redis.Redis.from_url(url()) as keys:
        assert keys.keys() == []


class TestValkeyAway:
    """Nobody is counted, and nobody waits: the first for its timeout, then not even that."""

    def asked(self, monkeypatch):
        """The threads that turned to Valkey, which begins with its client."""
        threads = []
        ask = valkey_client.Valkey.client
        monkeypatch.setattr(
            valkey_client.Valkey, "client", lambda self: threads.append(threading.current_thread()) or ask(self)
        )
        return threads

    @pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
    @pytest.mark.parametrize("warm", [True, False])
    def test_it_fails_open_and_is_left_alone(self, client, valkey, monkeypatch, how, warm):
        headers = bearer(add_user("ada", role=Role.ANALYST))
        if warm:
            assert api_throttle.COUNTER.count("reads:x").number == 1  # a connection is there already
        valkey.send_signal(how)
        if how == signal.SIGKILL:
            valkey.wait()
        start = time.monotonic()
        assert api_throttle.COUNTER.count("reads:x") is None
        assert time.monotonic() - start < 1  # on a busy machine; alone, a little over its timeout of a tenth
        threads = self.asked(monkeypatch)
        assert statuses(client, headers, 10) == [200] * 10
        assert threads == []

    def test_it_counts_again_once_it_answers_and_nobody_waited_for_that(self, client, valkey, monkeypatch, caplog):
        monkeypatch.setattr(valkey_client, "SILENCE", 0.2)
        counter, headers = api_throttle.COUNTER, bearer(add_user("ada", role=Role.ANALYST))
        valkey.send_signal(signal.SIGSTOP)
        assert counter.count("reads:x") is None
        threads = self.asked(monkeypatch)
        for times in (1, 2):  # it is asked again, behind the request's back, and is silent
            wait_until(lambda: counter.count("reads:x") or len(threads) == times, "the question")  # noqa: B023 - called at once
        assert threading.main_thread() not in threads
        assert sum("no request is throttled" in record.message for record in caplog.records) == 1
        valkey.send_signal(signal.SIGCONT)
        wait_until(lambda: counter.count("reads:x") is not None, "the count")
        assert 429 in statuses(client, headers, 5)

    def test_one_at_a_time_asks_it_again(self, valkey, monkeypatch):
        counter, asked = api_throttle.Counter(), []
        valkey.send_signal(signal.SIGSTOP)
        counter.count("x")
        monkeypatch.setattr(counter.valkey, "_knock", lambda: asked.append(1))  # and does not come back
        counter.valkey._ask_again = 0.0
        assert [counter.count("x") for _ in range(20)] == [None] * 20
        wait_until(lambda: asked, "the question")
        assert len(asked) == 1

    def test_one_that_answers_with_errors_counts_as_away(self, client, analyst, valkey):
        with redis.Redis.from_url(url()) as keys:
            keys.config_set("maxmemory", "1")
        assert statuses(client, bearer(analyst), 6) == [200] * 6


def test_secrets_do_not_stand_in_valkey(client, analyst, valkey):
    secret = token_for(analyst)
    statuses(client, {"Authorization": f"Bearer {secret}"}, 1)
    with redis.Redis.from_url(url()) as keys:
        [name] = keys.keys()
    assert secret.split("_", 2)[2] not in name.decode()
