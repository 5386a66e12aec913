"""Free balance, forecast, lapse and overspending as figures: what the rules say, added up, and explained."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given

from initiatives.aggregates.money import Funds, grouped, line_funds
from initiatives.choices import Stage, Vote
from initiatives.models import BudgetLine, Initiative
from reports.explanations import explain
from reports.figures import FIGURES, Selection, compute
from reports.figures.scopes import find_scope
from reports.figures.values import known_sum
from tests.factories import add_entry, add_initiative, add_organization, add_pillar, add_plan, add_user
from tests.reports.worlds import DAYS, LAW, WORLDS, build, ground, undone
from tracker.choices import Role
from tracker.errors import Invalid

pytestmark = pytest.mark.django_db
ON = date(2026, 1, 31)
NAMES = {"free_balance": "free", "year_end_forecast": "year_end", "projected_lapse": "lapse", "overspent": "overspent"}


@pytest.fixture
def initiative():
    return add_initiative(add_pillar(add_plan()), lead=add_organization("RCMP", fund_life_years=1))


def value(key, on=ON):
    plan = Initiative.objects.get().plan
    return compute(FIGURES[key], Selection(plan, Initiative.objects.all()), on=on, whole_plan=True)


def test_figures_are_the_aggregates_of_the_rules_in_every_scope():
    base = ground()
    reader = add_user("reader", role=Role.AUDITOR)

    @LAW
    @given(WORLDS, DAYS)
    def example(world, on):
        with undone():
            build(base, world)
            for code in ("BP", "BP/1", "BP/2", "BP/1.00"):
                if code == "BP/1.00" and not Initiative.objects.filter(code="1.00").exists():
                    continue
                scope = find_scope(code, user=reader)
                lines = BudgetLine.objects.filter(initiative__in=scope.selection.initiatives.order_by().values("pk"))
                groups = grouped(line_funds(lines, on=on), lambda line: f"{line.fiscal_year}/{line.organization.code}")
                for key, name in NAMES.items():
                    cells = compute(FIGURES[key], scope.selection, on=on, whole_plan=scope.whole_plan).cells
                    said = {cell: getattr(funds, name) for cell, funds in groups.items()}
                    assert cells == {cell: amount for cell, amount in said.items() if amount is not None}, key
                by_stage = compute(FIGURES["money_by_organization"], scope.selection, on=on, whole_plan=True).cells
                said = {f"{cell}/{stage}": funds.totals.at(stage) for cell, funds in groups.items() for stage in Stage}
                assert by_stage == {cell: amount for cell, amount in said.items() if amount is not None}

    example()


def test_overspending_is_listed_with_its_lines_and_never_refused():
    """I6."""
    base = ground()
    reader = add_user("reader", role=Role.AUDITOR)

    @LAW
    @given(WORLDS, DAYS)
    def example(world, on):
        with undone():
            build(base, world)
            spent, given_ = defaultdict(Decimal), defaultdict(Decimal)
            for place, one in enumerate(world.initiatives):
                for entry in one.entries:
                    if entry.on <= on and not entry.reversed:
                        sums = {Stage.EXPENDITURE: spent, Stage.AUTHORITY: given_}.get(entry.stage)
                        if sums is not None:
                            sums[place, entry.fiscal_year, entry.organization, entry.vote] += entry.amount
            expected = sorted(spent[cell] - given_[cell] for cell in spent if spent[cell] > given_[cell])
            found = explain(FIGURES["overspent"], find_scope("BP", user=reader), on=on)
            assert sorted(row.value for row in found.rows if row.value) == expected
            assert (found.value or 0) == sum(expected)
            assert (found.value is None) == (not spent)

    example()


def test_zero_and_unknown_are_two_things(initiative):
    """I10: a line that spent just its authority has none left; one without authority or spending has nothing known."""
    for key in NAMES:
        assert value(key).total is None
    add_entry(initiative, "100.00")
    assert {key: value(key).total for key in NAMES} == {
        "free_balance": 100, "year_end_forecast": None, "projected_lapse": None, "overspent": None,
    }  # fmt: skip
    add_entry(initiative, "100.00", stage=Stage.EXPENDITURE)
    assert {key: value(key).total for key in NAMES} == {
        "free_balance": 0, "year_end_forecast": 100, "projected_lapse": 0, "overspent": 0,
    }  # fmt: skip
    assert value("overspent").payload()["cells"] == {"2025/RCMP": "0.00"}


def test_the_first_part_of_a_bucket_stands_for_all_that_begin_so(initiative):
    other = add_organization("PS")
    for organization, amount in ((initiative.lead, "100.00"), (other, "50.00")):
        add_entry(initiative, amount, organization=organization, vote=Vote.OPERATING)
        add_entry(initiative, amount, organization=organization, vote=Vote.OPERATING, fiscal_year=2026)
    scope = find_scope("BP", user=add_user("reader", role=Role.AUDITOR))
    whole = explain(FIGURES["free_balance"], scope, on=ON)
    year = explain(FIGURES["free_balance"], scope, on=ON, bucket="2025")
    assert (whole.value, year.value) == (300, 150)
    assert known_sum(row.value for row in year.rows) == 150
    assert {row.bucket for row in year.rows} == {"2025/RCMP", "2025/PS"}
    for key, bucket in (("free_balance", "202"), ("free_balance", "2025/C"), ("money_by_organization", "2025")):
        with pytest.raises(Invalid, match="2025/"):
            explain(FIGURES[key], scope, on=ON, bucket=bucket)


def test_a_line_is_explained_in_both_languages_with_its_vote(initiative):
    add_entry(initiative, "10.00", vote=Vote.CAPITAL, stage=Stage.EXPENDITURE)
    scope = find_scope("BP/1.01", user=add_user("reader", role=Role.AUDITOR))
    (row,) = explain(FIGURES["overspent"], scope, on=ON).rows
    assert (row.kind, row.value, row.bucket) == ("budget-line", 10, "2025/RCMP")
    assert row.title_en == "Initiative 1.01 (2025-26, RCMP, capital)"
    assert row.title_fr.startswith("Initiative 1.01 (fr) (2025-2026, RCMP-fr, ")
    assert row.url.endswith(f"#line-{BudgetLine.objects.get().pk}")


def test_what_is_left_out_says_why(initiative):
    add_entry(initiative, "10.00", stage=Stage.EXPENDITURE)
    add_entry(initiative, "10.00", vote=Vote.CAPITAL)
    scope = find_scope("BP", user=add_user("reader", role=Role.AUDITOR))

    def reasons(key):
        return [str(one.reason) for one in explain(FIGURES[key], scope, on=ON).exclusions]

    assert reasons("free_balance") == ["No authority is recorded on its budget line"]
    assert [reason[:9] for reason in reasons("projected_lapse")] == ["No author", "No spendi"]
    assert [reason[:9] for reason in reasons("year_end_forecast")] == ["No spendi"]
    assert reasons("overspent") == ["No spending is recorded on it"]
    assert Funds(tuple(line_funds(BudgetLine.objects.all(), on=ON))).over[0].unauthorized
