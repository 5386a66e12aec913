"""Laws of differences: in plans of any shape, between any two points, the parts add up and every change is traced."""

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from initiatives.choices import Lifecycle, Workflow
from initiatives.models import (
    FundingAnnouncement,
    Initiative,
    LedgerEntry,
    Milestone,
    MilestoneBaseline,
    MilestoneForecast,
    Observation,
    StatusUpdate,
    Target,
)
from pillars.models import Pillar, Plan, ReportingWeek
from reports.differences import Part, Point, differences
from reports.figures import FIGURES, compute
from reports.figures.scopes import NoSuchScope, find_scope
from tests.factories import ACTOR, add_user
from tests.reports.worlds import (
    LAW,
    SUNDAY,
    WORLDS,
    EntrySpec,
    IndicatorSpec,
    InitiativeSpec,
    MilestoneSpec,
    World,
    build,
    ground,
    undone,
)
from tracker.choices import Role
from tracker.models import Organization
from tracker.timemachine import as_of, head, revision

pytestmark = pytest.mark.django_db
FEW = settings(LAW, max_examples=4)  # each computes every figure at eight states
SCOPES = ("BP", "BP", "BP/1", "BP/2", "BP/1.00", "BP/2.01")


@pytest.fixture
def base():
    return ground()


@pytest.fixture
def reader():
    return add_user("reader", role=Role.AUDITOR)


def _first(rows, chance):
    found = list(rows.order_by("pk"))
    return found[chance % len(found)] if found else None


def _milestone_changed(chance):
    """A date met, taken back, a cancellation, another weight."""
    row = _first(Milestone.objects.all(), chance)
    if row is None:
        return
    day = SUNDAY + timedelta(days=chance % 40 - 20)
    fields = [
        {"actual_on": day, "cancelled_on": None},
        {"actual_on": None},
        {"actual_on": None, "cancelled_on": day, "cancelled_reason": "merged"},
        {"weight": Decimal(chance % 5)},
    ][chance % 4]
    Milestone.objects.filter(pk=row.pk).update(**fields)


def _milestone_dated(chance):
    row = _first(Milestone.objects.all(), chance)
    if row is None:
        return
    day, at = SUNDAY + timedelta(days=chance % 60 - 30), timezone.now() - timedelta(days=chance % 30)
    if chance % 2:
        MilestoneForecast.objects.create(milestone=row, date=day, reason="moved", made_at=at)
    else:
        number = row.baselines.count() + 1
        MilestoneBaseline.objects.create(milestone=row, number=number, date=day, reason="why", approved_at=at)


def _entry_reversed(chance):
    row = _first(LedgerEntry.objects.standing(), chance)
    if row is not None:
        values = {"line": row.line, "stage": row.stage, "effective_on": row.effective_on}
        LedgerEntry.objects.create(amount=-row.amount, reverses=row, **values)
        LedgerEntry.objects.create(amount=row.amount + 7, corrects=row, **values)


def _entry_added(chance):
    row = _first(LedgerEntry.objects.all(), chance)
    if row is not None:
        day = SUNDAY + timedelta(days=chance % 60 - 30)
        LedgerEntry.objects.create(line=row.line, stage=row.stage, effective_on=day, amount=Decimal(chance + 1))


def _initiative_changed(chance):
    row = _first(Initiative.objects.all(), chance)
    if row is not None:
        fields = [
            {"lifecycle": Lifecycle.NOT_PURSUED, "not_pursued_reason": "why"},
            {"lifecycle": Lifecycle.UNDERWAY},
            {"pillar": Pillar.objects.exclude(pk=row.pillar_id).first()},
            {"code": f"9.{row.pk}"},
        ][chance % 4]
        Initiative.objects.filter(pk=row.pk).update(**fields)


def _update_approved(chance):
    row = _first(StatusUpdate.objects.exclude(workflow=Workflow.APPROVED), chance)
    if row is not None:
        decider = row.author.__class__.objects.get(username="reviewer")
        row.workflow, row.decided_by, row.decided_at = Workflow.APPROVED, decider, timezone.now()
        row.save()


def _frame_changed(chance):
    """What rows only point to: organization, pillar, plan."""
    if chance % 3 == 0:
        Organization.objects.filter(code="CBSA").update(fund_life_years=2, carry_forward_operating=Decimal(9))
    elif chance % 3 == 1:
        Plan.objects.update(announced_on=SUNDAY - timedelta(days=chance % 60))
    else:
        Pillar.objects.filter(number=2).update(number=3)


def _indicator_told(chance):
    row = _first(Observation.objects.standing(), chance)
    if row is None:
        return
    Observation.objects.create(
        indicator=row.indicator, period_end=row.period_end, value=Decimal(chance % 7 - 3), kind="correction",
        supersedes=row, reason="Counted again", recorded_at=timezone.now(),
    )  # fmt: skip
    old = row.indicator.targets.first()
    if old is not None:
        Target.objects.create(
            indicator=row.indicator, due_on=old.due_on, number=row.indicator.targets.count() + 1, reason="why",
            target_type=old.target_type, lower=old.lower, upper=old.upper, set_at=timezone.now(),
        )  # fmt: skip


def _announcement_changed(chance):
    row = _first(FundingAnnouncement.objects.all(), chance)
    if row is not None:
        FundingAnnouncement.objects.filter(pk=row.pk).update(in_total=not row.in_total, amount=row.amount + 1)


def _week_moved(_chance):
    ReportingWeek.objects.filter(locked_at=None).update(locked_at=timezone.now(), lock_revision=1)


HAPPENINGS = [
    _milestone_changed, _milestone_dated, _entry_reversed, _entry_added, _initiative_changed, _update_approved,
    _frame_changed, _indicator_told, _announcement_changed, _week_moved,
]  # fmt: skip
LIVES = st.lists(st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, 200)), min_size=2, max_size=8)
_EARLY, _LATE = SUNDAY - timedelta(days=20), SUNDAY + timedelta(days=12)


def _full(pillar, rating):
    """An initiative on which everything that may happen has an effect."""
    money = [
        EntrySpec(stage, year, Decimal(amount), _EARLY, False, who, "operating")
        for stage, amount in (("authority", 900), ("expenditure", 400), ("planned", 800))
        for year, who in ((2025, "RCMP"), (2026, "CBSA"))
    ]
    milestones = (
        MilestoneSpec((_EARLY,), (_EARLY, _LATE), None, None),
        MilestoneSpec((_EARLY, SUNDAY), (), SUNDAY - timedelta(days=3), None),
        MilestoneSpec((), (_LATE,), None, None),
    )
    stock = IndicatorSpec(Decimal(1), _EARLY, Decimal(2), SUNDAY, increase=True)
    return InitiativeSpec(
        pillar, Lifecycle.UNDERWAY, (rating, None, rating), milestones, tuple(money), Decimal(5), (stock,)
    )


RICH = World(
    (_full(0, ("green", "approved")), _full(1, ("amber", "submitted")), _full(1, None)),
    ((Decimal(7), True, "CBSA"),),
    ((1, IndicatorSpec(None, _EARLY, None, SUNDAY, increase=False)),),
)
# Half of them full, for chance makes poor ones; the days around which things happen; mostly after all was there.
SOME = st.one_of(st.just(RICH), st.just(RICH), WORLDS)
NEAR = st.integers(-25, 25).map(lambda shift: SUNDAY + timedelta(days=shift))


def live(base, world, happened):
    """A world, what happens to it in as many revisions, and the numbers of all of them."""
    numbers = [head(), build(base, world)]
    for happening, chance in happened:
        with revision(by=ACTOR, reason=happening.__name__):
            happening(chance)
        numbers.append(head())
    return numbers


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
