"""What the other formats cost, and what each takes of memory: the web process and all its workers, at their peak.

No goal is set for them. Each is measured beside the CSV of the same rows, over HTTP, by a client that discards.
"""

from collections.abc import Iterator
from functools import partial

from bench import load
from bench.csv_export import WARMING
from bench.measure import Result, alternate, timed
from bench.memory import growth
from bench.server import Web, web
from initiatives.models import LedgerEntry

# The whole ledger; a workbook that one waits for has less room, so of it one year's plans.
WHOLE, PART = "ledger-entries", "fiscal_year=2025&stage=planned"
PATHS = {"CSV": f"{WHOLE}.csv", "NDJSON": f"{WHOLE}.ndjson", "Parquet": f"{WHOLE}.parquet"}
ROUNDS = 5


def run() -> Iterator[Result]:
    """One result a format."""
    rows = LedgerEntry.objects.count()
    some = LedgerEntry.objects.filter(line__fiscal_year=2025, stage="planned").count()
    for form, name in PATHS.items():
        yield _measured(f"{form} export of {rows:,} ledger entries", name, f"{WHOLE}.csv", "the CSV of the same", rows)
    yield _measured(
        f"XLSX export of {some:,} ledger entries", f"{WHOLE}.xlsx?{PART}", f"{WHOLE}.csv?{PART}", "the CSV of the same",
        some,
    )  # fmt: skip


def _measured(what: str, name: str, other: str, against: str, rows: int) -> Result:
    """Each in a web process of its own, in which one such export went before: what that took is kept for the next."""
    with web(BENCH_EXPORT_SECONDS="300") as site:
        ours, peer = partial(_asked, site, name), partial(_asked, site, other)
        for _ in range(WARMING):  # so that each worker has loaded what it loads once
            load.download(site.port, "/api/v1/exports/weeks.csv", site.program)
        peer(), ours()
        with growth(site.processes) as grown:
            ours()
        times = alternate(ours, peer, rounds=ROUNDS)
    return Result(what, rows / times[0] * 1000, against, rows / times[1] * 1000, unit="rows/s", memory=grown.megabytes)


def _asked(site: Web, name: str) -> float:
    return timed(lambda: load.download(site.port, f"/api/v1/exports/{name}", site.program))
