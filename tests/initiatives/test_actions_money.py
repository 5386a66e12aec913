"""The ledger: recorded, reversed, refused."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from initiatives.actions.money import EntryContent, record_entry, reverse_entry
from initiatives.choices import FundingSource, Stage, Vote
from initiatives.models import BudgetLine, LedgerEntry
from tests.factories import add_initiative, add_organization, add_pillar, add_plan, add_user
from tracker.choices import Role
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.models import Revision
from tracker.timemachine import Actor, head

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 18, 17, tzinfo=UTC)


@pytest.fixture
def initiative():
    return add_initiative(add_pillar(add_plan()), lead=add_organization("RCMP"))


@pytest.fixture
def manager():
    return Actor(user=add_user("manager", role=Role.MANAGER, scope="BP/1.01"))


def record(initiative, by, **changes):
    content = {
        "organization": initiative.lead, "fiscal_year": 2026, "stage": Stage.EXPENDITURE, "amount": Decimal("10.50"),
        "effective_on": date(2026, 11, 1),
    }  # fmt: skip
    return record_entry(initiative=initiative, content=EntryContent(**{**content, **changes}), by=by, at=NOON)


def refused(kind, action, *args, **fields):
    before, lines = head(), BudgetLine.objects.count()
    with pytest.raises(kind) as error:
        action(*args, **fields)
    assert (head(), BudgetLine.objects.count()) == (before, lines)
    return error.value


def test_the_first_entry_opens_its_line_and_later_ones_join_it(initiative, manager):
    before = head()
    first = record(initiative, manager, reference="GL 1")
    assert head() == before + 1
    assert record(initiative, manager, stage=Stage.AUTHORITY).line == first.line
    others = [
        {"vote": Vote.CAPITAL},
        {"funding_source": FundingSource.NEW},
        {"fiscal_year": 2025, "effective_on": date(2026, 3, 31)},
    ]
    assert len({record(initiative, manager, **other).line for other in others} | {first.line}) == 4
    assert Revision.objects.get(number=before + 1).reason == "expenditure of 10.50 recorded for 1.01"


@pytest.mark.parametrize("amount", ["0", "NaN", "Infinity", "-Infinity", "10.505", "123456789012345.00", "1E+20"])
def test_amounts_that_cannot_be_recorded(initiative, manager, amount):
    error = refused(Invalid, record, initiative, manager, amount=Decimal(amount))
    assert set(error.fields) == {"amount"}


def test_the_greatest_and_smallest_amounts_are_kept_to_the_cent(initiative, manager):
    for amount in ("99999999999999.99", "-99999999999999.99", "0.01"):
        entry = record(initiative, manager, amount=Decimal(amount))
        assert LedgerEntry.objects.get(pk=entry.pk).amount == Decimal(amount)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"stage": "lost"}, "stage"),
        ({"vote": "9"}, "vote"),
        ({"funding_source": "lottery"}, "funding_source"),
        ({"fiscal_year": 1999}, "fiscal_year"),
        ({"fiscal_year": 12026}, "fiscal_year"),
        ({"fiscal_year": -1}, "fiscal_year"),
        ({"reference": "x" * 201}, "reference"),
    ],
)
def test_other_fields_that_cannot_be(initiative, manager, changes, field):
    assert field in refused(Invalid, record, initiative, manager, **changes).fields


@pytest.mark.parametrize(
    ("spent", "accepted"),
    [
        ((2026, date(2026, 3, 31), 1), False),
        ((2026, date(2026, 4, 1), 1), True),
        ((2025, date(2026, 3, 31), 1), True),
        ((2025, date(2026, 4, 1), 1), False),
        ((2025, date(2026, 4, 1), 2), True),  # funds that live two years
        ((2024, date(2026, 3, 31), 2), True),
        ((2024, date(2026, 4, 1), 2), False),
        ((2026, date(2026, 11, 18), 1), True),  # today
        ((2026, date(2026, 11, 19), 1), False),  # tomorrow
    ],
)
def test_money_is_spent_within_the_life_of_its_year(initiative, manager, spent, accepted):
    year, on, life = spent
    agency = add_organization("CBSA", fund_life_years=life)
    changes = {"organization": agency, "fiscal_year": year, "effective_on": on}
    if accepted:
        assert record(initiative, manager, **changes).effective_on == on
    else:
        assert set(refused(Invalid, record, initiative, manager, **changes).fields) == {"effective_on"}


@pytest.mark.parametrize("stage", [Stage.PLANNED, Stage.FORECAST])
def test_intentions_are_not_bound_to_the_year(initiative, manager, stage):
    assert record(initiative, manager, stage=stage, fiscal_year=2028, effective_on=date(2027, 1, 1)).stage == stage


@pytest.mark.parametrize("stage", [Stage.AUTHORITY, Stage.COMMITMENT])
def test_authority_and_commitment_lie_within_the_life_of_their_year(initiative, manager, stage):
    """An authority of today does not go to a year that is long over because nobody looked at the choice of years."""
    agency = add_organization("CBSA", fund_life_years=2)
    for organization, year, on in [(initiative.lead, 2024, date(2026, 11, 22)), (agency, 2026, date(2026, 3, 31))]:
        changes = {"organization": organization, "stage": stage, "fiscal_year": year, "effective_on": on}
        assert set(refused(Invalid, record, initiative, manager, **changes).fields) == {"effective_on"}
    for organization, on in [(initiative.lead, date(2027, 3, 31)), (agency, date(2028, 3, 31))]:
        assert record(initiative, manager, organization=organization, stage=stage, effective_on=on).effective_on == on


def test_today_is_that_of_the_plan(initiative, manager):
    west = add_initiative(add_pillar(add_plan("WEST", time_zone="America/Vancouver")), lead=initiative.lead)
    admin = Actor(user=add_user("admin", role=Role.PLAN_ADMIN, scope="WEST"))
    content = EntryContent(
        organization=west.lead, fiscal_year=2026, stage=Stage.EXPENDITURE, amount=Decimal(1),
        effective_on=date(2026, 11, 18),
    )  # fmt: skip
    with pytest.raises(Invalid):
        record_entry(initiative=west, content=content, by=admin, at=datetime(2026, 11, 18, 6, tzinfo=UTC))


def test_an_entry_is_undone_by_its_opposite_once(initiative, manager):
    entry = record(initiative, manager, reference="GL 1")
    assert "reason" in refused(Invalid, reverse_entry, entry=entry, reason="", by=manager, at=NOON).fields
    undone = reverse_entry(entry=entry, reason="Typed twice", by=manager, at=NOON)
    assert (undone.amount, undone.line, undone.stage) == (-entry.amount, entry.line, entry.stage)
    assert (undone.effective_on, undone.reference, undone.note) == (entry.effective_on, "GL 1", "Typed twice")
    assert refused(Conflict, reverse_entry, entry=entry, reason="why", by=manager, at=NOON).code == "reversed"
    assert refused(Conflict, reverse_entry, entry=undone, reason="why", by=manager, at=NOON).code == "reversed"


@pytest.mark.parametrize(
    ("role", "scope"), [(Role.VIEWER, "BP"), (Role.ANALYST, ""), (Role.ADMINISTRATOR, ""), (Role.PILLAR_LEAD, "BP/2")]
)
def test_only_those_who_record_facts_may(initiative, manager, role, scope):
    nobody = Actor(user=add_user("nobody", role=role, scope=scope))
    entry = record(initiative, manager)
    refused(NotAllowed, record, initiative, nobody)
    refused(NotAllowed, reverse_entry, entry=entry, reason="why", by=nobody, at=NOON)
