"""The ledger: entries are added, and undone by their reverse."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, partial

from django.utils.translation import gettext as _

from initiatives.actions.authority import NEGATIVE, overdrawn
from initiatives.choices import Stage
from initiatives.models import BudgetLine, Initiative, LedgerEntry
from initiatives.rules import amount_problem, fiscal_year_problem, last_day_to_spend
from pillars.rules import fiscal_year_dates
from tracker.errors import Conflict, Invalid, of_one_row
from tracker.models import Organization
from tracker.rules import Permission
from tracker.timemachine import Actor, revision
from tracker.writing import accept, check, require, save, save_all, some_of


@dataclass(frozen=True, kw_only=True)
class EntryContent:
    """One amount in dollars. `fiscal_year` is the start year; an unknown source or vote is empty."""

    organization: Organization
    fiscal_year: int
    stage: str
    amount: Decimal
    effective_on: date
    funding_source: str = ""
    vote: str = ""
    reference: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class NewEntry:
    """An entry to be added to the ledger of an initiative, once. Its rows are made once too, for the checks and for the
    database, which stamps their revisions."""

    initiative: Initiative
    content: EntryContent

    @cached_property
    def line(self) -> BudgetLine:
        """Its budget line, as it would be opened."""
        content = self.content
        return BudgetLine(
            initiative_id=self.initiative.pk, organization_id=content.organization.pk, fiscal_year=content.fiscal_year,
            funding_source=content.funding_source, vote=content.vote, revision=0,
        )  # fmt: skip

    @cached_property
    def entry(self) -> LedgerEntry:
        """Itself, on no line yet."""
        content = self.content
        return LedgerEntry(
            stage=content.stage, amount=content.amount, effective_on=content.effective_on,
            reference=content.reference, note=content.note, revision=0,
        )  # fmt: skip


def record_entry(*, initiative: Initiative, content: EntryContent, by: Actor, at: datetime) -> LedgerEntry:
    """Add to the ledger, opening the budget line if it is the first. Raises `Invalid` by field."""
    with of_one_row():
        return record_entries(drafts=[NewEntry(initiative=initiative, content=content)], by=by, at=at)[0]


def record_entries(*, drafts: Sequence[NewEntry], by: Actor, at: datetime) -> list[LedgerEntry]:
    """Add to the ledger of any initiatives in one revision, in that order, opening the budget lines that are missing.

    Raises `RowsRefused` with each that cannot be recorded; then none is. Costs one query for the lines and two for the
    new lines and entries of each thousand, and what the history adds to a row.
    """
    accept(drafts, partial(check_entry, by=by, at=at))
    with revision(by=by, reason=_recorded(drafts), at=at):
        lines = _lines([draft.line for draft in drafts])
        entries = [draft.entry for draft in drafts]
        for draft in drafts:
            draft.entry.line = lines[_key(draft.line)]
        save_all(entries)
    return entries


def check_entry(draft: NewEntry, *, by: Actor, at: datetime) -> None:
    """Raise what keeps it from being recorded, without asking the database."""
    content = draft.content
    require(by, Permission.RECORD_FACTS, draft.initiative.scopes)
    problem = amount_problem(content.amount)
    if problem is not None:
        raise Invalid(_("The amount cannot be recorded."), fields={"amount": problem})
    problem = fiscal_year_problem(content.fiscal_year)
    if problem is not None:
        raise Invalid(_("There is no such fiscal year."), fields={"fiscal_year": problem})
    _check_dates(content, today=draft.initiative.plan.day(at))
    check(draft.line)
    check(draft.entry)


def reverse_entry(*, entry: LedgerEntry, reason: str, by: Actor, at: datetime) -> LedgerEntry:
    """Undo an entry by one of the opposite amount, effective on the same day. An entry is reversed once; authority that
    has moved on is not taken back from where it was (`Conflict`)."""
    initiative = entry.line.initiative
    with revision(by=by, reason=f"Entry {entry.pk} of {initiative.code} reversed: {reason}", at=at):
        reversal = undone(entry, reason=reason, by=by)
        if overdrawn([entry.line], since=entry.effective_on):
            raise Conflict(NEGATIVE, code="negative_authority")
    return reversal


def undone(entry: LedgerEntry, *, reason: str, by: Actor) -> LedgerEntry:
    """The entry's reversal, saved. Call it within a revision."""
    require(by, Permission.RECORD_FACTS, entry.line.initiative.scopes)
    if not reason.strip():
        message = _("Say why it is reversed.")
        raise Invalid(message, fields={"reason": message})
    if entry.transfer_id is not None:
        message = _("This entry is a part of a transfer, whose entries sum to zero: it is not reversed alone.")
        raise Conflict(message, code="part_of_transfer")
    if entry.reverses_id is not None or LedgerEntry.objects.filter(reverses=entry).exists():
        raise Conflict(_("This entry is already reversed, or is itself a reversal."), code="reversed")
    reversal = LedgerEntry(
        line=entry.line, stage=entry.stage, amount=-entry.amount, effective_on=entry.effective_on,
        reference=entry.reference, note=reason, reverses=entry,
    )  # fmt: skip
    save(reversal)
    return reversal


def _check_dates(content: EntryContent, *, today: date) -> None:
    first, _last = fiscal_year_dates(content.fiscal_year)
    if content.stage in (Stage.PLANNED, Stage.FORECAST):
        return
    last = last_day_to_spend(content.fiscal_year, life_years=content.organization.fund_life_years)
    if content.stage == Stage.EXPENDITURE and content.effective_on > today:
        raise Invalid(_("The date cannot be right."), fields={"effective_on": _("Money is not spent in the future.")})
    if not first <= content.effective_on <= last:
        raise Invalid(
            _("The date lies outside the fiscal year."),
            fields={
                "effective_on": _("Funds of this year may be granted, committed and spent from %(first)s to %(last)s.")
                % {"first": first, "last": last}
            },
        )


def _recorded(drafts: Sequence[NewEntry]) -> str:
    where = some_of(draft.initiative.code for draft in drafts)
    if len(drafts) > 1:
        return f"{len(drafts)} entries recorded for {where}"
    content = drafts[0].content
    return f"{content.stage} of {content.amount} recorded for {where}"


def _key(line: BudgetLine) -> tuple[int, int, int, str, str]:
    return line.initiative_id, line.organization_id, line.fiscal_year, line.funding_source, line.vote


def _lines(drafts: Sequence[BudgetLine]) -> dict[tuple[int, int, int, str, str], BudgetLine]:
    """The budget lines by their key, opened where they are missing."""
    wanted = {_key(line): line for line in drafts}
    there = BudgetLine.objects.filter(
        initiative__in={key[0] for key in wanted}, fiscal_year__in={key[2] for key in wanted}
    )
    found = {_key(line): line for line in there}
    opened = [line for key, line in wanted.items() if key not in found]
    save_all(opened)
    return found | {_key(line): line for line in opened}
