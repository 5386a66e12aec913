"""Reopening a published week: another edition from what is known then, the one before as it was."""

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from initiatives.choices import Health
from initiatives.models import StatusUpdate
from pillars.actions import lock_week
from pillars.choices import WeekState
from pillars.models import ReportingWeek, WeekTransition
from reports import cycle
from reports.actions import publish_rollup, reopen_week
from reports.models import WeeklyRollup
from reports.proof import verify
from tests.factories import (
    ACTOR,
    add_entry,
    add_initiative,
    add_organization,
    add_pillar,
    add_plan,
    add_update,
    add_user,
    add_week,
)
from tracker.choices import Channel, Role
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.models import User
from tracker.timemachine import Actor, head, revision

pytestmark = pytest.mark.django_db

REPLAY = Actor(name="Replay", channel=Channel.IMPORT, replaying=True)
MONDAY = date(2025, 11, 17)
LOCK = datetime(2025, 11, 24, 11, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def on(at):
    return revision(by=REPLAY, reason="then", at=at)


@pytest.fixture
def initiative():
    """One that is underway, in a plan with three weeks, and people."""
    with on(LOCK - 10 * DAY):
        add_user("admin", role=Role.PLAN_ADMIN, scope="BP")
        add_user("lead", role=Role.PILLAR_LEAD, scope="BP")
        add_user("manager", role=Role.MANAGER, scope="BP")
        found = add_initiative(add_pillar(add_plan()), lead=add_organization())
        for number in range(3):
            add_week(found.plan, MONDAY + timedelta(weeks=number))
    return found


def tick(at):
    """What the cycle does, on that date."""
    for week in ReportingWeek.objects.to_lock(at=at):
        lock_week(week=week, by=REPLAY, at=at)
    return [
        publish_rollup(week=week, by=REPLAY, at=at + timedelta(seconds=5), late=False).code
        for week in cycle.unpublished().order_by("starts_on")
    ]


def health(code):
    payload = json.loads(WeeklyRollup.objects.get(code=code).payload)
    return {bucket: value for bucket, value in payload["results"]["health"]["cells"].items() if value}


def test_a_reopened_week_makes_another_edition_of_what_is_known_then(initiative):
    assert tick(LOCK) == ["BP-2025-W47-e1"]
    first = WeeklyRollup.objects.get()
    week = ReportingWeek.objects.get(starts_on=MONDAY)
    until = LOCK + 8 * DAY
    admin = Actor(user=User.objects.get(username="admin"), replaying=True)
    reopened = reopen_week(week=week, reason="An update was lost", until=until, by=admin, at=LOCK + 2 * DAY)
    assert (reopened.edition, reopened.locked_at, reopened.lock_revision, reopened.locks_at) == (2, None, None, until)
    assert reopened.state(at=LOCK + 3 * DAY) == WeekState.REOPENED
    assert not reopened.closed(at=LOCK + 3 * DAY)
    with on(LOCK + 3 * DAY):
        manager, lead = (User.objects.get(username=name) for name in ("manager", "lead"))
        add_update(initiative, reopened, Health.RED, author=manager, reviewer=lead)
        add_entry(initiative, "77.00", stage="expenditure", effective_on=date(2025, 11, 20))
    # The week after locks in its time, and is sealed, while the older one is open.
    assert tick(LOCK + 7 * DAY) == ["BP-2025-W48-e1"]
    with on(until + HOUR):
        add_entry(initiative, "1000.00", stage="expenditure", effective_on=date(2025, 11, 21))
    assert tick(until + 2 * HOUR) == ["BP-2025-W47-e2"]
    second = WeeklyRollup.objects.get(code="BP-2025-W47-e2")
    assert (second.edition, second.on, second.previous.code) == (2, first.on, "BP-2025-W48-e1")
    assert second.as_of < second.revision - 1  # what came after the second cut-off is not in it
    assert (health(first.code), health(second.code)) == ({"no_update": 1}, {"red": 1})
    assert "1077.00" not in second.payload
    assert WeeklyRollup.objects.get(pk=first.pk).payload == first.payload
    assert [(one.code, one.problem) for one in verify(initiative.plan)] == [
        ("BP-2025-W47-e1", ""), ("BP-2025-W48-e1", ""), ("BP-2025-W47-e2", ""),
    ]  # fmt: skip
    steps = WeekTransition.objects.filter(week=week).order_by("pk").values_list("edition", "state", "late")
    assert list(steps) == [
        (1, "opened", True), (1, "due", True), (1, "review_due", True), (1, "locked", False), (1, "published", False),
        (2, "reopened", False), (2, "locked", True), (2, "published", True),
    ]  # fmt: skip
    assert ReportingWeek.objects.get(pk=week.pk).state(at=until + DAY) == WeekState.PUBLISHED
    assert tick(until + 3 * HOUR) == []


def test_a_week_is_reopened_again_and_the_editions_count_up(initiative):
    tick(LOCK)
    for edition in (2, 3):
        at = LOCK + edition * DAY
        week = ReportingWeek.objects.get(starts_on=MONDAY)
        reopen_week(week=week, reason="again", until=at + HOUR, by=REPLAY, at=at)
        assert tick(at + 2 * HOUR) == [f"BP-2025-W47-e{edition}"]
    assert StatusUpdate.objects.count() == 0
    assert not [one for one in verify(initiative.plan) if one.problem]


def test_what_is_refused(initiative):
    week = ReportingWeek.objects.get(starts_on=MONDAY)
    asked = {"week": week, "reason": "why", "until": LOCK + 5 * DAY, "by": REPLAY, "at": LOCK + DAY}
    with pytest.raises(Conflict) as not_locked:
        reopen_week(**asked)
    assert not_locked.value.code == "week_not_published"
    lock_week(week=week, by=REPLAY, at=LOCK)
    before = head()
    with pytest.raises(Conflict):
        reopen_week(**asked)  # locked, and not sealed yet
    tick(LOCK + HOUR)
    before = head()
    for wrong, fields in [
        ({"reason": " "}, {"reason"}),
        ({"until": LOCK + DAY}, {"until"}),
        ({"until": LOCK}, {"until"}),
        ({"until": LOCK + 15 * DAY + timedelta(seconds=1)}, {"until"}),
        ({"reason": "", "until": LOCK + 40 * DAY}, {"reason", "until"}),
    ]:
        with pytest.raises(Invalid) as error:
            reopen_week(**{**asked, **wrong})
        assert set(error.value.fields) == fields
    with pytest.raises(NotAllowed):
        reopen_week(**{**asked, "by": Actor(user=User.objects.get(username="lead"))})
    assert head() == before
    assert reopen_week(**{**asked, "until": LOCK + 15 * DAY}).edition == 2
    with pytest.raises(Conflict):
        reopen_week(**asked)


def test_the_command_reopens_in_the_plans_time_zone():
    plan = add_plan(time_zone="America/Vancouver")
    week = add_week(plan, MONDAY)
    lock_week(week=week, by=ACTOR, at=LOCK + DAY)
    call_command("rollup", "--week", week.code, stdout=StringIO())
    local = (datetime.now(plan.zone) + DAY).replace(second=0, microsecond=0, tzinfo=None)
    given = ["--week", week.code, "--reason", "An update was lost", "--until"]
    out = StringIO()
    for until in ("soon", "2020-01-01T10:00", (local + 30 * DAY).isoformat()):
        with pytest.raises(CommandError, match=r"until|time after now"):
            call_command("reopen_week", *given, until)
    call_command("reopen_week", *given, local.isoformat(), stdout=out)
    again = ReportingWeek.objects.get(pk=week.pk)
    assert (again.edition, again.locks_at) == (2, local.replace(tzinfo=plan.zone))
    assert "edition 2" in out.getvalue()
