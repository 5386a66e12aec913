"""How background work stands, for administrators: ticks, tasks, the outbox, the queue; and a mail sent again."""

from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pillars.models import ReportingWeek
from reports.cycle import unpublished
from reports.models import WeeklyRollup
from tracker import broker
from tracker.background import standing
from tracker.choices import Channel, MailKind, MailState, SkipReason
from tracker.errors import NotAllowed, Refused
from tracker.filters import refuse_unknown
from tracker.idempotency import once_by_page
from tracker.models import Mail, TaskRun, User
from tracker.outbox import send_again
from tracker.rules import EVERYWHERE, Permission
from tracker.timemachine import Actor
from tracker.views.account import MOMENT
from tracker.views.health import database_answers

SHOWN = 50  # rows of a list


@login_required
@require_safe
def operations(request: HttpRequest) -> HttpResponse:
    """Everything on one page, what went wrong first. Always of now: nothing here is part of the plan's history."""
    _administrator(request)
    refuse_unknown(request.GET, MOMENT)
    at = timezone.now()
    context = {
        "work": standing(at=at),
        "queue": broker.queue_length(),
        "mail_goes_to": settings.MAIL_GOES_TO,
        "mails_as_files": settings.EMAIL_FILE_PATH,
        "to_lock": list(ReportingWeek.objects.to_lock(at=at).select_related("plan")[:SHOWN]),
        "to_publish": list(unpublished().select_related("plan").order_by("starts_on")[:SHOWN]),
        "runs": list(TaskRun.objects.for_list()[:SHOWN]),
        "states": _states(),
        "troubled": _mails(
            Q(state__in=[MailState.FAILED, MailState.UNCERTAIN]) | Q(state=MailState.WAITING, tries__gt=0)
        ),
        "skipped": _mails(Q(state=MailState.SKIPPED)),
        "without_address": User.objects.filter(is_active=True, email="", grants__isnull=False).distinct().count(),
        "shown": SHOWN,
    }
    return render(request, "reports/operations.html", context)


@login_required
@require_POST
def mail_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a mail sent again; back to the page."""
    user = _administrator(request)
    refuse_unknown(request.GET, frozenset())
    mail = get_object_or_404(Mail, pk=pk)
    by = Actor(user=user, channel=Channel.WEB)
    try:
        done = once_by_page(request, lambda: send_again(mail=mail, by=by, at=timezone.now()))
    except Refused as error:
        messages.error(request, str(error.message))
    else:
        said = _("The page was sent twice. It is recorded once.") if done.again else _("The mail is sent again.")
        messages.success(request, said)
    return redirect("operations")


@require_safe
def deep(request: HttpRequest) -> JsonResponse:
    """For whoever watches: how old what background work does is. 503 when the database is away. Of nobody, and of
    nothing that a plan says."""
    if not database_answers():
        return JsonResponse({"status": "failed", "database": "away"}, status=503)
    at = timezone.now()
    work, queue = standing(at=at), broker.queue_length()
    rollup = WeeklyRollup.objects.order_by("-sealed_at").values_list("sealed_at", flat=True).first()
    body: dict[str, Any] = {
        "status": "degraded" if work.delayed or queue is None else "ok",
        "database": "ok",
        "broker": "away" if queue is None else "ok",
        "queue_length": queue,
        "last_tick_seconds": _seconds(work.last_tick, at),
        "outbox_age_seconds": round(work.outbox_age.total_seconds()),
        "last_rollup_seconds": _seconds(rollup, at),
        "weeks_to_lock": ReportingWeek.objects.to_lock(at=at).count(),
        "weeks_to_publish": unpublished().count(),
        "mails_failed": Mail.objects.filter(state__in=[MailState.FAILED, MailState.UNCERTAIN]).count(),
    }
    return JsonResponse(body)


def _administrator(request: HttpRequest) -> User:
    """The person, who looks after accounts and the machine. Raises `NotAllowed` for others."""
    user = cast(User, request.user)
    if not user.may(Permission.MANAGE_PEOPLE, [EVERYWHERE]):
        raise NotAllowed(_("Your roles do not allow this here. Ask the plan's administrator for a role that does."))
    return user


def _states() -> list[tuple[str, str, int]]:
    """How many mails came into which state, and why those not sent were not; of the last ninety days."""
    rows = Mail.objects.order_by("state", "skip_reason").values_list("state", "skip_reason").annotate(Count("pk"))
    return [
        (str(MailState(state).label), str(SkipReason(reason).label) if reason else "", count)
        for state, reason, count in rows
    ]


def _mails(which: Q) -> list[tuple[Mail, str]]:
    """The newest of these, each with the words for its kind."""
    return [(mail, str(MailKind(mail.kind).label)) for mail in Mail.objects.filter(which).for_list()[:SHOWN]]


def _seconds(since: datetime | None, at: datetime) -> int | None:
    return None if since is None else max(round((at - since).total_seconds()), 0)
