"""Datasets that leave the tracker as files."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from django.http import FileResponse

from tracker.filters import StrictFilterSet
from tracker.serializers import RowSerializer
from tracker.tabular import CHUNK, Column

ALWAYS = "id,simulated"
_CODE = re.compile(r"[A-Z][A-Z0-9-]{0,15}")


@dataclass(frozen=True, kw_only=True)
class Export:
    """A dataset: the same columns and the same filters as its list."""

    name: str
    row: type[RowSerializer]
    filters: type[StrictFilterSet]

    def columns(self, names: str) -> Sequence[Column]:
        """The columns that are asked for; which row it is, and whether it is simulated, always stand beside them."""
        return self.row.chosen(f"{ALWAYS},{names}" if names else "")

    def file_name(self, *, plan: str, revision: int) -> str:
        """`BP-ledger-entries-r57.csv`; without the plan when none was asked for."""
        parts = [plan] if _CODE.fullmatch(plan) else []
        return "-".join([*parts, self.name, f"r{revision}"]) + ".csv"


class CsvResponse(FileResponse):
    """A whole file of known length: a transfer that breaks off cannot look complete."""

    block_size = CHUNK

    def __init__(self, file: IO[bytes], *, filename: str) -> None:
        super().__init__(
            file, as_attachment=True, filename=filename, content_type="text/csv; charset=utf-8; header=present"
        )
