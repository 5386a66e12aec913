"""What indicators come to: values by year, targets with their versions, where each stands. Values in the indicator's
own unit. One computation for pages, API, exports and figures; how many queries it takes depends on nothing.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, DateField, DecimalField, F, Field, Func, QuerySet, TextField, Value, When

from initiatives.aggregates.indicator_series import Series, TargetVersion
from initiatives.choices import (
    Availability,
    Qualifier,
    TargetType,
)
from initiatives.models import Indicator, Observation, Target
from initiatives.rules.indicators import Bounds, target_change
from initiatives.rules.observations import Reading
from initiatives.rules.years import (
    Observed,
)


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
