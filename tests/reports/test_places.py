"""The places of a plan: what the page and the API list, what happens in each, and where it stands on the map."""

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from initiatives.choices import ObservationKind
from initiatives.filters import PlaceFilter
from reports.forms_places import PlaceListForm
from tests.factories import (
    add_indicator,
    add_initiative,
    add_initiative_place,
    add_observation,
    add_organization,
    add_pillar,
    add_place,
    add_plan,
    add_user,
)
from tests.reports.reading import words
from tracker.choices import PlaceKind, Role
from tracker.timemachine import head

pytestmark = pytest.mark.django_db
ADDRESS = "/en/plans/BP/places/"


@pytest.fixture
def made(client):
    """Two pillars. A tunnel and a bridge close together, a laboratory without coordinates, a province; an indicator
    observed in the tunnel; a port that nothing names; another plan with a place of its own."""
    first = add_pillar(add_plan())
    second, other = add_pillar(first.plan, 2), add_pillar(add_plan("XX"))
    lead = add_organization()
    one, two = add_initiative(first, lead=lead), add_initiative(second, "2.01", lead=lead)
    elsewhere = add_initiative(other, "1.01", lead=lead)
    tunnel = add_place("TUNNEL", latitude=Decimal("42.31600"), longitude=Decimal("-83.03680"), province="ON")
    bridge = add_place("BRIDGE", latitude=Decimal("43.15390"), longitude=Decimal("-79.04860"), province="ON")
    lab = add_place("LAB", kind=PlaceKind.LABORATORY, province="BC", name_fr="Laboratoire")
    prairie = add_place("MANITOBA", kind=PlaceKind.REGION, province="MB")
    add_place("UNNAMED", kind=PlaceKind.FACILITY)
    for initiative, place in [(one, tunnel), (two, tunnel), (two, bridge), (one, lab), (two, prairie)]:
        add_initiative_place(initiative, place)
    add_initiative_place(elsewhere, add_place("ELSEWHERE"))
    seized = add_indicator(first.plan, "SEIZED", initiative=one, title_en="Fentanyl seized", unit_en="kg")
    add_observation(seized, date(2026, 1, 31), "3", place=tunnel)
    add_observation(seized, date(2026, 2, 28), "5", place=tunnel)
    add_observation(seized, date(2026, 2, 28), "99")
    client.force_login(add_user("auditor", role=Role.AUDITOR, language="en"))
    return client


def page(client, query: str = ""):
    response = client.get(ADDRESS + query)
    assert response.status_code == 200, response.content
    return response


def codes(response, *lists: str) -> list[str]:
    return [row.place.code for name in lists or ("shown", "apart") for row in response.context[name]]


def test_the_list_and_the_map_number_the_same_places(made):
    response = page(made)
    assert codes(response, "shown") == ["BRIDGE", "MANITOBA", "TUNNEL"]
    assert codes(response, "apart") == ["LAB"]
    html = response.content.decode()
    titles = re.findall(r'href="#place-([A-Z]+)" class="map-marker"><title>(\d+)\.', html)
    numbered = {row.place.code: str(row.number) for row in response.context["shown"]}
    assert dict(titles) == numbered == {"BRIDGE": "1", "MANITOBA": "2", "TUNNEL": "3"}
    assert all(f'id="place-{code}"' in html for code in ("BRIDGE", "MANITOBA", "TUNNEL", "LAB"))
    # The two that crowd stand in their part of the map.
    assert [part.letter for part in response.context["parts"]] == ["", "A"]
    assert html.index('id="map-windsor-niagara"') < html.index('href="#place-TUNNEL" class="map-marker"')
    assert "No coordinates of these places are published" in words(html)


def test_what_happens_in_each_place(made):
    tunnel = next(row for row in page(made).context["shown"] if row.place.code == "TUNNEL")
    assert [one.code for one in tunnel.facts.initiatives] == ["1.01", "2.01"]
    [newest] = tunnel.facts.observed
    assert (newest.value, newest.period_end) == (5, date(2026, 2, 28))
    add_observation(
        newest.indicator, newest.period_end, "4", place=newest.place, kind=ObservationKind.CORRECTION,
        supersedes=newest, reason="Counted twice.",
    )  # fmt: skip
    told = words(page(made).content.decode())
    assert "Fentanyl seized: 4 kg, to 2026-02-28" in told
    assert "to 2026-01-31" in words(page(made, "?on=2026-02-10").content.decode())
    assert "nothing by this day" not in told
    assert "4 places · 2 initiatives" in told
    assert [one.initiative.code for one in tunnel.named] == ["1.01", "2.01"]
    assert all(made.get(one.health_url).status_code == 200 for one in tunnel.named)


def test_filters_of_the_page_are_those_of_the_api(made):
    for query in ("kind=port_of_entry", "province=BC", "pillar=1", "pillar=2", "pillar=2&province=ON", "q=lab",
                  "located=true", "located=false", "initiative=2.01", "kind=region&pillar=1"):  # fmt: skip
        response = page(made, f"?{query}")
        listed = json.loads(made.get(f"/api/v1/places/?plan=BP&{query}").content)["results"]
        assert sorted(codes(response)) == sorted(row["code"] for row in listed), query
        link = re.search(r'href="(/api/v1/exports/places\.csv\?[^"]*)"', response.content.decode())
        if listed:
            answer = made.get(link[1].replace("&amp;", "&"))
            rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
            assert sorted(row["code"] for row in rows) == sorted(codes(response)), query
        else:
            assert "No place fits all of these filters" in words(response.content.decode())
    assert set(PlaceListForm.base_fields) - {"on"} <= set(PlaceFilter.base_filters)
    assert len(json.loads(made.get("/api/v1/places/").content)["results"]) == 6
    for query in ("?colour=teal", "?kind=castle", "?pillar=one", "?page=2", "?located=perhaps"):
        assert made.get(ADDRESS + query).status_code == 400, query


def test_nothing_is_told_of_what_the_reader_may_not_see(made, client):
    client.force_login(add_user("manager", role=Role.MANAGER, scope="BP/2.01", language="en"))
    response = page(client)
    assert codes(response) == ["BRIDGE", "MANITOBA", "TUNNEL"]
    assert "Fentanyl" not in response.content.decode()
    assert "1.01" not in words(response.content.decode())
    listed = json.loads(client.get("/api/v1/places/?plan=BP").content)["results"]
    assert [row["code"] for row in listed] == ["BRIDGE", "MANITOBA", "TUNNEL"]
    assert json.loads(client.get("/api/v1/places/?plan=BP&pillar=1").content)["results"] == []


def test_known_places_without_anything_are_named_apart(made):
    response = page(made)
    assert [one.code for one in response.context["others"]] == ["ELSEWHERE", "UNNAMED"]
    assert [one.code for one in page(made, "?kind=facility").context["others"]] == ["UNNAMED"]
    assert page(made, "?pillar=1").context["others"] == []


def test_the_past_knows_what_it_knew_and_keeps_the_reader_there(made):
    then = head()
    lead = add_organization("RCMP")
    late = add_initiative(add_pillar(add_plan("YY")), "9.01", lead=lead)
    add_initiative_place(late, add_place("LATE", latitude=Decimal(50), longitude=Decimal(-100)))
    address = reverse("places", args=["YY"])
    assert codes(made.get(address)) == ["LATE"]
    html = page(made, f"?as_of=r{then}").content.decode()
    assert "You are looking at the past" in html
    main = html[html.index("<main") : html.index("</main>")]
    links = [link for link in re.findall(r'href="([^"]*)"', main) if not link.startswith("#")]
    assert links
    assert all(f"as_of=r{then}" in link for link in links), links


def test_a_list_of_a_plan_can_be_followed(made):
    """A place that comes to be named is told to who follows the plan's places."""
    before = json.loads(made.get("/api/v1/places/?plan=BP").content)
    unnamed, two = add_place("NEWLY"), add_initiative(add_pillar(add_plan("ZZ")), "3.01", lead=add_organization("PS"))
    followed = json.loads(made.get(f"/api/v1/places/?plan=ZZ&since={before['since']}").content)
    assert followed["results"] == []
    add_initiative_place(two, unnamed)
    followed = json.loads(made.get(f"/api/v1/places/?plan=ZZ&since={before['since']}").content)
    assert [row["code"] for row in followed["results"]] == ["NEWLY"]


def test_a_plan_without_places_says_what_to_do_next(made):
    add_plan("NEW")
    html = made.get("/en/plans/NEW/places/").content.decode()
    assert "Nothing of this plan is tied to a place yet" in words(html)
    assert 'href="/en/plans/NEW/indicators/"' in html


def test_places_that_nobody_can_draw_say_why_there_is_no_map(made):
    response = page(made, "?kind=laboratory")
    assert "None of these places can be drawn" in words(response.content.decode())
    assert codes(response, "apart") == ["LAB"]


def test_in_french(made):
    html = made.get("/fr/plans/BP/places/").content.decode()
    assert "Laboratoire" in html
    assert 'lang="fr"' in html
