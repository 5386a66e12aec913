"""Authority moved between budget lines of an initiative, without its total changing."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from initiatives.actions.authority import NEGATIVE, overdrawn
from initiatives.actions.budget_lines import LineKey, opened_line
from initiatives.choices import Stage, TransferKind
from initiatives.models import BudgetLine, Initiative, LedgerEntry, Transfer
from initiatives.rules import amount_problem, fiscal_year_problem, last_day_to_spend
from initiatives.rules.money import moves_problem
from tracker.errors import Conflict, Invalid
from tracker.rules import Permission
from tracker.timemachine import Actor, revision
from tracker.writing import require, save


@dataclass(frozen=True, kw_only=True)
class Move:
    """Dollars that a line gives (negative) or gets (positive)."""

    line: LineKey
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class TransferContent:
    """A reprofile moves dollars between fiscal years of lines that agree in all else; a transfer between lines of one
    fiscal year. The moves sum to zero."""

    kind: TransferKind
    moves: tuple[Move, ...]
    effective_on: date
    reason: str
    reference: str = ""


def make_transfer(*, initiative: Initiative, content: TransferContent, by: Actor, at: datetime) -> Transfer:
    """Move authority between lines in one revision, opening those that are new.

    Raises `Invalid` by field, also when a line would be left with negative authority on that day or any later one.
    """
    require(by, Permission.RECORD_FACTS, initiative.scopes)
    _check(content)
    what = f"{content.kind} of {_moved(content)} within {initiative.code}: {content.reason}"
    with revision(by=by, reason=what, at=at):
        transfer = Transfer(
            initiative=initiative, kind=content.kind, reason=content.reason, effective_on=content.effective_on,
            made_by=by.user, made_at=at,
        )  # fmt: skip
        save(transfer)
        lines = [opened_line(initiative, move.line) for move in content.moves]
        for line, move in zip(lines, content.moves, strict=True):
            save(_entry(transfer, line, move.amount, reference=content.reference))
        giving = [line for line, move in zip(lines, content.moves, strict=True) if move.amount < 0]
        if overdrawn(giving, since=content.effective_on):
            raise Invalid(NEGATIVE, fields={"amount": NEGATIVE}, code="negative_authority")
    return transfer


def undo_transfer(*, transfer: Transfer, reason: str, by: Actor, at: datetime) -> Transfer:
    """Reverse every entry of a transfer, in one revision. Raises `Conflict` when it is undone already, or when the
    dollars have moved on and a line that got them could not give them back."""
    initiative = transfer.initiative
    require(by, Permission.RECORD_FACTS, initiative.scopes)
    if not reason.strip():
        message = _("Say why it is reversed.")
        raise Invalid(message, fields={"reason": message})
    with revision(by=by, reason=f"{transfer.kind} {transfer.pk} of {initiative.code} undone: {reason}", at=at):
        standing = list(transfer.entries.standing().select_related("line").order_by("pk"))
        if not standing:
            raise Conflict(_("This transfer is undone already."), code="reversed")
        for entry in standing:
            save(_entry(transfer, entry.line, -entry.amount, reverses=entry, note=reason, reference=entry.reference))
        if overdrawn([entry.line for entry in standing if entry.amount > 0], since=transfer.effective_on):
            raise Conflict(NEGATIVE, code="negative_authority")
    return transfer


def _check(content: TransferContent) -> None:
    if not content.reason.strip():
        message = _("Say why the dollars move.")
        raise Invalid(message, fields={"reason": message})
    for move in content.moves:
        problem: str | Promise | None = amount_problem(move.amount)
        if problem is not None:
            raise Invalid(_("The amount cannot be recorded."), fields={"amount": problem})
        problem = fiscal_year_problem(move.line.fiscal_year)
        if problem is not None:
            raise Invalid(_("There is no such fiscal year."), fields={"fiscal_year": problem})
    keys = [
        (move.line.organization.pk, move.line.fiscal_year, move.line.funding_source, move.line.vote)
        for move in content.moves
    ]
    problem = moves_problem(content.kind, [(key, move.amount) for key, move in zip(keys, content.moves, strict=True)])
    if problem is not None:
        raise Invalid(problem, fields={"": problem})
    _check_date(content)


def _moved(content: TransferContent) -> Decimal:
    return sum((move.amount for move in content.moves if move.amount > 0), Decimal(0))


def _check_date(content: TransferContent) -> None:
    """Dollars move until the funds of one of the lines lapse; they may move before their year begins."""
    lines = [move.line for move in content.moves]
    last = min(last_day_to_spend(line.fiscal_year, life_years=line.organization.fund_life_years) for line in lines)
    if content.effective_on > last:
        message = _("The funds of one of these lines lapse on %(last)s: write that day or an earlier one.")
        raise Invalid(_("The date cannot be right."), fields={"effective_on": message % {"last": last}})


def _entry(transfer: Transfer, line: BudgetLine, amount: Decimal, **more: object) -> LedgerEntry:
    return LedgerEntry(
        line=line, stage=Stage.AUTHORITY, amount=amount, effective_on=transfer.effective_on, transfer=transfer, **more
    )
