"""A JSON page of 100 rows, beside the same page by the framework's usual means.

Both are asked by the same eight connections that stay open, with the same token, of the same web process: middleware,
authentication, language and the reading transaction cost both the same. Ours also checks the role, refuses unknown
parameters and names its revision; the peer's counts the rows. That the rows are the same is checked before.

One address is asked again and again, as programs do that pull the same list; a walk along `next` is not measured. Ours
composes the statement of an address once and keeps it, the peer composes its own each time.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from bench import load
from bench.measure import Result, alternate
from bench.server import Web, web
from bench.stock import NAMES, PAGE

INSTANT, AMOUNT = re.compile(r"\d{4}-\d\d-\d\dT"), re.compile(r"-?\d+\.\d+")
SECONDS = 2.0
ROUNDS = 5


def run() -> Iterator[Result]:
    """The goal is of every list: the table shows the one that is furthest from it."""
    with web() as site:
        for name in NAMES:
            _require_equal(site, name)
            rates = alternate(
                partial(_rate, site, f"/api/v1/{name}/?limit={PAGE}"), partial(_rate, site, f"/api/stock/{name}/"),
                rounds=ROUNDS,
            )  # fmt: skip
            yield Result(
                f"JSON list page of {PAGE} {name}", rates[0], "stock DRF ModelSerializer page", rates[1], 3,
                unit="pages/s", least=True,
            )  # fmt: skip


def _rate(site: Web, path: str) -> float:
    return load.load(site.port, load.request_of(path, site.program), seconds=SECONDS).rate


def _require_equal(site: Web, name: str) -> None:
    """Raises `RuntimeError` unless both pages show the same rows, column by column."""
    ours = load.fetch(site.port, f"/api/v1/{name}/?limit={PAGE}", site.program)["results"]
    peers = load.fetch(site.port, f"/api/stock/{name}/", site.program)["results"]
    for one, other in zip(ours, peers, strict=True):
        differing = {key for key in one.keys() | other.keys() if _plain(one.get(key)) != _plain(other.get(key))}
        if differing:
            raise RuntimeError(f"{name}: {sorted(differing)} differ: {one} {other}")


def _plain(value: Any) -> Any:
    """What both spell otherwise: ours says null for an unpublished word where the peer says an empty text, or nothing;
    cents where the peer says a number; instants in UTC where the peer says them in local time."""
    if isinstance(value, str):
        if INSTANT.match(value):
            return datetime.fromisoformat(value)
        if AMOUNT.fullmatch(value):
            return float(value)
    return None if value == "" else value
