"""The workflow of status updates, for any sequence of what people try."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from initiatives.actions.decisions import approve_update, return_update
from initiatives.actions.updates import UpdateContent, save_draft, submit_update
from initiatives.choices import Health, Workflow
from initiatives.models import StatusUpdate
from initiatives.rules import can_move
from tests.factories import add_initiative, add_organization, add_pillar, add_plan, add_user, add_week
from tracker.choices import Role
from tracker.errors import Refused
from tracker.timemachine import Actor, as_of, head

NOON = datetime(2026, 11, 18, 17, tzinfo=UTC)
LAW = settings(
    deadline=None, max_examples=80, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
RATING = st.sampled_from(["", *Health])
CONTENT = st.builds(
    UpdateContent, health_schedule=RATING, health_cost=RATING, health_scope=RATING, health_overall=RATING,
    headline_en=st.sampled_from(["", "Headline"]), overall_reason=st.sampled_from(["", "Because."]),
    path_to_green_fr=st.sampled_from(["", "Embaucher."]),
)  # fmt: skip
GOOD = UpdateContent(
    health_schedule="green", health_cost="green", health_scope="green", health_overall="green", headline_fr="x"
)
STEP = st.tuples(
    st.sampled_from(["draft", "submit", "approve", "return"]), st.integers(0, 2), st.one_of(st.just(GOOD), CONTENT)
)


@pytest.mark.django_db
def test_no_sequence_of_steps_breaks_the_workflow():
    """I7: nothing leaves `approved`, and every move is one of those allowed. I8: nobody decides on what they had a
    hand in. I9: the first submission keeps its time. A refusal writes nothing."""
    initiative = add_initiative(add_pillar(add_plan()), lead=add_organization())
    week = add_week(initiative.plan, NOON.date())
    people = [Actor(user=add_user(f"lead-{number}", role=Role.PILLAR_LEAD, scope="BP")) for number in range(3)]

    @LAW
    @given(st.lists(STEP, min_size=1, max_size=8))
    def sequence(steps):
        with transaction.atomic():
            run(initiative, week, people, steps)
            transaction.set_rollback(True)

    sequence()


def run(initiative, week, people, steps):
    writers, seen = set(), None
    for minute, (name, who, content) in enumerate(steps):
        by, at = people[who], NOON + timedelta(minutes=minute)
        before, old = head(), seen
        with suppress(Refused):
            attempt(name, {"initiative": initiative, "week": week, "content": content}, by=by, at=at)
            if name in ("draft", "submit"):
                writers.add(by.user.pk)
        seen = StatusUpdate.objects.values().first()
        if head() == before:
            assert seen == old
            continue
        moved = (Workflow(old["workflow"]) if old else None, Workflow(seen["workflow"]))
        assert moved[0] is None or moved[0] == moved[1] or can_move(*moved), moved
        if old and old["workflow"] == Workflow.APPROVED:
            pytest.fail("an approved update changed")
        if old and old["first_submitted_at"]:
            assert seen["first_submitted_at"] == old["first_submitted_at"]
        if seen["workflow"] == Workflow.APPROVED:
            assert seen["decided_by_id"] not in writers
            assert set(seen["writers"]) == writers
        if old:
            with as_of(before):
                assert StatusUpdate.objects.values().first() == old


def attempt(name, written, *, by, at):
    if name == "draft":
        save_draft(**written, by=by, at=at)
    elif name == "submit":
        submit_update(**written, by=by, at=at)
    elif (update := StatusUpdate.objects.first()) is not None and name == "approve":
        approve_update(update=update, by=by, at=at)
    elif update is not None:
        return_update(update=update, comment="Say more.", by=by, at=at)
