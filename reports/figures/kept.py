"""Figures that were computed before, for whoever sees as much: a figure depends on its scope, the day and the revision,
so what is kept under these is right for ever, and nothing has to be thrown away.

Only a transaction that cannot write asks here: another may have changed what it reads.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
from django.conf import settings
from django.db import connection

from reports.figures.compute import compute
from reports.figures.declaration import Figure
from reports.figures.scopes import Scope
from reports.figures.values import Amount, Coverage, Result
from tracker.etags import by_parts, program
from tracker.valkey import Store

Results = dict[str, dict[str, Result]]

STORE = Store("figures", "every figure is computed anew")
_SHOWN = """select current_setting('transaction_read_only') = 'on', r.number, r.at,
    (select max(number) from public.tracker_revision)
    from public.tracker_revision r where r.number = coalesce(
        nullif(current_setting('tracker.revision', true), '')::bigint,
        (select max(number) from public.tracker_revision))"""


def kept(
    figures: Collection[Figure], scope: Scope, *, on: date, parts: bool = False, make: Callable[[], Results]
) -> Results:
    """The results of these figures, by their keys and by scope codes: as they were computed for this scope, day and
    revision before, else as `make` gives them now; with `parts` also those of a plan's pillars. Of many that ask at
    once in this process one computes."""
    name = _name(figures, scope, on, parts=parts) if settings.FIGURE_CACHE_SECONDS else None
    if name is None:
        return make()
    seconds = settings.FIGURE_CACHE_SECONDS
    return _read(figures, STORE.get_or_make(name, lambda: orjson.dumps(_plain(make())), seconds=seconds))


def kept_result(figure: Figure, scope: Scope, *, on: date, members: Collection[int] | None = None) -> Result:
    """One figure, for the scope alone; `members` as `compute` takes them."""

    def alone() -> Results:
        found = compute(figure, scope.selection, on=on, whole_plan=scope.whole_plan, members=members)
        return {figure.key: {scope.code: found}}

    return kept([figure], scope, on=on, make=alone)[figure.key][scope.code]


def _name(figures: Collection[Figure], scope: Scope, on: date, *, parts: bool) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN)
        shown = cursor.fetchone()
    if shown is None or not shown[0]:
        return None
    versions = [(figure.key, figure.version) for figure in figures]
    database = connection.settings_dict["NAME"]
    _read_only, number, at, newest = shown
    sight = (scope.sight, newest if by_parts(scope.sight) else None)
    named = (program(), database, number, at, on, scope.code, scope.selection.plan.pk, sight, versions, parts)
    return hashlib.sha256(repr(named).encode()).hexdigest()


def _plain(results: Mapping[str, Mapping[str, Result]]) -> dict[str, Any]:
    return {
        key: {
            code: [
                {bucket: [f"{value}"] if isinstance(value, Decimal) else value for bucket, value in one.cells.items()},
                None if one.coverage is None else [one.coverage.counted, one.coverage.of],
            ]
            for code, one in by_scope.items()
        }
        for key, by_scope in results.items()
    }


def _read(figures: Collection[Figure], content: bytes) -> Results:
    plain = orjson.loads(content)
    return {
        figure.key: {
            code: Result(
                {bucket: _amount(value) for bucket, value in cells.items()},
                None if covered is None else Coverage(*covered),
                figure.adds,
            )
            for code, (cells, covered) in plain[figure.key].items()
        }
        for figure in figures
    }


def _amount(value: list[str] | int | None) -> Amount | None:
    """Decimals are written in a list, so that they are no whole numbers when they come back."""
    return Decimal(value[0]) if isinstance(value, list) else value
