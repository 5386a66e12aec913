"""Status updates: drafted and submitted by those who run the initiative, decided by somebody else."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from initiatives.choices import Dimension, Workflow
from initiatives.models import Initiative, StatusUpdate
from initiatives.rules import can_move, update_problems
from pillars.choices import WeekState
from pillars.models import ReportingWeek
from tracker.editing import merged
from tracker.errors import Conflict, EditConflict, Invalid, NotAllowed
from tracker.rules import Permission
from tracker.timemachine import Actor, as_of, revision
from tracker.writing import fill, require, save


@dataclass(frozen=True, kw_only=True)
class UpdateContent:
    """What a person writes into a status update."""

    health_schedule: str = ""
    health_cost: str = ""
    health_scope: str = ""
    health_overall: str = ""
    overall_reason: str = ""
    headline_en: str = ""
    headline_fr: str = ""
    narrative_en: str = ""
    narrative_fr: str = ""
    path_to_green_en: str = ""
    path_to_green_fr: str = ""
    decision_needed_en: str = ""
    decision_needed_fr: str = ""
    no_change: bool = False

    def problems(self) -> Mapping[str, Promise]:
        """What keeps it from being submitted, by field."""
        return update_problems(
            ratings={
                Dimension.SCHEDULE: self.health_schedule,
                Dimension.COST: self.health_cost,
                Dimension.SCOPE: self.health_scope,
            },
            overall=self.health_overall,
            overall_reason=self.overall_reason,
            headlines=(self.headline_en, self.headline_fr),
            paths_to_green=(self.path_to_green_en, self.path_to_green_fr),
        )


UPDATE_FIELDS = frozenset(field.name for field in fields(UpdateContent))


@dataclass(frozen=True, kw_only=True)
class Read:
    """What a writer read before writing: the update as of revision `seen` (0: there was none yet; None: the writer does
    not say), of which the fields `given` are sent and the others keep what is stored."""

    seen: int | None
    given: Collection[str] = UPDATE_FIELDS


def save_draft(
    *, initiative: Initiative, week: ReportingWeek, content: UpdateContent, by: Actor, at: datetime,
    read: Read | None = None,
) -> StatusUpdate:  # fmt: skip
    """Keep unfinished work, seen by those who run or review it. A submitted update does not become a draft again.

    `read` says what the writer had read: what others changed since is merged, or told by `EditConflict`. Without it the
    content replaces what is there; that is for writers that answer to nobody's page, as a replay of old records.
    """
    require(by, Permission.WRITE_UPDATE, initiative.scopes)
    with revision(by=by, reason=f"Draft of {week.code} for {initiative.code}", at=at):
        update = _for_writing(initiative, week, by=by, at=at)
        if update.workflow == Workflow.SUBMITTED:
            raise Conflict(_("This update is already submitted. Submit it again to change it."), code="submitted")
        _write(update, content, by=by, read=read)
        save(update)
    return update


def submit_update(
    *, initiative: Initiative, week: ReportingWeek, content: UpdateContent, by: Actor, at: datetime,
    read: Read | None = None,
) -> StatusUpdate:  # fmt: skip
    """Hand the week's update to its reviewer. May be repeated until it is decided; the first time stays on record.

    `read` as in `save_draft`. Raises `Invalid` by field of what would be stored, `Conflict` for a week that is not open
    or an update that is approved, and `EditConflict` also where it was returned since: that comment comes first.
    """
    require(by, Permission.WRITE_UPDATE, initiative.scopes)
    with revision(by=by, reason=f"{week.code} reported for {initiative.code}", at=at):
        update = _for_writing(initiative, week, by=by, at=at)
        whole = _write(update, content, by=by, read=read)
        _not_returned_unread(update, whole, read)
        problems = whole.problems()
        if problems:
            raise Invalid(_("The update is not complete."), fields=dict(problems))
        update.workflow = Workflow.SUBMITTED
        update.submitted_by, update.submitted_at = by.user, at
        update.first_submitted_at = update.first_submitted_at or at
        update.decided_by = update.decided_at = None
        update.return_comment = ""
        save(update)
    return update


def approve_update(*, update: StatusUpdate, by: Actor, at: datetime, seen: int | None = None) -> StatusUpdate:
    """Accept what was submitted; from now on it never changes. Nobody approves what they had a hand in.

    `seen` is the revision of the update that the reviewer read: a later text is not approved unread (`Conflict`).
    """
    with revision(by=by, reason=f"{_label(update)} approved", at=at):
        fresh = _for_decision(update, Workflow.APPROVED, by=by, at=at, seen=seen)
        fresh.workflow, fresh.decided_by, fresh.decided_at = Workflow.APPROVED, by.user, at
        fresh.return_comment = ""
        save(fresh)
    return fresh


def return_update(
    *, update: StatusUpdate, comment: str, by: Actor, at: datetime, seen: int | None = None
) -> StatusUpdate:
    """Give it back to its author, saying what is missing. `seen` as in `approve_update`."""
    if not comment.strip():
        message = _("Say what should change.")
        raise Invalid(message, fields={"comment": message})
    with revision(by=by, reason=f"{_label(update)} returned", at=at):
        fresh = _for_decision(update, Workflow.RETURNED, by=by, at=at, seen=seen)
        fresh.workflow, fresh.decided_by, fresh.decided_at = Workflow.RETURNED, by.user, at
        fresh.return_comment = comment
        save(fresh)
    return fresh


def _label(update: StatusUpdate) -> str:
    return f"{update.week.code} of {update.initiative.code}"


def _write(update: StatusUpdate, content: UpdateContent, *, by: Actor, read: Read | None) -> UpdateContent:
    """Put the content into the update, merged with what others wrote since; what the update then says."""
    values = asdict(content)
    if read is not None:
        wanted = {name: value for name, value in values.items() if name in read.given}
        values = {name: getattr(update, name) for name in values} | merged(update, wanted, seen=read.seen)
    fill(update, values)
    if by.user.pk not in update.writers:
        update.writers = [*update.writers, by.user.pk]
    return UpdateContent(**values)


def _not_returned_unread(update: StatusUpdate, whole: UpdateContent, read: Read | None) -> None:
    """Submitting takes a reviewer's comment away, so whoever submits has to have seen it."""
    if read is None or read.seen is None or update.workflow != Workflow.RETURNED or read.seen >= update.revision:
        return
    with as_of(read.seen):
        then = StatusUpdate.objects.filter(pk=update.pk).values_list("workflow", "decided_at").first()
    if then != (Workflow.RETURNED, update.decided_at):
        message = _("The update was returned while you were writing. Read the comment, then submit again.")
        raise EditConflict(message, revision=update.revision, values=asdict(whole))


def _person(by: Actor) -> None:
    """A status update is an opinion, and an opinion is somebody's: the tracker itself has none."""
    if by.user is None:
        raise NotAllowed(_("A status update needs a person who answers for it."), code="no_person")


def _closed(week: ReportingWeek) -> Conflict:
    message = _("%(week)s is locked: its rollup is made from what was reported in time.") % {"week": week.code}
    return Conflict(message, fields={"week": message}, code="week_locked")


def _for_writing(initiative: Initiative, week: ReportingWeek, *, by: Actor, at: datetime) -> StatusUpdate:
    """The week's update, begun if need be. Called under the writers' turn: nobody locks or decides meanwhile."""
    _person(by)
    week = ReportingWeek.objects.get(pk=week.pk)
    if week.plan_id != initiative.plan_id:
        raise Conflict(_("The week belongs to another plan."), fields={"week": _("Choose a week of this plan.")})
    if week.closed(at=at):
        raise _closed(week)
    if week.state(at=at) == WeekState.SCHEDULED:
        message = _("%(week)s is not open yet.") % {"week": week.code}
        raise Conflict(message, fields={"week": message}, code="week_not_open")
    update = StatusUpdate.objects.filter(initiative=initiative, week=week).first()
    if update is None:
        return StatusUpdate(initiative=initiative, week=week, author=by.user)
    if update.workflow == Workflow.APPROVED:
        raise Conflict(_("This week's update is approved and cannot change."), code="approved")
    return update


def _for_decision(update: StatusUpdate, to: Workflow, *, by: Actor, at: datetime, seen: int | None) -> StatusUpdate:
    """The submitted update, under the writers' turn. Decisions end with the week, as reports do."""
    _person(by)
    fresh = StatusUpdate.objects.select_related("week", "initiative__plan", "initiative__pillar").get(pk=update.pk)
    require(by, Permission.DECIDE_UPDATE, fresh.initiative.scopes)
    if fresh.written_by(by.user):
        raise NotAllowed(_("Nobody decides on what they wrote. Another reviewer has to."), code="own_update")
    if fresh.week.closed(at=at):
        raise _closed(fresh.week)
    if not can_move(Workflow(fresh.workflow), to):
        raise Conflict(_("Only a submitted update can be decided on."), code="not_submitted")
    if seen is not None and seen != fresh.revision:
        raise Conflict(
            _("The update was submitted again while you were reading it. Read it once more."), code="changed"
        )
    return fresh
