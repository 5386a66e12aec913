"""Laws of differences: in plans of any shape, between any two points, the parts add up and every change is traced."""

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from reports.differences import Part, Point, differences
from reports.figures import FIGURES, compute
from reports.figures.scopes import NoSuchScope, find_scope
from tests.factories import ACTOR, add_user
from tests.reports.lives import FEW, HAPPENINGS, LIVES, NEAR, RICH, SOME, live
from tests.reports.worlds import (
    SUNDAY,
    build,
    ground,
    undone,
)
from tracker.choices import Role
from tracker.timemachine import as_of, head, revision

pytestmark = pytest.mark.django_db
SCOPES = ("BP", "BP", "BP/1", "BP/2", "BP/1.00", "BP/2.01")


@pytest.fixture
def base():
    return ground()


@pytest.fixture
def reader():
    return add_user("reader", role=Role.AUDITOR)


def point(number, on):
    return Point(f"r{number}", on, number, None)


def adds_up(difference):
    """The parts are the whole, per bucket and in all; each row is once on each leg."""
    for cell in [*difference.cells, *([difference.total] if difference.total else [])]:
        assert sum(cell.parts.values(), Decimal(0)) == cell.change == (cell.after or 0) - (cell.before or 0)
    # Once on each leg: the values that it passes are one chain.
    for key in {row.key for row in difference.moved}:
        mine = [row for row in difference.moved if row.key == key]
        assert len(mine) <= 2
        assert len({row.model for row in mine}) == 1
        if len(mine) == 2:
            assert mine[0].after == mine[1].before or mine[1].after == mine[0].before
    for row in difference.moved:
        assert row.before != row.after
        assert (row.part in (Part.RULE, Part.TIME)) == (not row.touches), (difference.figure.key, row)


def test_the_parts_add_up_to_the_whole_and_every_change_is_traced(base, reader):
    """For every figure, any scope and any two points; also that the ends are the figures themselves."""

    @FEW
    @given(SOME, LIVES, st.data())
    def example(world, happened, data):
        with undone():
            numbers = live(base, world, happened)
            known = st.sampled_from([*numbers, numbers[1], numbers[-1], numbers[-1]])
            ends = tuple(point(data.draw(known), data.draw(NEAR)) for _ in range(2))
            scope = data.draw(st.sampled_from(SCOPES))
            try:
                found, _scope = differences(FIGURES, scope, user=reader, points=ends)
            except NoSuchScope:
                assert all(compute_at(scope, end, reader) is None for end in ends)
                return
            for one in found:
                adds_up(one)
            for end, side in zip(ends, ("before", "after"), strict=True):
                whole = compute_at(scope, end, reader)
                cells = None if whole is None else [result.cells for result in whole]
                mine = [getattr(one, side) and getattr(one, side).cells for one in found]
                assert mine == (cells or [None] * len(found))

    example()


def test_a_long_life_is_traced_from_any_time_to_any_other(base, reader):
    """Every part occurs in it, in each scope the parts add up, and no change is without its revision."""
    chance, numbers, seen = random.Random(7), [build(base, RICH)], set()  # noqa: S311 - a seed
    for _ in range(3):
        for happening in HAPPENINGS:
            with revision(by=ACTOR, reason=happening.__name__):
                happening(chance.randrange(200))
            numbers.append(head())
    for scope in ("BP", "BP/1", "BP/2", "BP", "BP/2.01", "BP", "BP"):
        first, second = sorted(chance.sample(numbers, 2))
        days = [SUNDAY + timedelta(days=chance.randrange(-12, 12)) for _ in range(2)]
        found, _scope = differences(FIGURES, scope, user=reader, points=(point(first, days[0]), point(second, days[1])))
        for one in found:
            adds_up(one)
            seen |= {row.part for row in one.moved}
    assert seen == set(Part) - {Part.RULE}


def compute_at(code, end, reader):
    """Every figure there, the way pages compute it; None where there is no such scope."""
    with as_of(end.revision):
        try:
            scope = find_scope(code, user=reader)
        except NoSuchScope:
            return None
        return [compute(figure, scope.selection, on=end.on, whole_plan=scope.whole_plan) for figure in FIGURES.values()]


def test_another_version_of_a_rule_is_a_part_of_its_own(base, reader, monkeypatch):
    """Twice the dollars, by entries as before; and in another example by other rows altogether."""
    money, lines = FIGURES["money"], FIGURES["overspent"]
    twice = replace(money, version=2, value=lambda: Sum("amount") * 2)
    other = replace(lines, key="money", version=2, adds=False)

    @FEW
    @given(SOME, LIVES, NEAR, NEAR, st.booleans())
    def example(world, happened, first, second, same):
        newest = twice if same else other
        with undone(), monkeypatch.context() as patch:
            patch.setattr(Point, "figure", lambda self, _key: newest if self.versions else money)
            numbers = live(base, world, happened)
            ends = (point(numbers[1], first), replace(point(numbers[-1], second), versions={"money": 2}))
            [found], _scope = differences(["money"], "BP", user=reader, points=ends)
            for cell in found.cells:
                assert sum(cell.parts.values(), Decimal(0)) == cell.change
            if not happened and first == second:
                assert {row.part for row in found.moved} <= {Part.RULE}

    example()
