"""Dates of milestones: baselines, forecasts, lateness, what counts."""

from datetime import UTC, date, datetime, timedelta

import pytest

from initiatives.models import Milestone, MilestoneForecast
from reports.views.milestones import milestone_rows
from tests.factories import add_initiative, add_milestone, add_organization, add_pillar, add_plan, add_user, kept
from tracker.choices import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 18)
EARLIER, LATER = DAY - timedelta(30), DAY + timedelta(30)


@pytest.fixture
def initiative():
    return add_initiative(add_pillar(add_plan()), lead=add_organization())


def dates():
    row = Milestone.objects.with_dates().get()
    return row.first_baseline_on, row.baseline_on, row.forecast_on, row.planned_on, row.expected_on


@pytest.mark.parametrize(
    ("baselines", "forecasts", "expected"),
    [
        ([], [], (None, None, None, None, None)),
        ([EARLIER], [], (EARLIER, EARLIER, None, EARLIER, EARLIER)),
        (
            [],
            [EARLIER, LATER],
            (None, None, LATER, EARLIER, LATER),
        ),  # never baselined: the first forecast is the promise
        ([EARLIER, LATER], [], (EARLIER, LATER, None, LATER, LATER)),
        ([EARLIER, DAY], [LATER, LATER + timedelta(1), EARLIER], (EARLIER, DAY, EARLIER, DAY, EARLIER)),
    ],
)
def test_first_and_latest_dates(initiative, baselines, forecasts, expected):
    add_milestone(initiative, baselines=baselines, forecasts=forecasts)
    assert dates() == expected


def late(on=DAY):
    return Milestone.objects.with_dates().late(on=on).exists()


@pytest.mark.parametrize(
    ("baselines", "forecasts", "actual", "expected"),
    [
        ([EARLIER], [], None, True),
        ([EARLIER], [LATER], None, True),  # a later forecast does not excuse
        ([EARLIER, LATER], [], None, False),  # a later approved baseline does
        ([LATER], [EARLIER], None, False),
        ([], [EARLIER, LATER], None, True),
        ([], [], None, False),
        ([DAY], [], None, False),  # due today is not late
        ([DAY - timedelta(1)], [], None, True),
        ([EARLIER], [], DAY, False),  # met, though after its date
        ([EARLIER], [], DAY + timedelta(1), True),  # met tomorrow: late today
    ],
)
def test_late_is_measured_against_the_promise(initiative, baselines, forecasts, actual, expected):
    add_milestone(initiative, baselines=baselines, forecasts=forecasts, actual_on=actual)
    assert late() is expected


@pytest.mark.parametrize(
    ("actual", "met"), [(None, False), (DAY, True), (DAY - timedelta(1), True), (DAY + timedelta(1), False)]
)
def test_met_and_unmet_split_the_milestones_on_each_day(initiative, actual, met):
    add_milestone(initiative, actual_on=actual)
    assert Milestone.objects.met(on=DAY).exists() is met
    assert Milestone.objects.unmet(on=DAY).exists() is not met


@pytest.mark.parametrize(
    ("baseline", "forecast", "due", "expected"),
    [
        (DAY, LATER, True, False),  # promised within
        (EARLIER, DAY, True, True),  # expected within
        (EARLIER, LATER, False, False),
        (DAY - timedelta(2), None, True, True),  # the first day, included
        (DAY + timedelta(4), None, True, True),  # the last day, included
        (DAY - timedelta(3), None, False, False),
        (DAY + timedelta(5), None, False, False),
    ],
)
def test_due_and_expected_within_days(initiative, baseline, forecast, due, expected):
    add_milestone(initiative, baselines=[baseline], forecasts=[forecast] if forecast else [])
    rows, span = Milestone.objects.with_dates(), (DAY - timedelta(2), DAY + timedelta(4))
    assert rows.due_between(*span).exists() is due
    assert rows.expected_between(*span).exists() is expected


@pytest.mark.parametrize(
    ("fields", "counted", "pre_plan", "cancelled"),
    [
        ({}, True, False, False),
        ({"actual_on": date(2024, 12, 16)}, False, True, False),
        ({"actual_on": date(2024, 12, 17)}, True, False, False),
        ({"cancelled_on": DAY, "cancelled_reason": "why"}, False, False, True),
        ({"cancelled_on": DAY + timedelta(1), "cancelled_reason": "why"}, True, False, False),  # still stood that day
    ],
)
def test_what_counts_and_what_does_not_on_a_day(initiative, fields, counted, pre_plan, cancelled):
    add_milestone(initiative, **fields)
    rows = Milestone.objects
    assert rows.counted(on=DAY).exists() is counted
    assert rows.pre_plan().exists() is pre_plan
    assert rows.cancelled(on=DAY).exists() is cancelled


def test_lists_are_in_the_order_of_codes(initiative):
    second = add_initiative(initiative.pillar, "1.02", lead=initiative.lead)
    made = [add_milestone(second, "M1"), add_milestone(initiative, "M2"), add_milestone(initiative, "M1")]
    assert list(Milestone.objects.for_list()) == [made[2], made[1], made[0]]


def test_the_latest_forecast_is_the_one_made_last_not_the_one_recorded_last(initiative):
    """A plan file read late brings in what was said before; it does not replace what a manager said since."""
    noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
    milestone = add_milestone(initiative)
    for day, made_at in [(LATER, noon), (EARLIER, noon - timedelta(30)), (DAY, noon - timedelta(9))]:
        kept(MilestoneForecast(milestone=milestone, date=day, reason="said then", made_at=made_at))
    assert dates() == (None, None, LATER, EARLIER, LATER)
    assert [row.date for row in milestone.forecasts.oldest_first()] == [EARLIER, DAY, LATER]
    rows = milestone_rows(initiative, on=DAY, user=add_user(role=Role.AUDITOR))
    assert [forecast.date for forecast in rows[0].forecasts] == [EARLIER, DAY, LATER]
    kept(MilestoneForecast(milestone=milestone, date=DAY, reason="the same instant", made_at=noon))
    assert dates() == (None, None, DAY, EARLIER, DAY)  # two of one instant: the one recorded last
