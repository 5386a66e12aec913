"""A write that is sent again is carried out once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from config.api import router
from initiatives.models import LedgerEntry, Milestone, StatusUpdate
from tests.factories import PASSWORD, add_user, bearer, token_for
from tests.scenarios import small_plan
from tests.tracker.writes import ENTRIES, MILESTONES, UPDATES, Writer, entry_body, milestone_body, refusal, row
from tracker.choices import Role, TokenScope
from tracker.idempotency import KEPT, forget_answers
from tracker.models import IdempotencyKey
from tracker.timemachine import head

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
GREEN = {f"health_{name}": "green" for name in ("schedule", "cost", "scope", "overall")}


@pytest.fixture
def plan(db):
    return small_plan()


@pytest.fixture
def writer(plan):
    return Writer(plan.people.plan_admin)


def test_a_post_repeated_ten_times_with_one_key_makes_one_row(writer):
    before, rows = head(), LedgerEntry.objects.count()
    first = writer.post(ENTRIES, entry_body(), KEY)
    again = [writer.post(ENTRIES, entry_body(), KEY) for _ in range(9)]
    assert first.status_code == 201
    assert "Idempotent-Replay" not in first
    for response in again:
        assert (response.status_code, response.content) == (201, first.content)
        assert response["Idempotent-Replay"] == "true"
        for name in ("Content-Type", "ETag", "Location", "X-Revision"):
            assert response[name] == first[name], name
    assert (head(), LedgerEntry.objects.count()) == (before + 1, rows + 1)
    assert IdempotencyKey.objects.count() == 1


def test_without_a_key_each_post_is_a_write_of_its_own(writer):
    rows = LedgerEntry.objects.count()
    for _ in range(3):
        row(writer.post(ENTRIES, entry_body()), 201)
    assert LedgerEntry.objects.count() == rows + 3
    assert IdempotencyKey.objects.count() == 0


def test_a_replay_says_what_was_said_then(writer):
    made = row(writer.post(MILESTONES, milestone_body(), KEY), 201)
    changed = writer.patch(f"{MILESTONES}{made['id']}/", {"title_en": "Another"}, made["revision"])
    assert row(changed)["title_en"] == "Another"
    replay = writer.post(MILESTONES, milestone_body(), KEY)
    assert row(replay, 201) == made
    assert replay["ETag"] == f'"r{made["revision"]}"'


def test_a_key_belongs_to_one_body_and_one_address(writer):
    row(writer.post(ENTRIES, entry_body(), KEY), 201)
    before = head()
    for path, body in (
        (ENTRIES, entry_body(amount="1.00")),
        (ENTRIES, [entry_body()]),
        (MILESTONES, entry_body()),
        (UPDATES, entry_body()),
    ):
        found = refusal(writer.post(path, body, KEY), 422, "key_reused")
        assert set(found["fields"]) == {"Idempotency-Key"}
    assert head() == before


def test_two_people_may_have_the_same_key(plan, writer):
    other = Writer(plan.people.manager)
    first, second = (row(one.post(ENTRIES, entry_body(), KEY), 201) for one in (writer, other))
    assert first["id"] != second["id"]


def test_what_was_refused_may_be_mended_and_sent_again(writer):
    refusal(writer.post(ENTRIES, entry_body(amount="0.00"), KEY), 400, "invalid")
    refusal(writer.post(ENTRIES, entry_body("9.99"), KEY), 404, "not_found")
    assert IdempotencyKey.objects.count() == 0
    assert row(writer.post(ENTRIES, entry_body(), KEY), 201)


def test_an_array_is_kept_whole(writer):
    bodies = [milestone_body(title_en=f"T{number}") for number in range(20)]
    first = writer.post(MILESTONES, bodies, KEY)
    again = writer.post(MILESTONES, bodies, KEY)
    assert len(row(first, 201)) == 20
    assert (again.content, again["Idempotent-Replay"]) == (first.content, "true")
    assert again["X-Revision"] == first["X-Revision"]


def test_forecasts_reversals_and_status_updates_take_keys(plan, writer):
    milestone = plan.milestones["next"]
    entry = row(writer.post(ENTRIES, entry_body()), 201)
    update = {"plan": "BP", "initiative": "2.03", **GREEN, "headline_en": "Two teams are hired"}
    for number, (path, body) in enumerate(
        [
            (f"{MILESTONES}{milestone.pk}/forecasts/", {"forecast_on": "2027-02-01", "reason": "No bidder"}),
            (f"{ENTRIES}{entry['id']}/reversal/", {"reason": "typed twice"}),
            (UPDATES, update),
        ]
    ):
        first = writer.post(path, body, f"key-{number}")
        before = head()
        again = writer.post(path, body, f"key-{number}")
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.content == first.content
        assert head() == before
    # Without its key a status update would be written again, and now it is there.
    assert writer.post(UPDATES, update).status_code == 428
    assert StatusUpdate.objects.filter(initiative__code="2.03").count() == 1


def test_a_key_is_visible_ascii(writer):
    before = head()
    for key in ("", "a b", "x" * 201, "clé", "tab\t"):
        found = refusal(writer.post(ENTRIES, entry_body(), key), 400, "bad_key")
        assert set(found["fields"]) == {"Idempotency-Key"}
    assert head() == before
    for key in ("x" * 200, "!", '"quoted"'):
        row(writer.post(ENTRIES, entry_body(), key), 201)


def test_who_may_not_write_gets_no_replay(plan, writer, client):
    row(writer.post(ENTRIES, entry_body(), KEY), 201)
    reading = {"Authorization": f"Bearer {token_for(plan.people.plan_admin, TokenScope.READ)}", "Idempotency-Key": KEY}
    response = client.post(ENTRIES, entry_body(), content_type="application/json", headers=reading)
    refusal(response, 403, "not_allowed")
    refusal(Writer(plan.people.outsider).post(ENTRIES, entry_body(), KEY), 403, "not_allowed")
    refusal(Writer(plan.people.viewer).post(ENTRIES, entry_body(), KEY), 403, "not_allowed")


def test_a_form_with_a_key_is_still_no_json(plan, client):
    headers = bearer(plan.people.plan_admin) | {"Idempotency-Key": KEY}
    refusal(client.post(ENTRIES, entry_body(), headers=headers), 415, "not_json")
    assert client.login(username="plan-admin", password=PASSWORD)
    refusal(client.post(ENTRIES, entry_body(), headers={"Idempotency-Key": KEY}), 415, "not_json")


def test_keys_are_forgotten_after_a_week(writer):
    row(writer.post(ENTRIES, entry_body(), KEY), 201)
    now = timezone.now()
    assert forget_answers(at=now + KEPT - timedelta(minutes=1)) == 0
    assert forget_answers(at=now + KEPT + timedelta(minutes=1)) == 1
    assert "Idempotent-Replay" not in writer.post(ENTRIES, entry_body(), KEY)


def test_every_post_of_the_api_takes_a_key():
    """A new one cannot forget it."""
    handlers = [
        getattr(view, name)
        for _prefix, view, _name in router.registry
        for name in [*(["create"] if hasattr(view, "create") else []), *_posting(view)]
    ]
    assert len(handlers) >= 5
    assert all(getattr(handler, "once", False) for handler in handlers), handlers
    assert get_resolver() is not None


def _posting(view):
    return [action.__name__ for action in view.get_extra_actions() if "post" in action.mapping]


@pytest.mark.usefixtures("committed")
def test_the_same_post_ten_times_at_once_makes_one_row():
    """On ten connections, with real commits: one is carried out, the others wait for it and are told what it did."""
    plan = small_plan()
    user = plan.people.plan_admin
    headers = bearer(user) | {"Idempotency-Key": KEY}
    rows = Milestone.objects.count()

    def send(_number):
        try:
            return Client().post(MILESTONES, milestone_body(), content_type="application/json", headers=headers)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(send, range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replay" in answer for answer in answers) == 9
    assert Milestone.objects.count() == rows + 1


@pytest.mark.usefixtures("committed")
def test_a_key_of_a_refused_write_is_free_for_the_one_that_waited():
    """Two writes with one key at once, of which the one that comes first is refused: the other is carried out."""
    small_plan()
    user = add_user("second-admin", role=Role.PLAN_ADMIN, scope="BP")
    headers = bearer(user) | {"Idempotency-Key": KEY}

    def send(amount):
        try:
            body = entry_body(amount=amount)
            return Client().post(ENTRIES, body, content_type="application/json", headers=headers).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, ["0.00", "5.00"])) in ([201, 400], [201, 422])
