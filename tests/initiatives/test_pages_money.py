"""Pages of the ledger: corrected, reversed, moved between lines, and the grid."""

import csv
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from initiatives.choices import Stage, TransferKind, Vote
from initiatives.models import BudgetLine, LedgerEntry, Transfer
from tests.factories import add_entry, add_initiative, add_organization, add_pillar, add_plan, add_user
from tracker.choices import Role
from tracker.timemachine import head

pytestmark = pytest.mark.django_db
BASE = "/en/plans/BP/initiatives/1.01/"


@pytest.fixture
def initiative():
    return add_initiative(add_pillar(add_plan()), lead=add_organization("RCMP"))


@pytest.fixture
def manager(client, initiative):
    client.force_login(add_user("manager", role=Role.MANAGER, scope="BP/1.01"))
    return client


def post(client, path, **data):
    return client.post(f"{BASE}money/{path}/", data)


def refused(client, path, **data):
    before = (head(), LedgerEntry.objects.count())
    response = post(client, path, **data)
    assert response.status_code == 422
    assert (head(), LedgerEntry.objects.count()) == before
    return response.context["form"].errors


def written(entry, **changes):
    return {
        "stage": entry.stage, "amount": entry.amount, "effective_on": entry.effective_on,
        "fiscal_year": entry.line.fiscal_year, "organization": entry.line.organization_id, "reason": "Digits swapped",
        **changes,
    }  # fmt: skip


def test_an_entry_is_corrected_from_what_it_says(manager, initiative):
    entry = add_entry(initiative, "100.00", reference="GL 1")
    form = manager.get(f"{BASE}money/{entry.pk}/correct/").content.decode()
    assert 'value="100.00"' in form
    assert 'value="GL 1"' in form
    assert "amount" in refused(manager, f"{entry.pk}/correct", **written(entry, reference="GL 1"))
    assert "reason" in refused(manager, f"{entry.pk}/correct", **written(entry, amount="10.00", reason=""))
    assert "amount" in refused(manager, f"{entry.pk}/correct", **written(entry, amount="ten"))
    response = post(manager, f"{entry.pk}/correct", **written(entry, amount="10.00"))
    assert response.status_code == 302
    assert LedgerEntry.objects.standing().get().corrects == entry
    page = manager.get(BASE).content.decode()
    assert f"Corrects entry {entry.pk}." in page
    assert f"Corrected by entry {LedgerEntry.objects.standing().get().pk}." in page
    assert "__all__" in refused(manager, f"{entry.pk}/correct", **written(entry, amount="11.00"))


def test_an_entry_starts_with_the_budget_line_of_the_last_one(manager, initiative):
    address = f"{BASE}money/add/"
    assert f'<option value="{initiative.lead.pk}" selected>' in manager.get(address).content.decode()
    other = add_organization("PS")
    add_entry(initiative, "1.00", organization=other, vote=Vote.CAPITAL, funding_source="reallocated")
    page = manager.get(address).content.decode()
    for value in (other.pk, "capital", "reallocated"):
        assert f'<option value="{value}" selected>' in page
    assert f'value="{initiative.plan.day(timezone.now())}"' in page


def test_authority_is_reprofiled_and_the_transfer_undone_whole(manager, initiative):
    line = add_entry(initiative, "100.00").line
    given = {"source": line.pk, "fiscal_year": 2026, "effective_on": "2025-09-01", "reason": "Hiring is late"}
    assert "amount" in refused(manager, "reprofile", **given, amount="-5")
    assert "negative authority" in str(refused(manager, "reprofile", **given, amount="100.01"))
    assert "__all__" in refused(manager, "reprofile", **{**given, "fiscal_year": 2025}, amount="5")
    assert post(manager, "reprofile", **given, amount="40.00").status_code == 302
    totals = {line.fiscal_year: sum(e.amount for e in line.entries.all()) for line in BudgetLine.objects.all()}
    assert totals == {2025: 60, 2026: 40}
    transfer = Transfer.objects.get()
    one = transfer.entries.first()
    for path in (f"{one.pk}/reverse", f"{one.pk}/correct"):
        response = manager.get(f"{BASE}money/{path}/")
        assert response["Location"].endswith(f"/money/transfers/{transfer.pk}/undo/")
    assert "Undo the transfer" in manager.get(BASE).content.decode()
    assert "Hiring is late" in manager.get(f"{BASE}money/transfers/{transfer.pk}/undo/").content.decode()
    assert post(manager, f"transfers/{transfer.pk}/undo", reason="Caught up").status_code == 302
    assert not transfer.entries.standing().exists()
    assert "__all__" in refused(manager, f"transfers/{transfer.pk}/undo", reason="Again")


def test_authority_is_transferred_to_another_vote(manager, initiative):
    line = add_entry(initiative, "100.00", vote=Vote.OPERATING).line
    given = {"source": line.pk, "organization": initiative.lead.pk, "effective_on": "2025-09-01", "reason": "Bought"}
    assert "__all__" in refused(manager, "transfer", **given, vote=Vote.OPERATING, amount="5")
    assert post(manager, "transfer", **given, vote=Vote.CAPITAL, amount="5").status_code == 302
    assert Transfer.objects.get().kind == TransferKind.TRANSFER
    assert BudgetLine.objects.get(vote=Vote.CAPITAL).entries.get().amount == 5


def test_rows_of_another_initiative_are_not_found(manager, initiative):
    other = add_initiative(initiative.pillar, "1.02", lead=initiative.lead)
    entry = add_entry(other)
    moved = Transfer.objects.create(
        initiative=other, kind="reprofile", reason="x", effective_on=date(2025, 6, 1), made_at=timezone.now()
    )
    for path in (f"{entry.pk}/reverse", f"{entry.pk}/correct", f"transfers/{moved.pk}/undo"):
        assert manager.get(f"{BASE}money/{path}/").status_code == 404
    assert "source" in refused(
        manager, "reprofile", source=entry.line.pk, fiscal_year=2026, amount="5", effective_on="2025-09-01", reason="x"
    )


class TestGrid:
    @pytest.fixture
    def lines(self, initiative):
        first = add_entry(initiative, "100.00", effective_on=date(2026, 5, 1), fiscal_year=2026).line
        add_entry(initiative, "30.00", stage=Stage.EXPENDITURE, effective_on=date(2026, 5, 1), fiscal_year=2026)
        return first, add_entry(initiative, "50.00", fiscal_year=2025).line

    def given(self, cells, **more):
        found = {"effective_on": "2026-06-30", "meaning": "add", "seen": head(), **more}
        return found | {f"cell-{line.pk}-{stage}": amount for (line, stage), amount in cells.items()}

    def test_shows_totals_beside_and_records_all_cells_in_one_revision(self, manager, lines):
        page = manager.get(f"{BASE}money/grid/").content.decode()
        assert "$100.00" in page
        assert "$30.00" in page
        assert page.count('inputmode="decimal"') == 10 + 15  # two lines, three rows for new ones
        before = head()
        cells = {(lines[0], "expenditure"): "12.34", (lines[0], "commitment"): "5", (lines[1], "forecast"): "49.99"}
        assert post(manager, "grid", **self.given(cells, reference="June")).status_code == 302
        assert head() == before + 1
        new = LedgerEntry.objects.filter(revision=head())
        assert sorted(new.values_list("amount", flat=True)) == [Decimal(5), Decimal("12.34"), Decimal("49.99")]
        assert set(new.values_list("reference", "effective_on")) == {("June", date(2026, 6, 30))}

    def test_every_cell_that_is_wrong_is_named_and_none_is_recorded(self, manager, lines):
        cells = {
            (lines[0], "expenditure"): "12.345", (lines[0], "authority"): "0", (lines[0], "planned"): "7",
            (lines[1], "expenditure"): "5", (lines[1], "forecast"): "x",
        }  # fmt: skip
        bad = refused(manager, "grid", **self.given(cells))
        assert set(bad) == {f"cell-{lines[1].pk}-forecast"}  # no number at all
        del cells[lines[1], "forecast"]
        bad = refused(manager, "grid", **self.given(cells))
        assert set(bad) == {
            f"cell-{lines[0].pk}-expenditure", f"cell-{lines[0].pk}-authority", f"cell-{lines[1].pk}-expenditure",
        }  # fmt: skip
        assert "committed and spent from" in str(bad[f"cell-{lines[1].pk}-expenditure"])
        assert "__all__" in refused(manager, "grid", **self.given({}))

    def test_new_totals_record_the_difference(self, manager, lines):
        cells = {(lines[0], "expenditure"): "45.50", (lines[0], "authority"): "100", (lines[0], "forecast"): "90"}
        assert post(manager, "grid", **self.given(cells, meaning="total")).status_code == 302
        new = LedgerEntry.objects.filter(revision=head())
        assert dict(new.values_list("stage", "amount")) == {"expenditure": Decimal("15.50"), "forecast": 90}
        same = {(lines[0], "expenditure"): "45.50"}
        assert "__all__" in refused(manager, "grid", **self.given(same, meaning="total"))

    def test_a_new_total_is_of_the_day_that_it_was_seen_on(self, manager, initiative, lines):
        """The page shows today's total; on an earlier day it was another."""
        add_entry(initiative, "50.00", stage=Stage.EXPENDITURE, effective_on=date(2026, 7, 15), fiscal_year=2026)
        cells = {(lines[0], "expenditure"): "90", (lines[0], "forecast"): "120"}
        bad = refused(manager, "grid", **self.given(cells, meaning="total"))
        assert set(bad) == {f"cell-{lines[0].pk}-expenditure"}
        assert post(manager, "grid", **self.given(cells, meaning="total", effective_on="2026-07-15")).status_code == 302
        added = dict(LedgerEntry.objects.filter(revision=head()).values_list("stage", "amount"))
        assert added == {"expenditure": 10, "forecast": 120}

    def test_a_new_total_is_refused_where_somebody_recorded_meanwhile(self, manager, initiative, lines):
        cells = {(lines[0], "expenditure"): "45.50", (lines[0], "forecast"): "90"}
        given = self.given(cells, meaning="total")
        add_entry(initiative, "1.00", stage=Stage.EXPENDITURE, effective_on=date(2026, 5, 2), fiscal_year=2026)
        response = post(manager, "grid", **given)
        assert response.status_code == 422
        assert set(response.context["form"].errors) == {f"cell-{lines[0].pk}-expenditure"}
        page = response.content.decode()
        assert "$31.00" in page
        assert 'value="45.50"' in page
        assert post(manager, "grid", **{**given, "seen": response.context["seen"]}).status_code == 302
        assert post(manager, "grid", **self.given({(lines[0], "planned"): "1"})).status_code == 302

    def new(self, number, initiative, **given):
        """What a row for a new line sends."""
        row = {"organization": initiative.lead.pk, "fiscal_year": 2026, "funding_source": "new", "vote": "", **given}
        return {f"new-{number}-{name}": value for name, value in row.items()}

    def test_new_lines_open_a_whole_initiative_s_ledger(self, manager, initiative):
        page = manager.get(f"{BASE}money/grid/").content.decode()
        assert f'<option value="{initiative.lead.pk}" selected>' in page
        sent = self.given({}, new_rows=3) | self.new(0, initiative, authority="100.00", expenditure="30")
        sent |= self.new(1, initiative, fiscal_year=2027, vote="capital", planned="0.01")
        before = head()
        assert post(manager, "grid", **sent).status_code == 302
        assert head() == before + 1
        found = LedgerEntry.objects.values_list("line__fiscal_year", "line__vote", "stage", "amount").order_by("pk")
        assert list(found) == [
            (2026, "", "authority", 100), (2026, "", "expenditure", 30), (2027, "capital", "planned", Decimal("0.01")),
        ]  # fmt: skip

    def test_rows_of_new_lines_are_refused_in_their_cells_and_keep_what_was_typed(self, manager, initiative, lines):
        given = self.given({(lines[0], "planned"): "7"}, new_rows=3)
        wrong = self.new(0, initiative, organization="", authority="5") | self.new(1, initiative, fiscal_year="x")
        wrong |= self.new(2, initiative, vote="capital", funding_source="")
        bad = refused(manager, "grid", **given, **wrong)
        assert set(bad) == {"new-0-organization", "new-1-fiscal_year", "new-1-planned", "new-2-planned"}
        response = post(manager, "grid", **given, **wrong)
        page = response.content.decode()
        assert 'aria-describedby="id_new-0-organization_error"' in page
        assert 'name="new-0-authority" value="5"' in page
        assert 'name="new_rows" value="3"' in page
        late = self.new(0, initiative, fiscal_year=2025, expenditure="5") | self.new(1, initiative, planned="1.234")
        bad = refused(manager, "grid", **given, **late)
        assert set(bad) == {"new-0-expenditure", "new-1-planned"}
        bad = refused(manager, "grid", **given, **self.new(0, initiative, organization="999", planned="1"))
        assert set(bad) == {"new-0-organization"}

    @pytest.mark.parametrize("meaning", ["add", "total"])
    def test_a_line_has_one_row(self, manager, initiative, lines, meaning):
        same = self.new(0, initiative, funding_source="", planned="1")
        twice = self.new(1, initiative, planned="1") | self.new(2, initiative, planned="2")
        bad = refused(manager, "grid", **self.given({}, new_rows=3, meaning=meaning), **same, **twice)
        assert set(bad) == {"new-0-organization", "new-2-organization"}
        assert "has a row already" in str(bad)

    def test_new_totals_of_new_lines_are_their_amounts(self, manager, initiative):
        given = self.given({}, new_rows=1, meaning="total")
        assert "__all__" in refused(manager, "grid", **given, **self.new(0, initiative, planned="0"))
        assert post(manager, "grid", **given, **self.new(0, initiative, planned="0", authority="9")).status_code == 302
        assert LedgerEntry.objects.get().amount == 9

    def test_more_rows_come_with_what_was_typed_and_nothing_is_recorded(self, manager, initiative, lines):
        before = head()
        sent = self.given({(lines[0], "planned"): "seven"}, new_rows=3, more="", reference="June")
        response = post(manager, "grid", **sent, **self.new(2, initiative, vote="capital", planned="1"))
        assert (response.status_code, head()) == (200, before)
        page = response.content.decode()
        assert 'value="seven"' in page
        assert 'value="June"' in page
        assert 'name="new-2-planned" value="1"' in page
        assert 'name="new-5-planned"' in page
        assert 'name="new_rows" value="6"' in page
        assert "things to correct" not in page
        last = post(manager, "grid", **self.given({}, new_rows=59, more=""))
        assert 'name="more"' not in last.content.decode()
        assert 'name="new-60-planned"' not in last.content.decode()

    def test_many_rows_cost_what_few_do(self, manager, initiative, lines, django_assert_max_num_queries):
        with django_assert_max_num_queries(40) as one:
            manager.get(f"{BASE}money/grid/")
        for number in range(8):
            add_entry(
                initiative,
                "1.00",
                fiscal_year=2026,
                vote=Vote.values[number % 4],
                organization=add_organization(f"O{number}"),
            )
        with django_assert_max_num_queries(len(one)):
            post(manager, "grid", **self.given({}, new_rows=30, more=""))


def test_the_ledger_as_data_says_what_corrects_and_moves_what(manager, initiative):
    entry = add_entry(initiative, "100.00")
    post(manager, f"{entry.pk}/correct", **written(entry, amount="90.00"))
    source = LedgerEntry.objects.standing().get().line_id
    given = {"source": source, "fiscal_year": 2026, "effective_on": "2025-09-01", "reason": "Late", "amount": "40.00"}
    post(manager, "reprofile", **given)
    body = b"".join(manager.get("/api/v1/exports/ledger-entries.csv?bom=0")).decode()
    rows = list(csv.DictReader(body.splitlines()))
    transfer = str(Transfer.objects.get().pk)
    assert [(row["amount"], row["corrects"], row["transfer"]) for row in rows] == [
        ("100.00", "", ""), ("-100.00", "", ""), ("90.00", str(entry.pk), ""),
        ("-40.00", "", transfer), ("40.00", "", transfer),
    ]  # fmt: skip
    assert sum(Decimal(row["amount"]) for row in rows) == 90
