"""An entry that was recorded wrongly is corrected: undone by its reverse, and recorded anew, in one revision."""

from datetime import datetime

from django.utils.translation import gettext as _

from initiatives.actions.authority import NEGATIVE, overdrawn
from initiatives.actions.budget_lines import LineKey, opened_line
from initiatives.actions.money import EntryContent, NewEntry, check_entry, undone
from initiatives.models import LedgerEntry
from tracker.errors import Conflict, Invalid
from tracker.timemachine import Actor, revision
from tracker.writing import save


def correct_entry(*, entry: LedgerEntry, content: EntryContent, reason: str, by: Actor, at: datetime) -> LedgerEntry:
    """The entry as it should have been; it names the one that it `corrects`, which is reversed.

    Raises `Invalid` by field, also when nothing differs; `Conflict` when the entry is reversed, or part of a transfer.
    """
    initiative = entry.line.initiative
    if content == as_recorded(entry):
        message = _("Nothing differs from the entry as it is recorded.")
        raise Invalid(message, fields={"amount": message})
    check_entry(NewEntry(initiative=initiative, content=content), by=by, at=at)
    with revision(by=by, reason=f"Entry {entry.pk} of {initiative.code} corrected: {reason}", at=at):
        undone(entry, reason=reason, by=by)
        key = LineKey(
            organization=content.organization, fiscal_year=content.fiscal_year,
            funding_source=content.funding_source, vote=content.vote,
        )  # fmt: skip
        corrected = LedgerEntry(
            line=opened_line(initiative, key), stage=content.stage, amount=content.amount,
            effective_on=content.effective_on, reference=content.reference, note=content.note, corrects=entry,
        )  # fmt: skip
        save(corrected)
        if overdrawn([entry.line, corrected.line], since=min(entry.effective_on, corrected.effective_on)):
            raise Conflict(NEGATIVE, code="negative_authority")
    return corrected


def as_recorded(entry: LedgerEntry) -> EntryContent:
    """What the entry says, as a person would write it."""
    line = entry.line
    return EntryContent(
        organization=line.organization, fiscal_year=line.fiscal_year, stage=entry.stage, amount=entry.amount,
        effective_on=entry.effective_on, funding_source=line.funding_source, vote=line.vote,
        reference=entry.reference, note=entry.note,
    )  # fmt: skip
