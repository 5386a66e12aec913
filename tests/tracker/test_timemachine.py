"""The time machine, one promise a test."""

import pytest
from django.db import IntegrityError, connection, transaction

from tracker.models import Organization, Revision, RoleGrant, User
from tracker.timemachine import Actor, as_of, head, revision, tracked_models
from tracker.timemachine.audit import faults
from tracker.timemachine.shape import columns

pytestmark = pytest.mark.django_db

ACTOR = Actor(name="A test")


def organization(code: str, **fields: object) -> Organization:
    return Organization(code=code, abbreviation_en=code, abbreviation_fr=code, name_en=code, name_fr=code, **fields)


def save(*codes: str) -> None:
    for code in codes:
        organization(code).save()


def codes() -> list[str]:
    return sorted(Organization.objects.values_list("code", flat=True))


def execute(statement: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)


def test_writes_inside_one_revision_share_its_number():
    before = head()
    with revision(by=ACTOR, reason="two at once"):
        organization("A").save()
        organization("B").save()
    assert head() == before + 1
    assert set(Organization.objects.values_list("revision", flat=True)) == {before + 1}
    made = Revision.objects.get(number=before + 1)
    assert (made.actor_name, made.reason, made.attributed) == ("A test", "two at once", True)


def test_a_new_row_knows_its_revision_without_being_read_again():
    with revision(by=ACTOR, reason="make"):
        made = Organization.objects.create(code="A", abbreviation_en="a", abbreviation_fr="a", name_en="a", name_fr="a")
    assert made.revision == head()


def test_the_past_shows_rows_as_they_were_and_deleted_ones_too():
    with revision(by=ACTOR, reason="make") as turn:
        organization("A").save()
        first = turn.number()
    with revision(by=ACTOR, reason="rename"):
        Organization.objects.update(name_en="Renamed")
        renamed = head()
    with revision(by=ACTOR, reason="delete"):
        Organization.objects.all().delete()
    assert codes() == []
    with as_of(first):
        assert Organization.objects.get().name_en == "A"
    with as_of(renamed):
        assert Organization.objects.get().name_en == "Renamed"
    assert codes() == []


def test_a_deleted_row_leaves_a_tombstone():
    row = organization("A")
    row.save()
    key = row.pk
    with revision(by=ACTOR, reason="delete"):
        row.delete()
    with connection.cursor() as cursor:
        cursor.execute("select code, max(to_rev) from history.tracker_organization where id = %s group by 1", [key])
        assert cursor.fetchall() == [("A", head())]


def test_a_row_made_and_deleted_in_one_revision_was_never_there():
    with revision(by=ACTOR, reason="nothing came of it") as turn:
        row = organization("A")
        row.save()
        row.delete()
        number = turn.number()
    with as_of(number):
        assert codes() == []
    assert faults() == []


def test_a_key_that_is_deleted_and_made_again_in_one_revision_is_one_version():
    row = organization("A")
    row.save()
    before, key = head(), row.pk
    with revision(by=ACTOR, reason="make anew"):
        row.delete()
        again = organization("A2")
        again.pk = key
        again.save()
    with as_of(before):
        assert codes() == ["A"]
    with as_of(head()):
        assert codes() == ["A2"]
    assert faults() == []


def test_a_write_outside_any_revision_is_recorded_and_flagged():
    organization("A").save()
    newest = Revision.objects.get(number=head())
    assert newest.attributed is False
    assert newest.actor_name == ""


def test_writes_before_and_after_a_revision_in_one_transaction_are_not_its_actors():
    organization("A").save()
    with revision(by=ACTOR, reason="in between"):
        organization("B").save()
    organization("C").save()
    assert list(Revision.objects.order_by("number").values_list("actor_name", "attributed")) == [
        ("", False), ("A test", True), ("", False),
    ]  # fmt: skip
    assert Organization.objects.get(code="B").revision == 2


def test_raw_sql_bulk_create_and_update_are_each_in_history():
    with revision(by=ACTOR, reason="bulk"):
        Organization.objects.bulk_create([organization("A"), organization("B")])
        made = head()
    with revision(by=ACTOR, reason="update"):
        Organization.objects.filter(code="A").update(gc_org_id=7)
        updated = head()
    with revision(by=ACTOR, reason="raw"):
        execute("delete from tracker_organization where code = 'B'")
        deleted = head()
    assert (updated, deleted) == (made + 1, made + 2)
    with as_of(made):
        assert list(Organization.objects.order_by("code").values_list("code", "gc_org_id")) == [
            ("A", None),
            ("B", None),
        ]
    with as_of(updated):
        assert Organization.objects.get(code="A").gc_org_id == 7
    assert codes() == ["A"]


def test_a_write_that_changes_nothing_makes_no_history():
    organization("A").save()
    before = head()
    row = Organization.objects.get()
    with revision(by=ACTOR, reason="nothing") as turn:
        row.save()
        assert Organization.objects.update(code="A") == 1
        execute("update tracker_organization set revision = 0")
        Organization.objects.bulk_create([organization("A")], ignore_conflicts=True)
        Organization.objects.bulk_create(
            [organization("A")], update_conflicts=True, unique_fields=["code"], update_fields=["name_en"]
        )
        assert turn.written() is None
    assert head() == before
    assert Organization.objects.get().revision == before


def test_a_rolled_back_revision_leaves_no_gap():
    before = head()
    with pytest.raises(ZeroDivisionError), revision(by=ACTOR, reason="never"):
        assert organization("A").save() or 1 / 0
    with revision(by=ACTOR, reason="then"):
        organization("B").save()
    assert head() == before + 1
    assert codes() == ["B"]


def test_a_rolled_back_savepoint_gives_its_number_back():
    before = head()
    with revision(by=ACTOR, reason="one half"):
        with pytest.raises(IntegrityError), transaction.atomic():
            save("A", "A")
        organization("B").save()
    assert head() == before + 1
    with as_of(head()):
        assert codes() == ["B"]
    assert faults() == []


def test_an_inner_revision_joins_the_outer_one():
    with revision(by=ACTOR, reason="outer") as outer:
        organization("A").save()
        with revision(by=Actor(name="Somebody else"), reason="inner") as inner:
            assert inner is outer
            organization("B").save()
    newest = Revision.objects.get(number=head())
    assert (newest.actor_name, newest.reason) == ("A test", "outer")
    assert set(Organization.objects.values_list("revision", flat=True)) == {newest.number}


def test_an_inner_revision_that_fails_undoes_only_itself():
    before = head()
    with revision(by=ACTOR, reason="outer"):
        with pytest.raises(IntegrityError), revision(by=ACTOR, reason="inner"):
            save("A", "A")
        organization("B").save()
    assert codes() == ["B"]
    assert head() == before + 1


def test_a_turn_answers_only_inside_its_revision():
    with revision(by=ACTOR, reason="none") as turn:
        assert turn.written() is None
        assert turn.number() == turn.written() == head()
    with pytest.raises(RuntimeError, match="over"):
        turn.number()


def test_deleting_an_account_deletes_its_grants_into_history_and_leaves_its_revisions_alone():
    person = User.objects.create(username="dana", name="Dana")
    with revision(by=Actor(user=person), reason="grant") as turn:
        RoleGrant.objects.create(user=person, role="viewer")
        granted = turn.number()
    key = person.pk
    with revision(by=ACTOR, reason="the account goes"):
        person.delete()
    assert not RoleGrant.objects.exists()
    with as_of(granted):
        assert RoleGrant.objects.get().user_id == key
    kept = Revision.objects.get(number=granted)
    assert (kept.actor_id, kept.actor_name) == (key, "Dana")


@pytest.mark.parametrize(
    "statement",
    [
        "truncate tracker_organization cascade",
        "truncate history.tracker_organization",
        "delete from history.tracker_organization",
        "update history.tracker_organization set name_en = 'other'",
        "insert into history.tracker_organization select * from history.tracker_organization",
        "update tracker_revision set reason = 'other'",
        "update tracker_revision set actor_id = null, actor_name = 'other'",
        "delete from tracker_revision",
        "truncate tracker_revision",
        "insert into tracker_revision select number + 9, now(), null, 'x', '', 'web', true, false from head",
        "update tracker_organization set id = id + 1",
    ],
)
def test_history_cannot_be_rewritten(statement):
    organization("A").save()
    columns_in_order = "(number, at, actor_id, actor_name, reason, channel, attributed, replayed)"
    statement = statement.replace("into tracker_revision", f"into tracker_revision {columns_in_order}")
    statement = statement.replace("from head", "from tracker_revision")
    with pytest.raises(IntegrityError, match="history is kept"), transaction.atomic():
        execute(statement)
    assert faults() == []


def test_nothing_can_be_written_in_the_past():
    organization("A").save()
    with pytest.raises(Exception, match="read-only transaction"), as_of(head()):
        organization("B").save()
    assert codes() == ["A"]


def test_every_tracked_table_and_its_history_have_the_same_columns():
    assert len(tracked_models()) >= 10
    with connection.cursor() as cursor:
        for tracking in tracked_models():
            table = tracking.model._meta.db_table
            live, kept, past = (
                {name: column.kind for name, column in columns(cursor, schema, table).items()}
                for schema in ("public", "history", "timemachine")
            )
            assert {"from_rev": "bigint", "to_rev": "bigint", **live} == kept, table
            assert past == live, table
            assert set(live) == {field.column for field in tracking.model._meta.local_concrete_fields}, table
