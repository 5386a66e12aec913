"""What indicators come to: values by year, targets with their versions, where each stands. Values in the indicator's
own unit. One computation for pages, API, exports and figures; how many queries it takes depends on nothing.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Case, CharField, DateField, DecimalField, F, Field, Func, QuerySet, TextField, Value, When

from initiatives.choices import (
    Accumulation,
    Availability,
    Calendar,
    Direction,
    Measure,
    Qualifier,
    RollupRule,
    Standing,
    TargetChange,
    TargetType,
)
from initiatives.models import Indicator, Observation, Target
from initiatives.rules.indicators import Bounds, NoProgress, progress, target_change, year_of
from initiatives.rules.observations import Reading
from initiatives.rules.years import (
    Nature,
    Observed,
    Version,
    YearValue,
    current_due,
    in_force,
    judged,
    of_the_whole,
    year_value,
    years_of,
)


@dataclass(frozen=True)
class TargetVersion:
    """One version of a target and how it compares with the one before. `late`: first set after it was due."""

    target: Target
    bounds: Bounds
    change: TargetChange
    late: bool


@dataclass(frozen=True)
class Position:
    """Where an indicator stands on a day: what was reported, the version of the target that judges it, and how far
    the way is gone, or why there is no way. `year` is the year that the value is of."""

    standing: Standing
    year: YearValue | None
    due_on: date | None
    version: TargetVersion | None
    progress: Decimal | None
    no_progress: NoProgress | None

    @property
    def actual(self) -> Decimal | None:
        """The value that is judged; None where nothing is reported."""
        return None if self.year is None else self.year.value


@dataclass(frozen=True)
class YearRow:
    """One year of an indicator's own calendar, with the target that was due in it, as it stood when it was due."""

    value: YearValue
    version: TargetVersion | None
    standing: Standing | None


@dataclass(frozen=True)
class Series:
    """Everything that is known of one indicator up to a day."""

    indicator: Indicator
    on: date
    observed: tuple[Observed, ...]
    targets: Mapping[date, tuple[TargetVersion, ...]]  # by the day it is due, versions in order

    @cached_property
    def nature(self) -> Nature:
        """How it counts."""
        found = self.indicator
        return Nature(
            Measure(found.measure), Accumulation(found.accumulation), RollupRule(found.rollup_rule),
            Calendar(found.calendar),
        )  # fmt: skip

    @cached_property
    def _judged(self) -> tuple[date | None, TargetVersion | None, YearValue | None]:
        """The target that counts on the day, its version, and the year that it judges."""
        due_on = current_due(self.targets, on=self.on)
        return due_on, None if due_on is None else self._version(due_on), self._judged_year(due_on)

    @property
    def standing(self) -> Standing:
        """How it stands towards the target that counts on the day."""
        due_on, version, found = self._judged
        bounds = None if version is None else version.bounds
        return judged(found, bounds, due_on=due_on, on=self.on, nature=self.nature)

    @property
    def position(self) -> Position:
        """Where it stands towards the target that counts on the day."""
        due_on, version, found = self._judged
        way = progress(
            actual=None if found is None else found.value,
            baseline=self.indicator.baseline_value,
            target=None if version is None else version.bounds,
            direction=Direction(self.indicator.direction),
            part=found is not None and due_on is not None and self.nature.adds_up and not found.reaches(due_on),
        )
        return Position(
            standing=self.standing,
            year=found,
            due_on=due_on,
            version=version,
            progress=way if isinstance(way, Decimal) else None,
            no_progress=way if isinstance(way, NoProgress) else None,
        )

    @property
    def years(self) -> list[YearRow]:
        """Every year that something is reported for or a target falls into by the day, oldest first."""
        calendar = self.nature.calendar
        due = {year_of(day, calendar): day for day in sorted(self.targets)}
        this = year_of(self.on, calendar)
        reported = years_of((one for one in self.observed if one.end and one.end <= self.on), calendar)
        return [self._year(year, due.get(year)) for year in sorted({*reported, *(y for y in due if y <= this)})]

    @property
    def apart(self) -> list[int]:
        """Observations that make no year: of periods that are not published, that reach over the end of a year, or that
        lie within one that is reported whole; of places, where they make no whole. A stock or a running total that a
        later one follows made its year until then."""
        used = {number for row in self.years for number in row.value.ids}
        if self.nature.accumulation != Accumulation.FLOW:
            used |= {number for one in of_the_whole(self.observed, self.nature) if one.end for number in one.ids}
        return [number for one in self.observed for number in one.ids if number not in used]

    def _year(self, year: int, due_on: date | None) -> YearRow:
        value = year_value(self.observed, year, self.nature, on=self.on)
        if due_on is None:
            return YearRow(value, None, None)
        version = self._version(due_on)
        known = year_value(self.observed, year, self.nature, on=min(self.on, due_on))
        return YearRow(value, version, judged(known, version.bounds, due_on=due_on, on=self.on, nature=self.nature))

    def _version(self, due_on: date) -> TargetVersion:
        """The version in force at the end of what it judges: when it is due, or on the day, where that is before."""
        versions = self.targets[due_on]
        dated = [Version(v.target.number, self._day(v.target), v.bounds) for v in versions]
        chosen = in_force(dated, min(self.on, due_on))
        return next(version for version in versions if version.target.number == chosen.number)

    def _day(self, target: Target) -> date:
        return self.indicator.plan.day(target.set_at)

    def _judged_year(self, due_on: date | None) -> YearValue | None:
        """The year that the target is due in; while nothing of it is reported and it is not due, the last that has a
        value."""
        calendar, nature = self.nature.calendar, self.nature
        until = self.on if due_on is None else min(self.on, due_on)
        wanted = None if due_on is None else year_of(due_on, calendar)
        own = None if wanted is None else year_value(self.observed, wanted, nature, on=until)
        if own is not None and (own.value is not None or (due_on is not None and self.on >= due_on)):
            return own
        past = (
            year_value(self.observed, year, nature, on=until) for year in reversed(years_of(self.observed, calendar))
        )
        return next((found for found in past if found.value is not None), own)


def series(indicators: QuerySet[Indicator], *, on: date) -> dict[int, Series]:
    """The indicators' series by key, up to the day, in three queries."""
    return _series(indicators, Target.objects.select_related("set_by"), on=on)


def _series(indicators: QuerySet[Indicator], versions: QuerySet[Target], *, on: date) -> dict[int, Series]:
    found = {row.pk: row for row in indicators.select_related("plan")}
    observed = _observed(found, on)
    targets = _targets(found, versions)
    return {key: Series(row, on, tuple(observed[key]), targets.get(key, {})) for key, row in found.items()}


# The words of many thousand rows: looking one up is a tenth of making it.
_AVAILABILITY = {word.value: word for word in Availability}
_QUALIFIER = {word.value: word for word in Qualifier}


def _observed(keys: Iterable[int], on: date) -> Mapping[int, list[Observed]]:
    rows = (
        Observation.objects.standing()
        .filter(indicator__in=list(keys))
        .ended(on=on)
        .order_by("period_end", "pk")
        .values_list(
            "indicator_id", "pk", "period_start", "period_end", "availability", "value", "numerator", "denominator",
            "place_id", "qualifier",
        )
    )  # fmt: skip
    found: dict[int, list[Observed]] = defaultdict(list)
    for indicator, pk, start, end, availability, value, numerator, denominator, place, qualifier in rows:
        reading = Reading(_AVAILABILITY[availability], value, numerator, denominator)
        found[indicator].append(Observed((pk,), start, end, reading, place, _QUALIFIER[qualifier]))
    return found


def _targets(
    indicators: Mapping[int, Indicator], versions: QuerySet[Target]
) -> dict[int, dict[date, tuple[TargetVersion, ...]]]:
    rows = versions.filter(indicator__in=list(indicators))
    found: dict[int, dict[date, tuple[TargetVersion, ...]]] = defaultdict(dict)
    for target in rows.order_by("due_on", "number"):
        plan = indicators[target.indicator_id].plan
        before = found[target.indicator_id].get(target.due_on, ())
        bounds = Bounds(TargetType(target.target_type), target.lower, target.upper)
        change = target_change(before[-1].bounds if before else None, bounds)
        late = target.number == 1 and plan.day(target.set_at) > target.due_on
        found[target.indicator_id][target.due_on] = (*before, TargetVersion(target, bounds, change, late))
    return dict(found)


class Picked(Func):
    """The value that stands at the row's key: a column from what was computed outside the database. One object of all
    values, in which the database searches for a key by halves."""

    def __init__(self, values: Mapping[int, object], output_field: "Field[Any, Any]") -> None:
        known = {str(key): None if value is None else str(value) for key, value in values.items()}
        # It comes as a parameter; no text of anybody stands in the statement.
        super().__init__(Value(json.dumps(known), output_field=TextField()), F("pk"), output_field=output_field)
        kind = {"DateField": "date", "DecimalField": "numeric", "CharField": "text"}[output_field.get_internal_type()]
        self.extra |= {"template": f"((%(expressions)s)::text)::{kind}", "arg_joiner": ")::jsonb ->> ("}


def with_standing(indicators: QuerySet[Indicator], *, on: date) -> QuerySet[Any]:
    """Adds `standing` on that day, and reads nothing else of the indicators and their targets."""
    counting = ("measure", "accumulation", "rollup_rule", "calendar", "direction", "plan__time_zone")
    judging = ("indicator_id", "due_on", "number", "target_type", "lower", "upper", "set_at")
    found = _series(indicators.order_by().only("plan", *counting), Target.objects.only(*judging), on=on)
    return indicators.annotate(standing=Picked({key: one.standing.value for key, one in found.items()}, CharField()))


def with_position(indicators: QuerySet[Indicator], *, on: date) -> QuerySet[Any]:
    """Adds `standing`, `actual`, `actual_until`, `target_due_on`, `target_due_type`, `target_lower`, `target_upper`,
    `progress` and `no_progress` (the reason) on that day."""
    found = {key: one.position for key, one in series(indicators.order_by(), on=on).items()}
    number: Field[Any, Any] = DecimalField(max_digits=18, decimal_places=6)
    columns: dict[str, tuple[Any, dict[int, object]]] = {
        "standing": (CharField(), {k: p.standing.value for k, p in found.items()}),
        "actual": (number, {k: _rounded(p.actual, 6) for k, p in found.items()}),
        "actual_until": (DateField(), {k: p.year.until if p.year else None for k, p in found.items()}),
        "target_due_on": (DateField(), {k: p.due_on for k, p in found.items()}),
        "target_due_type": (
            CharField(),
            {k: p.version.bounds.target_type.value if p.version else None for k, p in found.items()},
        ),
        "target_lower": (number, {k: p.version.bounds.lower if p.version else None for k, p in found.items()}),
        "target_upper": (number, {k: p.version.bounds.upper if p.version else None for k, p in found.items()}),
        "progress": (number, {k: _rounded(p.progress, 4) for k, p in found.items()}),
        "no_progress": (CharField(), {k: p.no_progress.value if p.no_progress else None for k, p in found.items()}),
    }
    return indicators.annotate(**{name: Picked(values, field) for name, (field, values) in columns.items()})


def _rounded(value: Decimal | None, places: int) -> Decimal | None:
    return None if value is None else value.quantize(Decimal(1).scaleb(-places))


def with_change(targets: QuerySet[Target]) -> QuerySet[Any]:
    """Adds `change`, how each version compares with the one before, and `current`, whether it is the last."""
    changes: dict[int, object] = {}
    last: dict[tuple[int, date], int] = {}
    before: dict[tuple[int, date], Bounds] = {}
    columns = ("pk", "indicator_id", "due_on", "target_type", "lower", "upper")
    for pk, indicator, due_on, kind, lower, upper in targets.order_by("number").values_list(*columns):
        bounds = Bounds(TargetType(kind), lower, upper)
        changes[pk] = target_change(before.get((indicator, due_on)), bounds).value
        before[indicator, due_on], last[indicator, due_on] = bounds, pk
    return targets.annotate(
        change=Picked(changes, CharField()),
        current=Case(When(pk__in=list(last.values()), then=Value(True)), default=Value(False)),  # noqa: FBT003 - SQL
    )
