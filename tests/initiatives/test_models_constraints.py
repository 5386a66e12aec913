"""What the database refuses when somebody goes around the actions: by `update()`, `bulk_create` and raw SQL."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from initiatives.choices import Health, Lifecycle, Stage, Supports, Workflow
from initiatives.models import (
    BudgetLine,
    FundingAnnouncement,
    Initiative,
    InitiativeOrganization,
    InitiativePlace,
    InitiativeSource,
    LedgerEntry,
    Milestone,
    MilestoneBaseline,
    MilestoneForecast,
    StatusUpdate,
)
from tests.factories import (
    add_announcement,
    add_contributor,
    add_entry,
    add_initiative,
    add_initiative_place,
    add_milestone,
    add_organization,
    add_pillar,
    add_place,
    add_plan,
    add_source,
    add_update,
    add_user,
    add_week,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def initiative():
    return add_initiative(add_pillar(add_plan()), lead=add_organization())


@pytest.fixture
def author():
    return add_user("author")


@pytest.fixture
def reviewer():
    return add_user("reviewer")


def refused(rows, **values):
    """The update is refused, and says by which rule."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        rows.all().update(**values)
    return str(error.value)


def not_added(row):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        type(row).objects.bulk_create([row])
    return str(error.value)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"code": "12"}, "code_format"),
        ({"code": ""}, "code_format"),
        ({"code": "1/2"}, "code_format"),
        ({"code": ".1"}, "code_format"),
        ({"lifecycle": "stalled"}, "initiative_lifecycle"),
        ({"security_marking": "secret"}, "initiative_marking"),
        ({"lifecycle": Lifecycle.NOT_PURSUED}, "not_pursued_says_why"),
    ],
)
def test_initiatives(initiative, values, name):
    assert name in refused(Initiative.objects, **values)


def test_an_initiative_has_its_code_once_and_stands_in_a_pillar_of_its_plan(initiative):
    same = Initiative(plan=initiative.plan, pillar=initiative.pillar, code=initiative.code, lead=initiative.lead,
                      title_en="x", title_fr="x", lifecycle=Lifecycle.UNDERWAY)  # fmt: skip
    assert "initiative_code" in not_added(same)
    other = add_pillar(add_plan("OTHER"))
    assert "pillar_of_plan" in refused(Initiative.objects, pillar=other)
    assert "pillar_of_plan" in refused(Initiative.objects, plan=other.plan)


def test_an_initiative_is_never_deleted(initiative):
    with pytest.raises(models.ProtectedError):
        initiative.delete()


def test_an_organization_contributes_once(initiative):
    add_contributor(initiative, initiative.lead)
    assert "organization_once" in not_added(InitiativeOrganization(initiative=initiative, organization=initiative.lead))
    assert "organization_role" in refused(InitiativeOrganization.objects, role="owner")


def test_an_initiative_happens_once_in_a_place(initiative):
    place = add_place()
    add_initiative_place(initiative, place)
    assert "place_once" in not_added(InitiativePlace(initiative=initiative, place=place))
    with pytest.raises(models.ProtectedError):
        place.delete()


def test_a_source_is_named_once_for_what_it_supports(initiative):
    add_source(initiative, "NW1")
    add_source(initiative, "NW1", Supports.LIFECYCLE)
    again = {"initiative": initiative, "code": "NW1", "title": "Again", "language": "en"}
    assert "source_once" in not_added(InitiativeSource(supports=Supports.LIFECYCLE, **again))
    assert "source_supports" in refused(InitiativeSource.objects, supports="money")
    assert "source_language" in refused(InitiativeSource.objects, language="")
    assert "source_language" in refused(InitiativeSource.objects, language="de")
    assert "source_has_a_name" in refused(InitiativeSource.objects, title="")
    assert "source_has_a_name" in refused(InitiativeSource.objects.filter(supports="commitment"), code="")


def test_words_of_the_commitment_may_be_in_one_official_language(initiative):
    assert "language_of_its_words" in refused(Initiative.objects, source_text_language="en")
    assert "language_of_its_words" in refused(Initiative.objects, source_text="Wörter", source_text_language="de")
    Initiative.objects.update(source_text="Words", source_text_language="en")
    Initiative.objects.update(source_text="Des mots", source_text_language="fr")
    Initiative.objects.update(source_text="Of either", source_text_language="")


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"kind": "wish"}, "milestone_kind"),
        ({"weight": Decimal("-0.01")}, "milestone_weight"),
        ({"cancelled_on": date(2026, 1, 1)}, "cancelled_unmet_and_says_why"),
        (
            {"cancelled_on": date(2026, 1, 1), "cancelled_reason": "why", "actual_on": date(2026, 1, 1)},
            "cancelled_unmet",
        ),
    ],
)
def test_milestones(initiative, values, name):
    add_milestone(initiative)
    assert name in refused(Milestone.objects, **values)


def test_baselines_and_forecasts_are_only_added(initiative):
    milestone = add_milestone(initiative, baselines=[date(2026, 1, 1)], forecasts=[date(2026, 1, 1)])
    for rows in (MilestoneBaseline.objects, MilestoneForecast.objects):
        assert "rows are only added" in refused(rows, date=date(2026, 2, 2))
        with pytest.raises(IntegrityError, match="rows are only added"), transaction.atomic():
            rows.all().delete()
    assert "milestone_code" in not_added(
        Milestone(initiative=initiative, code="M1", kind="event", title_en="x", title_fr="x")
    )
    add = {"milestone": milestone, "date": date(2026, 2, 2), "approved_at": NOW}
    assert "baseline_number" in not_added(MilestoneBaseline(number=1, **add))
    assert "change_says_why" in not_added(MilestoneBaseline(number=2, **add))
    assert "change_says_why" in not_added(MilestoneBaseline(number=0, reason="why", **add))


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"fiscal_year": 1999}, "line_fiscal_year"),
        ({"fiscal_year": 2101}, "line_fiscal_year"),
        ({"funding_source": "lottery"}, "line_source"),
        ({"vote": "9"}, "line_vote"),
    ],
)
def test_budget_lines(initiative, values, name):
    line = {"initiative": initiative, "organization": initiative.lead, "fiscal_year": 2026}
    assert name in not_added(BudgetLine(**line | values))


def test_a_budget_line_exists_once(initiative):
    line = add_entry(initiative).line
    assert "line_once" in not_added(
        BudgetLine(initiative=initiative, organization=line.organization, fiscal_year=line.fiscal_year)
    )


def test_announcements(initiative):
    add_announcement(initiative.plan, "FA1")
    assert "announcement_amount" in refused(FundingAnnouncement.objects, amount=0)
    same = FundingAnnouncement(plan=initiative.plan, code="FA1", amount=1, announced_on=date(2026, 1, 1))
    assert "announcement_code" in not_added(same)


def test_the_ledger_is_only_added_to(initiative):
    entry = add_entry(initiative)
    assert "rows are only added" in refused(LedgerEntry.objects, amount=1)
    with (
        pytest.raises(IntegrityError, match="rows are only added"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("delete from initiatives_ledgerentry")
    assert "entry_stage" in not_added(LedgerEntry(line=entry.line, stage="lost", amount=1, effective_on=NOW.date()))
    assert "entry_amount" in not_added(
        LedgerEntry(line=entry.line, stage=Stage.PLANNED, amount=0, effective_on=NOW.date())
    )


@pytest.mark.parametrize(
    "wrong",
    [{"amount": Decimal("-99.99")}, {"amount": Decimal("100.00")}, {"stage": Stage.PLANNED},
     {"effective_on": date(2025, 6, 2)}, {"line": "other"}, {"reverses": "reversal"}],
)  # fmt: skip
def test_a_reversal_is_the_opposite_of_its_entry(initiative, wrong):
    entry = add_entry(initiative, "100.00")
    exact = {"line": entry.line, "stage": entry.stage, "amount": -entry.amount, "effective_on": entry.effective_on}
    if wrong == {"line": "other"}:
        wrong = {"line": add_entry(initiative, fiscal_year=2026).line}
    if wrong == {"reverses": "reversal"}:
        wrong = {"reverses": LedgerEntry.objects.create(**exact, reverses=entry), "amount": entry.amount}
    assert "opposite of the entry" in not_added(LedgerEntry(**{**exact, "reverses": entry, **wrong}))


def test_an_entry_is_reversed_once(initiative):
    entry = add_entry(initiative, "100.00")
    exact = {"line": entry.line, "stage": entry.stage, "amount": -entry.amount, "effective_on": entry.effective_on}
    LedgerEntry.objects.create(**exact, reverses=entry)
    assert "reverses_id" in not_added(LedgerEntry(**exact, reverses=entry))


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"workflow": "archived", "decided_by": "reviewer", "decided_at": NOW}, "update_workflow"),
        ({"health_cost": "blue"}, "update_health"),
        ({"health_cost": ""}, "submitted_is_whole"),
        ({"health_overall": ""}, "submitted_is_whole"),
        ({"headline_en": "", "headline_fr": ""}, "submitted_is_whole"),
        ({"submitted_by": None}, "submitted_is_whole"),
        ({"submitted_at": None}, "submitted_is_whole"),
        ({"health_overall": "amber", "health_cost": "amber"}, "path_to_green"),
        ({"health_scope": "red"}, "better_than_worst_says_why"),
        ({"health_cost": "amber"}, "better_than_worst_says_why"),
        ({"health_scope": "red", "health_overall": "amber", "path_to_green_fr": "x"}, "better_than_worst_says_why"),
        ({"first_submitted_at": None}, "first_submitted_at is written once"),
        ({"first_submitted_at": NOW + timedelta(1)}, "first_submitted_at is written once"),
        ({"workflow": Workflow.APPROVED}, "decided_by_another"),
        ({"workflow": Workflow.RETURNED}, "decided_by_another"),
        ({"workflow": Workflow.APPROVED, "decided_by": "author", "decided_at": NOW}, "decided_by_another"),
        ({"workflow": Workflow.APPROVED, "decided_by": "writer", "decided_at": NOW}, "decided_by_another"),
        ({"workflow": Workflow.APPROVED, "decided_by": "reviewer"}, "decided_by_another"),
        (
            {"workflow": Workflow.APPROVED, "submitted_for": "reviewer", "decided_by": "reviewer", "decided_at": NOW},
            "decided_by_another",
        ),
        ({"workflow": Workflow.RETURNED, "decided_by": "reviewer", "decided_at": NOW}, "returned_says_why"),
    ],
)
def test_status_updates(initiative, author, reviewer, values, name):
    writer = add_user("writer")
    add_update(
        initiative,
        add_week(initiative.plan),
        author=author,
        workflow=Workflow.SUBMITTED,
        writers=[author.pk, writer.pk],
    )
    people = {"author": author, "writer": writer, "reviewer": reviewer}
    values = {field: people.get(value, value) if isinstance(value, str) else value for field, value in values.items()}
    assert name in refused(StatusUpdate.objects, **values)


def test_an_approved_update_never_changes(initiative, author, reviewer):
    add_update(initiative, add_week(initiative.plan), author=author, reviewer=reviewer)
    for values in ({"headline_en": "better"}, {"workflow": Workflow.DRAFT}, {"decided_at": NOW}):
        assert "sealed" in refused(StatusUpdate.objects, **values)
    with pytest.raises(IntegrityError, match="sealed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("delete from initiatives_statusupdate")


def test_one_update_a_week_and_only_for_a_week_of_the_plan(initiative, author):
    week, foreign = add_week(initiative.plan), add_week(add_plan("OTHER"))
    add_update(initiative, week, Health.GREEN, author=author, workflow=Workflow.DRAFT)
    assert "once_a_week" in not_added(StatusUpdate(initiative=initiative, week=week, author=author))
    assert "reporting week of the plan" in not_added(StatusUpdate(initiative=initiative, week=foreign, author=author))
    assert "reporting week of the plan" in refused(StatusUpdate.objects, week=foreign)


def test_what_was_returned_may_be_unfinished_again(initiative, author, reviewer):
    add_update(initiative, add_week(initiative.plan), author=author, reviewer=reviewer, workflow=Workflow.RETURNED)
    assert StatusUpdate.objects.update(health_overall="", headline_en="", headline_fr="") == 1
