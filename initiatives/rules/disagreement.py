"""Where facts speak against a rating: pure decisions, versioned, and printed under every explanation.

Only a green rating can be contradicted: it is a claim that delivery looks highly likely. A rating of amber or red may
rest on what no fact says yet, so it never disagrees with any.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from initiatives.choices import Dimension, Health
from initiatives.rules.money import StageTotals, burn
from tracker import formats

VERSION = 1
# A month: what a weekly rhythm cannot catch up by itself, and what a pillar lead would want to hear of.
SLIP_LIMIT = 30  # days of the forecast after the latest baseline
# Invoices trail the work by a quarter and come in lumps, so that less than this tells nothing.
BURN_GAP = Decimal("0.30")  # share of the authority spent, against the share of the fiscal year that is over
# In the first months the share that is over is so small that any invoice looks far off.
BURN_SINCE = Decimal("0.25")  # share of the fiscal year
# What organizations may carry forward by themselves; less is no sign of trouble.
LAPSE_LIMIT = Decimal("0.05")  # share of the authority, of what somebody forecasts to be lost


class Dispute(StrEnum):
    """What facts say against a rating; stored with the update as it was when it was submitted."""

    LATE = "late_milestones"
    FORECAST_PASSED = "forecast_passed"
    SLIP = "slip"
    OVERSPENT = "overspent"
    BURN = "burn"
    LAPSE = "lapse"
    CANCELLED = "milestones_cancelled"
    TARGET = "target_missed"

    @property
    def dimension(self) -> Dimension:
        """The rating that it speaks against."""
        return _OF[self]

    @property
    def words(self) -> Promise:
        """In general, as for an update that was submitted long ago."""
        return _WORDS[self]


_OF = {
    Dispute.LATE: Dimension.SCHEDULE,
    Dispute.FORECAST_PASSED: Dimension.SCHEDULE,
    Dispute.SLIP: Dimension.SCHEDULE,
    Dispute.OVERSPENT: Dimension.COST,
    Dispute.BURN: Dimension.COST,
    Dispute.LAPSE: Dimension.COST,
    Dispute.CANCELLED: Dimension.SCOPE,
    Dispute.TARGET: Dimension.SCOPE,
}
_WORDS: dict[Dispute, Promise] = {
    Dispute.LATE: _("milestones are late against their baseline"),
    Dispute.FORECAST_PASSED: _("the forecast of a milestone has passed"),
    Dispute.SLIP: _("a forecast lies far after its baseline"),
    Dispute.OVERSPENT: _("more is spent than granted"),
    Dispute.BURN: _("spending is far from the time that has passed"),
    Dispute.LAPSE: _("authority is forecast to lapse"),
    Dispute.CANCELLED: _("milestones were cancelled since the last approved update"),
    Dispute.TARGET: _("an indicator misses its target"),
}


@dataclass(frozen=True, kw_only=True)
class RatedFacts:
    """What is known of an initiative on a day, as far as a rating may disagree with it. Milestones and indicators by
    their codes; dollars are of the fiscal year that holds the day, None where nothing is recorded. `elapsed` is the
    share of that year that is over; `lapse` is what somebody forecasts to be lost."""

    late: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    slips: Mapping[str, int] = field(default_factory=dict)  # days of the forecast after the latest baseline
    cancelled: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    authority: Decimal | None = None
    expenditure: Decimal | None = None
    overspent: Decimal | None = None
    lapse: Decimal | None = None
    elapsed: Decimal = Decimal(0)

    @property
    def spent(self) -> Decimal | None:
        """The share of the authority that is spent. Spending that nobody recorded is unknown, which is no zero."""
        return burn(StageTotals(authority=self.authority, expenditure=self.expenditure))


@dataclass(frozen=True)
class Disagreement:
    """One fact against one rating, in words of the thing and of the active language."""

    code: Dispute
    sentence: str

    @property
    def dimension(self) -> Dimension:
        """The rating that it speaks against."""
        return self.code.dimension


def disagreements(facts: RatedFacts, ratings: Mapping[Dimension, str]) -> list[Disagreement]:
    """What facts say against the green ones of these ratings, in a fixed order; empty when nothing does."""
    green = {dimension for dimension, rating in ratings.items() if rating == Health.GREEN}
    return [found for found in possible(facts) if found.dimension in green]


def possible(facts: RatedFacts) -> list[Disagreement]:
    """What facts would say against ratings that were all green."""
    found = [*_schedule(facts), *_cost(facts), *_scope(facts)]
    return [Disagreement(code, sentence) for code, sentence in found]


def codes(found: Iterable[Disagreement]) -> list[str]:
    """As they are stored."""
    return [one.code.value for one in found]


def _schedule(facts: RatedFacts) -> Iterable[tuple[Dispute, str]]:
    if facts.late:
        many = ngettext("%(n)s milestone is late: %(codes)s.", "%(n)s milestones are late: %(codes)s.", len(facts.late))
        yield Dispute.LATE, many % _named(facts.late)
    if facts.passed:
        many = ngettext(
            "The forecast of %(n)s milestone has passed: %(codes)s.",
            "The forecasts of %(n)s milestones have passed: %(codes)s.",
            len(facts.passed),
        )
        yield Dispute.FORECAST_PASSED, many % _named(facts.passed)
    far = {code: days for code, days in facts.slips.items() if days > SLIP_LIMIT}
    if far:
        worst = max(far, key=lambda code: far[code])
        said = gettext("%(code)s is expected %(days)s days after its baseline.")
        yield Dispute.SLIP, said % {"code": worst, "days": formats.number(far[worst])}


def _cost(facts: RatedFacts) -> Iterable[tuple[Dispute, str]]:
    if facts.overspent:
        said = gettext("%(dollars)s more is spent than granted.")
        yield Dispute.OVERSPENT, said % {"dollars": formats.money(facts.overspent)}
    spent = facts.spent
    if spent is not None and facts.elapsed >= BURN_SINCE and abs(spent - facts.elapsed) > BURN_GAP:
        said = gettext("%(spent)s of the authority is spent, and %(elapsed)s of the fiscal year is over.")
        yield Dispute.BURN, said % {"spent": formats.percent(spent), "elapsed": formats.percent(facts.elapsed)}
    if facts.lapse and facts.lapse > LAPSE_LIMIT * (facts.authority or 0):
        said = gettext("%(dollars)s of authority is forecast to lapse.")
        yield Dispute.LAPSE, said % {"dollars": formats.money(facts.lapse)}


def _scope(facts: RatedFacts) -> Iterable[tuple[Dispute, str]]:
    if facts.cancelled:
        many = ngettext(
            "%(n)s milestone was cancelled since the last approved update: %(codes)s.",
            "%(n)s milestones were cancelled since the last approved update: %(codes)s.",
            len(facts.cancelled),
        )
        yield Dispute.CANCELLED, many % _named(facts.cancelled)
    if facts.missed:
        many = ngettext(
            "%(n)s indicator misses its target: %(codes)s.",
            "%(n)s indicators miss their targets: %(codes)s.",
            len(facts.missed),
        )
        yield Dispute.TARGET, many % _named(facts.missed)


def _named(codes: tuple[str, ...]) -> dict[str, object]:
    return {"n": len(codes), "codes": ", ".join(codes)}
