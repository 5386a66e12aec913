"""Where a search leads: to codes and places, from pages, and for programs."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote_plus

import pytest

from initiatives.choices import Health
from initiatives.search import parts
from tests.factories import (
    add_initiative,
    add_initiative_place,
    add_milestone,
    add_observation,
    add_pillar,
    add_place,
    add_plan,
    add_update,
    add_user,
    add_week,
    bearer,
)
from tests.reports.searching import TODAY, api, by_kind, words
from tracker.choices import Role
from tracker.models import Place
from tracker.timemachine import head

pytestmark = pytest.mark.django_db


class TestCodes:
    @pytest.mark.parametrize(
        ("text", "codes"),
        [("1.02", ("1.02",)), (" bp 1.02 ", ("bp", "1.02")), ("1.02/M3", ("1.02", "M3")), ("/BP/1.02/m3/",
         ("BP", "1.02", "m3")), ("BP-SEIZURES", ("BP-SEIZURES",)), ("dogs; cats", ()), ("a b c d", ()), ("", ()),
         ("équipes", ()), ("x" * 41, ())],
    )  # fmt: skip
    def test_are_read_off_the_text(self, text, codes):
        assert parts(text) == codes

    @pytest.mark.parametrize(
        ("text", "leads"),
        [("1.01", "initiatives/1.01/"), ("bp 1.01", "initiatives/1.01/"), ("BP/2.01", "initiatives/2.01/"),
         ("1.01/m3", "initiatives/1.01/#milestone-M3"), ("bp 2.01 M3", "initiatives/2.01/#milestone-M3"),
         ("bp-dogs", "indicators/BP-DOGS/"), ("bp/2", "pillars/2/")],
    )  # fmt: skip
    def test_lead_straight_to_the_only_thing_that_has_them(self, client, border, auditor, text, leads):
        client.force_login(auditor)
        for page in ("/en/search/", "/en/plans/BP/search/"):
            response = client.get(f"{page}?q={quote_plus(text)}")
            assert (response.status_code, response.url) == (302, f"/en/plans/BP/{leads}")

    def test_keep_the_reader_in_the_past(self, client, border, auditor):
        client.force_login(auditor)
        number = head()
        response = client.get(f"/fr/plans/BP/search/?q=1.01/M3&as_of=r{number}")
        assert response.url == f"/fr/plans/BP/initiatives/1.01/?as_of=r{number}#milestone-M3"
        assert client.get("/fr/plans/BP/search/?q=1.01&as_of=r1").status_code in (200, 404)

    def test_of_several_things_are_listed_first(self, client, border, auditor):
        client.force_login(auditor)
        add_initiative(add_pillar(add_plan("XP")), "1.01", lead=border["canine"].lead)
        add_initiative(border["canine"].pillar, "1.99", lead=border["canine"].lead, title_en="What 1.01 left over")
        assert client.get("/en/search/?q=1.01").status_code == 200
        [group] = api(client, auditor, "q=1.01&kind=initiatives")[1]["groups"]
        assert [(row["plan"], row["code"], row["exact"]) for row in group["results"]] == [
            ("BP", "1.01", True), ("XP", "1.01", True), ("BP", "1.99", False),
        ]  # fmt: skip
        assert client.get("/en/plans/BP/search/?q=1.01").url == "/en/plans/BP/initiatives/1.01/"
        assert client.get("/en/plans/BP/search/?q=xp+1.01").url == "/en/plans/XP/initiatives/1.01/"
        assert client.get("/en/plans/BP/search/?q=M3").status_code == 200

    def test_of_what_is_hidden_lead_nowhere(self, client, border):
        client.force_login(add_user("manager", role=Role.MANAGER, scope="BP/1.01"))
        assert client.get("/en/plans/BP/search/?q=2.01").status_code == 200
        assert client.get("/en/plans/BP/search/?q=2.01/M3").status_code == 200
        assert client.get("/en/plans/BP/search/?q=M3").url.endswith("1.01/#milestone-M3")


class TestPlaces:
    """What is found by its name leads to what happens there, on the page of the places of each plan."""

    def links(self, client, query):
        html = client.get(f"/en/{query}").content.decode()
        return re.findall(r'href="([^"]*#place-[^"]*)"', html)

    def test_lead_to_what_happens_there(self, client, border, auditor):
        client.force_login(auditor)
        number = head()
        assert set(self.links(client, "plans/BP/search/?q=windsor")) == {"/en/plans/BP/places/#place-WINDSOR"}
        assert set(self.links(client, f"plans/BP/search/?q=windsor&as_of=r{number}")) == {
            f"/en/plans/BP/places/?as_of=r{number}#place-WINDSOR"
        }

    def test_also_where_only_an_indicator_was_observed(self, client, border, auditor):
        client.force_login(auditor)
        there, last_month = add_place("EMERSON", name_en="Emerson"), TODAY.replace(day=1) - timedelta(days=1)
        add_observation(border["indicator"], last_month, "3", place=there)
        assert set(self.links(client, "search/?q=emerson")) == {"/en/plans/BP/places/#place-EMERSON"}

    def test_of_every_plan_that_the_reader_sees(self, client, border, auditor):
        other = add_initiative(add_pillar(add_plan("XP")), "1.01", lead=border["canine"].lead)
        add_initiative_place(other, Place.objects.get(code="WINDSOR"))
        client.force_login(auditor)
        assert self.links(client, "search/?q=windsor") == [
            "/en/plans/BP/places/#place-WINDSOR", "/en/plans/XP/places/#place-WINDSOR",
        ]  # fmt: skip
        client.force_login(add_user("manager", role=Role.MANAGER, scope="XP/1.01"))
        assert set(self.links(client, "search/?q=windsor")) == {"/en/plans/XP/places/#place-WINDSOR"}

    def test_nowhere_where_nothing_is_recorded(self, client, border, auditor):
        add_place("EMERSON", name_en="Emerson")
        client.force_login(auditor)
        assert self.links(client, "search/?q=emerson") == []
        assert "Nothing is recorded there." in words(client.get("/en/search/?q=emerson"))


class TestPage:
    def test_shows_what_was_found_where_and_how_it_stands(self, client, border, auditor):
        add_update(border["canine"], add_week(border["plan"]), Health.RED, author=auditor, narrative_en="Dogs wait.")
        client.force_login(auditor)
        response = client.get("/en/plans/BP/search/?q=dogs")
        html, text = response.content.decode(), words(response)
        for shown in (
            "4 results", "Initiatives (1)", "Milestones (1)", "Indicators (1)", "Status updates (1)", "Pillar 1",
            "9 days late", "Off track", "1.01 M3",
        ):  # fmt: skip
            assert shown in text, shown
        assert "First <mark>dogs</mark> certified" in html
        assert 'initiatives/1.01/#milestone-M3"' in html
        update_url = re.search(r'href="([^"]+#update-[^"]+)"', html)[1]
        assert "Dogs wait." in words(client.get(unescape(update_url).split("#")[0]))

    def test_says_in_which_language_the_words_stand(self, client, border, auditor):
        client.force_login(auditor)
        html = client.get("/fr/search/?q=fentanyl").content.decode()
        assert re.search('<span lang="en">[^<]+<mark>fentanyl</mark> at ports', html)
        html = client.get("/en/search/?q=canine").content.decode()
        assert "Found in the" not in html
        html = client.get("/en/search/?q=chiens").content.decode()
        assert "Found in the French text only:" in html
        assert '<span lang="fr">Premiers <mark>chiens</mark> certifiés</span>' in html
        assert "Hangar &amp; yard <mark>leased</mark>" in client.get("/en/search/?q=leased").content.decode()

    def test_narrows_and_leads_on(self, client, border, auditor):
        client.force_login(auditor)
        for number in range(30):
            add_milestone(border["aerial"], f"K{number:02}", title_en="Kennel built", title_fr="Chenil bâti")
        page = client.get("/en/plans/BP/search/?q=kennel")
        assert "Milestones (30)" in words(page)
        assert page.content.decode().count("<mark>Kennel</mark>") == 5
        whole = client.get("/en/plans/BP/search/?q=kennel&kind=milestones")
        assert "25 of 30" in words(whole)
        following = unescape(re.search(r'href="([^"]+)" rel="next"', whole.content.decode())[1])
        assert client.get(following).content.decode().count("<mark>Kennel</mark>") == 5
        assert "Nothing is found" in words(client.get("/en/plans/BP/search/?q=kennel&pillar=1"))
        assert client.get("/en/plans/BP/search/?q=kennel&kind=milestones&page=3").status_code == 400

    @pytest.mark.parametrize(
        ("query", "field", "sentence"),
        [("q=a", "id_q", "at least two characters"), ("q=", "id_q", "required"), ("q=%26%26", "id_q", "Write a word"),
         ("q=dogs&kind=colours", "id_kind", "colours"), ("q=dogs&pillar=9", "id_pillar", "9"),
         (f"q={'x' * 201}", "id_q", "200")],
    )  # fmt: skip
    @pytest.mark.usefixtures("border")
    def test_names_the_field_that_cannot_be_meant(self, client, auditor, query, field, sentence):
        client.force_login(auditor)
        response = client.get(f"/en/plans/BP/search/?{query}")
        assert response.status_code == 400
        assert f'href="#{field}"' in response.content.decode()
        assert sentence in words(response)
        assert client.get("/en/plans/BP/search/?q=dogs&colour=red").status_code == 400

    def test_stands_in_the_header_of_every_page(self, client, border, auditor):
        client.force_login(auditor)
        assert 'action="/en/plans/BP/search/"' in client.get("/en/plans/BP/").content.decode()
        number = head()
        past = client.get(f"/fr/plans/BP/?as_of=r{number}").content.decode()
        box = past[past.index('class="search-box"') :]
        assert f'name="as_of" value="r{number}"' in box[: box.index("</form>")]
        assert 'id="search-q"' not in client.get("/en/sign-in/").content.decode()


class TestApi:
    def test_gives_the_same_results(self, client, border, auditor):
        status, body = api(client, auditor, "q=chiens&plan=BP")
        assert status == 200
        assert by_kind(body) == {"milestones": 1, "indicators": 1}
        [row] = body["groups"][0]["results"]
        assert row == {
            "id": border["milestone"].pk, "code": "M3", "exact": False, "plan": "BP", "pillar": 1, "initiative": "1.01",
            "title_en": "First dogs certified", "title_fr": "Premiers chiens certifiés", "excerpt_en": None,
            "excerpt_fr": None, "url": f"/api/v1/milestones/{border['milestone'].pk}/?as_of=r{head()}",
        }  # fmt: skip
        assert client.get(row["url"], headers=bearer(auditor)).status_code == 200

    @pytest.mark.parametrize(
        ("query", "field"),
        [("", "q"), ("q=a", "q"), ("q=%3C%3E", "q"), ("q=dogs&kind=x", "kind"), ("q=dogs&plan=ZZ", "plan"),
         ("q=dogs&pillar=1", "pillar"), ("q=dogs&page=2", "page"), ("q=dogs&kind=places&page=2", "page"),
         ("q=dogs&colour=red", "colour"), ("q=dogs&plan=BP&pillar=x", "pillar")],
    )  # fmt: skip
    def test_refuses_by_the_field(self, client, border, auditor, query, field):
        status, body = api(client, auditor, query)
        assert (status, list(body["fields"])) == (400, [field])

    def test_is_not_made_again_for_who_has_it(self, client, border, auditor):
        first = client.get("/api/v1/search/?q=dogs", headers=bearer(auditor))
        again = client.get("/api/v1/search/?q=dogs", headers={**bearer(auditor), "If-None-Match": first["ETag"]})
        assert (first.status_code, again.status_code) == (200, 304)
