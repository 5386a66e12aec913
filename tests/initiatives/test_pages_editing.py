"""Two people change one milestone on its pages: different fields are merged, the same ones are told with both."""

import re

import pytest
from django.test import Client

from initiatives.models import LedgerEntry
from tests.initiatives.test_pages_indicators import words
from tests.scenarios import small_plan
from tracker.models import Revision
from tracker.timemachine import head

pytestmark = pytest.mark.django_db
CONTENT = (
    "title_en", "title_fr", "kind", "weight", "acceptance_criteria_en", "acceptance_criteria_fr", "note_en", "note_fr",
    "evidence",
)  # fmt: skip


@pytest.fixture
def made():
    return small_plan()


@pytest.fixture
def late(made):
    return made.milestones["late"]


@pytest.fixture
def address(late):
    return f"/en/plans/BP/initiatives/{late.initiative.code}/milestones/{late.code}/"


@pytest.fixture
def manager(made):
    return signed_in(made.people.manager)


@pytest.fixture
def lead(made):
    return signed_in(made.people.pillar_lead)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def opened(client, address):
    """The fields as the page shows them."""
    form = client.get(address).context["form"]
    return {name: form[name].value() for name in (*CONTENT, "revision")}


def test_shows_what_it_says_and_changes_it(manager, late, address):
    shown = opened(manager, f"{address}change/")
    assert shown["title_en"] == late.title_en
    sent = {**shown, "weight": "2.5", "note_fr": "Pèse plus", "reason": "it weighs more"}
    response = manager.post(f"{address}change/", sent)
    assert response.status_code == 302
    assert response.headers["Location"].endswith(f"#milestone-{late.code}")
    late.refresh_from_db()
    assert (str(late.weight), late.note_fr, late.revision) == ("2.50", "Pèse plus", head())
    assert Revision.objects.get(number=head()).reason == "it weighs more"


def test_different_fields_are_merged_and_the_second_is_told(manager, lead, late, address):
    mine, theirs = opened(manager, f"{address}change/"), opened(lead, f"{address}change/")
    assert lead.post(f"{address}change/", {**theirs, "note_en": "By the lead"}).status_code == 302
    page = manager.post(f"{address}change/", {**mine, "weight": "3"}, follow=True)
    assert "Somebody else changed these meanwhile, and it is kept: Note, English." in words(page)
    late.refresh_from_db()
    assert (str(late.weight), late.note_en) == ("3.00", "By the lead")


def test_the_same_field_shows_both_and_what_is_sent_again_stands(manager, lead, late, address):
    mine, theirs = opened(manager, f"{address}change/"), opened(lead, f"{address}change/")
    lead.post(f"{address}change/", {**theirs, "weight": "4", "kind": "event", "note_fr": "De la cheffe"})
    before = head()
    page = manager.post(f"{address}change/", {**mine, "weight": "5", "kind": "decision"})
    text = words(page, 422)
    assert head() == before
    assert text.count("Luc Lead changed this on") == 4  # beside each of two fields, and in the summary
    assert "It says now: “4.00”" in text
    assert "It says now: “event”" in text
    html = page.content.decode()
    assert re.search(r'name="weight" value="5"', html)
    assert "De la cheffe</textarea>" in html
    assert f'name="revision" value="{before}"' in html
    again = {name: page.context["form"][name].value() for name in (*CONTENT, "revision")}
    assert manager.post(f"{address}change/", again).status_code == 302
    late.refresh_from_db()
    assert (str(late.weight), late.kind, late.note_fr) == ("5.00", "decision", "De la cheffe")


def test_two_days_on_which_it_was_met_are_told(manager, lead, late, address):
    sent = {"revision": late.revision, "evidence": ""}
    assert lead.post(f"{address}meet/", {**sent, "actual_on": "2026-03-03"}).status_code == 302
    text = words(manager.post(f"{address}meet/", {**sent, "actual_on": "2026-03-04"}), 422)
    assert "It says now: “2026-03-03”" in text
    late.refresh_from_db()
    assert str(late.actual_on) == "2026-03-03"


def test_another_day_on_which_it_was_met_says_why(manager, late, address):
    shown = {"revision": late.revision, "evidence": "https://example.org/a"}
    assert manager.post(f"{address}meet/", {**shown, "actual_on": "2026-03-03"}).status_code == 302
    late.refresh_from_db()
    again = {"revision": late.revision, "actual_on": "2026-03-04", "evidence": ""}
    assert "Say why it is corrected." in words(manager.post(f"{address}meet/", again), 422)
    assert manager.post(f"{address}meet/", {**again, "reason": "the keys came later"}).status_code == 302
    late.refresh_from_db()
    assert (str(late.actual_on), late.evidence) == ("2026-03-04", ""), "what is emptied is empty"
    assert Revision.objects.get(number=head()).reason == "the keys came later"


def test_a_date_that_somebody_else_moved_meanwhile_is_not_moved_unread(manager, lead, late, address):
    seen = manager.get(f"{address}move/").context["form"]["seen"].value()
    assert seen == late.forecasts.newest_first().first().date
    sent = {"forecast_on": "2027-09-01", "reason": "the supplier folded", "seen": seen.isoformat()}
    assert lead.post(f"{address}move/", sent).status_code == 302
    before = head()
    text = words(manager.post(f"{address}move/", {**sent, "forecast_on": "2027-08-01"}), 422)
    assert "Luc Lead moved it to 2027-09-01 meanwhile: “the supplier folded”." in text
    assert head() == before


@pytest.mark.parametrize("revision", [None, "", "abc", "-1"])
@pytest.mark.parametrize("page", ["change/", "meet/"])
def test_without_the_version_that_was_read_nothing_is_written(manager, late, address, page, revision):
    before = head()
    sent = {**opened(manager, f"{address}change/"), "actual_on": "2026-03-04", "weight": "9", "revision": revision}
    if revision is None:
        del sent["revision"]
    assert "does not say which version you read" in words(manager.post(f"{address}{page}", sent), 422)
    assert head() == before


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title_fr", "", "This field is required."),
        ("weight", "-1", "greater than or equal to 0"),
        ("weight", "1.234", "no more than 2 decimal places"),
        ("weight", "much", "Enter a number."),
        ("kind", "wish", "Select a valid choice"),
        ("evidence", "javascript:alert(1)", "Write an address that begins with https://"),
    ],
)
def test_what_cannot_be_meant_is_said_beside_its_field(manager, address, field, value, sentence):
    before = head()
    page = manager.post(f"{address}change/", {**opened(manager, f"{address}change/"), field: value})
    assert sentence in words(page, 422)
    assert page.context["form"].errors.keys() == {field}
    assert head() == before


ENTRY = {
    "stage": "expenditure", "amount": "1250.10", "effective_on": "2026-06-01", "fiscal_year": "2026", "note": "twice?",
}  # fmt: skip


def entry(made, client, **changed):
    """Of one page, whose token a second click sends again."""
    address = f"/en/plans/BP/initiatives/{made.initiatives['green'].code}/money/add/"
    page = client.get(address)
    [token] = re.findall(r'name="once" value="([0-9a-f]{32})"', page.content.decode())
    return address, {**ENTRY, "organization": page.context["form"]["organization"].value(), "once": token, **changed}


def test_a_page_that_is_sent_twice_is_recorded_once(made, manager):
    address, sent = entry(made, manager)
    for said in ("The entry is in the ledger.", "It is recorded once.", "It is recorded once."):
        assert said in words(manager.post(address, sent, follow=True))
    assert LedgerEntry.objects.filter(note="twice?").count() == 1
    manager.post(address, {**sent, "amount": "7.00"})
    manager.post(address, {**sent, "once": entry(made, manager)[1]["once"]})
    assert LedgerEntry.objects.filter(note="twice?").count() == 3, "other content, or another page, is another entry"


def test_what_was_refused_may_be_mended_and_sent_again(made, manager):
    address, sent = entry(made, manager, amount="0")
    assert manager.post(address, sent).status_code == 422
    assert manager.post(address, sent).status_code == 422
    assert manager.post(address, {**sent, "amount": "8.00"}).status_code == 302
    assert LedgerEntry.objects.get(note="twice?").amount == 8


def test_a_token_of_somebody_else_or_of_nobody_makes_no_difference(made, manager, lead):
    address, sent = entry(made, manager)
    assert manager.post(address, sent).status_code == 302
    assert lead.post(address, sent).status_code == 302
    for odd in ("", "x" * 400, "'"):
        assert manager.post(address, {**sent, "once": odd}).status_code == 302
    assert LedgerEntry.objects.filter(note="twice?").count() == 5
