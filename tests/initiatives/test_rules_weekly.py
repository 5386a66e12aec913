"""Decisions about the week's update: what facts say against a rating, what they ask, when "no change" may be said."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from initiatives.choices import Dimension
from initiatives.rules.disagreement import BURN_GAP, SLIP_LIMIT, Dispute, RatedFacts, codes, disagreements, possible
from initiatives.rules.no_change import Refusal, Told, no_change_refusal, repeated
from initiatives.rules.questions import QUIET_WEEKS, Ask, Expected, Situation, Spending, Wanted, questions
from initiatives.rules.since import Change, Dated, What, changed

TODAY = date(2026, 11, 18)
GREEN = dict.fromkeys(Dimension, "green")
HALF = {"authority": Decimal(1000), "elapsed": Decimal("0.5")}

AGAINST = [
    ({"late": ("M1",)}, Dispute.LATE),
    ({"passed": ("M1",)}, Dispute.FORECAST_PASSED),
    ({"slips": {"M1": SLIP_LIMIT + 1}}, Dispute.SLIP),
    ({"overspent": Decimal(1)}, Dispute.OVERSPENT),
    ({**HALF, "expenditure": 1000 * (Decimal("0.51") + BURN_GAP)}, Dispute.BURN),
    ({**HALF, "expenditure": 1000 * (Decimal("0.49") - BURN_GAP)}, Dispute.BURN),
    ({**HALF, "lapse": Decimal("50.01")}, Dispute.LAPSE),
    ({"cancelled": ("M1", "M2")}, Dispute.CANCELLED),
    ({"missed": ("TEAMS",)}, Dispute.TARGET),
]
NOT_AGAINST = [
    {},
    {"slips": {"M1": SLIP_LIMIT, "M2": -90}},
    {"overspent": Decimal(0)},
    {**HALF, "expenditure": 1000 * (Decimal("0.5") + BURN_GAP)},
    HALF,  # nothing recorded as spent is unknown, not zero
    {"authority": Decimal(1000), "elapsed": Decimal("0.24"), "expenditure": Decimal(900)},
    {"authority": Decimal(0), "elapsed": Decimal("0.5"), "expenditure": Decimal(900)},
    {**HALF, "lapse": Decimal(50)},
]


@pytest.mark.parametrize(("known", "code"), AGAINST)
def test_a_green_rating_is_contradicted_by_facts_of_its_dimension_alone(known, code):
    facts = RatedFacts(**known)
    assert codes(disagreements(facts, GREEN)) == [code.value]
    others = {one: "green" for one in Dimension if one != code.dimension}
    assert disagreements(facts, {**others, code.dimension: "amber"}) == []
    assert disagreements(facts, {**others, code.dimension: "red"}) == []
    assert disagreements(facts, {**others, code.dimension: ""}) == []


@pytest.mark.parametrize("known", NOT_AGAINST)
def test_within_the_limits_nothing_speaks_against_it(known):
    assert possible(RatedFacts(**known)) == []


def test_a_disagreement_names_the_things():
    assert [one.sentence for one in possible(RatedFacts(late=("M2", "M4"), slips={"M2": 60, "M4": 90}))] == [
        "2 milestones are late: M2, M4.",
        "M4 is expected 90 days after its baseline.",
    ]


def milestone(code, days, baseline=None, *, asked=False):
    return Expected(
        code=code, title=code, expected_on=TODAY + timedelta(days), asked=asked,
        baseline_on=None if baseline is None else TODAY + timedelta(baseline),
    )  # fmt: skip


def test_what_is_most_urgent_is_asked_first():
    situation = Situation(
        milestones=(
            milestone("M1", 40, 0), milestone("M2", 7), milestone("M3", -1), milestone("M4", -9), milestone("M5", 0),
            milestone("M6", 8, 8), milestone("M7", 40, 0, asked=True),
        ),
        indicators=(
            Wanted(code="LATER", title="", unit="", start=None, end=TODAY),
            Wanted(code="TEAMS", title="", unit="", start=None, end=TODAY - timedelta(18)),
        ),
        spending=Spending(
            fiscal_year=2026, authority=Decimal(5), last_on=None, since=TODAY - timedelta(weeks=QUIET_WEEKS)
        ),
        returned="Say why.", decision="A permit, by Friday",
    )  # fmt: skip
    assert [one.key for one in questions(situation, on=TODAY)] == [
        "returned", "passed-M4", "passed-M3", "soon-M5", "soon-M2", "slipped-M1", "decision",
        f"value-TEAMS-{TODAY - timedelta(18)}", "spending-2026",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("last_on", "authority", "asked"),
    [(None, 5, True), (TODAY - timedelta(weeks=6), 5, True), (TODAY - timedelta(weeks=5), 5, False), (None, 0, False)],
)
def test_spending_is_asked_after_some_quiet_weeks(last_on, authority, asked):
    spending = Spending(fiscal_year=2026, authority=Decimal(authority), last_on=last_on, since=date(2026, 4, 1))
    found = questions(Situation(spending=spending), on=TODAY)
    assert [one.ask for one in found] == ([Ask.SPENDING] if asked else [])


def told(no_change, headline):
    return Told(no_change, (headline, ""))


@pytest.mark.parametrize(
    ("earlier", "count"),
    [
        ([], 0),
        ([told(False, "a")], 0),
        ([told(True, "a"), told(False, "a")], 1),
        ([told(True, "a"), told(True, "a"), told(False, "a")], 2),
        ([told(True, "b"), told(True, "a"), told(False, "a")], 0),  # a sentence of its own
        ([told(True, "a"), told(False, "b"), told(True, "b")], 0),
    ],
)
def test_weeks_without_a_sentence_of_their_own_are_counted(earlier, count):
    assert repeated(earlier) == count


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({}, None),
        ({"affirms": False, "disputed": True}, Refusal.NO_UPDATE_YET),
        ({"returned": True, "differs": True}, Refusal.RETURNED),
        ({"differs": True, "disputed": True}, Refusal.CHANGED),
        ({"disputed": True, "repeats": 2}, Refusal.FACTS_DISAGREE),
        ({"repeats": 1}, None),
        ({"repeats": 2}, Refusal.NEEDS_A_SENTENCE),
        ({"repeats": 7, "sentence": True}, None),
    ],
)
def test_no_change_may_be_said_where_it_is_true(given, refusal):
    assert no_change_refusal(**{"affirms": True, "disputed": False, "repeats": 0, "sentence": False} | given) == refusal


def test_what_became_of_milestones_is_told_once_each():
    day, later = TODAY, TODAY + timedelta(5)
    before = {
        "M1": Dated(day),
        "M2": Dated(day),
        "M3": Dated(day),
        "M4": Dated(None, day),
        "M5": Dated(),
        "M6": Dated(),
    }
    now = {
        "M1": Dated(later), "M2": Dated(later, day), "M3": Dated(day, None, day), "M4": Dated(day), "M5": Dated(day),
        "M6": Dated(), "M7": Dated(day),
    }  # fmt: skip
    assert dict(changed(before, now)) == {
        "M1": Change(What.MOVED, later, 5), "M2": Change(What.MET, day), "M3": Change(What.CANCELLED, day),
        "M4": Change(What.REOPENED, day), "M5": Change(What.MOVED, day, None), "M7": Change(What.ADDED, day),
    }  # fmt: skip
