"""Pages of new baselines, ends, dependencies and evidence: what they show, keep and refuse."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from initiatives.actions.change_requests import ask_baseline
from initiatives.actions.dependencies import add_dependency
from initiatives.actions.evidence import Borne, add_file, add_link
from initiatives.models import ChangeRequest, Evidence, MilestoneDependency
from initiatives.rules.files import MOST_BYTES
from tests.factories import add_indicator, add_initiative, add_milestone, add_observation
from tests.initiatives.test_pages import words
from tests.scenarios import small_plan
from tracker.timemachine import Actor, head

pytestmark = pytest.mark.django_db
ONE = "/en/plans/BP/initiatives/1.01/"
M2 = f"{ONE}milestones/M2/"
PDF = b"%PDF-1.7 minutes of the board"
NOW = datetime.now(UTC)


@pytest.fixture
def made():
    return small_plan()


@pytest.fixture
def manager(made, client):
    client.force_login(made.people.manager)
    return client


@pytest.fixture
def lead(made):
    client = Client()
    client.force_login(made.people.pillar_lead)
    return client


@pytest.fixture
def late(made):
    return made.milestones["late"]


@pytest.fixture
def asked(made, late):
    by = Actor(user=made.people.manager)
    return ask_baseline(milestone=late, to=later(300), dollars=None, reason="Late steel", by=by, at=NOW)


def later(days):
    return timezone.localdate() + timedelta(days)


class TestAsking:
    def test_the_effect_is_shown_first_and_exactly_that_is_sent(self, made, manager, late):
        add_dependency(
            milestone=made.milestones["due_this_week"], needs=late, by=Actor(user=made.people.manager), at=NOW
        )
        sent = {"date": later(300).isoformat(), "dollars": "-250.5", "reason": "Late steel"}
        before = head()
        shown = manager.post(f"{M2}baseline/", {**sent, "preview": ""})
        assert shown.status_code == 200
        text = words(shown)
        assert "Days against the latest baseline +330" in text
        assert "$2,000,000.00" in text
        assert "−$250.50" in text
        assert "1.01 M3" in text
        assert "Nothing is sent yet." in text
        assert head() == before
        token = re.search(r'name="shown" value="([^"]*)"', shown.content.decode()).group(1)
        other = manager.post(f"{M2}baseline/", {**sent, "date": later(400).isoformat(), "shown": token, "send": ""})
        assert "Days against the latest baseline +430" in words(other)
        assert not ChangeRequest.objects.exists()
        done = manager.post(f"{M2}baseline/", {**sent, "shown": token, "send": ""}, follow=True)
        assert "The request is sent. Somebody else decides on it." in words(done)
        assert ChangeRequest.objects.get().date == later(300)
        assert "You asked for this: somebody else decides." in words(done)
        assert "is asked for" in words(manager.get(ONE))

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [({"reason": " "}, "This field is required."), ({"date": "soon"}, "Write a date like 2026-11-22."),
         ({"date": "2020-01-01"}, "The plan was announced later than that."),
         ({"dollars": "1.234"}, "at most two digits"),
         ({"dollars": "NaN"}, "Enter a number."), ({"date": "same"}, "This is the baseline already.")],
    )  # fmt: skip
    def test_what_cannot_be_asked_is_said_beside_it(self, manager, late, change, sentence):
        if change.get("date") == "same":
            change = {"date": later(-30).isoformat()}
        sent = {"date": later(300).isoformat(), "reason": "Late steel", **change}
        for button in ("preview", "send"):
            response = manager.post(f"{M2}baseline/", {**sent, button: ""})
            assert response.status_code == 422
            assert sentence in words(response)
        assert not ChangeRequest.objects.exists()

    def test_while_one_waits_it_says_so(self, manager, asked):
        assert "See the request" in words(manager.get(f"{M2}baseline/"))
        sent = {"date": later(99).isoformat(), "reason": "x", "shown": f"{later(99)}|None", "send": ""}
        assert "waits already" in words(manager.post(f"{M2}baseline/", sent))
        assert ChangeRequest.objects.count() == 1


class TestDeciding:
    def test_it_waits_in_the_leads_queue_with_its_effect(self, lead, asked):
        text = words(lead.get("/en/plans/BP/review/"))
        assert "New baselines asked for" in text
        assert "+330" in text
        assert "not estimated" in text
        assert "$2,000,000.00" in text
        past = lead.get(f"/en/plans/BP/review/?as_of=r{head()}")
        assert "Late steel" in words(past)
        assert 'name="refuse"' not in past.content.decode()

    def test_nothing_waits_for_who_may_not_decide(self, manager, asked):
        assert "New baselines asked for" not in words(manager.get("/en/plans/BP/review/"))

    def test_approved_it_is_the_baseline(self, lead, asked, late):
        send = {"approve": "", "comment": "", "revision": asked.revision}
        done = lead.post(f"/en/change-requests/{asked.pk}/decide/", send, follow=True)
        assert "this is the milestone’s baseline now" in words(done)
        assert late.baselines.count() == 2
        before = re.search(r'href="(\?as_of=r\d+)"', done.content.decode()).group(1)
        assert "+330" in words(lead.get(f"/en/change-requests/{asked.pk}/{before}"))
        again = lead.post(f"/en/change-requests/{asked.pk}/decide/", send)
        assert again.status_code == 422
        assert "decided already" in words(again)

    def test_a_refusal_needs_a_comment_which_is_kept(self, lead, asked, late):
        address = f"/en/change-requests/{asked.pk}/decide/"
        response = lead.post(address, {"refuse": "", "comment": " "})
        assert response.status_code == 422
        assert "Say why it is refused." in words(response)
        lead.post(address, {"refuse": "", "comment": "Recover the time."})
        assert "Recover the time." in words(lead.get(f"/en/change-requests/{asked.pk}/"))
        assert late.baselines.count() == 1

    def test_nobody_decides_on_their_own_but_may_withdraw(self, made, manager, asked):
        address = f"/en/change-requests/{asked.pk}/decide/"
        html = manager.get(f"/en/change-requests/{asked.pk}/").content.decode()
        assert 'name="approve"' not in html
        assert manager.post(address, {"approve": ""}).status_code == 422
        assert "withdrawn" in words(manager.post(address, {"withdraw": ""}, follow=True))

    def test_who_may_not_see_it_does_not(self, made, client, asked):
        client.force_login(made.people.outsider)
        assert client.get(f"/en/change-requests/{asked.pk}/").status_code == 404
        assert client.post(f"/en/change-requests/{asked.pk}/decide/", {"approve": ""}).status_code == 404

    def test_many_waiting_cost_what_one_does(self, made, lead, asked, django_assert_max_num_queries):
        by = Actor(user=made.people.manager)
        for number in range(10, 20):
            one = add_milestone(made.initiatives["green"], f"M{number}", baselines=[later(20)])
            ask_baseline(milestone=one, to=later(50), dollars=None, reason="x", by=by, at=NOW)
        with django_assert_max_num_queries(24):
            assert words(lead.get("/en/plans/BP/review/")).count("Asked by") == 11


class TestLife:
    def test_cancels_and_reopens(self, manager, late):
        refused = manager.post(f"{M2}cancel/", {"cancelled_on": later(0).isoformat(), "reason": ""})
        assert refused.status_code == 422
        future = manager.post(f"{M2}cancel/", {"cancelled_on": later(2).isoformat(), "reason": "x"})
        assert "not cancelled in the future" in words(future)
        manager.post(f"{M2}cancel/", {"cancelled_on": later(-1).isoformat(), "reason": "Merged into M1"})
        assert "Merged into M1" in words(manager.get(ONE))
        done = manager.post(f"{M2}reopen/", {"reason": "It was M3"}, follow=True)
        assert "is open again" in words(done)
        late.refresh_from_db()
        assert (late.cancelled_on, late.cancelled_reason) == (None, "")
        assert "The milestone is open." in words(manager.post(f"{M2}reopen/", {"reason": "again"}))

    @pytest.mark.parametrize("page", ["baseline", "cancel", "reopen", "needs"])
    def test_a_form_is_not_offered_in_the_past_nor_for_what_there_is_not(self, made, manager, page):
        assert manager.get(f"{M2}{page}/?as_of=r{head()}").status_code == 403
        assert manager.get(f"{ONE}milestones/M99/{page}/").status_code == 404


class TestDependencies:
    def test_are_added_by_their_codes_and_removed(self, made, manager):
        refused = manager.post(f"{M2}needs/", {"needs": "1.02 M1"})  # out of the manager's scope
        assert "There is no such milestone in this plan." in words(refused)
        done = manager.post(f"{M2}needs/", {"needs": " 1.01 M3 ", "note": "permit"}, follow=True)
        assert "The dependency is added." in words(done)
        assert "1.01 M3" in words(done)
        row = MilestoneDependency.objects.get()
        assert "1.01 M2 → 1.01 M3 → 1.01 M2" in words(
            manager.post(f"{ONE}milestones/M3/needs/", {"needs": "1.01 M2"})
        ).replace("1.01 M3 → 1.01 M2 → 1.01 M3", "1.01 M2 → 1.01 M3 → 1.01 M2")
        text = words(manager.get(ONE))
        assert "Waits for: 1.01 M3 (permit)" in text
        assert "Waiting for it: 1.01 M2" in text
        assert manager.post(f"{ONE}needs/{row.pk}/remove/", {"reason": ""}).status_code == 422
        manager.post(f"{ONE}needs/{row.pk}/remove/", {"reason": "not any more"})
        assert not MilestoneDependency.objects.exists()
        assert manager.get(f"{ONE}needs/{row.pk}/remove/").status_code == 404


class TestEvidence:
    ADD = f"{ONE}evidence/add/"

    def upload(self, client, name="minutes.pdf", content=PDF, query="?milestone=M2", **fields):
        page = client.get(f"{self.ADD}{query}").content.decode()
        about = re.search(r'<option value="([^"]+)" selected', page).group(1)
        file = SimpleUploadedFile(name, content, content_type="text/html")
        return client.post(f"{self.ADD}{query}", {"about": about, "file": file, **fields}, follow=True)

    def test_a_file_is_listed_with_size_and_hash_and_saved_safely(self, manager, late):
        text = words(self.upload(manager, title="Minutes"))
        assert "The evidence is added." in text
        assert f"SHA-256 {hashlib.sha256(PDF).hexdigest()[:12]}" in text
        assert f"{len(PDF)} bytes" in text
        row = Evidence.objects.get()
        assert row.milestone == late
        got = manager.get(f"/en/evidence/{row.pk}/file/")
        assert got.content == PDF
        assert got["Content-Type"] == "application/pdf"
        assert got["Content-Disposition"] == 'attachment; filename="minutes.pdf"'
        assert got["X-Content-Type-Options"] == "nosniff"
        assert got["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert got["ETag"] == f'"{row.sha256}"'
        again = manager.get(f"/en/evidence/{row.pk}/file/", headers={"If-None-Match": got["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", got["ETag"])
        assert manager.head(f"/en/evidence/{row.pk}/file/").status_code == 200

    def test_the_past_has_it_and_the_time_before_has_not(self, manager):
        before = head()
        self.upload(manager)
        row = Evidence.objects.get()
        manager.post(f"{ONE}evidence/{row.pk}/withdraw/", {"reason": "of another site"})
        assert manager.get(f"/en/evidence/{row.pk}/file/?as_of=r{head()}").content == PDF
        assert manager.get(f"/en/evidence/{row.pk}/file/?as_of=r{before}").status_code == 404
        page = words(manager.get(ONE))
        assert "withdrawn: of another site" in page
        assert "withdrawn" not in words(manager.get(f"{ONE}?as_of=r{head() - 1}"))

    def test_a_french_name_is_kept(self, manager):
        self.upload(manager, "procès-verbal d’été.pdf")
        got = manager.get(f"/en/evidence/{Evidence.objects.get().pk}/file/")
        assert got["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('procès-verbal d’été.pdf')}"

    @pytest.mark.parametrize(
        ("name", "content", "sentence"),
        [("page.html", b"<html>", "Files of this kind are not taken."), ("a.pdf", b"", "The file is empty."),
         ("a.png", PDF, "is not what its name says"), ("a.txt", b"x" * (MOST_BYTES + 1), "larger than 10 MB")],
    )  # fmt: skip
    def test_what_is_not_taken_is_said_beside_the_field(self, manager, name, content, sentence):
        response = self.upload(manager, name, content)
        assert response.status_code == 422
        assert sentence in words(response)
        assert 'href="#id_file"' in response.content.decode()

    def test_what_is_far_too_long_is_not_read(self, manager):
        file = SimpleUploadedFile("a.txt", b"x" * (MOST_BYTES + 100_000))
        response = manager.post(self.ADD, {"about": "initiative", "file": file})
        assert response.status_code == 413
        assert "larger than 10 MB" in words(response)

    def test_a_link_or_a_file_and_not_both(self, manager):
        nothing = manager.post(self.ADD, {"about": "initiative"})
        assert "Give either an address or a file." in words(nothing)
        both = self.upload(manager, url="https://example.org/")
        assert "Give either an address or a file." in words(both)
        assert manager.post(self.ADD, {"about": "initiative", "url": "javascript:alert(1)"}).status_code == 422
        done = manager.post(self.ADD, {"about": "initiative", "url": "https://example.org/minutes"}, follow=True)
        assert 'href="https://example.org/minutes"' in done.content.decode()
        assert manager.post(self.ADD, {"about": "milestone-999", "url": "https://example.org/"}).status_code == 422

    def test_it_may_bear_out_an_entry_or_an_observation(self, made, manager):
        entry = made.initiatives["green"].budget_lines.first().entries.first()
        self.upload(manager, query=f"?entry={entry.pk}")
        seen = add_observation(add_indicator(made.plan, initiative=made.initiatives["green"]), later(-40), "5")
        self.upload(manager, "other.pdf", PDF + b"2", query=f"?observation={seen.pk}")
        assert {(row.entry, row.observation) for row in Evidence.objects.all()} == {(entry, None), (None, seen)}
        foreign = made.reversed_entry
        assert manager.get(f"{self.ADD}?entry={foreign.pk}").status_code == 404
        for query in ("?entry=x", "?milestone=M99", f"?observation={10**30}"):
            assert manager.get(f"{self.ADD}{query}").status_code == 404

    def test_the_form_is_protected_although_its_length_is_read_first(self, made):
        client = Client(enforce_csrf_checks=True)
        client.force_login(made.people.manager)
        response = client.post(self.ADD, {"about": "initiative", "url": "https://example.org/"})
        assert response.status_code == 403
        page = client.get(self.ADD).content.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)
        sent = {"about": "initiative", "url": "https://example.org/", "csrfmiddlewaretoken": token}
        assert client.post(self.ADD, sent).status_code == 302

    def test_files_are_for_those_who_see_the_initiative(self, made, manager, client):
        self.upload(manager)
        row = Evidence.objects.get()
        client.force_login(made.people.outsider)
        assert client.get(f"/en/evidence/{row.pk}/file/").status_code == 404
        client.logout()
        assert client.get(f"/en/evidence/{row.pk}/file/").status_code == 302
        client.force_login(made.people.viewer)
        assert client.get(f"/en/evidence/{row.pk}/file/").content == PDF

    def test_a_link_has_no_file(self, made, manager):
        link = add_link(
            borne=Borne(initiative=made.initiatives["green"]), title="x", url="https://example.org/",
            by=Actor(user=made.people.manager), at=NOW,
        )  # fmt: skip
        assert manager.get(f"/en/evidence/{link.pk}/file/").status_code == 404


def test_rows_cost_the_same_however_many(made, manager, django_assert_max_num_queries):
    by = Actor(user=made.people.manager)
    initiative = add_initiative(made.pillars[0], "1.20", lead=made.organizations["CBSA"])
    made.people.manager.grants.all().delete()
    manager.force_login(made.people.plan_admin)
    by = Actor(user=made.people.plan_admin)
    page = "/en/plans/BP/initiatives/1.20/"

    def grow(first, last):
        for number in range(first, last):
            one = add_milestone(initiative, f"M{number}", baselines=[later(9)])
            add_dependency(milestone=one, needs=made.milestones["late"], by=by, at=NOW)
            add_file(
                borne=Borne(initiative=initiative, milestone=one), title="", name="a.txt", content=b"x", by=by, at=NOW
            )
            ask_baseline(milestone=one, to=later(50), dollars=None, reason="x", by=by, at=NOW)

    grow(1, 2)
    manager.get(page)  # and be given the cookie against which forms are checked
    with django_assert_max_num_queries(80) as one:
        manager.get(page)
    cost = len(one)
    grow(2, 10)
    with django_assert_max_num_queries(cost):
        assert words(manager.get(page)).count("is asked for") == 9
