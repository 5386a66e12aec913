"""The ledger added up, and that PostgreSQL and the rules say the same of every budget line."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from initiatives.aggregates.ledger_sums import funds_by_organization
from initiatives.aggregates.money import Funds, grouped, line_funds
from initiatives.choices import ForecastBasis, Stage, Vote
from initiatives.models import BudgetLine, LedgerEntry
from initiatives.rules.money import StageTotals
from tests.factories import ACTOR, add_entry, add_initiative, add_organization, add_pillar, add_plan
from tests.reports.worlds import CENTS, LAW, undone
from tracker.timemachine import revision

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 22)
ENTRIES = st.tuples(
    st.sampled_from(["RCMP", "CBSA"]), st.integers(2023, 2027), st.sampled_from(["", *Vote.values]),
    st.sampled_from(Stage.values), CENTS, st.integers(-500, 200), st.booleans(),
)  # fmt: skip


@pytest.fixture
def initiative():
    add_organization("CBSA", fund_life_years=2, carry_forward_operating=Decimal("3.33"))
    return add_initiative(add_pillar(add_plan()), lead=add_organization("RCMP"))


def test_postgresql_and_the_rules_say_the_same_of_every_line(initiative):
    agencies = {"RCMP": initiative.lead, "CBSA": type(initiative.lead).objects.get(code="CBSA")}

    @LAW
    @given(st.lists(ENTRIES, max_size=12), st.integers(-400, 400))
    def example(entries, shift):
        on = ON + timedelta(days=shift)
        with undone(), revision(by=ACTOR, reason="a ledger"):
            for who, year, vote, stage, amount, day, wrong in entries:
                line, _ = BudgetLine.objects.get_or_create(
                    initiative=initiative, organization=agencies[who], fiscal_year=year, funding_source="", vote=vote
                )
                values = {"line": line, "stage": stage, "effective_on": ON + timedelta(days=day)}
                entry = LedgerEntry.objects.create(amount=amount, **values)
                if wrong:
                    LedgerEntry.objects.create(amount=-amount, reverses=entry, **values)
            lines = BudgetLine.objects.with_year_end(on=on).with_lapse(on=on).with_overspent(on=on)
            told = {line.pk: line for line in lines}
            funds = line_funds(BudgetLine.objects.for_list(), on=on)
            assert len(funds) == len(told)
            for one in funds:
                said = told[one.line.pk]
                assert said.year_end == (one.forecast and one.forecast.amount)
                assert said.lapse == (one.lapse and one.lapse.lost)
                assert said.overspent == one.overspent
            whole = Funds(tuple(funds))
            parts = grouped(funds, lambda line: (line.organization.code, line.fiscal_year)).values()
            for name in ("free", "year_end", "lapse", "carried_forward", "overspent"):
                known = [getattr(part, name) for part in parts if getattr(part, name) is not None]
                assert getattr(whole, name) == (sum(known) if known else None), name
            for over in whole.over:  # I6: never refused, always listed
                assert over.totals.expenditure > (over.totals.authority or 0)
            assert len(whole.over) == sum((one.overspent or 0) > 0 for one in funds)
            _assert_added_up(funds, on)

    example()


def _assert_added_up(funds, on):
    """The database adds up by organization and year as the rules do, and names the lines that are furthest beyond."""
    found = funds_by_organization(BudgetLine.objects.all(), on=on, furthest=2)
    known = [one for one in funds if one.totals != StageTotals()]
    parts = grouped(known, lambda line: (line.fiscal_year, line.organization.code))
    assert [(one.line.fiscal_year, one.line.organization.code) for one in found.cells] == sorted(parts)
    for one in found.cells:
        part, same = parts[one.line.fiscal_year, one.line.organization.code], Funds((one,))
        for name in ("totals", "free", "year_end", "basis", "lapse", "carried_forward", "overspent", "burn"):
            assert getattr(same, name) == getattr(part, name), name
    over = {one.line.pk: one.overspent for one in Funds(tuple(known)).over}
    assert found.beyond_count == len(over)
    assert sorted(over[key] for key in found.beyond) == sorted(over.values())[-2:]


def test_the_basis_of_a_sum_is_named_or_mixed(initiative):
    add_entry(initiative, "100.00", vote=Vote.OPERATING)
    assert Funds(tuple(line_funds(BudgetLine.objects.for_list(), on=ON))).basis is None
    add_entry(initiative, "40.00", vote=Vote.OPERATING, stage=Stage.EXPENDITURE)
    whole = Funds(tuple(line_funds(BudgetLine.objects.for_list(), on=date(2026, 1, 1))))
    assert (whole.basis, whole.year_end, whole.lapse, whole.carried_forward) == (
        ForecastBasis.COMPUTED, Decimal("40.00"), Decimal("55.00"), Decimal("5.00"),
    )  # fmt: skip
    add_entry(initiative, "90.00", stage=Stage.FORECAST)
    whole = Funds(tuple(line_funds(BudgetLine.objects.for_list(), on=date(2026, 1, 1))))
    assert whole.basis == ForecastBasis.MIXED
    assert Funds(tuple(line_funds(BudgetLine.objects.for_list(), on=ON))).basis == ForecastBasis.SPENT


def test_equal_ledgers_lapse_otherwise_by_organization(initiative):
    """The same dollars: the RCMP's lapse on 31 March, the Canada Border Services Agency's live a year longer."""
    cbsa = type(initiative.lead).objects.get(code="CBSA")
    for who in (initiative.lead, cbsa):
        add_entry(initiative, "100.00", vote=Vote.GRANTS_CONTRIBUTIONS, organization=who)
        for stage, amount in ((Stage.EXPENDITURE, "60.00"), (Stage.FORECAST, "95.00")):
            add_entry(initiative, amount, vote=Vote.GRANTS_CONTRIBUTIONS, organization=who, stage=stage)

    def lapse(on):
        funds = line_funds(BudgetLine.objects.for_list(), on=on)
        return {one.line.organization.code: one.lapse.lost for one in funds}

    assert lapse(date(2026, 3, 31)) == {"RCMP": 5, "CBSA": 5}
    assert lapse(date(2026, 4, 1)) == {"RCMP": 40, "CBSA": 5}
    assert lapse(date(2027, 4, 1)) == {"RCMP": 40, "CBSA": 40}


def test_more_lines_cost_no_more_queries(initiative):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            line_funds(BudgetLine.objects.for_list(), on=ON)
        return len(queries)

    add_entry(initiative)
    few = cost()
    for year in range(2000, 2020):
        add_entry(initiative, fiscal_year=year)
    assert cost() == few == 2
