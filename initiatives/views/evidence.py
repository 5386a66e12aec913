"""Pages of evidence: added, withdrawn, downloaded."""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_safe

from initiatives.actions.evidence import Borne, add_file, add_link, withdraw_evidence
from initiatives.downloads import evidence_download
from initiatives.forms_milestones import EvidenceForm, WithdrawForm
from initiatives.models import Evidence, Initiative, LedgerEntry, Milestone, Observation
from initiatives.rules.files import MOST_BYTES
from initiatives.views.found import found_initiative
from initiatives.views.recording import form_view, record
from tracker.errors import Refused
from tracker.http import SignedInRequest, web_actor
from tracker.rules import Permission

MOST_SENT = MOST_BYTES + 64 * 1024  # bytes of a request: the file, and the form around it


class TooBig(Refused):
    """The request is longer than any file that is taken."""

    status = 413
    code = "too_big"


@csrf_exempt  # nothing reads the body before its length is known; `_evidence_add` checks the token
@login_required
@form_view
def evidence_add(request: HttpRequest, plan: str, code: str) -> HttpResponseBase:
    """A link or a file; `?milestone=M1`, `?entry=12` or `?observation=12` names what it bears out."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_SENT:
        raise TooBig(_("The file is larger than 10 MB."))
    return _evidence_add(request, plan, code)


@csrf_protect
def _evidence_add(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    initiative = found_initiative(request, plan, code, to=Permission.RECORD_FACTS)
    named = _named(request, initiative)
    form = EvidenceForm(request.POST or None, request.FILES or None, initiative=initiative, named=named)

    def write() -> Evidence:
        values: dict[str, Any] = {"borne": form.borne, "title": form.cleaned_data["title"]}
        values |= {"by": web_actor(request), "at": timezone.now()}
        upload = form.cleaned_data["file"]
        if not upload:
            return add_link(url=form.cleaned_data["url"], **values)
        return add_file(name=upload.name, content=upload.read(MOST_BYTES + 1), **values)

    return record(
        request, initiative, form, write, title=_("Add evidence"), said=_("The evidence is added."),
        template="initiatives/evidence_add.html", milestone=None, takes=("milestone", "entry", "observation"),
    )  # fmt: skip


def _named(request: HttpRequest, initiative: Initiative) -> Borne:
    """What the address names, if it is a fact of the initiative. Raises `Http404` if it is not."""
    milestone, entry, observation = (request.GET.get(name) for name in ("milestone", "entry", "observation"))
    found: Any = None
    if milestone:
        found = Milestone.objects.filter(initiative=initiative, code=milestone).first()
        kind = "milestone"
    elif entry:
        found = LedgerEntry.objects.filter(line__initiative=initiative, pk=_key(entry)).first()
        kind = "entry"
    elif observation:
        found = Observation.objects.filter(indicator__initiative=initiative, pk=_key(observation)).first()
        kind = "observation"
    else:
        return Borne(initiative=initiative)
    if found is None:
        raise Http404
    return Borne(initiative=initiative, **{kind: found})


def _key(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0  # noqa: PLR2004 - fits a key


@login_required
@form_view
def evidence_withdraw(request: HttpRequest, plan: str, code: str, pk: int) -> HttpResponse:
    """It bears nothing out any more."""
    initiative = found_initiative(request, plan, code, to=Permission.RECORD_FACTS)
    found = Evidence.objects.for_list().filter(initiative=initiative, pk=pk).first()
    if found is None:
        raise Http404
    found.initiative = initiative
    form = WithdrawForm(request.POST or None)
    return record(
        request, initiative, form,
        lambda: withdraw_evidence(
            evidence=found, reason=form.cleaned_data["reason"], by=web_actor(request), at=timezone.now()
        ),
        title=_("Withdraw evidence"), said=_("The evidence is withdrawn; it stays on record."),
        template="initiatives/evidence_withdraw.html", withdrawing=[found],
    )  # fmt: skip


@login_required
@require_safe
def evidence_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, to be saved and not shown: whatever its bytes are, no browser runs them in this site's name."""
    user = cast(SignedInRequest, request).user
    found = Evidence.objects.visible_to(user).exclude(sha256="").filter(pk=pk).first()
    if found is None:
        raise Http404
    response = evidence_download(request, found)
    patch_vary_headers(response, ["Cookie"])
    return response
