"""Files that are made in the background."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from reports import exports
from reports.export_sight import UNDER_WAY
from tests.factories import ACTOR, add_entry, bearer, token_for
from tests.reports import happenings
from tests.scenarios import small_plan
from tests.tracker.addresses import bytes_of
from tracker.choices import ExportFault, ExportState, Role
from tracker.models import ExportChunk, ExportJob, ExportRecord, RoleGrant
from tracker.timemachine import head, revision

pytestmark = pytest.mark.django_db
PATH = "/api/v1/exports/"
BODY = {"dataset": "ledger-entries", "format": "csv", "filters": {"plan": "BP"}, "bom": "0"}


@pytest.fixture
def plan(monkeypatch):
    monkeypatch.setattr(exports, "BEAT_SECONDS", 60)  # its own connection sees nothing of a test's transaction
    return small_plan()


@pytest.fixture
def post(client, plan):
    def send(body=BODY, user=None, path=PATH, **headers):
        return client.post(
            path, body, content_type="application/json", headers={**bearer(user or plan.people.auditor), **headers}
        )

    send.plan = plan
    return send


def shown(client, user, job):
    return json.loads(client.get(f"{PATH}{job}/", headers=bearer(user)).content)


def test_a_file_is_asked_for_made_and_read(client, plan, post):
    answer = post()
    sent = json.loads(answer.content)
    assert (answer.status_code, answer["Location"], sent["state"]) == (202, f"{PATH}{sent['id']}/", "queued")
    asked = head()
    direct = bytes_of(
        client.get(f"{PATH}ledger-entries.csv?plan=BP&bom=0&as_of=r{asked}", headers=bearer(plan.people.auditor))
    )
    add_entry(plan.initiatives["green"], "17.00")
    assert exports.make_waiting() == {"done": 1}
    row = shown(client, plan.people.auditor, sent["id"])
    assert (row["state"], row["rows"], row["total"], row["revision"]) == ("done", 6, 6, asked)
    answer = client.get(row["file"], headers=bearer(plan.people.auditor))
    body = bytes_of(answer)
    assert body == direct  # of the revision at which it was asked for
    assert hashlib.sha256(body).hexdigest() == row["sha256"] == answer["X-Content-SHA256"]
    assert answer["Content-Disposition"] == f'attachment; filename="BP-ledger-entries-r{asked}.csv"'
    last = ExportRecord.objects.latest("pk")
    assert (last.way, last.rows, last.sha256, last.marking) == ("job", 6, row["sha256"], "unclassified")
    mine = json.loads(client.get(PATH, headers=bearer(plan.people.auditor)).content)["results"]
    assert [one["id"] for one in mine] == [sent["id"]]
    assert exports.make_waiting() == {}


def test_a_part_of_a_file_is_read_again(client, plan, post, monkeypatch):
    monkeypatch.setattr(exports, "CHUNK", 100)
    monkeypatch.setattr("reports.stored_files.CHUNK", 100)
    job = json.loads(post().content)["id"]
    exports.make_waiting()
    headers, path = bearer(plan.people.auditor), f"{PATH}{job}/file/"
    whole = bytes_of(client.get(path, headers=headers))
    for text, meant in [("bytes=0-0", whole[:1]), ("bytes=150-349", whole[150:350]), ("bytes=-7", whole[-7:])]:
        answer = client.get(path, headers={**headers, "Range": text})
        assert (answer.status_code, b"".join(answer)) == (206, meant)
        assert answer["Content-Length"] == str(len(meant))
    assert client.get(path, headers={**headers, "Range": f"bytes={len(whole)}-"}).status_code == 416
    stale = client.get(path, headers={**headers, "Range": "bytes=5-", "If-Range": '"other"'})
    assert (stale.status_code, b"".join(stale)) == (200, whole)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"dataset": "nothing"}, "dataset"), ({"format": "pdf"}, "format"), ({"filters": {"colour": "red"}}, "colour"),
        ({"filters": {"stage": "blue"}}, "stage"), ({"fields": "nothing"}, "fields"), ({"as_of": "r99999"}, "as_of"),
        ({"separator": "tab"}, "separator"), ({"more": 1}, "more"), ({"filters": {"as_of": "r1"}}, "filters"),
        ({"format": "xlsx", "bom": "0"}, "bom"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_at_once(post, body, field):
    answer = post({**BODY, **body})
    assert answer.status_code == 400, answer.content
    assert field in json.loads(answer.content)["fields"]
    assert not ExportJob.objects.exists()


@pytest.mark.parametrize("where", [{"filters": {"q": "{}"}}, {"as_of": "{}"}, {"filters": {"plan": "BP {}"}}])
def test_a_token_never_comes_into_the_record(plan, post, where, caplog):
    secret = token_for(plan.people.viewer)
    answer = post({**BODY, **json.loads(json.dumps(where).replace("{}", secret))})
    assert (answer.status_code, set(json.loads(answer.content)["fields"])) == (400, {"filters"})
    assert secret not in f"{answer.content.decode()} {caplog.text}"
    assert not ExportJob.objects.exists()


def test_a_worker_that_ended_leaves_its_file_to_the_next_and_not_for_ever(plan, post):
    job = ExportJob.objects.get(pk=json.loads(post().content)["id"])
    ExportJob.objects.filter(pk=job.pk).update(state=ExportState.RUNNING, tries=1)
    ExportChunk.objects.create(job=job, number=0, data=b"half a file")
    assert exports.make_waiting() == {"done": 1}
    job.refresh_from_db()
    kept = b"".join(map(bytes, job.chunks.order_by("number").values_list("data", flat=True)))
    assert (job.tries, hashlib.sha256(kept).hexdigest()) == (2, job.sha256)
    ExportJob.objects.filter(pk=job.pk).update(state=ExportState.RUNNING, tries=exports.MOST_TRIES)
    assert exports.make_waiting() == {}
    job.refresh_from_db()
    assert (job.state, job.fault) == (ExportState.FAILED, ExportFault.WORKER_ENDED)


def test_files_go_after_a_week(client, plan, post):
    job = json.loads(post().content)["id"]
    exports.make_waiting()
    at = timezone.now()
    assert exports.forget_exports(at=at + timedelta(days=6)) == 0
    assert exports.forget_exports(at=at + timedelta(days=8)) == 1
    assert not ExportChunk.objects.exists()
    assert shown(client, plan.people.auditor, job)["state"] == "expired"
    answer = client.get(f"{PATH}{job}/file/", headers=bearer(plan.people.auditor))
    assert (answer.status_code, json.loads(answer.content)["code"]) == (409, "no_file")
    exports.forget_exports(at=at + timedelta(days=100))
    assert not ExportJob.objects.exists()


def test_one_person_has_so_many_waiting_and_so_much_kept(plan, post, settings):
    for _ in range(settings.EXPORT_JOBS_WAITING):
        assert post().status_code == 202
    assert json.loads(post().content)["code"] == "export_queue_full"
    settings.EXPORT_JOBS_BYTES = 2000
    ends = exports.make_waiting()
    assert ends["done"] >= 1
    assert ends["failed"] >= 1
    assert ExportJob.objects.filter(fault=ExportFault.NO_QUOTA).exists()
    settings.EXPORT_JOBS_BYTES = 10
    assert json.loads(post().content)["code"] == "export_quota"


def test_a_file_is_its_asker_s_for_as_long_as_the_roles_are_held(client, plan, post):
    analyst = plan.people.analyst
    job = json.loads(post(user=analyst).content)["id"]
    exports.make_waiting()
    path = f"{PATH}{job}/file/"
    for who in (plan.people.auditor, plan.people.administrator):
        assert client.get(path, headers=bearer(who)).status_code == 404
        assert client.get(f"{PATH}{job}/", headers=bearer(who)).status_code == 404
    assert bytes_of(client.get(path, headers=bearer(analyst)))
    with revision(by=ACTOR, reason="Another role"):
        RoleGrant.objects.filter(user=analyst).update(role=Role.MANAGER, scope="BP/1.01")
    answer = client.get(path, headers=bearer(analyst))
    assert (answer.status_code, json.loads(answer.content)["code"]) == (403, "not_allowed")
    assert post(user=plan.people.outsider).status_code == 403


@pytest.mark.parametrize(
    ("filters", "code", "refused"),
    [
        ({}, "2.09", True), ({"initiative": "1.01"}, "2.09", True), ({"initiative": "1.02"}, "2.09", False),
        ({"stage": "forecast"}, "2.09", False), ({}, "1.09", False),
    ],
)  # fmt: skip
def test_a_file_is_handed_out_while_all_of_it_is_in_sight(client, post, filters, code, refused):
    """Roles may stay as they are, and what they cover may not."""
    plan = post.plan
    lead, row = plan.people.pillar_lead, plan.initiatives["green"]
    job = json.loads(post({**BODY, "filters": filters}, user=lead).content)["id"]
    assert exports.make_waiting() == {"done": 1}
    path = f"{PATH}{job}/file/"
    assert bytes_of(client.get(path, headers=bearer(lead)))
    pillar = plan.pillars[1] if code.startswith("2") else plan.pillars[0]
    happenings.change(row, pillar=pillar, code=code)
    whole, part = (403, 403) if refused else (200, 206)
    for moment in ("", "?as_of=r1", f"?as_of=r{plan.week.revision}"):
        answer = client.get(f"{path}{moment}", headers=bearer(lead))
        assert (answer.status_code, b"".join(answer).startswith(b"id,")) == (whole, not refused)
    answer = client.get(path, headers={**bearer(lead), "Range": "bytes=0-9"})
    assert (answer.status_code, len(b"".join(answer)) == 10) == (part, not refused)
    happenings.change(row, pillar=plan.pillars[0], code="1.01")
    assert bytes_of(client.get(path, headers=bearer(lead)))


def test_what_moved_away_before_a_file_was_made_is_not_in_it(client, plan, post):
    lead = plan.people.pillar_lead
    happenings.change(plan.initiatives["green"], pillar=plan.pillars[1], code="2.09")
    job = json.loads(post(user=lead).content)["id"]
    assert exports.make_waiting(clock=lambda: timezone.now() + 2 * UNDER_WAY) == {"done": 1}
    assert b"1.01" not in bytes_of(client.get(f"{PATH}{job}/file/", headers=bearer(lead)))


def test_who_may_read_no_more_gets_no_file(plan, post):
    job = json.loads(post(user=plan.people.analyst).content)["id"]
    plan.people.analyst.is_active = False
    plan.people.analyst.save()
    assert exports.make_waiting() == {"failed": 1}
    assert ExportJob.objects.get(pk=job).fault == ExportFault.NOT_ALLOWED


def test_the_same_request_sent_again_asks_once_and_a_token_that_reads_may_ask(client, plan, post):
    first, again = post(**{"Idempotency-Key": "k1"}), post(**{"Idempotency-Key": "k1"})
    assert (first.content, again["Idempotent-Replay"]) == (again.content, "true")
    assert ExportJob.objects.count() == 1
    answer = post(path=f"{PATH}{json.loads(first.content)['id']}/cancel/")
    assert json.loads(answer.content)["state"] == "cancelled"
    assert json.loads(post(path=f"{PATH}{ExportJob.objects.get().pk}/cancel/").content)["code"] == "export_over"
    assert exports.make_waiting() == {}


def test_the_page_of_one_s_own_files(client, plan):
    client.force_login(plan.people.analyst)
    assert b"You have asked for no file yet" in client.get("/en/exports/").content
    asked = {"dataset": "milestones", "format": "xlsx", "query": "plan=BP&late=true"}
    assert client.post("/en/exports/ask/", asked).status_code == 302
    page = client.get("/en/exports/").content.decode()
    assert "data-working" in page
    assert "waiting" in page
    exports.make_waiting()
    job = ExportJob.objects.get()
    page = client.get("/en/exports/").content.decode()
    assert job.sha256 in page
    assert "data-working" not in page
    assert bytes_of(client.get(f"/en/exports/{job.pk}/file/")).startswith(b"PK")
    assert client.post(f"/en/exports/{job.pk}/cancel/").status_code == 302
    assert ExportJob.objects.get().state == ExportState.EXPIRED
    client.post("/en/exports/ask/", {**asked, "query": "colour=red"})
    assert b"Unknown. Known are" in client.get("/en/exports/").content
    assert client.get("/en/operations/exports/").status_code == 403
    client.force_login(plan.people.auditor)
    page = client.get("/en/operations/exports/?account=analyst").content.decode()
    assert "late=true" in page
