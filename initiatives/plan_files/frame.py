"""The frame of a plan: its sources, organizations, places, the plan itself and its pillars."""

from initiatives.plan_files import scalars
from initiatives.plan_files.data import (
    OrganizationData,
    PillarData,
    PlaceData,
    PlanHeader,
    SourceData,
    WeeklyCalendar,
)
from initiatives.plan_files.provenance import LANGUAGE, aliases, provenance, wording
from initiatives.plan_files.records import TITLE, Record
from pillars.rules import Cutoff
from tracker.choices import PlaceKind

_NAME = scalars.prose(200)
_ABBREVIATION = scalars.prose(16)
_LOCATOR = scalars.prose(300)
_PLAN_CODE = scalars.code(r"[A-Z][A-Z0-9-]*", "BP", 16)
_SOURCE_CODE = scalars.code(r"[A-Z][A-Z0-9-]*", "NW1", 16)
_ORGANIZATION_CODE = scalars.code(r"[A-Z][A-Z0-9-]*", "CBSA", 16)
_PLACE_CODE = scalars.code(r"[A-Z][A-Z0-9-]*", "TORONTO-LAB", 32)
_PROVINCE = scalars.code(r"[A-Z]{2}", "ON", 2)
_PLACE_KIND = scalars.choice(PlaceKind)
_PILLAR_NUMBER = scalars.integer(1, 99, "the number of a pillar")
_FUND_LIFE = scalars.integer(1, 2, "a number of years that funds live")
_ORGANIZATION_NUMBER = scalars.integer(1, 99_999, "an organization number of the Government of Canada")

_INITIATIVE_DUE = ("thursday", "17:00")
_PILLAR_DUE = ("friday", "12:00")
_LOCK = ("next_monday", "06:00")


def source(record: Record) -> SourceData:
    code = record.required("code", _SOURCE_CODE)
    official = record.required("official", scalars.FLAG)
    record.declare("source", "code", code)
    record.reading.official_sources.setdefault(code, official)
    published_on = record.optional("published_on", scalars.DAY)
    if published_on and published_on > record.reading.today:
        record.wrong("published_on", f"{published_on} is in the future; write the day of publication")
    return SourceData(
        code=code,
        title=record.pair("title", _NAME),
        language=record.required("language", LANGUAGE),
        official=official,
        url=record.optional("url", scalars.URL),
        locator=record.given("locator", _LOCATOR, ""),
        published_on=published_on,
        note=record.optional_pair("note"),
        at=record.done(),
    )


def organization(record: Record) -> OrganizationData:
    code = record.required("code", _ORGANIZATION_CODE)
    record.declare("organization", "code", code)
    return OrganizationData(
        code=code,
        abbreviation=record.pair("abbreviation", _ABBREVIATION),
        name=record.pair("name", _NAME),
        gc_org_id=record.optional("gc_org_id", _ORGANIZATION_NUMBER),
        fund_life_years=record.given("fund_life_years", _FUND_LIFE, 1),
        **provenance(record),
        at=record.done(),
    )


def place(record: Record) -> PlaceData:
    code = record.required("code", _PLACE_CODE)
    record.declare("place", "code", code)
    latitude = record.optional("latitude", scalars.LATITUDE)
    longitude = record.optional("longitude", scalars.LONGITUDE)
    if (latitude is None) != (longitude is None):
        absent = "latitude" if latitude is None else "longitude"
        record.wrong(absent, "missing; write both coordinates or neither")
    return PlaceData(
        code=code,
        name=record.pair("name", _NAME),
        kind=record.required("kind", _PLACE_KIND),
        province=record.given("province", _PROVINCE, ""),
        latitude=latitude,
        longitude=longitude,
        source=record.optional_reference("source", "source"),
        **wording(record),
        at=record.done(),
    )


def plan(record: Record) -> PlanHeader:
    first = record.required("first_fiscal_year", scalars.FISCAL_YEAR)
    last = record.required("last_fiscal_year", scalars.FISCAL_YEAR)
    if last < first:
        record.wrong("last_fiscal_year", f"{last} is before the first, {first}; write the later one here")
    return PlanHeader(
        code=record.required("code", _PLAN_CODE),
        title=record.pair("title", _NAME),
        description=record.pair("description"),
        announced_on=record.required("announced_on", scalars.DAY),
        funding_announced=record.optional("funding_announced", scalars.AMOUNT),
        first_fiscal_year=first,
        last_fiscal_year=last,
        time_zone=record.given("time_zone", scalars.TIME_ZONE, "America/Toronto"),
        coordinating_organization=record.reference("coordinating_organization", "organization"),
        calendar=_calendar(record),
        **provenance(record),
        at=record.done(),
    )


def pillar(record: Record) -> PillarData:
    number = record.required("number", _PILLAR_NUMBER)
    record.declare("pillar", "number", str(number))
    return PillarData(
        number=number,
        title=record.pair("title", TITLE),
        aliases=aliases(record),
        sponsor_organization=record.optional_reference("sponsor_organization", "organization"),
        **provenance(record),
        at=record.done(),
    )


def _calendar(record: Record) -> WeeklyCalendar:
    calendar = record.record("calendar")
    parts = [
        _cutoff(calendar, field, day, at)
        for field, (day, at) in (
            ("initiative_due", _INITIATIVE_DUE),
            ("pillar_due", _PILLAR_DUE),
            ("lock", _LOCK),
        )
    ]
    moments = [(cutoff.day, cutoff.at) for cutoff in parts]
    if moments != sorted(moments):
        record.wrong("calendar", "out of order; initiatives are due first, then pillars, then the week locks")
    where = calendar.done() if calendar else record.at
    return WeeklyCalendar(initiative_due=parts[0], pillar_due=parts[1], lock=parts[2], at=where)


def _cutoff(calendar: Record | None, field: str, default_day: str, default_time: str) -> Cutoff:
    day, at = scalars.CUTOFF_DAY.parse(default_day), scalars.LOCAL_TIME.parse(default_time)
    record = calendar.record(field) if calendar else None
    if record is None:
        return Cutoff(day, at)
    cutoff = Cutoff(record.given("day", scalars.CUTOFF_DAY, day), record.given("time", scalars.LOCAL_TIME, at))
    record.done()
    return cutoff
