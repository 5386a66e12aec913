"""A whole initiative's ledger at once: an amount for many budget lines and stages, in one revision, all or none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from initiatives.actions.budget_lines import LineKey
from initiatives.actions.money import EntryContent, NewEntry, record_entries
from initiatives.models import BudgetLine, Initiative, LedgerEntry
from initiatives.rules import amount_problem
from tracker.errors import Conflict, Invalid, Refused, RowsRefused
from tracker.rules import Permission
from tracker.timemachine import Actor, revision
from tracker.writing import require

Cell = tuple[int, str]  # key of the budget line, stage


def cell_name(cell: Cell) -> str:
    """What a refusal calls a cell: `cell-12-expenditure`."""
    return f"cell-{cell[0]}-{cell[1]}"


def new_cell_name(number: int, column: str) -> str:
    """What a refusal calls a cell of a new line: `new-0-expenditure`, or `new-0-organization`."""
    return f"new-{number}-{column}"


@dataclass(frozen=True, kw_only=True)
class NewLine:
    """A budget line that its first amounts open, by stage; `number` is its row among the new ones."""

    number: int
    key: LineKey
    amounts: Mapping[str, Decimal]


@dataclass(frozen=True, kw_only=True)
class GridContent:
    """Amounts by cell, and those of new lines. With `as_totals` each is what the cell shall add up to on the day, and
    the entry is the difference; then `seen` is the revision at which the person saw the totals."""

    amounts: Mapping[Cell, Decimal]
    effective_on: date
    new: Sequence[NewLine] = ()
    as_totals: bool = False
    seen: int | None = None
    reference: str = ""
    note: str = ""


def record_cells(*, initiative: Initiative, content: GridContent, by: Actor, at: datetime) -> list[LedgerEntry]:
    """One entry for each cell whose amount changes something, all in one revision; new lines are opened by theirs.

    Raises `Invalid` or `Conflict` naming every cell that cannot be recorded (see `cell_name` and `new_cell_name`); then
    none is. New totals conflict with what somebody else recorded in the same cell since they were `seen`.
    """
    require(by, Permission.RECORD_FACTS, initiative.scopes)
    if not content.amounts and not any(line.amounts for line in content.new):
        raise Invalid(_("Write at least one amount."), fields={"": _("Write at least one amount.")})
    with revision(by=by, reason=f"Ledger of {initiative.code} recorded as of {content.effective_on}", at=at):
        lines = {line.pk: line for line in BudgetLine.objects.filter(initiative=initiative).for_list()}
        entries = _known_cells(content, lines, today=initiative.plan.day(at)) | _new_cells(content, lines)
        if not entries:
            raise Invalid(_("Nothing differs from the totals."), fields={"": _("Nothing differs from the totals.")})
        drafts = [NewEntry(initiative=initiative, content=entry) for entry in entries.values()]
        try:
            return record_entries(drafts=drafts, by=by, at=at)
        except RowsRefused as error:
            raise _by_cell({list(entries)[index]: refused for index, refused in error.rows.items()}) from error


def _known_cells(content: GridContent, lines: Mapping[int, BudgetLine], *, today: date) -> dict[str, EntryContent]:
    """Entries for lines that are there, by the name of their cell."""
    amounts: dict[Cell, Decimal] = dict(
        _differences(content, today=today) if content.as_totals else content.amounts.items()
    )
    cells = [cell for cell in amounts if amounts[cell] != 0 or not content.as_totals]
    gone = [cell for cell in cells if cell[0] not in lines]
    if gone:
        message = _("There is no such budget line in this initiative.")
        raise Invalid(message, fields={cell_name(cell): message for cell in gone})
    return {cell_name(cell): _entry(_key(lines[cell[0]]), cell[1], amounts[cell], content) for cell in cells}


def _new_cells(content: GridContent, lines: Mapping[int, BudgetLine]) -> dict[str, EntryContent]:
    """Entries for lines that are not there yet. Raises `Invalid` for one that is, or that is written twice."""
    entries: dict[str, EntryContent] = {}
    doubles: dict[str, str] = {}
    known = {_key(line) for line in lines.values()}
    for line in content.new:
        if line.key in known:
            doubles[new_cell_name(line.number, "organization")] = _(
                "This budget line has a row already: organization, fiscal year, source and vote are the same. Write its"
                " amounts there."
            )
        known.add(line.key)
        for stage, amount in line.amounts.items():
            if amount != 0 or not content.as_totals:
                entries[new_cell_name(line.number, stage)] = _entry(line.key, stage, amount, content)
    if doubles:
        raise Invalid(_("A budget line is written twice."), fields=doubles)
    return entries


def _key(line: BudgetLine) -> LineKey:
    return LineKey(
        organization=line.organization, fiscal_year=line.fiscal_year, funding_source=line.funding_source, vote=line.vote
    )


def _differences(content: GridContent, *, today: date) -> Iterator[tuple[Cell, Decimal]]:
    """What each cell lacks to its new total. Raises `Conflict` for cells that somebody changed meanwhile, and `Invalid`
    for those whose total of today, which the person saw, has dollars of days after the one that is recorded for."""
    problems = {cell: problem for cell, amount in content.amounts.items()
                if amount != 0 and (problem := amount_problem(amount)) is not None}  # fmt: skip
    if problems:
        fields = {cell_name(cell): problem for cell, problem in problems.items()}
        raise Invalid(_("The amount cannot be recorded."), fields=fields)
    entries = LedgerEntry.objects.filter(line__in={line for line, _stage in content.amounts})
    if content.seen is not None:
        since = set(entries.filter(revision__gt=content.seen).values_list("line", "stage"))
        changed = [cell for cell in content.amounts if cell in since]
        if changed:
            message = _("Somebody recorded money here meanwhile. The total beside is the new one: look at it again.")
            raise Conflict(message, fields={cell_name(cell): message for cell in changed}, code="changed")
    later = set(
        entries.filter(effective_on__gt=content.effective_on, effective_on__lte=today).values_list("line", "stage")
    )
    after = [cell for cell in content.amounts if cell in later]
    if after:
        message = _("The total has dollars of later days: choose a later day, or record an amount instead of a total.")
        raise Invalid(_("The total is of another day."), fields={cell_name(cell): message for cell in after})
    until = entries.filter(effective_on__lte=content.effective_on)
    totals = {
        (line, stage): total
        for line, stage, total in until.order_by().values_list("line", "stage").annotate(total=Sum("amount"))
    }
    for cell, amount in content.amounts.items():
        yield cell, amount - totals.get(cell, Decimal(0))


def _entry(key: LineKey, stage: str, amount: Decimal, content: GridContent) -> EntryContent:
    return EntryContent(
        **vars(key), stage=stage, amount=amount, effective_on=content.effective_on, reference=content.reference,
        note=content.note,
    )  # fmt: skip


def _by_cell(refused: Mapping[str, Refused]) -> Invalid:
    """What was refused of some rows, told of their cells; the day's fault stands at each cell that it makes wrong."""
    fields = {
        name: " ".join(str(text) for text in error.fields.values()) or str(error.message)
        for name, error in refused.items()
    }
    return Invalid(next(iter(refused.values())).message, fields=fields)
