"""Programs add links and files that bear facts out, withdraw them, and download them."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import encode_multipart

from initiatives.models import Evidence, EvidenceFile
from initiatives.rules.files import MOST_BYTES
from tests.factories import PASSWORD, add_indicator, add_observation, bearer, token_for
from tests.scenarios import FRENCH, small_plan
from tests.tracker.writes import Writer, refusal, row
from tracker.choices import TokenScope
from tracker.timemachine import head

pytestmark = pytest.mark.django_db
EVIDENCE = "/api/v1/evidence/"
PDF = b"%PDF-1.7 minutes"


@pytest.fixture
def plan():
    return small_plan()


@pytest.fixture
def writer(plan):
    return Writer(plan.people.plan_admin)


def link(**fields):
    return {"plan": "BP", "initiative": "1.01", "title": "Minutes", "url": "https://example.org/minutes", **fields}


def form(content=PDF, name="minutes.pdf", **fields):
    return {"plan": "BP", "initiative": "1.01", "file": SimpleUploadedFile(name, content), **fields}


@pytest.fixture
def upload(plan):
    """Sends a form, as curl does."""

    def send(data, user=None, boundary="drawn", **headers):
        signed = bearer(user or plan.people.plan_admin)
        body, kind = encode_multipart(boundary, data), f"multipart/form-data; boundary={boundary}"
        return Client().post(EVIDENCE, body, content_type=kind, headers=signed | headers)

    return send


def test_a_link_bears_out_an_initiative_or_one_fact_of_it(plan, writer):
    response = writer.post(EVIDENCE, link(), "a-key")
    made = row(response, 201)
    assert (made["initiative"], made["milestone"], made["url"]) == ("1.01", None, "https://example.org/minutes")
    assert (made["size"], made["sha256"], made["added_by"]) == (None, "", "plan-admin")
    assert row(writer.get(response["Location"])) == made
    assert {writer.post(EVIDENCE, link(), "a-key").content for _ in range(9)} == {response.content}
    assert Evidence.objects.count() == 1
    entry = plan.initiatives["green"].budget_lines.get(fiscal_year=2026).entries.get()
    seen = add_observation(add_indicator(plan.plan, initiative=plan.initiatives["green"]), None, "3")
    late = plan.milestones["late"]
    for fact, named in [
        ({"milestone": "M2"}, f"milestone={late.pk}"),
        ({"entry": entry.pk}, f"entry={entry.pk}"),
        ({"observation": seen.pk}, f"observation={seen.pk}"),
    ]:
        made = row(writer.post(EVIDENCE, link(**fact)), 201)
        assert {name: made[name] for name in fact} == fact
        assert [one["id"] for one in row(writer.get(f"{EVIDENCE}?{named}"))["results"]] == [made["id"]]
    assert len(row(writer.get(f"{EVIDENCE}?plan=BP&initiative=1.01&standing=true"))["results"]) == 4


def test_a_file_is_kept_with_its_hash_and_served_safely(plan, upload, client):
    response = upload(form(title=FRENCH, milestone="M2", name="procès-verbal.pdf"))
    made = row(response, 201)
    digest = hashlib.sha256(PDF).hexdigest()
    assert (made["sha256"], made["size"], made["media_type"]) == (digest, len(PDF), "application/pdf")
    assert (made["title"], made["file_name"], made["milestone"]) == (FRENCH, "procès-verbal.pdf", "M2")
    path = f"{response['Location']}file/"
    for user in (plan.people.manager, plan.people.viewer):
        served = client.get(path, headers=bearer(user))
        assert (served.status_code, served.content, served["Content-Type"]) == (200, PDF, "application/pdf")
    assert served["Content-Disposition"].startswith("attachment; filename*=utf-8''proc%C3%A8s-verbal.pdf")
    assert (served["X-Content-Type-Options"], served["ETag"]) == ("nosniff", f'"{digest}"')
    assert served["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert client.get(path, headers=bearer(plan.people.viewer) | {"If-None-Match": f'"{digest}"'}).status_code == 304
    assert client.get(f"{path}?as_of=r{made['revision']}", headers=bearer(plan.people.viewer)).content == PDF
    refusal(client.get(f"{path}?as_of=r{made['revision'] - 1}", headers=bearer(plan.people.viewer)), 404, "not_found")
    refusal(client.get(f"{path}?colour=red", headers=bearer(plan.people.viewer)), 400, "unknown_filter")
    refusal(client.get(path, headers=bearer(plan.people.outsider)), 403, "not_allowed")
    refusal(client.get(path), 401, "not_signed_in")


def test_a_large_file_takes_a_key_and_one_that_is_too_large_is_not_read(plan, upload):
    large = PDF + b" " * (MOST_BYTES - len(PDF))
    key = {"Idempotency-Key": "a-key"}
    # A program draws another boundary each time; it may stand in the file, but for the dashes before it.
    answers = [upload(form(large), boundary=boundary, **key) for boundary in ("one", "another", "-", "minutes")]
    assert [answer.status_code for answer in answers] == [201] * 4
    assert {answer.content for answer in answers} == {answers[0].content}
    assert [answer.get("Idempotent-Replay") for answer in answers] == [None, "true", "true", "true"]
    refusal(upload(form(large + b" "), **key), 422, "key_reused")
    assert bytes(EvidenceFile.objects.get().content) == large
    before = head()
    assert set(refusal(upload(form(large + b" ")), 400, "invalid")["fields"]) == {"file"}
    refusal(upload(form(large + b" " * 70_000)), 413, "too_big")
    refusal(Client().post(EVIDENCE, form(large)), 401, "not_signed_in")
    assert (head(), EvidenceFile.objects.count()) == (before, 1)


def test_evidence_that_cannot_be_meant_is_refused_by_name(plan, writer, upload):
    row(writer.post(EVIDENCE, link(milestone="M2")), 201)
    row(upload(form(milestone="M2")), 201)
    before = head()
    for fields, named in [
        ({"colour": "red", "entry": "12"}, {"colour", "entry"}),
        ({"url": "ftp://example.org/"}, {"url"}),
        ({"url": "javascript:alert(1)"}, {"url"}),
        ({"url": ""}, {"url"}),
        ({"title": "x" * 201}, {"title"}),
        ({"entry": 10**30}, {"entry"}),
        ({"milestone": "M2", "entry": 1}, {"milestone", "entry"}),
        ({"milestone": "M2"}, {"url"}),  # there already
        ({"file": "minutes.pdf"}, {"file"}),
    ]:
        assert set(refusal(writer.post(EVIDENCE, link(**fields)), 400, "invalid")["fields"]) == named, fields
    for data, named in [
        ({"plan": "BP", "initiative": "1.01"}, {"file"}),
        (form(colour="red", url="https://example.org/"), {"colour", "url"}),
        (form(title=["a", "b"]), {"title"}),
        (form(entry="one"), {"entry"}),
        (form(b"MZ", "minutes.pdf"), {"file"}),
        (form(b"<html>", "minutes.html"), {"file"}),
        (form(b"", "minutes.pdf"), {"file"}),
        (form(milestone="M2"), {"file"}),
        ({"plan": "BP", "initiative": "1.01", "file": "a text"}, {"file"}),
    ]:
        assert set(refusal(upload(data), 400, "invalid")["fields"]) == named, data
    elsewhere = plan.reversed_entry.pk
    for fields, named in [
        ({"milestone": "M9"}, {"milestone"}),
        ({"entry": elsewhere}, {"entry"}),
        ({"observation": 999999}, {"observation"}),
        ({"initiative": "9.99"}, {"initiative"}),
    ]:
        assert set(refusal(writer.post(EVIDENCE, link(**fields)), 404, "not_found")["fields"]) == named, fields
        assert set(refusal(upload(form(**fields)), 404, "not_found")["fields"]) == named, fields
    refusal(Client().post(EVIDENCE, "a=1", content_type="text/plain", headers=writer.headers), 415, "not_json")
    broken = Client().post(EVIDENCE, b"x", content_type="multipart/form-data", headers=writer.headers)
    refusal(broken, 400, "invalid")
    assert head() == before


def test_a_browser_that_is_signed_in_needs_its_csrf_token(plan):
    browser = Client(enforce_csrf_checks=True)
    assert browser.login(username="plan-admin", password=PASSWORD)
    refusal(browser.post(EVIDENCE, form()), 403, "not_allowed")
    browser.cookies["csrftoken"] = "a" * 32
    for key in ({}, {"Idempotency-Key": "a-key"}):
        response = browser.post(EVIDENCE, form(PDF + repr(key).encode()), headers={"X-CSRFToken": "a" * 32} | key)
        assert row(response, 201)["added_by"] == "plan-admin"


def test_another_s_scope_is_not_seen_and_readers_add_nothing(plan, writer, upload, client):
    elsewhere = row(upload(form(initiative="2.02")), 201)
    made = row(writer.post(EVIDENCE, link()), 201)
    before, manager = head(), Writer(plan.people.manager)
    unseen, absent = (manager.post(EVIDENCE, link(initiative=code)) for code in ("2.02", "9.99"))
    refusal(unseen, 404, "not_found")
    assert unseen.content.replace(b"2.02", b"") == absent.content.replace(b"9.99", b"")
    assert [one["id"] for one in row(manager.get(EVIDENCE))["results"]] == [made["id"]]
    for address in ("", "file/"):
        refusal(manager.get(f"{EVIDENCE}{elsewhere['id']}/{address}"), 404, "not_found")
    refusal(manager.post(f"{EVIDENCE}{elsewhere['id']}/withdrawal/", {"reason": "x"}), 404, "not_found")
    refusal(writer.get(f"{EVIDENCE}{made['id']}/file/"), 404, "not_found")  # a link has no bytes here
    for user in (plan.people.viewer, plan.people.auditor, plan.people.administrator, plan.people.outsider):
        refusal(Writer(user).post(EVIDENCE, link()), 403, "not_allowed")
        refusal(upload(form(), user), 403, "not_allowed")
        refusal(Writer(user).post(f"{EVIDENCE}{made['id']}/withdrawal/", {"reason": "x"}), 403, "not_allowed")
    reading = {"Authorization": f"Bearer {token_for(plan.people.plan_admin, TokenScope.READ)}"}
    refusal(client.post(EVIDENCE, form(), headers=reading), 403, "not_allowed")
    assert head() == before


def test_evidence_is_withdrawn_once_with_a_reason(writer):
    made = row(writer.post(EVIDENCE, link()), 201)
    path = f"{EVIDENCE}{made['id']}/withdrawal/"
    for body, named in [({}, {"reason"}), ({"reason": " "}, {"reason"}), ({"reason": "x", "url": ""}, {"url"})]:
        assert set(refusal(writer.post(path, body), 400, "invalid")["fields"]) == named
    refusal(Client().post(path, {"reason": "a form"}, headers=writer.headers), 415, "not_json")
    assert row(writer.post(path, {"reason": "Wrong meeting"}))["withdrawn_reason"] == "Wrong meeting"
    refusal(writer.post(path, {"reason": "again"}), 409, "withdrawn")
    assert row(writer.get(f"{EVIDENCE}?standing=true"))["results"] == []
    assert len(row(writer.get(f"{EVIDENCE}?standing=false"))["results"]) == 1
    assert row(writer.get(f"{EVIDENCE}{made['id']}/?as_of=r{made['revision']}"))["withdrawn_reason"] == ""
