"""How background work stands: the page, the banner, the runs that are kept, and health for who watches."""

import json
import signal
import subprocess
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reports.tasks import publish, tick
from tests.factories import add_user
from tests.journeys.crew import valkey_program, wait_until
from tests.reports.reading import words
from tracker import outbox, task_runs
from tracker.choices import MailKind, MailState, Role, SkipReason
from tracker.models import Heartbeat, Mail, TaskRun, User

pytestmark = pytest.mark.django_db
BANNER = "Background work is delayed"


@pytest.fixture
def chief():
    return add_user("chief", role=Role.ADMINISTRATOR, name="Chloé Chief")


@pytest.fixture
def reader():
    return add_user("anna", role=Role.AUDITOR, name="Anna A.", email="anna@example.org")


def mail_to(person, state, key="1", **fields):
    outbox.leave([outbox.Draft(key, MailKind.DIGEST, person.pk, "BP", {})], at=timezone.now())
    mail = Mail.objects.latest("pk")
    ended = None if state in (MailState.WAITING, MailState.SENDING) else timezone.now()
    Mail.objects.filter(pk=mail.pk).update(state=state, ended_at=ended, tries=1, **fields)
    return mail


class TestPage:
    def test_says_what_went_wrong_first(self, chief, reader, show):
        now = timezone.now()
        Heartbeat.objects.create(name="tick", at=now)
        mail_to(reader, MailState.FAILED, error="550 5.1.1 No such person", address="anna@example.org")
        mail_to(reader, MailState.SKIPPED, "2", skip_reason=SkipReason.TURNED_OFF)
        mail_to(reader, MailState.SENT, "3")
        mail_to(reader, MailState.WAITING, "4", error="451 4.3.0 Try again later", next_try_at=now + timedelta(hours=1))
        task_runs.keep("publish", started=now, counts={"sealed": 2})
        task_runs.keep("tick", started=now - timedelta(hours=1), error="OSError: no broker")
        html = show(chief, "operations/")
        text = words(html)
        assert "550 5.1.1 No such person" in text
        assert "451 4.3.0 Try again later by itself" in text
        assert "the person has turned this kind off" in text
        assert text.index("OSError: no broker") < text.index("sealed 2")
        assert html.count("Send again<") == 1
        assert BANNER not in text
        assert "People without an e-mail address 1" in text
        french = words(show(chief, "operations/", language="fr"))
        assert "550 5.1.1" in french

    def test_offers_to_send_again_only_where_there_is_an_address_now(self, chief, reader, show):
        User.objects.filter(pk=reader.pk).update(email="")
        mail_to(reader, MailState.SKIPPED, skip_reason=SkipReason.NO_ADDRESS)
        html = show(chief, "operations/")
        assert "Send again<" not in html
        assert "no address yet" in html
        User.objects.filter(pk=reader.pk).update(email="anna@example.org")
        assert show(chief, "operations/").count("Send again<") == 1

    @pytest.mark.parametrize("count", [3, 40])
    def test_its_cost_is_bounded(self, chief, client, count):
        for number in range(count):
            mail_to(add_user(f"p{number}"), MailState.FAILED, error="x")
            task_runs.keep("tick", started=timezone.now(), error="x")
        client.force_login(chief)
        with CaptureQueriesContext(connection) as asked:
            client.get("/en/operations/")
        assert len(asked) <= 24

    def test_a_frozen_broker_does_not_hold_it_up(self, chief, client, settings, tmp_path):
        socket = tmp_path / "kv.sock"
        program = [valkey_program(), "--port", "0", "--unixsocket", str(socket), "--save", ""]
        process = subprocess.Popen(program, stdout=subprocess.DEVNULL)
        try:
            wait_until(socket.exists, "the broker")
            settings.CELERY_BROKER_URL = f"redis+socket://{socket}"
            client.force_login(chief)
            assert "Tasks that wait for a worker 0" in words(client.get("/en/operations/").content.decode())
            process.send_signal(signal.SIGSTOP)
            for address in ("/en/operations/", "/health/deep", "/health/ready"):
                started = time.monotonic()
                answer = client.get(address)
                assert time.monotonic() - started < 1.5
                assert answer.status_code == 200
            assert json.loads(client.get("/health/deep").content)["broker"] == "away"
        finally:
            process.kill()
            process.wait()


class TestSendingAgain:
    def test_once_and_it_is_kept_who_asked(self, chief, reader, client, caplog):
        mail = mail_to(reader, MailState.UNCERTAIN, error="closed")
        client.force_login(chief)
        sent = {"once": "0" * 32}
        assert client.post(f"/en/operations/mails/{mail.pk}/send-again/", sent).url == "/en/operations/"
        mail.refresh_from_db()
        assert (mail.state, mail.tries, mail.sent_again_by) == ("waiting", 0, chief)
        assert f"Mail {mail.key} sent again by Chloé Chief" in caplog.text
        Mail.objects.filter(pk=mail.pk).update(state=MailState.FAILED, ended_at=timezone.now())
        client.post(f"/en/operations/mails/{mail.pk}/send-again/", sent)
        mail.refresh_from_db()
        assert mail.state == "failed"

    def test_what_was_sent_is_refused_in_words(self, chief, reader, client):
        mail = mail_to(reader, MailState.SENT)
        client.force_login(chief)
        answer = client.post(f"/en/operations/mails/{mail.pk}/send-again/", follow=True)
        assert "waits already, or was sent" in words(answer.content.decode())
        assert client.post("/en/operations/mails/999/send-again/").status_code == 404
        assert client.post(f"/en/operations/mails/{mail.pk}/send-again/?x=1").status_code == 400


class TestBanner:
    def test_administrators_see_on_every_page_that_work_is_held_up(self, chief, reader, show):
        assert BANNER in show(chief, "account/")
        assert BANNER not in show(reader, "account/")
        Heartbeat.objects.create(name="tick", at=timezone.now())
        assert BANNER not in show(chief, "account/")
        mail = mail_to(reader, MailState.WAITING)
        assert BANNER not in show(chief, "account/")
        Mail.objects.filter(pk=mail.pk).update(next_try_at=timezone.now() - timedelta(minutes=3))
        assert BANNER in show(chief, "history/")
        Mail.objects.update(next_try_at=timezone.now() + timedelta(hours=1))
        Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=6))
        assert BANNER in show(chief, "history/")

    def test_the_way_there_stands_at_the_foot(self, chief, reader, show):
        assert 'href="/en/operations/"' in show(chief, "history/")
        assert 'href="/en/operations/"' not in show(reader, "history/")


class TestRuns:
    def test_a_run_that_did_nothing_is_not_kept(self):
        publish(plan_id=0)
        tick()
        assert not TaskRun.objects.exists()

    def test_a_failure_is_kept_without_secrets_and_goes_on(self, settings):
        settings.EMAIL_HOST_PASSWORD = "opensesame"

        @task_runs.recorded("x")
        def fails():
            raise ExceptionGroup("tick", [ValueError("opensesame does not open"), KeyError("y")])

        with pytest.raises(ExceptionGroup):
            fails()
        run = TaskRun.objects.get()
        assert (run.outcome, run.error) == ("failed", "tick: ValueError: *** does not open; KeyError: 'y'")

    def test_a_failure_at_every_tick_is_one_row(self):
        now = timezone.now()
        for error in ("x", "x", "x", "y"):
            task_runs.keep("tick", started=now, error=error)
        assert list(TaskRun.objects.order_by("pk").values_list("error", "counts")) == [("x", {"times": 3}), ("y", {})]

    def test_runs_of_a_month_ago_are_forgotten(self):
        now = timezone.now()
        task_runs.keep("x", started=now, counts={"a": 1})
        assert task_runs.forget_runs(at=now + task_runs.KEPT) == 0
        assert task_runs.forget_runs(at=now + task_runs.KEPT + timedelta(seconds=1)) == 1


def test_health_tells_ages_and_nobody(client, reader):
    mail_to(reader, MailState.FAILED)
    Heartbeat.objects.create(name="tick", at=timezone.now() - timedelta(minutes=6))
    body = json.loads(client.get("/health/deep").content)
    assert body["status"] == "degraded"
    assert body["last_tick_seconds"] in range(360, 370)
    assert (body["outbox_age_seconds"], body["mails_failed"], body["last_rollup_seconds"]) == (0, 1, None)
    assert "anna" not in json.dumps(body)


def test_a_person_chooses_which_mails_come_and_where_to(client, reader):
    client.force_login(reader)
    page = client.get("/en/account/").content.decode()
    assert page.count('name="mails"') == 5 == page.count("checked")
    sent = {
        "name": "Anna A.",
        "theme": "auto",
        "language": "fr",
        "email": "a@example.org",
        "mails": ["overdue", "digest"],
    }
    assert client.post("/en/account/", sent).status_code == 302
    reader.refresh_from_db()
    assert (reader.email, reader.mail_off) == ("a@example.org", ["due_soon", "returned", "approved"])
    for field, wrong in (("email", "a@example.org\nBcc: b@example.org"), ("email", "nobody"), ("mails", ["all"])):
        answer = client.post("/en/account/", {**sent, field: wrong})
        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in answer.content.decode() or "error" in answer.content.decode()
    reader.refresh_from_db()
    assert (reader.email, len(reader.mail_off)) == ("a@example.org", 3)
