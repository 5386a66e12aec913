"""What the other formats cost, and what each takes of memory: the web process and all its workers, at their peak.

No goal is set for them. Each is measured beside the CSV of the same rows, over HTTP, by a client that discards.
"""

from collections.abc import Iterator
from functools import partial
from urllib.parse import urlencode

from bench import load
from bench.csv_export import WARMING
from bench.measure import Result, alternate, timed
from bench.memory import growth
from bench.server import Web, web
from initiatives.models import LedgerEntry

# The whole ledger; Parquet and workbooks that one waits for have less room, so of them what is spent, and what is
# planned for one year.
WHOLE = "ledger-entries"
PARTS = {"parquet": {"stage": "expenditure"}, "xlsx": {"fiscal_year": "2025", "stage": "planned"}}
_FIELDS = {"stage": "stage", "fiscal_year": "line__fiscal_year"}  # of the filters
ROUNDS = 5


def run() -> Iterator[Result]:
    """One result a format."""
    for form in ("csv", "ndjson", "parquet", "xlsx"):
        asked = PARTS.get(form, {})
        rows = LedgerEntry.objects.filter(**{_FIELDS[name]: value for name, value in asked.items()}).count()
        query = f"?{urlencode(asked)}" if asked else ""
        yield _measured(
            f"{form.upper() if form != 'parquet' else 'Parquet'} export of {rows:,} ledger entries",
            f"{WHOLE}.{form}{query}", f"{WHOLE}.csv{query}", "the CSV of the same", rows,
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
