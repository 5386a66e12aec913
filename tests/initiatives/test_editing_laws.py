"""I18, for all that several people edit: changes of different fields are both kept, of the same field one is refused
with both versions, and nothing is overwritten unread."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from initiatives.actions.indicators import change_indicator
from initiatives.actions.milestones import change_milestone
from initiatives.actions.updates import Read, UpdateContent, save_draft
from initiatives.models import Indicator, Milestone, StatusUpdate
from tests.factories import (
    add_indicator,
    add_initiative,
    add_milestone,
    add_organization,
    add_pillar,
    add_plan,
    add_user,
    add_week,
)
from tests.reports.worlds import LAW, undone
from tracker.choices import Role
from tracker.errors import EditConflict
from tracker.merging import alike
from tracker.timemachine import Actor, Tracked, head

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 18, 17, tzinfo=UTC)
TEXT = st.sampled_from(["", "One", "Two", "Three\nlines", "Three\r\nlines", " One "])
HEALTH = st.sampled_from(["", "green", "amber", "red"])


@dataclass(frozen=True)
class Editable:
    """A kind of row, how it is changed, and what may be written into its fields."""

    change: Callable[..., Any]
    stored: Callable[[], Tracked]
    values: Mapping[str, st.SearchStrategy[Any]]


def milestone(people: list[Actor]) -> Editable:
    row = add_milestone(add_initiative(add_pillar(add_plan()), lead=add_organization()))
    titles = st.sampled_from(["One", "Two", "Three"])
    return Editable(
        lambda changes, seen, by: change_milestone(milestone=row, changes=changes, seen=seen, by=by, at=NOON),
        lambda: Milestone.objects.get(pk=row.pk),
        {"title_en": titles, "title_fr": titles, "acceptance_criteria_en": TEXT, "note_en": TEXT, "note_fr": TEXT,
         "weight": st.sampled_from([Decimal(0), Decimal(1), Decimal("2.5")])},
    )  # fmt: skip


def indicator(people: list[Actor]) -> Editable:
    row = add_indicator(add_plan())
    titles = st.sampled_from(["One", "Two", "Three"])
    return Editable(
        lambda changes, seen, by: change_indicator(
            indicator=row, changes=changes, seen=seen, by=by, at=NOON, reason="Agreed."
        ),
        lambda: Indicator.objects.get(pk=row.pk),
        {"title_en": titles, "unit_en": titles, "method_en": TEXT, "method_fr": TEXT, "note_fr": TEXT,
         "decimals": st.integers(0, 3), "direction": st.sampled_from(["increase", "decrease", "neutral"])},
    )  # fmt: skip


def status_update(people: list[Actor]) -> Editable:
    initiative = add_initiative(add_pillar(add_plan()), lead=add_organization())
    week = add_week(initiative.plan, NOON.date())
    save_draft(initiative=initiative, week=week, content=UpdateContent(), by=people[0], at=NOON, read=Read(seen=0))

    def change(changes: dict[str, Any], seen: int, by: Actor) -> StatusUpdate:
        content = UpdateContent(**changes)
        read = Read(seen=seen, given=frozenset(changes))
        return save_draft(initiative=initiative, week=week, content=content, by=by, at=NOON, read=read)

    texts = dict.fromkeys(("headline_en", "headline_fr", "narrative_en", "path_to_green_fr"), TEXT)
    return Editable(change, StatusUpdate.objects.get, {**texts, "health_cost": HEALTH, "health_scope": HEALTH})


@pytest.mark.parametrize("kind", [milestone, indicator, status_update])
def test_no_change_is_lost_and_none_is_overwritten_unread(kind):
    people = [Actor(user=add_user(f"admin-{n}", role=Role.PLAN_ADMIN, scope="BP", name=f"A. {n}")) for n in range(2)]
    editable = kind(people)
    changes = st.lists(st.sampled_from(sorted(editable.values)), min_size=1, max_size=4, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: editable.values[name] for name in names})
    )

    def state() -> dict[str, Any]:
        row = editable.stored()
        return {name: getattr(row, name) for name in editable.values}

    happened = Counter[str]()

    @settings(LAW, max_examples=60)
    @given(st.lists(st.tuples(st.integers(0, 1), changes, st.booleans()), min_size=3, max_size=8))
    def example(edits):
        with undone():
            pages = [(editable.stored().revision, state())] * 2
            for who, wanted, reload in edits:
                seen, shown = pages[who]
                before, number = state(), head()
                mine = {name: value for name, value in wanted.items() if not alike(value, shown[name])}
                clash = {n for n, value in mine.items() if not (alike(before[n], shown[n]) or alike(before[n], value))}
                refused = attempt(editable, wanted, seen, people[who])
                if refused is None:
                    assert clash == set()
                    for name, value in state().items():
                        assert alike(value, mine.get(name, before[name])), name
                else:
                    assert (state(), head()) == (before, number)
                    assert {one.field for one in refused.differences} == clash
                    for one in refused.differences:
                        versions = (shown[one.field], before[one.field], mine[one.field])
                        assert (one.seen, one.stored, one.sent) == versions
                        assert one.by == people[1 - who].user.name
                happened["refused" if refused else "merged" if seen < number else "alone"] += 1
                if refused is None or reload:
                    pages[who] = (editable.stored().revision, state())

    example()
    assert min(happened[kind] for kind in ("refused", "merged", "alone")) > 0, happened


def attempt(editable: Editable, wanted: dict[str, Any], seen: int, by: Actor) -> EditConflict | None:
    """The refusal, if it is one."""
    try:
        editable.change(wanted, seen, by)
    except EditConflict as refused:
        return refused
    return None
