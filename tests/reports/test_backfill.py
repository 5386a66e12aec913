"""`manage.py rollup --all`: the past weeks of a plan, made, locked and sealed; interrupted, and beside a worker."""

import threading
from datetime import timedelta
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from pillars.models import ReportingWeek
from pillars.rules import monday_of, week_code
from reports import backfill, cycle
from reports.models import WeeklyRollup
from reports.proof import verify
from tests.factories import add_initiative, add_organization, add_pillar, add_plan, add_week
from tracker.timemachine import database_time

PAST = 3  # weeks since the announcement


def imported(code="BP"):
    """A plan that was announced three weeks ago and recorded today."""
    today = timezone.localdate()
    plan = add_plan(code, announced_on=monday_of(today) - timedelta(weeks=PAST))
    add_initiative(add_pillar(plan), lead=add_organization(code))
    return plan


def run(*args):
    out, log = StringIO(), StringIO()
    call_command("rollup", "--all", *args, stdout=out, stderr=log)
    return out.getvalue(), log.getvalue()


def due(plan):
    return ReportingWeek.objects.filter(plan=plan).to_lock(at=database_time() + timedelta(days=400)).count()


def assert_whole(plan):
    """No gap, no double, in their order, and each proved."""
    sealed = list(WeeklyRollup.objects.filter(plan=plan).order_by("pk").values_list("week__starts_on", flat=True))
    assert sealed == sorted(set(sealed))
    assert sealed[0] == plan.announced_on
    assert {after - before for before, after in pairwise(sealed)} <= {timedelta(7)}
    assert len(sealed) in (PAST, PAST - 1)  # the last week's lock may be later today, or tomorrow
    assert not [one for one in verify(plan) if one.problem]
    return len(sealed)


@pytest.mark.django_db
def test_the_past_of_every_plan_is_made_up_once():
    plans = [imported("BP"), imported("CP")]
    add_week(plans[0], timezone.localdate())
    out, log = run()
    for plan in plans:
        sealed = assert_whole(plan)
        assert f"{plan.code}: sealed {sealed} of {sealed}" in log
        made = plan.weeks.count() - (plan == plans[0])
        assert f"{plan.code}: {made} weeks made, {sealed} locked, {sealed} rollups sealed" in out
        newest = WeeklyRollup.objects.filter(plan=plan).latest("pk")
        assert f"{newest.code} {newest.sha256}" in out
        assert newest.as_of == newest.week.lock_revision
    again, log = run()
    assert again.count("0 weeks made, 0 locked, 0 rollups sealed") == 2
    assert not log
    assert cycle.plans_to_publish() == []


@pytest.mark.django_db
def test_one_plan_from_a_week_on():
    plan, other = imported("BP"), imported("CP")
    first = plan.announced_on + timedelta(weeks=1)
    run("--plan", "BP", "--from", week_code(first))
    assert plan.rollups.order_by("pk").first().week.starts_on == first
    assert not other.weeks.exists()
    future = week_code(timezone.localdate() + timedelta(weeks=2))
    for wrong, says in [("2025-W99", "no ISO week"), (future, "not begun"), ("soon", "no ISO week")]:
        with pytest.raises(CommandError, match=says):
            run("--plan", "BP", "--from", wrong)
    with pytest.raises(CommandError, match="known: BP, CP"):
        run("--plan", "NONE")
    with pytest.raises(CommandError, match="goes with"):
        call_command("rollup", "--week", "2026-W01", "--plan", "BP", "--from", "2025-W01")


@pytest.mark.django_db
def test_interrupted_it_goes_on_where_it_was(monkeypatch):
    plan = imported()
    real, seen = backfill.publish_rollup, []

    def until_the_second(**options):
        if seen:
            raise KeyboardInterrupt
        seen.append(real(**options))
        return seen[-1]

    monkeypatch.setattr(backfill, "publish_rollup", until_the_second)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert WeeklyRollup.objects.count() == 1
    monkeypatch.setattr(backfill, "publish_rollup", real)
    out, _ = run()
    assert f" 0 weeks made, 0 locked, {assert_whole(plan) - 1} rollups sealed" in out


@pytest.mark.usefixtures("committed")
def test_beside_a_worker_nothing_is_done_twice():
    plan = imported()
    failed = []

    def work():
        try:
            for _ in range(12):
                at = database_time()
                cycle.make_weeks(at=at)
                cycle.advance_weeks(at=at)
                for owing in cycle.plans_to_publish():
                    cycle.publish_due(owing, at=at)
        except Exception as error:  # noqa: BLE001 - a thread's failure has to be told to the test
            failed.append(error)
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    run()
    worker.join()
    assert not failed
    assert_whole(plan)
