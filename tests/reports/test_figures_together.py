"""Figures tallied together say what each says by itself; payloads are written as they always were."""

import json
from collections import defaultdict
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from initiatives.models import Initiative
from reports.figures import FIGURES, Selection, of_ledger, of_milestones
from reports.figures.compute import tally
from reports.figures.together import tallies, totals
from reports.figures.totals import members_by_pillar
from reports.figures.totals import totals as totals_alone
from reports.rollups import canonical
from tests.reports.worlds import LAW, SUNDAY, WORLDS, build, ground, undone
from tracker.timemachine import as_of

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=20,
)


@pytest.mark.django_db
def test_together_is_the_same_as_one_by_one():
    """Live and as of a revision, for all initiatives and for those of a pillar."""
    base = ground()

    @LAW
    @given(WORLDS)
    def example(world):
        with undone():
            number = build(base, world)
            every = Initiative.objects.filter(plan=base.plan)
            for initiatives in (every, every.filter(pillar=base.pillars[0]), every.none()):
                _assert_same(Selection(base.plan, initiatives))
            with as_of(number):
                _assert_same(Selection(base.plan, every.all()))
            with mock.patch.object(of_milestones, "MANY", 0), mock.patch.object(of_ledger, "MANY", 0):
                _assert_same(Selection(base.plan, every.all()))
            _assert_lapses(Selection(base.plan, every.all()))

    example()


@pytest.mark.django_db
def test_the_database_adds_up_by_pillar_as_the_initiatives_do():
    """For the plan and each pillar, for a pillar, an initiative or nothing alone; together and, as of a revision, one
    by one."""
    base = ground()

    @LAW
    @given(WORLDS, st.integers(0, 4))
    def example(world, which):
        with undone():
            number = build(base, world)
            every = Initiative.objects.filter(plan=base.plan)
            one = every.filter(pk__in=every.order_by("code").values("pk")[:1])
            second = Selection(base.plan, every.filter(pillar=base.pillars[1]), 2)
            if which < 2:
                with as_of(number):
                    _assert_added_up(Selection(base.plan, every), (together_totals, one_by_one)[which])
            else:
                chosen = (second, Selection(base.plan, one), Selection(base.plan, every.none()))[which - 2]
                _assert_added_up(chosen, together_totals)

    example()


def together_totals(selection):
    return totals(list(FIGURES.values()), selection, on=SUNDAY)


def one_by_one(selection):
    return [totals_alone(figure, selection, on=SUNDAY) for figure in FIGURES.values()]


def _assert_added_up(selection, way):
    keys = defaultdict(list)
    for pk, number in selection.initiatives.order_by("code").values_list("pk", "pillar__number"):
        keys[number].append(pk)
    every, members = [pk for group in keys.values() for pk in group], members_by_pillar(selection)
    assert members == {number: len(group) for number, group in keys.items()}
    own = [] if selection.pillar is None else [selection.pillar]
    for figure, summed in zip(FIGURES.values(), way(selection), strict=True):
        assert summed.figure is figure
        tallied = tally(figure, selection, on=SUNDAY)
        _assert_equal(summed.result(members, summed.whole.keys()), tallied.result(every, whole_plan=True))
        _assert_equal(summed.result(members, own), tallied.result(every, pillar=selection.pillar))
        for number in (1, 2):
            expected = tallied.result(keys[number], pillar=number)
            _assert_equal(summed.result({number: len(keys[number])}, [number]), expected)


def _assert_lapses(selection):
    """Who loses most of a year is told as the figure counts it."""
    lost = tally(FIGURES["projected_lapse"], selection, on=SUNDAY).by_initiative
    for year in (2024, 2025, 2026, 2027):
        of_year = {
            key: sum(value for bucket, value in cells.items() if bucket.startswith(f"{year}/"))
            for key, cells in lost.items()
        }
        assert of_ledger.lapses(selection, on=SUNDAY, year=year) == {k: v for k, v in of_year.items() if v > 0}


def _assert_equal(ours, theirs):
    assert ours == theirs
    assert [(key, type(value)) for key, value in ours.cells.items()] == [
        (key, type(value)) for key, value in theirs.cells.items()
    ]


def _assert_same(selection):
    figures = list(FIGURES.values())
    for together in tallies(figures, selection, on=SUNDAY):
        alone = tally(together.figure, selection, on=SUNDAY)
        assert together.by_initiative == alone.by_initiative, together.figure.key
        assert (together.counted, together.owed, together.by_pillar) == (alone.counted, alone.owed, alone.by_pillar)
        assert {type(v) for c in together.by_initiative.values() for v in c.values()} == {
            type(v) for c in alone.by_initiative.values() for v in c.values()
        }
        for initiative in alone.by_initiative:
            if initiative is not None:
                assert together.single(initiative) == alone.result([initiative])


@pytest.mark.django_db
def test_the_ledger_is_read_once_and_only_by_the_figures_that_are_meant():
    base = ground()
    selection = Selection(base.plan, Initiative.objects.filter(plan=base.plan))
    with CaptureQueriesContext(connection) as queries:
        found = tallies(
            [FIGURES[key] for key in ("health", "money", "overspent", "health_dollars")], selection, on=SUNDAY
        )
    assert [one.figure.key for one in found] == ["health", "money", "overspent", "health_dollars"]
    assert sum("initiatives_ledgerentry" in query["sql"] for query in queries) == 1


@pytest.mark.django_db
def test_a_board_reads_ledger_milestones_and_health_once():
    base = ground()
    selection = Selection(base.plan, Initiative.objects.filter(plan=base.plan))
    keys = ("health", "health_dollars", "money", "overspent", "milestones", "milestones_late", "milestone_slip")
    with CaptureQueriesContext(connection) as queries:
        found = totals([FIGURES[key] for key in keys], selection, on=SUNDAY)
    assert [one.figure.key for one in found] == list(keys)
    assert len([query for query in queries if "count(*) as" not in query["sql"].lower()]) <= 3
    assert sum("initiatives_ledgerentry" in query["sql"] for query in queries) == 1


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), PLAIN))
def test_a_payload_is_written_as_the_standard_library_writes_it(payload):
    written = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    assert canonical(payload) == written


@pytest.mark.parametrize("value", [0.5, float("nan"), [1, {"b": 2.0}]])
def test_a_number_with_a_point_has_no_one_form(value):
    with pytest.raises(ValueError, match="no whole number"):
        canonical({"a": value})
