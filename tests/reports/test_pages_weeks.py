"""The page of the reporting weeks, and the forms of those who manage them."""

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from pillars.models import ReportingWeek, WeekTransition
from reports.actions import reopen_week
from tests.factories import ACTOR, add_plan, add_user, add_week, bearer, kept
from tracker.choices import Role
from tracker.timemachine import head

pytestmark = pytest.mark.django_db

TORONTO = ZoneInfo("America/Toronto")


@pytest.fixture
def post(client):
    def send(user, address, **data):
        client.force_login(user)
        return client.post(f"/en/{address}", data)

    return send


def reopened(week, until=None):
    return reopen_week(
        week=week, reason="An update was lost", until=until or timezone.now() + timedelta(days=2), by=ACTOR,
        at=timezone.now(),
    )  # fmt: skip


def test_weeks_are_shown_with_their_steps_and_rollups(made, show):
    page = show(made.people.viewer, "plans/BP/weeks/")
    for week, state in zip(made.weeks, ["published", "published", None, "not open yet"], strict=True):
        row = page.split(f'id="week-{week.code}"')[1].split("</tr>")[0]
        assert state is None or state in row
        assert (f"{week.code}-e1" in row) == (state == "published")
    assert page.index(f'id="week-{made.weeks[3].code}"') < page.index(f'id="week-{made.weeks[0].code}"')
    assert "Close early" not in page
    assert "Reopen" not in page
    french = show(made.people.viewer, "plans/BP/weeks/", language="fr")
    assert f'id="week-{made.week.code}"' in french


def test_a_reopened_week_shows_both_editions_and_why(made, show):
    reopened(made.weeks[0])
    page = show(made.people.plan_admin, "plans/BP/weeks/")
    row = page.split(f'id="week-{made.weeks[0].code}"')[1].split("</tr>")[0]
    for words in ("open once more", "edition 2", "Reopened", "An update was lost", "Close early"):
        assert words in row
    assert f"/weeks/{made.weeks[0].code}/reopen/" not in row
    assert f"/weeks/{made.weeks[1].code}/reopen/" in page
    past = show(made.people.plan_admin, f"plans/BP/weeks/?as_of=r{head()}")
    assert "reopen/" not in past


def test_a_moved_cutoff_stands_in_the_plans_own_time_with_its_holiday(show):
    plan = add_plan(time_zone="America/Vancouver")
    week = add_week(plan, date(2026, 10, 5))
    viewer = add_user("viewer", role=Role.VIEWER, scope="BP")
    english, french = (show(viewer, "plans/BP/weeks/", language=code) for code in ("en", "fr"))
    assert "13 October 2026, 06:00 PDT" in english.replace("\xa0", " ")
    assert "Thanksgiving Day" in english
    assert "Action de grâces" in french
    assert week.moves["locks_at"].planned == date(2026, 10, 12)


def test_a_step_that_was_late_says_by_how_much(show):
    week = add_week(add_plan(), date(2025, 11, 17))
    kept(WeekTransition(
        week=week, edition=1, state="locked", due_at=week.locks_at, at=week.locks_at + timedelta(days=3, hours=2),
        late=True,
    ))  # fmt: skip
    page = show(add_user("viewer", role=Role.VIEWER, scope="BP"), "plans/BP/weeks/")
    assert "late by 3\xa0days, 2\xa0hours" in page


def test_readers_of_a_part_see_weeks_without_rollups(made, show):
    page = show(made.people.manager, "plans/BP/weeks/")
    assert made.weeks[0].code in page
    assert "-e1" not in page
    assert "not for your roles" in page


def test_the_page_asks_no_more_for_more_weeks(made, client, django_assert_max_num_queries):
    client.force_login(made.people.viewer)
    client.get("/en/plans/BP/weeks/")
    with django_assert_max_num_queries(25) as few:
        client.get("/en/plans/BP/weeks/")
    for number in range(2, 20):
        add_week(made.plan, timezone.localdate() + timedelta(weeks=number))
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert "Next page" in client.get("/en/plans/BP/weeks/").content.decode()


def test_closing_early_needs_a_reason_and_happens_once(made, post):
    admin, address = made.people.plan_admin, f"plans/BP/weeks/{made.week.code}/close/"
    before = head()
    refused = post(admin, address, reason=" ")
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.content.decode()
    assert head() == before
    sent = {"reason": "Everybody has reported", "once": "0" * 32}
    assert [post(admin, address, **sent).status_code for _ in range(2)] == [302, 302]
    assert head() == before + 1
    step = WeekTransition.objects.get(week=made.week, state="closed_early")
    assert (step.by, step.reason) == (admin, "Everybody has reported")
    assert ReportingWeek.objects.get(pk=made.week.pk).locks_at == step.at
    again = post(admin, address, reason="Once more")
    assert again.status_code == 422
    assert "is not open" in again.content.decode()


def test_reopening_is_told_what_is_wrong_beside_its_field(made, post):
    admin, address = made.people.plan_admin, f"plans/BP/weeks/{made.weeks[1].code}/reopen/"
    before = head()
    now = datetime.now(TORONTO)
    for reason, until, said in [
        ("why", "soon", "Write a day and a time"),
        ("why", f"{now - timedelta(days=1):%Y-%m-%dT%H:%M}", "after now"),
        ("why", f"{now + timedelta(days=20):%Y-%m-%d %H:%M}", "at most 14 days ahead"),
        ("", f"{now + timedelta(days=1):%Y-%m-%dT%H:%M}", "required"),
    ]:
        answer = post(admin, address, reason=reason, until=until)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert head() == before
    until = (now + timedelta(days=1)).replace(second=0, microsecond=0)
    assert post(admin, address, reason="An update was lost", until=f"{until:%Y-%m-%dT%H:%M}").status_code == 302
    week = ReportingWeek.objects.get(pk=made.weeks[1].pk)
    assert (week.edition, week.locks_at) == (2, until)


def test_a_week_that_is_not_there_is_not_found(made, client):
    client.force_login(made.people.plan_admin)
    assert client.get("/en/plans/BP/weeks/2019-W01/close/").status_code == 404
    assert client.get("/en/plans/BP/weeks/nonsense/reopen/").status_code == 404


def test_the_overview_tells_of_published_and_reopened_weeks(made, show):
    week = made.weeks[1]
    viewer = made.people.viewer
    on = f"plans/BP/?on={week.ends_on}"
    assert "its rollup sealed" in show(viewer, on)
    reopened(week)
    assert "open once more" in show(viewer, on)


def test_the_api_shows_editions_states_and_steps(made, client):
    reopened(made.weeks[0])
    headers = bearer(made.people.viewer)

    def get(address):
        return json.loads(client.get(f"/api/v1/weeks/{address}", headers=headers).content)

    rows = {row["code"]: row for row in get("?fields=code,edition,state")["results"]}
    assert [rows[week.code]["state"] for week in made.weeks] == ["reopened", "published", "scheduled", "scheduled"]
    assert [rows[week.code]["edition"] for week in made.weeks] == [2, 1, 1, 1]
    one = get(f"{made.weeks[0].pk}/")
    assert [(step["edition"], step["state"]) for step in one["transitions"]] == [(1, "published"), (2, "reopened")]
    assert one["transitions"][1]["reason"] == "An update was lost"
    assert one["transitions"][1]["late"] is False
