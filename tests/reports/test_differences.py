"""Each part of a difference, by something that people really do."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from initiatives.actions.milestones import meet_milestone, move_forecast
from initiatives.choices import Health, Lifecycle, Stage
from initiatives.models import Initiative, LedgerEntry, Milestone, MilestoneForecast
from reports.differences import Part, Point, differences
from reports.differences.told import told_rows
from reports.figures import FIGURES, compute
from reports.figures.scopes import find_scope
from reports.models import WeeklyRollup
from reports.sealed import sealed_board
from tests.factories import (
    ACTOR,
    add_entry,
    add_initiative,
    add_milestone,
    add_observation,
    add_update,
    kept,
)
from tests.factories import add_indicator as an_indicator
from tests.reports.happenings import by
from tests.reports.reading import add_more
from tracker.choices import Channel
from tracker.models import User
from tracker.timemachine import Actor, as_of, head, revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(made):
    """What has become of a figure since now, for the same day or up to another; as `Difference`."""
    start, day = head(), timezone.localdate()

    def asked(key, *, later=0, scope="BP", user=made.people.auditor):
        fresh = User.objects.get(pk=user.pk)
        ends = (Point("a", day, start, None), Point("b", day + timedelta(days=later), head(), None))
        [found], _scope = differences([key], scope, user=fresh, points=ends)
        return found

    return asked


def parts(found, bucket=""):
    return dict(found.of(bucket).parts)


class TestRestatements:
    """The same day, by what became known since."""

    def test_an_invoice_that_came_late(self, made, ask):
        add_entry(made.initiatives["green"], "10.25", stage=Stage.EXPENDITURE)
        found = ask("money")
        assert found.total is None
        [row] = found.moved
        assert parts(found, "2025/expenditure") == {Part.LATE_FACT: Decimal("10.25")}
        assert [touch.revision.number for touch in row.touches] == [head()]
        assert parts(ask("free_balance")) == {}  # its line has no authority

    def test_a_reversal_and_the_entry_in_its_place(self, made, ask):
        wrong = LedgerEntry.objects.get(reference="GL 4711")
        values = {"line": wrong.line, "stage": wrong.stage, "effective_on": wrong.effective_on}
        kept(LedgerEntry(amount=-wrong.amount, reverses=wrong, **values))
        kept(LedgerEntry(amount=Decimal("1250000.01"), corrects=wrong, **values))
        found = ask("money")
        assert parts(found, "2025/expenditure") == {Part.CORRECTION: Decimal("-0.09")}
        assert len(found.moved) == 2
        assert parts(ask("free_balance")) == {Part.CORRECTION: Decimal("0.09")}
        assert parts(ask("year_end_forecast")) == {Part.CORRECTION: Decimal("-0.09")}

    def test_money_where_nothing_was_known(self, made, ask):
        add_entry(made.initiatives["no_update"], "7.00", stage=Stage.FORECAST)
        cell = ask("money").of("2025/forecast")
        assert (cell.before, cell.after, cell.change) == (None, Decimal("7.00"), Decimal("7.00"))

    def test_a_milestone_met_before_and_typed_in_now_and_then_taken_back(self, made, ask):
        late, who = made.milestones["late"], by(made.people.manager)
        yesterday = timezone.localdate() - timedelta(days=1)
        meet_milestone(milestone=late, on=yesterday, evidence="", by=who, at=timezone.now())
        assert parts(ask("milestones_late")) == {Part.LATE_FACT: -1}
        met = head()
        with revision(by=ACTOR, reason="not yet"):
            Milestone.objects.filter(pk=late.pk).update(actual_on=None)
        ends = (Point("a", yesterday, met, None), Point("b", yesterday, head(), None))
        [found], _scope = differences(["milestones_late"], "BP", user=made.people.auditor, points=ends)
        assert parts(found) == {Part.CORRECTION: 1}

    def test_another_rule_for_what_counts(self, made, ask):
        row = made.milestones["late"]
        with revision(by=ACTOR, reason="agreed"):
            Milestone.objects.filter(pk=row.pk).update(weight=Decimal("2.50"), title_en="Renamed")
        assert parts(ask("milestone_weight")) == {Part.SCOPE: Decimal("1.50")}
        assert ask("milestones_late").moved == ()

    def test_an_initiative_that_was_added(self, made, ask):
        made_since = add_initiative(made.pillars[0], "1.09", lead=made.organizations["CBSA"])
        add_milestone(made_since, forecasts=[timezone.localdate()])
        assert parts(ask("health")) == {Part.SCOPE: 1}
        assert parts(ask("milestones", scope="BP/1")) == {Part.SCOPE: 1}
        alone = ask("health", scope="BP/1.09")
        assert (alone.before, parts(alone)) == (None, {Part.SCOPE: 1})

    def test_one_that_moved_to_another_pillar(self, made, ask):
        with revision(by=ACTOR, reason="moved"):
            Initiative.objects.filter(code="1.02").update(pillar=made.pillars[1])
        assert parts(ask("health", scope="BP/1")) == {Part.SCOPE: -1}
        assert parts(ask("health", scope="BP/2")) == {Part.SCOPE: 1}
        assert ask("health").moved == ()

    def test_one_that_is_not_pursued_any_more(self, made, ask):
        row = made.initiatives["no_update"]
        row.lifecycle, row.not_pursued_reason = Lifecycle.NOT_PURSUED, "Overtaken"
        kept(row)
        assert parts(ask("health"), "not_pursued") == {Part.SCOPE: 1}

    def test_an_update_for_a_week_that_was_missed(self, made, ask):
        week, day = made.weeks[1], made.weeks[1].ends_on
        start = head()
        add_update(
            made.initiatives["red"], week, Health.RED, author=made.people.manager, reviewer=made.people.pillar_lead
        )
        ends = (Point("a", day, start, None), Point("b", day, head(), None))
        [found], _scope = differences(["health"], "BP", user=made.people.auditor, points=ends)
        assert parts(found, "red") == {Part.LATE_FACT: 1}
        assert parts(found) == {Part.LATE_FACT: 0}

    def test_a_forecast_made_later_and_one_that_a_file_brought_in(self, made, ask):
        row, today = made.milestones["next"], timezone.localdate()
        values = {"milestone": row, "date": today + timedelta(days=300), "reason": "moved"}
        with revision(by=ACTOR, reason="made tomorrow, by the clock of the plan"):
            MilestoneForecast.objects.create(made_at=timezone.now() + timedelta(days=2), **values)
        assert parts(ask("milestones_next")) == {Part.NEW_FACT: -1}
        with revision(by=Actor(name="A file", channel=Channel.IMPORT), reason="plan file"):
            MilestoneForecast.objects.create(made_at=timezone.now() - timedelta(days=9), **values)
        assert parts(ask("milestone_moves")) == {Part.CORRECTION: 2}
        assert len(ask("milestone_moves").moved[0].touches) == 2

    def test_an_observation_that_supersedes_another(self, made, ask):
        indicator = an_indicator(made.plan)
        day = timezone.localdate() - timedelta(days=20)
        first = add_observation(indicator, day, "3")
        assert parts(ask("indicators")) == {Part.SCOPE: 1}
        start = head()
        add_observation(indicator, day, "4", kind="correction", supersedes=first, reason="Counted again")
        ends = (Point("a", day, start, None), Point("b", day, head(), None))
        [found], _scope = differences(["indicators"], "BP", user=made.people.auditor, points=ends)
        assert found.moved == ()  # nothing that this figure counts


class TestTheNextWeek:
    """From one day to a later one."""

    def test_what_time_alone_does(self, made, ask):
        """A milestone falls due and is not met, a week passes without an update; somebody else's work beside it
        changes nothing of that."""
        add_entry(made.initiatives["green"], "1.00", stage=Stage.PLANNED)
        found = ask("milestones_late", later=14)
        assert set(parts(found)) == {Part.TIME}
        assert all(row.touches == () for row in found.moved)
        assert parts(ask("health", later=14), "no_update") == {Part.TIME: 3}

    def test_what_was_recorded_of_it(self, made, ask):
        today = timezone.localdate()
        add_entry(made.initiatives["green"], "5.00", stage=Stage.EXPENDITURE, effective_on=today + timedelta(days=3))
        found = ask("money", later=7)
        assert parts(found, "2025/expenditure") == {Part.NEW_FACT: Decimal("5.00")}
        move_forecast(
            milestone=made.milestones["next"], to=today + timedelta(days=400), reason="Supplier",
            by=by(made.people.plan_admin), at=timezone.now(),
        )  # fmt: skip
        assert parts(ask("milestones_next", later=0)) == {Part.LATE_FACT: -1}

    def test_a_milestone_cancelled_in_between(self, made, ask):
        with revision(by=ACTOR, reason="merged"):
            Milestone.objects.filter(pk=made.milestones["late"].pk).update(
                cancelled_on=timezone.localdate() + timedelta(days=2), cancelled_reason="Merged"
            )
        assert parts(ask("milestones", later=7)) == {Part.SCOPE: -1}


def test_the_reported_value_is_what_computing_at_the_seal_gives(made):
    """Of every figure, for plan, pillars and initiatives."""
    for rollup in WeeklyRollup.objects.all():
        board = sealed_board(json.loads(rollup.payload))
        for part, code in [
            (board.plan, "BP"),
            *((one, f"BP/{one.code}") for one in (*board.pillars, *board.initiatives)),
        ]:
            with as_of(rollup.as_of):
                scope = find_scope(code, user=made.people.auditor)
                for key, panel in part.panels.items():
                    found = compute(FIGURES[key], scope.selection, on=rollup.on, whole_plan=scope.whole_plan)
                    assert found.cells == panel.result.cells, (code, key)


def test_who_sees_a_part_gets_the_difference_of_that_part(made, ask):
    add_entry(made.initiatives["green"], "1.00", stage=Stage.AUTHORITY)
    add_entry(made.initiatives["red"], "2.00", stage=Stage.AUTHORITY)
    assert parts(ask("money"), "2025/authority") == {Part.LATE_FACT: Decimal("3.00")}
    mine = ask("money", user=made.people.manager)
    assert parts(mine, "2025/authority") == {Part.LATE_FACT: Decimal("1.00")}
    [told] = told_rows(mine, mine.rows(), user=User.objects.get(pk=made.people.manager.pk), known=head())
    assert [step.told for step in told.steps] == [False]
    [change] = told.steps[0].changes
    assert (str(change.sentence), "1.01" in change.subject.label) == ("Ledger entry added", True)


def test_a_way_back_has_every_sign_turned(made, ask):
    add_entry(made.initiatives["green"], "10.25", stage=Stage.EXPENDITURE)
    found = ask("money")
    [back], _scope = differences(["money"], "BP", user=made.people.auditor, points=found.points[::-1])
    assert back == found.reversed()
    assert parts(back, "2025/expenditure") == {Part.LATE_FACT: Decimal("-10.25")}


def test_the_number_of_queries_does_not_depend_on_how_much_there_is(made):
    start, day, counts = head(), timezone.localdate(), []
    for prefix, rows in (("1.3", 3), ("1.4", 30)):
        add_more(made, prefix, rows)
        ends = (Point("a", day, start, None), Point("b", day + timedelta(days=7), head(), None))
        user = User.objects.get(pk=made.people.auditor.pk)
        with CaptureQueriesContext(connection) as queries:
            found, _scope = differences(FIGURES, "BP", user=user, points=ends)
        told = [one for one in found if one.figure.key == "milestones_late"]
        with CaptureQueriesContext(connection) as more:
            assert len(told_rows(told[0], told[0].rows(), user=user, known=head())) >= rows
        counts.append((len(queries), len(more)))
    assert counts[0] == counts[1]
    assert counts[0][0] < 8 * len(FIGURES)
