"""The reporting weeks of a plan: past, running and coming; and for who manages it, closing and reopening one."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from initiatives.views.found import refuse_past
from initiatives.views.recording import carried_out, form_view
from pillars.actions import close_early, find_week
from pillars.choices import WeekState
from pillars.models import Plan, ReportingWeek, WeekTransition
from reports.actions import reopen_week
from reports.forms_weeks import CloseWeekForm, ReopenWeekForm
from reports.models import WeeklyRollup
from reports.views.asked import refuse_others
from tracker.errors import Conflict, NotAllowed
from tracker.http import SignedInRequest, web_actor
from tracker.pages import page_of, shown_instant
from tracker.rules import Permission
from tracker.templatetags.tracker import bilingual_text
from tracker.timemachine import database_time

PAGE = 20
_CLOSES = (WeekState.OPEN, WeekState.DUE, WeekState.REOPENED)
_LABELS = {
    WeekState.SCHEDULED: gettext_lazy("not open yet"),
    WeekState.DUE: gettext_lazy("open, updates are due"),
    WeekState.REOPENED: gettext_lazy("open once more"),
}


@login_required
@require_safe
def weeks(request: HttpRequest, plan: str) -> HttpResponse:
    """All of them, newest first: cut-offs, where each stands, what happened to it, its rollups."""
    refuse_others(request, "page")
    reader = cast(SignedInRequest, request)
    found = _found_plan(request, plan)
    at = shown_instant(request)
    rollups = WeeklyRollup.objects.visible_to(reader.user).defer("payload").order_by("edition")
    steps = WeekTransition.objects.select_related("by").order_by("pk")
    rows = ReportingWeek.objects.filter(plan=found).for_list()
    page = page_of(
        request, rows.prefetch_related(Prefetch("rollups", rollups), Prefetch("transitions", steps)), size=PAGE
    )
    context = {
        "plan": found,
        "page": page,
        "rows": [_row(week, at) for week in page.rows],
        "manages": reader.moment.live and reader.user.may(Permission.MANAGE_PLAN, found.scopes),
        "readable": reader.user.access.whole_plan(plan),
        "trail": _trail(found, _("Reporting weeks")),
    }
    return render(request, "reports/weeks.html", context)


def _row(week: ReportingWeek, at: datetime) -> dict[str, Any]:
    state = week.state(at=at)
    return {
        "week": week,
        "label": _LABELS.get(state, state.label),
        "closes": state in _CLOSES and not week.closed(at=at),
        "reopens": state == WeekState.PUBLISHED,
    }


@login_required
@form_view
def close_week(request: HttpRequest, plan: str, week: str) -> HttpResponse:
    """Move the lock of an open week to now."""
    found = _found_week(request, plan, week)
    form = CloseWeekForm(request.POST or None)
    return _form_page(
        request, found, form, title=_("Close %(week)s early") % {"week": found.code},
        lede=_("Nothing is written or decided for it any more, and its rollup is sealed within seconds."),
        submit=_("Close the week"), said=_("The week is closed; its rollup follows within seconds."),
        write=lambda: close_early(week=found, **form.cleaned_data, by=web_actor(request), at=database_time()),
    )  # fmt: skip


@login_required
@form_view
def reopen(request: HttpRequest, plan: str, week: str) -> HttpResponse:
    """Take updates for a published week once more."""
    found = _found_week(request, plan, week)
    with timezone.override(found.plan.zone):
        form = ReopenWeekForm(request.POST or None)
        return _form_page(
            request, found, form, title=_("Reopen %(week)s") % {"week": found.code},
            lede=_("Its rollup stays as it was sealed, and citable. Another edition is sealed when it locks again."),
            submit=_("Reopen the week"), said=_("The week is open once more."),
            write=lambda: reopen_week(week=found, **form.cleaned_data, by=web_actor(request), at=database_time()),
        )  # fmt: skip


def _form_page(
    request: HttpRequest, week: ReportingWeek, form: forms.Form, *, title: str, lede: str, submit: str, said: str,
    write: Callable[[], object],
) -> HttpResponse:  # fmt: skip
    refuse_others(request)
    back = reverse("weeks", args=[week.plan.code])
    if carried_out(request, form, write, said=said) is not None:
        return redirect(back)
    context = {
        "plan": week.plan, "week": week, "form": form, "title": title, "lede": lede, "submit": submit, "back": back,
        "trail": _trail(week.plan, _("Reporting weeks"), title),
    }  # fmt: skip
    return render(request, "reports/week_form.html", context, status=422 if form.is_bound else 200)


def _found_plan(request: HttpRequest, code: str) -> Plan:
    found = Plan.objects.visible_to(cast(SignedInRequest, request).user).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _found_week(request: HttpRequest, plan: str, code: str) -> ReportingWeek:
    """The week, for who manages its plan, now."""
    refuse_past(request)
    found = _found_plan(request, plan)
    if not cast(SignedInRequest, request).user.may(Permission.MANAGE_PLAN, found.scopes):
        raise NotAllowed(_("Closing and reopening weeks is for the plan’s administrators."))
    try:
        return find_week(found, code)
    except Conflict as error:
        raise Http404(str(error.message)) from error


def _trail(plan: Plan, *last: str | Promise) -> list[tuple[str | Promise, str]]:
    above = [(bilingual_text(plan, "title"), plan.get_absolute_url())]
    page = reverse("weeks", args=[plan.code])
    return [*above, *((label, page) for label in last[:-1]), (last[-1], "")]
