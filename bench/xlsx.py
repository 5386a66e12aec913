"""A workbook of 200,000 rows, beside XlsxWriter in its constant-memory mode.

Both read the same query in a read-only transaction and leave a file on the same disk: ours as an export makes it, the
peer from a server-side cursor, a call for each cell, dates and numbers typed. Ours also counts and hashes the file,
cuts what no cell can hold and writes control characters as the format wants them.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, cast

import xlsxwriter

from bench.measure import Result, alternate, timed
from bench.memory import growth
from initiatives.models import LedgerEntry
from reports.datasets import DATASETS
from tracker.tabular import Column, Kind
from tracker.tabular.xlsx import make_xlsx
from tracker.timemachine import reading

DATASET = "ledger-entries"
ROWS = 200_000
ROUNDS = 5
BATCH = 2_000


def run() -> Iterator[Result]:
    """One line of results; the memory is of the process that makes the file."""
    columns = DATASETS[DATASET].row.columns()
    rows = min(ROWS, LedgerEntry.objects.count())
    with tempfile.TemporaryDirectory() as folder:
        numbers = count()
        ours = partial(_ours, columns)
        ours()
        with growth(lambda: [os.getpid()]) as grown:
            ours()
        times = alternate(ours, lambda: _peer(columns, Path(folder) / f"{next(numbers)}.xlsx"), rounds=ROUNDS)
    yield Result(
        f"XLSX of {rows:,} rows of {len(columns)} columns", times[0], "XlsxWriter in constant memory", times[1], 0.4,
        memory=grown.megabytes,
    )  # fmt: skip


def _rows() -> Any:
    """As an administrator's list begins."""
    return LedgerEntry.objects.for_list()[:ROWS]


def _ours(columns: tuple[Column, ...]) -> float:
    def make() -> None:
        with reading():
            made = make_xlsx(_rows(), columns, lambda _rows, _cut: [])
            assert made.size > 0
            made.file.close()

    return timed(make)


def _peer(columns: tuple[Column, ...], path: Path) -> float:
    def make() -> None:
        workbook = xlsxwriter.Workbook(
            path,
            {"constant_memory": True, "remove_timezone": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        sheet = workbook.add_worksheet("data")
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column.name)
        writers = [_writer(workbook, sheet, column.kind) for column in columns]
        with reading():
            found = _rows().values_list(*(column.value() for column in columns)).iterator(chunk_size=BATCH)
            for number, row in enumerate(found, 1):
                for place, value in enumerate(row):
                    if value is not None:
                        writers[place](number, place, value)
        workbook.close()

    took = timed(make)
    path.unlink()
    return took


def _writer(workbook: Any, sheet: Any, kind: Kind) -> Callable[[int, int, Any], object]:
    """What writes a cell of that kind, with the least that is done for each."""
    match kind:
        case Kind.WHOLE | Kind.DECIMAL:
            return cast(Callable[[int, int, Any], object], sheet.write_number)
        case Kind.FLAG:
            return cast(Callable[[int, int, Any], object], sheet.write_boolean)
        case Kind.DAY | Kind.INSTANT:
            form = workbook.add_format({"num_format": "yyyy-mm-dd" if kind is Kind.DAY else "yyyy-mm-dd hh:mm:ss"})
            return lambda row, place, value: sheet.write_datetime(row, place, value, form)
        case Kind.TEXTS:
            return lambda row, place, value: sheet.write_string(row, place, "; ".join(value))
    return cast(Callable[[int, int, Any], object], sheet.write_string)
