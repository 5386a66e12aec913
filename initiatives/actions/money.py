"""The ledger: entries are added, and undone by their reverse."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from initiatives.choices import Stage
from initiatives.models import BudgetLine, Initiative, LedgerEntry
from initiatives.rules import amount_problem, fiscal_year_problem, last_day_to_spend
from pillars.rules import fiscal_year_dates
from tracker.errors import Conflict, Invalid
from tracker.models import Organization
from tracker.rules import Permission
from tracker.timemachine import Actor, revision
from tracker.writing import require, save


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


def record_entry(*, initiative: Initiative, content: EntryContent, by: Actor, at: datetime) -> LedgerEntry:
    """Add to the ledger, opening the budget line if it is the first. Raises `Invalid` by field."""
    require(by, Permission.RECORD_FACTS, initiative.scopes)
    problem = amount_problem(content.amount)
    if problem is not None:
        raise Invalid(_("The amount cannot be recorded."), fields={"amount": problem})
    problem = fiscal_year_problem(content.fiscal_year)
    if problem is not None:
        raise Invalid(_("There is no such fiscal year."), fields={"fiscal_year": problem})
    _check_dates(content, today=initiative.plan.day(at))
    with revision(by=by, reason=f"{content.stage} of {content.amount} recorded for {initiative.code}", at=at):
        entry = LedgerEntry(
            line=_line(initiative, content), stage=content.stage, amount=content.amount,
            effective_on=content.effective_on, reference=content.reference, note=content.note,
        )  # fmt: skip
        save(entry)
    return entry


def reverse_entry(*, entry: LedgerEntry, reason: str, by: Actor, at: datetime) -> LedgerEntry:
    """Undo an entry by one of the opposite amount, effective on the same day. An entry is reversed once."""
    initiative = entry.line.initiative
    require(by, Permission.RECORD_FACTS, initiative.scopes)
    if not reason.strip():
        message = _("Say why it is reversed.")
        raise Invalid(message, fields={"reason": message})
    with revision(by=by, reason=f"Entry {entry.pk} of {initiative.code} reversed: {reason}", at=at):
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


def _line(initiative: Initiative, content: EntryContent) -> BudgetLine:
    where = {
        "initiative": initiative, "organization": content.organization, "fiscal_year": content.fiscal_year,
        "funding_source": content.funding_source, "vote": content.vote,
    }  # fmt: skip
    line = BudgetLine.objects.filter(**where).first()
    if line is None:
        line = BudgetLine(**where)
        save(line)
    return line
