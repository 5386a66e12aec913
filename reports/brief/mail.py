"""The brief as the weekly mail: what the plan, or the pillars of the one who is written to, say this week."""

from collections.abc import Collection, Iterator
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from initiatives.choices import HealthBucket
from reports.brief import funds, reading, sections
from reports.brief.charts import HEIGHT, WIDTH, picture, words
from reports.brief.document import Kind, Section
from reports.brief.making import headline_of
from reports.brief.reading import Payload
from reports.brief.shown import text_of
from tracker.charts import Distribution
from tracker.letters import LISTED, Line, Part, Picture, Table, more

# Columns of the reader's tables: mail is read on telephones.
_OF_PILLARS = ("pillar", "headline", "green", "amber", "red", "no_update", "milestones_late")
_OF_MILESTONES = ("initiative", "milestones_late", "milestones_next")
_OF_MONEY = ("fiscal_year", "authority", "spent", "year_end_forecast", "projected_lapse")


def parts_of(payload: Payload, pillars: Collection[int], hidden: Collection[str], url: str) -> tuple[Part, ...]:
    """The parts of the letter: of the plan as a whole, or of some `pillars` only. Of `hidden` initiatives no more than
    the code is said: mail is read by others on its way. `url` is where all of it is."""
    scopes = [pillar for pillar in payload["pillars"] if pillar["number"] in pillars] if pillars else [payload]
    of_plan = () if pillars else (sections.pillars(payload), funds.money(payload))
    kept = (_OF_PILLARS, _OF_MONEY)
    return (
        *(_standing(payload, scope) for scope in scopes),
        *_changed(payload, pillars, hidden),
        *_milestones(payload, pillars, hidden, url),
        *(_tabled(section, columns, url) for section, columns in zip(of_plan, kept, strict=False)),
    )


def _standing(payload: Payload, part: Payload) -> Part:
    """Health as a distribution with its coverage, and the headline colour where there is one."""
    scope = str(part.get("number", "plan"))
    section = sections.health(payload, part, scope)
    spread = [
        reading.named(HealthBucket(bucket).label, value)
        for bucket, value in reading.cells(payload, part, "health").items()
        if value
    ]
    lines = [Line(" · ".join(spread))] if spread else []
    drawn = next((_picture(chart, scope) for chart in section.charts), None)
    return Part(_title(part), (*_headline(part), *lines, *map(Line, section.notes)), picture=drawn)


def _title(part: Payload) -> str:
    if "number" in part:
        return _("Pillar %(number)s: %(title)s") % {"number": part["number"], "title": reading.titled(part)}
    return reading.titled(part["plan"])


def _headline(part: Payload) -> Iterator[Line]:
    found = headline_of(part.get("headline"))
    if found is None:
        return
    yield Line(_("Headline by rule %(rule)s: %(colour)s") % {"rule": found.rule, "colour": found.label})
    if found.reported:
        said = {"name": found.reported.by, "colour": found.reported.label}
        yield Line(_("Reported otherwise by %(name)s: %(colour)s") % said)


def _picture(chart: Distribution, scope: str) -> Picture:
    return Picture(f"health-{scope}", picture(chart), words(chart), WIDTH, HEIGHT)


def _changed(payload: Payload, pillars: Collection[int], hidden: Collection[str]) -> Iterator[Part]:
    """Initiatives whose health is not that of the week before."""
    changes = payload.get("changes")
    if not changes:
        return
    within = _within(payload, pillars)
    rows = [row for row in changes["initiatives"] if row["code"] in within and "health" in row]
    lines = [*(_became(row, hidden) for row in rows[:LISTED]), *more(len(rows) - LISTED)]
    title = _("Health that changed since %(rollup)s") % {"rollup": changes["since"]}
    yield Part(title, tuple(lines) or (Line(_("no change")),))


def _within(payload: Payload, pillars: Collection[int]) -> set[str]:
    return {row["code"] for row in payload["initiatives"] if not pillars or row["pillar"] in pillars}


def _became(row: dict[str, Any], hidden: Collection[str]) -> Line:
    if row["code"] in hidden:
        return Line(_protected(row["code"]))
    before, after = (HealthBucket(bucket or HealthBucket.NO_UPDATE).label for bucket in row["health"])
    return Line(f"{row['code']} {reading.titled(row)}{_(':')} {before} → {after}")


def _protected(code: str) -> str:
    return _("%(code)s (protected: read it in the tracker)") % {"code": code}


def _milestones(payload: Payload, pillars: Collection[int], hidden: Collection[str], url: str) -> Iterator[Part]:
    """Late and soon due milestones of what the reader has a role on; none of protected initiatives but that there is
    one."""
    section, within = sections.milestones(payload), _within(payload, pillars)
    found = section.table
    at = [[column.key for column in found.columns].index(key) for key in _OF_MILESTONES]
    rows = [row for row in found.rows if row[0] in within]
    if not rows:
        return
    yield Part(
        section.title,
        more(len(rows) - LISTED, url),
        table=Table(
            tuple(found.columns[one].label for one in at),
            tuple(
                (_protected(str(row[0])), "", "")
                if row[0] in hidden
                else (f"{row[0]} {row[at[0]]}", *(text_of(found.columns[one], row[one]) for one in at[1:]))
                for row in rows[:LISTED]
            ),
            numbers=tuple(found.columns[one].kind.numeric for one in at),
        ),
    )


def _tabled(section: Section, keys: Collection[str], url: str) -> Part:
    """A section as a table of few columns."""
    found = section.table
    at = [number for number, column in enumerate(found.columns) if column.key in keys]
    columns = [found.columns[one] for one in at]
    rows = tuple(
        tuple(_text(found.columns[one].kind, text_of(found.columns[one], row[one])) for one in at) for row in found.rows
    )
    if not rows:
        return Part(section.title, (Line(section.empty),))
    return Part(
        section.title,
        more(len(rows) - LISTED, url),
        table=Table(
            tuple(column.label for column in columns),
            rows[:LISTED],
            numbers=tuple(column.kind.numeric for column in columns),
        ),
    )


def _text(kind: Kind, text: str) -> str:
    return capfirst(text) if kind is Kind.STATE else text
