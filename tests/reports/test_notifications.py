"""The week in short: sealed, then told to those who have a role on the plan or on a pillar of it."""

import re
from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from initiatives.choices import SecurityMarking
from reports.models import WeeklyRollup
from reports.notifications import announce, compose
from tests.factories import add_user, kept
from tests.scenarios import small_plan
from tracker import outbox
from tracker.choices import MailKind, Role, SkipReason
from tracker.models import Mail, MailRound, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(settings):
    settings.MAIL_GOES_TO, settings.BASE_URL = "a test", "https://tracker.example"
    made = small_plan()
    for person in made.people.all():
        User.objects.filter(pk=person.pk).update(email=f"{person.username}@example.org", language="en")
    return made


def send(at=None):
    """Announce and send; the messages of the newest rollup by address."""
    at = at or timezone.now()
    announce(at=at)
    django_mail.outbox.clear()
    outbox.send_due(compose, clock=lambda: at)
    newest = WeeklyRollup.objects.latest("pk").week.code
    return {message.to[0]: message for message in django_mail.outbox if newest in message.subject}


def words(message):
    return re.sub(r"\s+", " ", message.body.replace("\u00a0", " "))


def test_one_mail_for_each_rollup_and_person_with_a_role_on_plan_or_pillar(made):
    sealed = timezone.now()
    assert announce(at=sealed) == 2 * 6
    assert announce(at=sealed) == 0
    who = set(Mail.objects.values_list("recipient__username", flat=True))
    assert who == {"viewer", "analyst", "pillar-lead", "plan-admin", "auditor", "administrator"}
    assert set(Mail.objects.values_list("kind", flat=True)) == {MailKind.DIGEST}
    made.people.viewer.grants.all().delete()
    assert "viewer@example.org" not in send()
    assert set(Mail.objects.filter(recipient=made.people.viewer).values_list("skip_reason", flat=True)) == {"no_access"}


def test_what_is_of_long_ago_is_no_news(made):
    """Neither what is found late nor what waited long."""
    older, newer = (week.locks_at for week in made.weeks[:2])
    assert announce(at=older + timedelta(days=14, seconds=1)) == 6
    assert list(MailRound.objects.order_by("pk").values_list("skip_reason", flat=True)) == [SkipReason.TOO_LATE, ""]
    assert send(newer + timedelta(days=14, seconds=1)) == {}
    assert set(Mail.objects.values_list("skip_reason", flat=True)) == {SkipReason.TOO_LATE}


def test_the_week_in_short_from_its_seal_alone(made):
    """Of the plan; of the pillar for who has only that one; in French for who chose it."""
    hidden, rollup = made.initiatives["green"], made.rollups[-1]
    hidden.refresh_from_db()
    hidden.security_marking, hidden.title_en = SecurityMarking.PROTECTED_A, "Renamed since"
    kept(hidden)
    User.objects.filter(username="auditor").update(language="fr")
    sent = send()
    message = sent["viewer@example.org"]
    assert message.subject == f"BP {rollup.week.code} in short"
    text = words(message)
    assert f"{rollup.code} is sealed" in text
    assert f"https://tracker.example/en/rollups/{rollup.code}/" in text
    assert "at risk: 1" in text
    assert "no update: 3" in text
    assert "Reported: 1 of 4 initiatives in progress" in text
    assert f"Health that changed since {made.rollups[0].code}" in text
    assert "2.01 Initiative 2.01: on track → no update" in text
    assert "Renamed" not in text

    of_pillar = words(sent["pillar-lead@example.org"])
    assert "Pillar 1: Pillar 1" in of_pillar
    assert f"/en/plans/BP/pillars/1/?as_of=r{rollup.as_of}" in of_pillar
    assert "Reported: 1 of 3 initiatives in progress" in of_pillar
    assert "/rollups/" not in of_pillar
    assert "2.01" not in of_pillar

    french = words(sent["auditor@example.org"])
    assert sent["auditor@example.org"].subject.endswith("en bref")
    assert "à risque : 1" in french
    assert "Ont rendu compte : 1 des 4 initiatives en cours" in french
    assert "/fr/rollups/" in french


def test_a_protected_initiative_is_named_by_its_code_only(made):
    hidden = made.initiatives["no_update"]
    hidden.refresh_from_db()
    hidden.security_marking = SecurityMarking.PROTECTED_A
    kept(hidden)
    text = words(send()["viewer@example.org"])
    assert "2.01 (protected: read it in the tracker)" in text
    assert "Initiative 2.01" not in text


def test_two_hundred_readers_cost_what_ten_do(made):
    def cost(count):
        MailRound.objects.all().delete()
        for _ in range(count):
            add_user(role=Role.VIEWER, scope="BP", email="reader@example.org", language="en", password=None)
        with CaptureQueriesContext(connection) as announced:
            announce(at=timezone.now())
        with CaptureQueriesContext(connection) as sent:
            sending = outbox.send_due(compose)
        return len(announced), len(sent) / sum(sending.values())

    few, many = cost(3), cost(20)
    assert few[0] == many[0] <= 20
    assert many[1] <= few[1] + 0.5
