"""Laws of the figures, for plans of any shape and any day."""

from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from initiatives.models import Initiative, Milestone
from reports.explanations import explain
from reports.figures import FIGURES, Selection, compute
from reports.figures.compute import tally
from reports.figures.scopes import find_scope
from reports.figures.values import known_sum
from tests.factories import add_user
from tests.reports.worlds import DAYS, LAW, SUNDAY, WORLDS, build, ground, undone
from tracker.choices import Role

pytestmark = pytest.mark.django_db
ON = st.just(SUNDAY) | DAYS


@pytest.fixture
def base():
    return ground()


def law(base, check):
    """Run `check(world, on)` on many worlds, each undone."""

    @LAW
    @given(WORLDS, ON)
    def example(world, on):
        with undone():
            build(base, world)
            check(world, on)

    example()


def result(figure, base, on, **members):
    pillar = members["pillar"].number if "pillar" in members else None
    selection = Selection(base.plan, Initiative.objects.filter(plan=base.plan, **members), pillar)
    return compute(figure, selection, on=on, whole_plan=not members)


def summed(results):
    """Cells added over some results; unknown only where all are."""
    cells = defaultdict(list)
    for one in results:
        for bucket, value in one.cells.items():
            cells[bucket].append(value)
    return {bucket: known_sum(values) for bucket, values in cells.items()}


def known(cells):
    """What is not nothing: a figure lists zero and unknown buckets that no row has."""
    return {bucket: value for bucket, value in cells.items() if value}


def test_every_initiative_is_in_one_bucket_of_health(base):
    def check(world, on):
        health = result(FIGURES["health"], base, on)
        assert health.total == sum(health.cells.values()) == len(world.initiatives)
        one_each = tally(FIGURES["health"], Selection(base.plan, Initiative.objects.all()), on=on)
        assert all(list(cells.values()) == [1] for cells in one_each.by_initiative.values())
        assert health.coverage.of + sum(health.cells[b] for b in ("not_started", "met", "not_pursued")) == health.total

    law(base, check)


def test_every_initiative_is_in_one_bucket_of_freshness(base):
    """Those that owe an update for the last complete week are in time, late, missed, stale or silent."""

    def check(world, on):
        sunday = on if on.weekday() == 6 else on - timedelta(days=on.weekday() + 1)
        known = [week.ends_on for week in base.weeks]
        fresh = result(FIGURES["freshness"], base, on)
        assert fresh.total == len(world.initiatives)
        said = Counter()
        for initiative in world.initiatives:
            owes = initiative.lifecycle in ("underway", "ongoing")
            approved = [rating is not None and rating[1] == "approved" for rating in initiative.ratings]
            if not owes or sunday not in known:
                said["not_owed"] += 1
            elif approved[known.index(sunday)]:
                said["reported"] += 1
            else:
                missed = approved[: known.index(sunday) + 1][::-1]
                said["stale" if True not in missed[:2] and len(missed) > 1 else "missed"] += 1
        cells = Counter(fresh.cells)
        assert cells["not_owed"] == said["not_owed"]
        assert cells["in_time"] + cells["late"] == said["reported"] == fresh.coverage.counted
        # The worlds are written now, so nobody has been silent for long on days that lie near.
        assert {"stale": cells["stale"], "missed": cells["missed"]} == {
            "stale": said["stale"], "missed": said["missed"]
        } or cells["silent"]  # fmt: skip
        assert fresh.coverage.of == len(world.initiatives) - said["not_owed"]

    law(base, check)


def test_the_parts_of_every_figure_add_up_to_the_whole(base):
    """I4: initiatives to pillar, pillars to plan, counts and dollars, each initiative once; coverage too. Rows of the
    plan as a whole are the plan's alone."""

    def check(world, on):
        members = list(Initiative.objects.values_list("pk", flat=True))
        for figure in FIGURES.values():
            # Pillars are asked for by themselves; initiatives are cut from the whole, as a rollup cuts them.
            tallied = tally(figure, Selection(base.plan, Initiative.objects.all()), on=on)
            whole = tallied.result(members, whole_plan=True)
            pillars = [result(figure, base, on, pillar=pillar) for pillar in base.pillars]
            singles = [tallied.result([member]) for member in members]
            if figure.covers:
                for parts in (pillars, singles):
                    assert sum(part.coverage.counted for part in parts) == whole.coverage.counted
                    assert sum(part.coverage.of for part in parts) == whole.coverage.of
            if figure.key == "announced":
                own = sum((amount for amount, in_total, _ in world.announced if in_total), Decimal(0))
                assert known(summed(pillars)) == known(summed(singles))
                assert (whole.total or 0) == sum(part.total or 0 for part in pillars) + (own if on >= SUNDAY else 0)
            elif figure.key == "indicators":
                of_pillars = sum(pillar is not None for pillar, _ in world.indicators)
                below, above = (Counter(known(summed(parts))) for parts in (singles, pillars))
                assert (above - below).total() == above.total() - below.total() == of_pillars
                assert (Counter(whole.cells) - above).total() == len(world.indicators) - of_pillars
                assert whole.total == above.total() + len(world.indicators) - of_pillars
            else:
                assert known(summed(pillars)) == known(summed(singles)) == known(whole.cells), figure.key

    law(base, check)


def test_money_is_the_sum_of_the_ledger(base):
    def check(world, on):
        expected = defaultdict(Decimal)
        for initiative in world.initiatives:
            for entry in initiative.entries:
                if entry.on <= on and not entry.reversed:
                    expected[f"{entry.fiscal_year}/{entry.stage}"] += entry.amount
        money = result(FIGURES["money"], base, on)
        assert money.cells == expected
        assert money.total is None
        counted = sum(any(e.on <= on and not e.reversed for e in i.entries) for i in world.initiatives)
        assert (money.coverage.counted, money.coverage.of) == (counted, len(world.initiatives))

    law(base, check)


def test_health_by_dollars_weighs_authority_else_plan(base):
    def check(world, on):
        total, counted = Decimal(0), 0
        for initiative in world.initiatives:
            standing = [e for e in initiative.entries if e.on <= on and not e.reversed]
            authority = [e.amount for e in standing if e.stage == "authority"]
            planned = [e.amount for e in standing if e.stage == "planned"]
            total += sum(authority or planned)
            counted += bool(authority or planned)
        dollars = result(FIGURES["health_dollars"], base, on)
        assert (dollars.total or 0) == total
        assert dollars.coverage.counted == counted
        assert (dollars.total is None) == (counted == 0)

    law(base, check)


def expected_milestones(spec, on):
    """The five milestone figures for one milestone, written a second time from their definitions."""
    planned = spec.baselines[-1] if spec.baselines else spec.forecasts[0] if spec.forecasts else None
    expected = spec.forecasts[-1] if spec.forecasts else planned
    monday = on - timedelta(days=on.weekday())
    unmet = spec.actual_on is None or spec.actual_on > on
    this_week = [day for day in (planned, expected) if day and monday <= day <= monday + timedelta(6)]
    after = expected is not None and monday + timedelta(7) <= expected < monday + timedelta(35)
    return {
        "milestones": True,
        "milestones_met": not unmet,
        "milestones_due_this_week": bool(this_week),
        "milestones_late": unmet and planned is not None and planned < on,
        "milestones_next": unmet and after,
    }


def test_milestone_figures_count_what_their_definitions_say(base):
    def check(world, on):
        expected = defaultdict(int)
        for initiative in world.initiatives:
            for spec in initiative.milestones:
                pre_plan = spec.actual_on is not None and spec.actual_on < base.plan.announced_on
                if not pre_plan and (spec.cancelled_on is None or spec.cancelled_on > on):
                    for key, counts in expected_milestones(spec, on).items():
                        expected[key] += counts
        for key in ("milestones", "milestones_met", "milestones_due_this_week", "milestones_late", "milestones_next"):
            assert result(FIGURES[key], base, on).cells == {"": expected[key]}, key

    law(base, check)


def test_slips_and_moves_are_what_their_definitions_say(base):
    def check(world, on):
        slip = moves = 0
        weights = {"met": Decimal(0), "open": Decimal(0)}
        for initiative in world.initiatives:
            for spec in initiative.milestones:
                pre_plan = spec.actual_on is not None and spec.actual_on < base.plan.announced_on
                if pre_plan or (spec.cancelled_on is not None and spec.cancelled_on <= on):
                    continue
                met = spec.actual_on is not None and spec.actual_on <= on
                expected = spec.forecasts[-1] if spec.forecasts else spec.baselines[-1] if spec.baselines else None
                reached = spec.actual_on if met else expected
                if spec.baselines and reached is not None:
                    slip += (reached - spec.baselines[0]).days
                moves += max(0, len(spec.forecasts) - 1)
                weights["met" if met else "open"] += 1
        assert result(FIGURES["milestone_slip"], base, on).total == slip
        assert result(FIGURES["milestone_moves"], base, on).total == moves
        assert result(FIGURES["milestone_weight"], base, on).cells == weights

    law(base, check)


def test_an_explanation_adds_up_to_its_figure_in_every_scope_and_bucket(base):
    """And what it leaves out, it counts nowhere."""
    reader = add_user("reader", role=Role.AUDITOR)

    @LAW
    @given(WORLDS, ON, st.integers(0, 7))
    def example(world, on, pick):
        with undone():
            build(base, world)
            codes = ["BP", "BP/1", "BP/2", *(f"BP/{one}" for one in Initiative.objects.values_list("code", flat=True))]
            scope = find_scope(codes[pick % len(codes)], user=reader)
            for figure in FIGURES.values():
                adds_up(explain(figure, scope, on=on))

    example()


def adds_up(whole):
    """Its rows add up, over all and in each bucket; those left out are none of them, and are left out once."""
    buckets = defaultdict(list)
    for row in whole.rows:
        buckets[row.bucket].append(row.value)
    assert known({bucket: sum(values) for bucket, values in buckets.items()}) == known(whole.result.cells)
    assert all(whole.result.cells[bucket] is not None for bucket in buckets)
    if whole.figure.adds:
        assert (known_sum(row.value for row in whole.rows) or 0) == (whole.value or 0)
    for bucket in list(buckets)[:1]:
        part = explain(whole.figure, whole.scope, on=whole.on, bucket=bucket)
        assert part.rows == [row for row in whole.rows if row.bucket == bucket]
        assert part.value == sum(row.value for row in part.rows)
    left_out = [(row.kind, row.id) for exclusion in whole.exclusions for row in exclusion.rows]
    assert {(row.kind, row.id) for row in whole.rows}.isdisjoint(left_out)
    assert len(left_out) == len(set(left_out))


def test_every_milestone_is_counted_or_left_out_with_a_reason(base):
    reader = add_user("reader", role=Role.AUDITOR)

    def check(world, on):
        whole = explain(FIGURES["milestones"], find_scope("BP", user=reader), on=on)
        assert len(whole.rows) + sum(len(one.rows) for one in whole.exclusions) == Milestone.objects.count()

    law(base, check)


def test_a_part_of_the_plan_is_explained_without_a_word_of_the_rest(base):
    """I16: what a person with one pillar is shown is computed on that pillar, and labelled so."""
    reader = add_user("pillar-reader", role=Role.VIEWER, scope="BP/1")

    def check(world, on):
        scope = find_scope("BP", user=reader)
        mine = set(Initiative.objects.filter(pillar=base.pillars[0]).values_list("code", flat=True))
        others = any(spec.pillar == 1 for spec in world.initiatives)
        assert scope.partial is others
        assert find_scope("BP/1", user=reader).partial is False
        assert find_scope("BP/2", user=reader).partial is others
        for figure in FIGURES.values():
            shown = explain(figure, scope, on=on)
            rows = [*shown.rows, *(row for exclusion in shown.exclusions for row in exclusion.rows)]
            for row in rows:
                if row.kind in ("funding-announcement", "indicator"):
                    of = row.code.partition("-")[0]
                    assert of.startswith("W") or f"1.{int(of[1:]):02d}" in mine
                else:
                    assert row.code.partition(" ")[0] in mine, figure.key

    law(base, check)
