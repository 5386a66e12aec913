"""`manage.py simulate`: rows and history by COPY, as actions and triggers would have left them."""

from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.db.models import F, Max, Q, Sum
from django.utils import timezone

from initiatives.choices import Lifecycle, Workflow
from initiatives.models import (
    ChangeRequest,
    Initiative,
    LedgerEntry,
    Milestone,
    MilestoneBaseline,
    MilestoneForecast,
    StatusUpdate,
)
from pillars.choices import Transition
from pillars.models import Plan, ReportingWeek, WeekTransition
from pillars.rules import week_code
from tests.conftest import own_database
from tests.factories import add_user
from tests.reports.simulating import SIZE, SMALL, UNTIL, ask, digest, shape, small
from tracker.choices import Channel
from tracker.models import Revision, User
from tracker.timemachine import as_of, head
from tracker.timemachine.audit import faults


@pytest.fixture(scope="class")
def large(django_db_setup, django_db_blocker):
    """A simulation of 26 weeks, made by the command; the tests only read it. What the command said, and how the tables
    stood before."""
    with own_database(django_db_blocker), django_db_blocker.unblock():
        before, out, log = shape(), StringIO(), StringIO()
        sizes = (f"--{name}={getattr(SIZE, name)}" for name in SIZE.__dataclass_fields__)
        call_command("simulate", *sizes, "--plan", "SIMULATED", "--until", week_code(UNTIL), stdout=out, stderr=log)
        yield before, out.getvalue(), log.getvalue()


@pytest.fixture
def plan(large):
    return Plan.objects.get()


class TestLarge:
    def test_it_is_as_large_as_asked_and_says_so(self, large, plan):
        _before, out, log = large
        weeks = plan.weeks.filter(locked_at__isnull=False)
        made = {
            "initiatives": plan.initiatives.count(), "updates": StatusUpdate.objects.count(), "weeks": weeks.count(),
            "milestones": Milestone.objects.count(), "lines": len(ask("select from initiatives_budgetline")),
            "entries": LedgerEntry.objects.count(),
        }  # fmt: skip
        assert made == {name: getattr(SIZE, name) for name in made}
        assert weeks.latest("starts_on").starts_on == UNTIL
        assert "4,000 updates" in log
        assert "step 26 of" in log or "step 27 of" in log
        assert f"SIMULATED: revisions r1 to r{head()}" in out

    def test_it_is_marked_as_simulated_and_nobody_can_sign_in(self, plan):
        assert plan.simulated
        assert Plan.objects.filter(simulated=False).count() == 0
        people = list(User.objects.order_by("username"))
        assert [one.username for one in people] == ["simulated-author-simulated", "simulated-reviewer-simulated"]
        assert not any(one.has_usable_password() for one in people)
        assert all(one.name.startswith("Simulated ") for one in people)

    def test_the_history_keeps_its_laws(self, plan):
        assert faults() == []

    def test_tables_are_left_as_they_were(self, large):
        assert shape() == large[0]

    def test_revisions_are_dated_one_after_the_other_and_signed(self, plan):
        rows = list(Revision.objects.order_by("number"))
        assert all(one.replayed and one.attributed and one.channel == Channel.IMPORT for one in rows)
        assert all(before.at < after.at for before, after in pairwise(rows))
        assert all(one.reason for one in rows)
        assert {one.actor_name.split(" (")[0] for one in rows} == {
            "Simulation", "Simulated author", "Simulated reviewer",
        }  # fmt: skip
        assert rows[-1].at <= timezone.now()

    def test_weeks_open_fall_due_and_lock_at_what_was_known(self, plan):
        steps = defaultdict(list)
        for step in WeekTransition.objects.order_by("pk").select_related("week"):
            steps[step.week.starts_on].append(step.state)
            assert not step.late
            assert timedelta(0) < step.at - step.due_at < timedelta(minutes=15)
        whole = [Transition.OPENED, Transition.DUE, Transition.REVIEW_DUE, Transition.LOCKED]
        assert {tuple(steps.pop(one.starts_on)) for one in plan.weeks.filter(locked_at__isnull=False)} == {tuple(whole)}
        assert list(steps.values()) == [[Transition.OPENED]]  # the week after opens before the last one locks
        for week in plan.weeks.filter(locked_at__isnull=False):
            known = Revision.objects.filter(at__lte=week.locks_at).aggregate(Max("number"))["number__max"]
            assert week.lock_revision == known
            with as_of(known):
                assert ReportingWeek.objects.get(pk=week.pk).locked_at is None
        assert plan.weeks.filter(locked_at__isnull=True).count() == 9

    def test_a_past_week_shows_what_today_s_rows_say_was_there_by_then(self, plan):
        """Counted from the rows of today by their own dates, and read back through the views of the past."""
        numbers = dict(Revision.objects.values_list("number", "at"))
        entries = list(LedgerEntry.objects.values_list("revision", "stage", "amount"))
        decided = list(StatusUpdate.objects.approved().values_list("week__starts_on", "decided_at"))
        met = list(Milestone.objects.filter(actual_on__isnull=False).values_list("revision", flat=True))
        forecasts = list(MilestoneForecast.objects.values_list("revision", flat=True))
        for week in plan.weeks.filter(locked_at__isnull=False).order_by("starts_on")[4:26:10]:
            known = week.lock_revision
            sums: dict[str, Decimal] = defaultdict(Decimal)
            for number, stage, amount in entries:
                sums[stage] += amount if number <= known else 0
            with as_of(known):
                found = LedgerEntry.objects.values_list("stage").annotate(Sum("amount")).order_by()
                assert dict(found) == {stage: amount for stage, amount in sums.items() if amount}
                by_week = Counter(StatusUpdate.objects.approved().values_list("week__starts_on", flat=True))
                assert by_week == Counter(monday for monday, at in decided if at <= numbers[known])
                assert by_week[week.starts_on] > 100
                assert Milestone.objects.count() == SIZE.milestones
                assert Milestone.objects.filter(actual_on__isnull=False).count() == sum(n <= known for n in met)
                assert MilestoneForecast.objects.count() == sum(n <= known for n in forecasts)

    def test_updates_go_their_way_through_review(self, plan):
        ways = Counter()
        rows = ask("select id, workflow from history.initiatives_statusupdate order by id, from_rev")
        steps = defaultdict(list)
        for key, workflow in rows:
            steps[key].append(workflow)
        ways.update(tuple(way) for way in steps.values())
        plain = (Workflow.SUBMITTED, Workflow.APPROVED)
        again = (Workflow.SUBMITTED, Workflow.RETURNED, *plain)
        usual = {plain, again, again[:2], plain[:1]}
        usual |= {(Workflow.DRAFT, *way) for way in usual} | {(Workflow.DRAFT,)}
        assert set(ways) <= usual
        assert min(ways[way] for way in (plain, again, plain[:1], (Workflow.DRAFT, *plain))) > 5
        assert ways.total() == SIZE.updates
        assert ways[plain] > 0.8 * SIZE.updates
        shown = StatusUpdate.objects.all()
        assert set(shown.values_list("health_overall", flat=True)) == {"green", "amber", "red"}
        for language in "en", "fr":
            texts = shown.exclude(**{f"narrative_{language}": ""}).values_list(f"narrative_{language}", flat=True)
            assert 130 < sum(map(len, texts)) / len(texts) < 260
            assert len(set(texts)) > 0.7 * len(texts)  # the others say "no change"
        assert shown.filter(narrative_en="").exists()
        assert shown.filter(narrative_en__contains="\n").exists()

    def test_what_says_no_change_affirms_the_last_approved(self, plan):
        updates = StatusUpdate.objects.approved().order_by("initiative", "week__starts_on")
        last, checked = {}, 0
        for one in updates:
            before = last.get(one.initiative_id)
            if one.no_change:
                assert before is not None
                assert (one.narrative_en, one.narrative_fr, one.ratings) == before
                checked += 1
            last[one.initiative_id] = (one.narrative_en, one.narrative_fr, one.ratings)
        assert checked > 100

    def test_facts_are_late_moved_corrected_and_agreed_anew(self, plan):
        lock = plan.weeks.filter(locked_at__isnull=False).order_by("starts_on")[15]
        late = LedgerEntry.objects.filter(revision__gt=lock.lock_revision, effective_on__lt=lock.starts_on)
        assert late.filter(reverses=None, corrects=None).exists()
        assert Milestone.objects.filter(revision__gt=lock.lock_revision, actual_on__lt=lock.starts_on).exists()
        wrong = LedgerEntry.objects.filter(reversed_by__isnull=False)
        assert wrong.filter(corrected_by__amount__gt=F("amount") * Decimal("0.49")).count() == wrong.count() > 20
        assert Milestone.objects.filter(forecasts__reason__gt="").distinct().count() > 100
        assert Milestone.objects.filter(cancelled_on__isnull=False).exclude(cancelled_reason="").exists()
        assert MilestoneBaseline.objects.filter(number=2, request__decision="approved").exists()
        assert set(ChangeRequest.objects.values_list("decision", flat=True)) >= {"approved", "refused"}
        ends = Q(lifecycle__in=[Lifecycle.MET, Lifecycle.MET_MODIFIED, Lifecycle.NOT_PURSUED])
        assert Initiative.objects.filter(ends).exists()
        with as_of(1):
            assert not Initiative.objects.filter(ends).exists()
            assert Initiative.objects.filter(lifecycle=Lifecycle.NOT_STARTED).exists()


def test_the_same_seed_makes_the_same_rows(django_db_setup, django_db_blocker):
    digests = []
    for seed in (7, 7, 8):
        with own_database(django_db_blocker), django_db_blocker.unblock():
            small(seed=seed)
            digests.append(digest())
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.django_db
def test_it_may_be_part_of_a_transaction():
    add_user("somebody")
    small()
    assert StatusUpdate.objects.count() == SMALL.updates
    assert faults() == []
