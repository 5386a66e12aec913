"""Status updates: drafted and submitted by those who run the initiative."""

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from initiatives.actions.answers import Answer, record_answers
from initiatives.aggregates.weekly import Weekly, weekly
from initiatives.choices import Dimension, Workflow
from initiatives.models import Initiative, StatusUpdate
from initiatives.models.status_update import AFFIRMED, HEADLINES
from initiatives.rules import update_problems
from initiatives.rules.disagreement import Disagreement, codes, disagreements
from initiatives.rules.no_change import Refusal
from pillars.choices import WeekState
from pillars.models import ReportingWeek
from tracker.choices import Role
from tracker.editing import merged
from tracker.errors import Conflict, EditConflict, Invalid, NotAllowed
from tracker.models import User
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
    explanation_en: str = ""
    explanation_fr: str = ""

    @property
    def ratings(self) -> dict[Dimension, str]:
        """The rating of each dimension."""
        return {
            Dimension.SCHEDULE: self.health_schedule,
            Dimension.COST: self.health_cost,
            Dimension.SCOPE: self.health_scope,
        }

    def problems(self) -> Mapping[str, Promise]:
        """What keeps it from being submitted, by field."""
        return update_problems(
            ratings=self.ratings,
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
    read: Read | None = None, answers: Sequence[Answer] = (),
) -> StatusUpdate:  # fmt: skip
    """Hand the week's update to its reviewer. May be repeated until it is decided; the first time stays on record.

    `answers` are recorded as facts in the same revision, all or nothing, before the ratings are compared with the
    facts: where those speak against a rating, an explanation is asked for. With `no_change` the last approved update is
    affirmed: what is left empty is taken from it, and a headline given is the week's own sentence. What is stored
    already, a draft or a submission, may say nothing else: "no change" throws nothing away.

    `read` as in `save_draft`. Raises `Invalid` by field of what would be stored, `Conflict` for a week that is not
    open, an update that is approved or a "no change" that is none, and `EditConflict` also where it was returned since:
    that comment comes first.
    """
    require(by, Permission.WRITE_UPDATE, initiative.scopes)
    with revision(by=by, reason=f"{week.code} reported for {initiative.code}", at=at):
        update = _for_writing(initiative, week, by=by, at=at)
        stored = copy(update)
        whole = _write(update, content, by=by, read=read)
        _not_returned_unread(update, whole, read)
        refused = record_answers(initiative, answers, by=by, at=at)
        known = weekly([initiative], week, today=week.plan.day(at), current={}, asking=False)[initiative.pk]
        if whole.no_change:
            whole = _affirmed(update, whole, known, stored)
        found = disagreements(known.facts, whole.ratings)
        problems = {**whole.problems(), **_unexplained(whole, found), **refused}
        if problems:
            raise Invalid(_("The update is not complete."), fields=problems)
        update.disagreements = codes(found)
        update.workflow = Workflow.SUBMITTED
        update.submitted_by, update.submitted_at = by.user, at
        update.submitted_for = _stood_in(initiative, by.user)
        update.first_submitted_at = update.first_submitted_at or at
        update.decided_by = update.decided_for = update.decided_at = None
        update.return_comment = ""
        save(update)
    return update


def _stood_in(initiative: Initiative, user: User) -> User | None:
    """The manager for whom the person submits: nobody where the person is that manager, or a program manager there."""
    manages = any((Role.MANAGER, scope) in user.access.grants for scope in initiative.scopes)
    return None if manages or initiative.manager_id == user.pk else initiative.manager


def _affirmed(update: StatusUpdate, whole: UpdateContent, known: Weekly, stored: StatusUpdate) -> UpdateContent:
    """The last approved update said again, with the week's own sentence where it has one; `stored` is the update as it
    was before. Raises `Conflict`, or `Invalid` where that sentence is what is missing."""
    last, said = known.last, (whole.headline_en.strip(), whole.headline_fr.strip())
    stands = {name: getattr(last, name) for name in AFFIRMED} if last is not None else {}
    headlines = {name: stands.pop(name, "") for name in HEADLINES}
    sentence = any(text and text != before for text, before in zip(said, headlines.values(), strict=True))
    differs = any(getattr(whole, name) not in ("", value) for name, value in stands.items())
    refusal = known.no_change(stored, differs=differs, sentence=said if sentence else ("", ""))
    if refusal == Refusal.NEEDS_A_SENTENCE:
        raise Invalid(refusal.words, fields={"headline_en": refusal.words}, code=refusal.value)
    if refusal is not None:
        raise Conflict(refusal.words, fields={"no_change": refusal.words}, code=refusal.value)
    if sentence:
        headlines = {"headline_en": said[0], "headline_fr": said[1]}
    affirmed = replace(whole, **stands, **headlines)
    fill(update, asdict(affirmed))
    return affirmed


def _unexplained(content: UpdateContent, found: Sequence[Disagreement]) -> dict[str, str]:
    """What has to be explained and is not, by field."""
    if not found or content.explanation_en.strip() or content.explanation_fr.strip():
        return {}
    facts = " ".join(one.sentence for one in found)
    return {"explanation_en": _("Facts speak against a rating: say why it stands. %(facts)s") % {"facts": facts}}


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


def answering_person(by: Actor) -> None:
    """Refuse what nobody signs: a status update is an opinion, and an opinion is somebody's."""
    if by.user is None:
        raise NotAllowed(_("A status update needs a person who answers for it."), code="no_person")


def closed_week(week: ReportingWeek) -> Conflict:
    """The refusal to write or decide what a locked week holds."""
    message = _("%(week)s is locked: its rollup is made from what was reported in time.") % {"week": week.code}
    return Conflict(message, fields={"week": message}, code="week_locked")


def _for_writing(initiative: Initiative, week: ReportingWeek, *, by: Actor, at: datetime) -> StatusUpdate:
    """The week's update, begun if need be. Called under the writers' turn: nobody locks or decides meanwhile."""
    answering_person(by)
    week = ReportingWeek.objects.get(pk=week.pk)
    if week.plan_id != initiative.plan_id:
        raise Conflict(_("The week belongs to another plan."), fields={"week": _("Choose a week of this plan.")})
    if week.closed(at=at):
        raise closed_week(week)
    if week.state(at=at) == WeekState.SCHEDULED:
        message = _("%(week)s is not open yet.") % {"week": week.code}
        raise Conflict(message, fields={"week": message}, code="week_not_open")
    update = StatusUpdate.objects.filter(initiative=initiative, week=week).first()
    if update is None:
        return StatusUpdate(initiative=initiative, week=week, author=by.user)
    if update.workflow == Workflow.APPROVED:
        raise Conflict(_("This week's update is approved and cannot change."), code="approved")
    return update
