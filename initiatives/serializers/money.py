"""Rows of money. Dollars, to the cent."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from initiatives.choices import FundingSource, Stage, Vote
from initiatives.serializers.scope import OfInitiativeRow
from pillars.serializers import FISCAL_YEAR
from tracker.fields import DayField, DollarsField, KeptTextField, NameField, UnpublishedField, WholeField
from tracker.key_fields import (
    IdField,
    InitiativeField,
    InitiativeIdField,
    KeyField,
    OrganizationField,
    PillarField,
    PlanField,
    RevisionField,
    SimulatedField,
)
from tracker.measure_fields import AmountField, FiscalYearField
from tracker.row_fields import (
    EnglishNoteField,
    FrenchNoteField,
    FrenchOfficialField,
    OfficialField,
    SourceField,
    SourceUrlField,
)
from tracker.serializers import RowSerializer, StrictSerializer, TextField, VocabularyField

DOLLARS = "Dollars, to the cent."


class FundingSourceField(VocabularyField):
    """Where the money of a line comes from."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "allow_null": True,
            "label": _("Funding source"),
            "help_text": _("Whether the money is new to the organization; null: not published."),
        }
        super().__init__(FundingSource, **{**given, **kwargs})


class VoteField(VocabularyField):
    """The vote of the Estimates that the money of a line belongs to."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "allow_null": True,
            "label": _("Vote"),
            "help_text": _(
                "Kind of vote in the Estimates; it decides what may be carried forward. Null: not published."
            ),
        }
        super().__init__(Vote, **{**given, **kwargs})


class FundingAnnouncementRow(RowSerializer):
    id = IdField()
    plan = PlanField(source="plan.code")
    simulated = SimulatedField(source="plan.simulated")
    code = serializers.CharField(label=_("Code"), help_text=_("Names the announcement for good within its plan."))
    organization = OrganizationField(
        source="organization.code", allow_null=True,
        help_text=_("Code of the organization that the dollars are for; null where none is named."),
    )  # fmt: skip
    initiative = InitiativeField(
        source="initiative.code", allow_null=True,
        help_text=_("Code of the initiative that the dollars are for; null: for the plan as a whole."),
    )  # fmt: skip
    initiative_id = InitiativeIdField(
        allow_null=True, help_text=_("`id` of that initiative in the initiatives; null without one.")
    )
    amount = AmountField(
        label=_("Dollars announced"),
        help_text=_(
            "As said in public, more than zero. An announcement is not authority to spend, and is never spent."
        ),
    )
    fiscal_year = FiscalYearField(
        allow_null=True,
        help_text=_("Start year of the one fiscal year that the dollars are for; null: for several, or not said."),
    )  # fmt: skip
    covers_en = serializers.CharField(
        label=_("What it covers, English"), help_text=_("As the publication says it, in English; may be empty.")
    )
    covers_fr = serializers.CharField(
        label=_("What it covers, French"), help_text=_("As the publication says it, in French; may be empty.")
    )
    announced_on = serializers.DateField(label=_("Announced on"), help_text=_("Day on which it was said."))
    in_total = serializers.BooleanField(
        label=_("Part of the total"),
        help_text=_(
            "Part of the split of the plan’s total. Add up only these: the others lie within them or outside the total."
        ),
    )
    note_en = EnglishNoteField()
    note_fr = FrenchNoteField()
    source = SourceField()  # type: ignore[assignment]  # a column of this name
    source_url = SourceUrlField()
    official = OfficialField()
    french_official = FrenchOfficialField()
    revision = RevisionField()


class BudgetLineRow(OfInitiativeRow):
    organization = OrganizationField(
        source="organization.code", help_text=_("Code of the organization whose money it is.")
    )
    fiscal_year = FiscalYearField()
    funding_source = FundingSourceField()
    vote = VoteField()
    revision = RevisionField()


class LedgerEntryRow(RowSerializer):
    id = IdField()
    plan = PlanField(source="line.initiative.plan.code")
    simulated = SimulatedField(source="line.initiative.plan.simulated")
    pillar = PillarField(source="line.initiative.pillar.number")
    initiative = InitiativeField(source="line.initiative.code")
    initiative_id = InitiativeIdField(source="line.initiative_id")
    budget_line = KeyField(
        "budget-lines", source="line_id", label=_("Budget line"), help_text=_("`id` of the line, in the budget lines.")
    )
    organization = OrganizationField(
        source="line.organization.code", help_text=_("Code of the organization whose money it is.")
    )
    fiscal_year = FiscalYearField(source="line.fiscal_year")
    funding_source = FundingSourceField(source="line.funding_source")
    vote = VoteField(source="line.vote")
    stage = VocabularyField(
        Stage, label=_("Stage"),
        help_text=_("How far the dollars have come. Stages are different statements of one dollar: never add them up."),
    )  # fmt: skip
    amount = AmountField(
        label=_("Dollars"),
        help_text=_(
            "Never zero; negative takes away. Adding up one stage gives its balance, reversed entries cancelling out."
        ),
    )
    effective_on = serializers.DateField(
        label=_("Effective on"),
        help_text=_("Day on which it was true, not on which it was recorded: that is the revision’s."),
    )
    reference = serializers.CharField(
        label=_("Reference"), help_text=_("Reference in the source system, such as a journal voucher; may be empty.")
    )
    note = serializers.CharField(
        label=_("Note"), help_text=_("What a reader should know about the entry; may be empty.")
    )
    reverses = KeyField(
        "ledger-entries",
        source="reverses_id", allow_null=True, label=_("Reverses"),
        help_text=_("`id` of the entry that this one undoes by the opposite amount; null for any other."),
    )  # fmt: skip
    reversed_by = KeyField(
        "ledger-entries",
        source="reversed_by.id", allow_null=True, label=_("Reversed by"),
        help_text=_("`id` of the entry that undoes this one; null while it stands."),
    )  # fmt: skip
    corrects = KeyField(
        "ledger-entries",
        source="corrects_id", allow_null=True, label=_("Corrects"),
        help_text=_("`id` of the entry, reversed, in whose place this one was recorded; null for any other."),
    )  # fmt: skip
    transfer = KeyField(
        "transfers",
        source="transfer_id", allow_null=True, label=_("Reprofile or transfer"),
        help_text=_("`id` of the transfer that it is part of; its entries sum to zero. Null for any other."),
    )  # fmt: skip
    revision = RevisionField()


class LedgerEntryBody(StrictSerializer):
    """An amount to be added to the ledger; its budget line is opened where it is missing."""

    plan = NameField(help_text="Code of the plan.")
    initiative = NameField(help_text="Code of the initiative.")
    organization = NameField(help_text="Code of the organization.")
    fiscal_year = WholeField(min_value=2000, max_value=2100, help_text=FISCAL_YEAR)
    funding_source = UnpublishedField(FundingSource, help_text="Null: not published.")
    vote = UnpublishedField(Vote, help_text="Null: not published.")
    stage = VocabularyField(Stage)
    amount = DollarsField(help_text=f"{DOLLARS} Not zero.")
    effective_on = DayField(help_text="For an expenditure: within the life of the year's funds, and not in the future.")
    reference = TextField(max_length=200, help_text="Reference in the source system.")
    note = TextField()


class EntryCorrectionBody(StrictSerializer):
    """An entry as it should have been. What is left out stays as it is recorded."""

    reason = NameField(help_text="Why it was wrong.")
    organization = NameField(required=False, help_text="Code of the organization.")
    fiscal_year = WholeField(required=False, min_value=2000, max_value=2100, help_text=FISCAL_YEAR)
    funding_source = UnpublishedField(FundingSource, default=serializers.empty, help_text="Null: not published.")
    vote = UnpublishedField(Vote, default=serializers.empty, help_text="Null: not published.")
    stage = VocabularyField(Stage, required=False)
    amount = DollarsField(required=False, help_text=f"{DOLLARS} Not zero.")
    effective_on = DayField(required=False)
    reference = KeptTextField(max_length=200, help_text="Reference in the source system.")
    note = KeptTextField()


class ReversalBody(StrictSerializer):
    """Why an entry or a transfer is undone."""

    reason = NameField()
