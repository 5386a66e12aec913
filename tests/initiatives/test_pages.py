"""The writing pages: what they ask, what they keep, what they refuse."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from initiatives.choices import Health, Workflow
from initiatives.models import LedgerEntry, Milestone, StatusUpdate
from tests.factories import add_initiative, add_pillar, add_plan, add_update, add_user, kept
from tests.scenarios import small_plan
from tracker.choices import Role
from tracker.models import Revision
from tracker.timemachine import head

pytestmark = pytest.mark.django_db

ONE = "/en/plans/BP/initiatives/1.01/"
SILENT = "/en/plans/BP/initiatives/2.01/"
RATINGS = {f"health_{name}": "green" for name in ("schedule", "cost", "scope", "overall")}
UPDATE = {**RATINGS, "headline_en": "All teams trained"}


@pytest.fixture
def made():
    return small_plan()


@pytest.fixture
def as_(client):
    """The client, signed in as somebody."""

    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def words(response) -> str:
    """What stands in the main part, on one line."""
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    text = strip_tags(re.sub(r'<span class="unseen">.*?</span>', "", main))
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


def unwritten(made, code="1.09"):
    """An initiative in progress without an update this week."""
    return add_initiative(made.pillars[0], code, lead=made.organizations["CBSA"])


class TestMyWeek:
    def test_says_what_is_left_to_do_first(self, made, as_):
        unwritten(made)
        text = words(as_(made.people.plan_admin).get("/en/plans/BP/my-week/"))
        assert made.week.code in text
        assert "1 of 5 is still to do." in text
        assert text.index("1.09 Initiative 1.09 Not written yet") < text.index("1.01 ")
        assert "Submitted" in text
        assert "Approved" in text

    def test_what_came_back_says_why(self, made, as_):
        author, lead = made.people.plan_admin, made.people.pillar_lead
        add_update(unwritten(made), made.week, author=author, workflow=Workflow.RETURNED, reviewer=lead)
        text = words(as_(author).get("/en/plans/BP/my-week/"))
        assert "Returned by Luc Lead: Say what the delay costs." in text

    def test_who_owes_nothing_is_told_why(self, made, as_):
        assert "your roles let you read" in words(as_(made.people.viewer).get("/en/plans/BP/my-week/"))
        add_plan("NEW")
        text = words(as_(made.people.auditor).get("/en/plans/NEW/my-week/"))
        assert "No reporting week is open" in text

    def test_in_the_past_it_offers_nothing(self, made, as_):
        html = as_(made.people.plan_admin).get(f"/en/plans/BP/my-week/?as_of=r{head()}").content.decode()
        assert "/update/" not in html


class TestUpdate:
    def test_shows_the_last_approved_one_beside_the_form(self, made, as_):
        response = as_(made.people.plan_admin).get(f"{SILENT}update/")
        assert "2.01 is green" in words(response)
        assert made.week.code in words(response)

    def test_begins_with_the_last_text_when_asked(self, made, as_):
        found = unwritten(made)
        add_update(
            found, made.weeks[1], Health.AMBER, author=made.people.manager, narrative_en="Two of three sites run."
        )
        client = as_(made.people.plan_admin)
        address = "/en/plans/BP/initiatives/1.09/update/"
        assert "Two of three sites run.</textarea>" not in client.get(address).content.decode()
        html = client.get(f"{address}?from=previous").content.decode()
        assert re.search(r"Two of three sites run\.\s*</textarea>", html)
        assert "Bring it up to date" in html

    def test_a_draft_may_be_anything_and_is_kept(self, made, as_):
        unwritten(made)
        client = as_(made.people.plan_admin)
        response = client.post(
            "/en/plans/BP/initiatives/1.09/update/", {"headline_en": "half a", "draft": ""}, follow=True
        )
        assert "The draft is saved." in words(response)
        assert StatusUpdate.objects.get(initiative__code="1.09").workflow == Workflow.DRAFT
        assert 'value="half a"' in client.get("/en/plans/BP/initiatives/1.09/update/").content.decode()

    def test_is_submitted_by_whoever_signed_in(self, made, as_):
        unwritten(made)
        response = as_(made.people.plan_admin).post(
            "/en/plans/BP/initiatives/1.09/update/", {**UPDATE, "revision": "0", "submit": ""}, follow=True
        )
        assert "The update is submitted for review." in words(response)
        update = StatusUpdate.objects.get(initiative__code="1.09")
        assert (update.workflow, update.submitted_by) == (Workflow.SUBMITTED, made.people.plan_admin)
        assert Revision.objects.get(number=head()).actor_name == made.people.plan_admin.display_name

    def test_what_is_missing_is_said_beside_it_and_nothing_typed_is_lost(self, made, as_):
        unwritten(made)
        before = head()
        sent = {**RATINGS, "health_overall": "red", "narrative_en": "A long story.", "submit": ""}
        response = as_(made.people.plan_admin).post("/en/plans/BP/initiatives/1.09/update/", sent)
        assert response.status_code == 422
        html = response.content.decode()
        assert "There are 2 things to correct" in html
        assert 'href="#id_headline_en"' in html
        assert 'href="#id_path_to_green_en"' in html
        assert "A long story.</textarea>" in html
        assert re.search(r'name="health_overall" value="red"[^>]* checked', html)
        assert head() == before

    def test_an_approved_one_is_shown_and_not_offered_for_change(self, made, as_):
        html = as_(made.people.manager).get(f"{ONE}update/").content.decode()
        assert "approved and cannot change" in html
        assert 'name="submit"' not in html
        assert as_(made.people.manager).post(f"{ONE}update/", {**UPDATE, "submit": ""}).status_code == 422

    def test_one_that_waits_may_be_changed_but_not_drafted_again(self, made, as_):
        html = as_(made.people.plan_admin).get(f"{SILENT}update/").content.decode()
        assert "waits for its reviewer" in html
        assert 'name="draft"' not in html

    def test_the_past_is_not_written(self, made, as_):
        client = as_(made.people.plan_admin)
        assert client.get(f"{SILENT}update/?as_of=r{head()}").status_code == 403
        assert client.post(f"{SILENT}update/?as_of=r{head()}", {**UPDATE, "submit": ""}).status_code == 409

    def test_without_a_week_it_says_so(self, made, as_):
        plan = add_plan("NEW")
        add_initiative(add_pillar(plan), lead=made.organizations["CBSA"])
        manager = add_user("new-manager", role=Role.MANAGER, scope="NEW")
        response = as_(manager).get("/en/plans/NEW/initiatives/1.01/update/")
        assert response.status_code == 409
        assert "No reporting week is open" in words(response)

    def test_two_people_s_different_fields_are_both_kept(self, made, as_):
        found = unwritten(made)
        draft = add_update(found, made.week, author=made.people.plan_admin, workflow=Workflow.DRAFT)
        address = "/en/plans/BP/initiatives/1.09/update/"
        seen = {**RATINGS, "headline_en": draft.headline_en, "headline_fr": draft.headline_fr, "draft": ""}
        assert f'name="revision" value="{draft.revision}"' in as_(made.people.plan_admin).get(address).content.decode()
        seen["revision"] = draft.revision
        as_(made.people.pillar_lead).post(address, {**seen, "narrative_en": "The lead writes."})
        page = as_(made.people.plan_admin).post(address, {**seen, "narrative_fr": "L’autre écrit."}, follow=True)
        assert "Somebody else changed these meanwhile, and it is kept: What happened, English." in words(page)
        draft.refresh_from_db()
        assert (draft.narrative_en, draft.narrative_fr) == ("The lead writes.", "L’autre écrit.")

    def test_the_same_field_shows_both_versions_and_nothing_is_lost(self, made, as_):
        found = unwritten(made)
        draft = add_update(found, made.week, author=made.people.plan_admin, workflow=Workflow.DRAFT)
        address = "/en/plans/BP/initiatives/1.09/update/"
        seen = {
            **RATINGS, "headline_en": draft.headline_en, "headline_fr": draft.headline_fr, "revision": draft.revision,
            "draft": "",
        }  # fmt: skip
        theirs = {"headline_en": "Lead's", "health_cost": "amber", "narrative_en": "Also the lead's."}
        as_(made.people.pillar_lead).post(address, {**seen, **theirs})
        before = head()
        mine = {"headline_en": "Mine", "health_cost": "red", "decision_needed_en": "Decide."}
        response = as_(made.people.plan_admin).post(address, {**seen, **mine})
        assert (response.status_code, head()) == (422, before)
        html, text = response.content.decode(), words(response)
        assert text.count("Luc Lead changed this on") == 4  # beside each of two fields, and in the summary
        assert "It says now: “Lead&#x27;s”" in html
        assert "It says now: “at risk”" in text
        assert 'value="Mine"' in html
        assert re.search(r'name="health_cost" value="red"[^>]* checked', html)
        assert re.search(r"Also the lead&#x27;s\.\s*</textarea>", html)
        assert f'name="revision" value="{before}"' in html
        again = {**seen, **theirs, **mine, "revision": before}
        assert as_(made.people.plan_admin).post(address, again).status_code == 302
        draft.refresh_from_db()
        kept = (draft.headline_en, draft.health_cost, draft.narrative_en, draft.decision_needed_en)
        assert kept == ("Mine", "red", "Also the lead's.", "Decide.")

    def test_a_form_that_does_not_say_what_was_read_writes_over_nothing(self, made, as_):
        add_update(unwritten(made), made.week, author=made.people.plan_admin, workflow=Workflow.DRAFT)
        before = head()
        for revision in ({}, {"revision": "abc"}, {"revision": "-1"}, {"revision": "9" * 30}):
            sent = {**UPDATE, "narrative_en": "A long story.", "submit": "", **revision}
            response = as_(made.people.plan_admin).post("/en/plans/BP/initiatives/1.09/update/", sent)
            assert response.status_code == 422
            assert "A long story.</textarea>" in response.content.decode()
        assert head() == before


class TestReview:
    def test_nothing_is_decided_unread(self, made, as_):
        update = add_update(unwritten(made), made.week, author=made.people.manager, workflow=Workflow.SUBMITTED)
        client = as_(made.people.pillar_lead)
        for revision in ({}, {"revision": "abc"}, {"revision": ""}, {"revision": "9" * 30}):
            for what in ({"approve": ""}, {"return": "", "reason": "Name the site."}):
                page = client.post(f"/en/updates/{update.pk}/decide/", {**what, **revision}, follow=True)
                assert "does not say which version you read" in words(page)
        stale = {"approve": "", "revision": update.revision - 1}
        assert "submitted again while" in words(client.post(f"/en/updates/{update.pk}/decide/", stale, follow=True))
        update.refresh_from_db()
        assert update.workflow == Workflow.SUBMITTED

    def test_each_update_can_be_read_whole_before_it_is_decided(self, made, as_):
        response = as_(made.people.auditor).get("/en/plans/BP/review/")
        assert "You review no updates" in words(response)
        add_update(
            unwritten(made), made.week, Health.RED, author=made.people.manager, workflow=Workflow.SUBMITTED,
            decision_needed_en="Approve the reprofile.",
        )  # fmt: skip
        text = words(as_(made.people.pillar_lead).get("/en/plans/BP/review/"))
        assert "1.09 is red" in text
        assert "Path to green: The lead hires two teams by March." in text
        assert "Decision needed: Approve the reprofile." in text
        assert "2.01" not in text  # of another pillar

    def test_ones_own_stands_apart_without_buttons(self, made, as_):
        html = as_(made.people.plan_admin).get("/en/plans/BP/review/").content.decode()
        assert "Your own: somebody else decides" in html
        assert 'name="approve"' not in html

    def test_approves(self, made, as_):
        update = add_update(unwritten(made), made.week, author=made.people.manager, workflow=Workflow.SUBMITTED)
        sent = {"approve": "", "revision": update.revision}
        response = as_(made.people.pillar_lead).post(f"/en/updates/{update.pk}/decide/", sent, follow=True)
        assert "1.09: approved." in words(response)
        update.refresh_from_db()
        assert (update.workflow, update.decided_by) == (Workflow.APPROVED, made.people.pillar_lead)

    def test_returns_with_a_comment_and_not_without(self, made, as_):
        update = add_update(unwritten(made), made.week, author=made.people.manager, workflow=Workflow.SUBMITTED)
        client = as_(made.people.pillar_lead)
        empty = {"return": "", "reason": " ", "revision": update.revision}
        refused = client.post(f"/en/updates/{update.pk}/decide/", empty)
        assert refused.status_code == 422
        assert "There is 1 thing to correct" in words(refused)
        assert "<details open>" in refused.content.decode()
        named = {"return": "", "reason": "Name the site.", "revision": update.revision}
        client.post(f"/en/updates/{update.pk}/decide/", named)
        update.refresh_from_db()
        assert (update.workflow, update.return_comment) == (Workflow.RETURNED, "Name the site.")

    def test_nobody_decides_on_their_own_nor_outside_their_pillar(self, made, as_):
        update = StatusUpdate.objects.awaiting_review().get()
        sent = {"approve": "", "revision": update.revision}
        response = as_(made.people.plan_admin).post(f"/en/updates/{update.pk}/decide/", sent, follow=True)
        assert "Nobody decides on what they wrote." in words(response)
        assert as_(made.people.pillar_lead).post(f"/en/updates/{update.pk}/decide/", {"approve": ""}).status_code == 404
        update.refresh_from_db()
        assert update.workflow == Workflow.SUBMITTED


@pytest.mark.parametrize(
    "path", ["my-week/", "review/", "initiatives/1.01/update/", "initiatives/1.01/money/add/",
             "initiatives/1.01/milestones/M2/move/"]
)  # fmt: skip
def test_a_parameter_that_no_page_reads_is_refused(made, as_, path):
    response = as_(made.people.plan_admin).get(f"/en/plans/BP/{path}?bogus=1")
    assert response.status_code == 400
    assert "bogus" in words(response)


class TestFacts:
    def test_money_starts_with_the_fiscal_year_of_today_within_the_plan(self, made, as_):
        client, today = as_(made.people.manager), timezone.localdate()
        year = today.year if today.month >= 4 else today.year - 1
        assert f'<option value="{year}" selected>' in client.get(f"{ONE}money/add/").content.decode()
        for last, first in ((2024, 2020), (2060, 2055)):
            made.plan.first_fiscal_year, made.plan.last_fiscal_year = first, last
            kept(made.plan)
            nearest = last if last < year else first
            assert f'<option value="{nearest}" selected>' in client.get(f"{ONE}money/add/").content.decode()

    @pytest.mark.parametrize("text", ["01/02/2027", "0001-01-01", "9999-01-01", "2027-1-2", "1er mars 2027"])
    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_a_date_is_never_guessed(self, made, as_, text, language):
        before, one = head(), f"/{language}/plans/BP/initiatives/1.01/"
        client = as_(made.people.manager)
        for page, field in (("milestones/M2/move/", "forecast_on"), ("milestones/M2/meet/", "actual_on")):
            response = client.post(f"{one}{page}", {field: text, "reason": "why"})
            assert response.status_code == 422
            assert "2026-11-22" in words(response)
        assert head() == before

    def test_adds_a_milestone(self, made, as_):
        sent = {
            "title_en": "Dogs fed",
            "title_fr": "Chiens nourris",
            "kind": "event",
            "weight": "1.00",
            "forecast_on": "2027-05-01",
        }
        response = as_(made.people.manager).post(f"{ONE}milestones/add/", sent, follow=True)
        assert "Dogs fed" in words(response)
        assert "The milestone is added." in words(response)
        assert Milestone.objects.with_dates().get(title_fr="Chiens nourris").forecast_on == date(2027, 5, 1)

    def test_a_date_that_moves_says_why(self, made, as_):
        late = made.milestones["late"]
        address = f"{ONE}milestones/{late.code}/move/"
        client = as_(made.people.manager)
        refused = client.post(address, {"forecast_on": "2027-09-01"})
        assert refused.status_code == 422
        assert "Say why the date moves." in words(refused)
        client.post(address, {"forecast_on": "2027-09-01", "reason": "the supplier folded"})
        assert "the supplier folded" in client.get(ONE).content.decode()

    def test_a_milestone_is_met_and_corrected(self, made, as_):
        late = made.milestones["late"]
        client = as_(made.people.manager)
        tomorrow = timezone.localdate() + timedelta(days=1)
        sent = {"actual_on": tomorrow.isoformat(), "revision": late.revision}
        refused = client.post(f"{ONE}milestones/{late.code}/meet/", sent)
        assert "A milestone is not met in the future." in words(refused)
        for day in ("2026-03-03", "2026-03-04"):
            sent = {"actual_on": day, "revision": late.revision, "reason": "counted from the keys"}
            assert client.post(f"{ONE}milestones/{late.code}/meet/", sent).status_code == 302
            late.refresh_from_db()
        assert late.actual_on == date(2026, 3, 4)

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"amount": "1.234"}, "at most two digits after the point"),
            ({"amount": "0"}, "other than zero"),
            ({"amount": "99999999999999999.00"}, "too many digits"),
            ({"amount": "much"}, "Enter a number."),
            ({"effective_on": "2199-01-01"}, "Money is not spent in the future."),
            ({"effective_on": "2020-01-01"}, "committed and spent from"),
            ({"fiscal_year": "1999"}, "Select a valid choice"),
        ],
    )
    def test_money_that_cannot_be_is_refused_and_nothing_is_recorded(self, made, as_, change, sentence):
        before = LedgerEntry.objects.count()
        sent = {
            "stage": "expenditure", "amount": "5300000.00", "effective_on": "2026-05-01", "fiscal_year": "2026",
            "organization": made.organizations["CBSA"].pk, **change,
        }  # fmt: skip
        response = as_(made.people.manager).post(f"{ONE}money/add/", sent)
        assert response.status_code == 422
        assert sentence in words(response)
        assert LedgerEntry.objects.count() == before

    def test_money_is_recorded_and_reversed_with_a_reason(self, made, as_):
        client = as_(made.people.manager)
        sent = {
            "stage": "expenditure", "amount": "5300000.05", "effective_on": "2026-05-01", "fiscal_year": "2026",
            "organization": made.organizations["CBSA"].pk,
        }  # fmt: skip
        assert "$5,300,000.05" in words(client.post(f"{ONE}money/add/", sent, follow=True))
        entry = LedgerEntry.objects.get(amount="5300000.05")
        assert "$5,300,000.05" in words(client.get(f"{ONE}money/{entry.pk}/reverse/"))
        assert client.post(f"{ONE}money/{entry.pk}/reverse/", {"reason": ""}).status_code == 422
        client.post(f"{ONE}money/{entry.pk}/reverse/", {"reason": "typed twice"})
        again = client.post(f"{ONE}money/{entry.pk}/reverse/", {"reason": "typed twice"})
        assert "already reversed" in words(again)
        entry.refresh_from_db()
        assert entry.reversed_by.amount == -entry.amount

    @pytest.mark.parametrize(
        "page", ["update/", "milestones/add/", "milestones/M2/move/", "milestones/M2/meet/", "money/add/"]
    )
    def test_a_form_is_not_offered_in_the_past(self, made, as_, page):
        response = as_(made.people.manager).get(f"{ONE}{page}?as_of=r{head()}")
        assert response.status_code == 403
        assert "Return to now first." in words(response)

    @pytest.mark.parametrize("page", ["milestones/M99/move/", "milestones/M99/meet/", "money/999999/reverse/"])
    def test_what_there_is_not_is_not_found(self, made, as_, page):
        assert as_(made.people.manager).get(f"{ONE}{page}").status_code == 404
