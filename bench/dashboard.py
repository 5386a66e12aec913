"""The overview of the plan: warm, beside a view that runs `SELECT 1`; and cold, beside a second.

Warm, both are asked by the same signed-in browser over eight connections that stay open, of the same web process,
through the same middleware: session, account, language, policy and the reading transaction cost both the same. Warm
means that the same page was read before at the same revision; cold, that something was written just before, so that
the page cannot have been kept: something that concerns no plan, or a milestone, so that figures differ. Nothing kept at
all is what the first reader meets after Valkey has lost everything, unless the worker was there before.
"""

import time
from collections.abc import Callable, Iterator

from bench import cold, load
from bench.data import PLAN
from bench.measure import Result, alternate
from bench.server import web
from initiatives.models import Milestone
from tracker.timemachine import Actor, revision

SECONDS = 3.0
ROUNDS = 5
A_SECOND = 1000.0  # milliseconds


def run() -> Iterator[Result]:
    """The goal is of the 95th percentile; the medians stand beside it."""
    with web() as site:
        medians: dict[str, list[float]] = {}

        def p95(path: str) -> float:
            found = load.load(site.port, load.request_of(path, site.browser), seconds=SECONDS)
            medians.setdefault(path, []).append(found.median)
            return found.p95

        overview, least = f"/en/plans/{PLAN}/", "/en/stock/select-1/"
        ours, peer = alternate(lambda: p95(overview), lambda: p95(least), rounds=ROUNDS)
        yield Result(
            f"dashboard, warm, p95 under {load.CONNECTIONS} connections", ours, "a Django view that runs SELECT 1",
            peer, 2,
        )  # fmt: skip
        yield Result(
            "the same, median", sorted(medians[overview][1:])[ROUNDS // 2], "a Django view that runs SELECT 1",
            sorted(medians[least][1:])[ROUNDS // 2],
        )  # fmt: skip
        for after, written in (("something was written", cold.write), ("a milestone was changed", _milestone)):

            def cold_page(written: Callable[[], None] = written) -> float:
                written()
                return cold.asked(site, overview)

            cold_page()  # counts for nothing
            made = sorted(cold_page() for _ in range(ROUNDS))
            yield Result(f"dashboard, cold, after {after}", made[ROUNDS // 2], "a second", A_SECOND, 1)
        made = sorted(cold.live(site, overview) for _ in range(ROUNDS))
        yield Result("dashboard, cold, with nothing kept at all", made[ROUNDS // 2], "a second", A_SECOND, 1)


def _milestone() -> None:
    """Another one of the plan each time has another weight."""
    rows = Milestone.objects.filter(initiative__plan__code=PLAN).order_by("pk")
    row = rows[time.time_ns() % 10_000]
    with revision(by=Actor(name="Benchmark"), reason="another weight"):
        row.weight += 1
        row.save()
