"""A follower of a list has the list, whatever happens to it."""

import json
import random
import re
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import django_filters
import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from initiatives.choices import Lifecycle
from initiatives.models import Initiative, InitiativePlace, MilestoneDependency, Observation
from pillars.models import Plan
from reports.datasets import DATASETS
from tests.factories import (
    ACTOR,
    add_indicator,
    add_initiative,
    add_initiative_place,
    add_observation,
    add_target,
    add_user,
    bearer,
    kept,
)
from tests.reports import happenings
from tests.scenarios import small_plan
from tests.tracker.addresses import problem
from tests.tracker.followers import Follower
from tracker.choices import Role
from tracker.errors import Conflict, NotAllowed
from tracker.filters import DayFilter
from tracker.http import json_bytes
from tracker.models import Organization, Place, RoleGrant
from tracker.row_json import read_json
from tracker.timemachine import head, revision, tracked_models

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def plan():
    return small_plan()


def reader(client, user):
    """GET of JSON as that person."""
    headers = bearer(user)

    def get(path):
        response = client.get(path, headers=headers)
        assert response.status_code == 200, (path, response.content)
        return json.loads(response.content)

    return get


# Happenings of other tables than the list's own, of rows that go, and of what decides who sees a row.


def initiative_moved(made):
    """Into the pillar whose lead follows, and out of it again."""
    row = Initiative.objects.get(code="2.01" if Initiative.objects.filter(code="2.01").exists() else "1.09")
    other = made.pillars[0] if row.pillar_id == made.pillars[1].pk else made.pillars[1]
    happenings.change(row, pillar=other, code="1.09" if other == made.pillars[0] else "2.01")


def pillars_renumbered(made):
    with revision(by=ACTOR, reason="swapped"):
        for number, pillar in zip((9, 1, 2), (made.pillars[0], made.pillars[1], made.pillars[0]), strict=True):
            type(pillar).objects.filter(pk=pillar.pk).update(number=number)
    for pillar in made.pillars:
        pillar.refresh_from_db()


def plan_renamed(made):
    Plan.objects.update(simulated=not made.plan.simulated)
    made.plan.refresh_from_db()


def organization_renamed(made):
    code = "RCMP" if Organization.objects.filter(code="RCMP").exists() else "GRC"
    Organization.objects.filter(code=code).update(code="GRC" if code == "RCMP" else "RCMP")


def place_gone(made):
    InitiativePlace.objects.all().delete()
    Place.objects.filter(code="LAB-1").delete()


def dependency_added(made):
    ends = {"milestone": made.milestones["next"], "needs": made.milestones["met"]}
    MilestoneDependency.objects.filter(**ends).first() or kept(MilestoneDependency(**ends))


def dependencies_gone(made):
    MilestoneDependency.objects.all().delete()


def announcement_gone(made):
    made.plan.announcements.filter(code="FA-DOGS").delete()


def initiative_added(made):
    row = add_initiative(made.pillars[0], f"1.{50 + Initiative.objects.count()}", lead=made.organizations["CBSA"])
    add_initiative_place(row, Place.objects.order_by("pk").first())


def initiative_met(made):
    happenings.change(Initiative.objects.get(code="1.03"), lifecycle=Lifecycle.MET)


def baseline_of_another(made):
    made.milestones["next"].baselines.create(
        number=made.milestones["next"].baselines.count() + 1, date=TODAY() + timedelta(days=3), reason="why",
        approved_at=timezone.now(),
    )  # fmt: skip


def place_renamed(made):
    Place.objects.filter(code="WINDSOR").update(name_en="Windsor, Ont.", code="WINDSOR-ON")


def observation_told(made):
    row = made.plan.indicators.filter(code="FOLLOWED").first()
    row = row or add_indicator(made.plan, "FOLLOWED", initiative=made.initiatives["green"])
    count = Observation.objects.filter(indicator=row).count()
    add_observation(row, date(2026, 1, 31) + timedelta(days=31 * count), str(count))
    add_target(row, date(2027, 3, 31), str(100 + count), number=count + 1, reason="why")


def happened(happening, made):
    """In one revision of its own. In another order than in life, some things are refused."""
    with suppress(Conflict, NotAllowed), revision(by=ACTOR, reason=happening.__name__):
        happening(made)


LIFE = [
    happenings.plan_changed, happenings.pillar_changed, happenings.week_locked, happenings.week_reopened,
    happenings.initiative_changed, happenings.contributor_gone, happenings.place_added,
    happenings.announcement_added, happenings.milestone_weighed, happenings.milestone_met, happenings.forecast_moved,
    happenings.baseline_approved, happenings.dependency_come_and_gone, happenings.reprofiled, happenings.entry_added,
    happenings.evidence_withdrawn, happenings.update_approved,
    initiative_moved, pillars_renumbered, plan_renamed, organization_renamed, place_gone, dependency_added,
    dependencies_gone, announcement_gone, initiative_added, initiative_met, baseline_of_another, place_renamed,
    observation_told, initiative_moved, pillars_renumbered, dependency_added, organization_renamed, observation_told,
]  # fmt: skip
FOLLOWED = [
    *((name, {}) for name in DATASETS),
    ("initiatives", {"health": "red"}),
    ("initiatives", {"place": "LAB-1", "fields": "id,code,places"}),
    ("initiatives", {"organization": "RCMP", "fields": "health,id"}),
    ("initiatives", {"pillar": "1", "lifecycle": "underway"}),
    ("milestones", {"late": "true"}),
    ("milestones", {"met": "false", "lead": "RCMP"}),
    ("milestones", {"planned_from": str(date(2026, 1, 1))}),
    ("status-updates", {"workflow": "approved", "pillar": "1"}),
    ("ledger-entries", {"organization": "RCMP"}),
    ("indicators", {"standing": "not_reported"}),
    ("targets", {"current": "true"}),
    ("observations", {"standing": "true"}),
    ("transfers", {"undone": "false"}),
    ("weeks", {"locked": "true"}),
    ("funding-announcements", {"initiative": "1.01"}),
]  # fmt: skip


@pytest.mark.parametrize("seed", [2])
def test_a_follower_ends_with_exactly_the_list(plan, client, seed):
    """Whatever happens in whatever order, for readers of the whole and of a part, with any filters, columns, days and
    lengths of pages, following every now and then."""
    chance = random.Random(seed)  # noqa: S311 - a seed
    who = [reader(client, user) for user in (plan.people.auditor, plan.people.pillar_lead, plan.people.manager)]
    followers = [Follower(chance.choice(who), name, dict(query), DATASETS[name].key) for name, query in FOLLOWED]
    days = {name: [TODAY() - timedelta(days=shift) for shift in (0, 0, 7)] for name in DATASETS}
    for one in followers:
        one.read(limit=chance.choice([2, 1000]), **_day(one, days, chance))
    life = chance.sample(LIFE, len(LIFE))
    for number, happening in enumerate(life):
        happened(happening, plan)
        last = number == len(life) - 1
        for one in followers if last else chance.sample(followers, 2):
            day = _day(one, days, chance)
            one.follow(limit=chance.choice([1, 3, 1000]), **day)
            assert one.rows == one.whole(**day), (one.name, one.query, happening.__name__, number)
    assert all(one.follow(**_same_day(one)) == 0 for one in followers)


def _day(one, days, chance):
    return {"on": chance.choice(days[one.name]).isoformat()} if DATASETS[one.name].filters.dated() else {}


def _same_day(one):
    return {"on": one.since.partition("@")[2].partition("~")[0]} if "@" in one.since else {}


def test_what_leaves_the_reader_s_sight_is_gone_and_comes_back(plan, client):
    """Another row's place in the frame decides, and untouched rows go and come with it."""
    row, get = plan.initiatives["green"], reader(client, plan.people.pillar_lead)
    followers = [Follower(get, name) for name in ("initiatives", "milestones", "ledger-entries", "status-updates")]
    for one in followers:
        one.read()
        assert one.rows
    for pillar, code in ((plan.pillars[1], "2.09"), (plan.pillars[0], "1.01")):
        before = [len(one.rows) for one in followers]
        happenings.change(row, pillar=pillar, code=code)
        for one in followers:
            one.follow(limit=1)
            assert one.rows == one.whole(), one.name
        after = [len(one.rows) for one in followers]
        assert all(x > y for x, y in zip(before, after, strict=True)) is (code == "2.09")


SAMPLES = [
    (django_filters.ChoiceFilter, lambda one: next(value for value, _ in one.extra["choices"])),
    (django_filters.TypedChoiceFilter, lambda _: "true"),
    (DayFilter, lambda _: "2026-11-22"),
    (django_filters.NumberFilter, lambda _: "1"),
    (django_filters.CharFilter, lambda _: "X"),
    (django_filters.Filter, lambda _: "2026-W47"),
]


def _sample(one):
    return next(make(one) for kind, make in SAMPLES if isinstance(one, kind))


@pytest.mark.parametrize("name", DATASETS)
def test_every_table_that_a_list_reads_feeds_it(plan, name):
    """No list can read a tracked table of which a follower is not told."""
    dataset = DATASETS[name]
    tables = {tracking.model._meta.db_table for tracking in tracked_models()}
    known = {model._meta.db_table for model in dataset.feeds}
    part = add_user("part", role=Role.PILLAR_LEAD, scope="BP/1")
    RoleGrant.objects.create(user=part, role=Role.MANAGER, scope="BP/2.01")
    on = TODAY()
    queries = ["", *(f"{key}={_sample(one)}" for key, one in dataset.filters.base_filters.items())]
    for user in (part, plan.people.auditor):
        for query in queries:
            if query.partition("=")[0] in dataset.filters.by_the_clock:
                continue
            request = type("Asked", (), {"GET": QueryDict(query), "moment": None, "user": user})()
            with CaptureQueriesContext(
                connection,
            ) as asked:
                data = QueryDict(query if "on=" in query or not dataset.filters.dated() else f"{query}&on={on}")
                rows = dataset.filters(data, queryset=dataset.filters.base(user, on=on), request=request).rows
                read_json(rows, dataset.columns("", user=user))
            read = set(re.findall(r"\b(?:tracker|pillars|initiatives|reports)_[a-z]+\b", _said(asked)))
            assert read & tables <= known, (query, read & tables - known)


def _said(asked):
    return " ".join(one["sql"] for one in asked.captured_queries if "tracker_rolegrant" not in one["sql"])


def test_each_row_is_the_same_bytes_from_postgresql_and_from_python(plan):
    for happening in LIFE:
        happened(happening, plan)
    with revision(by=ACTOR, reason="every character"):
        Plan.objects.update(description_en="".join(map(chr, [*range(1, 0x3000), 0x1F600])))
    filled = 0
    for dataset in DATASETS.values():
        columns = dataset.columns("", user=plan.people.auditor)
        rows = dataset.filters.base(plan.people.auditor, on=TODAY())
        ours = [row.encode() for (row,) in read_json(rows, columns)]
        assert ours == [json_bytes(row) for row in dataset.row.read(rows, columns)], dataset.name
        filled += bool(ours)
    assert filled >= len(DATASETS) - 3  # some happenings undo others


def test_what_nobody_touched_costs_nothing(plan, client, django_assert_max_num_queries):
    one = Follower(reader(client, plan.people.auditor), "initiatives")
    one.read()
    with django_assert_max_num_queries(9):
        assert one.follow() == 0


def test_a_page_of_changes_costs_the_same_for_any_number(plan, client):
    get = reader(client, plan.people.auditor)
    one, costs = Follower(get, "milestones"), []
    one.read()
    for many in (1, 40):
        with revision(by=ACTOR, reason="more"):
            for number in range(many):
                plan.initiatives["red"].milestones.create(
                    code=f"X{many}-{number}", title_en="More", title_fr="Plus", kind="event", weight=Decimal(1)
                )
        with CaptureQueriesContext(connection) as asked:
            assert one.follow() == many
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 24


def test_what_cannot_be_followed_is_refused(plan, client):
    get = lambda path, user=plan.people.auditor: client.get(f"/api/v1/{path}", headers=bearer(user))  # noqa: E731
    now = head()
    refused = [
        ("plans/?since=57", "since"), ("plans/?since=r0", "since"), (f"plans/?since=r{now + 1}", "since"),
        ("plans/?since=now", "since"), ("plans/?since=r1~xyz", "since"), (f"plans/?since=r{'9' * 30}", "since"),
        (f"plans/?since=r{now}%402026-11-20", "since"), (f"initiatives/?since=r{now}", "since"),
        (f"initiatives/?since=r{now}%402026-13-01", "since"), (f"plans/?as_of=r2&since=r{now}", "since"),
        (f"plans/?since=r{now}&ordering=code", "ordering"), (f"plans/?since=r{now}&fields=code", "fields"),
        (f"initiatives/?since=r{now}&on=2026-11-20&freshness=silent", "freshness"),
        (f"plans/?since=r{now}&after=WzFd", "after"),
    ]  # fmt: skip
    for path, name in refused:
        assert set(problem(get(path), 400, "bad_since")) == {name}, path
    assert set(problem(get(f"plans/?since=r{now}&since=r1"), 400, "unknown_filter")) == {"since"}
    assert set(problem(get("plans/BP/?since=r1"), 400, "unknown_filter")) == {"since"}
    for after in ("WzFd", "zzz", "WyJzaW5jZSIsMSwyLDNd"):
        assert set(problem(get(f"plans/?since=r{now - 1}&as_of=r{now}&after={after}"), 400, "bad_page")) == {"after"}
    assert get(f"initiatives/?since=r{now}&on=2026-11-20").status_code == 200
    assert json.loads(get("plans/?since=").content)["results"]


def test_whose_access_changed_reads_the_list_once_more(plan, client):
    user = plan.people.manager
    one = Follower(reader(client, user), "milestones")
    one.read()
    by_hand = f"r{head()}@{TODAY()}"
    RoleGrant.objects.create(user=user, role=Role.VIEWER, scope="BP")
    for since in (one.since, by_hand):
        response = client.get(f"/api/v1/milestones/?since={since}", headers=bearer(user))
        assert set(problem(response, 410, "access_changed")) == {"since"}
    one.read()
    assert one.follow() == 0
    by_hand = f"r{head()}@{TODAY()}"
    assert client.get(f"/api/v1/milestones/?since={by_hand}", headers=bearer(user)).status_code == 200
