"""What a search finds: in both languages, ranked, as of any moment, and never beyond what the person may see."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import connection, transaction

from initiatives.choices import Health, Workflow
from initiatives.models import Initiative, Milestone, StatusUpdate
from initiatives.search import Kind, Reach, asked_words, excerpts, found
from initiatives.search.kinds import TEXTS
from initiatives.search.past import said_then
from initiatives.search.texts import MOST
from tests.factories import (
    ACTOR,
    add_initiative,
    add_milestone,
    add_pillar,
    add_place,
    add_plan,
    add_update,
    add_user,
    add_week,
)
from tests.reports.searching import TODAY, api, by_kind, keys, words
from tests.tracker.test_token_plans import bearing
from tracker.choices import Role
from tracker.models import Place
from tracker.timemachine import as_of, head, revision

pytestmark = pytest.mark.django_db


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

    @pytest.mark.parametrize("kind", [Kind.INITIATIVES, Kind.MILESTONES, Kind.STATUS_UPDATES])
    def test_of_the_past_are_found_by_an_index(self, kind):
        """Of the versions that were ended since; of few, PostgreSQL would read all that stood then."""
        table = TEXTS[kind].table
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local enable_seqscan = off; set local enable_indexscan = off")
            cursor.execute("select indexname from pg_indexes where schemaname = 'history' and tablename = %s", [table])
            others = [f'history."{name}"' for (name,) in cursor.fetchall() if not name.startswith(f"{table}_words_")]
            cursor.execute(f"drop index {', '.join(others)}")
            sql, parameters = said_then(TEXTS[kind], "'dog'", 7)
            cursor.execute(f"explain with {sql} select id from {table}", parameters)
            assert f"Bitmap Index Scan on {table}_words_" in str(cursor.fetchall())
            transaction.set_rollback(True)

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
        """At each moment, of what was touched since, once or twice: what said the same then, what said something else,
        what says so again, and what is gone."""
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
        between = head()
        with revision(by=ACTOR, reason="touched again"):
            Initiative.objects.filter(pk=aerial.pk).update(title_en="Aerial Intelligence Task Force")
            Milestone.objects.filter(pk=milestone.pk).update(title_en="First cats certified")
            Milestone.objects.filter(initiative=aerial).delete()
            StatusUpdate.objects.filter(pk=update.pk).update(narrative_en="Dogs wait.")
        found_some = 0
        for moment, kind, text in product(
            (before, between, head()), Kind, ("dog", "dogs wait", "canine", "dogtown", "windsor", "known", "yard")
        ):
            asked, texts = asked_words(text), TEXTS[kind]
            with as_of(moment), connection.cursor() as cursor:
                cursor.execute(f"select t.id from {texts.table} t where {texts.words('t')} @@ %s::tsquery", [asked])
                expected = {key for (key,) in cursor.fetchall()}
                assert set(keys(kind, text, auditor, past=moment)) == expected, (moment, kind, text)
            found_some += len(expected)
        assert found_some > 30

    def test_no_place_lies_in_a_pillar(self, border, auditor):
        with as_of(head()):
            assert keys(Kind.PLACES, "windsor", auditor, past=head(), plan="BP", pillar=1) == []
            assert keys(Kind.PLACES, "windsor", auditor, past=head(), plan="BP")

    def test_the_head_reads_as_now(self, client, border, auditor):
        add_update(border["canine"], add_week(border["plan"]), Health.RED, author=auditor, narrative_en="Dogs wait.")
        for query in ("q=dog", "q=canine&kind=initiatives", "q=windsor", "q=hire+team"):
            live = api(client, auditor, query)[1]
            then = api(client, auditor, f"{query}&as_of=r{head()}")[1]
            assert live == then
            assert live["groups"]
