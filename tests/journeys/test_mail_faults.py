"""Mail with real workers that are doubled and killed: nobody gets one twice, and what is uncertain says so."""

import signal
import sys
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from pillars.models import ReportingWeek
from reports.models import WeeklyRollup
from tests.factories import ACTOR, add_initiative, add_organization, add_pillar, add_plan, add_user, add_week
from tests.journeys.crew import Crew, wait_until
from tests.mail_server import mail_server, mute_server
from tracker.choices import MailState, Role
from tracker.models import Heartbeat, Mail, TaskRun
from tracker.models.mail import UNKNOWN_AFTER
from tracker.timemachine import revision

pytestmark = pytest.mark.processes
MANAGERS = 12


@pytest.fixture
def crew(committed, tmp_path):
    """Nobody at work yet; a week whose updates are due in two hours, and a manager for each of its initiatives. The
    mail of the last of them the server takes without ever saying so."""
    now = timezone.now()
    with revision(by=ACTOR, reason="A plan"):
        plan = add_plan()
        pillar, lead = add_pillar(plan), add_organization()
        later = {"opens_at": now - timedelta(1), "pillar_due_at": now + timedelta(1), "locks_at": now + timedelta(2)}
        add_week(plan, timezone.localdate(now), initiative_due_at=now + timedelta(hours=2), **later)
        for number in range(MANAGERS):
            add_initiative(pillar, f"1.{number:02d}", lead=lead)
            name = "silent" if number == MANAGERS - 1 else f"m{number}"
            add_user(name, role=Role.MANAGER, scope=f"BP/1.{number:02d}", email=f"{name}@example.org", password=None)
    crew = Crew(committed, tmp_path)
    try:
        yield crew
    finally:
        crew.stop_all()
        sys.stdout.write(crew.logs())


def states():
    return dict(Mail.objects.values_list("recipient__username", "state"))


def test_a_worker_killed_while_it_hands_a_mail_over(crew):
    """Two beats and two workers; then kill -9, after the server has the whole mail and before it says so."""
    with mail_server() as (taken, port):
        crew.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
        crew.broker()
        workers = [crew.worker(), crew.worker()]
        beats = [crew.beat(), crew.beat()]
        wait_until(lambda: taken.to("silent@example.org"), "the mail that hangs")
        wait_until(lambda: list(states().values()).count("sent") == MANAGERS - 1, "all other mails")
        for process in workers:
            crew.stop(process, signal.SIGKILL)
        assert states()["silent"] == MailState.SENDING
        crew.worker()
        # A quarter of an hour later, as the row tells it.
        Mail.objects.filter(state=MailState.SENDING).update(sending_since=timezone.now() - UNKNOWN_AFTER)
        wait_until(lambda: states()["silent"] == MailState.UNCERTAIN, "the mail to be given up")
        time.sleep(1.5)
        for process in beats:
            crew.stop(process, signal.SIGTERM)
        assert len(taken.messages) == MANAGERS
        assert {message["To"] for message in taken.messages} == {
            "silent@example.org", *(f"m{number}@example.org" for number in range(MANAGERS - 1)),
        }  # fmt: skip
    assert TaskRun.objects.filter(name="tick", counts__remind=MANAGERS).count() == 1
    assert sum(run.counts.get("sent", 0) for run in TaskRun.objects.filter(name="send_mail")) <= MANAGERS - 1


def test_a_mail_server_that_says_nothing_holds_one_of_two_workers(crew):
    """The time of a step is ten seconds: meanwhile nobody else calls it, the tick goes on, and a rollup is sealed."""
    with mute_server() as (calls, port):
        crew.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
        crew.broker()
        crew.worker()
        crew.beat()
        wait_until(lambda: calls, "the mail that hangs")
        called = Heartbeat.objects.get(name="tick").at
        wait_until(lambda: Heartbeat.objects.get(name="tick").at > called + timedelta(seconds=4), "ticks", patience=8)
        assert len(calls) == 1
        assert list(states().values()).count(MailState.SENDING) == 1
        with revision(by=ACTOR, reason="The week ends"):
            ReportingWeek.objects.filter(initiative_due_at__gt=called).update(
                opens_at=called - timedelta(3), initiative_due_at=called - timedelta(2),
                pillar_due_at=called - timedelta(1), locks_at=called,
            )  # fmt: skip
        wait_until(WeeklyRollup.objects.exists, "the rollup", patience=8)
