"""Programs follow lists while many write: each ends with exactly the list, with what was deleted gone.

`FOLLOW_SECONDS` says how long they write; 8 without it. `--log-cli-level=INFO` shows how much there was to follow.
"""

import json
import logging
import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from initiatives.models import InitiativePlace
from tests.factories import ACTOR, add_milestone
from tests.scenarios import small_plan
from tests.tracker.followers import Follower
from tests.tracker.writes import ENTRIES, MILESTONES, Writer, entry_body, milestone_body
from tracker.models import Place
from tracker.timemachine import head, revision
from tracker.timemachine.audit import faults

pytestmark = [pytest.mark.heavy, pytest.mark.usefixtures("committed")]
log = logging.getLogger(__name__)
SECONDS = float(os.environ.get("FOLLOW_SECONDS", "8"))
WRITERS = 16
DEPENDENCIES = "/api/v1/milestone-dependencies/"
LISTS = [
    ("milestone-dependencies", {}),
    ("milestones", {"met": "false"}),
    ("ledger-entries", {"organization": "CBSA"}),
    ("initiatives", {"place": "WINDSOR"}),
]


def test_followers_end_with_exactly_the_lists_while_sixteen_write():
    plan = small_plan()
    milestones = [
        add_milestone(plan.initiatives[health], f"F{number}", forecasts=[timezone.localdate()])
        for number in range(8)
        for health in ("green", "amber", "red")
    ]
    until, first = time.monotonic() + SECONDS, head()
    over = threading.Event()
    with ThreadPoolExecutor(WRITERS + len(LISTS)) as pool:
        following = [pool.submit(closing, follow, plan, name, query, over) for name, query in LISTS]
        writing = [pool.submit(closing, write, plan, milestones, seed, until) for seed in range(WRITERS)]
        done = sum((one.result() for one in writing), Counter())
        over.set()
        told = [one.result() for one in following]
    for one, moved, steps in told:
        assert one.rows == one.whole(), one.name
        log.info("%s: %d rows, %d came or went in %d steps", one.name, len(one.rows), moved, steps)
    log.info("%d revisions in %.0f s: %s", head() - first, SECONDS, dict(done))
    assert faults() == []
    assert done["removed"]
    assert done["place gone"]
    assert head() - first >= WRITERS


def closing(task, *args):
    """With a connection of its own, as each web process has."""
    try:
        return task(*args)
    finally:
        connection.close()


def follow(plan, name, query, over):
    program = Writer(plan.people.auditor)

    def get(path):
        answer = program.get(path)
        assert answer.status_code == 200, (path, answer.content)
        return json.loads(answer.content)

    one, moved, steps = Follower(get, name, query), 0, 0
    one.read(limit=7)
    while True:
        last = over.is_set()
        moved, steps = moved + one.follow(limit=25), steps + 1
        if last:
            return one, moved, steps


def write(plan, milestones, seed, until):
    """Adds, changes, moves, reverses and removes, by the API, until the time is over; what was done, how often."""
    chance, program, done = random.Random(seed), Writer(plan.people.plan_admin), Counter()  # noqa: S311 - a seed
    kinds = [add_one, move_one, depend, spend, meet, happen_elsewhere]
    while time.monotonic() < until:
        done[chance.choice(kinds)(program, plan, milestones, chance)] += 1
    return done


def add_one(program, plan, milestones, chance):
    return said(program.post(MILESTONES, milestone_body(f"1.0{chance.randint(1, 3)}")), "added")


def move_one(program, plan, milestones, chance):
    day = timezone.localdate() + timedelta(days=chance.randrange(400))
    body = {"forecast_on": day.isoformat(), "reason": "Moved again"}
    return said(program.post(f"{MILESTONES}{chance.choice(milestones).pk}/forecasts/", body), "moved")


def depend(program, plan, milestones, chance):
    """Most of the time what was added goes again."""
    first, second = sorted(chance.sample(range(len(milestones)), 2))
    ends = milestones[first], milestones[second]
    body = {
        "plan": "BP", "initiative": ends[0].initiative.code, "milestone": ends[0].code,
        "needs_initiative": ends[1].initiative.code, "needs": ends[1].code,
    }  # fmt: skip
    made = program.post(DEPENDENCIES, body)
    if made.status_code != 201 or chance.random() < 0.2:
        return said(made, "depends")
    key = json.loads(made.content)["id"]
    return said(program.post(f"{DEPENDENCIES}{key}/removal/", {"reason": "No longer"}), "removed")


def spend(program, plan, milestones, chance):
    made = program.post(ENTRIES, entry_body(f"1.0{chance.randint(1, 3)}", fiscal_year=2025 + chance.randint(0, 1)))
    if made.status_code != 201 or chance.random() < 0.5:
        return said(made, "recorded")
    key = json.loads(made.content)["id"]
    return said(program.post(f"{ENTRIES}{key}/reversal/", {"reason": "Typed twice"}), "reversed")


def meet(program, plan, milestones, chance):
    """Leaves the followers' list of what is not met, or comes back to it."""
    key = chance.choice(milestones).pk
    seen = json.loads(program.get(f"{MILESTONES}{key}/").content)
    met = None if seen["actual_on"] else timezone.localdate().isoformat()
    answer = program.patch(f"{MILESTONES}{key}/", {"actual_on": met, "reason": "It was"}, seen["revision"])
    return said(answer, "met or taken back")


def happen_elsewhere(program, plan, milestones, chance):
    """An initiative happens in a place, or does so no more."""
    initiative, place = chance.choice(list(plan.initiatives.values())), Place.objects.get(code="WINDSOR")
    with revision(by=ACTOR, reason="places"):
        gone, _ = InitiativePlace.objects.filter(initiative=initiative, place=place).delete()
        if not gone:
            InitiativePlace.objects.create(initiative=initiative, place=place)
    return "place gone" if gone else "place"


def said(answer, word):
    """Rules may refuse it; nothing may fail."""
    assert answer.status_code < 500 or answer.status_code == 503, answer.content
    return word if answer.status_code < 300 else f"refused {answer.status_code}"
