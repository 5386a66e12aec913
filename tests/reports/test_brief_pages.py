"""The brief as people fetch it: from the rollup's page, once, in their language; and as the weekly mail."""

import json
import re
import sys

import pytest
from django.core import mail as django_mail
from django.utils import timezone, translation

from initiatives.choices import SecurityMarking
from reports.brief import brief_of
from reports.brief.charts import picture
from reports.brief.docx import make_docx
from reports.brief.pdf import make_pdf
from reports.brief.xlsx import make_xlsx
from reports.notifications import announce, compose
from reports.views import brief as view
from tests.factories import kept
from tests.reports.test_brief_files import read, without_space
from tracker import outbox
from tracker.charts import distribution_bar
from tracker.models import User
from tracker.sending import Seat
from tracker.valkey import Store

pytestmark = pytest.mark.django_db

SEGMENTS = re.compile(r'<rect x="([^"]+)" width="([^"]+)" height="100%" fill="[^"]+" class="fill-(\w+)"')
FORMS = {"pdf": make_pdf, "docx": make_docx, "xlsx": make_xlsx}


@pytest.fixture
def fetch(made, client, settings):
    """A form of the newest brief, in a language."""
    settings.BASE_URL = "https://tracker.example"
    client.force_login(made.people.viewer)
    code = made.rollups[-1].code

    def get(form="pdf", language="en", **headers):
        return client.get(f"/{language}/rollups/{code}/brief.{form}", headers=headers)

    return get


@pytest.mark.parametrize("form", FORMS)
def test_it_is_the_document_of_the_sealed_payload_and_of_nothing_else(made, fetch, form, django_db_blocker):
    rollup = made.rollups[-1]
    found = json.loads(rollup.payload)
    answer = fetch(form, "fr")
    assert answer.status_code == 200
    with django_db_blocker.block(), translation.override("fr"):
        address = f"https://tracker.example/fr/rollups/{rollup.code}/"
        assert answer.content == FORMS[form](brief_of(found, sha256=rollup.sha256, address=address))


def test_its_numbers_are_the_payloads(made, fetch):
    found = json.loads(made.rollups[-1].payload)
    text = read(fetch().content)
    results = found["results"]
    for said in (
        f"{results['milestones_met']['total']} of {results['milestones']['total']}milestones met",
        f"Milestones late: {results['milestones_late']['total']}",
        *(f"track {n}" for bucket, n in results["health"]["cells"].items() if bucket == "green" and n),
        made.rollups[-1].sha256[:12],
        f"r{found['as_of']}",
    ):
        assert without_space(said) in text, said


def test_who_has_it_is_not_sent_it_again(fetch):
    first = fetch()
    assert first["Cache-Control"] == "private, no-cache"
    assert re.fullmatch(r'attachment; filename="BP-\d{4}-W\d\d-e1-brief-en\.pdf"', first["Content-Disposition"])
    again = fetch("pdf", "en", if_none_match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    tags = {fetch(form, language)["ETag"] for form in FORMS for language in ("en", "fr")}
    assert len(tags) == 6
    assert fetch("pdf", "fr", if_none_match=first["ETag"]).status_code == 200


def test_nobody_gets_what_they_may_not_read(made, client, fetch):
    code = made.rollups[-1].code
    client.force_login(made.people.manager)
    for form in FORMS:
        assert client.get(f"/en/rollups/{code}/brief.{form}").status_code == 404
    client.force_login(made.people.viewer)
    assert client.get("/en/rollups/BP-1999-W01-e1/brief.pdf").status_code == 404
    assert client.get(f"/en/rollups/{code}/brief.pdf?pages=9").status_code == 400
    assert client.post(f"/en/rollups/{code}/brief.pdf").status_code == 405


@pytest.fixture
def none_kept(settings, monkeypatch):
    """Files are made anew, for this test alone."""
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"test-{timezone.now().timestamp()}:"}
    monkeypatch.setattr(view, "BRIEFS", Store("brief", "a test goes on"))


@pytest.mark.usefixtures("none_kept")
def test_it_is_made_once(fetch, monkeypatch):
    first = fetch("docx").content
    monkeypatch.setitem(view.FORMS, "docx", ("", lambda brief: pytest.fail("made again")))
    assert fetch("docx").content == first


@pytest.mark.usefixtures("none_kept")
def test_only_so_many_are_made_or_wait_at_once(made, fetch, settings):
    settings.EXPORTS_SENDING = 2
    with Seat.take(made.people.viewer.pk):  # half of them: another file is made for the same person
        answer = fetch("docx")
        assert (answer.status_code, answer["Retry-After"]) == (429, "5")
        assert "Too many files are being sent." in answer.content.decode()
    kept_one = fetch("docx")
    assert (kept_one.status_code, Seat.taken()) == (200, 0)
    with Seat.take(made.people.viewer.pk):
        assert fetch("docx").content == kept_one.content
        assert fetch("docx", if_none_match=kept_one["ETag"]).status_code == 304


@pytest.mark.usefixtures("none_kept")
def test_without_the_library_one_is_led_back_to_the_page_with_a_word(made, client, fetch, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    answer = client.get(f"/en/rollups/{made.rollups[-1].code}/brief.pdf", follow=True)
    assert answer.redirect_chain == [(f"/en/rollups/{made.rollups[-1].code}/", 302)]
    assert "This server cannot make PDF files" in answer.content.decode()
    assert fetch("docx").status_code == 200


def test_the_page_offers_it(made, show):
    html = show(made.people.viewer, f"rollups/{made.rollups[-1].code}/")
    for form in FORMS:
        assert f'/en/rollups/{made.rollups[-1].code}/brief.{form}"' in html


class TestMail:
    @pytest.fixture
    def sent(self, made, settings):
        """The mails about the newest rollup, by who got them."""
        settings.MAIL_GOES_TO, settings.BASE_URL = "a test", "https://tracker.example"
        for person in made.people.all():
            User.objects.filter(pk=person.pk).update(email=f"{person.username}@example.org", language="en")
        User.objects.filter(username="auditor").update(language="")

        def send():
            at = timezone.now()
            announce(at=at)
            outbox.send_due(compose, clock=lambda: at)
            newest = made.rollups[-1].week.code
            return {one.to[0].partition("@")[0]: one for one in django_mail.outbox if newest in one.subject}

        return send

    def test_pictures_travel_with_it_and_say_what_they_show(self, made, sent, show):
        mails = sent()
        message = mails["viewer"].message()
        assert message.get_content_type() == "multipart/related"
        kinds = [part.get_content_type() for part in message.walk()]
        assert kinds == ["multipart/related", "multipart/alternative", "text/plain", "text/html", "image/png"]
        html = mails["viewer"].alternatives[0][0]
        named = re.findall(r'<img src="cid:([^"]+)" width="600" height="28" alt="([^"]+)"', html)
        inline = [part for part in message.walk() if part.get_content_type() == "image/png"]
        assert [f"<{name}>" for name, _words in named] == [part["Content-ID"] for part in inline]
        assert inline[0].get_payload(decode=True).startswith(b"\x89PNG")
        assert inline[0].get_content_disposition() == "inline"
        assert "at risk: 1" in named[0][1]
        # The same as the other documents have, of the same sealed numbers.
        rollup = made.rollups[-1]
        charts = brief_of(json.loads(rollup.payload), sha256=rollup.sha256, address="").section("health").charts
        assert inline[0].get_payload(decode=True) == picture(charts[0])
        bars = "".join(map(distribution_bar, charts))
        assert SEGMENTS.findall(bars)
        assert SEGMENTS.findall(show(made.people.viewer, f"rollups/{rollup.code}/")) == SEGMENTS.findall(bars)
        both = mails["auditor"].alternatives[0][0]
        assert len(set(re.findall(r'src="cid:([^"]+)"', both))) == 2

    def test_it_asks_nobody_for_anything_and_has_no_drawings(self, sent):
        html = sent()["viewer"].alternatives[0][0]
        assert not re.search(r"<(svg|link|script|style)\b|url\(|src=\"(?!cid:)", html)
        assert set(re.findall(r'href="(https?://[^/"]+)', html)) == {"https://tracker.example"}
        assert re.findall(r'<th scope="col"', html)
        assert html.startswith("<!doctype html>")

    def test_tables_are_said_in_plain_text_too(self, made, sent):
        found = json.loads(made.rollups[-1].payload)
        text = sent()["viewer"].body.replace("\u00a0", " ")
        flat = re.sub(r"\s+", " ", text)
        assert "Pillars - 1. Pillar 1: Headline colour:" in flat
        assert "Money by fiscal year" in flat
        late = next(row for row in found["initiatives"] if row["results"]["milestones_late"]["total"])
        assert f"{late['code']} " in flat
        assert max(len(line) for line in text.splitlines() if "://" not in line) <= 72

    def test_of_a_protected_initiative_no_more_than_its_code(self, made, sent):
        hidden = made.initiatives["green"]
        hidden.refresh_from_db()
        hidden.security_marking = SecurityMarking.PROTECTED_A
        kept(hidden)
        message = sent()["viewer"]
        for text in (message.body, message.alternatives[0][0]):
            assert "1.01 (protected: read it in the tracker)" in re.sub(r"\s+", " ", text)
            assert "Prime Hub" not in text
