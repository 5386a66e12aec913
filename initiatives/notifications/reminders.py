"""Mail about updates that are due soon or overdue: once a week to each person, whatever they owe."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Exists, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from initiatives.models import Initiative
from initiatives.models.initiative import within
from initiatives.notifications.lines import simulated, to_read, to_write
from initiatives.notifications.owing import Owed, Share, access_in, access_to, owing
from pillars.models import ReportingWeek
from tracker.choices import MailKind, SkipReason
from tracker.formats import long_datetime
from tracker.letters import LISTED, Author, Letter, Line, Part, more, page
from tracker.models import Mail, MailRound
from tracker.outbox import Draft, hold_round, pass_over
from tracker.rules import Permission

REMIND_BEFORE = timedelta(days=1)  # before updates are due


@dataclass(frozen=True)
class Listed:
    """What a mail is about, and those initiatives of it that it lists: twelve at most, of either kind some."""

    share: Share
    mine: tuple[Initiative, ...]
    led: tuple[Initiative, ...]

    @property
    def count(self) -> int:
        return len(self.share.mine) + len(self.share.led)


def remind(*, at: datetime) -> int:
    """Leave the mails about updates that are due soon or overdue, for each week whose time it is, once; how many.

    A time that went by unused is passed over: the tracker was off until the updates were due, or the week closed.
    """
    left = 0
    for kind, since in ((MailKind.DUE_SOON, at + REMIND_BEFORE), (MailKind.OVERDUE, at)):
        weeks = list(_unheld(kind).filter(initiative_due_at__lte=since).select_related("plan").order_by("starts_on"))
        late = [week for week in weeks if _useless(kind, week, at=at)]
        pass_over((_occasion(kind, week) for week in late), kind, at=at)
        for week in weeks:
            if week not in late:
                left += hold_round(_occasion(kind, week), kind, partial(_about, kind, week, at=at), at=at)
    return left


def reminder(mail: Mail, *, at: datetime) -> Author | SkipReason:
    """What is owed by the one who is written to, read now."""
    week = ReportingWeek.objects.select_related("plan").get(pk=mail.about["week"])
    kind = MailKind(mail.kind)
    if _useless(kind, week, at=at):
        return SkipReason.TOO_LATE
    access = access_to(week.plan, mail.recipient_id, at=at)
    theirs = owing(week).filter(within(access.permitting(Permission.WRITE_UPDATE), ""))
    share = Owed(theirs).share(mail.recipient_id, access)
    if kind == MailKind.DUE_SOON:
        share = Share(share.mine, frozenset())
    if not share.mine and not share.led:
        return SkipReason.NOT_NEEDED
    listed = _listed(share)
    return lambda: _due_soon(week, listed) if kind == MailKind.DUE_SOON else _overdue(week, listed)


def _unheld(kind: MailKind) -> QuerySet[ReportingWeek]:
    occasion = Concat(Value(f"{kind}/week/"), Cast(OuterRef("pk"), TextField()), output_field=TextField())
    return ReportingWeek.objects.filter(~Exists(MailRound.objects.filter(occasion=occasion)))


def _occasion(kind: MailKind, week: ReportingWeek) -> str:
    return f"{kind}/week/{week.pk}"


def _useless(kind: MailKind, week: ReportingWeek, *, at: datetime) -> bool:
    """Whether it is too late to be told so."""
    return week.closed(at=at) or (kind == MailKind.DUE_SOON and week.initiative_due_at <= at)


def _about(kind: MailKind, week: ReportingWeek, *, at: datetime) -> list[Draft]:
    """One mail to each who owes an update; of what is overdue, one to their pillar leads too."""
    owed = Owed(owing(week))
    drafts = []
    for person, access in sorted(access_in(week.plan, at=at).items()):
        share = owed.share(person, access)
        if share.mine or (kind == MailKind.OVERDUE and share.led):
            drafts.append(Draft(str(week.pk), kind, person, week.plan.code, {"week": week.pk}))
    return drafts


def _listed(share: Share) -> Listed:
    room = max(LISTED // 2, LISTED - len(share.led))
    mine = tuple(Initiative.objects.filter(pk__in=share.mine).for_list()[:room])
    led = tuple(Initiative.objects.filter(pk__in=share.led).for_list()[: LISTED - len(mine)])
    return Listed(share, mine, led)


def _due_soon(week: ReportingWeek, listed: Listed) -> Letter:
    count = listed.count
    with timezone.override(week.plan.zone):
        named = {
            "plan": week.plan.code,
            "week": week.code,
            "count": count,
            "due": long_datetime(week.initiative_due_at),
        }
    return Letter(
        subject=ngettext(
            "%(plan)s %(week)s: %(count)d update due by %(due)s", "%(plan)s %(week)s: %(count)d updates due by %(due)s",
            count,
        ) % named,
        todo=ngettext(
            "Submit the status update of this initiative by %(due)s. Where nothing changed, one press is enough.",
            "Submit the status updates of these initiatives by %(due)s. Where nothing changed, one press is enough.",
            count,
        ) % named,
        link=_my_week(week),
        parts=(_mine(week, listed, title=""),),
        why=simulated(week) + _("You get this because you report on these initiatives in %(plan)s.") % named,
    )  # fmt: skip


def _overdue(week: ReportingWeek, listed: Listed) -> Letter:
    plan, share = week.plan, listed.share
    with timezone.override(plan.zone):
        named = {
            "plan": plan.code, "week": week.code, "count": listed.count, "due": long_datetime(week.initiative_due_at),
            "locks": long_datetime(week.locks_at),
        }  # fmt: skip
    mine = _mine(week, listed, title=_("Without an update from you") if share.led else "")
    review = Line(_("Review"), page("review", plan.code))
    others = more(len(share.led) - len(listed.led), review.url)
    led = Part(_("Without an update, in what you lead"), (*map(to_read, listed.led), *others))
    todo = (
        _("Submit what was due by %(due)s before the week locks on %(locks)s; after that it counts as “no update”.")
        if share.mine
        else _(
            "Ask for what was due by %(due)s before the week locks on %(locks)s; after that it counts as “no update”."
        )
    )
    return Letter(
        subject=ngettext(
            "%(plan)s %(week)s: %(count)d update is overdue", "%(plan)s %(week)s: %(count)d updates are overdue",
            listed.count,
        ) % named,
        todo=todo % named,
        link=_my_week(week) if share.mine else review,
        parts=tuple(part for part in (mine, led) if part.lines),
        why=simulated(week) + _("You get this because you report on initiatives in %(plan)s, or lead them.") % named,
    )  # fmt: skip


def _mine(week: ReportingWeek, listed: Listed, *, title: str) -> Part:
    others = more(len(listed.share.mine) - len(listed.mine), _my_week(week).url)
    return Part(title, (*(to_write(initiative, week) for initiative in listed.mine), *others))


def _my_week(week: ReportingWeek) -> Line:
    """The page lists the running week and every other that takes updates."""
    return Line(_("My week"), page("my-week", week.plan.code))
