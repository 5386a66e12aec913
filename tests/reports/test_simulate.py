"""`manage.py simulate`: rows and history by COPY, as actions and triggers would have left them."""

import hashlib
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F, Max, Q, Sum
from django.test import Client
from django.utils import timezone

from initiatives.actions.money import record_entry
from initiatives.choices import Lifecycle, Stage, Workflow
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
from pillars.rules import monday_of, week_code
from reports.proof import verify
from reports.simulate import Size, proofs, run, simulate
from reports.simulate.loading import Bare
from reports.simulated_plan import simulated_entry
from tests.conftest import own_database
from tests.factories import ACTOR, add_initiative, add_organization, add_pillar, add_plan, add_user
from tracker.choices import Channel, Role
from tracker.errors import Conflict, Invalid, Refused
from tracker.models import Organization, Revision, User
from tracker.timemachine import Actor, as_of, head, revision
from tracker.timemachine.audit import faults
from tracker.timemachine.shape import unguarded
from tracker.timemachine.tracked import tracked_models

SIZE = Size(initiatives=200, weeks=26, updates=4_000, milestones=1_500, lines=800, entries=8_000)
SMALL = Size(initiatives=20, weeks=7, updates=120, milestones=80, lines=60, entries=500)
UNTIL = monday_of(timezone.localdate()) - timedelta(weeks=2)
_SHAPE = {
    "triggers": "select tgrelid::regclass::text, tgname, tgenabled from pg_trigger where not tgisinternal order by 1,2",
    "constraints": """select conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated
        from pg_constraint where connamespace in ('public'::regnamespace, 'history'::regnamespace) order by 1, 2""",
    "indexes": """select schemaname, indexname, indexdef from pg_indexes where schemaname in ('public', 'history')
        order by 1, 2""",
}
UPDATES, ENTRIES, WEEKS = "initiatives_statusupdate", "initiatives_ledgerentry", "pillars_reportingweek"
CLOSED = "to_rev < 9223372036854775807"
# A law, a table whose triggers are silent meanwhile, and what breaks the law there.
BROKEN = [
    ("shows otherwise", UPDATES, f"update public.{UPDATES} set no_change = not no_change"),
    ("without its row", UPDATES, f"delete from {UPDATES} where id % 9 = 0"),
    ("gap or overlap", UPDATES, f"update history.{UPDATES} set to_rev = to_rev + 1 where {CLOSED}"),
    ("stamped with", UPDATES, f"update history.{UPDATES} set revision = revision + 1 where {CLOSED}"),
    ("beyond", UPDATES, f"update history.{UPDATES} set from_rev = from_rev + 9999, to_rev = 99999 where {CLOSED}"),
    ("out of its order", UPDATES, "update tracker_revision set at = at - interval '1 day' where number = 50"),
    ("not marked", UPDATES, "update tracker_revision set replayed = false where number = 50"),
    ("known at its cut-off", WEEKS, f"update {WEEKS} set lock_revision = lock_revision - 1"),
    ("not the opposite", ENTRIES, f"update {ENTRIES} set amount = 1 where reverses_id > 0"),
    ("not reversed", ENTRIES, f"update {ENTRIES} set reverses_id = null where reverses_id > 0"),
]  # fmt: skip


def ask(query, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


def shape():
    return {what: ask(query) for what, query in _SHAPE.items()}


def small(*, seed=7, code="SMALL", size=SMALL, until=UNTIL):
    return simulate(size, seed=seed, progress=lambda done, of: None, code=code, until=until)


def digest():
    """Every row of every tracked table and its history, and of the revisions."""
    tables = ["public.tracker_revision"]
    tables += [f"{schema}.{one.model._meta.db_table}" for one in tracked_models() for schema in ("public", "history")]
    texts = (str(ask(f"select md5(string_agg(t::text, '|' order by t::text)) from {name} t")) for name in tables)
    return hashlib.sha256("".join(texts).encode()).hexdigest()


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


@pytest.mark.usefixtures("committed")
class TestSmall:
    def test_its_weeks_are_sealed_and_proved_and_its_pages_marked(self):
        made = small(size=replace(SMALL, weeks=3, updates=50))
        call_command("rollup", "--all", "--plan", "SMALL", stdout=StringIO(), stderr=StringIO())
        sealed = made.plan.rollups.filter(week__starts_on__lte=UNTIL).order_by("week__starts_on")
        assert [one.as_of for one in sealed] == [one.week.lock_revision for one in sealed]
        assert len({one.sha256 for one in sealed}) == 3
        assert max(one.as_of for one in sealed) <= made.newest
        assert [one for one in verify(made.plan) if one.problem] == []
        client = Client()
        client.force_login(add_user("reader", role=Role.AUDITOR))
        moment = week_code(UNTIL - timedelta(weeks=1))
        for page in ("", "initiatives/", "initiatives/1.0001/", f"?as_of={moment}"):
            html = client.get(f"/en/plans/SMALL/{page}", follow=True).content.decode()
            assert "Simulated data" in html, page

    def test_what_is_written_afterwards_goes_on_from_there(self):
        small()
        add_plan("REAL", simulated=False)
        initiative = Initiative.objects.get(code="2.0002")
        before, count = head(), LedgerEntry.objects.count()
        newest = LedgerEntry.objects.latest("pk").pk
        content = simulated_entry(initiative, Stage.EXPENDITURE, Decimal(100), UNTIL)
        entry = record_entry(initiative=initiative, content=content, by=ACTOR, at=timezone.now())
        assert entry.pk == newest + 1
        assert head() == before + 1
        with as_of(before):
            assert LedgerEntry.objects.count() == count
        with revision(by=ACTOR, reason="another title"):
            Initiative.objects.filter(pk=initiative.pk).update(title_en="Another")
        with as_of(before):
            assert Initiative.objects.get(pk=initiative.pk).title_en != "Another"
        assert ask("select count(*) from history.initiatives_initiative where id = %s", initiative.pk) == [(2,)]
        with pytest.raises(Conflict, match="already"):
            small()
        assert faults() == []

    def test_it_goes_on_from_an_older_history(self):
        long_ago = UNTIL - timedelta(weeks=60)
        by = Actor(name="Archive", channel=Channel.IMPORT, replaying=True)
        at = timezone.make_aware(timezone.datetime.combine(long_ago, timezone.datetime.min.time()))
        with revision(by=by, reason="an older plan", at=at):
            old = add_plan("OLD")
            add_initiative(add_pillar(old), lead=add_organization())
        kept = head()
        made = small()
        assert (kept, made.first) == (1, 2)
        assert set(Plan.objects.values_list("code", flat=True)) == {"OLD", "SMALL"}
        assert Initiative.objects.get(plan=old).revision == 1
        assert faults() == []
        with as_of(kept):
            assert Initiative.objects.count() == 1

    def test_a_failure_leaves_nothing_and_everything_as_it_was(self, monkeypatch):
        before, rows = shape(), digest()

        def broken(*args, **options):
            message = "no"
            raise proofs.Broken(message)

        with monkeypatch.context() as patched:
            patched.setattr(run, "prove", broken)
            with pytest.raises(proofs.Broken):
                small()
        assert (shape(), digest()) == (before, rows)
        assert not User.objects.exists()
        assert not Revision.objects.exists()
        add_organization()
        assert ask("select count(*) from history.tracker_organization") == [(1,)]
        assert faults() == []

    def test_each_proof_finds_what_it_is_for(self):
        made = small()
        tables = ["initiatives_statusupdate", "initiatives_ledgerentry", "initiatives_milestonebaseline"]
        for said, table, statement in BROKEN:
            with rolled_back() as cursor, unguarded(cursor, table):
                cursor.execute("alter table public.tracker_revision disable trigger user")
                cursor.execute(statement)
                assert cursor.rowcount > 0
                with pytest.raises(proofs.Broken, match=said):
                    proofs.prove(cursor, tables, after=0, head=made.newest)
        with rolled_back() as cursor:
            proofs.prove(cursor, tables, after=0, head=made.newest)


@contextmanager
def rolled_back():
    with transaction.atomic(), connection.cursor() as cursor:
        yield cursor
        transaction.set_rollback(True)


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


@pytest.mark.django_db
class TestRefused:
    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"initiatives": 0}, "initiatives"),
            ({"weeks": -1}, "weeks"),
            ({"weeks": 5_000}, "weeks"),
            ({"updates": 141}, "updates"),
            ({"milestones": 20 * 200 + 1}, "milestones"),
            ({"lines": 20 * 12 + 1}, "lines"),
            ({"lines": 0}, "entries"),
            ({"entries": -1}, "entries"),
        ],
    )
    def test_a_size_that_cannot_be_names_the_field(self, changed, field):
        with pytest.raises(Invalid) as refused:
            small(size=Size(**{**SMALL.__dict__, **changed}))
        assert set(refused.value.fields) == {field}
        assert not Plan.objects.exists()

    @pytest.mark.parametrize("code", ["", "sim", "1SIM", "SIM 1", "A-PLAN-OF-LONG-NAME"])
    def test_a_code_that_is_none(self, code):
        with pytest.raises(Invalid) as refused:
            small(code=code)
        assert set(refused.value.fields) == {"plan"}

    def test_weeks_that_are_not_over(self):
        with pytest.raises(Invalid) as refused:
            small(until=timezone.localdate() + timedelta(weeks=1))
        assert set(refused.value.fields) == {"until"}
        with pytest.raises(CommandError, match="no ISO week"):
            call_command("simulate", "--until", "soon", stderr=StringIO())

    def test_a_history_that_is_younger(self):
        add_organization()
        with pytest.raises(CommandError, match="database of its own"):
            call_command("simulate", stderr=StringIO())
        assert not Plan.objects.exists()
        assert not User.objects.exists()
        assert head() == 1

    @pytest.mark.parametrize("left", ["department", "person"])
    def test_what_another_simulation_left(self, left):
        if left == "person":
            User.objects.create(username="simulated-author-small")
        else:
            add_organization("SMALL-A")
        with pytest.raises(Conflict) as refused:
            small()
        assert "another simulation" in refused.value.fields["plan"]
        assert Organization.objects.count() == (left == "department")

    def test_an_account_that_does_not_own_the_tables(self):
        with connection.cursor() as cursor:
            bare = Bare(cursor, [])
            bare.all.append("pg_catalog.pg_class")
            with pytest.raises(Refused, match=r"own pg_catalog\.pg_class"):
                bare.take()
