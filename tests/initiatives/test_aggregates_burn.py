"""A fiscal year month by month, by hand: corrections, reversals, late entries, and the boundaries of the year."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.aggregates.burn import month_ends
from initiatives.aggregates.money import Funds, line_funds
from initiatives.choices import Stage
from initiatives.models import BudgetLine
from tests.factories import add_entry, add_initiative, add_organization, add_pillar, add_plan
from tracker.timemachine import as_of, head

pytestmark = pytest.mark.django_db
YEAR = 2026  # 1 April 2026 to 31 March 2027
SPENT, PLANNED = Stage.EXPENDITURE, Stage.PLANNED


@pytest.fixture
def initiative():
    return add_initiative(add_pillar(add_plan()), lead=add_organization())


@pytest.fixture
def entry(initiative):
    """Records one of the year."""

    def record(amount, day, stage=Stage.AUTHORITY, **fields):
        return add_entry(initiative, amount, stage=stage, **{"fiscal_year": YEAR, "effective_on": day, **fields})

    return record


def totals(stage: Stage, *, on: date, year: int = YEAR) -> list[Decimal | None]:
    """Of one stage, from April to March."""
    return [one.totals.at(stage) for one in month_ends(BudgetLine.objects.all(), year=year, on=on)]


def test_each_month_ends_with_all_that_was_effective_by_then(entry):
    entry("1000.00", date(2026, 2, 10))  # voted before the year began
    entry("200.00", date(2026, 9, 30))
    entry("10.00", date(2026, 4, 30), SPENT)
    entry("5.00", date(2026, 5, 1), SPENT)
    entry("7.00", date(2026, 7, 15), SPENT)
    months = month_ends(BudgetLine.objects.all(), year=YEAR, on=date(2026, 10, 15))
    assert [(one.month.month, one.month.year) for one in months] == [
        *((month, 2026) for month in range(4, 13)), *((month, 2027) for month in range(1, 4)),
    ]  # fmt: skip
    assert [one.totals.authority for one in months] == [1000] * 5 + [1200] * 7
    assert [one.totals.expenditure for one in months][:6] == [10, 15, 15, 22, 22, 22]
    assert [one.over for one in months] == [True] * 6 + [False] * 6
    assert {one.totals.forecast for one in months} == {None}


def test_nothing_is_known_before_the_first_entry_and_a_month_without_one_adds_nothing(entry):
    entry("9.00", date(2026, 6, 2), SPENT)
    assert totals(SPENT, on=date(2026, 8, 31))[:5] == [None, None, 9, 9, 9]
    assert totals(Stage.AUTHORITY, on=date(2026, 8, 31)) == [None] * 12


def test_what_was_reversed_is_gone_and_what_corrects_it_counts_on_its_own_day(entry):
    entry("100.00", date(2026, 4, 10), SPENT)
    wrong = entry("400.00", date(2026, 5, 10), SPENT)
    entry("-400.00", date(2026, 5, 10), SPENT, reverses=wrong)
    entry("40.00", date(2026, 6, 10), SPENT, corrects=wrong)
    assert totals(SPENT, on=date(2026, 6, 30))[:3] == [100, 100, 140]
    entry("-30.00", date(2026, 7, 1), SPENT)  # a refund
    assert totals(SPENT, on=date(2026, 7, 31))[3] == 110
    only = entry("8.00", date(2026, 4, 1), PLANNED)
    entry("-8.00", date(2026, 4, 1), PLANNED, reverses=only)
    assert totals(PLANNED, on=date(2026, 7, 31)) == [None] * 12  # such a pair leaves nothing known, rather than zero


def test_a_late_entry_belongs_to_its_month_and_was_not_known_before(entry):
    entry("10.00", date(2026, 4, 30), SPENT)
    before = head()
    entry("2.00", date(2026, 4, 29), SPENT)
    assert totals(SPENT, on=date(2026, 5, 31))[:2] == [12, 12]
    with as_of(before):
        assert totals(SPENT, on=date(2026, 5, 31))[:2] == [10, 10]


def test_what_is_not_effective_yet_is_left_out(entry):
    entry("10.00", date(2026, 4, 15), SPENT)
    entry("90.00", date(2026, 10, 16))
    assert totals(SPENT, on=date(2026, 4, 14)) == [None] * 12
    assert totals(Stage.AUTHORITY, on=date(2026, 10, 15)) == [None] * 12
    assert totals(Stage.AUTHORITY, on=date(2026, 10, 16)) == [None] * 6 + [90] * 6


def test_a_year_ends_on_31_march_and_the_next_begins_on_1_april(entry, initiative):
    entry("1.00", date(2027, 3, 31), SPENT)
    entry("2.00", date(2027, 4, 1), SPENT)  # funds may live another year, but this is of no month of theirs
    entry("4.00", date(2027, 3, 31), SPENT, fiscal_year=YEAR + 1)
    entry("8.00", date(2027, 4, 1), SPENT, fiscal_year=YEAR + 1)
    assert totals(SPENT, on=date(2028, 1, 1)) == [None] * 11 + [1]
    assert totals(SPENT, on=date(2028, 1, 1), year=YEAR + 1)[0] == 12
    for day, over in ((date(2027, 3, 30), False), (date(2027, 3, 31), True)):
        assert month_ends(BudgetLine.objects.all(), year=YEAR, on=day)[-1].over is over
    assert not any(one.over for one in month_ends(BudgetLine.objects.all(), year=YEAR + 1, on=date(2027, 4, 1)))


def test_every_month_says_what_the_figures_say_of_its_last_day(entry):
    entry("1000.00", date(2026, 2, 10))
    entry("50.00", date(2026, 5, 31), SPENT)
    wrong = entry("60.00", date(2026, 6, 1), SPENT, vote="capital")
    entry("-60.00", date(2026, 6, 1), SPENT, vote="capital", reverses=wrong)
    entry("70.00", date(2026, 12, 31), SPENT, vote="operating")
    ends = [date(2026, month + 1, 1) - timedelta(days=1) for month in range(4, 12)]
    with CaptureQueriesContext(connection) as captured:
        months = month_ends(BudgetLine.objects.all(), year=YEAR, on=date(2026, 12, 31))
    assert len(captured) == 1
    for end, one in zip(ends, months, strict=False):
        assert one.totals == Funds(tuple(line_funds(BudgetLine.objects.all(), on=end))).totals
