"""Rows of money. Dollars, to the cent."""

from rest_framework import serializers

from initiatives.choices import FundingSource, Stage, Vote
from pillars.serializers import FISCAL_YEAR, SIMULATED
from tracker.fields import DayField, DollarsField, KeptTextField, NameField, UnpublishedField, WholeField
from tracker.serializers import (
    OfficialField,
    RevisionField,
    RowSerializer,
    SourceField,
    StrictSerializer,
    TextField,
    VocabularyField,
)

DOLLARS = "Dollars, to the cent."


class FundingAnnouncementRow(RowSerializer):
    id = serializers.IntegerField()
    plan = serializers.CharField(source="plan.code")
    simulated = serializers.BooleanField(source="plan.simulated", help_text=SIMULATED)
    code = serializers.CharField()
    organization = serializers.CharField(source="organization.code", allow_null=True)
    initiative = serializers.CharField(source="initiative.code", allow_null=True)
    initiative_id = serializers.IntegerField(allow_null=True)
    amount = serializers.DecimalField(16, 2, help_text=DOLLARS)
    fiscal_year = serializers.IntegerField(allow_null=True, help_text=FISCAL_YEAR)
    covers_en = serializers.CharField()
    covers_fr = serializers.CharField()
    announced_on = serializers.DateField()
    in_total = serializers.BooleanField(help_text="Part of the split of the plan's total.")
    note_en = serializers.CharField()
    note_fr = serializers.CharField()
    source = SourceField()  # type: ignore[assignment]  # a column of this name
    source_url = serializers.CharField()
    official = OfficialField()
    french_official = OfficialField()
    revision = RevisionField()


class BudgetLineRow(RowSerializer):
    id = serializers.IntegerField()
    plan = serializers.CharField(source="initiative.plan.code")
    simulated = serializers.BooleanField(source="initiative.plan.simulated", help_text=SIMULATED)
    pillar = serializers.IntegerField(source="initiative.pillar.number")
    initiative = serializers.CharField(source="initiative.code")
    initiative_id = serializers.IntegerField()
    organization = serializers.CharField(source="organization.code")
    fiscal_year = serializers.IntegerField(help_text=FISCAL_YEAR)
    funding_source = VocabularyField(FundingSource, allow_null=True, help_text="Null: not published.")
    vote = VocabularyField(Vote, allow_null=True, help_text="Null: not published.")
    revision = RevisionField()


class LedgerEntryRow(RowSerializer):
    id = serializers.IntegerField()
    plan = serializers.CharField(source="line.initiative.plan.code")
    simulated = serializers.BooleanField(source="line.initiative.plan.simulated", help_text=SIMULATED)
    pillar = serializers.IntegerField(source="line.initiative.pillar.number")
    initiative = serializers.CharField(source="line.initiative.code")
    initiative_id = serializers.IntegerField(source="line.initiative_id")
    budget_line = serializers.IntegerField(source="line_id")
    organization = serializers.CharField(source="line.organization.code")
    fiscal_year = serializers.IntegerField(source="line.fiscal_year", help_text=FISCAL_YEAR)
    funding_source = VocabularyField(
        FundingSource, source="line.funding_source", allow_null=True, help_text="Null: not published."
    )
    vote = VocabularyField(Vote, source="line.vote", allow_null=True, help_text="Null: not published.")
    stage = VocabularyField(Stage)
    amount = serializers.DecimalField(16, 2, help_text=DOLLARS)
    effective_on = serializers.DateField()
    reference = serializers.CharField(help_text="Reference in the source system.")
    note = serializers.CharField()
    reverses = serializers.IntegerField(
        source="reverses_id", allow_null=True, help_text="The entry that this one undoes."
    )
    reversed_by = serializers.IntegerField(
        source="reversed_by.id", allow_null=True, help_text="The entry that undoes this one."
    )
    corrects = serializers.IntegerField(
        source="corrects_id", allow_null=True, help_text="The entry, reversed, in whose place this one was recorded."
    )
    transfer = serializers.IntegerField(
        source="transfer_id",
        allow_null=True,
        help_text="The reprofile or transfer that it is part of; the entries of one sum to zero.",
    )
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
