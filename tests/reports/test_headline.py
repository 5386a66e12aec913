"""The headline rule: written, worst first, versioned; and the colour that a person reports beside it."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from reports.actions import publish_rollup, report_headline
from reports.models import HeadlineOverride
from reports.proof import verify
from reports.rollups import canonical, compute_payload
from reports.rules import headline
from reports.rules.changes import changes
from tests.factories import ACTOR, lock
from tests.scenarios import small_plan
from tracker.choices import Channel
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.timemachine import Actor

BUCKETS = ("green", "amber", "red", "no_update", "not_started", "met", "not_pursued")
CELLS = st.fixed_dictionaries(dict.fromkeys(BUCKETS, st.integers(0, 40)))


def cells(**counts):
    return dict.fromkeys(BUCKETS, 0) | counts


@pytest.mark.parametrize(
    ("number", "dollars", "colour"),
    [
        (cells(), cells(), "none"),
        (cells(met=3, not_started=2), cells(), "none"),
        (cells(green=5), cells(), "green"),
        (cells(green=4, no_update=1), cells(), "green"),
        (cells(green=39, no_update=11), cells(), "unknown"),
        (cells(green=8, amber=1), cells(), "amber"),
        (cells(green=9, red=1), cells(), "red"),
        (cells(green=10, red=1), cells(), "amber"),
        (cells(green=10, red=1), cells(green=Decimal(90), red=Decimal(10)), "red"),
        (cells(green=10, red=1), cells(green=None, red=None), "amber"),
        (cells(green=9, no_update=1), cells(green=Decimal(10), no_update=Decimal(990)), "unknown"),
        (cells(green=9, no_update=1), cells(green=Decimal(80), no_update=Decimal(20)), "green"),
        (cells(red=1, no_update=9), cells(), "red"),
        (cells(amber=1, no_update=9), cells(), "unknown"),
    ],
)
def test_the_rule(number, dollars, colour):
    """The first sentence that holds; met and not pursued count for nothing, unknown dollars neither."""
    ruled = headline.headline(number, dollars, version=1)
    assert ruled.colour == colour
    assert ruled.because in headline.RULES[1].sentences


@given(CELLS, CELLS)
def test_more_trouble_never_looks_better(number, dollars):
    """Green turned amber or red, or silent, never improves the colour."""
    order = ["none", "green", "amber", "unknown", "red"]
    before = order.index(headline.headline(number, dollars).colour)
    for worse in ("amber", "red"):
        if number["green"]:
            turned = number | {"green": number["green"] - 1, worse: number[worse] + 1}
            assert order.index(headline.headline(turned, dollars).colour) >= before


def sealed_after(small, **override):
    """The payload of the open week once a headline was reported for it."""
    week = small.week
    at = week.opens_at + timedelta(days=2)
    people = small.people
    said = {"pillar": None, "colour": "amber", "reason_en": "The minister's review is not in yet", "reason_fr": ""}
    by = Actor(user=people.plan_admin, channel=Channel.WEB)
    report_headline(week=week, by=by, at=at, **(said | override))
    lock(week)
    week.refresh_from_db()
    rollup = publish_rollup(week=week, by=ACTOR, at=week.locked_at, late=False)
    return rollup, json.loads(rollup.payload)


@pytest.mark.django_db
def test_what_is_reported_stands_beside_the_rule_and_is_sealed():
    small = small_plan()
    rollup, payload = sealed_after(small)
    plan = payload["headline"]
    assert plan["rule"] == 1
    assert (
        plan["colour"]
        == headline.headline(
            payload["results"]["health"]["cells"],
            {key: value and Decimal(value) for key, value in payload["results"]["health_dollars"]["cells"].items()},
        ).colour
    )
    assert plan["override"]["colour"] == "amber"
    assert plan["override"]["set_by"] == small.people.plan_admin.display_name
    assert all(pillar["headline"]["override"] is None for pillar in payload["pillars"])
    small.people.plan_admin.name = "Somebody Else"
    small.people.plan_admin.save()
    assert [finding.problem for finding in verify(small.plan)] == [""] * 3
    assert rollup.previous.code == payload["changes"]["since"]


@pytest.mark.django_db
def test_a_newer_one_stands_and_none_takes_it_back():
    small = small_plan()
    by = Actor(user=small.people.pillar_lead, channel=Channel.WEB)
    at = small.week.opens_at + timedelta(days=1)
    for colour in ("red", "green", ""):
        report_headline(
            week=small.week, pillar=small.pillars[0], colour=colour, reason_en="", reason_fr="Parce que", by=by, at=at
        )
    assert [row.colour for row in HeadlineOverride.objects.in_force()] == [""]
    assert HeadlineOverride.objects.count() == 3
    with pytest.raises(IntegrityError, match="history is kept"), transaction.atomic():
        HeadlineOverride.objects.update(colour="red")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"reason_en": " "}, Invalid), ({"colour": "blue"}, Invalid), ({"by": "manager"}, NotAllowed),
        ({"by": "pillar_lead"}, NotAllowed), ({"by": "auditor"}, NotAllowed), ({"locked": True}, Conflict),
    ],
)  # fmt: skip
def test_what_is_refused_changes_nothing(changed, error):
    small = small_plan()
    who = changed.pop("by", "plan_admin")
    week = small.weeks[0] if changed.pop("locked", False) else small.week
    said = {"pillar": None, "colour": "amber", "reason_en": "Because", "reason_fr": ""} | changed
    with pytest.raises(error):
        report_headline(
            week=week, by=Actor(user=getattr(small.people, who), channel=Channel.WEB),
            at=small.week.opens_at + timedelta(days=1), **said,
        )  # fmt: skip
    assert not HeadlineOverride.objects.exists()


@pytest.mark.django_db
def test_seals_of_the_first_form_are_proved_in_their_own():
    small = small_plan()
    first = small.rollups[0]
    old = compute_payload(
        plan_id=small.plan.pk, week_id=first.week_id, edition=1, revision=first.as_of, previous=None, form=1
    )
    assert old["format"] == 1
    assert not {"headline", "changes"} & old.keys()
    assert "headline" in json.loads(first.payload)
    assert canonical(old) != first.payload


def test_changes_name_what_differs_and_nothing_else():
    def payload(code, *rows, late=0, version=1):
        named = ("code", "health", "lifecycle", "met")
        initiatives = [
            {
                "title_en": "T", "title_fr": "T", "pillar": 1,
                "code": row["code"], "lifecycle": row["lifecycle"],
                "results": {
                    "health": {"cells": {"green": 0, "red": 0} | {row["health"]: 1}},
                    "milestones_met": {"total": row["met"]},
                    "milestones_late": {"total": 0},
                },
            }
            for row in (dict(zip(named, row, strict=True)) for row in rows)
        ]  # fmt: skip
        results = {"milestones_late": {"cells": {"": late}}}
        return {
            "rollup": code, "figures": {"milestones_late": {"version": version}}, "results": results,
            "pillars": [{"number": 1, "results": results}], "initiatives": initiatives,
        }  # fmt: skip

    before = payload("W1", ("1.01", "green", "underway", 1), ("1.02", "green", "underway", 0))
    after = payload("W2", ("1.01", "red", "underway", 1), ("1.03", "green", "underway", 0), late=2)
    found = changes(before, after)
    assert found["since"] == "W1"
    assert [(row["code"], row["became"]) for row in found["initiatives"]] == [
        ("1.01", "changed"), ("1.02", "removed"), ("1.03", "added"),
    ]  # fmt: skip
    assert found["initiatives"][0]["health"] == ["green", "red"]
    assert "lifecycle" not in found["initiatives"][0]
    assert found["figures"] == {key: {"milestones_late": {"": [0, 2]}} for key in ("plan", "1")}
    assert changes(before, before)["initiatives"] == []
    assert changes(before, payload("W2", late=9, version=2))["figures"] == {}


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_reports_and_says_it(client, settings, language, monkeypatch):
    small = small_plan()
    client.force_login(small.people.plan_admin)
    url = reverse("plan-headline", args=["BP"]).replace("/en/", f"/{language}/")
    page = client.get(url).content.decode()
    assert headline.RULES[1].sentences["unknown"]
    assert 'name="reason_fr"' in page
    refused = client.post(url, {"colour": "amber", "week": small.week.code})
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"reason_en", "reason_fr"}
    summary = refused.content.decode().split('class="error-summary"')[1]
    first = "reason_fr" if language == "fr" else "reason_en"
    assert summary.index(f'href="#id_{first}"') == summary.index('href="#id_reason_')
    # One language is enough, also the other one.
    both = {"colour": "amber", "week": small.week.code}
    assert client.post(url, {**both, "reason_fr": "À cause de la crue"}).status_code == 302
    kept = client.post(url, {**both, "reason_en": "Because of <the> flood"})
    assert kept.status_code == 302, kept.content.decode()
    overview = client.get(kept["Location"]).content.decode()
    assert "Because of &lt;the&gt; flood" in overview


@pytest.mark.django_db
def test_others_may_read_it_only(client):
    small = small_plan()
    for who, status in [("viewer", 403), ("manager", 403), ("pillar_lead", 403), ("outsider", 404)]:
        client.force_login(getattr(small.people, who))
        assert client.get(reverse("plan-headline", args=["BP"])).status_code == status, who
    client.force_login(small.people.pillar_lead)
    assert client.get(reverse("pillar-headline", args=["BP", 1])).status_code == 200
    assert client.get(reverse("pillar-headline", args=["BP", 2])).status_code in (403, 404)
