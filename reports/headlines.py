"""Headline colours as pages show them: by the rule, with its sentence and version, and beside it what was reported."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
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
    """The colour by the rule of that version, the sentence of the rule that gave it, and the reported one, if any;
    `url` explains it."""

    colour: str
    sentence: str | Promise
    version: int
    reported: Reported | None
    url: str

    @property
    def sentences(self) -> Iterable[str | Promise]:
        """The rule, whole."""
        return headline.RULES[self.version].sentences.values()


def headline_url(scope: str, *, on: date, version: int = headline.NEWEST, as_of: str = "") -> str:
    """Address of the explanation of a headline colour. It names the version of the rule, as `explain_url` does."""
    query = {"scope": scope, "on": on.isoformat(), "version": str(version), "as_of": as_of}
    return f"{reverse('explain-headline')}?{urlencode({name: value for name, value in query.items() if value})}"


def sealed_headline(sealed: Mapping[str, Any] | None, scope: str, *, on: date, as_of: str) -> ShownHeadline | None:
    """The headline of a payload's part, explained as of the rollup's revision; None in payloads older than
    headlines."""
    if sealed is None:
        return None
    override = sealed["override"]
    reported = override and Reported(
        override["colour"], override["reason_en"], override["reason_fr"], override["set_by"],
        datetime.fromisoformat(override["set_at"]),
    )  # fmt: skip
    sentence = headline.RULES[sealed["rule"]].sentences[sealed["because"]]
    url = headline_url(scope, on=on, version=sealed["rule"], as_of=as_of)
    return ShownHeadline(sealed["colour"], sentence, sealed["rule"], reported or None, url)


def headlines(
    plan: Plan,
    week: ReportingWeek | None,
    figures: Board,
    scopes: Mapping[int | None, str],
    *,
    version: int = headline.NEWEST,
) -> dict[int | None, ShownHeadline]:
    """Headlines by the figures of a board, with what was reported for the week; for each key of `scopes` (numbers of
    pillars, None for the plan) by the scope it names. Two queries. Raises KeyError for a version of the rule that does
    not exist."""
    reported = _reported(plan, week) if week else {}
    found = {}
    for number, scope in scopes.items():
        health, dollars = (figures.panel(key, scope).result.cells for key in ("health", "health_dollars"))
        ruled = headline.headline(health, dollars, version=version)
        sentence = headline.RULES[version].sentences[ruled.because]
        url = headline_url(scope, on=figures.on, version=version)
        found[number] = ShownHeadline(ruled.colour, sentence, version, reported.get(number), url)
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
