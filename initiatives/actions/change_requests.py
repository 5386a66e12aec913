"""New baselines: asked for by those who run the initiative, decided by somebody else."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from initiatives.choices import Decision
from initiatives.models import ChangeRequest, Milestone, MilestoneBaseline
from initiatives.rules import amount_problem
from tracker.errors import Conflict, EditConflict, Invalid, NotAllowed
from tracker.rules import Permission
from tracker.timemachine import Actor, head, revision
from tracker.writing import require, save

DECISIONS = (Decision.APPROVED, Decision.REFUSED)


def ask_baseline(
    *, milestone: Milestone, to: date, dollars: Decimal | None, reason: str, by: Actor, at: datetime
) -> ChangeRequest:
    """Ask that the milestone be measured against another date; its baselines stay as they are until that is approved.

    `dollars` is what it costs the initiative (negative: saves), None not estimated. One request at a time.
    Raises `Invalid` by field, `Conflict` for a milestone that is met, cancelled or already asked about.
    """
    require(by, Permission.RECORD_FACTS, milestone.initiative.scopes)
    _person(by)
    check_asked(milestone=milestone, to=to, dollars=dollars, reason=reason)
    with revision(by=by, reason=f"Baseline {to} asked for {_label(milestone)}: {reason.strip()}", at=at):
        fresh = Milestone.objects.get(pk=milestone.pk)
        _check_open(fresh)
        _check_moves(fresh, to)
        if fresh.change_requests.undecided().exists():
            message = _("A request for this milestone waits already. It has to be decided or withdrawn first.")
            raise Conflict(message, code="request_waits")
        request = ChangeRequest(
            milestone=fresh, date=to, dollars=dollars, reason=reason.strip(), requested_by=by.user, requested_at=at
        )
        save(request)
    return request


def check_asked(*, milestone: Milestone, to: date, dollars: Decimal | None, reason: str) -> None:
    """Raise `Invalid` by field for what cannot be asked, so that a preview says the same as the request would."""
    problems = {}
    if not reason.strip():
        problems["reason"] = _("Say why the date should change.")
    if to < milestone.initiative.plan.announced_on:
        problems["date"] = _("The plan was announced later than that.")
    if dollars is not None and dollars != 0 and (problem := amount_problem(dollars)) is not None:
        problems["dollars"] = str(problem)
    if problems:
        raise Invalid(_("The request is not complete."), fields=problems)
    _check_moves(milestone, to)


def withdraw_request(*, request: ChangeRequest, by: Actor, at: datetime) -> ChangeRequest:
    """Take one's own request back before it is decided; it stays on record."""
    _person(by)
    with revision(by=by, reason=f"Request for {_label(request.milestone)} withdrawn", at=at):
        fresh = _undecided(request)
        require(by, Permission.RECORD_FACTS, fresh.milestone.initiative.scopes)
        if fresh.requested_by_id != by.user.pk:
            raise NotAllowed(_("Only who asked withdraws a request. Others decide on it."), code="not_own_request")
        fresh.decision, fresh.decided_by, fresh.decided_at = Decision.WITHDRAWN, by.user, at
        save(fresh)
    return fresh


def decide_request(
    *, request: ChangeRequest, decision: Decision, comment: str = "", by: Actor, at: datetime, seen: int | None = None
) -> ChangeRequest:
    """Approve or refuse, for good; what is approved becomes the next baseline in the same revision. Nobody decides on
    their own request; a refusal says why.

    `seen` is a revision at which the request was read: what changed since is not decided unread (`EditConflict`).
    """
    if decision not in DECISIONS:
        raise Invalid(_("Approve or refuse."), fields={"decision": _("Approve or refuse.")})
    _person(by)
    comment = comment.strip()
    if decision == Decision.REFUSED and not comment:
        message = _("Say why it is refused.")
        raise Invalid(message, fields={"comment": message})
    with revision(by=by, reason=f"Baseline {request.date} {decision.value} for {_label(request.milestone)}", at=at):
        fresh = _undecided(request)
        require(by, Permission.DECIDE_BASELINE, fresh.milestone.initiative.scopes)
        if fresh.requested_by_id == by.user.pk:
            raise NotAllowed(_("Nobody decides on what they asked for. Another lead has to."), code="own_request")
        if seen is not None and not fresh.revision <= seen <= head():
            message = _("The request changed while you were reading it. Read it once more.")
            raise EditConflict(message, revision=fresh.revision)
        if decision == Decision.APPROVED:
            _check_open(fresh.milestone)
            _check_moves(fresh.milestone, fresh.date)
        fresh.decision, fresh.decided_by, fresh.decided_at, fresh.comment = decision, by.user, at, comment
        save(fresh)
        if decision == Decision.APPROVED:
            save(_next_baseline(fresh, at=at))
    return fresh


def _next_baseline(request: ChangeRequest, *, at: datetime) -> MilestoneBaseline:
    latest = _latest(request.milestone)
    return MilestoneBaseline(
        milestone=request.milestone, number=1 if latest is None else latest.number + 1, date=request.date,
        reason=request.reason, request=request, approved_by=request.decided_by, approved_at=at,
    )  # fmt: skip


def _latest(milestone: Milestone) -> MilestoneBaseline | None:
    return MilestoneBaseline.objects.filter(milestone=milestone).order_by("-number").first()


def _undecided(request: ChangeRequest) -> ChangeRequest:
    """The request as it is now, under the writers' turn. Raises `Conflict` once it is decided."""
    fresh = ChangeRequest.objects.select_related(
        "milestone__initiative__plan", "milestone__initiative__pillar__plan", "requested_by"
    ).get(pk=request.pk)
    if fresh.decision:
        raise Conflict(_("This request is decided already."), code="decided")
    return fresh


def _check_open(milestone: Milestone) -> None:
    if milestone.actual_on is not None or milestone.cancelled_on is not None:
        raise Conflict(_("A milestone that is met or cancelled has no new baseline."), code="milestone_closed")


def _check_moves(milestone: Milestone, to: date) -> None:
    latest = _latest(milestone)
    if latest is not None and latest.date == to:
        raise Invalid(_("Nothing moves."), fields={"date": _("This is the baseline already.")})


def _person(by: Actor) -> None:
    """A request and its decision are somebody's, so that the two can be told apart."""
    if by.user is None:
        raise NotAllowed(_("A new baseline needs people who ask for it and approve it."), code="no_person")


def _label(milestone: Milestone) -> str:
    return f"{milestone.initiative.code} {milestone.code}"
