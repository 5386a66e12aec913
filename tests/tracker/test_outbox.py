"""Mail from the outbox to a real server that takes it, refuses it, breaks off or hangs."""

import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import add_user
from tests.mail_server import free_port, mail_server
from tracker import outbox
from tracker.choices import MailKind, MailState, SkipReason
from tracker.delivery import Journal, Outcome, verdict, without_secrets
from tracker.errors import Conflict, NotAllowed
from tracker.letters import Letter, Line, Part, message, plain
from tracker.models import Mail, MailRound
from tracker.models.mail import UNKNOWN_AFTER
from tracker.rules import MAIL_TRIES, MAIL_WAITS
from tracker.timemachine import Actor

NOW = datetime(2026, 11, 18, 17, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def server(settings):
    with mail_server() as (taken, port):
        settings.EMAIL_BACKEND = "tracker.delivery.SmtpBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.MAIL_GOES_TO = "127.0.0.1", port, "a test's server"
        settings.EMAIL_TIMEOUT = settings.EMAIL_ANSWER_SECONDS = 0.4
        yield taken


def leave(*names, key="1", kind=MailKind.DUE_SOON, at=NOW, **fields):
    """A mail to a new person each, whose address says what the server does."""
    people = [add_user(email=f"{name}@example.org", **fields) for name in names]
    outbox.leave((outbox.Draft(key, kind, person.pk, "BP", {}) for person in people), at=at)
    return [Mail.objects.get(recipient=person) for person in people]


def letter(_mail, _at):
    return lambda: Letter("Été : à faire", "Faites-le dès aujourd’hui.", Line("Ma semaine", "https://example.org/fr/"))


def send(at=NOW, compose=letter):
    return outbox.send_due(compose, clock=lambda: at)


def state(mail):
    mail.refresh_from_db()
    return mail.state


pytestmark = pytest.mark.django_db


class TestSending:
    def test_each_is_sent_once_whatever_runs_twice(self, server):
        (mail,) = leave("anna", language="fr")
        again = outbox.Draft("1", MailKind.DUE_SOON, mail.recipient_id, "BP", {})
        outbox.leave([again, again], at=NOW)
        assert send() == {"sent": 1}
        assert send(NOW + timedelta(days=1)) == {}
        (got,) = server.messages
        assert (state(mail), mail.address, mail.language, mail.error) == ("sent", "anna@example.org", "fr", "")
        assert mail.ended_at == NOW
        assert got["To"] == "anna@example.org"
        assert got["Subject"] == "Été : à faire"
        assert got["Message-ID"].endswith("@tracker.invalid>")
        assert got["Content-Language"] == "fr"
        assert got["List-Unsubscribe"].endswith("/fr/account/>")
        assert got["Auto-Submitted"] == "auto-generated"
        assert "Faites-le dès aujourd’hui." in got.get_body(("plain",)).get_content()
        html = got.get_body(("html",)).get_content()
        assert '<html lang="fr">' in html
        assert '<a href="https://example.org/fr/">Ma semaine</a>' in html

    def test_who_chose_no_language_gets_both(self, server):
        leave("anna")
        send()
        (got,) = server.messages
        assert got["Content-Language"] == "en, fr"
        text = got.get_body(("plain",)).get_content()
        assert "/en/account/" in text
        assert "/fr/account/" in text

    @pytest.mark.parametrize("name", ["later", "full"])
    def test_refused_for_now_it_is_tried_again_with_growing_waits_until_it_has_failed(self, server, name):
        mail, _other = leave(name, "anna")
        assert send() == {"waiting": 1, "sent": 1}
        at = NOW
        for tries, wait in enumerate(MAIL_WAITS, start=1):
            assert (state(mail), mail.tries, mail.next_try_at) == ("waiting", tries, at + wait)
            assert send(mail.next_try_at - SECOND) == {}
            at = mail.next_try_at
            send(at)
        assert (state(mail), mail.tries, mail.ended_at) == ("failed", MAIL_TRIES, at)
        assert mail.error.startswith("45")
        assert len(server.seen) == MAIL_TRIES + 1
        assert server.to(f"{name}@example.org") == []

    @pytest.mark.parametrize(("name", "said"), [("never", "550 5.1.1 No such"), ("spam", "554 5.7.1 Looks like")])
    def test_refused_for_good_it_has_failed_at_once_and_the_next_one_goes_out(self, server, name, said):
        mail, _other = leave(name, "anna")
        assert send() == {"failed": 1, "sent": 1}
        assert (state(mail), mail.tries) == ("failed", 1)
        assert mail.error.startswith(said)

    @pytest.mark.parametrize("name", ["broken-after", "silent", "odd"])
    def test_handed_over_without_an_answer_it_is_uncertain_and_never_sent_again_by_itself(self, server, name):
        mail, _other = leave(name, "anna")
        assert send() == {"uncertain": 1, "sent": 1}
        assert state(mail) == "uncertain"
        assert mail.error
        assert send(NOW + timedelta(days=2)) == {}
        assert len(server.to(f"{name}@example.org")) == 1

    @pytest.mark.parametrize("name", ["broken-before", "away"])
    def test_a_server_that_goes_away_before_it_has_the_mail_ends_the_run(self, server, name):
        mail, other = leave(name, "anna")
        assert send() == {"waiting": 1}
        assert (state(mail), state(other)) == ("waiting", "waiting")
        assert send() == {"sent": 1}
        assert server.to(f"{name}@example.org") == []

    @pytest.mark.parametrize(("name", "became"), [("slow", "waiting"), ("slow-after", "uncertain")])
    def test_a_server_that_answers_without_end_is_hung_up_on(self, server, settings, name, became):
        """Each line of its comes within the time of a step."""
        settings.EMAIL_LONGEST_SECONDS = 0.8
        (mail,) = leave(name)
        started = time.monotonic()
        assert send() == {became: 1}
        assert time.monotonic() - started < 3
        assert state(mail) == became

    def test_one_worker_sends_at_a_time(self, server):
        leave("anna")
        with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
            other.execute("select pg_advisory_lock(7203, 1)")
            assert send() == {}
            assert not server.seen
            other.execute("select pg_advisory_unlock(7203, 1)")  # closing does so some time later
        assert send() == {"sent": 1}

    def test_no_server_at_all(self, server, settings):
        settings.EMAIL_PORT = free_port()
        (mail,) = leave("anna")
        assert send() == {"waiting": 1}
        assert (state(mail), mail.tries) == ("waiting", 1)
        assert "ConnectionRefusedError" in mail.error

    def test_a_mail_that_cannot_be_written_holds_up_no_other(self, server):
        mail, other = leave("poison", "anna")

        def compose(one, at):
            if one == mail:
                raise ValueError("no such figure")
            return letter(one, at)

        assert send(compose=compose) == {"waiting": 1, "sent": 1}
        for _ in MAIL_WAITS:
            mail.refresh_from_db()
            send(mail.next_try_at, compose)
        assert (state(mail), mail.error) == ("failed", "ValueError: no such figure")
        assert state(other) == "sent"
        assert server.to("poison@example.org") == []

    def test_what_a_dead_worker_left_is_given_up_and_not_sent(self, server):
        half, poison = leave("half", "poison")
        Mail.objects.filter(pk=half.pk).update(state=MailState.SENDING, sending_since=NOW, tries=1)
        Mail.objects.filter(pk=poison.pk).update(tries=MAIL_TRIES)
        assert outbox.settle_mails(at=NOW + UNKNOWN_AFTER - SECOND) == 1
        assert (state(half), state(poison)) == ("sending", "failed")
        assert outbox.settle_mails(at=NOW + UNKNOWN_AFTER) == 1
        assert state(half) == "uncertain"
        assert send(NOW + timedelta(days=1)) == {}

    def test_each_mail_costs_the_same_and_leaving_them_all_costs_one_statement(self, server):
        def cost(count):
            people = [add_user(email=f"p{count}-{number}@example.org") for number in range(count)]
            with CaptureQueriesContext(
                connection,
            ) as left:
                outbox.leave((outbox.Draft("1", MailKind.DUE_SOON, one.pk, "BP", {}) for one in people), at=NOW)
            with CaptureQueriesContext(connection) as sent:
                assert send() == {"sent": count}
            return len(left), (len(sent) - 5) / count

        few, many = cost(3), cost(12)
        assert few == many
        assert few[0] <= 3
        assert few[1] <= 6


class TestSkipping:
    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"email": ""}, SkipReason.NO_ADDRESS),
            ({"mail_off": ["due_soon"]}, SkipReason.TURNED_OFF),
            ({"is_active": False}, SkipReason.CLOSED),
        ],
    )
    def test_a_reader_s_own_reason(self, server, fields, reason):
        person = add_user(**{"email": "anna@example.org", **fields})
        outbox.leave([outbox.Draft("1", MailKind.DUE_SOON, person.pk, "BP", {})], at=NOW)
        assert send() == {"skipped": 1}
        assert Mail.objects.get().skip_reason == reason
        assert not server.seen

    def test_another_kind_stays_on(self, server):
        leave("anna", kind=MailKind.DIGEST, mail_off=["due_soon"])
        assert send() == {"sent": 1}

    def test_without_a_server(self, settings):
        settings.MAIL_GOES_TO = ""
        (mail,) = leave("anna")
        assert send() == {"skipped": 1}
        mail.refresh_from_db()
        assert (mail.skip_reason, mail.may_go_again) == ("no_server", True)

    def test_nothing_left_to_say(self, server):
        (mail,) = leave("anna")
        assert send(compose=lambda _mail, _at: SkipReason.NOT_NEEDED) == {"skipped": 1}
        mail.refresh_from_db()
        assert not mail.may_go_again


class TestSendingAgain:
    def test_a_person_may_have_it_sent_again_and_it_is_known_for_the_same(self, server):
        (mail,) = leave("broken-after")
        send()
        chief = add_user("chief", is_superuser=False)
        with pytest.raises(NotAllowed):
            outbox.send_again(mail=mail, by=Actor(user=chief), at=NOW)
        outbox.send_again(mail=mail, by=Actor(name="a test"), at=NOW)
        mail.recipient.email = "anna@example.org"
        mail.recipient.save()
        assert send() == {"sent": 1}
        first, second = server.messages
        assert first["Message-ID"] == second["Message-ID"]

    @pytest.mark.parametrize("had", ["failed", "skipped"])
    def test_not_to_a_person_who_has_no_address_until_there_is_one(self, server, had):
        mail = leave("never")[0]
        if had == "skipped":
            Mail.objects.update(state=MailState.SKIPPED, skip_reason=SkipReason.NO_ADDRESS, ended_at=NOW)
        else:
            send()
        person, by = mail.recipient, Actor(name="a test")
        person.email = ""
        mail = Mail.objects.get()
        mail.recipient = person
        assert not mail.may_go_again
        with pytest.raises(Conflict, match="no e-mail address"):
            outbox.send_again(mail=mail, by=by, at=NOW)
        assert state(mail) == had
        person.email = "anna@example.org"
        mail.recipient = person
        assert mail.may_go_again
        assert outbox.send_again(mail=mail, by=by, at=NOW).state == "waiting"

    @pytest.mark.parametrize("name", ["anna", "later"])
    def test_not_one_that_was_sent_or_waits(self, server, name):
        (mail,) = leave(name)
        send()
        with pytest.raises(Conflict):
            outbox.send_again(mail=mail, by=Actor(name="a test"), at=NOW)
        assert state(mail) in ("sent", "waiting")


class TestRounds:
    def test_an_occasion_is_held_once(self):
        people = [add_user() for _ in range(3)]

        def drafts():
            return [outbox.Draft("1", MailKind.DIGEST, person.pk, "BP") for person in people]

        assert outbox.hold_round("digest/1", MailKind.DIGEST, drafts, at=NOW) == 3
        assert outbox.hold_round("digest/1", MailKind.DIGEST, drafts, at=NOW) == 0
        assert outbox.pass_over(["digest/1", "digest/0"], MailKind.DIGEST, at=NOW) == 2
        assert list(MailRound.objects.order_by("occasion").values_list("occasion", "mails", "skip_reason")) == [
            ("digest/0", 0, "too_late"), ("digest/1", 3, ""),
        ]  # fmt: skip

    def test_old_mail_is_forgotten_and_its_round_is_not(self):
        leave("anna")
        outbox.pass_over(["x"], MailKind.DIGEST, at=NOW)
        Mail.objects.update(state=MailState.SENT, ended_at=NOW)
        assert outbox.forget_mails(at=NOW + outbox.KEPT) == 0
        assert outbox.forget_mails(at=NOW + outbox.KEPT + SECOND) == 1
        assert MailRound.objects.count() == 1


def test_an_answer_decides_whatever_breaks_after_it():
    assert verdict(OSError("reset"), Journal(handed_over=True, answer=250)).outcome == Outcome.TAKEN
    assert verdict(OSError("reset"), Journal(handed_over=True)).outcome == Outcome.UNCERTAIN
    assert verdict(OSError("reset"), Journal()).outcome == Outcome.LATER


def test_an_error_tells_no_secret(settings):
    settings.EMAIL_HOST_PASSWORD = "opensesame"
    assert without_secrets(f"login opensesame {settings.SECRET_KEY}") == "login *** ***"


def test_plain_text_keeps_to_its_columns_and_breaks_no_address():
    url = f"https://example.org/{'x' * 90}"
    parts = (Part("Sans mise à jour", (Line("1.02 " + "mot " * 40, url),)),)
    text = plain(Letter("s", "Phrase " * 30, Line("Ma semaine", url), parts, "Parce que " * 20), Line("Choisir", url))
    assert text.count(url) == 3
    assert all(len(line) <= 72 for line in text.splitlines() if "https" not in line)


def test_files_are_whole_messages(settings, tmp_path):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "tracker.delivery.FileBackend", str(tmp_path / "mail")
    settings.MAIL_GOES_TO = settings.EMAIL_FILE_PATH
    leave("anna", "bert")
    assert send() == {"sent": 2}
    files = list((tmp_path / "mail").iterdir())
    assert {file.suffix for file in files} == {".eml"}
    assert "Subject: =?utf-8?" in files[0].read_text()
    assert message(letter(None, NOW), key="k", address="a@example.org", language="en").subject == "Été : à faire"
