"""Mail about updates that were returned or approved, to those who wrote in them."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from initiatives.choices import Workflow
from initiatives.models import StatusUpdate
from initiatives.notifications.lines import guarded, simulated, to_read, to_write
from initiatives.notifications.owing import access_to
from tracker.choices import MailKind, SkipReason
from tracker.formats import long_datetime
from tracker.letters import Author, Letter, Line, Part
from tracker.models import Mail
from tracker.outbox import Draft, leave
from tracker.rules import Permission
from tracker.timemachine import Actor

DECIDED = {Workflow.RETURNED: MailKind.RETURNED, Workflow.APPROVED: MailKind.APPROVED}

# A reviewer's comment is for who can act on it: those who write the update, and those who decide on it.
_NEEDED = {
    MailKind.RETURNED: (Permission.WRITE_UPDATE, Permission.DECIDE_UPDATE),
    MailKind.APPROVED: (Permission.READ,),
}


def tell_writers(update: StatusUpdate, *, by: Actor, at: datetime) -> None:
    """Leave a mail to each who wrote into an update that was decided, in the transaction of the decision. A replay of
    old records writes to nobody."""
    if by.replaying:
        return
    kind = DECIDED[Workflow(update.workflow)]
    writers = {update.author_id, *update.writers, *([update.submitted_by_id] if update.submitted_by_id else [])}
    about = {"update": update.pk, "decided_at": at.isoformat()}
    plan = update.initiative.plan.code
    leave((Draft(f"{update.pk}/r{update.revision}", kind, pk, plan, about) for pk in sorted(writers)), at=at)


def decision(mail: Mail, *, at: datetime) -> Author | SkipReason:
    """What was decided, as long as it stands and its reader has a part in it."""
    update = StatusUpdate.objects.for_list().get(pk=mail.about["update"])
    access = access_to(update.initiative.plan, mail.recipient_id, at=at)
    if not any(access.may(permission, update.initiative.scopes) for permission in _NEEDED[MailKind(mail.kind)]):
        return SkipReason.NO_ACCESS
    decided_at = update.decided_at and update.decided_at.isoformat()
    if DECIDED.get(Workflow(update.workflow)) != mail.kind or decided_at != mail.about["decided_at"]:
        return SkipReason.NOT_NEEDED
    return lambda: _returned(update) if mail.kind == MailKind.RETURNED else _approved(update)


def _returned(update: StatusUpdate) -> Letter:
    initiative, week = update.initiative, update.week
    with timezone.override(week.plan.zone):
        named = {**_named(update), "locks": long_datetime(week.locks_at)}
    comment = () if guarded(initiative) else tuple(map(Line, filter(str.strip, update.return_comment.splitlines())))
    return Letter(
        subject=_("%(plan)s %(week)s: your update of %(code)s is returned") % named,
        todo=_("Change the update as %(name)s asks, and submit it again before the week locks on %(locks)s.") % named,
        link=to_write(initiative, week),
        parts=(Part(_("What should change"), comment),) if comment else (),
        why=simulated(week) + _("You get this because you wrote in this update."),
    )


def _approved(update: StatusUpdate) -> Letter:
    named = _named(update)
    return Letter(
        subject=_("%(plan)s %(week)s: your update of %(code)s is approved") % named,
        todo=_("%(name)s has approved it; there is nothing left to do.") % named,
        link=to_read(update.initiative),
        why=simulated(update.week) + _("You get this because you wrote in this update."),
    )


def _named(update: StatusUpdate) -> dict[str, str]:
    return {
        "plan": update.week.plan.code,
        "week": update.week.code,
        "code": update.initiative.code,
        "name": update.decided_by.display_name if update.decided_by else "",
    }
