"""Places of an initiative and the publications that it rests on: on its page, in the API, through the filter, then and
now."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from initiatives.choices import Supports
from tests.factories import ACTOR, add_initiative_place, add_place, add_source, bearer
from tests.scenarios import FORMULA, small_plan
from tracker.models import Place
from tracker.timemachine import head, revision

pytestmark = pytest.mark.django_db

PAGE = "plans/BP/initiatives/1.01/"
LIST = "plans/BP/initiatives/"
UNOFFICIAL = "not an official source"


@pytest.fixture
def plan():
    """The small plan: 1.01 happens in Windsor and in a laboratory, and says what it rests on."""
    made = small_plan()
    green, amber = made.initiatives["green"], made.initiatives["amber"]
    windsor = Place.objects.get(code="WINDSOR")
    with revision(by=ACTOR, reason="where, and who says so"):
        add_initiative_place(green, windsor)
        add_initiative_place(green, Place.objects.get(code="LAB-1"))
        add_initiative_place(amber, windsor)
        green.source_text, green.source_text_language = "De nouvelles équipes.", "fr"
        green.save()
        add_source(green, "BSP", title="The page", url="")
        add_source(green, "NW1", title="Le communiqué", language="fr")
        add_source(green, "PRESS", Supports.LIFECYCLE, title="A paper <b>", official=False)
    return made


@pytest.fixture
def read(client, plan):
    """The body of a GET of the API."""

    def body(path, user=None, status=200):
        response = client.get(f"/api/v1/{path}", headers=bearer(user or plan.people.auditor))
        assert response.status_code == status, response.content
        return json.loads(response.content)

    return body


@pytest.fixture
def show(client, plan):
    """The main part of a page."""

    def main(address, user=None, language="en", status=200):
        client.force_login(user or plan.people.viewer)
        response = client.get(f"/{language}/{address}")
        html = response.content.decode()
        assert response.status_code == status, strip_tags(html)[:500]
        return re.sub(r"\s+", " ", html[html.index("<main") : html.index("</main>")])

    return main


def about(html: str) -> str:
    """The section of a page that says what the initiative is."""
    said = html[html.index('id="about"') :]
    return said[: said.index("</section>")]


def found(html: str) -> list[str]:
    """Codes of the initiatives that a list shows."""
    return re.findall(r"/initiatives/([\d.]+)/", html)


def test_the_page_names_the_places_and_leads_to_what_else_happens_there(show):
    html = show(PAGE)
    there = "plans/BP/places/#place-"
    assert f'<a href="/en/{there}LAB-1">LAB-1</a></li><li><a href="/en/{there}WINDSOR">WINDSOR</a>' in html
    assert f'<a href="/fr/{there}LAB-1">Laboratoire d’Ottawa</a>' in show(PAGE, language="fr")
    assert 'id="place-WINDSOR"' in show("plans/BP/places/")


def test_a_reader_of_the_past_stays_there(show):
    then = head()
    assert f'href="/en/plans/BP/places/?as_of=r{then}#place-WINDSOR"' in show(f"{PAGE}?as_of=r{then}")


def test_the_page_links_each_publication_by_its_title_in_its_own_language(show):
    html = about(show(PAGE))
    commitment = html[html.index("Sources of the commitment") :]
    assert html.index("Source of the lifecycle") < html.index("Sources of the commitment")
    assert '<cite lang="en">The page</cite>' in commitment
    french = '<a href="https://example.org/NW1" rel="noreferrer" lang="fr" hreflang="fr">Le communiqué</a>'
    assert french in commitment
    assert "A paper &lt;b&gt;</a> <span" in html
    assert html.count(UNOFFICIAL) == 1
    assert "Source not given" not in html


def test_the_words_of_the_commitment_say_their_language(plan, show):
    assert '<dd class="prose" lang="fr">De nouvelles équipes.</dd>' in show(PAGE)
    with revision(by=ACTOR, reason="words whose language nobody stated"):
        type(plan.plan).objects.get().initiatives.filter(code="1.02").update(source_text="More teams.")
    assert '<dd class="prose">More teams.</dd>' in show("plans/BP/initiatives/1.02/")


def test_without_publications_the_page_says_what_it_said_before(show):
    html = about(show("plans/BP/initiatives/1.03/"))
    assert "Source not given" in html
    assert not re.search("Places|Source of the lifecycle|Sources of the commitment", html)


def test_a_row_of_the_api_has_the_places_and_one_row_the_sources(plan, read):
    rows = read("initiatives/")["results"]
    assert [row["places"] for row in rows[:3]] == [["LAB-1", "WINDSOR"], ["WINDSOR"], []]
    assert [row["source_text_language"] for row in rows[:2]] == ["fr", None]
    assert "sources" not in rows[0]
    one = read(f"initiatives/{plan.initiatives['green'].pk}/")
    assert one["sources"] == [
        {"supports": "commitment", "code": "BSP", "title": "The page", "url": "", "official": True, "language": "en"},
        {
            "supports": "commitment", "code": "NW1", "title": "Le communiqué", "url": "https://example.org/NW1",
            "official": True, "language": "fr",
        },
        {
            "supports": "lifecycle", "code": "PRESS", "title": "A paper <b>", "url": "https://example.org/PRESS",
            "official": False, "language": "en",
        },
    ]  # fmt: skip
    assert read("initiatives/?fields=code,places")["results"][1] == {"code": "1.02", "places": ["WINDSOR"]}
    assert set(read("initiatives/?fields=sources", status=400)["fields"]) == {"fields"}


def test_places_cost_a_list_no_query_however_many_there_are(plan, read):
    def cost(query):
        with CaptureQueriesContext(connection) as captured:
            read(f"initiatives/?{query}")
        return len([one for one in captured if "initiatives_initiative" in one["sql"]])

    few = cost("fields=code"), cost("")
    for number in range(30):
        place = add_place(f"P{number:02}")
        for initiative in plan.initiatives.values():
            add_initiative_place(initiative, place)
    assert (cost("fields=code"), cost("")) == few == (1, 1)


def test_more_places_and_sources_cost_the_page_no_more_queries(plan, show):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            show(PAGE)
        return len(captured)

    def add(numbers):
        for number in numbers:
            add_initiative_place(plan.initiatives["green"], add_place(f"P{number:02}"))
            add_source(plan.initiatives["green"], f"S{number:02}", Supports.LIFECYCLE)

    show(PAGE)
    add(range(5))  # the latest changes, which the page tells, are of the same kinds then and after
    few = cost()
    add(range(5, 25))
    assert cost() == few


@pytest.mark.parametrize(
    "asked",
    [
        ("place=WINDSOR", ["1.01", "1.02"]),
        ("place=LAB-1", ["1.01"]),
        ("place=WINDSOR&health=amber", ["1.02"]),
        ("place=NOWHERE", []),
        ("place=windsor", []),
        ("place=%25", []),
        ("place=", ["1.01", "1.02", "1.03", "2.01", "2.02", "2.03", "2.04"]),
    ],
)
def test_page_api_and_export_share_the_filter(client, plan, read, show, asked):
    query, codes = asked
    assert [row["code"] for row in read(f"initiatives/?{query}")["results"]] == codes
    headers = bearer(plan.people.auditor)
    csv = client.get(f"/api/v1/exports/initiatives.csv?bom=0&fields=code&{query}", headers=headers)
    assert b"".join(csv.streaming_content).decode().split()[1:] == [
        f"{plan.initiatives[name].pk},false,{plan.initiatives[name].code}"
        for name in plan.initiatives
        if plan.initiatives[name].code in codes
    ]
    html = show(f"{LIST}?{query}")
    assert found(html) == codes
    assert ("No initiative fits all of these filters" in html) is (not codes)


@pytest.mark.parametrize("query", ["place=%00", "place=WINDSOR&place=LAB-1", "places=WINDSOR"])
def test_a_place_that_cannot_be_meant_is_refused_and_named(client, plan, read, show, query):
    name = query.partition("=")[0]
    assert set(read(f"initiatives/?{query}", status=400)["fields"]) == {name}
    export = client.get(f"/api/v1/exports/initiatives.csv?{query}", headers=bearer(plan.people.auditor))
    assert (export.status_code, set(json.loads(export.content)["fields"])) == (400, {name})
    show(f"{LIST}?{query}", status=400)


def test_a_place_shows_only_what_the_person_may_see(plan, read):
    rows = read("initiatives/?place=WINDSOR", plan.people.manager)["results"]
    assert [row["code"] for row in rows] == ["1.01"]


def test_the_past_has_the_places_and_sources_that_it_had(plan, read, show):
    then, green = head(), plan.initiatives["green"]
    with revision(by=ACTOR, reason="found to be wrong"):
        green.places.filter(place__code="WINDSOR").delete()
        green.sources.filter(code="NW1").delete()
        green.sources.filter(code="PRESS").update(title=FORMULA, official=True)
        type(green).objects.filter(pk=green.pk).update(source_text_language="")
    now, before = read(f"initiatives/{green.pk}/"), read(f"initiatives/{green.pk}/?as_of=r{then}")
    assert (now["places"], before["places"]) == (["LAB-1"], ["LAB-1", "WINDSOR"])
    assert [row["title"] for row in now["sources"]] == ["The page", FORMULA]
    assert [row["title"] for row in before["sources"]] == ["The page", "Le communiqué", "A paper <b>"]
    assert (now["source_text_language"], before["source_text_language"]) == (None, "fr")
    assert [row["code"] for row in read("initiatives/?place=WINDSOR")["results"]] == ["1.02"]
    assert [row["code"] for row in read(f"initiatives/?place=WINDSOR&as_of=r{then}")["results"]] == ["1.01", "1.02"]
    assert found(show(f"{LIST}?place=WINDSOR&as_of=r{then}")) == ["1.01", "1.02"]
    assert "Le communiqué" not in show(PAGE).split('id="history"')[0]  # which tells that it was removed
    assert "Le communiqué" in show(f"{PAGE}?as_of=r{then}")
    assert UNOFFICIAL in show(f"{PAGE}?as_of=r{then}")
    assert "?place=WINDSOR" not in show(PAGE)


def test_before_anybody_named_a_place_there_was_none(plan, read):
    green = plan.initiatives["green"]
    first = green.places.order_by("revision").first().revision - 1
    row = read(f"initiatives/{green.pk}/?as_of=r{first}")
    assert (row["places"], row["sources"]) == ([], [])
    assert read(f"initiatives/?place=WINDSOR&as_of=r{first}")["results"] == []
