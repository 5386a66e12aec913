"""A person's files that are made in the background; and, for auditors, all that left the tracker."""

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reports import exports as making
from reports.datasets import DATASETS
from reports.export_log import LogFilter, may_audit
from reports.stored_files import handed_out
from tracker.background import standing
from tracker.errors import NotAllowed, Refused
from tracker.exports import Reader
from tracker.filters import refuse_unknown
from tracker.http import SignedInRequest, client_address
from tracker.idempotency import once_by_page
from tracker.models import ExportJob, User
from tracker.views.account import MOMENT

SHOWN = 50  # rows of a list
LOG_QUERY = ("account", "dataset", "from", "to", "before")


@login_required
@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    """What was asked for, newest first: how far it is, and the files. Always of now."""
    refuse_unknown(request.GET, MOMENT)
    at, user = timezone.now(), cast(User, request.user)
    jobs = list(ExportJob.objects.of(user).for_list()[:SHOWN])
    working = any(job.is_working for job in jobs)
    context = {
        "trail": [(_("Data"), reverse("data")), (_("My exports"), "")],
        "jobs": [(job, _label(job.dataset), job.usable(at=at)) for job in jobs],
        "working": working,
        "held_up": working and standing(at=at).tick_late,
        "may_audit": may_audit(user),
        "shown": SHOWN,
    }
    return render(request, "reports/exports.html", context)


@login_required
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Have a file made: `dataset`, `format`, and `query` as an address has it."""
    refuse_unknown(request.GET, frozenset())
    query = QueryDict(request.POST.get("query", "").lstrip("?"))
    refuse_unknown(query, frozenset(query))
    chosen = {name: str(value) for name, value in query.items() if value}
    moment = chosen.pop("as_of", "")
    reader, at = _reader(request), timezone.now()
    if not reader.user.access.grants:
        raise NotAllowed(_("You have no role yet. Ask the plan's administrator for one."))
    try:
        done = once_by_page(
            request,
            lambda: making.ask(
                dataset=request.POST.get("dataset", ""), form=request.POST.get("format", ""), query=chosen,
                moment=moment, reader=reader, at=at,
            ),
        )  # fmt: skip
    except Refused as error:
        messages.error(request, str(error))
    else:
        said = _("The page was sent twice. It is recorded once.") if done.again else _("The file is being prepared.")
        messages.success(request, said)
    return redirect("exports")


@login_required
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Have it not made after all, or deleted; back to the page."""
    refuse_unknown(request.GET, frozenset())
    try:
        making.cancel(job=_own(request, pk), at=timezone.now())
    except Refused as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("The file is not kept."))
    return redirect("exports")


@login_required
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The bytes."""
    refuse_unknown(request.GET, frozenset())
    return handed_out(request, _own(request, pk), _reader(request))


@login_required
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """What left the tracker, newest first; a hundred at a time. For administrators and auditors of everything."""
    user = cast(User, request.user)
    if not may_audit(user):
        raise NotAllowed(_("Your roles do not allow this here. Ask the plan's administrator for a role that does."))
    refuse_unknown(request.GET, {*MOMENT, *LOG_QUERY})
    asked = {name: request.GET.get(name, "").strip() for name in LOG_QUERY}
    rows = list(LogFilter(asked).rows()[: SHOWN + 1])
    older = urlencode({**{k: v for k, v in asked.items() if v}, "before": rows[SHOWN - 1].pk}) if rows[SHOWN:] else ""
    context = {
        "rows": [(one, _label(one.dataset)) for one in rows[:SHOWN]],
        "asked": asked,
        "datasets": [(name, dataset.label) for name, dataset in DATASETS.items()],
        "older": older,
    }
    return render(request, "reports/export_log.html", context)


def _label(dataset: str) -> str:
    return str(DATASETS[dataset].label) if dataset in DATASETS else dataset


def _own(request: HttpRequest, pk: int) -> ExportJob:
    """The person's own job. Raises `Http404`, also for another's."""
    job = ExportJob.objects.of(cast(User, request.user)).filter(pk=pk).first()
    if job is None:
        raise Http404
    return job


def _reader(request: HttpRequest) -> Reader:
    return Reader(user=cast(SignedInRequest, request).user, token="", address=client_address(request))
