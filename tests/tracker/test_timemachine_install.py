"""The time machine follows the tables through migrations, and the past goes on saying what it said."""

import dataclasses
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reports.models import WeeklyRollup
from tests import factories
from tests.tracker.test_timemachine_writers import at_once
from tracker.models import Organization, Place, Revision
from tracker.timemachine import Actor, as_of, head, revision, tracked_models
from tracker.timemachine.audit import faults
from tracker.timemachine.install import after_migrate, install
from tracker.timemachine.shape import PastWouldChange, columns, indexes
from tracker.timemachine.tracked import Tracking

pytestmark = pytest.mark.usefixtures("committed")
ACTOR = Actor(name="A test")


def tracking(table: str) -> Tracking:
    return next(found for found in tracked_models() if found.model._meta.db_table == table)


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def rows(query: str, at: int | None = None) -> list[Any]:
    if at is not None:
        with as_of(at):
            return rows(query)
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def migrated(*statements: str, table: str = "tracker_organization") -> None:
    """What a migration does to a table, and then the installation."""
    execute(*statements)
    install(tracking(table))


@pytest.fixture
def renamed() -> Iterator[int]:
    """An organization that was called Old and is called New; and one that is gone. Yields the last revision of Old."""
    with revision(by=ACTOR, reason="old"):
        factories.add_organization("CBSA", name_en="Old")
        factories.add_organization("GONE", name_en="Gone")
        number = head()
    Organization.objects.filter(code="CBSA").update(name_en="New")
    Organization.objects.filter(code="GONE").delete()
    return number


def test_installing_again_touches_nothing():
    with CaptureQueriesContext(connection) as queries:
        for app in apps.get_app_configs():
            after_migrate(app_config=app)
    assert len(queries) > 10
    assert {query["sql"].split()[0].lower() for query in queries.captured_queries} == {"select"}


def test_installing_takes_away_what_is_not_asked_for_any_more():
    declared = tracking("initiatives_milestoneforecast")
    initiative = factories.add_initiative(factories.add_pillar(factories.add_plan()), lead=factories.add_organization())
    forecast = factories.add_milestone(initiative, forecasts=[initiative.plan.announced_on]).forecasts.get()
    with pytest.raises(IntegrityError, match="only added"):
        forecast.delete()
    execute("create index stray on history.initiatives_milestoneforecast (reason)")
    install(dataclasses.replace(declared, append_only=False))
    forecast.delete()
    install(declared)
    with connection.cursor() as cursor:
        cursor.execute(
            "select indexname from pg_indexes where schemaname = 'history' and tablename = %s",
            [declared.model._meta.db_table],
        )
        assert {name for (name,) in cursor.fetchall()} == set(indexes(declared.model))
    assert faults() == []


def test_a_new_column_shows_its_first_value_in_all_the_past(renamed):
    migrated("alter table tracker_organization add column motto text not null default 'Vigilance'")
    assert rows("select code, motto from tracker_organization order by 1", at=renamed) == [
        ("CBSA", "Vigilance"), ("GONE", None),
    ]  # fmt: skip
    execute("update tracker_organization set motto = 'Integrity'")
    assert rows("select motto from tracker_organization", at=head() - 1) == [("Vigilance",)]
    assert faults() == []


def test_a_new_column_shows_its_fields_default_for_rows_that_are_gone(renamed):
    migrated("alter table tracker_organization drop column fund_life_years")
    migrated("alter table tracker_organization add column fund_life_years smallint not null default 2")
    with as_of(renamed):
        assert list(Organization.objects.order_by("code").values_list("fund_life_years", flat=True)) == [2, 1]
    assert faults() == []


def test_a_column_that_is_dropped_and_made_again_does_not_show_the_old_ones_past(renamed):
    execute("update tracker_organization set gc_org_id = 7")
    before = head()
    migrated("alter table tracker_organization drop column gc_org_id")
    migrated("alter table tracker_organization add column gc_org_id integer")
    assert rows("select gc_org_id from tracker_organization", at=before) == [(None,)]
    assert rows(f"select was_8_gc_org_id from history.tracker_organization where from_rev = {before}") == [(7,)]
    assert (head(), faults()) == (before, [])


def test_a_renamed_column_keeps_its_past(renamed):
    migrated("alter table tracker_organization rename column name_en to title_en")
    assert rows("select title_en from tracker_organization order by code", at=renamed) == [("Old",), ("Gone",)]
    assert faults() == []


def test_columns_that_exchange_their_names_exchange_their_past(renamed):
    migrated(
        "alter table tracker_organization rename column name_en to x",
        "alter table tracker_organization rename column abbreviation_en to name_en",
        "alter table tracker_organization rename column x to abbreviation_en",
    )
    query = "select name_en, abbreviation_en from tracker_organization where code = 'CBSA'"
    assert rows(query, at=renamed) == [("CBSA", "Old")]
    assert faults() == []


def test_a_renamed_column_of_a_restored_database_is_not_guessed(renamed):
    """After a restore nothing tells a renamed column from a dropped one and a new one."""
    execute(
        "comment on table history.tracker_organization is null",
        "alter table tracker_organization rename column name_en to title_en",
    )
    with pytest.raises(PastWouldChange, match=r"name_en.*title_en.*by hand"):
        install(tracking("tracker_organization"))
    migrated("alter table history.tracker_organization rename column name_en to title_en")
    assert rows("select title_en from tracker_organization where code = 'CBSA'", at=renamed) == [("Old",)]


def test_a_renamed_table_keeps_its_past(renamed, monkeypatch):
    execute("alter table tracker_organization rename to tracker_department")
    monkeypatch.setattr(Organization._meta, "db_table", "tracker_department")
    install(Tracking(Organization))
    execute("update tracker_department set name_en = 'Newest'")
    assert rows("select name_en from tracker_department where code = 'CBSA'", at=renamed) == [("Old",)]
    assert rows("select name_en from tracker_department", at=head() - 1) == [("New",)]
    assert rows("select name_en from tracker_department", at=head()) == [("Newest",)]
    for schema in ("timemachine", "history"):
        assert rows(f"select to_regclass('{schema}.tracker_organization')") == [(None,)]


def test_a_retyped_column_keeps_its_past(renamed):
    execute("update tracker_organization set gc_org_id = 7")
    before = head()
    migrated("alter table tracker_organization alter column gc_org_id type numeric(12, 2)")
    assert rows("select gc_org_id::text from tracker_organization", at=before) == [("7.00",)]
    assert (head(), faults()) == (before, [])


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [
        ("initiatives_statusupdate", "workflow", "varchar(20)"),
        ("initiatives_statusupdate", "first_submitted_at", "timestamp"),
        ("pillars_reportingweek", "lock_revision", "numeric"),
    ],
)
def test_guarded_columns_can_be_retyped(table, column, kind):
    migrated(f"alter table {table} alter column {column} type {kind}", table=table)
    with connection.cursor() as cursor:
        assert columns(cursor, "history", table)[column] == dataclasses.replace(
            columns(cursor, "history", table)[column], kind=columns(cursor, "public", table)[column].kind
        )


def test_a_retyping_that_past_values_do_not_survive_is_refused(renamed):
    Organization.objects.update(name_en="ab")
    execute("alter table tracker_organization alter column name_en type varchar(2)")
    with pytest.raises(PastWouldChange, match=r"tracker_organization\.name_en"):
        install(tracking("tracker_organization"))
    assert rows("select name_en from tracker_organization where code = 'CBSA'", at=renamed) == [("Old",)]


def test_what_a_migration_does_to_values_is_a_revision_of_its_own(renamed):
    before = head()
    migrated("alter table tracker_organization alter column name_en type varchar(300) using upper(name_en)")
    assert head() == before + 1
    made = Revision.objects.get(number=before + 1)
    assert (made.actor_name, made.attributed) == ("migrate", True)
    with as_of(before):
        assert Organization.objects.get().name_en == "New"
    with as_of(before + 1):
        assert Organization.objects.get().name_en == "NEW"
    assert faults() == []


def test_a_table_that_has_rows_enters_the_time_machine_by_one_revision():
    execute(
        "alter table tracker_place disable trigger user",
        "insert into tracker_place (code, name_en, name_fr, kind, province)"
        " select g, g, g, 'region', '' from generate_series(1, 3) g",
        "drop table history.tracker_place cascade",
    )
    before = head()
    install(tracking("tracker_place"))
    assert head() == before + 1
    assert set(Place.objects.values_list("revision", flat=True)) == {before + 1}
    with as_of(before):
        assert Place.objects.count() == 0
    with as_of(before + 1):
        assert Place.objects.count() == 3
    Place.objects.filter(code="2").delete()
    assert faults() == []


def test_writes_made_while_the_triggers_were_off_are_found_by_the_next_installation(renamed):
    execute(
        "alter table tracker_organization disable trigger user",
        "update tracker_organization set name_en = 'Behind the back'",
        "alter table tracker_organization enable trigger user",
    )
    assert len(faults()) == 2
    execute("comment on table history.tracker_organization is null")
    install(tracking("tracker_organization"))
    assert faults() == []
    with as_of(renamed):
        assert Organization.objects.get(code="CBSA").name_en == "Old"


def test_a_generated_column_is_kept_and_makes_no_history_by_itself(renamed):
    migrated(
        "alter table tracker_organization add column double smallint generated always as (fund_life_years * 2) stored"
    )
    before = head()
    execute("update tracker_organization set fund_life_years = 1")
    assert head() == before
    execute("update tracker_organization set fund_life_years = 2")
    assert rows("select double from tracker_organization", at=before) == [(2,)]
    assert rows("select double from tracker_organization", at=before + 1) == [(4,)]
    assert faults() == []


def test_a_value_that_only_reads_differently_is_a_change(renamed):
    """As of the head must equal live to the last digit, also where the type calls two spellings equal."""
    migrated("alter table tracker_organization add column facts jsonb")
    execute("""update tracker_organization set facts = '{"a": 1.0}'""")
    before = head()
    execute("""update tracker_organization set facts = '{"a": 1.00}'""")
    assert head() == before + 1
    assert rows("select facts::text from tracker_organization", at=head()) == [('{"a": 1.00}',)]
    assert faults() == []


def test_an_app_whose_tables_are_not_there_yet_is_passed_over():
    execute("drop table reports_weeklyrollup cascade")
    after_migrate(app_config=apps.get_app_config("reports"))
    execute("drop table tracker_revision cascade")
    after_migrate(app_config=apps.get_app_config("tracker"))


def test_going_back_and_forth_over_a_migration_keeps_the_history():
    plan = factories.add_plan()
    factories.kept(
        WeeklyRollup(
            plan=plan, week=factories.add_week(plan), code="BP-1", on=plan.announced_on, as_of=1, payload="{}",
            sha256="0" * 64, sealed_at=timezone.now(), late=False,
        )
    )  # fmt: skip
    before = head()
    call_command("migrate", "reports", "zero", verbosity=0)
    call_command("migrate", verbosity=0)
    assert not WeeklyRollup.objects.exists()
    with as_of(before):
        assert WeeklyRollup.objects.get().code == "BP-1"
    assert faults() == []


def test_installing_while_readers_read_and_writers_write():
    """Nobody gets an error, neither reader nor writer nor either of two installations at once."""
    with revision(by=ACTOR, reason="rows"):
        for number in range(20):
            factories.add_organization(f"O{number}")
            factories.add_place(f"P{number}")
    first, stop = head(), threading.Event()

    def read() -> int:
        count = 0
        while not stop.is_set():
            with as_of(first):
                assert Organization.objects.filter(name_en__endswith="agency").count() == 20
                time.sleep(0.002)
                assert Place.objects.count() == 20
            with as_of(first):
                assert Place.objects.count() == Organization.objects.count()
            count += 1
        return count

    def write() -> int:
        count = 0
        while not stop.is_set():
            count += 1
            Place.objects.update(name_fr=str(count))
            with revision(by=ACTOR, reason="rename"):
                Organization.objects.filter(code="O1").update(name_en=f"{count}")
        return count

    def install_often(table: str) -> None:
        for number in range(6):
            execute(f"alter table {table} add column if not exists extra{number} integer default {number}")
            install(tracking(table))
        time.sleep(0.1)
        stop.set()

    *_, reads, writes = at_once(
        lambda: install_often("tracker_organization"), lambda: install_often("tracker_organization"),
        lambda: install_often("tracker_place"), read, read, write,
    )  # fmt: skip
    assert reads > 3
    assert writes > 3
    assert rows("select distinct extra5 from tracker_organization", at=first) == [(5,)]
    assert faults() == []
