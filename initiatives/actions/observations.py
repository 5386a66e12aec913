"""What is observed of indicators: recorded once, then corrected or restated by rows that supersede it."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from initiatives.choices import Accumulation, Availability, Calendar, Measure, ObservationKind, Qualifier
from initiatives.models import Indicator, Observation
from initiatives.rules.indicators import year_dates, year_of
from initiatives.rules.observations import Reading, falls, period_problems, reading_problems
from tracker.errors import Conflict, Invalid
from tracker.models import Place
from tracker.rules import Permission
from tracker.timemachine import Actor, revision
from tracker.writing import require, save


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


def record_observation(*, indicator: Indicator, content: ObservationContent, by: Actor, at: datetime) -> Observation:
    """The first observation of a period and place. Raises `Invalid` by field; of a period that has one already it says
    how to correct that instead."""
    require(by, Permission.RECORD_FACTS, indicator.scopes)
    reading = content.reading.reading(indicator.measure)
    start, end = content.period_start, content.period_end
    problems = period_problems(
        start, end, today=indicator.plan.day(at), reported=reading.availability == Availability.REPORTED,
        accumulation=Accumulation(indicator.accumulation), calendar=Calendar(indicator.calendar),
    )  # fmt: skip
    if problems or end is None:
        raise Invalid(_("The period cannot be right."), fields=problems)
    with revision(by=by, reason=f"{indicator.code} observed to {end}", at=at):
        _refuse_double(indicator, content)
        _refuse_fall(indicator, content, end, reading)
        observation = Observation(
            indicator=indicator, period_start=start, period_end=end, place=content.place, recorded_by=by.user,
            recorded_at=at, **asdict(content.reading),
        )  # fmt: skip
        save(observation)
    return observation


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
    with revision(by=by, reason=f"{kind.label} of {indicator.code} to {old.period_end}: {reason}", at=at):
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


def _refuse_double(indicator: Indicator, content: ObservationContent) -> None:
    same = Observation.objects.standing().filter(
        indicator=indicator, period_start=content.period_start, period_end=content.period_end, place=content.place
    )
    found = same.first()
    if found is not None:
        message = _("This period has a value already (observation %(number)s): correct it instead.")
        raise Invalid(_("This is recorded already."), fields={"period_end": message % {"number": found.pk}})


def _refuse_fall(indicator: Indicator, content: ObservationContent, end: date, reading: Reading) -> None:
    """A running total never falls within its year, but by a correction or a restatement."""
    if indicator.accumulation != Accumulation.RUNNING_TOTAL or reading.availability != Availability.REPORTED:
        return
    calendar = Calendar(indicator.calendar)
    first, last = year_dates(year_of(end, calendar), calendar)
    others = Observation.objects.standing().filter(
        indicator=indicator, place=content.place, availability=Availability.REPORTED, period_end__range=(first, last)
    )
    for other in others.order_by("period_end", "pk"):
        known = Reading(Availability.REPORTED, other.value, other.numerator, other.denominator)
        before, after = (known, reading) if other.period_end and other.period_end <= end else (reading, known)
        if falls(before, after):
            message = _("A running total does not fall: to %(day)s it is %(value)s. Correct or restate that one first.")
            said = message % {"day": other.period_end, "value": _plain(known)}
            raise Invalid(_("The value cannot be right."), fields={_first(indicator): said})


def _plain(reading: Reading) -> str:
    """`12.5`, or `1/4` of a ratio."""
    return "/".join(f"{part.normalize():f}" for part in reading.parts)
