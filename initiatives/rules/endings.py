"""How a milestone ends: met on a day, or cancelled with a reason. No database, no clock."""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Ending:
    """What has become of a milestone; all empty while it is open."""

    actual_on: date | None
    cancelled_on: date | None
    cancelled_reason: str

    @property
    def twice(self) -> bool:
        """Met and cancelled, which cannot be."""
        return self.actual_on is not None and self.cancelled_on is not None


def ending_problems(new: Ending, *, old: Ending, reason: str, today: date) -> dict[str, Promise]:
    """What keeps a milestone from ending so instead, by field; empty when nothing does. What did not change is not
    judged again; an ending is taken back, and the day on which it was met corrected, only with a reason."""
    problems: dict[str, Promise] = {}
    if new == old:
        return problems
    if new.actual_on != old.actual_on and new.actual_on is not None and new.actual_on > today:
        problems["actual_on"] = _("A milestone is not met in the future.")
    if new.cancelled_on != old.cancelled_on and new.cancelled_on is not None and new.cancelled_on > today:
        problems["cancelled_on"] = _("A milestone is not cancelled in the future.")
    if new.cancelled_on is not None and not new.cancelled_reason.strip():
        problems["cancelled_reason"] = _("Say why it is cancelled.")
    if new.cancelled_on is None and new.cancelled_reason.strip():
        problems["cancelled_reason"] = _("Only a cancelled milestone has a reason for it.")
    if not reason.strip() and (
        _taken_back(old.actual_on, new.actual_on) or _taken_back(old.cancelled_on, new.cancelled_on)
    ):
        problems["reason"] = _("Say what the mistake was.")
    elif not reason.strip() and None not in (old.actual_on, new.actual_on) and old.actual_on != new.actual_on:
        problems["reason"] = _("Another day is recorded already. Say why it is corrected.")
    return problems


def _taken_back(old: date | None, new: date | None) -> bool:
    return old is not None and new is None
