"""Submissions held against the facts: explanations, answers recorded with them, "no change", on behalf of."""

from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from initiatives.actions.answers import BaselineAnswer, DateAnswer, SpendingAnswer, ValueAnswer
from initiatives.actions.decisions import approve_update
from initiatives.actions.updates import UpdateContent, save_draft, submit_update
from initiatives.aggregates.since import since, submitted_at_revision
from initiatives.choices import Stage
from initiatives.models import (
    ChangeRequest,
    Initiative,
    LedgerEntry,
    Milestone,
    MilestoneForecast,
    Observation,
    StatusUpdate,
)
from tests import factories
from tests.factories import (
    ACTOR,
    add_entry,
    add_indicator,
    add_initiative,
    add_observation,
    add_organization,
    add_pillar,
    add_plan,
    add_user,
    add_week,
    kept,
)
from tracker.choices import Role
from tracker.errors import Invalid, Refused
from tracker.timemachine import Actor, head, revision

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 18, 17, tzinfo=UTC)  # Wednesday noon in Toronto
TODAY = NOON.date()
GREEN = UpdateContent(
    health_schedule="green", health_cost="green", health_scope="green", health_overall="green",
    headline_en="All is well", narrative_fr="Tout va bien",
)  # fmt: skip
UNCHANGED = UpdateContent(no_change=True)


def add_milestone(initiative, code="M1", *, forecasts, **fields):
    """Expected since yesterday's noon, so that what a test does at noon comes later."""
    made = factories.add_milestone(initiative, code, **fields)
    for day in forecasts:
        kept(MilestoneForecast(milestone=made, date=day, made_at=NOON - timedelta(1)))
    return made


@pytest.fixture
def initiative():
    owner = add_user("owner", role=Role.MANAGER, scope="BP/1.01")
    plan = add_plan()
    for weeks in range(5):
        add_week(plan, TODAY + timedelta(weeks=weeks))
    return add_initiative(add_pillar(plan), lead=add_organization(), manager=owner)


@pytest.fixture
def manager(initiative):
    return Actor(user=initiative.manager)


@pytest.fixture
def lead(initiative):
    return Actor(user=add_user("lead", role=Role.PILLAR_LEAD, scope="BP/1"))


@pytest.fixture
def submit(initiative, manager):
    def submit(content=GREEN, *, weeks=0, by=manager, answers=(), explained=""):
        at = NOON + timedelta(weeks=weeks)
        week = initiative.plan.weeks.get(starts_on__lte=at.date(), ends_on__gte=at.date())
        content = replace(content, explanation_en=explained) if explained else content
        return submit_update(initiative=initiative, week=week, content=content, by=by, at=at, answers=answers)

    return submit


def refused(submit, *args, **kwargs):
    """The refusal; nothing was written."""
    before = head()
    with pytest.raises(Refused) as error:
        submit(*args, **kwargs)
    assert head() == before
    return error.value


class TestDisagreement:
    def test_a_green_schedule_beside_a_late_milestone_has_to_be_explained(self, initiative, submit):
        add_milestone(initiative, "M1", baselines=[TODAY - timedelta(3)], forecasts=[TODAY + timedelta(2)])
        error = refused(submit)
        assert set(error.fields) == {"explanation_en"}
        assert "1 milestone is late: M1." in str(error.fields["explanation_en"])
        sent = submit(explained="The permit came; three days of work are left.")
        assert sent.disagreements == ["late_milestones"]
        assert list(StatusUpdate.objects.disputed()) == [sent]

    def test_amber_needs_none_and_clears_what_was_said_before(self, initiative, submit):
        add_milestone(initiative, "M1", forecasts=[TODAY - timedelta(1)])
        assert submit(explained="Tomorrow").disagreements == ["late_milestones", "forecast_passed"]
        amber = replace(GREEN, health_schedule="amber", health_overall="amber", path_to_green_en="Two shifts")
        assert submit(amber).disagreements == []

    def test_money_and_targets_speak_too(self, initiative, submit):
        add_entry(initiative, "1000.00", stage=Stage.AUTHORITY, fiscal_year=2026, effective_on=date(2026, 4, 1))
        add_entry(initiative, "1100.00", stage=Stage.EXPENDITURE, fiscal_year=2026, effective_on=date(2026, 9, 1))
        add_milestone(initiative, "M1", forecasts=[TODAY], cancelled_on=TODAY, cancelled_reason="merged")
        assert submit(explained="A credit comes").disagreements == ["overspent", "burn"]

    def test_what_was_cancelled_since_the_last_approved_update_speaks_against_the_scope(self, initiative, submit, lead):
        approve_update(update=submit(), by=lead, at=NOON)
        add_milestone(
            initiative, "M1", forecasts=[TODAY + timedelta(90)], cancelled_on=TODAY + timedelta(2), cancelled_reason="x"
        )
        assert submit(weeks=1, explained="It was not needed").disagreements == ["milestones_cancelled"]

    def test_the_database_holds_that_it_is_explained(self, submit):
        sent = submit()
        with pytest.raises(IntegrityError), transaction.atomic():
            StatusUpdate.objects.filter(pk=sent.pk).update(disagreements=["slip"])


class TestAnswers:
    def test_are_recorded_in_the_revision_of_the_submission_and_count_for_it(self, initiative, submit):
        add_milestone(initiative, "M1", forecasts=[TODAY - timedelta(1)], baselines=[TODAY + timedelta(9)])
        add_milestone(initiative, "M2", forecasts=[TODAY])
        add_milestone(initiative, "M3", forecasts=[TODAY + timedelta(90)], baselines=[TODAY + timedelta(50)])
        teams = add_indicator(initiative.plan, "TEAMS", initiative=initiative)
        line = add_entry(
            initiative, "1000.00", stage=Stage.AUTHORITY, fiscal_year=2026, effective_on=date(2026, 4, 1)
        ).line
        answers = [
            DateAnswer(key="passed-M1", milestone="M1", forecast_on=TODAY + timedelta(9), reason="Late steel"),
            DateAnswer(key="soon-M2", milestone="M2", met_on=TODAY),
            BaselineAnswer(key="slipped-M3", milestone="M3", to=TODAY + timedelta(90), reason="The permit"),
            ValueAnswer(
                key="value-TEAMS", indicator="TEAMS", start=date(2026, 10, 1), end=date(2026, 10, 31), value=Decimal(7)
            ),
            SpendingAnswer(key="spending", line=line.pk, amount=Decimal("700.00"), effective_on=TODAY),
        ]
        before = head()
        sent = submit(answers=answers, explained="Forty days are made up in spring")
        assert sent.disagreements == ["slip"]  # M1 is expected on its baseline again
        made = [
            MilestoneForecast.objects.latest("pk"), Milestone.objects.get(code="M2"), ChangeRequest.objects.get(),
            Observation.objects.get(indicator=teams), LedgerEntry.objects.latest("pk"),
        ]  # fmt: skip
        for row in made:
            row.refresh_from_db()
        assert {row.revision for row in made} == {head()} == {before + 1}

    def test_one_that_is_refused_undoes_all_and_is_told_beside_its_field(self, initiative, submit):
        add_milestone(initiative, "M1", forecasts=[TODAY - timedelta(1)])
        add_milestone(initiative, "M2", forecasts=[TODAY])
        good = DateAnswer(key="soon-M2", milestone="M2", met_on=TODAY)
        late = DateAnswer(key="passed-M1", milestone="M1", forecast_on=TODAY + timedelta(9))
        error = refused(submit, replace(GREEN, headline_en=""), answers=[good, late])
        assert {"passed-M1-reason", "headline_en"} <= set(error.fields)
        future = replace(late, forecast_on=None, met_on=TODAY + timedelta(1))
        assert "passed-M1-met_on" in refused(submit, answers=[future]).fields
        moved = replace(late, reason="x", seen=TODAY - timedelta(8))
        assert "meanwhile" in str(refused(submit, answers=[moved]).fields["passed-M1-forecast_on"])

    @pytest.mark.parametrize(
        ("answer", "fields"),
        [
            (DateAnswer(key="k", milestone="M9", met_on=TODAY), {"k-"}),
            (DateAnswer(key="k", milestone="M1", reason="x"), {"k-forecast_on"}),
            (DateAnswer(key="k", milestone="M1", met_on=TODAY, forecast_on=TODAY), {"k-met_on"}),
            (BaselineAnswer(key="k", milestone="M1", reason="x"), {"k-to"}),
            (BaselineAnswer(key="k", milestone="M1", to=date(2020, 1, 1), reason="x"), {"k-to"}),
            (ValueAnswer(key="k", indicator="NONE", start=None, end=TODAY, value=Decimal(1)), {"k-"}),
            (SpendingAnswer(key="k", line=0, amount=Decimal(1)), {"k-line", "k-effective_on"}),
        ],
    )
    def test_half_an_answer_says_what_is_missing(self, initiative, submit, answer, fields):
        add_milestone(initiative, "M1", forecasts=[TODAY + timedelta(60)])
        assert set(refused(submit, answers=[answer]).fields) == fields


class TestNoChange:
    def test_affirms_the_last_approved_update(self, submit, lead):
        approve_update(update=submit(), by=lead, at=NOON)
        sent = submit(UNCHANGED, weeks=1)
        assert (sent.no_change, sent.health_overall, sent.headline_en) == (True, "green", "All is well")
        assert sent.narrative_fr == "Tout va bien"
        assert StatusUpdate.objects.for_list().get(pk=sent.pk).unchanged_since == date(2026, 11, 16)

    def test_is_refused_without_one_or_where_something_differs(self, submit, lead):
        assert refused(submit, UNCHANGED).code == "no_update_to_affirm"
        approve_update(update=submit(), by=lead, at=NOON)
        assert refused(submit, replace(UNCHANGED, health_cost="amber"), weeks=1).code == "something_changed"

    def test_is_refused_where_facts_speak_against_the_rating_by_now(self, initiative, submit, lead):
        approve_update(update=submit(), by=lead, at=NOON)
        add_milestone(initiative, "M1", forecasts=[TODAY + timedelta(3)])
        error = refused(submit, UNCHANGED, weeks=1)
        assert (error.code, set(error.fields)) == ("facts_disagree", {"no_change"})

    @pytest.mark.parametrize(
        "own", [{"health_cost": "red"}, {"overall_reason": "x"}, {"explanation_fr": "x"}, {"headline_en": "x"}]
    )
    def test_throws_no_draft_away(self, initiative, submit, lead, manager, own):
        approve_update(update=submit(), by=lead, at=NOON)
        at = NOON + timedelta(weeks=1)
        week = initiative.plan.weeks.get(starts_on__lte=at.date(), ends_on__gte=at.date())
        ratings = {name: value for name, value in asdict(GREEN).items() if name.startswith("health")}
        for said in (own, {}):
            draft = UpdateContent(**{**ratings, **said})
            save_draft(initiative=initiative, week=week, content=draft, by=manager, at=at)
            if said:
                assert refused(submit, UNCHANGED, weeks=1).code == "something_changed"
        assert submit(UNCHANGED, weeks=1).headline_en == GREEN.headline_en

    def test_turns_no_submitted_red_green(self, submit, lead):
        approve_update(update=submit(), by=lead, at=NOON)
        red = replace(
            GREEN, health_cost="red", health_overall="red", path_to_green_en="Two shifts", headline_en="Bad news"
        )
        submit(red, weeks=1)
        assert refused(submit, UNCHANGED, weeks=1).code == "something_changed"
        submit(replace(GREEN, narrative_fr=""), weeks=1)
        assert refused(submit, UNCHANGED, weeks=1).code == "something_changed"
        submit(GREEN, weeks=1)
        assert submit(UNCHANGED, weeks=1).no_change
        assert submit(UNCHANGED, weeks=1).no_change

    def test_the_third_in_a_row_needs_a_sentence(self, submit, lead):
        approve_update(update=submit(), by=lead, at=NOON)
        for weeks in (1, 2):
            approve_update(update=submit(UNCHANGED, weeks=weeks), by=lead, at=NOON + timedelta(weeks=weeks))
        error = refused(submit, UNCHANGED, weeks=3)
        assert (error.code, set(error.fields)) == ("needs_a_sentence", {"headline_en"})
        assert isinstance(error, Invalid)
        third = submit(replace(UNCHANGED, headline_fr="Le permis est attendu vendredi"), weeks=3)
        assert (third.headline_en, third.headline_fr) == ("", "Le permis est attendu vendredi")
        assert third.no_change
        approve_update(update=third, by=lead, at=NOON + timedelta(weeks=3))
        assert submit(UNCHANGED, weeks=4).headline_fr == "Le permis est attendu vendredi"


def test_who_submits_for_whom_is_recorded(initiative, submit, manager):
    """Of those who stand in; who manages it, too, submits in their own name."""
    other = Actor(user=add_user("other", role=Role.PLAN_ADMIN, scope="BP"))
    assert submit(by=other).submitted_for == manager.user
    assert submit(by=manager).submitted_for is None
    beside = Actor(user=add_user("beside", role=Role.MANAGER, scope="BP/1"))
    assert submit(by=beside).submitted_for is None


def test_nobody_decides_on_what_was_submitted_for_them(initiative, submit, lead):
    """Nor has somebody else decide for them."""
    with revision(by=ACTOR, reason="manages it, too"):
        Initiative.objects.update(manager=lead.user)
    initiative.refresh_from_db()
    sent = submit(by=Actor(user=add_user("assistant", role=Role.PLAN_ADMIN, scope="BP")))
    assert sent.submitted_for == lead.user

    def decided(by, **how):
        return approve_update(update=sent, by=by, at=NOON, **how)

    assert refused(decided, lead).code == "own_update"
    stand_in = Actor(user=add_user("stand-in", role=Role.PLAN_ADMIN, scope="BP"))
    assert refused(decided, stand_in, on_behalf_of=lead.user).code == "own_update"
    assert decided(stand_in).decided_for is None


def test_what_changed_since_is_read_from_the_facts(initiative, submit, lead):
    add_milestone(initiative, "M1", forecasts=[TODAY + timedelta(20)])
    sent = submit()
    revision = submitted_at_revision(sent)
    assert revision == head()
    approve_update(update=sent, by=lead, at=NOON)
    assert since(initiative, revision).nothing
    MilestoneForecast.objects.create(
        milestone=Milestone.objects.get(), date=TODAY + timedelta(34), reason="x", made_at=NOON
    )
    add_entry(initiative, "10.00", stage=Stage.EXPENDITURE, fiscal_year=2026, effective_on=TODAY)
    add_observation(add_indicator(initiative.plan, "TEAMS", initiative=initiative), date(2026, 10, 31), "7")
    found = since(initiative, revision)
    assert [(one.milestone.code, one.change.days) for one in found.milestones] == [("M1", 14)]
    assert [(one.stage, one.dollars, one.entries) for one in found.booked] == [("expenditure", Decimal("10.00"), 1)]
    assert (found.observed, found.more, found.nothing) == (1, 0, False)


def test_a_draft_that_says_the_same_makes_no_revision(initiative, manager):
    week = initiative.plan.weeks.earliest("starts_on")
    for _time in range(2):
        save_draft(initiative=initiative, week=week, content=GREEN, by=manager, at=NOON)
    first = head()
    save_draft(initiative=initiative, week=week, content=GREEN, by=manager, at=NOON)
    assert head() == first
