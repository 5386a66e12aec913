"""Forms of the ledger beside its single entries: corrections, reprofiles and transfers, filters."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from initiatives.actions.budget_lines import LineKey
from initiatives.actions.transfers import Move, TransferContent
from initiatives.aggregates.money import LineFunds
from initiatives.choices import FundingSource, TransferKind, Vote
from initiatives.forms import ANY, UNPUBLISHED, EntryForm
from initiatives.models import BudgetLine, Initiative
from pillars.models import Plan
from tracker.filters import IsoDateField
from tracker.formats import dollars
from tracker.formats import fiscal_year as fiscal_year_label
from tracker.forms import NumberField
from tracker.models import Organization
from tracker.templatetags.tracker import bilingual_text


def _amount(label: Any, *, required: bool = True, **options: Any) -> NumberField:
    return NumberField(label=label, required=required, max_digits=None, decimal_places=None, **options)


def _reason(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


def line_label(line: BudgetLine) -> str:
    """`2025-26, RCMP, new money, operating`."""
    source = line.get_funding_source_display() if line.funding_source else _("source not published")
    vote = line.get_vote_display() if line.vote else _("vote not published")
    who = bilingual_text(line.organization, "abbreviation")
    return f"{fiscal_year_label(line.fiscal_year)}, {who}, {source}, {vote}"


class CorrectionForm(EntryForm):
    """The entry as it should have been, and why."""

    reason = _reason(_("Why it is corrected"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The year of an entry that was recorded wrongly may lie outside the plan's.
        years = self.fields["fiscal_year"]
        recorded = self.initial.get("fiscal_year")
        if recorded is not None and recorded not in dict(years.choices):  # type: ignore[attr-defined]
            years.choices = [(recorded, fiscal_year_label(recorded)), *years.choices]  # type: ignore[attr-defined]

    @property
    def reason_given(self) -> str:
        """Why it is corrected."""
        return str(self.cleaned_data["reason"])

    def content(self) -> Any:
        """What the action takes, beside the reason."""
        self.cleaned_data = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        return super().content()


class _MovingForm(forms.Form):
    """Authority that one of the initiative's lines gives."""

    source = forms.ModelChoiceField(
        label=_("From the budget line"), queryset=BudgetLine.objects.none(), empty_label=_("choose one")
    )
    amount = _amount(_("Dollars"), help_text=_("To the cent, such as 5300000.00."))
    effective_on = IsoDateField(label=_("Effective on"))
    reason = _reason(_("Why the dollars move"))
    reference = forms.CharField(label=_("Source reference"), max_length=200, required=False)

    kind: TransferKind

    def __init__(self, *args: Any, funds: Iterable[LineFunds], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        authorities = {one.line.pk: one.totals.authority for one in funds}
        giving = [pk for pk, authority in authorities.items() if authority is not None]
        source = self.fields["source"]
        source.queryset = BudgetLine.objects.filter(pk__in=giving).for_list()  # type: ignore[attr-defined]
        source.label_from_instance = lambda line: _("%(line)s: authority %(dollars)s") % {  # type: ignore[attr-defined]
            "line": line_label(line), "dollars": dollars(authorities[line.pk] or 0),
        }  # fmt: skip

    def clean_amount(self) -> Decimal:
        """Dollars that move: more than none."""
        amount: Decimal = self.cleaned_data["amount"]
        if not amount > 0:
            raise forms.ValidationError(_("Write an amount above zero; the line that gives it is the first."))
        return amount

    def target(self, source: LineKey) -> LineKey:
        """The line that gets it."""
        raise NotImplementedError

    def content(self) -> TransferContent:
        """What the action takes."""
        given, line = self.cleaned_data, self.cleaned_data["source"]
        source = LineKey(
            organization=line.organization, fiscal_year=line.fiscal_year, funding_source=line.funding_source,
            vote=line.vote,
        )  # fmt: skip
        moves = Move(line=source, amount=-given["amount"]), Move(line=self.target(source), amount=given["amount"])
        return TransferContent(
            kind=self.kind, moves=moves, effective_on=given["effective_on"], reason=given["reason"],
            reference=given["reference"],
        )  # fmt: skip


class ReprofileForm(_MovingForm):
    """Authority for another fiscal year, all else as it is."""

    kind = TransferKind.REPROFILE
    fiscal_year = forms.TypedChoiceField(label=_("To the fiscal year"), coerce=int)

    field_order = ["source", "fiscal_year", "amount"]

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = initiative.plan
        years = range(plan.first_fiscal_year, plan.last_fiscal_year + 1)
        self.fields["fiscal_year"].choices = [(year, fiscal_year_label(year)) for year in years]  # type: ignore[attr-defined]

    def target(self, source: LineKey) -> LineKey:
        """The same line a year or more away."""
        return LineKey(
            organization=source.organization, fiscal_year=self.cleaned_data["fiscal_year"],
            funding_source=source.funding_source, vote=source.vote,
        )  # fmt: skip


class TransferForm(_MovingForm):
    """Authority for another line of the same fiscal year."""

    kind = TransferKind.TRANSFER
    organization = forms.ModelChoiceField(
        label=_("To the organization"), queryset=Organization.objects.none(), empty_label=None
    )
    funding_source = forms.ChoiceField(
        label=_("Funding source"), required=False, choices=[UNPUBLISHED, *FundingSource.choices]
    )
    vote = forms.ChoiceField(label=_("Vote"), required=False, choices=[UNPUBLISHED, *Vote.choices])

    field_order = ["source", "organization", "funding_source", "vote", "amount"]

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organization = self.fields["organization"]
        organization.queryset = Organization.objects.for_list()  # type: ignore[attr-defined]
        organization.label_from_instance = lambda row: getattr(row, f"name_{get_language()}")  # type: ignore[attr-defined]
        organization.initial = initiative.lead_id

    def target(self, source: LineKey) -> LineKey:
        """The line that was chosen, in the year of the one that gives."""
        given = self.cleaned_data
        return LineKey(
            organization=given["organization"], fiscal_year=source.fiscal_year,
            funding_source=given["funding_source"], vote=given["vote"],
        )  # fmt: skip


class MoneyFilterForm(forms.Form):
    """The filters of a plan's money as controls. What they mean, and what is refused, `BudgetLineFilter` says."""

    fiscal_year = forms.ChoiceField(label=_("Fiscal year"), required=False)
    organization = forms.ChoiceField(label=_("Organization"), required=False)
    pillar = forms.ChoiceField(label=_("Pillar"), required=False)
    on = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, lines: QuerySet[BudgetLine], plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = lines.order_by("fiscal_year").values_list("fiscal_year", flat=True).distinct()
        organizations = Organization.objects.filter(pk__in=lines.order_by().values("organization")).for_list()
        choices: dict[str, list[tuple[Any, Any]]] = {
            "fiscal_year": [(year, fiscal_year_label(year)) for year in years],
            "organization": [(row.code, bilingual_text(row, "name")) for row in organizations],
            "pillar": [
                (row.number, f"{row.number}. {bilingual_text(row, 'title')}") for row in plan.pillars.order_by("number")
            ],
        }
        for name, found in choices.items():
            self.fields[name].choices = [ANY, *found]  # type: ignore[attr-defined]
