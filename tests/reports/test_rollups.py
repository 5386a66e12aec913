"""The payload: what it says, and that it says it for ever."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from initiatives.models import FundingAnnouncement, Initiative, MilestoneForecast
from pillars.models import Pillar, Plan
from reports.actions import publish_rollup
from reports.figures import FIGURES
from reports.models import WeeklyRollup
from reports.rollups import canonical, compute_payload, digest
from tests.factories import (
    ACTOR,
    add_initiative,
    add_milestone,
    add_organization,
    add_pillar,
    add_plan,
    add_update,
    add_user,
    add_week,
    lock,
)
from tests.reports.worlds import LAW, WORLDS, World, build, ground, undone
from tests.scenarios import small_plan
from tracker.errors import Conflict
from tracker.timemachine import head, revision

pytestmark = pytest.mark.django_db
EMPTY = World(initiatives=())


@pytest.fixture
def base():
    return ground()


def payload(base, number, **changes):
    given = {"plan_id": base.plan.pk, "week_id": base.weeks[1].pk, "edition": 1, "revision": number, "previous": None}
    return compute_payload(**{**given, **changes})


def test_what_is_written_later_changes_no_byte(base):
    """A rollup recomputed as of its revision is what it was, whatever happened since: I2."""

    @LAW
    @given(WORLDS, WORLDS)
    def example(before, after):
        with undone():
            number = build(base, before)
            sealed = canonical(payload(base, number))
            with revision(by=ACTOR, reason="everything else changes"):
                Initiative.objects.update(lifecycle="met", title_en="Renamed", pillar=base.pillars[0])
                Pillar.objects.update(title_fr="Autre")
                Plan.objects.update(funding_announced=Decimal(1), simulated=True)
                FundingAnnouncement.objects.update(code=Concat(Value("was-"), "code"), amount=Decimal(1))
                Initiative.objects.update(code=Concat(Value("9"), "code"))
                for forecast in MilestoneForecast.objects.all():
                    MilestoneForecast.objects.create(
                        milestone=forecast.milestone, date=date(2030, 1, 1), reason="moved", made_at=forecast.made_at
                    )
            build(base, after)
            assert canonical(payload(base, number)) == sealed
            assert canonical(payload(base, head())) != sealed

    example()


def test_the_order_of_writing_is_irrelevant(base):
    @LAW
    @given(WORLDS, st.randoms(use_true_random=False))
    def example(world, chance):
        def shuffled(numbers):
            return chance.sample(list(numbers), len(numbers))

        payloads = []
        for order in (list, shuffled):
            with undone():
                payloads.append(canonical(payload(base, build(base, world, order=order))))
        assert payloads[0] == payloads[1]

    example()


def test_the_payload_of_the_small_plan():
    made = small_plan()
    sealed = json.loads(made.rollups[1].payload)
    assert list(sealed) == sorted(sealed)
    assert sealed["rollup"] == f"BP-{made.weeks[1].code}-e1" == made.rollups[1].code
    assert sealed["previous"] == {"rollup": made.rollups[0].code, "sha256": made.rollups[0].sha256}
    assert sealed["as_of"] == made.weeks[1].lock_revision
    assert sealed["on"] == made.weeks[1].ends_on.isoformat()
    assert {key: named["version"] for key, named in sealed["figures"].items()} == dict.fromkeys(FIGURES, 1)
    assert [one["code"] for one in sealed["initiatives"]] == ["1.01", "1.02", "1.03", "2.01", "2.02", "2.03", "2.04"]
    assert sealed["results"]["health"]["cells"] == {
        "green": 0, "amber": 1, "red": 0, "no_update": 3, "not_started": 1, "met": 1, "not_pursued": 1,
    }  # fmt: skip
    assert sealed["results"]["health"]["coverage"] == {"counted": 1, "of": 4}
    assert sealed["results"]["money"]["total"] is None
    assert sealed["results"]["announced"] == {
        "cells": {"CBSA": "355400000.00"},
        "total": "355400000.00",
        "coverage": None,
    }
    assert sealed["plan"]["funding_announced"] == "1300000000.00"
    assert "Équipes canines : « prêtes », dès l’été" in made.rollups[1].payload


def test_a_week_rests_on_its_own_updates_only():
    """In the first week 2.01 was green; nobody reported in the second: no update, not last week's green."""
    made = small_plan()
    health = [
        next(one for one in json.loads(rollup.payload)["initiatives"] if one["code"] == "2.01")["results"]["health"][
            "cells"
        ]
        for rollup in made.rollups
    ]
    assert [cells["green"] for cells in health] == [1, 0]
    assert [cells["no_update"] for cells in health] == [0, 1]


def test_canonical_text_is_one_and_strict():
    assert canonical({"b": "é", "a": [1, None, "2.50"]}) == '{"a":[1,null,"2.50"],"b":"é"}'
    with pytest.raises(ValueError, match="no whole number"):
        canonical({"a": float("nan")})
    assert digest("é") == "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"


def test_initiatives_are_in_the_order_of_code_points_whatever_the_collation():
    plan = add_plan()
    pillar, lead = add_pillar(plan), add_organization()
    for code in ("b.1", "A.1", "a.1", "1.10", "1.2", "B.1", "1-3"):
        add_initiative(pillar, code, lead=lead)
    week = add_week(plan, date(2026, 11, 16))
    found = compute_payload(plan_id=plan.pk, week_id=week.pk, edition=1, revision=head(), previous=None)
    assert [one["code"] for one in found["initiatives"]] == ["1-3", "1.10", "1.2", "A.1", "B.1", "a.1", "b.1"]


def test_the_figures_of_a_payload_may_be_those_of_another_time(base):
    build(base, EMPTY)
    only = payload(base, head(), figures=[FIGURES["money"]])
    assert list(only["figures"]) == list(only["results"]) == ["money"]


def test_what_the_revision_does_not_know_cannot_be_computed(base):
    with pytest.raises(ObjectDoesNotExist):
        payload(base, 1)
    with pytest.raises(ValueError, match="no revision"):
        payload(base, head() + 1)


def count(plan, week):
    with CaptureQueriesContext(connection) as queries:
        compute_payload(plan_id=plan.pk, week_id=week.pk, edition=1, revision=head(), previous=None)
    return len(queries)


def test_the_number_of_queries_does_not_depend_on_how_much_there_is():
    """I15, for 10 and for 200 initiatives."""
    plan = add_plan()
    week, lead = add_week(plan, date(2026, 11, 16)), add_organization()
    pillars = [add_pillar(plan, number) for number in (1, 2)]
    counts = []
    for first, last in ((0, 10), (10, 200)):
        with revision(by=ACTOR, reason="more"):
            for number in range(first, last):
                add_initiative(pillars[number % 2], f"1.{number:03d}", lead=lead)
        counts.append(count(plan, week))
    assert counts[0] == counts[1] <= 32


def publish(week, at=None, *, late=False):
    return publish_rollup(week=week, by=ACTOR, at=at or week.locked_at, late=late)


def test_a_rollup_is_published_once(base):
    week = lock(base.weeks[0])
    first = publish(week)
    before = head()
    assert publish(week, first.sealed_at + timedelta(days=1), late=True) == first
    assert (head(), WeeklyRollup.objects.count()) == (before, 1)
    assert first.sha256 == digest(first.payload)
    assert (first.as_of, first.on, first.edition, first.previous) == (week.lock_revision, week.ends_on, 1, None)


def test_only_a_locked_week_and_only_in_turn(base):
    with pytest.raises(Conflict) as open_week:
        publish(base.weeks[0], datetime.now(tz=base.plan.zone))
    assert open_week.value.code == "week_not_locked"
    second = lock(base.weeks[1])
    with pytest.raises(Conflict) as too_soon:
        publish(second)
    assert too_soon.value.code == "older_week_first"
    assert base.weeks[0].code in str(too_soon.value)
    first = publish(lock(base.weeks[0]))
    assert publish(second).previous == first


def test_a_week_found_missing_later_lengthens_the_chain(base):
    """It is sealed after those that were cited already, and none of them changes."""
    first = publish(lock(base.weeks[0]))
    lost = lock(add_week(base.plan, base.weeks[0].starts_on - timedelta(weeks=3)))
    sealed = publish(lost, late=True)
    assert sealed.previous == first
    assert publish(lock(base.weeks[1])).previous == sealed


def test_updates_of_the_week_are_in_its_rollup(base):
    build(base, EMPTY)
    initiative = add_initiative(base.pillars[0], "1.99", lead=base.agencies["RCMP"])
    add_milestone(initiative, forecasts=[base.weeks[0].starts_on])
    add_update(initiative, base.weeks[0], author=base.author, reviewer=add_user("r2"))
    results = json.loads(publish(lock(base.weeks[0])).payload)["results"]
    assert results["health"]["cells"]["green"] == 1
    assert results["milestones_due_this_week"]["total"] == 1
