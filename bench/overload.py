"""What exports do to pages when readers misbehave. Run by name: `script/bench overload`.

Eight connections ask for pages all the while: first alone, then beside an export that its client cuts off again and
again, beside ten readers that take 10 kB a second, and beside 50 exports at once. Pages are to stay under twice their
quiet 95th percentile; no transaction is to grow older than 30 s, as `pg_stat_activity` says every half second; the web
process is to take a bounded memory; and every export that is not made is to be told so, with a status and when to come
again. Each reader is a person of their own, so that one person's limit is not all that is measured.
"""

import http.client
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connections

from bench import load
from bench.data import PLAN
from bench.databases import administrator
from bench.measure import Result
from bench.memory import growth
from bench.server import Web, token_for, web

EXPORT = "/api/v1/exports/ledger-entries.csv"
PAGE = f"/en/plans/{PLAN}/weeks/"
SECONDS = 20.0
SLOW, SLOW_BYTES = 10, 10_000  # readers, and bytes a second of each
AT_ONCE = 50
OLDEST = 30  # seconds of a transaction
GROWN = 200  # megabytes that the web process may take beside
SAMPLE = 0.5  # seconds between two looks at the transactions


@dataclass
class Watched:
    """What was seen of the database, and of the exports."""

    oldest: float = 0
    answers: Counter[str] = field(default_factory=Counter)
    without_retry: int = 0


def run() -> Iterator[Result]:
    """A result for each way of misbehaving, against the quiet; the figures that have no peer are printed."""
    with web() as site:
        tokens = [token_for(f"reader{number}") for number in range(AT_ONCE)]
        _page_load(site, 2)
        quiet = _page_load(site, SECONDS)
        yield Result("pages alone, p95", quiet.p95, "their median", quiet.median)
        behaviours: dict[str, Callable[[Web, Sequence[str], Watched, threading.Event], None]] = {
            "an export cut off by its client, again and again": _cut_off,
            f"{SLOW} readers at {SLOW_BYTES // 1000} kB/s": _slow,
            f"{AT_ONCE} exports at once": _at_once,
        }
        for what, behaviour in behaviours.items():
            watched, done = Watched(), threading.Event()
            crowd = threading.Thread(target=behaviour, args=(site, tokens, watched, done), daemon=True)
            with _transactions(watched), growth(site.processes) as grown:
                crowd.start()
                time.sleep(0.5)
                found = _page_load(site, SECONDS)
                done.set()
                crowd.join()
            yield Result(
                f"pages beside {what}, p95", found.p95, "the same pages alone", quiet.p95, 2,
                memory=grown.megabytes, memory_goal=GROWN,
            )  # fmt: skip
            told = ", ".join(f"{name}: {count}" for name, count in sorted(watched.answers.items()))
            print(f"    exports: {told or 'none'}; without Retry-After: {watched.without_retry}", flush=True)
            yield Result("    the oldest transaction meanwhile", watched.oldest * 1000, "30 s", OLDEST * 1000, 1)


def _page_load(site: Web, seconds: float) -> load.Load:
    return load.load(site.port, load.request_of(PAGE, site.browser), seconds=seconds)


def _cut_off(site: Web, tokens: Sequence[str], watched: Watched, done: threading.Event) -> None:
    """One client that asks, takes a first block and goes; as soon as it has gone it comes again."""
    turn = 0
    while not done.is_set():
        turn += 1
        with _asked(site, tokens[turn % len(tokens)]) as answer:
            _tell(watched, answer)
            if answer.status == http.client.OK:
                answer.read(load.BLOCK)


def _slow(site: Web, tokens: Sequence[str], watched: Watched, done: threading.Event) -> None:
    """Readers that take little at a time, through a small window, until it is over."""

    def reader(token: str) -> None:
        while not done.is_set():
            with _asked(site, token, window=SLOW_BYTES) as answer:
                _tell(watched, answer)
                while not done.is_set() and answer.read(SLOW_BYTES // 10):
                    done.wait(0.1)
            done.wait(1)

    _all_at_once(reader, tokens[:SLOW])


def _at_once(site: Web, tokens: Sequence[str], watched: Watched, done: threading.Event) -> None:
    """Everybody asks at the same moment, reads what comes, and comes again when told to."""

    def reader(token: str) -> None:
        while not done.is_set():
            with _asked(site, token) as answer:
                _tell(watched, answer)
                while not done.is_set() and answer.read(load.BLOCK):
                    pass
            done.wait(float(answer.headers.get("Retry-After", 1)))

    _all_at_once(reader, tokens)


def _all_at_once(reader: Callable[[str], None], tokens: Sequence[str]) -> None:
    readers = [threading.Thread(target=reader, args=(token,), daemon=True) for token in tokens]
    for one in readers:
        one.start()
    for one in readers:
        one.join()


@contextmanager
def _asked(site: Web, token: str, window: int = 0) -> Iterator[http.client.HTTPResponse]:
    """The answer to one export, whose connection is closed at once at the end, read or not."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=load.TIMEOUT)
    try:
        connection.connect()
        if window:
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        connection.request("GET", EXPORT, headers={"Authorization": f"Bearer {token}"})
        yield connection.getresponse()
    finally:
        connection.close()


def _tell(watched: Watched, answer: http.client.HTTPResponse) -> None:
    watched.answers[str(answer.status)] += 1
    if answer.status in (429, 503) and not answer.headers.get("Retry-After"):
        watched.without_retry += 1


@contextmanager
def _transactions(watched: Watched) -> Iterator[None]:
    """Watch how old the oldest transaction of the database's users becomes."""
    done = threading.Event()
    name = connections["default"].settings_dict["NAME"]

    def watch() -> None:
        with administrator() as admin:
            while not done.wait(SAMPLE):
                row = admin.execute(
                    "select extract(epoch from max(clock_timestamp() - xact_start))::float from pg_stat_activity"
                    " where datname = %s and backend_type = 'client backend'",
                    [name],
                ).fetchone()
                watched.oldest = max(watched.oldest, float(str(row[0])) if row and row[0] is not None else 0)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
