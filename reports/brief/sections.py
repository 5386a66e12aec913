"""The sections about the plan, its pillars and its initiatives: each a pure function of the payload."""

from collections.abc import Iterable
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from initiatives.choices import HealthBucket, Timeliness
from reports.brief import columns, reading
from reports.brief.charts import health_chart
from reports.brief.document import Column, Kind, Section, Table, Value
from reports.brief.reading import Payload
from reports.brief.shown import REASON, cut
from reports.choices import Headline
from tracker import formats

# Worst first: what an executive has to see is not to be searched for.
_WORST = (HealthBucket.RED, HealthBucket.NO_UPDATE, HealthBucket.AMBER)
_NOT_IN_TIME = (Timeliness.SILENT, Timeliness.STALE, Timeliness.MISSED, Timeliness.LATE)


def health(payload: Payload, part: Payload, scope: str) -> Section:
    """Health by number and by dollars, with how much of it is known."""
    numbers, dollars = (reading.cells(payload, part, key) for key in ("health", "health_dollars"))
    was = reading.before(payload, "health", scope)
    rows: list[tuple[Value, ...]] = [
        (bucket, count, dollars.get(bucket) if count else "", was.get(bucket, ""))
        for bucket, count in numbers.items()
        if count or bucket in was or bucket in (HealthBucket.GREEN, HealthBucket.AMBER, HealthBucket.RED)
    ]
    shown = (
        Column("state", _("State"), Kind.STATE, _("Each initiative stands in exactly one state.")),
        columns.count("initiatives", _("Initiatives"), _("Number of initiatives.")),
        columns.dollars("dollars", _("Dollars"), _("Their funding; empty where none of it is published.")),
        columns.count("before", _("Week before"), _("Number a week before; empty where it is the same.")),
    )
    charts = (
        health_chart(numbers, key=f"health-{scope}", title=_("By number of initiatives"), unit=_("Initiatives")),
        health_chart(
            dollars, key=f"dollars-{scope}", title=_("By dollars"), unit=_("Dollars"), shown=formats.money
        ),
    )  # fmt: skip
    return Section(
        "health",
        _("Health"),
        _("Health of initiatives"),
        Table(shown, tuple(rows)),
        notes=(*_covered(part), *_was(numbers, was)),
        charts=tuple(chart for chart in charts if chart.total),
        empty=_("There are no initiatives here."),
    )


def _covered(part: Payload) -> Iterable[str]:
    owed = reading.coverage(part, "health")
    if owed:
        counted, of = owed
        yield _("Reported: %(counted)s of %(of)s initiatives in progress") % {"counted": counted, "of": of}
    funded = reading.coverage(part, "health_dollars")
    if funded:
        counted, of = funded
        yield ngettext(
            "Funding is published for %(counted)s of %(of)s initiative.",
            "Funding is published for %(counted)s of %(of)s initiatives.",
            of,
        ) % {"counted": counted, "of": of}


def _was(numbers: reading.Cells, was: dict[str, Any]) -> Iterable[str]:
    """States that hold another number than the week before."""
    turned = [
        reading.turned(f"{HealthBucket(bucket).label} {formats.number(count or 0)}", formats.number(was[bucket] or 0))
        for bucket, count in numbers.items()
        if bucket in was
    ]
    if turned:
        yield _("Since the week before: %(changes)s") % {"changes": ", ".join(turned)}


def pillars(payload: Payload) -> Section:
    """One row a pillar: its colour, how its initiatives stand, its milestones."""
    states = [bucket for bucket in HealthBucket if bucket not in (HealthBucket.MET, HealthBucket.NOT_PURSUED)]
    rows = tuple(_pillar(payload, pillar, states) for pillar in payload["pillars"])
    shown = (
        Column("pillar", _("Pillar"), Kind.TEXT, _("Number and title of the pillar, as it was sealed.")),
        Column("headline", _("Headline colour"), Kind.STATE, _("By the rule; empty in rollups older than the rule.")),
        Column("reported", _("Reported colour"), Kind.STATE, _("Another colour, for which a person answers.")),
        *(
            columns.count(state.value, capfirst(str(state.label)), _("Number of initiatives in this state."))
            for state in states
        ),
        columns.milestones_met(),
        columns.milestones(),
        columns.milestones_late(),
    )
    return Section(
        "pillars",
        _("Pillars"),
        _("Pillars"),
        Table(shown, rows),
        notes=tuple(_reported(payload)),
        empty=_("There are no pillars."),
    )


def _reported(payload: Payload) -> Iterable[str]:
    """Of each pillar with another colour, who answers for it and why."""
    for pillar in payload["pillars"]:
        override = (pillar.get("headline") or {}).get("override")
        if override:
            colour, said = Headline(override["colour"]).label, cut(reading.texted(override, "reason"), REASON)
            yield f"{pillar['number']}. {_('Reported:')} {colour}, {override['set_by']}{_(':')} {said}"


def _pillar(payload: Payload, pillar: dict[str, Any], states: list[HealthBucket]) -> tuple[Value, ...]:
    numbers, colour = reading.cells(payload, pillar, "health"), pillar.get("headline")
    override = colour and colour["override"]
    return (
        f"{pillar['number']}. {reading.titled(pillar)}",
        colour["colour"] if colour else "",
        override["colour"] if override else "",
        *(numbers.get(state) or 0 for state in states),
        *(reading.total(payload, pillar, key) for key in ("milestones_met", "milestones", "milestones_late")),
    )


def attention(payload: Payload) -> Section:
    """Initiatives off track, silent or at risk, worst first and dearest first within."""
    found = [row for row in payload["initiatives"] if reading.bucket_of(row, "health") in _WORST]
    found.sort(key=lambda row: (_WORST.index(HealthBucket(reading.bucket_of(row, "health"))), -_weight(payload, row)))
    turned = _turns(payload, "health")
    rows = tuple(
        (
            row["code"], reading.titled(row), row["lead"], reading.bucket_of(row, "health"),
            turned.get(row["code"], ""), reading.total(payload, row, "milestones_late"),
            reading.total(payload, row, "health_dollars"),
        )
        for row in found
    )  # fmt: skip
    shown = (
        columns.code(), columns.initiative(), columns.lead(), columns.health(), columns.health_before(),
        columns.milestones_late(), columns.funding(),
    )  # fmt: skip
    return Section(
        "attention",
        _("Attention"),
        _("Off track, without an update, or at risk"),
        Table(shown, rows),
        empty=_("Every initiative in progress is on track."),
    )


def _weight(payload: Payload, row: Payload) -> int:
    return int(reading.total(payload, row, "health_dollars") or 0)


def _turns(payload: Payload, name: str) -> dict[str, str]:
    """What the initiatives that changed were the week before, by their code."""
    changes = payload.get("changes")
    rows = changes["initiatives"] if changes else ()
    return {row["code"]: row[name][0] or "" for row in rows if name in row}


def milestones(payload: Payload) -> Section:
    """Late and soon due milestones, by initiative: those with the most late ones first."""
    keys = ("milestones_late", "milestones_next", "milestones_met", "milestones")
    counted = [(row, [int(reading.total(payload, row, key) or 0) for key in keys]) for row in payload["initiatives"]]
    found = [(row, numbers) for row, numbers in counted if numbers[0] or numbers[1]]
    found.sort(key=lambda pair: (-pair[1][0], -pair[1][1], pair[0]["code"]))
    rows = tuple((row["code"], reading.titled(row), row["lead"], *numbers) for row, numbers in found)
    shown = (
        columns.code(), columns.initiative(), columns.lead(), columns.milestones_late(), columns.milestones_next(),
        columns.milestones_met(), columns.milestones(),
    )  # fmt: skip
    return Section(
        "milestones",
        _("Milestones"),
        _("Milestones late, and expected in the next four weeks"),
        Table(shown, rows),
        notes=tuple(_milestones_in_all(payload)),
        empty=reading.none(payload, keys[:2], _("No milestone is late, and none is expected in the next four weeks.")),
    )


def _milestones_in_all(payload: Payload) -> Iterable[str]:
    met, all_of_them = (reading.total(payload, payload, key) for key in ("milestones_met", "milestones"))
    if met is not None and all_of_them is not None:
        said = {"met": formats.number(met), "all": formats.number(all_of_them)}
        yield _("Milestones: %(met)s of %(all)s met") % said
    for key in ("milestones_late", "milestones_due_this_week", "milestones_next"):
        declared, value = reading.declared(payload, key), reading.total(payload, payload, key)
        if declared is not None and value is not None:
            yield reading.named(reading.label_of(declared), value)


def reporting(payload: Payload) -> Section:
    """How initiatives reported for the week, and which did not in time."""
    spread = reading.cells(payload, payload, "freshness")
    found = [row for row in payload["initiatives"] if reading.bucket_of(row, "freshness") in _NOT_IN_TIME]
    found.sort(key=lambda row: (_NOT_IN_TIME.index(Timeliness(reading.bucket_of(row, "freshness"))), row["code"]))
    rows = tuple(
        (row["code"], reading.titled(row), row["lead"], str(Timeliness(reading.bucket_of(row, "freshness")).label))
        for row in found
    )
    shown = (
        columns.code(),
        columns.initiative(),
        columns.lead(),
        Column("reported", _("How it reported"), Kind.TEXT, _("How its update for the last complete week came.")),
    )
    notes = tuple(reading.named(Timeliness(bucket).label, value) for bucket, value in spread.items() if value)
    return Section(
        "reporting",
        _("Who reported"),
        _("Who reported"),
        Table(shown, rows),
        notes=notes,
        empty=reading.none(payload, ["freshness"], _("Every update that was owed came in time.")),
    )


def initiatives(payload: Payload) -> Section:
    """Every initiative of the rollup."""
    shown = (
        columns.code(), columns.initiative(), Column("pillar", _("Pillar"), Kind.CODE, _("Number of the pillar.")),
        columns.lead(), columns.health(), columns.milestones_met(), columns.milestones(), columns.milestones_late(),
        columns.milestones_next(), columns.funding(),
    )  # fmt: skip
    keys = ("milestones_met", "milestones", "milestones_late", "milestones_next", "health_dollars")
    rows = tuple(
        (
            row["code"], reading.titled(row), row["pillar"], row["lead"], reading.bucket_of(row, "health"),
            *(reading.total(payload, row, key) for key in keys),
        )
        for row in payload["initiatives"]
    )  # fmt: skip
    return Section(
        "initiatives", _("Initiatives"), _("Initiatives"), Table(shown, rows), empty=_("There are no initiatives here.")
    )
