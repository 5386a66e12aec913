"""Programs add indicators and change what is said of them."""

import pytest

from initiatives.models import Indicator
from tests.factories import add_observation
from tests.scenarios import FRENCH, small_plan
from tests.tracker.writes import Writer, refusal, row
from tracker.timemachine import head

pytestmark = pytest.mark.django_db
INDICATORS = "/api/v1/indicators/"


@pytest.fixture
def plan():
    return small_plan()


@pytest.fixture
def writer(plan):
    return Writer(plan.people.plan_admin)


def body(**fields):
    return {
        "plan": "BP", "code": "TEAMS", "title_en": "Detector dog teams", "title_fr": FRENCH, "unit_en": "teams",
        "unit_fr": "équipes", "level": "output", "direction": "increase", "accumulation": "flow", "calendar": "fiscal",
        "rollup_rule": "sum", **fields,
    }  # fmt: skip


def test_an_indicator_belongs_to_an_initiative_a_pillar_or_the_plan(writer):
    response = writer.post(INDICATORS, body(initiative="1.01", baseline_value="80", baseline_on="2024-12-17"))
    made = row(response, 201)
    assert (made["initiative"], made["pillar"], made["baseline_value"]) == ("1.01", 1, "80.000000")
    assert (made["measure"], made["target_type"], made["decimals"]) == ("number", "tbd", 0)
    assert made["standing"] == "no_target"
    shown = writer.get(response["Location"])
    assert {name: row(shown)[name] for name in made} == made
    assert response["ETag"] == f'"r{head()}"'
    assert shown["ETag"].startswith(f'"r{head()}-')
    of_pillar = row(writer.post(INDICATORS, body(code="P", pillar=2)), 201)
    assert (of_pillar["initiative"], of_pillar["pillar"]) == (None, 2)
    of_plan = row(writer.post(INDICATORS, body(code="W", pillar=None, initiative=None)), 201)
    assert (of_plan["initiative"], of_plan["pillar"]) == (None, None)


def test_what_cannot_be_added_is_refused_by_name(plan, writer):
    row(writer.post(INDICATORS, body()), 201)
    before = head()
    for fields, named in [
        ({"colour": "red", "level": "impact"}, {"colour", "level"}),
        ({"code": "TEAMS"}, {"code"}),
        ({"code": "lower case"}, {"code"}),
        ({"title_fr": ""}, {"title_fr"}),
        ({"decimals": 7}, {"decimals"}),
        ({"decimals": "1"}, {"decimals"}),
        ({"baseline_value": 80}, {"baseline_on"}),
        ({"baseline_on": "2024-12-17"}, {"baseline_value"}),
        ({"measure": "ratio"}, {"rollup_rule"}),
        ({"accumulation": "stock"}, {"rollup_rule"}),
        ({"source_url": "nowhere"}, {"source_url"}),
        ({"pillar": "1"}, {"pillar"}),
        ({"pillar": 1, "initiative": "1.01"}, {"pillar"}),
    ]:
        found = refusal(writer.post(INDICATORS, body(code="NEW") | fields), 400, "invalid")
        assert set(found["fields"]) == named, fields
    refusal(writer.post(INDICATORS, [body(code="NEW")]), 400, "invalid")
    for fields, named in [({"plan": "XX"}, "plan"), ({"pillar": 9}, "pillar"), ({"initiative": "9.99"}, "initiative")]:
        found = refusal(writer.post(INDICATORS, body(code="NEW") | fields), 404, "not_found")
        assert set(found["fields"]) == {named}
    manager = Writer(plan.people.manager)
    refusal(manager.post(INDICATORS, body(code="NEW", initiative="2.01")), 404, "not_found")
    refusal(manager.post(INDICATORS, body(code="NEW")), 403, "not_allowed")
    refusal(Writer(plan.people.auditor).post(INDICATORS, body(code="NEW")), 403, "not_allowed")
    assert head() == before


def test_a_key_sent_ten_times_makes_one_indicator(writer):
    answers = [writer.post(INDICATORS, body(), "a-key") for _ in range(10)]
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert Indicator.objects.filter(code="TEAMS").count() == 1


@pytest.fixture
def made(writer):
    return row(writer.post(INDICATORS, body(initiative="1.01")), 201)


def path_of(made):
    return f"{INDICATORS}{made['id']}/"


def test_an_indicator_is_changed_at_the_revision_that_was_read(plan, writer, made):
    response = writer.patch(path_of(made), {"title_en": "Teams", "note_fr": FRENCH, "decimals": 1}, made["revision"])
    found = row(response)
    assert (found["title_en"], found["note_fr"], found["decimals"], found["years"]) == ("Teams", FRENCH, 1, [])
    assert response["ETag"] == f'"r{head()}"'
    assert row(writer.get(path_of(made))) == found
    before = head()
    assert row(writer.patch(path_of(made), {"title_en": "Teams"}, found["revision"]))["revision"] == before == head()
    other = Writer(plan.people.pillar_lead)
    row(other.patch(path_of(made), {"title_en": "By the lead"}, before))
    merged = row(writer.patch(path_of(made), {"title_fr": "Les équipes"}, before))
    assert (merged["title_en"], merged["title_fr"]) == ("By the lead", "Les équipes")
    found = refusal(writer.patch(path_of(made), {"title_en": "Mine", "unit_en": "dogs"}, before), 412, "edit_conflict")
    [told] = found["conflicts"]
    assert (told["field"], told["seen"], told["stored"], told["sent"]) == ("title_en", "Teams", "By the lead", "Mine")
    assert told["by"] == plan.people.pillar_lead.display_name
    assert row(writer.get(path_of(made)))["unit_en"] == "teams"


def test_a_change_that_cannot_be_meant_is_refused(plan, writer, made):
    path, now = path_of(made), head()
    add_observation(Indicator.objects.get(pk=made["id"]), None, "3")
    before = head()
    assert set(refusal(writer.patch(path, {"title_en": "X"}), 428, "precondition_required")["fields"]) == {"If-Match"}
    refusal(writer.patch(path, {"title_en": "X"}, "*"), 400, "bad_if_match")
    refusal(writer.patch(path, {"title_en": "X"}, head() + 1), 412, "edit_conflict")
    for fields, named in [
        ({"code": "OTHER"}, {"code"}),
        ({"plan": "BP", "level": "impact"}, {"plan", "level"}),
        ({"title_en": None}, {"title_en"}),
        ({"unit_fr": ""}, {"unit_fr"}),
        ({"calendar": "calendar"}, {"calendar"}),
        ({"direction": "decrease"}, {"reason"}),
        ({"baseline_value": 1, "reason": "x"}, {"baseline_on"}),
        ({"source_url": "nowhere"}, {"source_url"}),
    ]:
        assert set(refusal(writer.patch(path, fields, now), 400, "invalid")["fields"]) == named, fields
    for user in (plan.people.viewer, plan.people.auditor, plan.people.administrator):
        refusal(Writer(user).patch(path, {"title_en": "X"}, now), 403, "not_allowed")
    refusal(writer.patch(f"{INDICATORS}999999/", {"title_en": "X"}, now), 404, "not_found")
    assert head() == before
    reasoned = {"direction": "decrease", "reason": "Fewer is better"}
    assert row(writer.patch(path, reasoned, now))["direction"] == "decrease"
