"""Rows of the ground floor, for API and exports."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from tracker.choices import Channel, PlaceKind
from tracker.key_fields import IdField, RevisionField
from tracker.measure_fields import CountField, MeasureField, Unit
from tracker.serializers import RowSerializer, VocabularyField


class OrganizationRow(RowSerializer):
    id = IdField()
    code = serializers.CharField(
        label=_("Code"), help_text=_("Short name that other datasets refer to the organization by; for good.")
    )
    abbreviation_en = serializers.CharField(
        label=_("Abbreviation, English"), help_text=_("As the organization is abbreviated in English, such as CBSA.")
    )
    abbreviation_fr = serializers.CharField(
        label=_("Abbreviation, French"), help_text=_("As the organization is abbreviated in French, such as ASFC.")
    )
    name_en = serializers.CharField(label=_("Name, English"), help_text=_("Applied title in English."))
    name_fr = serializers.CharField(label=_("Name, French"), help_text=_("Applied title in French."))
    gc_org_id = serializers.IntegerField(
        allow_null=True, label=_("Government organization number"),
        help_text=_("`gc_orgID` in the Government of Canada’s inventory of organizations; null where it has none."),
    )  # fmt: skip
    fund_life_years = CountField(
        Unit.YEARS, label=_("Years that funds live"),
        help_text=_(
            "Fiscal years in which an authority may be spent before it lapses: 1, or 2 where Parliament says so."
        ),
    )  # fmt: skip
    revision = RevisionField()


class PlaceRow(RowSerializer):
    id = IdField()
    code = serializers.CharField(
        label=_("Code"), help_text=_("Short name that other datasets refer to the place by; for good.")
    )
    name_en = serializers.CharField(label=_("Name, English"), help_text=_("What the place is called in English."))
    name_fr = serializers.CharField(label=_("Name, French"), help_text=_("What the place is called in French."))
    kind = VocabularyField(PlaceKind, label=_("Kind"), help_text=_("What sort of place it is."))
    province = serializers.CharField(
        label=_("Province or territory"),
        help_text=_("Two letters, such as QC; empty for a place in several or in none."),
    )
    latitude = MeasureField(
        Unit.DEGREES, max_digits=8, decimal_places=5, allow_null=True, label=_("Latitude"),
        help_text=_("North of the equator (WGS 84). Null where no coordinates are published; they are never guessed."),
    )  # fmt: skip
    longitude = MeasureField(
        Unit.DEGREES, max_digits=8, decimal_places=5, allow_null=True, label=_("Longitude"),
        help_text=_("East of Greenwich (WGS 84), negative in Canada. Null where no coordinates are published."),
    )  # fmt: skip
    revision = RevisionField()


class RevisionRow(RowSerializer):
    number = serializers.IntegerField(
        label=_("Number"),
        help_text=_("Names the revision for good. One sequence for the whole database, in the order of the writes."),
    )
    at = serializers.DateTimeField(
        label=_("When"), help_text=_("Instant at which it was written, in UTC; it always rises with the number.")
    )
    actor = serializers.CharField(
        source="actor_name", allow_null=True, label=_("Who"),
        help_text=_(
            "Name of who wrote, as it was then; empty when nobody is known. Null for readers of a part of the plans."
        ),
    )  # fmt: skip
    account = serializers.CharField(
        source="actor.username", allow_null=True, label=_("Account"),
        help_text=_(
            "The account that wrote; null for the tracker itself, for nobody, for an account that is gone, and for "
            "readers of a part of the plans. People choose their names, not their accounts."
        ),
    )  # fmt: skip
    reason = serializers.CharField(
        allow_null=True, label=_("Reason"),
        help_text=_("Why it was written, in one sentence. Null for readers of a part of the plans."),
    )  # fmt: skip
    channel = VocabularyField(Channel, label=_("Channel"), help_text=_("The way by which the write came in."))
    attributed = serializers.BooleanField(
        label=_("Attributed"),
        help_text=_("False for a write outside any action, such as one by hand in the database: nobody signed it."),
    )
    replayed = serializers.BooleanField(
        label=_("Replayed"),
        help_text=_("True when `at` was given by a replay of dated records, not by the clock."),
    )
