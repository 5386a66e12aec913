"""What the database refuses, by whichever way it is asked; and replays of dated records."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from initiatives.choices import Workflow
from initiatives.models import LedgerEntry, MilestoneForecast, StatusUpdate
from pillars.models import ReportingWeek
from reports.models import WeeklyRollup
from tests import factories
from tests.tracker.test_timemachine_past import whole_plan
from tracker.models import Organization, Revision
from tracker.timemachine import Actor, Tracked, head, revision, tracked_models

pytestmark = pytest.mark.django_db
ACTOR = Actor(name="A test")
REPLAY = Actor(name="Simulation", replaying=True)


def refused(write: Callable[[], object], because: str) -> None:
    before = head()
    with pytest.raises(IntegrityError, match=because), transaction.atomic():
        write()
    assert head() == before


def every_way(row: Tracked, **change: object) -> list[Callable[[], object]]:
    """The ways by which a row could be changed."""
    model, table = type(row), row._meta.db_table
    (name, value), *_ = change.items()
    column = row._meta.get_field(name).column

    def saved() -> None:
        fresh = model._default_manager.get(pk=row.pk)
        setattr(fresh, name, value)
        fresh.save()

    def bulk() -> None:
        fresh = model._default_manager.get(pk=row.pk)
        setattr(fresh, name, value)
        model._default_manager.bulk_update([fresh], [name])

    def raw() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'update {table} set "{column}" = %s where id = %s', [value, row.pk])

    return [saved, bulk, raw, lambda: model._default_manager.filter(pk=row.pk).update(**change)]


def every_deletion(row: Tracked) -> list[Callable[[], object]]:
    def raw() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"delete from {row._meta.db_table} where id = %s", [row.pk])

    return [raw, row.delete, lambda: type(row)._default_manager.filter(pk=row.pk).delete()]


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (LedgerEntry, {"amount": "1.00"}),
        (MilestoneForecast, {"date": date(2030, 1, 1)}),
        (WeeklyRollup, {"payload": '{"health": "green"}'}),
    ],
)
def test_rows_that_are_only_added_are_neither_changed_nor_deleted(model, change):
    whole_plan()
    row = model._default_manager.first()
    for write in [*every_way(row, **change), *every_deletion(row)]:
        refused(write, "only added")


def test_an_approved_update_is_sealed_and_others_are_not():
    initiative = whole_plan()
    approved = StatusUpdate.objects.get()
    writes = [*every_way(approved, headline_en="Better"), *every_way(approved, workflow=Workflow.DRAFT)]
    for write in [*writes, *every_deletion(approved)]:
        refused(write, "the row is sealed")
    week = factories.add_week(initiative.plan, date(2026, 1, 5))
    draft = factories.add_update(initiative, week, author=approved.author, workflow=Workflow.SUBMITTED)
    for write in every_way(draft, headline_en="Changed"):
        write()
    draft.delete()


@pytest.mark.parametrize(
    ("name", "value"), [("first_submitted_at", None), ("first_submitted_at", datetime(2026, 1, 1, tzinfo=UTC))]
)
def test_the_first_submission_is_written_once(name, value):
    initiative = whole_plan()
    week = factories.add_week(initiative.plan, date(2026, 1, 5))
    author = StatusUpdate.objects.get().author
    update = factories.add_update(initiative, week, author=author, workflow=Workflow.SUBMITTED)
    for write in every_way(update, **{name: value}):
        refused(write, "first_submitted_at is written once")
    StatusUpdate.objects.filter(pk=update.pk).update(
        submitted_at=timezone.now(), first_submitted_at=update.first_submitted_at
    )


def test_a_locked_week_stays_locked_at_its_revision():
    whole_plan()
    week = factories.lock(ReportingWeek.objects.get())
    assert week.lock_revision == week.revision == head()
    for write in every_way(week, lock_revision=1):
        refused(write, "lock_revision is written once")
    for write in every_way(week, locked_at=timezone.now()):
        refused(write, "locked_at is written once")
    refused(lambda: ReportingWeek.objects.update(locked_at=None, lock_revision=None), "written once")
    ReportingWeek.objects.update(locks_at=week.locks_at + timedelta(hours=1))


def test_truncating_any_tracked_table_or_its_history_is_refused():
    for tracking in tracked_models():
        for schema in ("public", "history"):
            with (
                pytest.raises(IntegrityError, match="history is kept: truncate"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"truncate {schema}.{tracking.model._meta.db_table} cascade")


def test_a_replay_dates_its_revisions_and_marks_them_for_ever():
    at = timezone.now() - timedelta(days=400)
    with revision(by=REPLAY, reason="an old report", at=at):
        factories.add_organization("A")
    with revision(by=REPLAY, reason="the next one", at=at + timedelta(microseconds=1)):
        factories.add_organization("B")
    with revision(by=ACTOR, reason="today", at=at):
        factories.add_organization("C")
    with revision(by=REPLAY, reason="undated"):
        factories.add_organization("D")
    made = list(Revision.objects.order_by("number"))
    assert [row.replayed for row in made] == [True, True, False, False]
    assert [row.at for row in made[:2]] == [at, at + timedelta(microseconds=1)]
    assert made[3].at > made[2].at > timezone.now() - timedelta(minutes=1)


@pytest.mark.parametrize(
    "step", [timedelta(0), timedelta(microseconds=-1), timedelta(days=-1), timedelta(days=8), timedelta(days=400)]
)
def test_a_replay_goes_neither_back_nor_into_the_future(step):
    at = timezone.now() - timedelta(days=7)
    with revision(by=REPLAY, reason="an old report", at=at):
        factories.add_organization("A")
    refused(lambda: replay(at + step), "a replayed revision must lie after the last one")
    replay(at + timedelta(days=1))


def replay(at: datetime) -> None:
    with revision(by=REPLAY, reason="replay", at=at):
        factories.add_organization("B")


def test_a_replay_needs_a_time_zone():
    with pytest.raises(ValueError, match="time zone"):
        replay(datetime(2026, 1, 1))  # noqa: DTZ001 - naive on purpose
    assert not Organization.objects.exists()


def test_a_clock_that_was_set_back_does_not_turn_the_history_back():
    with revision(by=REPLAY, reason="just now", at=timezone.now()):
        factories.add_organization("A")
    ahead = timezone.now() + timedelta(hours=1)
    with connection.cursor() as cursor:
        cursor.execute("alter table tracker_revision disable trigger kept")
        cursor.execute("update tracker_revision set at = %s", [ahead])
        cursor.execute("alter table tracker_revision enable trigger kept")
    factories.add_organization("B")
    factories.add_organization("C")
    assert list(Revision.objects.order_by("number").values_list("at", flat=True)) == [
        ahead, ahead + timedelta(microseconds=1), ahead + timedelta(microseconds=2),
    ]  # fmt: skip
