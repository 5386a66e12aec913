"""Whether a week's update may say "reviewed, no change": a pure decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

IN_A_ROW = 2  # weeks that may pass without a sentence of their own; the next one writes it


class Refusal(StrEnum):
    """Why it may not."""

    NO_UPDATE_YET = "no_update_to_affirm"
    CHANGED = "something_changed"
    RETURNED = "returned"
    FACTS_DISAGREE = "facts_disagree"
    NEEDS_A_SENTENCE = "needs_a_sentence"

    @property
    def words(self) -> Promise:
        """The reason for people."""
        return _WHY[self]


_WHY: dict[Refusal, Promise] = {
    Refusal.NO_UPDATE_YET: _("There is no approved update yet that could stand unchanged."),
    Refusal.CHANGED: _("What you wrote differs from the last approved update, so something did change."),
    Refusal.RETURNED: _("The reviewer asked for something. Answer that in the update."),
    Refusal.FACTS_DISAGREE: _("Facts speak against the last rating by now. Write the update, and say why it stands."),
    Refusal.NEEDS_A_SENTENCE: _(
        "Two weeks in a row said “no change” already. Write one sentence on where it stands today."
    ),
}


@dataclass(frozen=True)
class Told:
    """An update of an earlier week that was submitted: whether it said "no change", and its headlines."""

    no_change: bool
    headlines: tuple[str, str]


def repeated(earlier: Sequence[Told]) -> int:
    """How many of the last weeks' updates (newest first) said "no change" without a sentence of their own, in a row.
    Each is held against the one before it; the oldest given only serves for that."""
    count = 0
    for told, before in pairwise(earlier):
        if not told.no_change or told.headlines != before.headlines:
            break
        count += 1
    return count


def no_change_refusal(
    *, affirms: bool, differs: bool = False, returned: bool = False, disputed: bool, repeats: int, sentence: bool
) -> Refusal | None:
    """Why it may not be said, the gravest reason first; None where it may.

    `affirms`: there is an approved update to affirm; `differs`: ratings or texts beside the headline are not its;
    `disputed`: facts speak against its ratings; `repeats` as `repeated` counts; `sentence`: it has one of its own.
    """
    if not affirms:
        return Refusal.NO_UPDATE_YET
    if returned:
        return Refusal.RETURNED
    if differs:
        return Refusal.CHANGED
    if disputed:
        return Refusal.FACTS_DISAGREE
    return Refusal.NEEDS_A_SENTENCE if repeats >= IN_A_ROW and not sentence else None
