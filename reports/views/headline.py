"""The page on which a person reports another headline colour than the rule's."""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from initiatives.views.found import refuse_past
from initiatives.views.recording import carried_out, form_view
from pillars.models import Pillar, Plan, ReportingWeek
from reports.actions import report_headline
from reports.figures.scopes import Scope, find_scope
from reports.forms_headline import HeadlineForm
from reports.headlines import headlines
from reports.panels import board
from reports.views.asked import refuse_others
from tracker.errors import NotAllowed
from tracker.http import SignedInRequest, web_actor
from tracker.models import User
from tracker.rules import Permission
from tracker.templatetags.tracker import bilingual_text
from tracker.timemachine import database_time

HEALTH = ("health", "health_dollars")


@login_required
@form_view
def headline(request: HttpRequest, plan: str, number: int | None = None) -> HttpResponse:
    """The colour by the rule with the rule itself, and the form for another beside it."""
    refuse_past(request)
    refuse_others(request)
    user = cast(SignedInRequest, request).user
    scope = find_scope(plan if number is None else f"{plan}/{number}", user=user)
    found, subject = scope.selection.plan, cast(Plan | Pillar, scope.subject)
    if not may_report(user, scope):
        raise NotAllowed(_("Your roles let you read this headline, not report another."))
    now = database_time()
    weeks = list(ReportingWeek.objects.open_for_writing(at=now).filter(plan=found).select_related("plan"))
    if not weeks:
        raise Http404
    form = HeadlineForm(request.POST or None, weeks=weeks)

    def write() -> object:
        pillar = subject if isinstance(subject, Pillar) else None
        return report_headline(**form.said(), pillar=pillar, by=web_actor(request), at=now)

    if carried_out(request, form, write, said=_("The headline is reported.")) is not None:
        return redirect(subject)
    on = found.day(now)
    week = ReportingWeek.objects.filter(plan=found).holding(on).first()
    shown = headlines(found, week, board(scope, on=on, keys=HEALTH), {number: scope.code})[number]
    title = _("Report another headline")
    context: dict[str, Any] = {
        "plan": found,
        "subject": subject,
        "number": number,
        "form": form,
        "title": title,
        "headline": shown,
        "trail": [
            (bilingual_text(found, "title"), found.get_absolute_url()),
            *([(_("Pillar %(number)s") % {"number": number}, subject.get_absolute_url())] if number else []),
            (title, ""),
        ],
    }
    return render(request, "reports/headline.html", context, status=422 if form.is_bound else 200)


def may_report(user: User, scope: Scope) -> bool:
    """Whether the person may report a headline there: for the plan who manages it, for a pillar who decides on its
    updates."""
    subject = cast(Plan | Pillar, scope.subject)
    wanted = Permission.MANAGE_PLAN if scope.whole_plan else Permission.DECIDE_UPDATE
    return user.may(wanted, subject.scopes)
