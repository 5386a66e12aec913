"""The pages of indicators: what they say, what they record, what they refuse."""

import html
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from initiatives.actions.observations import ReadingContent, restate_observation
from initiatives.choices import Measure, ObservationKind, RollupRule
from initiatives.models import Indicator, Observation, Target
from tests.factories import (
    ACTOR,
    add_indicator,
    add_initiative,
    add_observation,
    add_organization,
    add_pillar,
    add_place,
    add_plan,
    add_target,
    add_user,
)
from tracker.choices import Role

pytestmark = pytest.mark.django_db
DUE = date(2026, 3, 31)
SET = datetime(2025, 4, 1, 17, tzinfo=UTC)
PAGE = "/en/plans/BP/indicators/TEAMS/"


@pytest.fixture
def indicator():
    plan = add_plan()
    initiative = add_initiative(add_pillar(plan), lead=add_organization())
    made = add_indicator(
        plan, "TEAMS", initiative=initiative, title_fr="Équipes", baseline_value=Decimal(0),
        baseline_on=date(2025, 3, 31),
    )  # fmt: skip
    add_target(made, DUE, "40000", set_at=SET)
    add_target(made, DUE, "20000", number=2, reason="fewer dogs", set_at=SET)
    old = add_observation(made, date(2025, 4, 30), "4500", source="First page", source_url="https://example.org/1")
    reading = ReadingContent(value=Decimal(5000), source="Newer page")
    at = datetime(2025, 9, 1, tzinfo=UTC)
    restate_observation(observation=old, reading=reading, reason="the page says so now", by=ACTOR, at=at)
    return made


@pytest.fixture
def manager(client):
    client.force_login(add_user("manager", role=Role.MANAGER, scope="BP/1.01"))
    return client


def words(response, status=200):
    assert response.status_code == status, response.content[:2000]
    # Without drawings, on whose axes any round number may stand.
    page = re.sub(r"<svg.*?</svg>", " ", response.content.decode().split("<main")[1], flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", " ", page)
    return " ".join(html.unescape(text).split())


def test_an_indicator_says_where_it_stands_and_what_was_said_before(indicator, manager):
    text = words(manager.get(f"{PAGE}?on=2025-06-01"))
    assert "on the way" in text
    assert "25% of the way from the baseline to the target" in text
    assert re.search("5,000 2025-26 ?, to 2025-04-30 ?: 30 of 365 days", text)
    assert re.search("at least 20,000 due 2026-03-31 ?, version 2", text)
    assert "lowered" in text
    assert "fewer dogs" in text
    assert "Restatement: the page says so now" in text.replace(" :", ":")
    assert "4,500" in text
    page = manager.get(PAGE).content.decode()
    assert 'href="https://example.org/1"' in page
    assert f'<figure class="chart" id="path-{indicator.pk}">' in page


def test_french_writes_numbers_as_french_does(indicator, manager):
    text = words(manager.get("/fr/plans/BP/indicators/TEAMS/?on=2025-06-01"))
    assert "5 000" in text
    assert "2025-2026" in text
    assert "25 %" in text


def test_why_there_is_no_progress_stands_there(indicator, manager):
    add_indicator(indicator.plan, "OTHER")
    assert "No target is set." in words(manager.get("/en/plans/BP/indicators/OTHER/"))


def test_the_past_shows_what_was_known_and_offers_nothing(indicator, manager):
    before = Observation.objects.get(kind=ObservationKind.RESTATEMENT).revision - 1
    response = manager.get(f"{PAGE}?as_of=r{before}&on=2025-06-01")
    text = words(response)
    assert "4,500" in text
    assert "5,000" not in text
    assert "/observations/add/" not in response.content.decode()
    assert manager.get(f"{PAGE}observations/add/?as_of=r{before}").status_code == 403


def test_the_list_and_the_initiative_name_it(indicator, manager):
    for address in ("/en/plans/BP/indicators/", "/en/plans/BP/initiatives/1.01/"):
        assert "Indicator TEAMS" in words(manager.get(address))
    assert "Indicator TEAMS" not in words(manager.get("/en/plans/BP/indicators/?level=outcome"))
    assert manager.get("/en/plans/BP/indicators/?level=impact").status_code == 400


def test_the_list_has_the_filters_of_the_api_as_controls(indicator, manager):
    add_indicator(indicator.plan, "OTHER", title_en="Seizures", pillar=indicator.initiative.pillar, level="outcome")
    add_pillar(indicator.plan, 2)
    address = "/en/plans/BP/indicators/"
    for query, codes in [
        ("", {"TEAMS", "OTHER"}), ("q=seiz", {"OTHER"}), ("pillar=1", {"TEAMS", "OTHER"}), ("pillar=2", set()),
        ("initiative=1.01", {"TEAMS"}), ("level=output", {"TEAMS"}), ("has_target=true", {"TEAMS"}),
        ("has_target=false", {"OTHER"}), ("standing=no_target", {"OTHER"}), ("has_target=true&level=outcome", set()),
        ("initiative=9.99", set()), ("q=&level=&pillar=", {"TEAMS", "OTHER"}),
    ]:  # fmt: skip
        response = manager.get(f"{address}?{query}")
        assert {row.indicator.code for row in response.context["rows"]} == codes, query
        answer = manager.get(f"/api/v1/indicators/?{response.context['query']}").json()
        assert {row["code"] for row in answer["results"]} == codes, query
        page = response.content.decode()
        assert ("No indicator fits all of these filters" in page) == (not codes)
        assert "Select a valid choice" not in page
        for name, value in [pair.split("=") for pair in query.split("&") if pair]:
            chosen = f'<option value="{value}" selected>' if name != "q" else f'name="q" value="{value}"'
            assert chosen in page or not value
    for query in ("has_target=perhaps", "level=impact", "bogus=1"):
        assert manager.get(f"{address}?{query}").status_code == 400


def test_an_empty_list_says_what_to_do_next(client):
    add_plan()
    client.force_login(add_user(role=Role.PLAN_ADMIN, scope="BP"))
    response = client.get("/en/plans/BP/indicators/")
    assert "Add the first, with its unit" in words(response)
    assert response.content.decode().count('href="/en/plans/BP/add-indicator/"') == 2
    client.force_login(add_user(role=Role.VIEWER, scope="BP"))
    assert "Add the first" not in words(client.get("/en/plans/BP/indicators/"))


def test_an_indicator_without_values_leads_to_its_grid(indicator, manager):
    add_indicator(indicator.plan, "EMPTY", initiative=indicator.initiative)
    page = manager.get("/en/plans/BP/indicators/EMPTY/").content.decode()
    assert page.count('href="/en/plans/BP/indicators/EMPTY/observations/grid/"') == 2


def test_who_may_not_see_it_finds_nothing(indicator, client):
    client.force_login(add_user(role=Role.MANAGER, scope="BP/9.01"))
    assert client.get(PAGE).status_code == 404
    client.force_login(add_user(role=Role.VIEWER, scope="BP"))
    assert client.get(PAGE).status_code == 200
    assert client.get(f"{PAGE}observations/add/").status_code == 403


class TestRecording:
    def test_an_indicator(self, indicator, manager):
        fields = {
            "code": "DOGS", "title_en": "Dogs", "title_fr": "Chiens", "unit_en": "dogs", "unit_fr": "chiens",
            "decimals": "0", "level": "output", "measure": "number", "direction": "increase", "target_type": "tbd",
            "accumulation": "stock", "rollup_rule": "latest", "calendar": "fiscal",
        }  # fmt: skip
        address = "/en/plans/BP/add-indicator/?scope=BP/1.01"
        text = words(manager.post(address, {**fields, "rollup_rule": "sum"}), 422)
        assert "Only a flow adds up over time" in text
        assert manager.post(address, fields).headers["Location"] == "/en/plans/BP/indicators/DOGS/"
        assert manager.get("/en/plans/BP/add-indicator/").status_code == 403
        change = "/en/plans/BP/indicators/DOGS/change/"
        seen = Indicator.objects.get(code="DOGS").revision
        assert manager.post(change, {**fields, "decimals": "1", "revision": seen}).status_code == 302
        text = words(manager.post(change, {**fields, "decimals": "2", "revision": seen}), 422)
        assert "changed this on" in text
        assert "It says now: “1”" in text
        assert "does not say which version you read" in words(manager.post(change, {**fields, "decimals": "2"}), 422)

    def test_a_value_beside_the_one_before(self, indicator, manager):
        address = f"{PAGE}observations/add/"
        assert "Value before 5,000" in words(manager.get(address))
        fields = {
            "period_start": "2025-05-01", "period_end": "2025-05-31", "availability": "reported", "value": "0",
            "qualifier": "exact",
        }  # fmt: skip
        assert manager.post(address, fields).status_code == 302
        assert Observation.objects.get(period_end=date(2025, 5, 31)).value == 0
        assert "correct it instead" in words(manager.post(address, fields), 422)
        empty = {**fields, "period_start": "2025-06-01", "period_end": "2025-06-30", "value": ""}
        assert "Write the number" in words(manager.post(address, empty), 422)

    def test_the_next_period_is_proposed_of_the_same_kind_and_place(self, indicator, manager):
        address = f"{PAGE}observations/add/"
        page = manager.get(address).content.decode()
        assert 'name="period_start" value="2025-05-01"' in page
        assert 'name="period_end" value="2025-05-31"' in page
        assert 'name="source" value="Newer page"' in page
        place = add_place()
        add_observation(indicator, date(2025, 9, 30), "1", period_start=date(2025, 7, 1), place=place)
        page = manager.get(address).content.decode()
        assert 'name="period_start" value="2025-10-01"' in page
        assert 'name="period_end" value="2025-12-31"' in page
        assert f'<option value="{place.pk}" selected>' in page
        add_indicator(indicator.plan, "EMPTY", initiative=indicator.initiative)
        empty = manager.get("/en/plans/BP/indicators/EMPTY/observations/add/").content.decode()
        assert 'name="period_end" value' not in empty

    def test_a_correction_and_a_restatement(self, indicator, manager):
        standing = Observation.objects.standing().get()
        fields = {"availability": "reported", "value": "5100", "qualifier": "exact", "reason": "typing error"}
        address = f"{PAGE}observations/{standing.pk}/correct/"
        assert "Recorded now 5,000" in words(manager.get(address))
        assert "required" in words(manager.post(address, {**fields, "reason": ""}), 422)
        assert manager.post(address, fields).status_code == 302
        assert "superseded already" in words(manager.post(address, {**fields, "value": "1"}), 422)
        newest = Observation.objects.standing().get()
        restate = f"{PAGE}observations/{newest.pk}/restate/"
        assert manager.post(restate, {**fields, "value": "5200"}).status_code == 302
        assert [row.value for row in Observation.objects.order_by("pk")] == [4500, 5000, 5100, 5200]
        assert manager.get(f"{PAGE}observations/999/correct/").status_code == 404

    def test_a_target_and_its_revision(self, indicator, manager):
        address = f"{PAGE}targets/set/"
        assert "Target now at least 20,000" in words(manager.get(f"{address}?due=2026-03-31"))
        fields = {"due_on": "2099-03-31", "target_type": "at_most", "upper": "10"}
        assert manager.post(address, fields).status_code == 302
        revised = {**fields, "upper": "20"}
        assert "Say why the target is revised" in words(manager.post(address, revised), 422)
        assert manager.post(address, {**revised, "reason": "too hard"}).status_code == 302
        assert Target.objects.filter(due_on=date(2099, 3, 31)).count() == 2

    def test_a_ratio_asks_for_its_parts(self, indicator, manager):
        ratio = add_indicator(
            indicator.plan, "RATIO", initiative=indicator.initiative, measure=Measure.RATIO,
            rollup_rule=RollupRule.RATIO,
        )  # fmt: skip
        address = f"{ratio.get_absolute_url().replace('/fr/', '/en/')}observations/add/"
        page = manager.get(address).content.decode()
        assert 'name="numerator"' in page
        assert 'name="value"' not in page
        fields = {"period_start": "2025-05-01", "period_end": "2025-05-31", "availability": "reported",
                  "numerator": "1", "denominator": "0", "qualifier": "exact"}  # fmt: skip
        assert "more than zero" in words(manager.post(address, fields), 422)
