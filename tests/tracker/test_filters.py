"""Filters ignore nothing."""

from datetime import date

import pytest
from django.http import QueryDict

from initiatives.filters import InitiativeFilter, LedgerEntryFilter, MilestoneFilter, StatusUpdateFilter
from initiatives.models import Initiative, Milestone
from pillars.filters import ReportingWeekFilter
from tests.factories import add_organization
from tests.scenarios import small_plan
from tracker.errors import Invalid
from tracker.filters import OrganizationFilter, iso_date
from tracker.models import Organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return small_plan()


def rows(filters, plan, query, on=None):
    """What the filter set leaves, for somebody who sees everything."""
    on = on or plan.weeks[2].ends_on
    data = QueryDict(query, mutable=True)
    if filters.dated():
        data["on"] = on.isoformat()
    return list(filters(data, queryset=filters.base(plan.people.auditor, on=on)).rows)


def refused(filters, query) -> dict[str, str]:
    with pytest.raises(Invalid) as error:
        filters(QueryDict(query), queryset=Organization.objects.none()).rows  # noqa: B018
    return error.value.fields


def test_an_unknown_name_is_refused_and_the_known_are_named():
    fields = refused(OrganizationFilter, "colour=red&q=x")
    assert set(fields) == {"colour"}
    assert "code, page, q" in fields["colour"]


def test_a_parameter_given_twice_is_refused():
    assert set(refused(InitiativeFilter, "plan=BP&plan=DEMO")) == {"plan"}


@pytest.mark.parametrize(
    ("filters", "query"),
    [
        (InitiativeFilter, "health=blue"),
        (InitiativeFilter, "lifecycle=dead"),
        (InitiativeFilter, "decision_asked=yes"),
        (InitiativeFilter, "disputed=1"),
        (StatusUpdateFilter, "decision_asked=maybe"),
        (InitiativeFilter, "pillar=one"),
        (InitiativeFilter, "pillar=1.5"),
        (InitiativeFilter, "pillar=NaN"),
        (InitiativeFilter, "on=yesterday"),
        (InitiativeFilter, "on=20261122"),
        (InitiativeFilter, "on=2026-W47-1"),
        (InitiativeFilter, "on=2026-02-30"),
        (InitiativeFilter, "on=22/11/2026"),
        (InitiativeFilter, "code=%00"),
        (MilestoneFilter, "late=maybe"),
        (MilestoneFilter, "late=1"),
        (MilestoneFilter, "met=True"),
        (MilestoneFilter, "planned_from=2026-1-2"),
        (LedgerEntryFilter, "stage=spent"),
        (LedgerEntryFilter, "fiscal_year=2025-26"),
        (StatusUpdateFilter, "week=2026-46"),
        (StatusUpdateFilter, "week=2026-W60"),
        (StatusUpdateFilter, "week=2026-W00"),
        (StatusUpdateFilter, "week=٢٠٢٦-W46"),
        (ReportingWeekFilter, "holding=now"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_by_name(filters, query):
    assert set(refused(filters, query)) == {query.split("=")[0]}


def test_a_number_beyond_every_column_finds_nothing(plan):
    assert rows(InitiativeFilter, plan, f"pillar={10**30}") == []


def test_an_empty_value_filters_nothing(plan):
    assert len(rows(InitiativeFilter, plan, "plan=&health=&q=")) == 7


def codes(found):
    return [row.code for row in found]


INITIATIVES = [
    ("plan=BP", ["1.01", "1.02", "1.03", "2.01", "2.02", "2.03", "2.04"]),
    ("plan=NONE", []),
    ("pillar=1", ["1.01", "1.02", "1.03"]),
    ("code=2.02", ["2.02"]),
    ("lead=RCMP", ["1.03", "2.01", "2.02"]),
    ("organization=RCMP", ["1.01", "1.03", "2.01", "2.02"]),
    ("organization=PS", ["1.01"]),
    ("lifecycle=ongoing", ["2.01"]),
    ("health=red", ["1.03"]),
    ("health=no_update", ["2.01"]),
    ("decision_asked=true", []),
    ("disputed=false&pillar=1", ["1.01", "1.02", "1.03"]),
    ("q=prime hub", ["1.01"]),
    ("q=ÉQUIPES canines", ["1.01"]),
    ("q=%25", []),
    ("q=_", []),
    ("pillar=1&health=green&lead=CBSA", ["1.01"]),
]


def test_initiatives(plan):
    for query, found in INITIATIVES:
        assert codes(rows(InitiativeFilter, plan, query)) == found, query


def test_health_depends_on_the_day(plan):
    week = plan.weeks[0]
    assert codes(rows(InitiativeFilter, plan, "health=green", on=week.ends_on)) == ["2.01"]
    assert codes(rows(InitiativeFilter, plan, "health=amber", on=week.ends_on)) == ["1.01"]


MILESTONES = [
    ("late=true", ["late"]),
    ("late=false", ["met", "due_this_week", "next", "pre_plan", "cancelled"]),
    ("met=true", ["met", "pre_plan"]),
    ("cancelled=true", ["cancelled"]),
    ("cancelled=false&met=false", ["late", "due_this_week", "next"]),
    ("initiative=1.02", ["next", "pre_plan", "cancelled"]),
    ("code=M1", ["met", "next"]),
]


def test_milestones(plan):
    keys = {milestone.pk: name for name, milestone in plan.milestones.items()}
    for query, found in MILESTONES:
        assert [keys[row.pk] for row in rows(MilestoneFilter, plan, query)] == found, query


def test_ranges_of_dates_include_both_ends(plan):
    monday = plan.week.starts_on
    within = f"planned_from={monday}&planned_to={plan.week.ends_on}"
    assert [row.pk for row in rows(MilestoneFilter, plan, within)] == [plan.milestones["due_this_week"].pk]
    day = plan.week.ends_on
    assert [row.pk for row in rows(MilestoneFilter, plan, f"expected_from={day}&expected_to={day}")] == [
        plan.milestones["due_this_week"].pk
    ]


ENTRIES = [
    ("stage=expenditure", 3),
    ("stage=expenditure&initiative=1.03", 2),
    ("fiscal_year=2026", 1),
    ("funding_source=new&vote=operating", 3),
    ("organization=RCMP", 3),
    ("effective_from=2026-04-01", 1),
    ("effective_to=2026-03-31", 5),
]


def test_ledger_entries(plan):
    for query, count in ENTRIES:
        assert len(rows(LedgerEntryFilter, plan, query)) == count, query


def test_status_updates(plan):
    current, first = plan.week.code, plan.weeks[0].code
    assert len(rows(StatusUpdateFilter, plan, f"week={current}&workflow=approved")) == 3
    assert len(rows(StatusUpdateFilter, plan, f"week={first}")) == 2
    assert len(rows(StatusUpdateFilter, plan, f"week_from={plan.weeks[1].code}&week_to={plan.weeks[1].code}")) == 1
    assert len(rows(StatusUpdateFilter, plan, "workflow=submitted&health=red")) == 1


def test_weeks(plan):
    def found(query):
        return [week.code for week in rows(ReportingWeekFilter, plan, query)]

    assert found("locked=true") == [plan.weeks[1].code, plan.weeks[0].code]
    assert found(f"holding={plan.week.ends_on}") == [plan.week.code]
    assert found(f"code={plan.weeks[3].code}") == [plan.weeks[3].code]
    assert found(f"starts_from={plan.weeks[3].starts_on}") == [plan.weeks[3].code]


def test_late_is_what_the_figure_counts(plan):
    on = plan.week.ends_on
    counted = Milestone.objects.counted(on=on).with_dates().late(on=on).values_list("pk", flat=True)
    assert {row.pk for row in rows(MilestoneFilter, plan, "late=true")} == set(counted)


def test_what_may_not_be_seen_no_filter_finds(plan):
    on = plan.week.ends_on
    base = InitiativeFilter.base(plan.people.manager, on=on)
    found = InitiativeFilter(QueryDict(f"code=2.02&on={on}"), queryset=base).rows
    assert list(found) == []
    assert Initiative.objects.filter(code="2.02").exists()


def test_searches_take_no_accent_for_another_letter(plan):
    add_organization("DFO", name_fr="Pêches et Océans")
    found = OrganizationFilter(QueryDict("q=océans"), queryset=Organization.objects.for_list()).rows
    assert [row.code for row in found] == ["DFO"]


@pytest.mark.parametrize("words", ["l'Agence d'analyse", "L’AGENCE D’ANALYSE", "l'Agence d’analyse"])
def test_searches_take_one_apostrophe_for_the_other(plan, words):
    add_organization("AAA", name_fr="Bureau de l’Agence d’analyse")
    add_organization("BBB", name_fr="Bureau de l'Agence d'analyse")
    found = OrganizationFilter(QueryDict(f"q={words}"), queryset=Organization.objects.for_list()).rows
    assert {row.code for row in found} == {"AAA", "BBB"}


def test_dates_are_dates():
    assert iso_date("2026-11-22") == date(2026, 11, 22)
