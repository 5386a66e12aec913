"""Rows of transfers, and what a program sends to make one. Dollars, to the cent."""

from decimal import Decimal

from django.db.models import OuterRef, Subquery, Sum
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from initiatives.choices import FundingSource, TransferKind, Vote
from initiatives.models import LedgerEntry
from initiatives.rules import amount_problem
from initiatives.serializers.money import DOLLARS, LedgerEntryRow
from initiatives.serializers.scope import OfInitiativeRow
from pillars.serializers import FISCAL_YEAR
from tracker.fields import DayField, DollarsField, NameField, UnpublishedField, WholeField
from tracker.key_fields import RevisionField
from tracker.measure_fields import AmountField
from tracker.serializers import StrictSerializer, TextField, VocabularyField

_GOT = LedgerEntry.objects.filter(transfer=OuterRef("pk"), reverses__isnull=True, amount__gt=0)
MOVES = 100  # of one transfer


class TransferRow(OfInitiativeRow):
    expressions = {"amount": Subquery(_GOT.order_by().values("transfer").annotate(got=Sum("amount")).values("got"))}

    kind = VocabularyField(
        TransferKind, label=_("Kind"), help_text=_("A reprofile moves authority between years, a transfer within one.")
    )
    amount = AmountField(
        allow_null=True, label=_("Dollars moved"),
        help_text=_(
            "What the lines together got, which is what the others gave; null without entries. The initiative’s total "
            "stays."
        ),
    )  # fmt: skip
    effective_on = serializers.DateField(label=_("Effective on"), help_text=_("Day from which it counts."))
    reason = serializers.CharField(label=_("Reason"), help_text=_("Why the authority was moved."))
    made_by = serializers.CharField(
        source="made_by.username", allow_null=True, label=_("Made by"),
        help_text=_("Account of who made it; null where a plan’s file did."),
    )  # fmt: skip
    made_at = serializers.DateTimeField(label=_("Made at"), help_text=_("When it was recorded."))
    undone = serializers.BooleanField(
        label=_("Undone"), help_text=_("Its entries are reversed: it moves nothing any more, and stays to be seen.")
    )
    revision = RevisionField()


class TransferDetail(TransferRow):
    entries = LedgerEntryRow(many=True, help_text=_("Its entries, which sum to zero; those that undo it too."))


class MoveBody(StrictSerializer):
    """Dollars that one budget line gives or gets; a line that is missing is opened."""

    organization = NameField(help_text="Code of the organization.")
    fiscal_year = WholeField(min_value=2000, max_value=2100, help_text=FISCAL_YEAR)
    funding_source = UnpublishedField(FundingSource, help_text="Null: not published.")
    vote = UnpublishedField(Vote, help_text="Null: not published.")
    amount = DollarsField(help_text=f"{DOLLARS} Negative: the line gives; positive: it gets.")

    def validate_amount(self, value: Decimal) -> Decimal:
        """Told here, where its place among the moves is known."""
        problem = amount_problem(value)
        if problem is not None:
            raise serializers.ValidationError(str(problem))
        return value


class TransferBody(StrictSerializer):
    """Authority to be moved. A reprofile moves it between fiscal years of lines that agree in all else; a transfer
    between lines of one fiscal year."""

    plan = NameField(help_text="Code of the plan.")
    initiative = NameField(help_text="Code of the initiative.")
    kind = VocabularyField(TransferKind)
    moves = serializers.ListField(child=MoveBody(), min_length=2, max_length=MOVES, help_text="They sum to zero.")
    effective_on = DayField()
    reason = NameField()
    reference = TextField(max_length=200, help_text="Reference in the source system.")
