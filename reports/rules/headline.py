"""The headline colour of a plan or pillar: a written rule, worst first, with its version.

Colours are not averaged. A rule reads the two distributions of health, by number and by dollars, and the first of its
sentences that holds gives the colour. A rule is never changed: another one gets the next version, and the old one stays
computable, for sealed rollups name the version that they were made by.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.choices import Headline

Counts = Mapping[str, int | Decimal | None]
# The buckets whose initiatives owe an update: of these the rule takes shares.
OWED = ("green", "amber", "red", "no_update")


@dataclass(frozen=True)
class Ruling:
    """The colour, and the sentence of the rule that gave it (its key in `Rule.sentences`)."""

    colour: Headline
    because: str


@dataclass(frozen=True)
class Rule:
    """One version of the rule; its sentences in the order in which they are asked, worst first."""

    version: int
    sentences: Mapping[str, Promise]
    decide: Callable[[Counts, Counts], Ruling]


# Shares below which a rule does not speak; written as fractions so that the limit itself is exact.
RED_SHARE = Fraction(1, 10)
REPORTED_SHARE = Fraction(4, 5)


def _worst_of(number: Counts, dollars: Counts) -> Ruling:
    owed = sum(_count(number, bucket) for bucket in OWED)
    if not owed:
        return Ruling(Headline.NONE, "none")
    if _count(number, "red") and (_share(number, "red") >= RED_SHARE or _share(dollars, "red") >= RED_SHARE):
        return Ruling(Headline.RED, "red")
    if min(_reported(number), _reported(dollars)) < REPORTED_SHARE:
        return Ruling(Headline.UNKNOWN, "unknown")
    if _count(number, "red") or _count(number, "amber"):
        return Ruling(Headline.AMBER, "amber")
    return Ruling(Headline.GREEN, "green")


def _reported(cells: Counts) -> Fraction:
    """The part of what is owed that is rated; the whole where nothing is known."""
    return 1 - _share(cells, "no_update")


def _count(cells: Counts, bucket: str) -> int:
    return int(cells.get(bucket) or 0)


def _share(cells: Counts, bucket: str) -> Fraction:
    """The bucket's part of all that owes an update; none where nothing is known."""
    whole = sum((Fraction(cells.get(one) or 0) for one in OWED), Fraction(0))
    return Fraction(cells.get(bucket) or 0) / whole if whole > 0 else Fraction(0)


RULES: dict[int, Rule] = {
    1: Rule(
        version=1,
        sentences={
            "none": _("No colour: no initiative is in progress."),
            "red": _("Off track: one in ten or more of the initiatives in progress is, by number or by dollars."),
            "unknown": _("Not known: fewer than four in five of those in progress reported, by number or by dollars."),
            "amber": _("At risk: some initiative is at risk or off track."),
            "green": _("On track: all that reported are, and at least four in five did, by number and by dollars."),
        },
        decide=_worst_of,
    )
}  # fmt: skip
NEWEST = max(RULES)


def headline(number: Counts, dollars: Counts, *, version: int = NEWEST) -> Ruling:
    """The colour by that version of the rule. `number` and `dollars` are cells of the figures `health` and
    `health_dollars`. Raises KeyError for a version that does not exist."""
    return RULES[version].decide(number, dollars)
