"""Reprofiles and transfers: they sum to zero, leave no negative authority, and are undone whole."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from initiatives.actions.budget_lines import LineKey
from initiatives.actions.corrections import as_recorded, correct_entry
from initiatives.actions.money import reverse_entry
from initiatives.actions.transfers import Move, TransferContent, make_transfer, undo_transfer
from initiatives.choices import Stage, TransferKind, Vote
from initiatives.models import BudgetLine, LedgerEntry, Transfer
from tests.factories import add_entry, add_initiative, add_organization, add_pillar, add_plan, add_user
from tests.reports.worlds import LAW, undone
from tracker.choices import Role
from tracker.errors import Conflict, Invalid, NotAllowed, Refused
from tracker.models import Revision
from tracker.timemachine import Actor, head

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 18, 17, tzinfo=UTC)
ON = date(2025, 9, 1)


@pytest.fixture
def initiative():
    return add_initiative(add_pillar(add_plan()), lead=add_organization("RCMP"))


@pytest.fixture
def manager():
    return Actor(user=add_user("manager", role=Role.MANAGER, scope="BP/1.01"))


def move(initiative, by, *moves, kind=TransferKind.REPROFILE, **fields):
    """Each move is an amount and what its line has other than the lead's 2025-26."""
    content = TransferContent(
        kind=kind, effective_on=fields.pop("effective_on", ON), reason=fields.pop("reason", "Hiring is late"),
        moves=tuple(
            Move(line=LineKey(**{"organization": initiative.lead, "fiscal_year": 2025, **line}), amount=Decimal(amount))
            for amount, line in moves
        ),
        **fields,
    )  # fmt: skip
    return make_transfer(initiative=initiative, content=content, by=by, at=NOON)


def authority():
    rows = BudgetLine.objects.filter(entries__stage=Stage.AUTHORITY).annotate(total=Sum("entries__amount"))
    return {(line.fiscal_year, line.vote): line.total for line in rows}


def refused(kind, action, /, *args, **fields):
    before = (head(), LedgerEntry.objects.count(), BudgetLine.objects.count(), Transfer.objects.count())
    with pytest.raises(kind) as error:
        action(*args, **fields)
    after = (head(), LedgerEntry.objects.count(), BudgetLine.objects.count(), Transfer.objects.count())
    assert before == after
    return error.value


def test_a_reprofile_moves_authority_to_another_year_in_one_revision(initiative, manager):
    add_entry(initiative, "100.00")
    before = head()
    transfer = move(initiative, manager, ("-30.25", {}), ("30.25", {"fiscal_year": 2026}), reference="TB 1")
    assert head() == before + 1
    assert Revision.objects.get(number=head()).reason == "reprofile of 30.25 within 1.01: Hiring is late"
    assert authority() == {(2025, ""): Decimal("69.75"), (2026, ""): Decimal("30.25")}
    assert {entry.reference for entry in transfer.entries.all()} == {"TB 1"}
    assert (transfer.made_by, transfer.effective_on) == (manager.user, ON)


def test_a_transfer_moves_between_lines_of_a_year(initiative, manager):
    add_entry(initiative, "100.00", vote=Vote.OPERATING)
    operating, capital = {"vote": Vote.OPERATING}, {"vote": Vote.CAPITAL}
    move(initiative, manager, ("-100", operating), ("100", capital), kind=TransferKind.TRANSFER)
    assert authority() == {(2025, "operating"): 0, (2025, "capital"): Decimal("100.00")}


@pytest.mark.parametrize(
    ("moves", "kind", "says"),
    [
        ([("-10", {}), ("9.99", {"fiscal_year": 2026})], TransferKind.REPROFILE, "sum to zero"),
        ([("-10", {}), ("10", {})], TransferKind.REPROFILE, "different budget lines"),
        ([("10", {})], TransferKind.REPROFILE, "different budget lines"),
        ([("-10", {}), ("10", {"fiscal_year": 2026, "vote": Vote.CAPITAL})], TransferKind.REPROFILE, "keeps"),
        ([("-10", {}), ("10", {"fiscal_year": 2026})], TransferKind.TRANSFER, "within one fiscal year"),
        ([("-10", {}), ("10", {"fiscal_year": 1999})], TransferKind.REPROFILE, "fiscal_year"),
        ([("-0.001", {}), ("0.001", {"fiscal_year": 2026})], TransferKind.REPROFILE, "amount"),
        ([("-100.01", {}), ("100.01", {"fiscal_year": 2026})], TransferKind.REPROFILE, "negative authority"),
    ],
)
def test_what_is_no_transfer_changes_nothing(initiative, manager, moves, kind, says):
    add_entry(initiative, "100.00")
    assert says in str(refused(Invalid, move, initiative, manager, *moves, kind=kind))


def test_a_transfer_says_why_and_needs_the_role(initiative, manager):
    add_entry(initiative, "100.00")
    moves = ("-10", {}), ("10", {"fiscal_year": 2026})
    assert "reason" in refused(Invalid, move, initiative, manager, *moves, reason=" ").fields
    viewer = Actor(user=add_user("viewer", role=Role.VIEWER))
    refused(NotAllowed, move, initiative, viewer, *moves)


def test_authority_is_there_on_the_day_and_on_every_later_one(initiative, manager):
    add_entry(initiative, "100.00", effective_on=ON)
    moves = ("-60", {}), ("60", {"fiscal_year": 2026})
    refused(Invalid, move, initiative, manager, *moves, effective_on=ON - timedelta(days=1))
    add_entry(initiative, "-50.00", effective_on=ON + timedelta(days=30))
    refused(Invalid, move, initiative, manager, *moves)
    add_entry(initiative, "10.00", effective_on=ON + timedelta(days=30))
    move(initiative, manager, *moves)


def test_a_transfer_is_undone_whole_and_once(initiative, manager):
    add_entry(initiative, "100.00")
    transfer = move(initiative, manager, ("-30", {}), ("30", {"fiscal_year": 2026}))
    one = transfer.entries.first()
    assert refused(Conflict, reverse_entry, entry=one, reason="x", by=manager, at=NOON).code == "part_of_transfer"
    refused(Invalid, undo_transfer, transfer=transfer, reason="", by=manager, at=NOON)
    before = head()
    undo_transfer(transfer=transfer, reason="Hiring caught up", by=manager, at=NOON)
    assert head() == before + 1
    assert authority() == {(2025, ""): Decimal("100.00"), (2026, ""): 0}
    assert not transfer.entries.standing().exists()
    again = refused(Conflict, undo_transfer, transfer=transfer, reason="x", by=manager, at=NOON)
    assert again.code == "reversed"


def test_a_transfer_whose_dollars_moved_on_is_not_undone_before_that(initiative, manager):
    add_entry(initiative, "100.00")
    first = move(initiative, manager, ("-30", {}), ("30", {"fiscal_year": 2026}))
    second = move(initiative, manager, ("-20", {"fiscal_year": 2026}), ("20", {"fiscal_year": 2027}))
    stuck = refused(Conflict, undo_transfer, transfer=first, reason="x", by=manager, at=NOON)
    assert stuck.code == "negative_authority"
    undo_transfer(transfer=second, reason="x", by=manager, at=NOON)
    undo_transfer(transfer=first, reason="x", by=manager, at=NOON)
    assert authority() == {(2025, ""): Decimal("100.00"), (2026, ""): 0, (2027, ""): 0}


STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 20000), st.integers(0, 60), st.booleans()),
    max_size=8,
)  # fmt: skip


def test_whatever_is_moved_and_undone_every_transfer_sums_to_zero(initiative, manager):
    """I5; and the total of the initiative never changes, and no line is ever left below zero."""

    @LAW
    @given(STEPS)
    def example(steps):
        with undone():
            add_entry(initiative, "100.00", effective_on=ON)
            made = []
            for source, target, cents, day, back in steps:
                amount = Decimal(cents) / 100
                moves = (-amount, {"fiscal_year": 2025 + source}), (amount, {"fiscal_year": 2025 + target})
                try:
                    made.append(move(initiative, manager, *moves, effective_on=ON + timedelta(days=day)))
                    if back:
                        undo_transfer(transfer=made[0], reason="back", by=manager, at=NOON)
                except Refused:
                    pass
            for transfer in Transfer.objects.all():
                assert transfer.entries.aggregate(total=Sum("amount"))["total"] == 0
            totals = defaultdict(Decimal)
            for entry in LedgerEntry.objects.order_by("effective_on", "-amount"):
                totals[entry.line_id] += entry.amount
            assert sum(totals.values()) == 100
            assert all(total >= 0 for total in totals.values())

    example()


def test_authority_that_has_moved_on_is_not_reversed_nor_corrected_away(initiative, manager):
    granted = add_entry(initiative, "100", stage=Stage.AUTHORITY, effective_on=date(2025, 5, 1))
    moved = move(initiative, manager, ("-60", {}), ("60", {"fiscal_year": 2026}))
    twice = {"entry": granted, "reason": "Granted twice", "by": manager, "at": NOON}
    assert "negative authority" in str(refused(Conflict, reverse_entry, **twice))
    less = replace(as_recorded(granted), amount=Decimal(50))
    assert "negative authority" in str(refused(Conflict, correct_entry, content=less, **twice))
    correct_entry(**twice | {"content": replace(less, amount=Decimal(60))})
    assert authority() == {(2025, ""): 0, (2026, ""): 60}
    undo_transfer(transfer=moved, reason="Not needed", by=manager, at=NOON)
    reverse_entry(**twice | {"entry": LedgerEntry.objects.get(corrects=granted)})
    assert authority() == {(2025, ""): 0, (2026, ""): 0}


@pytest.mark.parametrize(("day", "gives"), [(date(2026, 4, 1), 2025), (date(2039, 1, 1), 2026)])
def test_dollars_move_while_their_funds_live(initiative, manager, day, gives):
    add_entry(initiative, "100", stage=Stage.AUTHORITY, effective_on=date(2025, 5, 1), fiscal_year=gives)
    moves = (("-10", {"fiscal_year": gives}), ("10", {"fiscal_year": gives + 1}))
    error = refused(Invalid, move, initiative, manager, *moves, effective_on=day)
    assert set(error.fields) == {"effective_on"}
