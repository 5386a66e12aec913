"""Two people change the same row at once: what each changed is kept, and what both changed differently is told.

Pure: no database, no clock, no request.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Merged:
    """`values` are those to store: of each field the latest that somebody meant. `conflicts` are the fields, in the
    order in which the person sent them, that changed on both sides and differently; `values` has there what is stored.
    """

    values: dict[str, Any]
    conflicts: tuple[str, ...]


def merge(*, base: Mapping[str, Any], now: Mapping[str, Any], wanted: Mapping[str, Any]) -> Merged:
    """What becomes of a row that the person saw as `base`, that is `now` stored, and that the person `wanted` so.

    Fields that `wanted` leaves out keep what is stored. Raises KeyError for a wanted field that is not in both others.
    """
    values = dict(now)
    conflicts = []
    for name, mine in wanted.items():
        before, stored = base[name], now[name]
        if alike(mine, before) or alike(mine, stored):
            continue
        if alike(stored, before):
            values[name] = mine
        else:
            conflicts.append(name)
    return Merged(values, tuple(conflicts))


def alike(one: Any, other: Any) -> bool:
    """Whether two values say the same. A browser sends line breaks back as CRLF, and a form takes off the space around
    a text: neither is a change that anybody made."""
    return bool(_plain(one) == _plain(other))


def _plain(value: Any) -> Any:
    return value.replace("\r\n", "\n").replace("\r", "\n").strip() if isinstance(value, str) else value
