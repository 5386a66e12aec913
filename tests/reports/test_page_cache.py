"""Pages that are given again: only to who read them, at the same revision, and as they would be made anew."""

import re
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone

from initiatives.models import Initiative
from reports import page_cache
from tests.access.reads import QUERIES, table
from tests.factories import add_user
from tests.scenarios import small_plan
from tracker.choices import Role
from tracker.timemachine import Actor, head, revision, tracked_models
from tracker.valkey import Store, key

pytestmark = pytest.mark.django_db
OVERVIEW = "/en/plans/BP/"
# What pages read that no revision covers. Of accounts they show names, which nothing changes; the rest is in the tag.
UNTRACKED = {"tracker_user", "django_session", "tracker_revision", "tracker_taskrun"}


@pytest.fixture(autouse=True)
def kept(settings, monkeypatch):
    """Pages are kept, for this test alone."""
    settings.PAGE_CACHE_SECONDS = 30
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"test-{timezone.now().timestamp()}:"}
    monkeypatch.setattr(page_cache, "PAGES", Store("page", "a test goes on"))


@pytest.fixture
def plan():
    return small_plan()


def reader_of(user) -> Client:
    """A browser that was here before: it has the cookie against which forms are checked."""
    client = Client()
    client.force_login(user)
    client.get("/en/accessibility/")
    assert django_settings.CSRF_COOKIE_NAME in client.cookies
    return client


def asked(client: Client, address: str = OVERVIEW, **headers: str):
    """The answer, and what it asked the database."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address, headers=headers)
    return answer, len(captured)


def test_who_reads_it_again_is_given_the_same_and_nothing_is_asked(plan):
    client = reader_of(plan.people.viewer)
    first, made = asked(client)
    again, given = asked(client)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert again["ETag"] == first["ETag"]
    assert given <= 8 < made
    assert again["Cache-Control"] == "private, no-cache"
    assert "Cookie" in again["Vary"]
    assert again["Content-Security-Policy"] == first["Content-Security-Policy"]


def test_who_has_it_is_told_so_without_valkey_too(plan, settings):
    settings.PAGE_CACHE_SECONDS = 0
    client = reader_of(plan.people.viewer)
    first, made = asked(client)
    told, given = asked(client, **{"If-None-Match": first["ETag"]})
    assert (told.status_code, told.content, told["ETag"]) == (304, b"", first["ETag"])
    assert given <= 8 < made
    assert asked(client, **{"If-None-Match": '"another"'})[0].status_code == 200


def test_the_next_revision_is_another_page_and_the_past_stays(plan):
    client = reader_of(plan.people.viewer)
    before, _ = asked(client)
    at = before.context["moment"].revision
    past, _ = asked(client, f"{OVERVIEW}?as_of=r{at}")
    with revision(by=Actor(user=plan.people.plan_admin), reason="A clearer title"):
        Initiative.objects.filter(code="1.01").update(title_en="Dogs of another kind")
    after, queries = asked(client)
    assert after["ETag"] != before["ETag"]
    assert queries > 8
    assert asked(client, f"{OVERVIEW}?as_of=r{at}")[0].content == past.content


@pytest.mark.parametrize(
    "change",
    [
        lambda user, client: setattr(user, "theme", "dark"),
        lambda user, client: setattr(user, "name", "Another Name"),
        lambda user, client: client.cookies.load({"theme": "dark"}),
        lambda user, client: client.cookies.load({django_settings.CSRF_COOKIE_NAME: "x" * 32}),
    ],
)
def test_what_the_page_shows_of_the_reader_is_part_of_it(plan, change):
    user = plan.people.viewer
    client = reader_of(user)
    before, _ = asked(client)
    change(user, client)
    user.save()
    after, queries = asked(client)
    assert queries > 8
    assert after["ETag"] != before["ETag"]


def test_nobody_is_given_what_another_reads(plan):
    viewer, manager = reader_of(plan.people.viewer), reader_of(plan.people.manager)
    whole, _ = asked(viewer)
    part, queries = asked(manager)
    assert queries > 8
    assert part.content != whole.content
    twin, queries = asked(reader_of(add_user("twin", role=Role.VIEWER, scope="BP")))
    assert queries > 8
    assert b"twin" in twin.content
    told = manager.get(OVERVIEW, headers={"If-None-Match": whole["ETag"]})
    assert told.status_code == 200


def test_a_grant_taken_away_takes_the_page_away(plan):
    client = reader_of(plan.people.viewer)
    assert asked(client)[0].status_code == 200
    with revision(by=Actor(user=plan.people.plan_admin), reason="Left"):
        plan.people.viewer.grants.all().delete()
    assert asked(client)[0].status_code == 404


def test_time_changes_no_page_that_keeps_its_tag(plan, monkeypatch, settings):
    """Day and night through the weeks in which everybody falls silent, beside each instant of the calendar."""
    settings.PAGE_CACHE_SECONDS, settings.SESSION_COOKIE_AGE = 0, 40 * 24 * 60 * 60
    client, start = reader_of(plan.people.plan_admin), timezone.now()
    week = plan.plan.weeks.filter(opens_at__gt=start).order_by("starts_on").first()
    times = {start + timedelta(hours=17 * step) for step in range(10)}
    times |= {start + timedelta(days=20, hours=9 * step) for step in range(5)}
    calendar = (week.opens_at, week.initiative_due_at - timedelta(hours=36), week.initiative_due_at, week.pillar_due_at)
    times |= {at + timedelta(seconds=apart) for at in calendar for apart in (-1, 0, 1)}
    tags: dict[str, str] = {}
    for now in sorted(times):
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        for address in (OVERVIEW, f"{OVERVIEW}initiatives/", f"{OVERVIEW}initiatives/1.01/"):
            answer, _ = asked(client, address)
            shown = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
            assert tags.setdefault(answer["ETag"], shown) == shown, (now, address)
    assert 20 < len(tags) < 3 * len(times)


def test_a_rename_changes_what_names_the_person(plan):
    client, manager = reader_of(plan.people.viewer), reader_of(plan.people.manager)
    with revision(by=Actor(user=plan.people.plan_admin), reason="Named"):
        Initiative.objects.filter(code="1.01").update(manager=plan.people.manager)
    address = f"{OVERVIEW}initiatives/1.01/"
    assert b"Ottoline" not in asked(client, address)[0].content
    manager.post("/en/account/", {"name": "Ottoline", "language": "en", "theme": "auto", "email": "", "mails": []})
    assert b"Ottoline" in asked(client, address)[0].content


def moved(plan, code: str, pillar: int) -> None:
    with revision(by=Actor(user=plan.people.plan_admin), reason="Belongs there"):
        Initiative.objects.filter(code=code).update(pillar=plan.pillars[pillar - 1])


def test_who_sees_a_part_is_not_given_the_past_of_what_left_it(plan):
    """What of the past one may see is decided by where it stands today."""
    client, then = reader_of(plan.people.pillar_lead), head()
    address = f"/en/plans/BP/pillars/1/?as_of=r{then}"
    before, _ = asked(client, address)
    assert b"initiatives/1.02/" in before.content
    moved(plan, "1.02", 2)
    for headers in ({}, {"If-None-Match": before["ETag"]}):
        after, _ = asked(client, address, **headers)
        assert after.status_code == 200
        assert b"initiatives/1.02/" not in after.content


def test_a_page_of_the_past_follows_the_day_and_what_it_is_compared_with(plan, monkeypatch):
    client, then = reader_of(plan.people.viewer), head()
    today = timezone.localdate().isoformat()
    address = f"{OVERVIEW}?as_of=r{then}&compare={today}"
    before, _ = asked(client, address)
    moved(plan, "1.02", 2)
    assert asked(client, address)[0]["ETag"] != before["ETag"]
    plain, _ = asked(client, f"{OVERVIEW}?as_of=r{then}")
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    client.force_login(plan.people.viewer)
    again = reader_of(plan.people.viewer)
    again.cookies[django_settings.CSRF_COOKIE_NAME] = client.cookies[django_settings.CSRF_COOKIE_NAME].value
    assert asked(again, f"{OVERVIEW}?as_of=r{then}")[0]["ETag"] != plain["ETag"]


def test_a_damaged_entry_is_none(plan):
    client = reader_of(plan.people.viewer)
    first, _ = asked(client)
    page_cache.PAGES.valkey.client().set(key("page", first["ETag"].strip('"')), b"x")
    again, _ = asked(client)
    assert again.status_code == 200
    assert again["ETag"] == first["ETag"]


def test_what_is_to_be_said_once_is_said_once(plan):
    client = reader_of(plan.people.viewer)
    asked(client)
    client.post("/en/account/", {"name": "Vera", "language": "en", "theme": "auto"})
    said, _ = asked(client)
    assert b'class="message' in said.content
    assert "ETag" not in said.headers
    after, _ = asked(client)
    assert b'class="message' not in after.content


def test_a_browser_without_the_cookie_of_forms_gets_a_page_of_its_own(plan):
    client = Client()
    client.force_login(plan.people.viewer)
    first, _ = asked(client)
    assert "ETag" not in first.headers
    assert asked(client)[0]["ETag"]


def test_refusals_are_not_kept(plan):
    client = reader_of(plan.people.viewer)
    for address, status in ((f"{OVERVIEW}?colour=red", 400), ("/en/plans/NONE/", 404)):
        for _ in range(2):
            answer, _ = asked(client, address)
            assert answer.status_code == status
            assert "ETag" not in answer.headers


def test_without_valkey_each_page_is_made(plan, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    client = reader_of(plan.people.viewer)
    assert asked(client)[0].status_code == 200
    answer, queries = asked(client)
    assert answer.status_code == 200
    assert queries > 8


def remembered_pages() -> set[str]:
    def names(patterns):
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                yield from names(pattern.url_patterns)
            elif getattr(pattern.callback, "remembered", False):
                yield pattern.name

    return set(names(get_resolver().url_patterns))


def test_pages_that_are_kept_read_nothing_that_changes_without_a_revision(plan):
    """But what is part of the tag."""
    tracked = {tracking.model._meta.db_table for tracking in tracked_models()}
    client = reader_of(plan.people.plan_admin)
    pages = {
        name: reverse(name, args=args) + QUERIES.get(name, "")
        for name, (args, _answers) in table(plan).items()
        if name in remembered_pages()
    }
    assert {"plan", "pillar", "initiative", "explain", "rollup"} <= set(pages) == remembered_pages()
    for name, address in pages.items():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200, name
        read = {
            found
            for query in captured.captured_queries
            for found in re.findall(
                r'(?:from|join|update|into)\s+(?:public\.)?"?(\w+_\w+)"?', query["sql"], re.IGNORECASE
            )
            if not found.startswith(("pg_", "jsonb_"))
        }
        assert read <= tracked | UNTRACKED, name
