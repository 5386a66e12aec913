"""Decisions on status updates: approved or returned, by somebody who did not write them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from initiatives.actions.updates import answering_person, closed_week
from initiatives.aggregates.reviewers import leads_at, pillar_leads
from initiatives.choices import Workflow
from initiatives.models import StatusUpdate
from initiatives.notifications import tell_writers
from initiatives.rules import can_move
from tracker.errors import Conflict, EditConflict, Invalid, NotAllowed, Refused
from tracker.models import User
from tracker.rules import Permission
from tracker.timemachine import Actor, head, revision
from tracker.writing import require, save


@dataclass(frozen=True)
class Reviewed:
    """An update that a reviewer read, as of revision `seen`."""

    update: StatusUpdate
    seen: int


@dataclass(frozen=True)
class Decided:
    """What became of updates that were approved together: those that are, and those that are not, each with why."""

    approved: list[StatusUpdate]
    refused: list[tuple[StatusUpdate, Refused]]


def approve_update(
    *, update: StatusUpdate, by: Actor, at: datetime, seen: int | None = None, on_behalf_of: User | None = None
) -> StatusUpdate:
    """Accept what was submitted; from now on it never changes. Nobody approves what they had a hand in, or what was
    submitted for them.

    `seen` is a revision at which the reviewer read it: what changed since is not approved unread (`EditConflict`).
    `on_behalf_of` names the pillar lead for whom somebody else decides; another person is refused (`Invalid`).
    """
    with revision(by=by, reason=f"{_label(update)} approved", at=at):
        fresh = _for_decision(update, Workflow.APPROVED, by=by, at=at, seen=seen)
        fresh.workflow, fresh.decided_by, fresh.decided_at = Workflow.APPROVED, by.user, at
        fresh.decided_for = _lead(fresh, on_behalf_of, by=by, at=at)
        fresh.return_comment = ""
        save(fresh)
        tell_writers(fresh, by=by, at=at)
    return fresh


def approve_updates(
    *, reviewed: Sequence[Reviewed], by: Actor, at: datetime, on_behalf_of: User | None = None
) -> Decided:
    """Approve several updates in one revision, as one act. Each is judged by itself, as `approve_update` does: one that
    changed meanwhile, or that the reviewer wrote, is refused and says so, and the others are approved."""
    decided = Decided([], [])
    with revision(by=by, reason="Updates approved together", at=at):
        for one in reviewed:
            try:
                approved = approve_update(update=one.update, by=by, at=at, seen=one.seen, on_behalf_of=on_behalf_of)
            except Refused as error:
                decided.refused.append((one.update, error))
            else:
                decided.approved.append(approved)
    return decided


def return_update(
    *, update: StatusUpdate, comment: str, by: Actor, at: datetime, seen: int | None = None,
    on_behalf_of: User | None = None,
) -> StatusUpdate:  # fmt: skip
    """Give it back to its author, saying what is missing. `seen` and `on_behalf_of` as in `approve_update`."""
    if not comment.strip():
        message = _("Say what should change.")
        raise Invalid(message, fields={"comment": message})
    with revision(by=by, reason=f"{_label(update)} returned", at=at):
        fresh = _for_decision(update, Workflow.RETURNED, by=by, at=at, seen=seen)
        fresh.workflow, fresh.decided_by, fresh.decided_at = Workflow.RETURNED, by.user, at
        fresh.decided_for = _lead(fresh, on_behalf_of, by=by, at=at)
        fresh.return_comment = comment
        save(fresh)
        tell_writers(fresh, by=by, at=at)
    return fresh


def _lead(update: StatusUpdate, named: User | None, *, by: Actor, at: datetime) -> User | None:
    """The pillar lead for whom the decision is made. Nobody decides on what they wrote, nor has it decided for them."""
    if named is None:
        return None
    scopes, day = update.initiative.scopes, update.week.plan.day(at)
    if named == by.user or named not in leads_at(pillar_leads(scopes, on=day), scopes):
        message = _("Name another person who is a pillar lead here.")
        raise Invalid(message, fields={"on_behalf_of": message}, code="not_a_lead")
    if update.submitted_for_id == named.pk:
        message = _("This update was submitted for %(name)s: nobody decides on it for them.")
        raise NotAllowed(message % {"name": named.display_name}, code="own_update")
    if update.written_by(named):
        message = _("%(name)s wrote this update: nobody decides on it for them.") % {"name": named.display_name}
        raise NotAllowed(message, code="own_update")
    return named


def _label(update: StatusUpdate) -> str:
    return f"{update.week.code} of {update.initiative.code}"


def _for_decision(update: StatusUpdate, to: Workflow, *, by: Actor, at: datetime, seen: int | None) -> StatusUpdate:
    """The submitted update, under the writers' turn. Decisions end with the week, as reports do."""
    answering_person(by)
    fresh = StatusUpdate.objects.select_related("week__plan", "initiative__plan", "initiative__pillar").get(
        pk=update.pk
    )
    require(by, Permission.DECIDE_UPDATE, fresh.initiative.scopes)
    if fresh.submitted_for_id == by.user.pk:
        raise NotAllowed(_("This update was submitted for you. Another reviewer has to decide."), code="own_update")
    if fresh.written_by(by.user):
        raise NotAllowed(_("Nobody decides on what they wrote. Another reviewer has to."), code="own_update")
    if fresh.week.closed(at=at):
        raise closed_week(fresh.week)
    if not can_move(Workflow(fresh.workflow), to):
        raise Conflict(_("Only a submitted update can be decided on."), code="not_submitted")
    if seen is not None and not fresh.revision <= seen <= head():
        message = _("The update was submitted again while you were reading it. Read it once more.")
        raise EditConflict(message, revision=fresh.revision)
    return fresh
