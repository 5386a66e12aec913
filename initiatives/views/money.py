"""Pages of the ledger beside its single entries: corrected, reversed, reprofiled, transferred, and the grid."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from initiatives.actions.corrections import as_recorded, correct_entry
from initiatives.actions.grid import record_cells
from initiatives.actions.money import record_entry, reverse_entry
from initiatives.actions.transfers import make_transfer, undo_transfer
from initiatives.aggregates.money import LineFunds, line_funds
from initiatives.choices import Stage
from initiatives.forms import EntryForm, ReasonForm
from initiatives.forms_ledger_grid import MOST_ROWS, ROWS, GridForm, rows_of
from initiatives.forms_money import CorrectionForm, ReprofileForm, TransferForm
from initiatives.models import BudgetLine, Initiative, LedgerEntry, Transfer
from initiatives.views.found import found_initiative
from initiatives.views.recording import form_view, record
from pillars.rules import fiscal_year
from tracker.http import web_actor
from tracker.rules import Permission
from tracker.timemachine import head

RECORD_MONEY = "initiatives/record_money.html"


def _found(request: HttpRequest, plan: str, code: str) -> Initiative:
    return found_initiative(request, plan, code, to=Permission.RECORD_FACTS)


def _entry(initiative: Initiative, pk: int) -> LedgerEntry:
    entry = LedgerEntry.objects.for_list().filter(line__initiative=initiative, pk=pk).first()
    if entry is None:
        raise Http404
    entry.line.initiative = initiative
    return entry


def _funds(initiative: Initiative) -> list[LineFunds]:
    """The lines as they stand today, entries of later days left out."""
    return line_funds(BudgetLine.objects.filter(initiative=initiative).for_list(), on=timezone.localdate())


def _ledger(initiative: Initiative) -> str:
    return f"{initiative.get_absolute_url()}#money"


@login_required
@form_view
def entry_add(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """A new ledger entry, with what the ledger adds up to beside; the budget line of the last one is proposed."""
    initiative = _found(request, plan, code)
    form = EntryForm(request.POST or None, initiative=initiative, initial=line_defaults(initiative))
    return record(
        request, initiative, form,
        lambda: record_entry(
            initiative=initiative, content=form.content(), by=web_actor(request), at=timezone.now()
        ),
        title=_("Record money"), said=_("The entry is in the ledger."), back=_ledger(initiative),
        template=RECORD_MONEY, funds=_funds(initiative), stages=list(Stage),
        explains=_("The amount is added to what the ledger has. To write new totals instead, use the grid."),
    )  # fmt: skip


@login_required
@form_view
def entry_reverse(request: HttpRequest, plan: str, code: str, pk: int) -> HttpResponse:
    """Undo an entry by its reverse; one of a transfer only with all of it."""
    initiative = _found(request, plan, code)
    found = _entry(initiative, pk)
    if found.transfer_id is not None:
        return redirect("transfer-undo", plan, code, found.transfer_id)
    form = ReasonForm(request.POST or None)
    return record(
        request, initiative, form,
        lambda: reverse_entry(
            entry=found, reason=form.cleaned_data["reason"], by=web_actor(request), at=timezone.now()
        ),
        title=_("Reverse an entry"), said=_("The entry is reversed; both stay in the ledger."), entry=found,
        explains=_("An entry of the opposite amount is added, effective on the same day. Nothing is deleted."),
        template=RECORD_MONEY, back=_ledger(initiative), does=_("Reverse the entry"),
    )  # fmt: skip


@login_required
@form_view
def entry_correct(request: HttpRequest, plan: str, code: str, pk: int) -> HttpResponse:
    """The entry as it should have been, beside what it says."""
    initiative = _found(request, plan, code)
    found = _entry(initiative, pk)
    if found.transfer_id is not None:
        return redirect("transfer-undo", plan, code, found.transfer_id)
    said = as_recorded(found)
    initial = {**vars(said), "organization": said.organization.pk}
    form = CorrectionForm(request.POST or None, initiative=initiative, initial=initial)
    return record(
        request, initiative, form,
        lambda: correct_entry(
            entry=found, reason=form.reason_given, content=form.content(), by=web_actor(request), at=timezone.now()
        ),
        title=_("Correct an entry"), said=_("The entry is corrected; what it said stays in the ledger, reversed."),
        entry=found, template=RECORD_MONEY, back=_ledger(initiative),
        explains=_("The entry is reversed and recorded anew as you write it, both at once. Nothing is deleted."),
    )  # fmt: skip


@login_required
@form_view
def reprofile(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """Authority for another fiscal year."""
    return _moved(request, _found(request, plan, code), ReprofileForm, title=_("Reprofile between fiscal years"),
                  said=_("The authority is reprofiled; the total of the initiative is the same."))  # fmt: skip


@login_required
@form_view
def transfer(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """Authority for another organization, funding source or vote."""
    return _moved(request, _found(request, plan, code), TransferForm, title=_("Transfer between budget lines"),
                  said=_("The authority is transferred; the total of the initiative is the same."))  # fmt: skip


def _moved(
    request: HttpRequest, initiative: Initiative, form_of: Callable[..., ReprofileForm | TransferForm], *,
    title: str | Promise, said: str | Promise,
) -> HttpResponse:  # fmt: skip
    funds = _funds(initiative)
    initial = {"effective_on": timezone.localdate()}
    form = form_of(request.POST or None, initiative=initiative, funds=funds, initial=initial)
    return record(
        request, initiative, form,
        lambda: make_transfer(initiative=initiative, content=form.content(), by=web_actor(request), at=timezone.now()),
        title=title, said=said, template=RECORD_MONEY, back=_ledger(initiative),
        explains=_("Two entries that sum to zero are added in one revision. The line that gets the dollars is opened if"
                   " it is new."),
    )  # fmt: skip


@login_required
@form_view
def transfer_undo(request: HttpRequest, plan: str, code: str, pk: int) -> HttpResponse:
    """Undo a transfer, whole."""
    initiative = _found(request, plan, code)
    found = Transfer.objects.filter(initiative=initiative, pk=pk).first()
    if found is None:
        raise Http404
    found.initiative = initiative
    form = ReasonForm(request.POST or None)
    moves = found.entries.filter(reverses__isnull=True).select_related("line__organization").order_by("pk")
    return record(
        request, initiative, form,
        lambda: undo_transfer(
            transfer=found, reason=form.cleaned_data["reason"], by=web_actor(request), at=timezone.now()
        ),
        title=_("Undo a transfer"), said=_("The transfer is undone; all of its entries stay in the ledger."),
        transfer=found, moves=list(moves), template=RECORD_MONEY, back=_ledger(initiative),
        does=_("Undo the transfer"), leaves=_("Keep it"),
        explains=_("Every entry of the transfer is reversed, so that it still sums to zero. Nothing is deleted."),
    )  # fmt: skip


@login_required
@form_view
def ledger_grid(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """The whole ledger of an initiative: an amount for any budget line and stage, and for new lines, in one
    revision. “More lines” gives the form back with what was typed and more room."""
    initiative = _found(request, plan, code)
    # Read before the totals, so that nothing recorded between the two goes unnoticed.
    seen = head()
    initial = line_defaults(initiative)
    more = "more" in request.POST
    rows = min(rows_of(request.POST) + ROWS, MOST_ROWS) if more else ROWS
    form = GridForm(
        request.POST if request.POST and not more else None, initiative=initiative, funds=_funds(initiative), rows=rows,
        initial={**initial, **(request.POST.dict() if more else {})},
    )  # fmt: skip
    return record(
        request, initiative, form,
        lambda: record_cells(initiative=initiative, content=form.content(), by=web_actor(request), at=timezone.now()),
        title=_("Record money in a grid"), said=_("The amounts are in the ledger."), stages=list(Stage), seen=seen,
        rows=form.count, may_have_more=form.count < MOST_ROWS, template="initiatives/ledger_grid.html",
        back=_ledger(initiative),
    )  # fmt: skip


def line_defaults(initiative: Initiative) -> dict[str, Any]:
    """What the next entry most likely is of: the budget line of the last one, today, in today's fiscal year, or in the
    plan's nearest. Without any entry, the lead organization's."""
    plan = initiative.plan
    today = plan.day(timezone.now())
    year = min(max(fiscal_year(today), plan.first_fiscal_year), plan.last_fiscal_year)
    last = BudgetLine.objects.filter(initiative=initiative, entries__isnull=False).order_by("-entries__pk").first()
    line: dict[str, Any] = {"organization": initiative.lead_id}
    if last is not None:
        line = {"organization": last.organization_id, "funding_source": last.funding_source, "vote": last.vote}
    return {"effective_on": today, "fiscal_year": year, **line}
