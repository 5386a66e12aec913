"""The review queue: what is read, what is decided together, for whom, and by whom never."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from initiatives.actions.decisions import Reviewed, approve_update, approve_updates, return_update
from initiatives.choices import Health, Workflow
from initiatives.models import StatusUpdate
from initiatives.views import review as review_page
from tests.factories import ACTOR, add_initiative, add_update, add_user, add_week, bearer, kept
from tests.reports.reading import words as words_of
from tests.scenarios import small_plan
from tracker.choices import Role
from tracker.errors import Invalid, NotAllowed
from tracker.models import Revision
from tracker.timemachine import Actor, head, revision

pytestmark = pytest.mark.django_db
REVIEW = "/en/plans/BP/review/"


@pytest.fixture
def made():
    return small_plan()


@pytest.fixture
def as_(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def submitted(made, code, health=Health.GREEN, *, author=None, week=None, **fields):
    """An update that waits, of a new initiative in the first pillar."""
    one = add_initiative(made.pillars[0], code, lead=made.organizations["CBSA"], manager=made.people.manager)
    author = author or made.people.manager
    return add_update(
        one, week or made.week, health, author=author, workflow=Workflow.SUBMITTED, writers=[author.pk], **fields
    )


def words(response):
    return words_of(response.content.decode())


def tick(*updates):
    return {"update": [f"{update.pk}-{update.revision}" for update in updates]}


class TestTogether:
    def test_the_others_go_through_and_each_refusal_is_said(self, made, as_):
        lead = made.people.pillar_lead
        good, own = submitted(made, "1.11"), submitted(made, "1.13", author=lead)
        changed, second = submitted(made, "1.12"), submitted(made, "1.14")
        sent = tick(good, own, changed, second)
        with revision(by=ACTOR, reason="changed meanwhile"):
            StatusUpdate.objects.filter(pk=changed.pk).update(headline_en="Otherwise")
        before = head()
        text = words(as_(lead).post(f"{REVIEW}approve/", sent, follow=True))
        assert "2 updates are approved: 1.11, 1.14." in text
        assert "1.13: Nobody decides on what they wrote." in text
        assert "1.12: The update was submitted again while you were reading it." in text
        assert head() == before + 1
        assert Revision.objects.get(number=head()).reason == "Updates approved together"
        states = dict(StatusUpdate.objects.filter(initiative__code__startswith="1.1").values_list("pk", "workflow"))
        assert (states[good.pk], states[second.pk]) == (Workflow.APPROVED, Workflow.APPROVED)
        assert (states[own.pk], states[changed.pk]) == (Workflow.SUBMITTED, Workflow.SUBMITTED)

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({}, "Tick the updates that you approve."),
            ({"update": ["7"]}, "does not say which version you read"),
            ({"update": ["999999-1"]}, "are not there any more"),
        ],
    )
    def test_what_is_not_meant_changes_nothing(self, made, as_, sent, said):
        before = head()
        assert said in words(as_(made.people.pillar_lead).post(f"{REVIEW}approve/", sent, follow=True))
        assert head() == before

    def test_only_what_needs_no_second_look_is_ticked(self, made, as_):
        past = add_week(made.plan, made.week.starts_on - timedelta(weeks=9))
        people = {"author": made.people.manager, "reviewer": made.people.pillar_lead}
        green, amber = submitted(made, "1.11"), submitted(made, "1.12", Health.AMBER)
        disputed = submitted(made, "1.13", disagreements=["late_milestones"], explanation_en="It is known.")
        for update in (amber, disputed):
            headline = {"headline_en": update.headline_en, "headline_fr": update.headline_fr}
            add_update(update.initiative, past, update.health_overall, **people, **headline)
        client = as_(made.people.pillar_lead)

        def ticked(query):
            page = client.get(f"{REVIEW}{query}").content.decode()
            return [
                update for update in (green, amber, disputed) if f'value="{tick(update)["update"][0]}" checked' in page
            ]

        assert ticked("") == []
        assert ticked("?select=green") == [green]
        assert ticked("?select=unchanged") == [amber]
        assert client.get(f"{REVIEW}?select=all").status_code == 400

    def test_more_updates_cost_no_more_queries(self, made, as_):
        client = as_(made.people.pillar_lead)

        def queries():
            with CaptureQueriesContext(connection) as captured:
                assert client.get(REVIEW).status_code == 200
            return len(captured)

        for code in ("1.11", "1.12"):
            submitted(made, code)
        queries()
        few = queries()
        for number in range(5):
            submitted(made, f"1.2{number}", Health.RED)
        assert queries() == few


class TestReading:
    def test_what_changed_stands_beside_what_was_said_before(self, made, as_):
        update = submitted(made, "1.11", Health.AMBER, headline_en="Slower")
        past = add_week(made.plan, made.week.starts_on - timedelta(weeks=9))
        people = {"author": made.people.manager, "reviewer": made.people.pillar_lead}
        add_update(update.initiative, past, Health.GREEN, headline_en="All well", **people)
        text = words(as_(made.people.pillar_lead).get(REVIEW))
        assert "Overall: On track At risk" in text
        assert "Texts that changed: Headline" in text
        assert "All well" in text

    def test_who_has_not_reported_is_named_with_the_manager(self, made, as_):
        lead = add_user("lead-2", role=Role.PILLAR_LEAD, scope="BP/2")
        add_initiative(made.pillars[1], "2.09", lead=made.organizations["CBSA"], manager=made.people.manager)
        text = words(as_(lead).get(REVIEW))
        assert "1 initiative has not reported for the running week." in text
        assert "2.09 Initiative 2.09 Marie Manager" in text

    def test_lateness_is_marked_after_the_deadlines(self, made, as_):
        now = timezone.now()
        with revision(by=ACTOR, reason="deadlines"):
            made.week.opens_at = now - timedelta(days=3)
            made.week.initiative_due_at = now - timedelta(hours=2)
            made.week.pillar_due_at = now - timedelta(hours=1)
            made.week.locks_at = now + timedelta(days=1)
            kept(made.week)
        submitted(made, "1.11")
        text = words(as_(made.people.pillar_lead).get(REVIEW))
        assert "reviews were due" in text
        assert "submitted after the deadline review was due" in text


class TestOnBehalf:
    def test_who_stands_in_names_the_lead_and_both_are_shown(self, made, as_):
        update = submitted(made, "1.11")
        client = as_(made.people.plan_admin)
        assert 'name="on_behalf_of"' in client.get(REVIEW).content.decode()
        named = {"on_behalf_of": made.people.pillar_lead.pk}
        client.post(f"{REVIEW}approve/", {**tick(update), **named})
        update.refresh_from_db()
        assert (update.decided_by, update.decided_for) == (made.people.plan_admin, made.people.pillar_lead)
        text = words(client.get(update.initiative.get_absolute_url().replace("/fr/", "/en/")))
        names = [person.display_name for person in (made.people.plan_admin, made.people.pillar_lead)]
        assert "approved by {} on behalf of {}".format(*names) in text

    def test_a_lead_stands_in_for_nobody(self, made, as_):
        submitted(made, "1.11")
        assert 'name="on_behalf_of"' not in as_(made.people.pillar_lead).get(REVIEW).content.decode()

    @pytest.mark.parametrize("who", ["manager", "viewer", "plan_admin"])
    def test_only_a_lead_of_that_pillar_is_named(self, made, who):
        update = submitted(made, "1.11")
        before = head()
        with pytest.raises(Invalid) as refused:
            return_update(
                update=update, comment="Why?", by=Actor(user=made.people.plan_admin), at=timezone.now(),
                on_behalf_of=getattr(made.people, who),
            )  # fmt: skip
        assert (refused.value.code, list(refused.value.fields)) == ("not_a_lead", ["on_behalf_of"])
        assert head() == before


def test_nobody_approves_what_they_wrote_by_any_path(made, as_, client):
    """I8: alone, with others, for somebody else, or for the lead who wrote it: by page, action and program."""
    lead, admin, now = made.people.pillar_lead, made.people.plan_admin, timezone.now()
    update = submitted(made, "1.11", author=lead)
    with pytest.raises(NotAllowed):
        approve_update(update=update, by=Actor(user=lead), at=now)
    with pytest.raises(NotAllowed):
        approve_update(update=update, by=Actor(user=admin), at=now, on_behalf_of=lead)
    decided = approve_updates(reviewed=[Reviewed(update, update.revision)], by=Actor(user=lead), at=now)
    assert [error.code for _, error in decided.refused] == ["own_update"]
    as_(lead).post(f"{REVIEW}approve/", tick(update))
    as_(lead).post(f"/en/updates/{update.pk}/decide/", {"approve": "", "revision": update.revision})
    client.logout()
    headers = {**bearer(lead), "If-Match": f'"r{update.revision}"'}
    answer = client.post(
        f"/api/v1/status-updates/{update.pk}/approve/", {}, content_type="application/json", headers=headers
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "own_update")
    update.refresh_from_db()
    assert update.workflow == Workflow.SUBMITTED


class TestProgram:
    def test_approves_and_returns_what_it_read(self, made, client):
        headers, update = bearer(made.people.plan_admin), submitted(made, "1.11")
        address = f"/api/v1/status-updates/{update.pk}"

        def post(what, body, seen):
            told = {**headers, **({"If-Match": f'"r{seen}"'} if seen else {})}
            return client.post(f"{address}/{what}/", body, content_type="application/json", headers=told)

        said = {"comment": "Name the site.", "on_behalf_of": made.people.pillar_lead.username}
        before = head()
        assert post("return", said, None).status_code == 428
        assert post("return", said, update.revision - 1).json()["code"] == "edit_conflict"
        assert post("return", {**said, "comment": ""}, update.revision).json()["fields"].keys() == {"comment"}
        wrong = post("approve", {"on_behalf_of": "nobody"}, update.revision)
        assert (wrong.status_code, wrong.json()["code"]) == (400, "not_a_lead")
        assert head() == before
        answer = post("return", said, update.revision)
        assert answer.status_code == 200
        row = answer.json()
        assert (row["workflow"], row["decided_for"]) == ("returned", made.people.pillar_lead.username)
        again = post("approve", {}, row["revision"])
        assert (again.status_code, again.json()["code"]) == (409, "not_submitted")


def test_the_list_and_programs_filter_by_freshness_alike(made, as_):
    submitted(made, "1.11")
    client = as_(made.people.viewer)
    for state in ("reported", "stale", "not_owed"):
        rows = client.get(f"/api/v1/initiatives/?plan=BP&freshness={state}&fields=code").json()["results"]
        page = client.get(f"/en/plans/BP/initiatives/?freshness={state}").content.decode()
        codes = {row["code"] for row in rows}
        assert codes == set(re.findall(r'<td class="code">([^<]+)</td>', page))
        assert ("1.11" in codes) == (state == "reported")
    assert client.get("/api/v1/initiatives/?freshness=fresh").json()["fields"].keys() == {"freshness"}


def test_a_missing_update_is_grey_with_what_was_last_said_struck_out(made, as_):
    client = as_(made.people.viewer)
    for page in ("initiatives/", "initiatives/2.01/", "pillars/2/"):
        text = client.get(f"/en/plans/BP/{page}").content.decode()
        assert "last reported <s>on track</s> in" in text, page


def test_what_is_still_to_come_is_shown_in_part_and_counted_in_whole(made, as_, monkeypatch):
    monkeypatch.setattr(review_page, "SHOWN", 2)
    for number in range(30, 34):
        add_initiative(made.pillars[0], f"1.{number}", lead=made.organizations["CBSA"])
    html = as_(made.people.plan_admin).get(REVIEW).content.decode()
    text = words_of(html)
    section = text[text.index("Still to come in") :]
    total = int(
        re.search(r"(\d+) initiatives have not reported for the running week. The first 2 are shown. All:", section)[1]
    )
    counted = re.findall(r'\?freshness=(\w+)"><span class="figure">(\d+)<', html)
    assert total > 2
    assert sum(int(number) for _state, number in counted) == total
    assert html[html.index('id="to-come"') :].count('<td class="code">') == 2
