"""The rows of the list of indicators as they were at another moment."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.text import Truncator

from initiatives.aggregates.indicator_series import Position, TargetVersion
from initiatives.aggregates.indicators import series
from initiatives.choices import ObservationKind, Standing
from initiatives.models import Indicator, Observation
from initiatives.rules.years import YearValue
from reports.comparison import back_at
from reports.differences import Part, Point

LONG = 60  # characters of a reason in a table; the whole of it stands where the mark leads


@dataclass(frozen=True)
class IndicatorBefore:
    """Where an indicator stands and where it stood at another moment (None: it was not there). Properties are None
    where nothing differs. `value_reason`: why there is another value, `target_reason`: another target."""

    now: Position
    then: Position | None
    value_reason: str = ""

    @property
    def standing(self) -> Standing | None:
        """How it stood towards its target."""
        return self.then.standing if self.then and self.then.standing != self.now.standing else None

    @property
    def differs(self) -> bool:
        """Whether there is another value."""
        return self.then is not None and _value(self.now) != _value(self.then)

    @property
    def year(self) -> YearValue | None:
        """What it had come to; None also where nothing was reported."""
        return self.then.year if self.then and self.differs else None

    @property
    def retargeted(self) -> bool:
        """Whether it was judged by another target."""
        return self.then is not None and _target(self.now) != _target(self.then)

    @property
    def version(self) -> TargetVersion | None:
        """The target that judged it; None also where there was none."""
        return self.then.version if self.then and self.retargeted else None

    @property
    def target_reason(self) -> str:
        """As it was given with the target that judges now."""
        return Truncator(self.now.version.target.reason).chars(LONG) if self.now.version else ""


def indicators_before(positions: Mapping[Indicator, Position], then: Point) -> dict[int, IndicatorBefore]:
    """What each of these was, by its key: four queries, however many. Who may see an indicator now is shown what it
    was."""
    keys = [one.pk for one in positions]
    with back_at(then):
        found = series(Indicator.objects.filter(pk__in=keys), on=then.on)
        known = {key: one.position for key, one in found.items()}
    reasons = _reasons(keys, then)
    return {one.pk: IndicatorBefore(now, known.get(one.pk), reasons.get(one.pk, "")) for one, now in positions.items()}


def _value(position: Position) -> tuple[object, ...] | None:
    year = position.year
    return None if year is None or year.value is None else (year.value, year.qualifier)


def _target(position: Position) -> tuple[object, ...] | None:
    return None if position.version is None else (position.due_on, position.version.bounds)


def _reasons(keys: list[int], then: Point) -> dict[int, str]:
    """Of the last correction or restatement that was recorded since; else that there are new facts."""
    rows = Observation.objects.filter(indicator__in=keys, revision__gt=then.revision).order_by("pk")
    found: dict[int, str] = {}
    for indicator, kind, reason in rows.values_list("indicator", "kind", "reason"):
        if kind != ObservationKind.ORIGINAL:
            found[indicator] = Truncator(reason).chars(LONG)
        else:
            found.setdefault(indicator, str(Part.NEW_FACT.label))
    return found
