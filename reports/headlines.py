"""Headline colours as pages show them: by the rule, with its sentence and version, and beside it what was reported."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from pillars.models import Plan, ReportingWeek
from reports.models import HeadlineOverride
from reports.panels import Board
from reports.rules import headline
from tracker.models import Revision

PLAN = None  # the key of the plan as a whole, beside the numbers of its pillars


@dataclass(frozen=True)
class Reported:
    """A colour that a person answers for, and why."""

    colour: str
    reason_en: str
    reason_fr: str
    set_by: str
    set_at: datetime


@dataclass(frozen=True)
class ShownHeadline:
    """The colour by the rule of that version, the sentence of the rule that gave it, and the reported one, if any."""

    colour: str
    sentence: str | Promise
    version: int
    reported: Reported | None

    @property
    def sentences(self) -> Iterable[str | Promise]:
        """The rule, whole."""
        return headline.RULES[self.version].sentences.values()


def sealed_headline(sealed: Mapping[str, Any] | None) -> ShownHeadline | None:
    """The headline of a payload's part; None in payloads older than headlines."""
    if sealed is None:
        return None
    override = sealed["override"]
    reported = override and Reported(
        override["colour"], override["reason_en"], override["reason_fr"], override["set_by"],
        datetime.fromisoformat(override["set_at"]),
    )  # fmt: skip
    sentence = headline.RULES[sealed["rule"]].sentences[sealed["because"]]
    return ShownHeadline(sealed["colour"], sentence, sealed["rule"], reported or None)


def headlines(
    plan: Plan, week: ReportingWeek | None, figures: Board, scopes: Mapping[int | None, str]
) -> dict[int | None, ShownHeadline]:
    """Headlines by the figures of a board, with what was reported for the week; for each key of `scopes` (numbers of
    pillars, None for the plan) by the scope it names. Two queries."""
    reported = _reported(plan, week) if week else {}
    found = {}
    for number, scope in scopes.items():
        health, dollars = (figures.panel(key, scope).result.cells for key in ("health", "health_dollars"))
        ruled = headline.headline(health, dollars)
        sentence = headline.RULES[headline.NEWEST].sentences[ruled.because]
        found[number] = ShownHeadline(ruled.colour, sentence, headline.NEWEST, reported.get(number))
    return found


def _reported(plan: Plan, week: ReportingWeek) -> dict[int | None, Reported]:
    rows = list(HeadlineOverride.objects.in_force().filter(plan=plan, week=week).select_related("pillar"))
    names = dict(Revision.objects.filter(number__in=[row.revision for row in rows]).values_list("number", "actor_name"))
    return {
        row.pillar.number if row.pillar else PLAN: Reported(
            row.colour, row.reason_en, row.reason_fr, names[row.revision], row.set_at
        )
        for row in rows
        if row.colour
    }
