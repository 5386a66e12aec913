"""Of every two rollups that follow each other, the difference of every figure: its parts add up to it, and its ends are
what was sealed."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import cycle, pairwise
from multiprocessing import get_context
from typing import Any

from django.db import connections
from django.utils import timezone

from pillars.models import Plan
from reports.differences import Difference, differences, find_point
from reports.differences.points import Around
from reports.models import WeeklyRollup
from tracker.models import User
from tracker.timemachine import head
from tracker.timemachine.moments import live

Pair = tuple[str, str]
Payload = dict[str, Any]
IN_TURN = 2  # initiatives looked at in each pair of rollups


def following(plan: Plan) -> Iterator[Pair]:
    """Each week's newest edition with that of the next, and each edition with the one after it."""
    codes: dict[int, list[str]] = {}
    for week, code in plan.rollups.order_by("week__starts_on", "edition").values_list("week_id", "code"):
        codes.setdefault(week, []).append(code)
    for editions in codes.values():
        yield from pairwise(editions)
    yield from pairwise(editions[-1] for editions in codes.values())


def differences_add_up(plan: Plan, reader: User, *, every_scope: bool) -> tuple[str, list[str]]:
    """What was looked at, and what does not add up. Initiatives take turns, some at each pair, unless `every_scope`:
    all of them at every pair are most of an hour."""
    pairs = list(following(plan))
    codes = sorted(f"{plan.code}/{code}" for code in plan.initiatives.values_list("code", flat=True))
    turns = cycle(codes)
    wanted = [(pair, codes if every_scope else [next(turns) for _ in range(IN_TURN)]) for pair in pairs]
    connections.close_all()  # each process opens its own
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("fork")) as workers:
        looked = list(workers.map(_Pairs(plan.pk, reader.pk), wanted))
    wrong = [fault for _cells, faults in looked for fault in faults]
    return f"{len(pairs)} pairs of rollups, {sum(cells for cells, _faults in looked)} cells", wrong


@dataclass(frozen=True)
class _Pairs:
    """Looks at one pair, in a process of its own."""

    plan: int
    reader: int

    def __call__(self, wanted: tuple[Pair, list[str]]) -> tuple[int, list[str]]:
        pair, initiatives = wanted
        plan, reader = Plan.objects.get(pk=self.plan), User.objects.get(pk=self.reader)
        now = timezone.now()
        around = Around(plan, live(revision=head(), now=now), now)
        first, second = (find_point(code, name="", around=around) for code in pair)
        sealed = [json.loads(WeeklyRollup.objects.get(code=code).payload) for code in pair]
        scopes = [_results(payload) for payload in sealed]
        cells, faults = 0, []
        aggregates = {scope for known in scopes for scope in known if "." not in scope}
        for scope in (*sorted(aggregates), *initiatives):
            results = [known.get(scope, {}) for known in scopes]
            found, _scope = differences(sorted({*results[0], *results[1]}), scope, user=reader, points=(first, second))
            for difference in found:
                cells += len(difference.cells)
                faults += [f"{pair[0]} to {pair[1]}, {scope}, {fault}" for fault in _faults(difference, results)]
        return cells, faults


def _results(payload: Payload) -> dict[str, Payload]:
    """What was sealed, by scope and figure."""
    plan = payload["plan"]["code"]
    return {
        plan: payload["results"],
        **{f"{plan}/{part['number']}": part["results"] for part in payload["pillars"]},
        **{f"{plan}/{part['code']}": part["results"] for part in payload["initiatives"]},
    }


def _faults(difference: Difference, sealed: list[dict[str, Payload]]) -> Iterator[str]:
    key = difference.figure.key
    whole = [] if difference.total is None else [difference.total]
    for cell in (*difference.cells, *whole):
        parts = sum(cell.parts.values(), 0)
        if parts != cell.change:
            yield f"{key} {cell.bucket}: {cell.before} to {cell.after}, and the parts are {parts}"
    for side, results in zip((difference.before, difference.after), sealed, strict=True):
        if key in results and (side is None or side.payload()["cells"] != results[key]["cells"]):
            yield f"{key}: {side and side.payload()['cells']}, and sealed is {results[key]['cells']}"
