"""Milestones: added with a forecast, moved with a reason, met on a date."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from initiatives.models import Initiative, Milestone, MilestoneForecast
from tracker.errors import Conflict, Invalid
from tracker.rules import Permission
from tracker.timemachine import Actor, revision
from tracker.writing import fill, require, save


@dataclass(frozen=True, kw_only=True)
class MilestoneContent:
    """What a person writes about a milestone."""

    title_en: str
    title_fr: str
    kind: str
    weight: Decimal = Decimal(1)
    acceptance_criteria_en: str = ""
    acceptance_criteria_fr: str = ""
    evidence: str = ""


def add_milestone(
    *, initiative: Initiative, content: MilestoneContent, forecast_on: date | None, by: Actor, at: datetime
) -> Milestone:
    """A new milestone under the next free code (`M4`), with the date first expected."""
    require(by, Permission.RECORD_FACTS, initiative.scopes)
    with revision(by=by, reason=f"Milestone added to {initiative.code}", at=at):
        milestone = Milestone(initiative=initiative, code=_next_code(initiative))
        fill(milestone, asdict(content))
        save(milestone)
        if forecast_on is not None:
            save(_forecast(milestone, forecast_on, "", by=by, at=at))
    return milestone


def move_forecast(*, milestone: Milestone, to: date, reason: str, by: Actor, at: datetime) -> MilestoneForecast:
    """A new forecast row; the dates expected before stay on record. Every move but the first says why."""
    initiative = milestone.initiative
    require(by, Permission.RECORD_FACTS, initiative.scopes)
    with revision(by=by, reason=f"Forecast of {initiative.code} {milestone.code}: {reason or to}", at=at):
        fresh = Milestone.objects.get(pk=milestone.pk)
        if fresh.actual_on is not None or fresh.cancelled_on is not None:
            raise Conflict(_("A milestone that is met or cancelled has no forecast."), code="milestone_closed")
        latest = fresh.forecasts.newest_first().first()
        if latest is not None and latest.date == to:
            raise Invalid(_("Nothing moved."), fields={"forecast_on": _("This is the forecast already.")})
        if latest is not None and not reason.strip():
            raise Invalid(_("The move needs a reason."), fields={"reason": _("Say why the date moves.")})
        forecast = _forecast(fresh, to, reason, by=by, at=at)
        save(forecast)
    return forecast


def meet_milestone(*, milestone: Milestone, on: date, evidence: str, by: Actor, at: datetime) -> Milestone:
    """Record when it was met. Recording another date later is a correction: both stay in the history."""
    initiative = milestone.initiative
    require(by, Permission.RECORD_FACTS, initiative.scopes)
    if on > initiative.plan.day(at):
        raise Invalid(_("The date cannot be right."), fields={"actual_on": _("A milestone is not met in the future.")})
    with revision(by=by, reason=f"{initiative.code} {milestone.code} met on {on}", at=at):
        fresh = Milestone.objects.get(pk=milestone.pk)
        if fresh.cancelled_on is not None:
            raise Conflict(_("The milestone is cancelled."), code="milestone_closed")
        fresh.actual_on, fresh.evidence = on, evidence or fresh.evidence
        save(fresh)
    return fresh


def _forecast(milestone: Milestone, on: date, reason: str, *, by: Actor, at: datetime) -> MilestoneForecast:
    return MilestoneForecast(milestone=milestone, date=on, reason=reason, made_by=by.user, made_at=at)


def _next_code(initiative: Initiative) -> str:
    numbers = [
        int(code[1:])
        for code in initiative.milestones.values_list("code", flat=True)
        if code.startswith("M") and code[1:].isdigit()
    ]
    return f"M{max(numbers, default=0) + 1}"
