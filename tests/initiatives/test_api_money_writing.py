"""Programs correct entries and move authority."""

import pytest

from initiatives.models import BudgetLine, LedgerEntry, Transfer
from tests.scenarios import small_plan
from tests.tracker.writes import ENTRIES, Writer, entry_body, refusal, row
from tracker.models import Revision
from tracker.timemachine import head

pytestmark = pytest.mark.django_db
TRANSFERS = "/api/v1/transfers/"


@pytest.fixture
def plan():
    return small_plan()


@pytest.fixture
def writer(plan):
    return Writer(plan.people.plan_admin)


@pytest.fixture
def _writes_nothing(plan):
    """Nothing is written by the test."""

    def rows():
        return head(), Transfer.objects.count(), LedgerEntry.objects.count(), BudgetLine.objects.count()

    before = rows()
    yield
    assert rows() == before


def move(amount, year=2025, **fields):
    line = {"organization": "CBSA", "fiscal_year": year, "funding_source": "new", "vote": "operating"}
    return {**line, "amount": amount, **fields}


def reprofile(**fields):
    return {
        "plan": "BP", "initiative": "1.01", "kind": "reprofile", "effective_on": "2026-03-31", "reason": "Late permits",
        "moves": [move("-1000000.10"), move("1000000.10", 2026)], **fields,
    }  # fmt: skip


def test_a_correction_reverses_and_records_anew(writer):
    wrong = row(writer.post(ENTRIES, entry_body(funding_source="new", reference="GL 1", note="n")), 201)
    before = head()
    path = f"{ENTRIES}{wrong['id']}/correction/"
    response = writer.post(path, {"amount": "12.34", "vote": "operating", "reason": "Decimal point"}, "a-key")
    right = row(response, 201)
    assert (right["amount"], right["vote"], right["funding_source"]) == ("12.34", "operating", "new")
    assert (right["corrects"], right["reference"], right["note"]) == (wrong["id"], "GL 1", "n")
    assert response["Location"] == f"{ENTRIES}{right['id']}/"
    undone = row(writer.get(f"{ENTRIES}{wrong['id']}/"))["reversed_by"]
    assert row(writer.get(f"{ENTRIES}{undone}/"))["amount"] == "-1250000.10"
    assert head() == before + 1
    assert Revision.objects.get(number=head()).reason.endswith("corrected: Decimal point")
    for _ in range(9):
        again = writer.post(path, {"amount": "12.34", "vote": "operating", "reason": "Decimal point"}, "a-key")
        assert again.content == response.content
    assert head() == before + 1
    refusal(writer.post(path, {"amount": "1.00", "reason": "again"}), 409, "reversed")


def test_a_correction_that_cannot_be_meant_is_refused(plan, writer):
    wrong = row(writer.post(ENTRIES, entry_body()), 201)
    path, before = f"{ENTRIES}{wrong['id']}/correction/", head()
    for fields, named in [
        ({}, {"amount"}),  # nothing differs
        ({"reason": " ", "amount": "1.00"}, {"reason"}),
        ({"amount": "0.00"}, {"amount"}),
        ({"amount": "1.001", "initiative": "1.02"}, {"amount", "initiative"}),
        ({"organization": "NOBODY"}, {"organization"}),
        ({"fiscal_year": 1999}, {"fiscal_year"}),
        ({"stage": "spent"}, {"stage"}),
        ({"effective_on": "2019-01-01"}, {"effective_on"}),
    ]:
        found = refusal(writer.post(path, {"reason": "x"} | fields), 400, "invalid")
        assert set(found["fields"]) == named, fields
    good = {"amount": "1.00", "reason": "x"}
    refusal(Writer(plan.people.auditor).post(path, good), 403, "not_allowed")
    refusal(Writer(plan.people.manager).post(f"{ENTRIES}{plan.reversed_entry.pk}/correction/", good), 404, "not_found")
    refusal(writer.post(f"{ENTRIES}999999/correction/", good), 404, "not_found")
    assert head() == before


def test_authority_moves_between_years_and_back(plan, writer):
    before = head()
    response = writer.post(TRANSFERS, reprofile(reference="JV 7"), "a-key")
    made = row(response, 201)
    assert (made["kind"], made["amount"], made["undone"], made["made_by"]) == (
        "reprofile", "1000000.10", False, "plan-admin",
    )  # fmt: skip
    assert {writer.post(TRANSFERS, reprofile(reference="JV 7"), "a-key").content for _ in range(9)} == {
        response.content
    }
    assert head() == before + 1 == made["revision"]
    whole = row(writer.get(response["Location"]))
    assert [(one["amount"], one["fiscal_year"], one["reference"]) for one in whole["entries"]] == [
        ("-1000000.10", 2025, "JV 7"), ("1000000.10", 2026, "JV 7"),
    ]  # fmt: skip
    [listed] = row(writer.get(f"{TRANSFERS}?plan=BP&initiative=1.01&kind=reprofile&undone=false"))["results"]
    assert listed == made
    refusal(writer.post(f"{ENTRIES}{whole['entries'][0]['id']}/reversal/", {"reason": "x"}), 409, "part_of_transfer")
    undo = f"{TRANSFERS}{made['id']}/undo/"
    refusal(writer.post(undo, {"reason": ""}), 400, "invalid")
    answer = writer.post(undo, {"reason": "The permits came"})
    undone = row(answer)
    assert (undone["undone"], undone["amount"], answer["X-Revision"]) == (True, "1000000.10", str(head()))
    assert len(row(writer.get(response["Location"]))["entries"]) == 4
    assert row(writer.get(f"{TRANSFERS}?undone=false"))["results"] == []
    past = row(writer.get(f"{TRANSFERS}{made['id']}/?as_of=r{made['revision']}"))
    assert (past["undone"], len(past["entries"])) == (False, 2)
    refusal(writer.post(undo, {"reason": "again"}), 409, "reversed")


def test_a_transfer_stays_within_its_year(writer):
    moves = [move("-5.00"), move("3.00", organization="RCMP"), move("2.00", vote="capital")]
    made = row(writer.post(TRANSFERS, reprofile(kind="transfer", moves=moves, effective_on="2025-07-01")), 201)
    assert (made["amount"], made["kind"]) == ("5.00", "transfer")
    assert len(row(writer.get(f"{TRANSFERS}{made['id']}/"))["entries"]) == 3


@pytest.mark.usefixtures("_writes_nothing")
def test_a_transfer_that_cannot_be_meant_is_refused_by_name(plan, writer):
    for fields, named in [
        ({"colour": "red", "kind": "gift"}, {"colour", "kind"}),
        ({"reason": ""}, {"reason"}),
        ({"effective_on": None}, {"effective_on"}),
        ({"effective_on": "2028-04-01"}, {"effective_on"}),  # the funds of 2025 have lapsed
        ({"moves": []}, {"moves"}),
        ({"moves": [move("1.00")]}, {"moves"}),
        ({"moves": move("1.00")}, {"moves"}),
        ({"moves": [move("-1.00")] * 101}, {"moves"}),
        ({"moves": [move("-1.00"), move("2.00", 2026)]}, {"moves"}),
        ({"moves": [move("-1.00"), move("1.00")]}, {"moves"}),
        ({"moves": [move("-1.00"), move("1.00", 2026, vote="capital")]}, {"moves"}),
        ({"kind": "transfer"}, {"moves"}),
        ({"moves": [move("-1.00"), move("0.00", 2026), move("1.00", 2027)]}, {"moves.1.amount"}),
        ({"moves": [move("-1.00"), move("1.00", 1999, colour="red")]}, {"moves.1.fiscal_year", "moves.1.colour"}),
        ({"moves": [move("-1.00"), move("1.00", organization="NOBODY")]}, {"moves.1.organization"}),
    ]:
        found = refusal(writer.post(TRANSFERS, reprofile(**fields)), 400, "invalid")
        assert set(found["fields"]) == named, fields
    too_much = reprofile(moves=[move("-5000000.01"), move("5000000.01", 2026)])
    assert set(refusal(writer.post(TRANSFERS, too_much), 400, "negative_authority")["fields"]) == {"moves"}
    refusal(writer.post(TRANSFERS, [reprofile()]), 400, "invalid")


@pytest.mark.usefixtures("_writes_nothing")
def test_another_s_scope_is_not_seen_and_readers_move_nothing(plan, writer):
    manager = Writer(plan.people.manager)
    unseen, absent = (manager.post(TRANSFERS, reprofile(initiative=code)) for code in ("2.02", "9.99"))
    assert set(refusal(unseen, 404, "not_found")["fields"]) == {"initiative"}
    assert unseen.content.replace(b"2.02", b"") == absent.content.replace(b"9.99", b"")
    for user in (plan.people.viewer, plan.people.auditor, plan.people.administrator, plan.people.outsider):
        refusal(Writer(user).post(TRANSFERS, reprofile()), 403, "not_allowed")
    refusal(writer.post(f"{TRANSFERS}999999/undo/", {"reason": "x"}), 404, "not_found")


def test_what_was_moved_elsewhere_is_not_seen_nor_undone(plan, writer):
    body = entry_body("1.03", organization="RCMP", amount="50.00")
    row(writer.post(ENTRIES, body), 201)
    line = {"organization": "RCMP", "funding_source": None, "vote": None}
    moves = [move("-1.00", **line), move("1.00", 2026, **line)]
    made = row(writer.post(TRANSFERS, reprofile(initiative="1.03", moves=moves)), 201)
    manager = Writer(plan.people.manager)
    assert row(manager.get(TRANSFERS))["results"] == []
    refusal(manager.get(f"{TRANSFERS}{made['id']}/"), 404, "not_found")
    refusal(manager.post(f"{TRANSFERS}{made['id']}/undo/", {"reason": "x"}), 404, "not_found")
    refusal(Writer(plan.people.auditor).post(f"{TRANSFERS}{made['id']}/undo/", {"reason": "x"}), 403, "not_allowed")
