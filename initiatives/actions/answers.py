"""Answers to the questions of a status update, recorded as the facts that they are."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from initiatives.actions.change_requests import ask_baseline
from initiatives.actions.milestones import meet_milestone, move_forecast
from initiatives.actions.money import EntryContent, record_entry
from initiatives.actions.observations import ObservationContent, ReadingContent, record_observation
from initiatives.choices import Stage
from initiatives.models import BudgetLine, Indicator, Initiative, Milestone
from tracker.errors import Invalid, Missing, Refused
from tracker.timemachine import Actor


@dataclass(frozen=True, kw_only=True)
class Answer(ABC):
    """An answer to the question `key`; what is refused is told beside `<key>-<field>`. `NAMES` says which field of the
    question asks for what an action calls otherwise."""

    key: str
    NAMES: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def record(self, initiative: Initiative, *, by: Actor, at: datetime) -> None:
        """Carry it out by the action that records such a fact. Raises what that raises."""

    def told(self, error: Refused) -> dict[str, str | Promise]:
        """The refusal's sentences by field."""
        fields = error.fields or {"": error.message}
        return {f"{self.key}-{self.NAMES.get(name, name)}": sentence for name, sentence in fields.items()}


@dataclass(frozen=True, kw_only=True)
class DateAnswer(Answer):
    """When a milestone is expected, and why then; or the day on which it was met. `seen` is the date expected that the
    question named."""

    milestone: str
    forecast_on: date | None = None
    reason: str = ""
    met_on: date | None = None
    seen: date | None = None
    NAMES = {"actual_on": "met_on"}

    def record(self, initiative: Initiative, *, by: Actor, at: datetime) -> None:
        if self.forecast_on and self.met_on:
            message = _("A milestone that is met has no forecast. Leave one of the two empty.")
            raise Invalid(message, fields={"met_on": message})
        milestone = _milestone(initiative, self.milestone)
        if self.met_on:
            meet_milestone(milestone=milestone, on=self.met_on, reason=self.reason, by=by, at=at)
        elif self.forecast_on:
            move_forecast(milestone=milestone, to=self.forecast_on, reason=self.reason, by=by, at=at, seen=self.seen)
        else:
            message = _("Write the new date, or the day on which it was met.")
            raise Invalid(message, fields={"forecast_on": message})


@dataclass(frozen=True, kw_only=True)
class BaselineAnswer(Answer):
    """Another baseline asked for a milestone."""

    milestone: str
    to: date | None = None
    reason: str = ""
    NAMES = {"date": "to"}

    def record(self, initiative: Initiative, *, by: Actor, at: datetime) -> None:
        if self.to is None:
            message = _("Write the date to be measured against.")
            raise Invalid(message, fields={"to": message})
        milestone = _milestone(initiative, self.milestone)
        ask_baseline(milestone=milestone, to=self.to, dollars=None, reason=self.reason, by=by, at=at)


@dataclass(frozen=True, kw_only=True)
class ValueAnswer(Answer):
    """The value of an indicator for a period, in its unit; of a ratio, its two parts."""

    indicator: str
    start: date | None
    end: date
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None

    def record(self, initiative: Initiative, *, by: Actor, at: datetime) -> None:
        found = Indicator.objects.for_list().filter(initiative=initiative, code=self.indicator).first()
        if found is None:
            raise Missing(_("There is no such indicator here."))
        reading = ReadingContent(value=self.value, numerator=self.numerator, denominator=self.denominator)
        content = ObservationContent(period_start=self.start, period_end=self.end, reading=reading)
        record_observation(indicator=found, content=content, by=by, at=at)


@dataclass(frozen=True, kw_only=True)
class SpendingAnswer(Answer):
    """Dollars spent on a budget line of the initiative."""

    line: int
    amount: Decimal | None = None
    effective_on: date | None = None

    def record(self, initiative: Initiative, *, by: Actor, at: datetime) -> None:
        missing = {
            name: _("This field is needed.") for name in ("amount", "effective_on") if getattr(self, name) is None
        }
        line = BudgetLine.objects.filter(initiative=initiative, pk=self.line).select_related("organization").first()
        if line is None:
            missing["line"] = _("Choose a budget line.")
        if missing or line is None or self.amount is None or self.effective_on is None:
            raise Invalid(_("The expenditure is not complete."), fields=missing)
        content = EntryContent(
            organization=line.organization, fiscal_year=line.fiscal_year, funding_source=line.funding_source,
            vote=line.vote, stage=Stage.EXPENDITURE, amount=self.amount, effective_on=self.effective_on,
        )  # fmt: skip
        record_entry(initiative=initiative, content=content, by=by, at=at)


def record_answers(
    initiative: Initiative, answers: Sequence[Answer], *, by: Actor, at: datetime
) -> dict[str, str | Promise]:
    """Record them, within the revision that is open; what was refused, by field. Then nothing of that revision may be
    kept."""
    refused: dict[str, str | Promise] = {}
    for answer in answers:
        try:
            answer.record(initiative, by=by, at=at)
        except Refused as error:
            refused |= answer.told(error)
    return refused


def _milestone(initiative: Initiative, code: str) -> Milestone:
    found = Milestone.objects.filter(initiative=initiative, code=code).first()
    if found is None:
        raise Missing(_("There is no such milestone here."))
    found.initiative = initiative
    return found
