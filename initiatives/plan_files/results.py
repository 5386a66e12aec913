"""Funding that was announced, and series of outcomes."""

from datetime import date

from initiatives.choices import (
    Accumulation,
    Availability,
    Calendar,
    Direction,
    Level,
    ObservationKind,
    Qualifier,
    RollupRule,
)
from initiatives.plan_files import scalars
from initiatives.plan_files.data import FundingData, PointData, SeriesData
from initiatives.plan_files.provenance import origin, provenance
from initiatives.plan_files.records import TITLE, Record

_CODE = scalars.code(r"[A-Z][A-Z0-9-]*", "F01", 24)
_SERIES_CODE = scalars.code(r"[A-Z][A-Z0-9-]*", "REMOVALS-CALENDAR", 40)
_COVERS = scalars.prose(200)
_UNIT = scalars.prose(60)
_LEVEL = scalars.choice(Level)
_CALENDAR = scalars.choice(Calendar)
_ACCUMULATION = scalars.choice(Accumulation)
_DIRECTION = scalars.choice(Direction)
_QUALIFIER = scalars.choice(Qualifier)
_AVAILABILITY = scalars.choice(Availability)
_POINT_KIND = scalars.choice(ObservationKind)
_ROLLUP_RULE = scalars.choice(RollupRule)
_YEAR_STARTS = {
    Calendar.CALENDAR: (1, "1 January"),
    Calendar.FISCAL: (4, "1 April"),
    Calendar.US_FISCAL: (10, "1 October"),
}
_YEAR_DAYS = {364, 365}


def funding(record: Record) -> FundingData:
    code = record.required("code", _CODE)
    record.declare("funding announcement", "code", code)
    amount = record.required("amount", scalars.AMOUNT)
    if amount <= 0:
        record.wrong("amount", "must be more than zero")
    return FundingData(
        code=code,
        organization=record.optional_reference("organization", "organization"),
        initiative=record.optional_reference("initiative", "initiative"),
        amount=amount,
        fiscal_year=record.optional("fiscal_year", scalars.FISCAL_YEAR),
        in_total=record.given("in_total", scalars.FLAG, default=False),
        covers=record.pair("covers", _COVERS),
        announced_on=record.required("announced_on", scalars.DAY),
        note=record.optional_pair("note"),
        **provenance(record),
        at=record.done(),
    )


def series(record: Record) -> SeriesData:
    code = record.required("code", _SERIES_CODE)
    record.declare("series", "code", code)
    calendar = record.required("calendar", _CALENDAR)
    accumulation = record.required("accumulation", _ACCUMULATION)
    pillar = record.optional_reference("pillar", "pillar")
    points = record.records("points", label="period_start")
    if not points:
        record.wrong("points", "missing; a series holds at least one value")
    found = SeriesData(
        code=code,
        title=record.pair("title", TITLE),
        unit=record.pair("unit", _UNIT),
        level=record.required("level", _LEVEL),
        calendar=calendar,
        accumulation=accumulation,
        rollup_rule=_rollup_rule(record, accumulation),
        direction=record.required("direction", _DIRECTION),
        initiative=record.optional_reference("initiative", "initiative"),
        pillar=int(pillar) if pillar and pillar.isdecimal() else None,
        note=record.optional_pair("note"),
        points=tuple(_point(point, calendar if record.sound("calendar") else None) for point in points),
        **provenance(record),
        at=record.done(),
    )
    _check_kinds(found, points)
    return found


def _rollup_rule(record: Record, accumulation: Accumulation) -> RollupRule:
    """How values of one year become its value: a flow adds up only where that is said."""
    rule = record.optional("rollup_rule", _ROLLUP_RULE)
    if rule is None:
        return RollupRule.NONE if accumulation is Accumulation.FLOW else RollupRule.LATEST
    if rule is RollupRule.RATIO:
        record.wrong("rollup_rule", "a series has values, not numerators and denominators; write another rule")
    elif rule is RollupRule.SUM and accumulation is not Accumulation.FLOW:
        record.wrong(
            "rollup_rule", f"only a flow adds up over time, not a {accumulation}; write latest, or leave it out"
        )
    return rule


def _point(record: Record, calendar: Calendar | None) -> PointData:
    availability = record.given("availability", _AVAILABILITY, Availability.REPORTED)
    value = record.optional("value", scalars.MEASURE)
    if availability is Availability.REPORTED and not record.has("value"):
        record.wrong("value", "missing; write the value, or an `availability` other than reported")
    if availability is not Availability.REPORTED and value is not None:
        record.wrong("value", f"a value that is {availability} has no number; leave it out")
    start, end = _period(record, calendar)
    return PointData(
        period_start=start,
        period_end=end,
        value=value,
        qualifier=record.given("qualifier", _QUALIFIER, Qualifier.EXACT),
        availability=availability,
        kind=record.given("kind", _POINT_KIND, ObservationKind.ORIGINAL),
        published_on=record.optional("published_on", scalars.DAY),
        note=record.optional_pair("note"),
        **origin(record),
        at=record.done(),
    )


def _period(record: Record, calendar: Calendar | None) -> tuple[date | None, date | None]:
    start = record.optional("period_start", scalars.DAY)
    end = record.optional("period_end", scalars.DAY)
    if start is None or end is None:
        return start, end
    if end < start:
        record.wrong("period_end", f"{end} is before the period's start, {start}")
    if calendar and (end - start).days in _YEAR_DAYS:
        month, words = _YEAR_STARTS[calendar]
        if (start.month, start.day) != (month, 1):
            record.wrong("period_start", f"a year of a {calendar} series starts on {words}, not on {start}")
    return start, end


def _check_kinds(series: SeriesData, records: list[Record]) -> None:
    """One original for a period; what corrects or restates it comes after it."""
    seen = set()
    for point, record in zip(series.points, records, strict=True):
        period = (point.period_start, point.period_end)
        if point.kind is ObservationKind.ORIGINAL and period in seen:
            record.wrong("kind", "the period has a value already; write correction or restatement, or remove one")
        if point.kind is not ObservationKind.ORIGINAL and period not in seen:
            record.wrong("kind", f"no earlier value of the period for this {point.kind}; write original")
        seen.add(period)
