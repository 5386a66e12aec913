"""Loads the series of a plan's files: indicators with what was published of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from initiatives.actions.plan_columns import both, joined
from initiatives.choices import ObservationKind
from initiatives.models import Indicator, Initiative, Observation
from initiatives.plan_files import PlanData, PointData, SeriesData
from pillars.models import Pillar, Plan

if TYPE_CHECKING:
    from initiatives.actions.plan_data import LoadedRow


@dataclass(frozen=True, kw_only=True)
class SeriesFrame:
    """What the loading of a plan hands to that of its series: rows loaded before, and how rows are put and added.

    ours: revisions that loadings made. What they wrote, the files may speak about again.
    """

    plan: Plan
    pillars: Mapping[int, Pillar]
    initiatives: Mapping[str, Initiative]
    ours: set[int]
    now: datetime
    source: Callable[[Any], dict[str, Any]]
    put: "Callable[..., tuple[Any, LoadedRow]]"
    add: "Callable[..., LoadedRow]"


def load_series(data: PlanData, frame: SeriesFrame) -> "Iterator[LoadedRow]":
    """Each series as an indicator, each point as an observation; what corrects or restates a point supersedes the one
    that stands. A second loading changes nothing."""
    for item in data.series:
        indicator, done = _indicator(item, frame)
        yield done
        yield from _observations(data, item, indicator, frame)


def _indicator(item: SeriesData, frame: SeriesFrame) -> "tuple[Indicator, LoadedRow]":
    values = {
        **both("title", item.title), **both("unit", item.unit), **both("note", item.note), **frame.source(item),
        "level": item.level, "calendar": item.calendar, "accumulation": item.accumulation,
        "rollup_rule": item.rollup_rule, "direction": item.direction, "decimals": _decimals(item),
        "pillar": None if item.pillar is None else frame.pillars[item.pillar],
        "initiative": frame.initiatives[item.initiative] if item.initiative else None,
    }  # fmt: skip
    return frame.put(Indicator, {"plan": frame.plan, "code": item.code}, values, item.at)


def _observations(data: PlanData, item: SeriesData, indicator: Indicator, frame: SeriesFrame) -> "Iterator[LoadedRow]":
    """Points of a period follow each other in the file as rows of it follow each other in the tracker; rows that people
    put between them are passed over."""
    chains: dict[tuple[object, object], list[Observation]] = {}
    taken: dict[tuple[object, object], int] = {}
    for row in Observation.objects.filter(indicator=indicator, place=None).order_by("pk"):
        chains.setdefault((row.period_start, row.period_end), []).append(row)
    for point in item.points:
        period = (point.period_start, point.period_end)
        chain = chains.setdefault(period, [])
        known = [row for row in chain if row.revision in frame.ours]
        number = taken[period] = taken.get(period, 0) + 1
        name = f"{item.code} {point.period_end or point.period_start or ''}".rstrip()
        if number <= len(known) or (chain and point.kind == ObservationKind.ORIGINAL):
            row = known[number - 1] if number <= len(known) else chain[0]
            yield frame.add(Observation, {"pk": row.pk}, _values(data, point), point.at, name=name)
            continue
        key = {"indicator": indicator, "period_start": point.period_start, "period_end": point.period_end}
        made = {**_values(data, point), "recorded_at": frame.now}
        above = {**key, "supersedes": chain[-1] if chain else None}
        yield frame.add(Observation, above, made, point.at, name=name)
        added = Observation.objects.filter(**key).order_by("pk").last()
        if added is not None and added not in chain:
            chain.append(added)


def _values(data: PlanData, point: PointData) -> dict[str, Any]:
    source = data.source(point.source)
    return {
        "availability": point.availability, "value": point.value, "qualifier": point.qualifier, "kind": point.kind,
        "source": getattr(source.title, source.language), "source_url": source.url or "", "official": point.official,
        "published_on": point.published_on, **both("note", point.note), "reason": _reason(point),
    }  # fmt: skip


def _reason(point: PointData) -> str:
    """Why it supersedes the one before: what its note says, else what it is."""
    if point.kind == ObservationKind.ORIGINAL:
        return ""
    return joined(point.note) or _UNEXPLAINED[point.kind]


_UNEXPLAINED = {
    ObservationKind.CORRECTION: "Corrected in the plan's files / Corrigé dans les fichiers du plan",
    ObservationKind.RESTATEMENT: "Published anew by the source / Publié de nouveau par la source",
}


def _decimals(item: SeriesData) -> int:
    """As many as the most exact value was published with."""
    values = [point.value for point in item.points if point.value is not None]
    return max((_places(value) for value in values), default=0)


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
