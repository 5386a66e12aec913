"""The overview of the plan: warm, beside a view that runs `SELECT 1`; and cold, beside a second.

Warm, both are asked by the same signed-in browser over eight connections that stay open, of the same web process,
through the same middleware: session, account, language, policy and the reading transaction cost both the same. Warm
means that the same page was read before at the same revision; cold, that something was written just before, so that
neither page nor figures can have been kept.
"""

from collections.abc import Iterator

from bench import cold, load
from bench.data import PLAN
from bench.measure import Result, alternate
from bench.server import web

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
        cold.live(site, overview)  # counts for nothing
        made = sorted(cold.live(site, overview) for _ in range(ROUNDS))
        yield Result("dashboard, cold", made[ROUNDS // 2], "a second", A_SECOND, 1)
