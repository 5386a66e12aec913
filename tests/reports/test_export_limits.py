"""Files that are made while one waits: how many, how large, how long; and what is left when it goes wrong."""

import json
import time
from threading import Thread, Timer

import psycopg
import pytest
from django.core import signals
from django.db import close_old_connections, connection
from django.utils import timezone

from reports import exports
from tests.conftest import _url
from tests.factories import add_entry, bearer
from tests.initiatives.test_exports import _many_entries
from tests.scenarios import small_plan
from tests.tracker.addresses import bytes_of
from tracker.choices import ExportState
from tracker.export_limits import ALL_SLOTS, OWN_SLOTS
from tracker.exports import make
from tracker.models import ExportChunk, ExportRecord
from tracker.sending import Seat
from tracker.tabular.copy import Bounds

PATH = "/api/v1/exports/ledger-entries.csv?plan=BP&fields=amount"
JOB = {
    "method": "POST", "path": "/api/v1/exports/",
    "body": {"dataset": "ledger-entries", "format": "csv", "filters": {"plan": "BP"}, "fields": "amount"},
}  # fmt: skip


@pytest.fixture
def plan(db):
    return small_plan()


def close(answer):
    """As the server does when the reader has gone; the test's own connection stays open."""
    signals.request_finished.disconnect(close_old_connections)
    answer.close()
    signals.request_finished.connect(close_old_connections)


def refused(answer, status, code):
    body = json.loads(answer.content)
    assert (answer.status_code, body["code"], answer["Content-Type"]) == (status, code, "application/problem+json")
    assert body["job"] == JOB
    assert Seat.taken() == 0
    return answer


@pytest.mark.parametrize("kind", ["all", "own"])
def test_a_file_beyond_the_slots_is_told_to_come_again_or_to_be_a_job(client, plan, kind, settings, monkeypatch):
    monkeypatch.setattr("tracker.export_limits.WAIT_SECONDS", 0.0)
    user = plan.people.auditor
    slots = {
        "all": [(ALL_SLOTS, slot) for slot in range(settings.EXPORTS_AT_ONCE)],
        "own": [(OWN_SLOTS, user.pk * settings.EXPORTS_OF_ONE + slot) for slot in range(settings.EXPORTS_OF_ONE)],
    }[kind]
    with psycopg.connect(_url(connection.settings_dict["NAME"]), autocommit=True) as others:
        for slot in slots:
            others.execute("select pg_advisory_lock(%s, %s)", slot)
        answer = refused(client.get(PATH, headers=bearer(user)), 429, "too_many_exports")
        assert int(answer["Retry-After"]) > 0
        others.execute("select pg_advisory_unlock(%s, %s)", slots[-1])
        assert bytes_of(client.get(PATH, headers=bearer(user)))


def test_a_file_waits_a_little_for_the_one_before_it(client, plan, settings):
    settings.EXPORTS_AT_ONCE = 1
    with psycopg.connect(_url(connection.settings_dict["NAME"]), autocommit=True) as other:
        other.execute("select pg_advisory_lock(%s, 0)", [ALL_SLOTS])
        ending = Timer(0.5, other.execute, ["select pg_advisory_unlock(%s, 0)", [ALL_SLOTS]])
        ending.start()
        assert bytes_of(client.get(PATH, headers=bearer(plan.people.auditor)))
        ending.join()


def test_a_file_that_is_too_large_is_to_be_a_job(client, plan, settings):
    settings.EXPORT_BYTES = 20
    refused(client.get(PATH, headers=bearer(plan.people.auditor)), 422, "make_it_a_job")
    settings.EXPORT_XLSX_ROWS = 2
    answer = client.get(PATH.replace(".csv", ".xlsx"), headers=bearer(plan.people.auditor))
    assert (answer.status_code, json.loads(answer.content)["job"]["body"]["format"]) == (422, "xlsx")
    assert ExportRecord.objects.count() == 0


def test_a_file_that_takes_too_long_is_to_be_a_job(client, committed, settings):
    plan = small_plan()
    _many_entries(plan.reversed_entry.line_id, 9000)
    headers = bearer(plan.people.auditor)
    settings.EXPORT_SECONDS = 0.001
    refused(client.get(PATH, headers=headers), 422, "make_it_a_job")
    settings.EXPORT_SECONDS = 30
    assert bytes_of(client.get(PATH, headers=headers))  # the connection is good again


def test_a_reader_who_goes_away_leaves_nothing(client, plan, monkeypatch):
    files = []

    def spied(*args, **kwargs):
        files.append(made := make(*args, **kwargs))
        return made

    monkeypatch.setattr("tracker.api_exports.make", spied)
    _many_entries(plan.reversed_entry.line_id, 9000)
    answer = client.get("/api/v1/exports/ledger-entries.csv", headers=bearer(plan.people.auditor))
    assert int(answer["Content-Length"]) > 1 << 20  # beyond what is held in memory
    file = files[0].made.file
    next(iter(answer.streaming_content))
    assert (Seat.taken(), file.closed) == (1, False)
    close(answer)
    assert (Seat.taken(), file.closed) == (0, True)


def test_readers_hold_only_so_many_threads(client, plan, settings):
    _many_entries(plan.reversed_entry.line_id, 9000)
    settings.EXPORTS_SENDING = 2
    path, headers = "/api/v1/exports/ledger-entries.csv", bearer(plan.people.auditor)
    first = client.get(path, headers=headers)
    assert client.get(path, headers=headers).status_code == 429  # half of them are this person's
    other = client.get(path, headers=bearer(plan.people.administrator))
    assert client.get(path, headers=bearer(plan.people.plan_admin)).status_code == 429
    close(first)
    close(other)
    assert bytes_of(client.get(path, headers=headers))


def test_a_file_that_cannot_be_put_on_record_does_not_go_out(client, plan, monkeypatch):
    def broken(*_args, **_kwargs):
        raise OSError

    monkeypatch.setattr(ExportRecord, "save", broken)
    client.raise_request_exception = False
    assert client.get(PATH, headers=bearer(plan.people.auditor)).status_code == 500
    assert Seat.taken() == 0


def test_a_file_that_the_reader_has_is_not_sent_again(client, plan):
    headers = bearer(plan.people.auditor)
    first = client.get(PATH, headers=headers)
    assert bytes_of(first)
    again = client.get(PATH, headers={**headers, "If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, Seat.taken()) == (304, b"", 0)
    assert ExportRecord.objects.count() == 1


def test_the_record_is_for_good(client, plan):
    bytes_of(client.get(PATH, headers=bearer(plan.people.auditor)))
    one = ExportRecord.objects.get()
    with pytest.raises(Exception, match="added to, and not changed"):
        one.delete()


def test_who_looks_at_the_record(client, plan):
    bytes_of(client.get(PATH, headers=bearer(plan.people.analyst)))
    add_entry(plan.initiatives["green"], "1.00")
    for who, status in [("auditor", 200), ("administrator", 200), ("plan_admin", 403), ("analyst", 403)]:
        answer = client.get("/api/v1/exports/log/?dataset=ledger-entries", headers=bearer(getattr(plan.people, who)))
        assert answer.status_code == status
    headers = bearer(plan.people.auditor)
    found = json.loads(client.get("/api/v1/exports/log/?account=analyst", headers=headers).content)["results"]
    assert [(one["account"], one["query"]) for one in found] == [("analyst", "fields=amount&plan=BP")]
    for query in ("from=x", "before=x", "who=x"):
        assert client.get(f"/api/v1/exports/log/?{query}", headers=headers).status_code == 400
    assert json.loads(client.get("/api/v1/exports/log/?to=2020-01-01", headers=headers).content)["results"] == []


def test_a_file_that_is_cancelled_while_it_is_made_ends(committed, monkeypatch):
    plan = small_plan()
    monkeypatch.setattr(exports, "BEAT_SECONDS", 0.01)
    reader = exports.Reader(user=plan.people.auditor, token="", address="")
    at = timezone.now()
    job = exports.ask(dataset="plans", form="csv", query={}, moment="", reader=reader, at=at)

    def withdraw():
        exports.cancel(job=job, at=at)
        connection.close()

    def slow(asked, rows, *, user, bounds: Bounds):
        thread = Thread(target=withdraw)
        thread.start()
        thread.join()
        until = time.monotonic() + 20
        while time.monotonic() < until:
            bounds.tell(1)
            time.sleep(0.01)

    monkeypatch.setattr(exports, "make", slow)
    assert exports.make_waiting() == {"cancelled": 1}
    job.refresh_from_db()
    assert (job.state, ExportChunk.objects.count()) == (ExportState.CANCELLED, 0)
