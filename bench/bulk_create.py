"""A thousand ledger entries by one POST, beside `many=True` on a table without history.

Ours names initiative and organization by code, opens budget lines that are missing, checks permission and the ledger's
rules for every row, writes one revision and the history of each row, and answers the rows as a list shows them. The
peer is given the keys of the budget lines, checks each by a query as the framework does, and inserts row by row in one
transaction. Both are asked by one client with a token that writes, after they have been asked once.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any

from bench import load
from bench.databases import execute
from bench.measure import Result, alternate, timed
from bench.models import MAKE
from bench.server import web
from initiatives.models import BudgetLine
from pillars.rules import fiscal_year_dates

ROWS = 1_000
ROUNDS = 7


def run() -> Iterator[Result]:
    """One line of results."""
    execute(*MAKE)
    lines = list(
        BudgetLine.objects.select_related("initiative__plan", "organization").order_by("fiscal_year", "pk")[:ROWS]
    )
    numbers = count()

    def bodies(*, own: bool) -> list[dict[str, Any]]:
        number = next(numbers)
        return [_body(lines[row % len(lines)], number * ROWS + row, own=own) for row in range(ROWS)]

    with web() as site:

        def write(path: str, sent: list[dict[str, Any]]) -> float:
            def post() -> None:
                made.append(len(load.fetch(site.port, path, site.program, sent)))

            made: list[int] = []
            took = timed(post)
            assert made == [ROWS], made
            return took

        ours, peer = alternate(
            lambda: write("/api/v1/ledger-entries/", bodies(own=True)),
            lambda: write("/api/stock/plain-entries/", bodies(own=False)),
            rounds=ROUNDS,
        )
    yield Result(
        f"bulk create of {ROWS:,} rows by REST, with history", ours, "stock DRF many=True, without", peer, 0.25
    )


def _body(line: BudgetLine, number: int, *, own: bool) -> dict[str, Any]:
    """The same entry for both: planned money, on the first day of the line's year."""
    entry = {
        "stage": "planned",
        "amount": f"{number + 1}.25",
        "effective_on": fiscal_year_dates(line.fiscal_year)[0].isoformat(),
        "reference": f"JV-{number}",
        "note": "Estimates of the quarter, as the department sent them",
    }
    if not own:
        return {"line": line.pk, **entry}
    return {
        "plan": line.initiative.plan.code,
        "initiative": line.initiative.code,
        "organization": line.organization.code,
        "fiscal_year": line.fiscal_year,
        "funding_source": line.funding_source or None,
        "vote": line.vote or None,
        **entry,
    }
