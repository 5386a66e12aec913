"""The life of a milestone's dates, for any sequence of what people try."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from initiatives.actions.change_requests import ask_baseline, decide_request, withdraw_request
from initiatives.actions.milestone_life import cancel_milestone, reopen_milestone
from initiatives.actions.milestones import meet_milestone, move_forecast
from initiatives.choices import Decision
from initiatives.filters import MilestoneFilter
from initiatives.models import ChangeRequest, Milestone, MilestoneBaseline, MilestoneForecast
from initiatives.serializers import MilestoneRow
from tests.factories import add_initiative, add_milestone, add_organization, add_pillar, add_plan, add_user
from tracker.choices import Role
from tracker.errors import Refused
from tracker.timemachine import Actor, as_of, head

NOON = datetime(2026, 11, 18, 17, tzinfo=UTC)
TODAY = date(2026, 11, 18)
LAW = settings(
    deadline=None, max_examples=100, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
KINDS = ("ask", "ask", "withdraw", "approve", "approve", "refuse", "forecast", "meet", "cancel", "reopen")
STEP = st.tuples(
    st.sampled_from(KINDS), st.integers(0, 2), st.integers(-3, 3), st.sampled_from(["Why not.", "Because.", ""])
)


@pytest.mark.django_db
def test_no_sequence_of_steps_breaks_the_dates():
    """Baselines are numbered 1 to n without gaps and never change, the first least of all; each but those given at
    first is what somebody asked for and another approved, and a milestone that is closed gets none. At most one
    request waits. Slippage is the forecast or actual date minus the baseline, moves are forecasts less one. A refusal
    writes nothing, and the past stays as it was."""
    initiative = add_initiative(add_pillar(add_plan()), lead=add_organization())
    people = [Actor(user=add_user(f"lead-{number}", role=Role.PILLAR_LEAD, scope="BP")) for number in range(3)]
    reader = add_user("reader", role=Role.AUDITOR)

    @LAW
    @given(st.lists(STEP, min_size=8, max_size=20), st.integers(0, 2), st.booleans())
    def sequence(steps, baselines, forecast):
        with transaction.atomic():
            given_at_first = [TODAY + timedelta(100 + n) for n in range(baselines)]
            milestone = add_milestone(initiative, baselines=given_at_first, forecasts=[TODAY] if forecast else [])
            run(milestone, people, steps, given_at_first, reader)
            transaction.set_rollback(True)

    sequence()


def run(milestone, people, steps, given_at_first, reader):
    pasts, approved = [], 0
    for minute, (name, who, days, words) in enumerate(steps):
        by, at = people[who], NOON + timedelta(minutes=minute)
        before, old = head(), state()
        with suppress(Refused):
            attempt(name, milestone, TODAY + timedelta(days), words, by=by, at=at)
        new = state()
        if head() == before:
            assert new == old
            continue
        assert head() == before + 1
        pasts.append((before, old))
        approved += check_baselines(old, new, name, by)
        check_requests(new)
        check_row(reader)
    assert MilestoneBaseline.objects.count() == len(given_at_first) + approved
    for revision, seen in pasts[-3:]:
        with as_of(revision):
            assert state() == seen


def attempt(name, milestone, day, words, *, by, at):
    asked = ChangeRequest.objects.order_by("-pk").first()
    if name == "ask":
        ask_baseline(milestone=milestone, to=day, dollars=None, reason=words, by=by, at=at)
    elif name == "forecast":
        move_forecast(milestone=milestone, to=day, reason=words, by=by, at=at)
    elif name == "meet":
        meet_milestone(milestone=milestone, on=day, evidence="", by=by, at=at)
    elif name == "cancel":
        cancel_milestone(milestone=milestone, on=day, reason=words, by=by, at=at)
    elif name == "reopen":
        reopen_milestone(milestone=milestone, reason=words, by=by, at=at)
    elif asked is not None and name == "withdraw":
        withdraw_request(request=asked, by=by, at=at)
    elif asked is not None:
        decision = Decision.APPROVED if name == "approve" else Decision.REFUSED
        decide_request(request=asked, decision=decision, comment=words, by=by, at=at)


def state():
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (Milestone, MilestoneBaseline, MilestoneForecast, ChangeRequest)
    }


def check_baselines(old, new, name, by):
    """How many baselines the step added: one for an approval, none for all else."""
    was, now = old["MilestoneBaseline"], new["MilestoneBaseline"]
    assert now[: len(was)] == was
    assert [row["number"] for row in now] == list(range(1, len(now) + 1))
    assert len(now) == len(was) + (name == "approve")
    if name == "approve":
        asked = ChangeRequest.objects.get(pk=now[-1]["request_id"])
        assert (asked.decision, asked.date, asked.reason) == ("approved", now[-1]["date"], now[-1]["reason"])
        assert asked.decided_by_id == now[-1]["approved_by_id"] == by.user.pk
        assert not was or was[-1]["date"] != now[-1]["date"]
        [milestone] = old["Milestone"]
        assert (milestone["actual_on"], milestone["cancelled_on"]) == (None, None)
    return len(now) - len(was)


def check_requests(new):
    asked = new["ChangeRequest"]
    assert sum(row["decision"] == "" for row in asked) <= 1
    for row in asked:
        own = row["decided_by_id"] == row["requested_by_id"]
        assert own == (row["decision"] == "withdrawn")
        assert row["decision"] != "refused" or row["comment"]


def check_row(reader):
    """The row of the API, against the laws worked out here from the bare rows."""
    [row] = MilestoneRow.read(MilestoneFilter.base(reader, on=TODAY))
    dates = list(MilestoneBaseline.objects.order_by("number").values_list("date", flat=True))
    forecasts = list(MilestoneForecast.objects.oldest_first().values_list("date", flat=True))
    met = row["actual_on"] if row["actual_on"] and row["actual_on"] <= TODAY else None
    last = met or (forecasts or dates or [None])[-1]
    assert row["forecast_moves"] == max(0, len(forecasts) - 1)
    for name, day in [("first", dates[0] if dates else None), ("latest", dates[-1] if dates else None)]:
        slip = (last - day).days if last and day else None
        assert row[f"slippage_days_against_{name}"] == slip
