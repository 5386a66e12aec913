"""The simulated plan: marked, consistent, made once."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone, translation

from pillars.models import Plan, ReportingWeek
from reports.models import WeeklyRollup
from tests.factories import add_organization
from tracker.choices import Role
from tracker.models import Revision, User
from tracker.reasons import shown_reason
from tracker.timemachine import head

pytestmark = pytest.mark.django_db


def run_demo() -> str:
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


def test_the_demo_is_simulated_history_with_a_user_for_each_role():
    printed = run_demo()
    passwords = dict(re.findall(r"^  ([a-z-]+) +([0-9a-f]{14})$", printed, re.MULTILINE))
    assert set(passwords) == {role.value.replace("_", "-") for role in Role}
    assert Client().login(username="manager", password=passwords["manager"])
    plan = Plan.objects.get()
    assert plan.simulated
    assert not Revision.objects.filter(replayed=False).exists()
    locked = ReportingWeek.objects.filter(locked_at__isnull=False)
    sealed = WeeklyRollup.objects.count()
    reopened = WeeklyRollup.objects.get(edition=2)
    assert reopened.payload != reopened.week.rollups.get(edition=1).payload
    assert sealed - 1 == locked.count() == ReportingWeek.objects.filter(locks_at__lte=timezone.now()).count() >= 25
    out = StringIO()
    call_command("verify", stdout=out)
    assert f"SIM: {sealed} of {sealed} rollups hold" in out.getvalue()
    assert User.objects.filter(grants__role=Role.ADMINISTRATOR).exists()
    with translation.override("fr"):
        assert [said for said in Revision.objects.values_list("reason", flat=True) if shown_reason(said) == said] == []

    before = head()
    assert run_demo() == ""
    assert head() == before


def test_the_demo_refuses_a_database_with_a_history():
    add_organization()
    before = head()
    with pytest.raises(CommandError, match="--home"):
        run_demo()
    assert head() == before
    assert not User.objects.exists()
