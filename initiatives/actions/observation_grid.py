"""An indicator's year at once: values of many periods, new, corrected and restated, in one revision, all or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from initiatives import formats
from initiatives.actions.observations import (
    NewObservation,
    ObservationContent,
    ReadingContent,
    correct_observation,
    record_observations,
    restate_observation,
)
from initiatives.choices import Accumulation, Availability, Measure, ObservationKind, Qualifier
from initiatives.models import Indicator, Observation
from tracker.errors import Conflict, Invalid, Refused, RowsRefused
from tracker.models import Place
from tracker.rules import Permission
from tracker.timemachine import Actor, revision
from tracker.writing import require


@dataclass(frozen=True, kw_only=True)
class PeriodReading:
    """What a person writes of one period. `key` is what refusals call it; `seen` is the observation that the person
    saw standing, None for none. Another value than that says whether it corrects or restates it, and why."""

    key: str
    period_start: date | None
    period_end: date
    availability: str = Availability.REPORTED
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    source: str = ""
    seen: int | None = None
    change: str = ""
    reason: str = ""


def cell_name(key: str, column: str) -> str:
    """What a refusal calls a cell: `2025-04-01_2025-04-30-value`."""
    return f"{key}-{column}"


def record_periods(
    *, indicator: Indicator, readings: Sequence[PeriodReading], place: Place | None = None, by: Actor, at: datetime
) -> list[Observation]:
    """A new observation for each period that says something else than what was seen, all in one revision.

    Raises `Invalid` or `Conflict` naming every cell that cannot be recorded (see `cell_name`); then none is. A period
    that somebody else recorded or changed meanwhile is a conflict that tells both values.
    """
    require(by, Permission.RECORD_FACTS, indicator.scopes)
    refused: dict[str, Refused] = {}
    with revision(by=by, reason=f"{indicator.code} recorded in a grid", at=at):
        there = _There(indicator, place)
        made: list[Observation] = []
        drafts: dict[str, NewObservation] = {}
        # What is changed comes first, so that a running total is judged by what it will be.
        for reading in sorted(readings, key=lambda one: one.period_end):
            try:
                content, now = there.judged(reading)
                if content is not None and now is not None:
                    made.append(_change(reading, content, now, by=by, at=at))
                elif content is not None:
                    drafts[reading.key] = there.draft(reading, content)
            except Refused as error:
                refused[reading.key] = error
        try:
            made += record_observations(drafts=list(drafts.values()), by=by, at=at)
        except RowsRefused as error:
            refused |= {list(drafts)[index]: row for index, row in error.rows.items()}
        if refused:
            raise _by_cell(refused, indicator)
        if not made:
            raise Invalid(_("Nothing differs from what is recorded."))
    return made


def _change(
    reading: PeriodReading, content: ReadingContent, now: Observation, *, by: Actor, at: datetime
) -> Observation:
    """The observation that supersedes what stands."""
    if reading.change not in (ObservationKind.CORRECTION, ObservationKind.RESTATEMENT):
        message = _("Say whether the new value corrects or restates the one that is recorded.")
        raise Invalid(message, fields={"change": message})
    write = correct_observation if reading.change == ObservationKind.CORRECTION else restate_observation
    return write(observation=now, reading=content, reason=reading.reason, by=by, at=at)


class _There:
    """What is recorded of an indicator there, read under the writers' turn."""

    def __init__(self, indicator: Indicator, place: Place | None) -> None:
        self.indicator, self.place = indicator, place
        rows = list(Observation.objects.filter(indicator=indicator, place=place).order_by("pk"))
        for row in rows:
            row.indicator = indicator
        superseded = {row.supersedes_id for row in rows}
        self.rows = {row.pk: row for row in rows}
        self.standing = [row for row in rows if row.pk not in superseded]

    def judged(self, reading: PeriodReading) -> tuple[ReadingContent | None, Observation | None]:
        """What is to be recorded, None where that is what was seen already; and what stands now, None where nothing
        does. Raises `Conflict` where that is not what the person saw."""
        seen = None if reading.seen is None else self._seen(reading.seen)
        now = self._now(reading, seen)
        content = _content(reading, seen)
        if seen is not None and _same(content, seen) and not (reading.change or reading.reason):
            return None, now
        if now is not None and (seen is None or now.pk != seen.pk):
            if _same(content, now):
                return None, now
            raise _changed(reading, now, self.indicator)
        return content, now

    def draft(self, reading: PeriodReading, content: ReadingContent) -> NewObservation:
        """The first observation of a period."""
        period = ObservationContent(
            period_start=reading.period_start, period_end=reading.period_end, place=self.place, reading=content
        )
        return NewObservation(indicator=self.indicator, content=period)

    def _seen(self, key: int) -> Observation:
        found = self.rows.get(key)
        if found is None:
            message = _("There is no such observation of this indicator here.")
            raise Invalid(message, fields={"": message})
        return found

    def _now(self, reading: PeriodReading, seen: Observation | None) -> Observation | None:
        """What stands for the period. A stock or a running total is of its last day, whatever its first."""
        start, end = (
            (seen.period_start, seen.period_end) if seen is not None else (reading.period_start, reading.period_end)
        )
        same = [row for row in self.standing if row.period_end == end]
        by_end = seen is None and self.indicator.accumulation != Accumulation.FLOW
        exact = next((row for row in same if row.period_start == start), None)
        return same[-1] if exact is None and by_end and same else exact


def _content(reading: PeriodReading, seen: Observation | None) -> ReadingContent:
    """The reading; of one that is changed, what the grid does not ask for stays, but what only the old one is true
    of: where and when another source published it, and how exact a number is that is not there any more."""
    typed = ReadingContent(
        availability=reading.availability, value=reading.value, numerator=reading.numerator,
        denominator=reading.denominator, source=reading.source,
    )  # fmt: skip
    if seen is None:
        return typed
    reported = reading.availability == Availability.REPORTED
    kept = replace(
        typed, qualifier=seen.qualifier if reported else Qualifier.EXACT, note_en=seen.note_en, note_fr=seen.note_fr
    )
    if reading.source != seen.source:
        return kept
    published = None if reading.change == ObservationKind.RESTATEMENT else seen.published_on
    return replace(kept, source_url=seen.source_url, official=seen.official, published_on=published)


def _same(content: ReadingContent, row: Observation) -> bool:
    """Whether it says what is recorded."""
    asked = ("availability", "value", "numerator", "denominator", "source")
    return all(getattr(content, name) == getattr(row, name) for name in asked)


def _changed(reading: PeriodReading, now: Observation, indicator: Indicator) -> Conflict:
    message = _("Somebody recorded %(stored)s here meanwhile (observation %(number)s); you wrote %(typed)s.") % {
        "stored": _words(now.availability, now.value, now.numerator, now.denominator),
        "number": now.pk,
        "typed": _words(reading.availability, reading.value, reading.numerator, reading.denominator),
    }
    return Conflict(message, fields={_first(indicator): message}, code="changed")


def _words(availability: str, value: Decimal | None, *parts: Decimal | None) -> str:
    """`12.5`, `1 / 4` of a ratio, or why there is none."""
    numbers = [number for number in (value, *parts) if number is not None]
    if availability != Availability.REPORTED or not numbers:
        return str(Availability(availability).label) if availability in Availability.values else availability
    return " / ".join(formats.amount(number, _places(number)) or "" for number in numbers)


def _places(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _first(indicator: Indicator) -> str:
    return "numerator" if indicator.measure == Measure.RATIO else "value"


COLUMNS = ("availability", "value", "numerator", "denominator", "source", "change", "reason")


def _by_cell(refused: Mapping[str, Refused], indicator: Indicator) -> Refused:
    """What was refused of some rows, told of their cells; what is said of the period stands at its value."""
    fields: dict[str, str] = {}
    for key, error in refused.items():
        for column, text in (error.fields or {"": error.message}).items():
            name = cell_name(key, column if column in COLUMNS else _first(indicator))
            fields[name] = " ".join([*([fields[name]] if name in fields else []), str(text)])
    first = next(iter(refused.values()))
    conflict = all(isinstance(error, Conflict) for error in refused.values())
    return Conflict(first.message, fields=fields, code="changed") if conflict else Invalid(first.message, fields=fields)
