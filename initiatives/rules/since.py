"""What became of milestones between two states of what is known: a pure comparison."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True)
class Dated:
    """A milestone's days: expected, met, cancelled."""

    expected_on: date | None = None
    actual_on: date | None = None
    cancelled_on: date | None = None


class What(StrEnum):
    """What became of a milestone."""

    ADDED = "added"
    MET = "met"
    CORRECTED = "corrected"
    CANCELLED = "cancelled"
    REOPENED = "reopened"
    MOVED = "moved"


@dataclass(frozen=True)
class Change:
    """What, and the day that holds now; `days` is how far a move goes, negative when earlier."""

    what: What
    on: date | None = None
    days: int | None = None


def changed(before: Mapping[str, Dated], now: Mapping[str, Dated]) -> Iterator[tuple[str, Change]]:
    """One change for each milestone that has any, in the order of `now`; the most telling one."""
    for code, dated in now.items():
        found = _change(before.get(code), dated)
        if found is not None:
            yield code, found


def _change(then: Dated | None, now: Dated) -> Change | None:
    if then is None:
        return Change(What.MET, now.actual_on) if now.actual_on else Change(What.ADDED, now.expected_on)
    if now.actual_on != then.actual_on:
        if now.actual_on is None:
            return Change(What.REOPENED, now.expected_on)
        return Change(What.MET if then.actual_on is None else What.CORRECTED, now.actual_on)
    if now.cancelled_on != then.cancelled_on:
        return Change(What.CANCELLED, now.cancelled_on) if now.cancelled_on else Change(What.REOPENED, now.expected_on)
    if now.expected_on != then.expected_on:
        known = now.expected_on is not None and then.expected_on is not None
        return Change(What.MOVED, now.expected_on, (now.expected_on - then.expected_on).days if known else None)  # type: ignore[operator]  # known: neither is None
    return None
