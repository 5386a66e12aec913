"""Programs record what is observed, set targets, and correct what they recorded."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from initiatives.choices import Accumulation, Measure, RollupRule
from initiatives.models import Observation, Target
from tests.factories import add_indicator, add_observation
from tests.scenarios import FRENCH, small_plan
from tests.tracker.writes import Writer, refusal, row
from tracker.models import Revision
from tracker.timemachine import head
from tracker.timemachine.audit import faults

pytestmark = pytest.mark.django_db
OBSERVATIONS = "/api/v1/observations/"
TARGETS = "/api/v1/targets/"
CODES = ("TEAMS", "DOGS", "WHOLE")
FIRST = date(2025, 4, 1)


@pytest.fixture
def plan():
    found = small_plan()
    add_indicator(found.plan, "TEAMS", initiative=found.initiatives["green"])
    add_indicator(found.plan, "DOGS", initiative=found.initiatives["no_update"])
    add_indicator(found.plan, "WHOLE")
    add_indicator(
        found.plan, "TOTAL", accumulation=Accumulation.RUNNING_TOTAL, rollup_rule=RollupRule.LATEST, calendar="calendar"
    )
    add_indicator(found.plan, "RATIO", measure=Measure.RATIO, rollup_rule=RollupRule.RATIO)
    return found


@pytest.fixture
def writer(plan):
    return Writer(plan.people.plan_admin)


@pytest.fixture
def _writes_nothing(plan):
    """Nothing is written by the test."""

    def rows():
        return head(), Observation.objects.count(), Target.objects.count()

    before = rows()
    yield
    assert rows() == before


def seen(indicator="TEAMS", day=FIRST, **fields):
    return {
        "plan": "BP", "indicator": indicator, "period_start": str(day), "period_end": str(day), "value": "12.5",
        **fields,
    }  # fmt: skip


def aimed(indicator="TEAMS", due="2027-03-31", **fields):
    return {"plan": "BP", "indicator": indicator, "due_on": due, "target_type": "at_least", "lower": 100, **fields}


def days(count):
    return [seen(CODES[n % 3], date(2022, 1, 1) + timedelta(n // 3), value=n) for n in range(count)]


def dues(count):
    return [aimed(CODES[n % 3], str(date(2027, 1, 1) + timedelta(n // 3)), lower=n) for n in range(count)]


def test_an_observation_is_recorded_and_given_back_as_its_row(plan, writer):
    before = head()
    sent = seen(place="WINDSOR", value="0", qualifier="about", source="A page", note_fr=FRENCH, official=True)
    response = writer.post(OBSERVATIONS, sent)
    made = row(response, 201)
    assert (made["initiative"], made["place"], made["value"], made["amount"]) == (
        "1.01", "WINDSOR", "0.000000", "0.000000",
    )  # fmt: skip
    assert (made["qualifier"], made["official"], made["kind"], made["note_fr"]) == ("about", True, "original", FRENCH)
    assert made["recorded_by"] == "plan-admin"
    assert response["ETag"] == f'"r{before + 1}"' == f'"r{head()}"'
    assert row(writer.get(response["Location"])) == made
    hidden = seen(availability="suppressed", value=None, period_end="2030-03-31")
    assert row(writer.post(OBSERVATIONS, hidden), 201)["value"] is None
    ratio = seen("RATIO", value=None, numerator="1", denominator="4")
    assert row(writer.post(OBSERVATIONS, ratio), 201)["amount"] == "0.250000"


def test_a_target_is_set_and_revised(writer):
    first = row(writer.post(TARGETS, aimed()), 201)
    assert (first["number"], first["change"], first["current"], first["lower"]) == (1, "new", True, "100.000000")
    assert set(refusal(writer.post(TARGETS, aimed(lower=90)), 400, "invalid")["fields"]) == {"reason"}
    second = row(writer.post(TARGETS, aimed(lower=90, reason="fewer dogs")), 201)
    assert (second["number"], second["change"], second["set_by"]) == (2, "lowered", "plan-admin")
    both = row(writer.post(TARGETS, [aimed(due="2028-03-31"), aimed(due="2028-03-31", lower=110, reason="more")]), 201)
    assert [(one["number"], one["change"]) for one in both] == [(1, "new"), (2, "raised")]
    assert len({one["revision"] for one in both}) == 1
    for version in (0, 1, 3):
        stale = writer.post(TARGETS, aimed(lower=95, reason="more dogs", seen=version))
        assert set(refusal(stale, 409, "changed")["fields"]) == {"due_on"}
    assert row(writer.post(TARGETS, aimed(lower=95, reason="more dogs", seen=2)), 201)["number"] == 3


def test_a_thousand_rows_are_one_revision_and_cost_the_queries_of_ten(writer):
    def cost(path, bodies):
        with CaptureQueriesContext(connection) as queries:
            rows = row(writer.post(path, bodies), 201)
        assert len(rows) == len(bodies)
        assert {one["revision"] for one in rows} == {head()}
        return len(queries)

    for path, made in ((OBSERVATIONS, days), (TARGETS, dues)):
        few, many = cost(path, made(10)), cost(path, made(1010)[10:])
        assert many <= few <= 25, (path, few, many)
    assert Revision.objects.get(number=head()).reason == "1000 targets set of DOGS, TEAMS, WHOLE"
    assert faults() == []


FAULTS = [
    ({"colour": "red", "availability": "maybe"}, {"colour", "availability"}),
    ({"value": None}, {"value"}),
    ({"value": "1e3"}, {"value"}),
    ({"value": "1.0000001"}, {"value"}),
    ({"value": True}, {"value"}),
    ({"numerator": 1}, {"numerator"}),
    ({"availability": "not_available"}, {"value"}),
    ({"period_end": None}, {"period_end"}),
    ({"period_end": "31 March"}, {"period_end"}),
    ({"period_end": "2025-03-01"}, {"period_end"}),
    ({"period_end": "2035-03-01"}, {"period_end"}),
    ({"period_start": None}, {"period_start"}),
    ({"place": "NOWHERE"}, {"place"}),
    ({"place": ""}, {"place"}),
    ({"source_url": "nowhere"}, {"source_url"}),
    ({"official": "yes"}, {"official"}),
    ({"kind": "correction"}, {"kind"}),
    ({"indicator": "RATIO"}, {"value", "numerator", "denominator"}),
]
TARGET_FAULTS = [
    ({"number": 2, "due_on": "soon"}, {"number", "due_on"}),
    ({"target_type": "roughly"}, {"target_type"}),
    ({"lower": None}, {"lower"}),
    ({"upper": 1}, {"upper"}),
    ({"due_on": "2025-03-31"}, {"due_on"}),
    ({"seen": "1"}, {"seen"}),
    ({"target_type": "between", "upper": 1}, {"upper"}),
    ({"lower": "1.0000001"}, {"lower"}),
    ({"source_url": "nowhere"}, {"source_url"}),
]


@pytest.mark.usefixtures("_writes_nothing")
def test_a_field_that_cannot_be_meant_is_refused_by_name_alone_and_among_many(writer):
    for path, good, faulty in ((OBSERVATIONS, seen(), FAULTS), (TARGETS, aimed(), TARGET_FAULTS)):
        for fields, named in faulty:
            found = refusal(writer.post(path, good | fields), 400, "invalid")
            assert set(found["fields"]) == named, fields
            listed = refusal(writer.post(path, [good, good | fields]), 400, "invalid")
            assert [(one["index"], set(one["fields"])) for one in listed["errors"]] == [(1, named)], fields
        for count in (0, 1001):
            refusal(writer.post(path, [good] * count), 400, "bad_count")


def test_one_row_of_many_that_meets_another_writes_nothing(writer):
    taken = row(writer.post(OBSERVATIONS, seen()), 201)
    row(writer.post(OBSERVATIONS, seen("TOTAL", date(2025, 6, 30), period_start="2025-01-01", value=50)), 201)
    before = head()
    bodies = [
        seen("DOGS"), seen(), seen("WHOLE"), seen("WHOLE"),
        seen("TOTAL", date(2025, 7, 31), period_start="2025-01-01", value=60),
        seen("TOTAL", date(2025, 8, 31), period_start="2025-01-01", value=59),
        seen("TOTAL", date(2026, 1, 31), period_start="2026-01-01", value=1),
    ]  # fmt: skip
    found = refusal(writer.post(OBSERVATIONS, bodies), 400, "invalid")
    assert [(one["index"], set(one["fields"])) for one in found["errors"]] == [
        (1, {"period_end"}), (3, {"period_end"}), (5, {"value"}),
    ]  # fmt: skip
    assert str(taken["id"]) in found["errors"][0]["fields"]["period_end"]
    assert "60" in found["errors"][2]["fields"]["value"]
    twice = [aimed(), aimed("DOGS"), aimed(reason="x"), aimed("DOGS", lower=1)]
    found = refusal(writer.post(TARGETS, twice), 400, "invalid")
    assert [(one["index"], set(one["fields"])) for one in found["errors"]] == [(2, {"lower"}), (3, {"reason"})]
    assert head() == before


@pytest.mark.usefixtures("_writes_nothing")
def test_another_s_scope_is_not_seen_and_readers_write_nothing(plan, writer):
    manager = Writer(plan.people.manager)
    for path, body in ((OBSERVATIONS, seen), (TARGETS, aimed)):
        unseen, absent = manager.post(path, body("DOGS")), manager.post(path, body("NO-DOGS"))
        assert set(refusal(unseen, 404, "not_found")["fields"]) == {"indicator"}
        assert unseen.content.replace(b"DOGS", b"") == absent.content.replace(b"NO-DOGS", b"")
        found = refusal(manager.post(path, [body("TEAMS"), body("WHOLE"), body("DOGS")]), 400, "invalid")
        assert [(one["index"], one["code"]) for one in found["errors"]] == [(1, "not_allowed"), (2, "not_found")]
        for user in (plan.people.viewer, plan.people.auditor, plan.people.administrator, plan.people.outsider):
            refusal(Writer(user).post(path, body()), 403, "not_allowed")


def test_a_key_sent_ten_times_makes_one_row(writer):
    for path, body, model in ((OBSERVATIONS, [seen(), seen("DOGS")], Observation), (TARGETS, aimed(), Target)):
        answers = [writer.post(path, body, "a-key-" + model.__name__) for _ in range(10)]
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 1
    assert (Observation.objects.count(), Target.objects.count()) == (2, 1)


def test_a_value_is_corrected_and_restated_and_all_stay(plan, writer):
    old = row(writer.post(OBSERVATIONS, seen(source="A page", place="WINDSOR")), 201)
    path = f"{OBSERVATIONS}{old['id']}/"
    response = writer.post(f"{path}correction/", {"value": "13", "reason": "typing error"}, "one")
    right = row(response, 201)
    assert (right["value"], right["source"], right["place"]) == ("13.000000", "A page", "WINDSOR")
    assert (right["kind"], right["supersedes"], right["reason"]) == ("correction", old["id"], "typing error")
    assert response["Location"] == f"{OBSERVATIONS}{right['id']}/"
    assert row(writer.get(path))["superseded_by"] == right["id"]
    assert writer.post(f"{path}correction/", {"value": "13", "reason": "typing error"}, "one").content == (
        response.content
    )
    refusal(writer.post(f"{path}restatement/", {"value": "14", "reason": "x"}), 409, "superseded")
    gone = {"availability": "not_available", "value": None, "reason": "the source took it back"}
    last = row(writer.post(f"{OBSERVATIONS}{right['id']}/restatement/", gone), 201)
    assert (last["kind"], last["value"], last["availability"]) == ("restatement", None, "not_available")
    assert Observation.objects.count() == 3


@pytest.mark.parametrize("name", ["correction", "restatement"])
def test_a_correction_that_cannot_be_meant_is_refused(plan, writer, name):
    indicator = plan.plan.indicators.get(code="DOGS")
    old = add_observation(indicator, timezone.localdate(), "3")
    path, before = f"{OBSERVATIONS}{old.pk}/{name}/", head()
    for body, named in [
        ({"value": 4}, {"reason"}),
        ({"value": 4, "reason": " "}, {"reason"}),
        ({"value": "four", "reason": "x", "period_end": "2025-04-30"}, {"value", "period_end"}),
        ({"reason": "nothing differs"}, {"value"}),
        ({"availability": "suppressed", "reason": "x"}, {"value"}),
        ({"value": None, "reason": "x"}, {"value"}),
    ]:
        assert set(refusal(writer.post(path, body), 400, "invalid")["fields"]) == named, body
    good = {"value": 4, "reason": "x"}
    refusal(Writer(plan.people.manager).post(path, good), 404, "not_found")
    refusal(Writer(plan.people.auditor).post(path, good), 403, "not_allowed")
    refusal(writer.post(f"{OBSERVATIONS}999999/{name}/", good), 404, "not_found")
    assert head() == before
