"""Which forecasts moved most, by hand."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.aggregates.slips import slips
from initiatives.models import Milestone, MilestoneForecast
from tests.factories import add_initiative, add_milestone, add_organization, add_pillar, add_plan, kept

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 22)


@pytest.fixture
def initiative():
    return add_initiative(add_pillar(add_plan()), lead=add_organization())


def forecast(milestone, *said):
    """Forecasts by the instant at which they were made, recorded in the order given."""
    for at, day in said:
        kept(MilestoneForecast(milestone=milestone, date=day, made_at=at, reason="moved"))


def noon(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 17, tzinfo=UTC)


def test_those_that_moved_most_forth_and_back_alike(initiative):
    far, back, still, never = (add_milestone(initiative, code) for code in ("M1", "M2", "M3", "M4"))
    forecast(far, (noon(1, 5), date(2026, 6, 1)), (noon(3, 2), date(2026, 7, 1)))
    forecast(back, (noon(1, 5), date(2026, 6, 1)), (noon(2, 2), date(2026, 6, 21)), (noon(3, 2), date(2026, 6, 1)))
    forecast(still, (noon(1, 5), date(2026, 6, 1)), (noon(3, 2), date(2026, 6, 1)))
    with CaptureQueriesContext(connection) as captured:
        found = slips(Milestone.objects.all(), on=ON)
    assert len(captured) == 1
    assert [(one.milestone, one.moved) for one in found.most] == [(back, 40), (far, 30)]
    assert (found.others, found.unmoved) == (0, 1)
    assert never not in [one.milestone for one in found.most]
    first = slips(Milestone.objects.all(), on=ON, most=1)
    assert ([one.milestone for one in first.most], first.others, first.unmoved) == ([back], 1, 1)


def test_they_stand_in_the_order_in_which_they_were_made_on_the_plans_days(initiative):
    """A file may bring in one that was published before those on record; and in Ottawa it is still the day before."""
    one = add_milestone(initiative)
    forecast(one, (noon(3, 2), date(2026, 7, 1)), (datetime(2026, 2, 3, 3, tzinfo=UTC), date(2026, 6, 1)))
    [found] = slips(Milestone.objects.all(), on=ON).most
    assert found.made == ((date(2026, 2, 2), date(2026, 6, 1)), (date(2026, 3, 2), date(2026, 7, 1)))


def test_what_is_forecast_or_met_later_is_not_known_on_the_day(initiative):
    one = add_milestone(initiative, actual_on=date(2026, 8, 1))
    forecast(one, (noon(1, 5), date(2026, 6, 1)), (noon(3, 2), date(2026, 7, 1)), (noon(5, 4), date(2026, 8, 1)))
    [found] = slips(Milestone.objects.all(), on=date(2026, 4, 30)).most
    assert (found.moved, found.met_on) == (30, None)
    [found] = slips(Milestone.objects.all(), on=date(2026, 8, 1)).most
    assert (found.moved, found.met_on) == (61, date(2026, 8, 1))
    assert slips(Milestone.objects.all(), on=date(2026, 1, 4)).most == ()
