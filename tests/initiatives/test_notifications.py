"""Reminders, what is overdue, decisions: who is written to, once, and what it says in each language."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.core import mail as django_mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from initiatives.actions.decisions import approve_update, return_update
from initiatives.choices import Health, Lifecycle, SecurityMarking, Workflow
from initiatives.models import Initiative
from initiatives.notifications import compose, remind, tell_writers
from tests.factories import (
    ACTOR,
    add_initiative,
    add_organization,
    add_pillar,
    add_plan,
    add_update,
    add_user,
    add_week,
    kept,
)
from tracker import outbox
from tracker.choices import MailKind, Role, SkipReason
from tracker.errors import Refused
from tracker.models import Mail, MailRound, RoleGrant
from tracker.timemachine import Actor, revision

# Of the week 2026-W47: due on Thursday 19 November at 17:00, locked on Monday at 06:00, in Toronto.
DUE = datetime(2026, 11, 19, 22, tzinfo=UTC)
SOON = DUE - timedelta(days=1)
LOCK = datetime(2026, 11, 23, 11, tzinfo=UTC)
SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mail_goes_somewhere(settings):
    settings.MAIL_GOES_TO = "a test"


@pytest.fixture
def plan():
    return add_plan()


@pytest.fixture
def week(plan):
    return add_week(plan, date(2026, 11, 18))


@pytest.fixture
def three(plan, week):
    """Two initiatives of a pillar and one of another; the third of them is not in progress."""
    lead = add_organization()
    one, two = add_pillar(plan, 1), add_pillar(plan, 2)
    return [
        add_initiative(one, "1.01", lead=lead, title_fr="Équipes canines"),
        add_initiative(one, "1.02", lead=lead),
        add_initiative(two, "2.01", lead=lead),
        add_initiative(two, "2.02", lead=lead, lifecycle=Lifecycle.NOT_STARTED),
    ]


def person(username, role=Role.MANAGER, scope="BP/1.01", **fields):
    return add_user(username, role=role, scope=scope, email=f"{username}@example.org", **fields)


def told():
    return sorted((row.kind, row.recipient.username) for row in Mail.objects.select_related("recipient"))


def send(at):
    """Send all that waits; the messages by address."""
    django_mail.outbox.clear()
    outbox.send_due(compose, clock=lambda: at)
    return {message.to[0]: message for message in django_mail.outbox}


def states():
    return dict(Mail.objects.values_list("recipient__username", "skip_reason"))


class TestWhoAndWhen:
    def test_one_mail_a_person_and_week_a_day_before(self, three):
        person("marie")
        both = person("both", scope="BP/1")
        named = person("named", Role.PLAN_ADMIN, "BP")
        kept_one = three[2]
        kept_one.manager = named
        kept(kept_one)
        person("lead", Role.PILLAR_LEAD, "BP/1")
        person("viewer", Role.VIEWER, "BP")
        person("elsewhere", scope="BP/2.02")
        assert remind(at=SOON - SECOND) == 0
        assert remind(at=SOON) == 3
        assert remind(at=SOON + SECOND) == 0
        assert told() == [("due_soon", "both"), ("due_soon", "marie"), ("due_soon", "named")]
        assert Mail.objects.get(recipient=both).about == {"week": Mail.objects.first().about["week"]}

    def test_overdue_goes_to_pillar_leads_too(self, three, week):
        marie, lead = person("marie"), person("lead", Role.PILLAR_LEAD, "BP/1")
        person("other-lead", Role.PILLAR_LEAD, "BP/2")
        add_update(three[2], week, author=marie, workflow=Workflow.SUBMITTED)
        add_update(three[0], week, author=marie, workflow=Workflow.RETURNED, reviewer=lead)
        remind(at=SOON)
        assert remind(at=DUE) == 2
        assert told() == [("due_soon", "marie"), ("overdue", "lead"), ("overdue", "marie")]

    def test_nobody_is_told_of_what_is_reported(self, three, week):
        marie = person("marie")
        add_update(three[0], week, author=marie, workflow=Workflow.SUBMITTED)
        assert remind(at=SOON) == remind(at=DUE) == 0
        assert set(MailRound.objects.values_list("kind", "mails")) == {("due_soon", 0), ("overdue", 0)}

    def test_an_outage_makes_no_flood(self, plan, three):
        person("marie")
        for weeks in range(1, 20):
            add_week(plan, date(2026, 11, 18) - timedelta(weeks=weeks))
        assert remind(at=DUE + SECOND) == 1
        assert told() == [("overdue", "marie")]
        assert MailRound.objects.filter(skip_reason=SkipReason.TOO_LATE).count() == 39
        assert remind(at=LOCK) == 0

    def test_many_cost_what_few_do(self, plan, three):
        def cost(count, day):
            add_week(plan, day)
            for number in range(count):
                add_initiative(three[0].pillar, f"{day:%m%d}.{number}", lead=three[0].lead)
                person(f"p{day:%m%d}-{number}", scope=f"BP/{day:%m%d}.{number}")
            at = datetime.combine(day, DUE.timetz()) - timedelta(hours=2)
            remind(at=at - timedelta(days=2))  # what is older is passed over
            with CaptureQueriesContext(connection) as made:
                remind(at=at)
            return len(made)

        Mail.objects.all().delete()
        few, many = cost(2, date(2026, 12, 17)), cost(40, date(2027, 1, 14))
        assert few == many <= 14
        assert Mail.objects.filter(kind=MailKind.DUE_SOON).count() >= 42

    def test_thousands_of_initiatives_are_not_looked_through_for_each_person(self, plan, three, week):
        """Sixty people over twelve hundred initiatives: whom each concerns is asked once or twice, not by everybody."""
        first = three[0]
        rows = [
            Initiative(plan=plan, pillar=first.pillar, code=f"1.{number}", title_en="x", title_fr="x",
                       lead=first.lead, lifecycle=first.lifecycle, announced_on=first.announced_on)
            for number in range(1000, 2200)
        ]  # fmt: skip
        with revision(by=ACTOR, reason="Many"):
            Initiative.objects.bulk_create(rows)
        for number in range(60):
            person(f"p{number}", scope="BP", language="en", password=None)
        asked = []
        with pytest.MonkeyPatch.context() as patch:
            scopes = Initiative.scopes.fget
            patch.setattr(Initiative, "scopes", property(lambda one: asked.append(1) or scopes(one)))
            assert remind(at=SOON) == 60
        assert len(asked) <= 2 * (len(rows) + 3)
        Mail.objects.exclude(recipient__username="p0").delete()
        body = send(SOON)["p0@example.org"].body
        assert body.count("/update/") == 12
        assert "- and 1191 more\n  http" in body.replace("\u00a0", "")
        assert body.count("/my-week/") == 2

    def test_a_mail_reads_only_what_lies_within_its_reader_s_scopes(self, three):
        person("marie")
        remind(at=SOON)
        Mail.objects.update(state="waiting")
        read = []
        with pytest.MonkeyPatch.context() as patch:
            scopes = Initiative.scopes.fget
            patch.setattr(Initiative, "scopes", property(lambda one: read.append(one.code) or scopes(one)))
            assert send(SOON)
        assert set(read) == {"1.01"}

    @pytest.mark.parametrize(("starts", "told_then"), [(date(2026, 11, 18), 1), (date(2026, 11, 19), 0)])
    def test_grants_hold_on_the_plan_s_day(self, settings, starts, told_then):
        """At 03:00 UTC of the 19th it is still the 18th in Vancouver, whatever the server's own clock says."""
        settings.TIME_ZONE = "UTC"
        plan = add_plan(time_zone="America/Vancouver")
        add_initiative(add_pillar(plan), "1.01", lead=add_organization())
        add_week(plan, date(2026, 11, 18))
        marie = person("marie")
        grant = marie.grants.get()
        grant.starts_on = starts
        kept(grant)
        at = datetime(2026, 11, 19, 3, tzinfo=UTC)
        with timezone.override("UTC"):
            assert remind(at=at) == told_then


class TestWhatItSays:
    def test_due_soon_in_both_languages_with_the_deadline_on_the_plan_s_clock(self, three, week, settings):
        settings.BASE_URL = "https://tracker.example"
        person("marie", scope="BP/1", language="en")
        remind(at=SOON)
        message = send(SOON)["marie@example.org"]
        assert message.subject.replace("\u00a0", " ") == "BP 2026-W47: 2 updates due by 19 November 2026, 17:00 EST"
        text = message.body.replace("\u00a0", " ")
        assert text.startswith("Submit the status updates of these initiatives by 19 November 2026,\n17:00 EST.")
        assert "My week:\nhttps://tracker.example/en/plans/BP/my-week/" in text
        assert "- 1.01 Initiative 1.01\n  https://tracker.example/en/plans/BP/initiatives/1.01/update/" in text
        assert "https://tracker.example/en/account/" in text

    def test_what_was_reported_meanwhile_is_left_out_and_then_nothing_is_sent(self, three, week):
        marie = person("marie", language="en")
        luc = person("luc", scope="BP/1", language="en")
        remind(at=SOON)
        add_update(three[0], week, author=marie, workflow=Workflow.SUBMITTED)
        sent = send(SOON)
        assert set(sent) == {"luc@example.org"}
        assert "1.01" not in sent["luc@example.org"].body
        assert states() == {"marie": SkipReason.NOT_NEEDED, "luc": ""}
        assert luc.email

    def test_too_late_it_is_not_sent(self, three):
        person("marie")
        remind(at=SOON)
        assert send(DUE) == {}
        assert states() == {"marie": SkipReason.TOO_LATE}

    def test_a_protected_initiative_is_named_by_its_code_only(self, three, week):
        three[0].security_marking = SecurityMarking.PROTECTED_B
        kept(three[0])
        marie, luc = person("marie", language="en"), person("luc", Role.PILLAR_LEAD, "BP/1", language="en")
        remind(at=SOON)
        body = send(SOON)["marie@example.org"].body
        assert "1.01 (protected: read it in the tracker)" in body
        assert "Initiative 1.01" not in body
        update = add_update(three[0], week, author=marie, workflow=Workflow.SUBMITTED)
        return_update(update=update, comment="The raid is on Friday.", by=Actor(user=luc), at=SOON)
        message = send(SOON)["marie@example.org"]
        assert "raid" not in message.body + str(message.alternatives)
        assert "/update/" in message.body

    def test_its_lines_lead_to_the_week_that_is_owed_whichever_runs_when_it_is_read(self, three, week):
        marie, luc = person("marie", language="en"), person("luc", Role.PILLAR_LEAD, "BP/1", language="en")
        for at in (SOON, DUE):
            remind(at=at)
            assert "/initiatives/1.01/update/?week=2026-W47\n" in send(at)["marie@example.org"].body
        update = add_update(three[0], week, author=marie, workflow=Workflow.SUBMITTED)
        return_update(update=update, comment="Why?", by=Actor(user=luc), at=SOON)
        assert "/initiatives/1.01/update/?week=2026-W47\n" in send(SOON)["marie@example.org"].body

    def test_a_long_list_shows_some_of_both_and_says_how_many_more(self, three):
        for number in range(20):
            add_initiative(three[0].pillar, f"1.{50 + number}", lead=three[0].lead)
            add_initiative(three[2].pillar, f"2.{50 + number}", lead=three[2].lead)
        lead = person("lead", Role.PILLAR_LEAD, "BP/2", language="en")
        kept(RoleGrant(user=lead, role=Role.MANAGER, scope="BP/1"))
        remind(at=DUE)
        message = send(DUE)["lead@example.org"]
        assert "43 updates are overdue" in message.subject.replace("\u00a0", " ")
        mine, led = message.body.split("Without an update, in what you lead")
        assert (mine.count("Initiative 1."), led.count("Initiative 2.")) == (6, 6)
        assert re.search(r"- and 16 more\n  \S+/my-week/", mine)
        assert re.search(r"- and 15 more\n  \S+/review/", led)

    def test_overdue_says_what_is_one_s_own_and_what_one_leads(self, three, week):
        lead = person("lead", Role.PILLAR_LEAD, "BP/1", language="en")
        three[1].manager = lead
        kept(three[1])
        remind(at=DUE)
        body = send(DUE)["lead@example.org"].body.replace("\u00a0", " ")
        mine, led = body.index("Without an update from you"), body.index("Without an update, in what you lead")
        assert mine < body.index("1.02 Initiative") < led < body.index("1.01 Initiative")
        assert "before the week locks on\n23 November 2026" in body or "23 November 2026, 06:00 EST" in body


class TestDecisions:
    @pytest.fixture
    def submitted(self, three, week):
        self.marie = person("marie", language="en")
        self.luc = person("luc", Role.PILLAR_LEAD, "BP/1", name="Luc Lead")
        self.bert = person("bert", language="en")
        return add_update(
            three[0], week, Health.GREEN, author=self.marie, workflow=Workflow.SUBMITTED, writers=[self.bert.pk]
        )

    def test_returned_goes_to_all_who_wrote_with_the_comment(self, submitted):
        return_update(update=submitted, comment="Say what it costs.\nAnd when.", by=Actor(user=self.luc), at=SOON)
        assert told() == [("returned", "bert"), ("returned", "marie")]
        message = send(SOON)["bert@example.org"]
        assert message.subject == "BP 2026-W47: your update of 1.01 is returned"
        assert "as Luc Lead asks" in message.body
        assert "- Say what it costs.\n- And when." in message.body

    @pytest.mark.parametrize(("role", "told_it"), [(Role.VIEWER, False), (None, False), (Role.PILLAR_LEAD, True)])
    def test_the_comment_goes_only_to_who_may_still_act_on_it(self, submitted, role, told_it):
        """A reader of the plan sees no reviewer's comment on a page, and none in a mail."""
        return_update(update=submitted, comment="The union knows.", by=Actor(user=self.luc), at=SOON)
        self.bert.grants.all().delete()
        if role:
            kept(RoleGrant(user=self.bert, role=role, scope="BP"))
        sent = send(SOON)
        assert ("bert@example.org" in sent) == told_it
        assert states() == {"marie": "", "bert": "" if told_it else SkipReason.NO_ACCESS}

    def test_approved_says_that_nothing_is_left_to_do(self, submitted):
        approve_update(update=submitted, by=Actor(user=self.luc), at=SOON)
        assert told() == [("approved", "bert"), ("approved", "marie")]
        assert "Luc Lead has approved it; there is nothing left to do." in send(SOON)["marie@example.org"].body

    def test_a_refused_decision_leaves_no_mail(self, submitted):
        with pytest.raises(Refused):
            approve_update(update=submitted, by=Actor(user=self.luc), at=SOON, seen=1)
        assert told() == []

    def test_a_replay_of_old_records_writes_to_nobody(self, submitted):
        done = return_update(update=submitted, comment="Why?", by=Actor(user=self.luc), at=SOON)
        Mail.objects.all().delete()
        tell_writers(done, by=Actor(user=self.luc, replaying=True), at=SOON)
        assert told() == []

    def test_one_that_was_submitted_again_is_not_told_as_returned(self, submitted):
        done = return_update(update=submitted, comment="Why?", by=Actor(user=self.luc), at=SOON)
        done.workflow, done.decided_by, done.decided_at, done.return_comment = Workflow.SUBMITTED, None, None, ""
        kept(done)
        assert send(SOON) == {}
        assert set(states().values()) == {SkipReason.NOT_NEEDED}


@pytest.mark.parametrize("kind", ["due_soon", "overdue", "returned", "approved"])
def test_french_is_written_in_french(three, week, kind):
    """The subject, the sentence, the list: with accents, French quotes and French times."""
    marie, luc = person("marie", language="fr"), person("luc", Role.PILLAR_LEAD, "BP/1", name="Luc Lead")
    if kind in ("returned", "approved"):
        update = add_update(three[0], week, author=marie, workflow=Workflow.SUBMITTED)
        decide = partial(return_update, comment="Dites le coût.") if kind == "returned" else approve_update
        decide(update=update, by=Actor(user=luc), at=SOON)
    else:
        remind(at=DUE if kind == "overdue" else SOON)
    at = DUE if kind == "overdue" else SOON
    message = send(at)["marie@example.org"]
    plain = (message.subject + message.body).replace("\u00a0", " ")
    assert {"due_soon": "1 mise à jour attendue", "overdue": "1 mise à jour en retard", "returned": "est renvoyée",
            "approved": "est approuvée"}[kind] in plain  # fmt: skip
    assert "/fr/plans/BP/" in plain
    assert "1.01 Équipes canines" in plain
    with translation.override("fr"):
        assert "19 novembre 2026, 17 h 00 HNE" in plain or kind in ("returned", "approved")
    raw = message.message().as_bytes()
    assert b"Content-Transfer-Encoding: quoted-printable" in raw
    assert raw.isascii()
