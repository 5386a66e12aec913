"""Search: in both languages, ranked, as of any moment, and never beyond what the person may see."""

import json
import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote_plus

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django.utils.html import strip_tags

from initiatives.choices import Health, Workflow
from initiatives.models import Initiative, Milestone, StatusUpdate
from initiatives.search import Kind, Reach, asked_words, excerpts, found, parts
from initiatives.search.kinds import TEXTS
from initiatives.search.texts import MOST
from tests.factories import (
    ACTOR,
    add_indicator,
    add_initiative,
    add_initiative_place,
    add_milestone,
    add_observation,
    add_organization,
    add_pillar,
    add_place,
    add_plan,
    add_update,
    add_user,
    add_week,
    bearer,
)
from tests.tracker.test_token_plans import bearing
from tracker.choices import Role
from tracker.models import Place
from tracker.timemachine import as_of, head, revision

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def border():
    """A plan with two pillars, and texts in both languages or in one."""
    agency = add_organization()
    plan = add_plan("BP")
    first, second = add_pillar(plan, 1), add_pillar(plan, 2)
    with revision(by=ACTOR, reason="texts to be found"):
        canine = add_initiative(
            first, "1.01", lead=agency, title_en="Canine teams", title_fr="Équipes canines",
            description_en="Dogs that find fentanyl at ports of entry.", aliases_en=["Detector dogs"],
        )  # fmt: skip
        aerial = add_initiative(
            second, "2.01", lead=agency, title_en="Aerial Intelligence Task Force",
            title_fr="Groupe de travail sur le renseignement aérien",
            description_en="Helicopters beside canine teams.", description_fr="Des hélicoptères à l’œuvre dès l’été.",
        )  # fmt: skip
        milestone = add_milestone(
            canine, "M3", title_en="First dogs certified", title_fr="Premiers chiens certifiés",
            forecasts=[TODAY - timedelta(days=9)],
        )  # fmt: skip
        add_milestone(aerial, "M3", title_en="Hangar & yard leased", title_fr="Hangar loué")
        indicator = add_indicator(plan, "BP-DOGS", title_en="Dogs at work", title_fr="Chiens au travail", pillar=first)
        add_initiative_place(canine, add_place("WINDSOR", name_en="Windsor", name_fr="Windsor"))
    return {"plan": plan, "canine": canine, "aerial": aerial, "milestone": milestone, "indicator": indicator}


@pytest.fixture
def auditor():
    return add_user("auditor", role=Role.AUDITOR)


def keys(kind, text, user, *, past=None, **where):
    return found(kind, asked_words(text), Reach(user, past=past, **where)).keys


def words(response):
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", unescape(strip_tags(main)).replace("\u00a0", " "))


def api(client, user, query, **headers):
    response = client.get(f"/api/v1/search/?{query}", headers=headers or bearer(user))
    return response.status_code, json.loads(response.content)


def by_kind(body):
    return {group["kind"]: group["total"] for group in body["groups"]}


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


class TestWords:
    @pytest.mark.parametrize(
        ("text", "codes"),
        [("equipe canine", ["1.01"]), ("ÉQUIPES", ["1.01"]), ("helicoptere", ["2.01"]), ("hélicoptères", ["2.01"]),
         ("oeuvre", ["2.01"]), ("œuvre ete", ["2.01"]), ("canine", ["1.01", "2.01"]),
         ("team canines", ["1.01", "2.01"]),
         ("detector", ["1.01"]), ("fentanyl helicopter", []), ("ports-of-entry", ["1.01"]), ("2.01", ["2.01"]),
         ("' | & ! <-> :*", [])],
    )  # fmt: skip
    def test_are_found_by_their_stems_in_either_language(self, border, auditor, text, codes):
        """What has them in the title comes first."""
        rows = {row.pk: row.code for row in (border["canine"], border["aerial"])}
        assert [rows[key] for key in (keys(Kind.INITIATIVES, text, auditor) if asked_words(text) else [])] == codes

    def test_the_newest_updates_come_first_among_equals(self, border, auditor, monkeypatch):
        """By whatever way they are looked for."""
        weeks = [add_week(border["plan"], TODAY - timedelta(weeks=shift)) for shift in (0, 1, 2, 30, 31)]
        told = [
            add_update(border["canine"], week, author=auditor, headline_en="Dogs", headline_fr="")
            for week in (weeks[3], weeks[0], weeks[2])
        ]
        other = add_update(
            border["canine"], weeks[1], author=auditor, headline_en="All well", narrative_en="Dogs are well"
        )
        ranked = [told[1].pk, told[2].pk, told[0].pk, other.pk]
        assert (
            keys(Kind.STATUS_UPDATES, "dog", auditor) == keys(Kind.STATUS_UPDATES, "dog", auditor, plan="BP") == ranked
        )
        with as_of(head()):
            assert keys(Kind.STATUS_UPDATES, "dog", auditor, past=head()) == ranked
        monkeypatch.setattr("initiatives.search.texts.FEW", 0)
        monkeypatch.setattr("initiatives.search.texts.MOST", 1)
        assert keys(Kind.STATUS_UPDATES, "dog", auditor, plan="BP") == ranked[:1]

    def test_no_more_are_ranked_than_are_needed(self, border, auditor, monkeypatch):
        monkeypatch.setattr("initiatives.search.texts.MOST", 1)
        ranked = found(Kind.INITIATIVES, asked_words("canine"), Reach(auditor))
        assert (len(ranked.keys), ranked.more) == (1, True)
        assert MOST > 1

    @pytest.mark.parametrize("kind", [kind for kind in Kind if kind != Kind.PLACES])
    def test_are_found_by_an_index(self, kind):
        """What the index holds is what is asked, to the letter."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local enable_seqscan = off; set local enable_indexscan = off")
            texts = TEXTS[kind]
            cursor.execute(f"explain select t.id from {texts.table} t where {texts.words('t')} @@ 'dog'::tsquery")
            assert f"{texts.table}_words" in str(cursor.fetchall())

    def test_are_marked_and_nothing_else_becomes_markup(self):
        [title, text, other] = excerpts(
            asked_words("equipes <b>"),
            [("fr", "Équipes <i>\ue000</i>", True), ("fr", "Une équipe", False), ("en", "No", True)],
        )
        assert title.marked == "<mark>Équipes</mark> &lt;i&gt;&lt;/i&gt;"
        assert (text.plain, text.found, other.found) == ("Une équipe", True, False)


class TestSight:
    """Nobody finds, or counts, what is hidden."""

    def test_drafts_are_found_by_those_who_work_on_them(self, client, border, auditor):
        week = add_week(border["plan"])
        add_update(
            border["canine"], week, author=auditor, workflow=Workflow.DRAFT, headline_en="Zanzibar", headline_fr=""
        )
        add_update(border["aerial"], week, author=auditor, workflow=Workflow.SUBMITTED, narrative_en="Zanzibar")
        manager = add_user("manager", role=Role.MANAGER, scope="BP/1.01")
        lead = add_user("lead", role=Role.PILLAR_LEAD, scope="BP/1")
        viewer = add_user("viewer", role=Role.VIEWER, scope="BP")
        for user, total in ((manager, 1), (lead, 1), (viewer, 1), (auditor, 1)):
            assert by_kind(api(client, user, "q=zanzibar")[1]) == {"status-updates": total}, user
        [group] = api(client, viewer, "q=zanzibar")[1]["groups"]
        assert group["results"][0]["initiative"] == "2.01"
        client.force_login(manager)
        page = words(client.get("/en/plans/BP/search/?q=zanzibar"))
        assert "1 result for" in page
        assert "draft" in page

    def test_outsiders_and_other_plans(self, client, border):
        other = add_pillar(add_plan("XP"))
        hidden = add_initiative(other, "9.01", lead=border["canine"].lead, title_en="Canine teams of another plan")
        add_milestone(hidden, title_en="Canine kennel")
        reader = add_user("reader", role=Role.VIEWER, scope="BP")
        everywhere = add_user("everywhere", role=Role.AUDITOR)
        assert by_kind(api(client, reader, "q=canine")[1]) == {"initiatives": 2}
        assert by_kind(api(client, everywhere, "q=canine")[1]) == {"initiatives": 3, "milestones": 1}
        cut = api(client, everywhere, "q=canine", **bearing(everywhere, "BP"))
        assert by_kind(cut[1]) == {"initiatives": 2}
        assert api(client, everywhere, "q=canine&plan=XP", **bearing(everywhere, "BP"))[0] == 400
        client.force_login(reader)
        assert client.get("/en/plans/XP/search/?q=canine").status_code == 404
        assert "XP" not in words(client.get("/en/search/?q=canine"))
        client.force_login(add_user("outsider"))
        assert client.get("/en/plans/BP/search/?q=canine").status_code == 404
        assert "Nothing is found" in words(client.get("/en/search/?q=windsor"))


class TestPast:
    def test_finds_what_was_said_then(self, border, auditor):
        canine = border["canine"]
        before = head()
        with revision(by=ACTOR, reason="renamed"):
            canine.title_en, canine.description_en = "Patrols", "Nothing of note."
            canine.aliases_en = []
            canine.save()
        late = add_initiative(canine.pillar, "1.05", lead=canine.lead, title_en="Canine academy")
        assert keys(Kind.INITIATIVES, "fentanyl", auditor) == []
        assert keys(Kind.INITIATIVES, "canine", auditor) == [canine.pk, late.pk, border["aerial"].pk]  # in French still
        with as_of(before):
            assert keys(Kind.INITIATIVES, "fentanyl", auditor, past=before) == [canine.pk]
            assert keys(Kind.INITIATIVES, "canine", auditor, past=before) == [canine.pk, border["aerial"].pk]
            assert keys(Kind.INITIATIVES, "patrol", auditor, past=before) == []
            assert keys(Kind.MILESTONES, "certified", auditor, past=before) == [border["milestone"].pk]

    def test_finds_what_reading_every_row_finds(self, border, auditor):
        """Of what was touched since: what said the same then, what said something else, and what is gone."""
        canine, aerial, milestone = border["canine"], border["aerial"], border["milestone"]
        week = add_week(border["plan"])
        update, other = (
            add_update(one, week, author=auditor, workflow=Workflow.SUBMITTED, narrative_en="Dogs wait.")
            for one in (canine, aerial)
        )
        add_place("DOGS", name_en="Dogtown", name_fr="Dogtown")
        before = head()
        with revision(by=ACTOR, reason="touched"):
            Initiative.objects.filter(pk=canine.pk).update(starts_on=TODAY)
            Initiative.objects.filter(pk=aerial.pk).update(title_en="Dogs aloft", description_en="")
            Milestone.objects.filter(pk=milestone.pk).update(weight=7)
            StatusUpdate.objects.filter(pk=update.pk).update(narrative_en="Nothing.")
            StatusUpdate.objects.filter(pk=other.pk).update(explanation_en="Known.", narrative_en="Dogs wait.")
            Place.objects.filter(code="DOGS").delete()
            Place.objects.filter(code="WINDSOR").update(name_fr="Dogville")
        found_some = 0
        for kind, texts in TEXTS.items():
            for text in ("dog", "dogs wait", "canine", "dogtown", "windsor", "known"):
                asked = asked_words(text)
                with as_of(before), connection.cursor() as cursor:
                    cursor.execute(f"select t.id from {texts.table} t where {texts.words('t')} @@ %s::tsquery", [asked])
                    expected = {key for (key,) in cursor.fetchall()}
                    assert set(keys(kind, text, auditor, past=before)) == expected, (kind, text)
                found_some += len(expected)
        assert found_some > 10

    def test_the_head_reads_as_now(self, client, border, auditor):
        add_update(border["canine"], add_week(border["plan"]), Health.RED, author=auditor, narrative_en="Dogs wait.")
        for query in ("q=dog", "q=canine&kind=initiatives", "q=windsor", "q=hire+team"):
            live = api(client, auditor, query)[1]
            then = api(client, auditor, f"{query}&as_of=r{head()}")[1]
            assert live == then
            assert live["groups"]


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
