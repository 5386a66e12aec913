"""What the database refuses in the frame, and who sees it."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from pillars.models import Pillar, Plan, ReportingWeek
from tests.factories import add_initiative, add_organization, add_pillar, add_plan, add_user, add_week
from tracker.choices import Role
from tracker.errors import Invalid
from tracker.models import User
from tracker.timemachine import as_of, head
from tracker.writing import save

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def refused(queryset, **values):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        queryset.update(**values)
    return str(error.value)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"last_fiscal_year": 2023}, "fiscal_years"),
        ({"first_fiscal_year": 1999}, "fiscal_years"),
        ({"funding_announced": Decimal(-1)}, "pillars_plan_funding"),
        ({"code": "bp"}, "code_format"),
        ({"code": "BP/2"}, "code_format"),
        ({"initiative_due_day": 5}, "deadlines_in_order"),
        ({"pillar_due_day": 8}, "deadlines_in_order"),
        ({"lock_day": 14}, "deadlines_in_order"),
        ({"lock_day": 4, "lock_time": time(11, 59)}, "deadlines_in_order"),
        ({"pillar_due_day": 3, "pillar_due_time": time(16)}, "deadlines_in_order"),
        ({"initiative_due_day": 0, "initiative_due_time": time(0)}, "deadlines_in_order"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(values, name):
    add_plan()
    assert name in refused(Plan.objects.all(), **values)


def test_a_plan_may_lock_at_the_minute_of_the_review():
    add_plan(lock_day=4, lock_time=time(12))


@pytest.mark.parametrize("zone", ["Mars/Base", "", "America", "../etc/passwd"])
def test_a_time_zone_must_exist(zone):
    plan = add_plan()
    plan.time_zone = zone
    with pytest.raises(Invalid) as wrong:
        save(plan)
    assert "time_zone" in wrong.value.fields


def test_a_pillar_that_cannot_be_is_refused():
    plan = add_plan()
    add_pillar(plan, 1)
    second = add_pillar(plan, 2)
    assert "pillar_number" in refused(Pillar.objects.filter(pk=second.pk), number=1)
    assert "number_from_one" in refused(Pillar.objects.filter(pk=second.pk), number=0)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"starts_on": date(2026, 11, 17), "ends_on": date(2026, 11, 23)}, "starts_on_monday"),
        ({"ends_on": date(2026, 11, 23)}, "is_seven_days"),
        ({"number": 46}, "number_by_iso_8601"),
        ({"year": 2025}, "number_by_iso_8601"),
        ({"locks_at": NOW - timedelta(days=4000)}, "deadlines_in_order"),
        ({"locked_at": NOW}, "locked_at_a_revision"),
        ({"lock_revision": 3}, "locked_at_a_revision"),
    ],
)
def test_a_week_that_cannot_be_is_refused(values, name):
    add_week(add_plan(), date(2026, 11, 16))
    assert name in refused(ReportingWeek.objects.all(), **values)


def test_a_week_exists_once_and_its_lock_is_written_once():
    plan = add_plan()
    week = add_week(plan, date(2026, 11, 16))
    with pytest.raises(IntegrityError, match="pillars_week_once"), transaction.atomic():
        add_week(plan, date(2026, 11, 18))
    ReportingWeek.objects.filter(pk=week.pk).update(locked_at=NOW, lock_revision=head())
    assert "written once" in refused(ReportingWeek.objects.all(), locked_at=NOW + timedelta(1))
    assert "written once" in refused(ReportingWeek.objects.all(), locked_at=None, lock_revision=None)


@pytest.mark.parametrize(
    ("scope", "plans", "pillars"),
    [
        ("", ["BP", "OTHER"], 3),
        ("BP", ["BP"], 2),
        ("BP/2", ["BP"], 2),
        ("BP/1.01", ["BP"], 2),
        ("BP/9", ["BP"], 2),
        ("NONE", [], 0),
        (None, [], 0),
    ],
)
def test_the_frame_is_no_secret_among_its_people(scope, plans, pillars):
    plan, other = add_plan(), add_plan("OTHER")
    add_pillar(plan, 1), add_pillar(plan, 2), add_pillar(other, 1)
    add_week(plan), add_week(other)
    user = add_user("someone", role=Role.VIEWER, scope=scope) if scope is not None else add_user("someone")
    assert sorted(Plan.objects.visible_to(user).values_list("code", flat=True)) == plans
    assert Pillar.objects.visible_to(user).count() == pillars
    assert sorted(ReportingWeek.objects.visible_to(user).values_list("plan__code", flat=True)) == plans


def test_rights_are_those_of_today_also_in_the_past():
    plan = add_plan()
    user = add_user("newcomer")
    before = head()
    add_initiative(add_pillar(plan), lead=add_organization())
    late = User.objects.get(pk=add_user("later", role=Role.VIEWER, scope="BP").pk)
    with as_of(before):
        assert list(Plan.objects.visible_to(late)) == [plan]
        assert list(Plan.objects.visible_to(user)) == []


def test_plans_list_real_ones_first():
    add_plan("A-SIM", simulated=True)
    add_plan("B")
    assert [plan.code for plan in Plan.objects.for_list()] == ["B", "A-SIM"]


def test_addresses_and_names():
    plan = add_plan()
    assert str(plan) == "BP"
    assert add_pillar(plan).scopes == ("", "BP", "BP/1")
    assert isinstance(plan.day(datetime.now(tz=plan.zone)), date)
