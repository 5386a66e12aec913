"""What is observed of indicators: recorded once, then corrected or restated by rows that supersede it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from django.utils.translation import gettext as _

from initiatives.choices import Accumulation, Availability, Calendar, Measure, ObservationKind, Qualifier
from initiatives.models import Indicator, Observation
from initiatives.rules.indicators import year_of
from initiatives.rules.observations import Reading, falls, period_problems, reading_problems
from tracker.errors import Conflict, Invalid, of_one_row
from tracker.models import Place
from tracker.rules import Permission
from tracker.timemachine import Actor, revision
from tracker.writing import accept, check, require, save, save_all, some_of


@dataclass(frozen=True, kw_only=True)
class ReadingContent:
    """What was measured, or why it was not; in the indicator's unit. Zero is a value."""

    availability: str = Availability.REPORTED
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    qualifier: str = Qualifier.EXACT
    source: str = ""
    source_url: str = ""
    official: bool = False
    published_on: date | None = None
    note_en: str = ""
    note_fr: str = ""

    def reading(self, measure: str) -> Reading:
        """As rules read it. Raises `Invalid` by field."""
        if self.availability not in Availability.values:
            raise Invalid(_("The value cannot be recorded."), fields={"availability": _("Choose an availability.")})
        found = Reading(Availability(self.availability), self.value, self.numerator, self.denominator)
        problems = reading_problems(found, measure=Measure(measure))
        if problems:
            raise Invalid(_("The value cannot be recorded."), fields=problems)
        return found


@dataclass(frozen=True, kw_only=True)
class ObservationContent:
    """A reading with the period, and the place, that it is of. `place` is empty where it is of the whole."""

    period_start: date | None
    period_end: date | None
    reading: ReadingContent = field(default_factory=ReadingContent)
    place: Place | None = None


@dataclass(frozen=True, kw_only=True)
class NewObservation:
    """An observation to be recorded of an indicator."""

    indicator: Indicator
    content: ObservationContent


def record_observation(*, indicator: Indicator, content: ObservationContent, by: Actor, at: datetime) -> Observation:
    """The first observation of a period and place. Raises `Invalid` by field; of a period that has one already it says
    how to correct that instead."""
    draft = NewObservation(indicator=indicator, content=content)
    with of_one_row():
        return record_observations(drafts=[draft], by=by, at=at)[0]


def record_observations(*, drafts: Sequence[NewObservation], by: Actor, at: datetime) -> list[Observation]:
    """First observations of periods and places, of any indicators, in one revision, in their order.

    Raises `RowsRefused` with each that cannot be recorded; then none is. Costs one query for what is recorded already
    and one for the rows of each thousand, and what the history adds to a row.
    """
    accept(drafts, partial(check_observation, by=by, at=at))
    with revision(by=by, reason=_recorded(drafts), at=at):
        known = _Known({draft.indicator.pk for draft in drafts})
        accept(drafts, known.take)
        observations = [_observation(draft, by=by, at=at) for draft in drafts]
        save_all(observations)
    return observations


def check_observation(draft: NewObservation, *, by: Actor, at: datetime) -> None:
    """Raise what keeps it from being recorded, without asking the database."""
    indicator, content = draft.indicator, draft.content
    require(by, Permission.RECORD_FACTS, indicator.scopes)
    reading = content.reading.reading(indicator.measure)
    problems = period_problems(
        content.period_start, content.period_end, today=indicator.plan.day(at),
        reported=reading.availability == Availability.REPORTED, accumulation=Accumulation(indicator.accumulation),
        calendar=Calendar(indicator.calendar),
    )  # fmt: skip
    if problems:
        raise Invalid(_("The period cannot be right."), fields=problems)
    check(_observation(draft, by=by, at=at))


def correct_observation(
    *, observation: Observation, reading: ReadingContent, reason: str, by: Actor, at: datetime
) -> Observation:
    """What was recorded was wrong: a new row says what is right, and both stay. A value of the wrong period is
    corrected to not available, and recorded for the right one."""
    return _supersede(observation, reading, reason, ObservationKind.CORRECTION, by=by, at=at)


def restate_observation(
    *, observation: Observation, reading: ReadingContent, reason: str, by: Actor, at: datetime
) -> Observation:
    """The source itself says something else now: a new row says what, and both stay."""
    return _supersede(observation, reading, reason, ObservationKind.RESTATEMENT, by=by, at=at)


def _supersede(
    old: Observation, content: ReadingContent, reason: str, kind: ObservationKind, *, by: Actor, at: datetime
) -> Observation:
    """Raises `Invalid` by field, `Conflict` where another row supersedes the old one already."""
    indicator = old.indicator
    require(by, Permission.RECORD_FACTS, indicator.scopes)
    reading = content.reading(indicator.measure)
    if not reason.strip():
        raise Invalid(_("The change needs a reason."), fields={"reason": _("Say why it is changed.")})
    _refuse_future(indicator, old, reading, at=at)
    with revision(by=by, reason=f"{kind} of {indicator.code} to {old.period_end}: {reason}", at=at):
        later = Observation.objects.filter(supersedes=old).first()
        if later is not None:
            raise Conflict(
                _("This value is superseded already, by observation %(later)s. Change that one.") % {"later": later.pk},
                code="superseded",
            )
        values = asdict(content)
        if all(getattr(old, name) == value for name, value in values.items()):
            raise Invalid(_("Nothing changed."), fields={_first(indicator): _("This is what is recorded already.")})
        observation = Observation(
            indicator=indicator, period_start=old.period_start, period_end=old.period_end, place=old.place, kind=kind,
            supersedes=old, reason=reason, recorded_by=by.user, recorded_at=at, **values,
        )  # fmt: skip
        save(observation)
    return observation


def _first(indicator: Indicator) -> str:
    return "numerator" if indicator.measure == Measure.RATIO else "value"


def _refuse_future(indicator: Indicator, old: Observation, reading: Reading, *, at: datetime) -> None:
    """A period that was said to have no value may not get one before it ends."""
    if reading.availability == Availability.REPORTED and old.period_end and old.period_end > indicator.plan.day(at):
        message = _("The period has not ended yet: nothing can be reported for it.")
        raise Invalid(_("The period cannot be right."), fields={"availability": message})


class _Known:
    """What stands of some indicators, and what is taken beside it."""

    def __init__(self, indicators: set[int]) -> None:
        self.periods: dict[object, int | None] = {}
        self.totals: dict[object, list[tuple[date, Reading]]] = defaultdict(list)
        standing = Observation.objects.standing().filter(indicator__in=indicators).select_related("indicator")
        for row in standing.order_by("period_end", "pk"):
            reading = Reading(Availability(row.availability), row.value, row.numerator, row.denominator)
            self._keep(row.indicator, (row.period_start, row.period_end, row.place_id), reading, row.pk)

    def take(self, draft: NewObservation) -> None:
        """Add it. Raises `Invalid` for a period that has a value already, and where a running total would fall within
        its year, which it does by a correction or a restatement only."""
        indicator, content = draft.indicator, draft.content
        where = (content.period_start, content.period_end, content.place.pk if content.place else None)
        key = _key(indicator, *where)
        if key in self.periods:
            raise _double(self.periods[key])
        reading = content.reading.reading(indicator.measure)
        end = content.period_end
        if end is not None and _adds_up(indicator, reading):
            for day, known in self.totals[_year(indicator, end, where[2])]:
                if falls(*((known, reading) if day <= end else (reading, known))):
                    raise _fall(indicator, day, known)
        self._keep(indicator, where, reading, None)

    def _keep(
        self, indicator: Indicator, where: tuple[date | None, date | None, int | None], reading: Reading, pk: int | None
    ) -> None:
        _start, end, place = where
        self.periods[_key(indicator, *where)] = pk
        if end is not None and _adds_up(indicator, reading):
            self.totals[_year(indicator, end, place)].append((end, reading))


def _key(indicator: Indicator, start: date | None, end: date | None, place: int | None) -> object:
    """What has one value: a period and place; of a stock its last day and place, whether or not a first day is said."""
    return (indicator.pk, None if indicator.accumulation == Accumulation.STOCK else start, end, place)


def _adds_up(indicator: Indicator, reading: Reading) -> bool:
    return indicator.accumulation == Accumulation.RUNNING_TOTAL and reading.availability == Availability.REPORTED


def _year(indicator: Indicator, end: date, place: int | None) -> object:
    return indicator.pk, place, year_of(end, Calendar(indicator.calendar))


def _double(pk: int | None) -> Invalid:
    message = (
        _("Another row of this write is of the same period.")
        if pk is None
        else _("This period has a value already (observation %(number)s): correct it instead.") % {"number": pk}
    )
    return Invalid(_("This is recorded already."), fields={"period_end": message})


def _fall(indicator: Indicator, day: date, known: Reading) -> Invalid:
    message = _("A running total does not fall: to %(day)s it is %(value)s. Correct or restate that one first.")
    said = message % {"day": day, "value": _plain(known)}
    return Invalid(_("The value cannot be right."), fields={_first(indicator): said})


def _observation(draft: NewObservation, *, by: Actor, at: datetime) -> Observation:
    content = draft.content
    return Observation(
        indicator=draft.indicator, period_start=content.period_start, period_end=content.period_end,
        place=content.place, recorded_by=by.user, recorded_at=at, **asdict(content.reading),
    )  # fmt: skip


def _recorded(drafts: Sequence[NewObservation]) -> str:
    if len(drafts) == 1:
        return f"{drafts[0].indicator.code} observed to {drafts[0].content.period_end}"
    return f"{len(drafts)} observations recorded of {some_of(draft.indicator.code for draft in drafts)}"


def _plain(reading: Reading) -> str:
    """`12.5`, or `1/4` of a ratio."""
    return "/".join(f"{part.normalize():f}" for part in reading.parts)
