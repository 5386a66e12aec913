"""A whole dataset as CSV over HTTP, beside `psql` that copies the very same query to /dev/null.

The client reads and discards, on the same machine. The peer is the embedded PostgreSQL's own `psql`, over the same
socket; it makes no HTTP, no byte order mark, no header and no CRLF, checks nobody's rights and keeps no log. The query
is ours, with the formula guard in it: the limit of this export, not of any. Memory is of the web process and all its
workers.
"""

import os
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.db import connection
from django.utils import timezone
from psycopg import ClientCursor

from bench import load
from bench.measure import Result, alternate, timed
from bench.memory import growth
from bench.server import ACCOUNT, Web, database_url, web
from config.embedded.engines import PROGRAMS
from initiatives.models import StatusUpdate
from reports.datasets import DATASETS
from tracker.models import User
from tracker.tabular.copy import Bounds, statement_of

DATASET = "status-updates"
ROUNDS = 5
WARMING = 24  # connections, of which each worker gets some


def run() -> Iterator[Result]:
    """The goal is of the rate; memory stands beside it."""
    rows = StatusUpdate.objects.count()
    with web(BENCH_EXPORT_SECONDS="300") as site:
        path = f"/api/v1/exports/{DATASET}.csv"
        # What each worker takes once and keeps: the code of exports, and the buffers of one.
        for _ in range(WARMING):
            load.download(site.port, "/api/v1/exports/weeks.csv", site.program)
        load.download(site.port, path, site.program)
        with growth(site.processes) as grown:
            ours, peer = alternate(partial(_over_http, site, path), partial(_psql, copy_statement()), rounds=ROUNDS)
    yield Result(
        f"CSV export of {rows:,} rows over HTTP", rows / ours * 1000, "psql COPY of the same query to /dev/null",
        rows / peer * 1000, 0.8, unit="rows/s", least=True, memory=grown.megabytes, memory_goal=20,
    )  # fmt: skip


def copy_statement() -> str:
    """The COPY of that export, its parameters written out."""
    dataset = DATASETS[DATASET]
    user = User.objects.get(username=ACCOUNT)
    columns = dataset.file_columns("", user=user)
    rows: Any = dataset.filters.base(user, on=timezone.localdate())
    text, params = statement_of(rows, [column.text() for column in columns], Bounds())
    connection.ensure_connection()
    query = ClientCursor(connection.connection).mogrify(text, params)
    return f"copy ({query}) to stdout (format csv)"


def _over_http(site: Web, path: str) -> float:
    return timed(lambda: load.download(site.port, path, site.program))


def _psql(statement: str) -> float:
    program = Path(os.environ.get(PROGRAMS, "/usr/bin")) / "psql"
    parts = urlsplit(database_url())
    environment = {
        **os.environ,
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGHOST": parse_qs(parts.query).get("host", [parts.hostname or ""])[0],
        "PGDATABASE": parts.path.lstrip("/"),
        **({"PGPORT": str(parts.port)} if parts.port else {}),
    }
    text = f"set work_mem = '64MB';\n{statement};\n"

    def copy() -> None:
        with Path("/dev/null").open("wb") as nowhere:
            subprocess.run(
                [str(program), "-X", "-q", "-v", "ON_ERROR_STOP=1"], input=text.encode(), env=environment,
                stdout=nowhere, check=True,
            )  # fmt: skip

    return timed(copy)
