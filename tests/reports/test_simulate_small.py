"""Small simulations: sealed, gone on from, undone, proved, and refused."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from initiatives.actions.money import record_entry
from initiatives.choices import Stage
from initiatives.models import Initiative, LedgerEntry
from pillars.models import Plan
from pillars.rules import week_code
from reports.proof import verify
from reports.simulate import Size, proofs, run
from reports.simulate.loading import Bare
from reports.simulated_plan import simulated_entry
from tests.factories import ACTOR, add_initiative, add_organization, add_pillar, add_plan, add_user
from tests.reports.simulating import SMALL, UNTIL, ask, digest, shape, small
from tracker.choices import Channel, Role
from tracker.errors import Conflict, Invalid, Refused
from tracker.models import Organization, Revision, User
from tracker.timemachine import Actor, as_of, head, revision
from tracker.timemachine.audit import faults
from tracker.timemachine.shape import unguarded

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
