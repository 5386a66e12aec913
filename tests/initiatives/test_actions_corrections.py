"""An entry is corrected by its reverse and a new one, together or not at all."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from initiatives.actions.corrections import as_recorded, correct_entry
from initiatives.actions.money import reverse_entry
from initiatives.choices import Stage, Vote
from initiatives.models import BudgetLine, LedgerEntry
from tests.factories import ACTOR, add_entry, add_initiative, add_organization, add_pillar, add_plan, add_user
from tracker.choices import Role
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.models import Revision
from tracker.timemachine import Actor, as_of, head

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 18, 17, tzinfo=UTC)


@pytest.fixture
def entry():
    initiative = add_initiative(add_pillar(add_plan()), lead=add_organization("RCMP"))
    return add_entry(
        initiative, "100.00", stage=Stage.EXPENDITURE, fiscal_year=2026, effective_on=date(2026, 6, 1), reference="GL 1"
    )


@pytest.fixture
def manager():
    return Actor(user=add_user("manager", role=Role.MANAGER, scope="BP/1.01"))


def correct(entry, by, reason="Digits swapped", **changes):
    content = replace(as_recorded(entry), **changes)
    return correct_entry(entry=entry, content=content, reason=reason, by=by, at=NOON)


def refused(kind, *args, **fields):
    before = (head(), LedgerEntry.objects.count(), BudgetLine.objects.count())
    with pytest.raises(kind) as error:
        correct(*args, **fields)
    assert (head(), LedgerEntry.objects.count(), BudgetLine.objects.count()) == before
    return error.value


def test_both_rows_are_of_one_revision_and_the_past_keeps_what_was_said(entry, manager):
    before = head()
    right = correct(entry, manager, amount=Decimal("10.00"), vote=Vote.OPERATING)
    assert head() == before + 1
    assert Revision.objects.get(number=head()).reason == f"Entry {entry.pk} of 1.01 corrected: Digits swapped"
    assert (right.corrects, right.amount, right.reference, right.line.vote) == (entry, 10, "GL 1", "operating")
    reversal = LedgerEntry.objects.get(reverses=entry)
    assert (reversal.amount, reversal.note) == (-100, "Digits swapped")
    assert list(LedgerEntry.objects.standing()) == [right]
    with as_of(before):
        assert LedgerEntry.objects.standing().get().amount == 100


def test_a_correction_is_corrected_in_turn(entry, manager):
    first = correct(entry, manager, amount=Decimal("10.00"))
    second = correct(first, manager, amount=Decimal("1.00"))
    assert (second.corrects, first.corrects) == (first, entry)
    assert LedgerEntry.objects.standing().get() == second
    refused(Conflict, entry, manager, amount=Decimal("2.00"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "amount"),
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal("0.001")}, "amount"),
        ({"effective_on": date(2027, 6, 1)}, "effective_on"),
        ({"effective_on": date(2026, 3, 31)}, "effective_on"),
        ({"fiscal_year": 1999}, "fiscal_year"),
        ({"stage": "spent"}, "stage"),
        ({"amount": Decimal(5), "reason": " "}, "reason"),
    ],
)
def test_what_cannot_be_recorded_is_not_reversed_either(entry, manager, changes, field):
    assert field in refused(Invalid, entry, manager, **changes).fields


def test_it_needs_the_role_and_an_entry_that_stands(entry, manager):
    refused(NotAllowed, entry, Actor(user=add_user("viewer", role=Role.VIEWER)), amount=Decimal(5))
    reversal = reverse_entry(entry=entry, reason="Twice", by=ACTOR, at=NOON)
    refused(Conflict, reversal, manager, amount=Decimal(5))
    refused(Conflict, entry, manager, amount=Decimal(5))
