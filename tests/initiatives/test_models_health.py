"""Health and funding of initiatives on a day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from initiatives.choices import Health, HealthBucket, Lifecycle, Stage, Workflow
from initiatives.models import Initiative, LedgerEntry, StatusUpdate
from tests.factories import (
    add_entry,
    add_initiative,
    add_organization,
    add_pillar,
    add_plan,
    add_update,
    add_user,
    add_week,
)

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)


@pytest.fixture
def initiative():
    return add_initiative(add_pillar(add_plan()), lead=add_organization())


def health(on, initiative=None):
    rows = Initiative.objects.with_health(on=on)
    row = rows.get(pk=initiative.pk) if initiative else rows.get()
    return row.health, row.health_week


@pytest.fixture
def rated(initiative):
    """Green in the week of 9 November, red in that of the 16th, none in that of the 23rd."""
    who = {"author": add_user("author"), "reviewer": add_user("reviewer")}
    weeks = [add_week(initiative.plan, MONDAY + timedelta(weeks=number)) for number in (-1, 0, 1)]
    add_update(initiative, weeks[0], Health.GREEN, **who)
    add_update(initiative, weeks[1], Health.RED, **who)
    return initiative


@pytest.mark.parametrize(
    ("on", "bucket", "week"),
    [
        (date(2026, 11, 8), "no_update", None),
        (date(2026, 11, 9), "green", MONDAY - timedelta(7)),  # the current week's, once approved
        (date(2026, 11, 15), "green", MONDAY - timedelta(7)),
        (date(2026, 11, 16), "red", MONDAY),
        (date(2026, 11, 22), "red", MONDAY),  # Sunday: this week's own
        (date(2026, 11, 23), "red", MONDAY),  # Monday: that of the last complete week still stands
        (date(2026, 11, 28), "red", MONDAY),
        (date(2026, 11, 29), "no_update", None),  # Sunday: last week's is never carried into the next rollup
        (date(2026, 12, 7), "no_update", None),
    ],
)
def test_the_update_in_force_day_by_day(rated, on, bucket, week):
    assert health(on) == (bucket, week)
    found = StatusUpdate.objects.in_force(on=on).first()
    assert (found.health_overall if found else "no_update") == bucket


def test_health_over_new_year_with_a_week_53(initiative):
    add_update(initiative, add_week(initiative.plan, date(2026, 12, 31)), Health.AMBER, author=add_user("author"))
    for day, bucket in [(3, "amber"), (4, "amber"), (9, "amber"), (10, "no_update")]:
        assert health(date(2027, 1, day))[0] == bucket, day


@pytest.mark.parametrize("workflow", [Workflow.DRAFT, Workflow.SUBMITTED, Workflow.RETURNED])
def test_only_approved_updates_count(initiative, workflow):
    add_update(initiative, add_week(initiative.plan, MONDAY), author=add_user("author"), workflow=workflow)
    assert health(MONDAY)[0] == "no_update"
    assert not StatusUpdate.objects.in_force(on=MONDAY).exists()


@pytest.mark.parametrize(
    ("lifecycle", "bucket"),
    [
        (Lifecycle.NOT_STARTED, "red"),
        (Lifecycle.UNDERWAY, "red"),
        (Lifecycle.ONGOING, "red"),
        (Lifecycle.MET, "met"),
        (Lifecycle.MET_MODIFIED, "met"),
        (Lifecycle.NOT_PURSUED, "not_pursued"),
    ],
)
def test_what_is_over_is_not_rated(rated, lifecycle, bucket):
    Initiative.objects.update(lifecycle=lifecycle, not_pursued_reason="why")
    assert health(MONDAY)[0] == bucket
    assert bucket in HealthBucket.values
    assert Initiative.objects.in_progress().exists() == (lifecycle in (Lifecycle.UNDERWAY, Lifecycle.ONGOING))


def test_what_has_not_started_owes_no_update(rated):
    Initiative.objects.update(lifecycle=Lifecycle.NOT_STARTED)
    assert health(date(2026, 12, 7)) == ("not_started", None)


def test_rated_picks_buckets(rated):
    other = add_initiative(rated.pillar, "1.02", lead=rated.lead)
    rows = Initiative.objects.with_health(on=MONDAY)
    assert list(rows.rated(HealthBucket.RED, HealthBucket.AMBER)) == [rated]
    assert list(rows.rated(HealthBucket.NO_UPDATE)) == [other]


def test_initiatives_do_not_share_updates(rated):
    other = add_initiative(rated.pillar, "1.02", lead=rated.lead)
    assert health(MONDAY, other) == ("no_update", None)
    assert StatusUpdate.objects.in_force(on=MONDAY).count() == 1


def funding(on=date(2026, 1, 1)):
    return Initiative.objects.with_funding(on=on).get().funding


def test_funding_is_unknown_until_something_is_recorded(initiative):
    assert funding() is None
    add_entry(initiative, "70.00", stage=Stage.EXPENDITURE)
    add_entry(initiative, "80.00", stage=Stage.FORECAST)
    assert funding() is None
    add_entry(initiative, "50.00", stage=Stage.PLANNED)
    assert funding() == Decimal("50.00")
    add_entry(initiative, "30.00", stage=Stage.AUTHORITY)
    add_entry(initiative, "0.01", stage=Stage.AUTHORITY, fiscal_year=2026, effective_on=date(2025, 6, 2))
    assert funding() == Decimal("30.01")
    assert funding(date(2025, 6, 1)) == Decimal("30.00")
    assert funding(date(2025, 5, 31)) is None


def test_what_was_reversed_leaves_nothing_known_instead_of_zero(initiative):
    add_entry(initiative, "50.00", stage=Stage.PLANNED)
    wrong = add_entry(initiative, "30.00", stage=Stage.AUTHORITY)
    LedgerEntry.objects.create(
        line=wrong.line, stage=wrong.stage, amount=-wrong.amount, effective_on=wrong.effective_on, reverses=wrong
    )
    assert funding() == Decimal("50.00")
    assert LedgerEntry.objects.standing().count() == 1
    assert LedgerEntry.objects.reversed_pairs().count() == 2


def test_funding_that_was_recorded_as_nothing_is_zero(initiative):
    add_entry(initiative, "30.00", stage=Stage.AUTHORITY)
    add_entry(initiative, "-30.00", stage=Stage.AUTHORITY, effective_on=date(2025, 7, 1))
    assert funding() == Decimal("0.00")
