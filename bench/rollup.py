"""Weekly rollups against the same numbers written by hand.

One rollup is what is computed to be sealed: every figure of every initiative, pillar and plan, as canonical JSON and
its hash; its peer is one statement that gives the same numbers, read as of the same revision, all rows fetched. Both
are compared number by number before anything is timed.

The rollups of all past weeks are measured on every eighth of them, and counted for all: their peer is one statement
over the same history that gives, of every week, the health and the money of each pillar alone. It gives a thousandth of
the numbers, for nobody needs those of 10,000 initiatives in 104 weeks at once; the rollups have to hold them.
"""

import json
import os
import statistics
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connection

from bench import rollup_peer
from bench.data import PLAN
from bench.measure import Result, alternate, timed
from bench.memory import growth
from initiatives.rules.freshness import end_of_day, silent_since
from pillars.models import Plan, ReportingWeek
from pillars.rules import fiscal_year
from reports.rollups import canonical, compute_payload, digest
from tracker.timemachine import as_of

ROUNDS = 5
EVERY = 8  # of the past weeks is computed


def run() -> Iterator[Result]:
    """One week, then all."""
    plan = Plan.objects.get(code=PLAN)
    weeks = list(ReportingWeek.objects.filter(plan=plan, lock_revision__isnull=False).order_by("starts_on"))
    last = weeks[-1]
    _compare(json.loads(_rollup(last)), _one_week(plan, last), _initiatives(plan, last))
    _compare_all(weeks, _all_weeks(plan), plan)
    ours, peer = alternate(
        lambda: timed(lambda: _rollup(last)), lambda: timed(lambda: _one_week(plan, last)), rounds=ROUNDS
    )
    with growth(lambda: [os.getpid()]) as grown:
        _rollup(last)
    yield Result("one weekly rollup", ours, "one SQL query for the same numbers", peer, 3, memory=grown.megabytes)
    chosen = weeks[::-EVERY]
    took: list[float] = []
    peers: list[float] = []
    for place, week in enumerate(chosen):
        took.append(timed(lambda week=week: _rollup(week)))  # type: ignore[misc]  # bound now
        if place * ROUNDS // len(chosen) == len(peers):  # in turns, spread over the weeks
            peers.append(timed(lambda: _all_weeks(plan)))
    each, peer = statistics.mean(took), statistics.median(peers)
    yield Result(
        f"rollups of {len(weeks)} past weeks", each * len(weeks), "one interval query, pillars' health and money alone",
        peer, 5,
    )  # fmt: skip
    alone = statistics.mean(timed(lambda week=week: _one_week(plan, week)) for week in chosen)  # type: ignore[misc]  # bound now
    yield Result(
        f"the same {len(weeks)} rollups", each * len(weeks), f"{len(weeks)} SQL queries for the same numbers",
        alone * len(weeks),
    )  # fmt: skip


def _rollup(week: ReportingWeek) -> str:
    assert week.lock_revision is not None
    text = canonical(
        compute_payload(
            plan_id=week.plan_id, week_id=week.pk, edition=week.edition, revision=week.lock_revision, previous=None
        )
    )
    digest(text)
    return text


def _one_week(plan: Plan, week: ReportingWeek) -> rollup_peer.Rows:
    assert week.lock_revision is not None
    asked: dict[str, Any] = {
        "plan": plan.pk, "revision": week.lock_revision, "on": week.ends_on, "monday": week.starts_on,
        "next": week.starts_on + timedelta(days=7), "year": fiscal_year(week.ends_on),
        "silent_since": silent_since(end_of_day(week.ends_on, plan.zone)),
    }  # fmt: skip
    with as_of(week.lock_revision), connection.cursor() as cursor:
        cursor.execute(rollup_peer.ONE_WEEK, asked)
        return list(cursor.fetchall())


def _all_weeks(plan: Plan) -> rollup_peer.Rows:
    with connection.cursor() as cursor:
        cursor.execute(rollup_peer.ALL_WEEKS, {"plan": plan.pk})
        return list(cursor.fetchall())


def _initiatives(plan: Plan, week: ReportingWeek) -> dict[int, str]:
    assert week.lock_revision is not None
    with as_of(week.lock_revision):
        return dict(plan.initiatives.values_list("pk", "code"))


Numbers = dict[tuple[Any, ...], float]


def _compare(payload: dict[str, Any], rows: rollup_peer.Rows, codes: dict[int, str]) -> None:
    """Raise AssertionError unless both hold the same numbers; a count of nothing stands in the payload alone."""
    theirs: Numbers = {
        (figure, bucket, pillar, codes.get(key, "")): float(value)
        for figure, bucket, pillar, key, value in rows
        if value
    }
    ours: Numbers = {}
    parts = [(payload, None, ""), *((pillar, pillar["number"], "") for pillar in payload["pillars"])]
    parts += [(one, one["pillar"], one["code"]) for one in payload["initiatives"]]
    for part, pillar, code in parts:
        for figure, result in part["results"].items():
            if figure != "indicators":
                ours |= {
                    (figure, bucket, pillar, code): float(value) for bucket, value in result["cells"].items()
                    if float(value or 0)
                }  # fmt: skip
    assert ours == theirs, sorted({*ours.items()} ^ {*theirs.items()}, key=str)[:6]


def _compare_all(weeks: list[ReportingWeek], rows: rollup_peer.Rows, plan: Plan) -> None:
    """The same for the pillars of the first and the last week."""
    numbers = dict(plan.pillars.values_list("pk", "number"))
    for place in (1, len(weeks)):
        payload = json.loads(_rollup(weeks[place - 1]))
        ours = {
            (figure, part["number"], bucket): float(value)
            for part in payload["pillars"]
            for figure in ("health", "money")
            for bucket, value in part["results"][figure]["cells"].items()
            if float(value or 0)
        }
        theirs = {
            (figure, numbers[pillar], bucket): float(value)
            for figure, n, pillar, bucket, value in rows
            if n == place and value
        }
        assert ours == theirs, sorted({*ours.items()} ^ {*theirs.items()}, key=str)[:6]
