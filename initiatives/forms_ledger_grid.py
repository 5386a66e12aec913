"""The form of a whole initiative's ledger: a row for each budget line, and empty ones for lines that it opens."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from initiatives.actions.budget_lines import LineKey
from initiatives.actions.grid import GridContent, NewLine, cell_name, new_cell_name
from initiatives.aggregates.money import LineFunds
from initiatives.choices import FundingSource, Stage, Vote
from initiatives.forms import UNPUBLISHED
from initiatives.forms_money import line_label
from initiatives.models import BudgetLine, Initiative
from tracker.filters import IsoDateField
from tracker.formats import fiscal_year as fiscal_year_label
from tracker.forms import NumberField
from tracker.models import Organization

ADD, TOTAL = "add", "total"
ROWS, MOST_ROWS = 3, 60  # empty rows for new lines: at first and with each “more”, and at most
LINE = {
    "organization": _("Organization"), "fiscal_year": _("Fiscal year"), "funding_source": _("Funding source"),
    "vote": _("Vote"),
}  # fmt: skip


@dataclass(frozen=True)
class GridCell:
    """One stage of a line: the field, and the total that stands beside it."""

    stage: Stage
    field: forms.BoundField
    total: Decimal | None


@dataclass(frozen=True)
class GridRow:
    """One budget line of the grid."""

    line: BudgetLine
    label: str
    cells: list[GridCell]


@dataclass(frozen=True)
class NewRow:
    """An empty row: what the line is, and an amount for each stage; each field with its short label."""

    label: str
    parts: tuple[list[tuple[Any, forms.BoundField]], ...]


def _amount(label: Any) -> NumberField:
    return NumberField(label=label, required=False, max_digits=None, decimal_places=None)


class GridForm(forms.Form):
    """Amounts for every budget line and stage on one day. `seen` is the revision whose totals the page shows."""

    effective_on = IsoDateField(label=_("Effective on"))
    meaning = forms.ChoiceField(
        label=_("What you write is"), initial=ADD, widget=forms.RadioSelect,
        choices=[(ADD, _("added to the totals")), (TOTAL, _("the new total"))],
    )  # fmt: skip
    reference = forms.CharField(label=_("Source reference"), max_length=200, required=False)
    note = forms.CharField(label=_("Note"), max_length=1000, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    new_rows = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=MOST_ROWS)

    HEAD = ("effective_on", "meaning", "reference", "note")

    def __init__(
        self, data: QueryDict | None = None, *, initiative: Initiative, funds: Iterable[LineFunds],
        initial: Mapping[str, Any], rows: int = ROWS,
    ) -> None:  # fmt: skip
        """`initial` also tells what the line of an empty row is at first."""
        super().__init__(data, initial={**initial, "new_rows": rows})
        self.funds = list(funds)
        self.count = rows if data is None else rows_of(data)
        for one in self.funds:
            for stage in Stage:
                self.fields[cell_name((one.line.pk, stage.value))] = _amount(
                    _("%(line)s, %(stage)s") % {"line": line_label(one.line), "stage": stage.label}
                )
        # Read once for all rows.
        organizations = {str(row.pk): row for row in Organization.objects.for_list()}
        for number in range(self.count):
            self._add(number, initiative, organizations)

    def _add(self, number: int, initiative: Initiative, organizations: Mapping[str, Organization]) -> None:
        plan = initiative.plan
        years = range(plan.first_fiscal_year, plan.last_fiscal_year + 1)
        names = [(key, getattr(row, f"name_{get_language()}")) for key, row in organizations.items()]
        fields: dict[str, forms.Field] = {
            "organization": forms.TypedChoiceField(
                coerce=lambda key: organizations.get(str(key)), empty_value=None, choices=names
            ),
            "fiscal_year": forms.TypedChoiceField(
                coerce=int, choices=[(year, fiscal_year_label(year)) for year in years]
            ),
            "funding_source": forms.ChoiceField(choices=[UNPUBLISHED, *FundingSource.choices]),
            "vote": forms.ChoiceField(choices=[UNPUBLISHED, *Vote.choices]),
            **{stage.value: _amount(stage.label) for stage in Stage},
        }
        for name, field in fields.items():
            field.label = _("New line %(number)s, %(column)s") % {
                "number": number + 1,
                "column": LINE.get(name, field.label),
            }
            field.required = False
            field.initial = self.initial.get(name) if name in LINE else None
            self.fields[new_cell_name(number, name)] = field

    def head(self) -> list[forms.BoundField]:
        """What holds for all cells."""
        return [self[name] for name in self.HEAD]

    def rows(self) -> list[GridRow]:
        """The lines that are there."""
        return [
            GridRow(
                one.line, line_label(one.line),
                [
                    GridCell(stage, self[cell_name((one.line.pk, stage.value))], one.totals.at(stage))
                    for stage in Stage
                ],
            )
            for one in self.funds
        ]  # fmt: skip

    def empty_rows(self) -> list[NewRow]:
        """Rows for lines that are not there yet."""
        return [
            NewRow(
                _("New line %(number)s") % {"number": number + 1},
                tuple(
                    [(label, self[new_cell_name(number, name)]) for name, label in part]
                    for part in (LINE.items(), Stage.choices)
                ),
            )
            for number in range(self.count)
        ]

    def clean(self) -> dict[str, Any]:
        """What a new line needs: whose it is, and an amount."""
        data = super().clean() or {}
        for number in range(self.count):
            names = [new_cell_name(number, name) for name in LINE]
            amounts = [new_cell_name(number, stage.value) for stage in Stage]
            if any(name in self.errors or data.get(name) is not None for name in amounts):
                for name in names[:2]:
                    if name not in self.errors and not data.get(name):
                        self.add_error(name, _("Choose one: the amounts of this row need it."))
            elif any(name in self.data and name in self.changed_data for name in names):
                self.add_error(amounts[0], _("Write an amount: a budget line is opened by its first dollars."))
        return data

    def content(self) -> GridContent:
        """What the action takes: the cells that are not left empty."""
        given: Mapping[str, Any] = self.cleaned_data
        cells = [(one.line.pk, stage.value) for one in self.funds for stage in Stage]
        amounts = {cell: given[cell_name(cell)] for cell in cells if given.get(cell_name(cell)) is not None}
        return GridContent(
            amounts=amounts, new=[line for number in range(self.count) if (line := self._new(number))],
            effective_on=given["effective_on"], as_totals=given["meaning"] == TOTAL, seen=given["seen"],
            reference=given["reference"], note=given["note"],
        )  # fmt: skip

    def _new(self, number: int) -> NewLine | None:
        given = {name: self.cleaned_data[new_cell_name(number, name)] for name in (*LINE, *Stage.values)}
        amounts = {stage: given[stage] for stage in Stage.values if given[stage] is not None}
        if not amounts:
            return None
        return NewLine(number=number, key=LineKey(**{name: given[name] for name in LINE}), amounts=amounts)


def rows_of(data: QueryDict) -> int:
    """How many empty rows a form was sent with."""
    text = data.get("new_rows", "")
    return min(int(text), MOST_ROWS) if text.isascii() and text.isdigit() and len(text) < len("1000") else 0
