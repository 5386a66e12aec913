"""A brief from a payload: pure, in the active language, and of nothing but what was sealed."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from initiatives.choices import Stage
from pillars.rules import fiscal_year
from reports.brief import funds, reading, sections
from reports.brief.changes import changes
from reports.brief.data import dictionary, every_figure
from reports.brief.document import Brief, HeadlineColour, Reported, Seal, Tile
from reports.brief.reading import Payload
from reports.choices import Headline
from reports.rules import headline
from tracker import formats

# Signs that no XML can hold, and so no Word document: a form takes them from what is pasted into it.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def brief_of(payload: dict[str, Any], *, sha256: str, address: str) -> Brief:
    """The document. `sha256` is of the payload's bytes, `address` the public one of the rollup's page."""
    payload = _printable(payload)
    parts = (
        sections.health(payload, payload, "plan"),
        sections.pillars(payload),
        changes(payload),
        sections.attention(payload),
        sections.milestones(payload),
        sections.reporting(payload),
        funds.money(payload),
        funds.announced(payload),
        funds.indicators(payload),
    )
    data = (sections.initiatives(payload), every_figure(payload))
    return Brief(
        language=(get_language() or "en")[:2],
        plan_code=payload["plan"]["code"],
        title=reading.titled(payload["plan"]),
        simulated=payload["plan"]["simulated"],
        seal=_seal(payload, sha256),
        address=address,
        headline=headline_of(payload.get("headline")),
        tiles=tuple(_tiles(payload)),
        sections=parts,
        data=data,
        dictionary=dictionary(payload, (*parts, *data)),
    )


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return _UNPRINTABLE.sub(" ", value)
    if isinstance(value, list):
        return [_printable(one) for one in value]
    if isinstance(value, dict):
        return {name: _printable(one) for name, one in value.items()}
    return value


def _seal(payload: Payload, sha256: str) -> Seal:
    week, previous = payload["week"], payload["previous"]
    return Seal(
        code=payload["rollup"],
        edition=payload["edition"],
        week=week["code"],
        starts_on=date.fromisoformat(week["starts_on"]),
        ends_on=date.fromisoformat(week["ends_on"]),
        as_of=payload["as_of"],
        sha256=sha256,
        previous=previous["rollup"] if previous else "",
    )


def headline_of(sealed: dict[str, Any] | None) -> HeadlineColour | None:
    """The headline of the plan or of a pillar; None in payloads older than headlines."""
    if sealed is None:
        return None
    override = sealed["override"]
    reported = override and Reported(
        override["colour"],
        str(Headline(override["colour"]).label),
        override["set_by"],
        reading.texted(override, "reason"),
    )
    return HeadlineColour(
        state=sealed["colour"],
        label=str(Headline(sealed["colour"]).label),
        sentence=str(headline.RULES[sealed["rule"]].sentences[sealed["because"]]),
        rule=sealed["rule"],
        reported=reported or None,
    )


def _tiles(payload: Payload) -> Iterable[Tile]:
    """What an executive asks first: who reported, what is late, what comes, what is spent."""
    owed = reading.coverage(payload, "health")
    if owed:
        said = {"counted": formats.number(owed[0]), "of": formats.number(owed[1])}
        yield Tile(_("%(counted)s of %(of)s") % said, _("initiatives in progress reported"))
    met, of = (reading.total(payload, payload, key) for key in ("milestones_met", "milestones"))
    late, coming = (reading.total(payload, payload, key) for key in ("milestones_late", "milestones_next"))
    if met is not None and of is not None:
        yield Tile(
            _("%(counted)s of %(of)s") % {"counted": formats.number(met), "of": formats.number(of)},
            _("milestones met"),
        )
    if late is not None:
        yield Tile(formats.number(late), ngettext("milestone late", "milestones late", int(late)))
    if coming is not None:
        yield Tile(formats.number(coming), _("expected in the next four weeks"))
    yield from _spent(payload)


def _spent(payload: Payload) -> Iterable[Tile]:
    year = fiscal_year(date.fromisoformat(payload["on"]))
    entries = reading.cells(payload, payload, "money")
    spent, authority = (entries.get(f"{year}/{stage}") for stage in (Stage.EXPENDITURE, Stage.AUTHORITY))
    if spent is None:
        return
    label = _("spent in %(year)s") % {"year": formats.fiscal_year(year)}
    note = _("of an authority of %(dollars)s") % {"dollars": formats.money(authority)} if authority else ""
    yield Tile(formats.money(spent), label, note)
