"""The end of a milestone that is not met, and the way back from a mistake."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from initiatives.models import Milestone
from tracker.errors import Conflict, Invalid
from tracker.rules import Permission
from tracker.timemachine import Actor, revision
from tracker.writing import require, save


def cancel_milestone(*, milestone: Milestone, on: date, reason: str, by: Actor, at: datetime) -> Milestone:
    """From that day it counts no more; it stays to be seen, with the reason. One that is met is not cancelled."""
    initiative = milestone.initiative
    require(by, Permission.RECORD_FACTS, initiative.scopes)
    _say_why(reason, _("Say why it is cancelled."))
    if on > initiative.plan.day(at):
        message = _("A milestone is not cancelled in the future.")
        raise Invalid(_("The date cannot be right."), fields={"cancelled_on": message})
    with revision(by=by, reason=f"{initiative.code} {milestone.code} cancelled: {reason.strip()}", at=at):
        fresh = Milestone.objects.get(pk=milestone.pk)
        if fresh.actual_on is not None or fresh.cancelled_on is not None:
            raise Conflict(
                _("The milestone is met or cancelled already. Reopen it first, if that is a mistake."),
                code="milestone_closed",
            )
        fresh.cancelled_on, fresh.cancelled_reason = on, reason.strip()
        save(fresh)
    return fresh


def reopen_milestone(*, milestone: Milestone, reason: str, by: Actor, at: datetime) -> Milestone:
    """Undo that it was met or cancelled by mistake. What stood there, and the reason, stay in the history."""
    initiative = milestone.initiative
    require(by, Permission.RECORD_FACTS, initiative.scopes)
    _say_why(reason, _("Say what the mistake was."))
    with revision(by=by, reason=f"{initiative.code} {milestone.code} reopened: {reason.strip()}", at=at):
        fresh = Milestone.objects.get(pk=milestone.pk)
        if fresh.actual_on is None and fresh.cancelled_on is None:
            raise Conflict(_("The milestone is open."), code="milestone_open")
        fresh.actual_on = fresh.cancelled_on = None
        fresh.cancelled_reason = ""
        save(fresh)
    return fresh


def _say_why(reason: str, message: str) -> None:
    if not reason.strip():
        raise Invalid(message, fields={"reason": message})
