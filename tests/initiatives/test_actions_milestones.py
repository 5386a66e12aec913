"""Milestones: added, moved, met."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from initiatives.actions.milestones import MilestoneContent, add_milestone, meet_milestone, move_forecast
from initiatives.choices import MilestoneKind
from initiatives.models import Milestone, MilestoneForecast
from tests import factories
from tests.factories import add_initiative, add_organization, add_pillar, add_plan, add_user
from tracker.choices import Role
from tracker.errors import Conflict, EditConflict, Invalid, NotAllowed, Refused
from tracker.models import Revision
from tracker.timemachine import Actor, as_of, head

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 18, 17, tzinfo=UTC)
TODAY = date(2026, 11, 18)
CONTENT = {"title_en": "Hub open", "title_fr": "Centre ouvert", "kind": MilestoneKind.DEPLOYMENT}


@pytest.fixture
def initiative():
    return add_initiative(add_pillar(add_plan()), lead=add_organization())


@pytest.fixture
def manager():
    return Actor(user=add_user("manager", role=Role.MANAGER, scope="BP/1.01"))


@pytest.fixture
def milestone(initiative, manager):
    return add(initiative, manager, on=TODAY + timedelta(30))


def add(initiative, by, on=None, **changes):
    content = MilestoneContent(**{**CONTENT, **changes})
    return add_milestone(initiative=initiative, content=content, forecast_on=on, by=by, at=NOON)


def move(milestone, by, to, reason=""):
    return move_forecast(milestone=milestone, to=to, reason=reason, by=by, at=NOON)


def meet(milestone, by, on=TODAY, evidence=None, reason=""):
    return meet_milestone(milestone=milestone, on=on, evidence=evidence, reason=reason, by=by, at=NOON)


def refused(error_kind, action, *args, **fields):
    before = head()
    with pytest.raises(error_kind) as error:
        action(*args, **fields)
    assert head() == before
    return error.value


def test_codes_go_on_from_the_highest(initiative, manager):
    assert add(initiative, manager).code == "M1"
    for code in ("M7", "Mx", "E9", "M"):
        factories.add_milestone(initiative, code)
    assert add(initiative, manager).code == "M8"
    other = add_initiative(initiative.pillar, "1.02", lead=initiative.lead)
    assert add(other, Actor(user=add_user("admin", role=Role.PLAN_ADMIN, scope="BP"))).code == "M1"


def test_a_new_milestone_and_its_first_forecast_are_one_revision(initiative, manager):
    before = head()
    made = add(initiative, manager, on=TODAY, weight=Decimal("2.5"))
    assert head() == before + 1
    forecast = made.forecasts.get()
    assert (forecast.date, forecast.reason, forecast.made_by, forecast.made_at) == (TODAY, "", manager.user, NOON)
    assert not add(initiative, manager).forecasts.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"title_en": ""}, "title_en"), ({"title_fr": ""}, "title_fr"), ({"kind": "wish"}, "kind"),
     ({"weight": Decimal(-1)}, "weight"), ({"weight": Decimal("0.001")}, "weight"),
     ({"weight": Decimal(10000)}, "weight"), ({"evidence": "not an address"}, "evidence")],
)  # fmt: skip
def test_a_milestone_that_cannot_be_is_refused_by_field(initiative, manager, changes, field):
    assert field in refused(Invalid, add, initiative, manager, **changes).fields
    assert not Milestone.objects.exists()


def test_each_move_is_a_row_with_a_reason(milestone, manager):
    assert "reason" in refused(Invalid, move, milestone, manager, TODAY, " ").fields
    move(milestone, manager, TODAY + timedelta(60), "Permit is late")
    move(milestone, manager, TODAY + timedelta(30), "Permit came")
    assert [row.reason for row in milestone.forecasts.order_by("pk")] == ["", "Permit is late", "Permit came"]
    assert Revision.objects.get(number=head()).reason == "Forecast of 1.01 M1: Permit came"
    assert "forecast_on" in refused(Invalid, move, milestone, manager, TODAY + timedelta(30), "again").fields


def test_the_first_forecast_needs_no_reason(initiative, manager):
    assert move(add(initiative, manager), manager, TODAY).reason == ""


def test_what_is_met_or_cancelled_has_no_forecast(milestone, initiative, manager):
    meet(milestone, manager)
    assert refused(Conflict, move, milestone, manager, TODAY, "why").code == "milestone_closed"
    cancelled = factories.add_milestone(initiative, "M2", cancelled_on=TODAY, cancelled_reason="merged")
    assert refused(Conflict, move, cancelled, manager, TODAY, "why").code == "milestone_closed"
    assert refused(Conflict, meet, cancelled, manager).code == "milestone_closed"


def test_a_milestone_is_met_on_a_day_and_a_correction_keeps_both(milestone, manager):
    met = meet(milestone, manager, TODAY, "https://example.org/evidence")
    then = head()
    with pytest.raises(EditConflict):
        meet(milestone, manager, TODAY - timedelta(2))
    assert "reason" in refused(Invalid, meet, met, manager, TODAY - timedelta(2)).fields
    corrected = meet(met, manager, TODAY - timedelta(2), reason="signed earlier")
    assert (met.actual_on, corrected.actual_on) == (TODAY, TODAY - timedelta(2))
    assert corrected.evidence == "https://example.org/evidence"
    with as_of(then):
        assert Milestone.objects.get().actual_on == TODAY


def test_the_same_again_makes_no_history(milestone, manager):
    meet(milestone, manager)
    before = head()
    meet(milestone, manager)
    assert head() == before


def test_nothing_is_met_in_the_future_of_the_plan(milestone, manager, initiative):
    assert "actual_on" in refused(Invalid, meet, milestone, manager, TODAY + timedelta(1)).fields
    plan = add_plan("WEST", time_zone="America/Vancouver")
    west = add_initiative(add_pillar(plan), lead=initiative.lead)
    midnight = datetime(2026, 11, 18, 6, tzinfo=UTC)  # 18 November in Toronto, still the 17th in Vancouver
    admin = Actor(user=add_user("admin", role=Role.PLAN_ADMIN, scope="WEST"))
    with pytest.raises(Invalid):
        meet_milestone(milestone=factories.add_milestone(west), on=TODAY, evidence="", by=admin, at=midnight)


def test_work_before_the_plan_is_recorded_and_does_not_count(milestone, manager):
    meet(milestone, manager, date(2024, 6, 1))
    assert Milestone.objects.pre_plan().exists()
    assert not Milestone.objects.counted(on=TODAY).exists()


@pytest.mark.parametrize(
    ("role", "scope"), [(Role.VIEWER, "BP"), (Role.ANALYST, "BP"), (Role.ADMINISTRATOR, ""), (Role.MANAGER, "BP/1.02")]
)
def test_only_those_who_record_facts_may(initiative, milestone, role, scope):
    nobody = Actor(user=add_user("nobody", role=role, scope=scope))
    for action, args in [
        (add, (initiative, nobody)),
        (move, (milestone, nobody, TODAY, "why")),
        (meet, (milestone, nobody)),
    ]:
        assert isinstance(refused(Refused, action, *args), NotAllowed)


def test_a_move_is_measured_against_the_forecast_made_last(initiative, milestone, manager):
    """A plan file that was read after the manager's move holds an older forecast: saying it again is a move."""
    earlier = NOON - timedelta(days=60)
    factories.kept(MilestoneForecast(milestone=milestone, date=TODAY, reason="published", made_at=earlier))
    assert "forecast_on" in refused(Invalid, move, milestone, manager, TODAY + timedelta(30), "again").fields
    move(milestone, manager, TODAY, "Permit came")
    assert Milestone.objects.with_dates().get().forecast_on == TODAY
