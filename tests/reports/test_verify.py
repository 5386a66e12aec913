"""`manage.py verify`: it passes on what is true, and names what was changed, by whatever way."""

import json
from contextlib import contextmanager
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.figures import FIGURES, declaration
from reports.models import WeeklyRollup
from reports.proof import differences, verify
from reports.rollups import canonical, digest
from tests.factories import add_plan
from tests.scenarios import small_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return small_plan()


GUARDED = """select distinct tgrelid::regclass::text from pg_trigger where not tgisinternal"""
KEYS = """select conrelid::regclass::text, quote_ident(conname) from pg_constraint
          where contype = 'f' and confrelid = 'reports_weeklyrollup'::regclass"""


@contextmanager
def behind_the_back():
    """As somebody who owns the tables: no trigger of the time machine, and no key that holds a rollup."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute(KEYS)
        for table, key in cursor.fetchall():
            cursor.execute(f"alter table {table} drop constraint {key}")
        cursor.execute(GUARDED)
        tables = [table for (table,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f"alter table {table} disable trigger user")
        yield cursor
        for table in tables:
            cursor.execute(f"alter table {table} enable trigger user")


def problems(plan):
    return {finding.code: finding.problem for finding in verify(plan) if finding.problem}


def run():
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("verify", stdout=out, stderr=err)
    return err.getvalue() + str(failed.value)


def test_what_was_sealed_holds(made):
    out = StringIO()
    call_command("verify", stdout=out)
    assert out.getvalue().splitlines() == ["BP: 2 of 2 rollups hold", "history: keeps its laws"]
    add_plan("OTHER")
    call_command("verify", "--plan", "OTHER", stdout=out)
    assert "OTHER: 0 of 0 rollups hold" in out.getvalue()
    with pytest.raises(CommandError, match="no plan NONE"):
        call_command("verify", "--plan", "NONE")


@pytest.mark.parametrize(
    "statement",
    ["update reports_weeklyrollup set payload = payload || ' '", "update reports_weeklyrollup set late = true",
     "delete from reports_weeklyrollup", "truncate reports_weeklyrollup cascade",
     "update history.reports_weeklyrollup set payload = ''"],
)  # fmt: skip
def test_the_ordinary_ways_are_refused(made, statement):
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")  # nothing left over from making them
        with pytest.raises(IntegrityError, match="history is kept"), transaction.atomic():
            cursor.execute(statement)


def test_any_changed_byte_is_found_and_named(made):
    """One byte, anywhere in the payload, by another."""
    first = made.rollups[0]
    size = len(first.payload.encode())

    @settings(
        deadline=None, max_examples=25, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(st.integers(0, size - 1), st.integers(0x20, 0x7E))
    def example(place, byte):
        data = bytearray(first.payload.encode())
        if data[place] == byte or data[place] >= 0x80:
            return
        data[place] = byte
        with transaction.atomic():
            with behind_the_back() as cursor:
                cursor.execute("update reports_weeklyrollup set payload = %s where id = %s", [data.decode(), first.pk])
            found = problems(made.plan)
            transaction.set_rollback(True)
        assert "does not match its hash" in found[first.code]

    example()


def test_verify_names_the_rollup(made):
    first = made.rollups[0]
    with behind_the_back() as cursor:
        cursor.execute(
            "update reports_weeklyrollup set payload = overlay(payload placing 'X' from 10 for 1) where id = %s",
            [first.pk],
        )
    said = run()
    assert f"{first.code}: the payload does not match its hash" in said
    assert made.rollups[1].code not in said


def forge(cursor, rollup, change):
    """A payload changed with all that depends on it: its hash, and the copy in the history."""
    payload = json.loads(rollup.payload)
    change(payload)
    text = canonical(payload)
    for table in ("public", "history"):
        cursor.execute(
            f"update {table}.reports_weeklyrollup set payload = %s, sha256 = %s where id = %s",
            [text, digest(text), rollup.pk],
        )


def test_a_forged_payload_with_its_hash_is_found_by_computing_again(made):
    first, second = made.rollups
    with behind_the_back() as cursor:
        forge(cursor, first, lambda payload: payload["results"]["health"]["cells"].update(green=5))
    found = problems(made.plan)
    assert "/results/health/cells/green" in found[first.code]
    assert "/previous/sha256" in found[second.code]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda payload: payload.update(format=9), "format 9"),
        (lambda payload: payload["figures"]["health"].update(version=7), "no version 7"),
        (lambda payload: payload["figures"].update(wishes={"version": 1}), "no such figure"),
        (lambda payload: payload.pop("figures"), "cannot be computed again"),
        (lambda payload: payload.update(figures=[]), "cannot be computed again"),
        (lambda payload: payload["figures"].pop("money"), "/figures"),
        (lambda payload: payload.update(note="added"), "/note"),
    ],
)
def test_other_forgeries(made, change, says):
    second = made.rollups[1]
    with behind_the_back() as cursor:
        forge(cursor, second, change)
    found = problems(made.plan)
    assert set(found) == {second.code}
    if says != "/figures":
        assert says in found[second.code].replace("There is no such figure", "no such figure")


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        ("late = not late", "differs from the one kept"),
        ("sealed_at = sealed_at - interval '1 day'", "differs from the one kept"),
        ("as_of = as_of - 1", "differs from the one kept"),
        ("previous_id = id", "chain is broken"),
        ("sha256 = repeat('0', 64)", "does not match its hash"),
    ],
)
def test_a_changed_row_is_found(made, assignment, says):
    second = made.rollups[1]
    with behind_the_back() as cursor:
        cursor.execute(f"update reports_weeklyrollup set {assignment} where id = %s", [second.pk])
    assert says in problems(made.plan)[second.code]


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        ("as_of = as_of + 100000", "no revision"),
        ("as_of = 1", "cannot be computed again"),
        ('"on" = "on" - 7', "says something else"),
        ("code = 'BP-2020-W01-e1'", "says something else"),
    ],
)
def test_a_row_changed_together_with_its_history_is_found(made, assignment, says):
    second = made.rollups[1]
    with behind_the_back() as cursor:
        for table in ("public", "history"):
            cursor.execute(f"update {table}.reports_weeklyrollup set {assignment} where id = %s", [second.pk])
    assert any(says in problem for problem in problems(made.plan).values())


def test_a_rollup_of_other_knowledge_than_its_weeks_lock_is_found(made):
    """Well computed, well chained, and of the wrong revision: the week locked at another."""
    second = made.rollups[1]
    with behind_the_back() as cursor:
        for table in ("public", "history"):
            cursor.execute(
                f"update {table}.pillars_reportingweek set lock_revision = lock_revision + 1 where id = %s",
                [second.week_id],
            )
    assert problems(made.plan) == {
        second.code: "it was not computed from what was known when its week locked",
    }


def test_a_rollup_that_is_gone_is_named(made):
    first, second = made.rollups
    with transaction.atomic():
        with behind_the_back() as cursor:
            cursor.execute("delete from reports_weeklyrollup where id = %s", [second.pk])
        assert problems(made.plan) == {second.code: "it was sealed, and is gone"}
        transaction.set_rollback(True)
    with behind_the_back() as cursor:
        for table in ("public", "history"):
            cursor.execute(f"delete from {table}.reports_weeklyrollup where id = %s", [first.pk])
    found = problems(made.plan)
    assert "chain is broken" in found[second.code]
    assert "has no rollup" in found[f"BP-{made.weeks[0].code}"]


@pytest.mark.parametrize(
    "statement",
    [
        "update history.initiatives_initiative set lifecycle = 'met' where code = '1.02'",
        "update history.initiatives_ledgerentry set amount = amount + 0.01 where amount = 5000000",
        "update history.initiatives_milestone set actual_on = actual_on - 1000 where actual_on > '2025-01-01'",
        "update history.initiatives_milestonebaseline set date = date - 1 where number = 1",
        "update history.pillars_pillar set title_fr = 'Autre' where number = 2",
        "update history.initiatives_initiative set to_rev = from_rev + 1 where code = '2.01'",
        "delete from history.initiatives_fundingannouncement where code = 'FA-CBSA'",
    ],
)
def test_a_changed_history_row_is_found(made, statement):
    with behind_the_back() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount >= 1
    said = run()
    assert "history:" in said or any(rollup.code in said for rollup in made.rollups)


def test_a_changed_history_row_that_counted_makes_its_rollups_fail_by_name(made):
    with behind_the_back() as cursor:
        cursor.execute("update history.initiatives_ledgerentry set amount = amount + 0.01 where amount = 5000000")
        cursor.execute("update initiatives_ledgerentry set amount = amount + 0.01 where amount = 5000000")
    found = problems(made.plan)
    assert set(found) == {rollup.code for rollup in made.rollups}
    assert all("/money/" in problem and "2025/authority" in problem for problem in found.values())


def test_rollups_are_proved_by_the_versions_that_they_name(made, monkeypatch):
    """A figure that is added, or comes to mean something else, leaves what was sealed as it was."""
    monkeypatch.setattr(declaration, "_VERSIONS", dict(declaration._VERSIONS))
    added = replace(FIGURES["money"], key="spending")
    anew = replace(FIGURES["health"], version=2, rows=lambda selection, on: selection.initiatives.none())
    before = dict(FIGURES)
    try:
        declaration.declare(added)
        declaration.declare(anew)
        assert FIGURES["health"].version == 2
        assert problems(made.plan) == {}
    finally:
        FIGURES.clear()
        FIGURES.update(before)


def test_differences_name_the_first_places():
    sealed = {"a": [1, {"b": 2}], "c": 3, "d": {"x": 1}}
    assert differences(sealed, {"a": [1, {"b": 3}], "d": {"x": 1}, "e": None}) == ["/a/1/b", "/c"]
    assert differences([1], [1, 2]) == ["/"]
    assert len(differences({str(n): n for n in range(9)}, {})) == 5


def test_rollups_can_be_listed_without_their_payloads(made):
    rows = WeeklyRollup.objects.for_list()
    assert [row.code for row in rows] == [rollup.code for rollup in reversed(made.rollups)]
    assert "payload" in rows[0].get_deferred_fields()
