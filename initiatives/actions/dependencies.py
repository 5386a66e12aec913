"""What milestones wait for."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from initiatives.models import Milestone, MilestoneDependency
from initiatives.rules.milestones import circle
from tracker.errors import Conflict, Invalid
from tracker.rules import Permission
from tracker.timemachine import Actor, revision
from tracker.writing import require, save


def add_dependency(
    *, milestone: Milestone, needs: Milestone, note: str = "", by: Actor, at: datetime
) -> MilestoneDependency:
    """`milestone` cannot be met before `needs` is. Both are of one plan; raises `Invalid` naming the circle that it
    would close."""
    initiative = milestone.initiative
    require(by, Permission.RECORD_FACTS, initiative.scopes)
    if initiative.plan_id != needs.initiative.plan_id:
        raise _refused(_("It belongs to another plan. Choose a milestone of this plan."))
    with revision(by=by, reason=f"{_label(milestone)} waits for {_label(needs)}", at=at):
        if MilestoneDependency.objects.filter(milestone=milestone, needs=needs).exists():
            raise _refused(_("It waits for that one already."))
        edges = MilestoneDependency.objects.filter(milestone__initiative__plan=initiative.plan_id)
        closed = circle(
            milestone=milestone.pk, needs=needs.pk, edges=edges.order_by("pk").values_list("milestone", "needs")
        )
        if closed:
            raise _refused(
                _("That would close a circle, in which each waits for the next: %(circle)s.")
                % {"circle": _named(closed, by=by)}
            )
        dependency = MilestoneDependency(milestone=milestone, needs=needs, note=note.strip())
        save(dependency)
    return dependency


def remove_dependency(*, dependency: MilestoneDependency, reason: str, by: Actor, at: datetime) -> None:
    """It waits for that one no more; the history keeps that it did."""
    milestone = dependency.milestone
    require(by, Permission.RECORD_FACTS, milestone.initiative.scopes)
    if not reason.strip():
        message = _("Say why it waits no more.")
        raise Invalid(message, fields={"reason": message})
    label = f"{_label(milestone)} no longer waits for {_label(dependency.needs)}: {reason.strip()}"
    with revision(by=by, reason=label, at=at):
        gone, _kinds = MilestoneDependency.objects.filter(pk=dependency.pk).delete()
        if not gone:
            raise Conflict(_("This dependency is removed already."), code="removed")


def _named(keys: Sequence[int], *, by: Actor) -> str:
    """`1.01 M1 → 2.03 M2 → 1.01 M1`; what the person may not see is an ellipsis."""
    rows = Milestone.objects.filter(pk__in=keys).select_related("initiative")
    if by.user is not None:
        rows = rows.visible_to(by.user)
    labels = {row.pk: _label(row) for row in rows}
    return " → ".join(labels.get(key, "…") for key in keys)


def _label(milestone: Milestone) -> str:
    return f"{milestone.initiative.code} {milestone.code}"


def _refused(message: str) -> Invalid:
    return Invalid(message, fields={"needs": message})
