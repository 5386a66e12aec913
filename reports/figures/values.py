"""What a computed figure looks like, and how values are written so that bytes agree."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Amount = int | Decimal


@dataclass(frozen=True)
class Coverage:
    """How many initiatives the figure rests on, of how many it should."""

    counted: int
    of: int

    @property
    def whole(self) -> bool:
        return self.counted == self.of


@dataclass(frozen=True)
class Result:
    """A figure for one scope. `cells` has a value for each bucket (one bucket `""` where it is not split); None is
    unknown. `total` adds the known cells; it is None when none is known, and where adding them would mean nothing
    (`adds` is False: planned and spent dollars make no sum). `coverage` is None for a figure that is not made of
    initiatives."""

    cells: dict[str, Amount | None]
    coverage: Coverage | None
    adds: bool = True

    @property
    def total(self) -> Amount | None:
        return known_sum(self.cells.values()) if self.adds else None

    def share(self, bucket: str) -> float:
        """The bucket's part of the total, 0 to 1; 0 where there is nothing to share."""
        total = self.total
        value = self.cells.get(bucket)
        return float(value / total) if total and value else 0.0

    def payload(self) -> dict[str, Any]:
        """Plain values for JSON: whole numbers as numbers, dollars as strings with two decimals."""
        covered = self.coverage
        return {
            "cells": {bucket: plain(value) for bucket, value in self.cells.items()},
            "total": plain(self.total),
            "coverage": None if covered is None else {"counted": covered.counted, "of": covered.of},
        }


# By the key of the figure, and by the code of the scope.
Results = dict[str, dict[str, Result]]


def known_sum(values: Iterable[Amount | None]) -> Amount | None:
    """The sum of what is known; None when nothing is."""
    known = [value for value in values if value is not None]
    return sum(known[1:], known[0]) if known else None


def plain(value: Amount | None) -> int | str | None:
    """42, "5300000.00" or None."""
    return f"{value:.2f}" if isinstance(value, Decimal) else value
