"""Rows of initiatives."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from rest_framework import serializers

from initiatives.choices import HealthBucket, Lifecycle, SecurityMarking, Supports
from initiatives.models import InitiativeOrganization, InitiativePlace
from pillars.serializers import SIMULATED
from tracker.choices import Language
from tracker.serializers import OfficialField, RevisionField, RowSerializer, SourceField, VocabularyField
from tracker.tabular import IsoWeek

_CONTRIBUTORS = InitiativeOrganization.objects.filter(initiative=OuterRef("pk")).order_by("organization__code")
_PLACES = InitiativePlace.objects.filter(initiative=OuterRef("pk")).order_by("place__code")


class InitiativeRow(RowSerializer):
    expressions = {
        "contributors": ArraySubquery(_CONTRIBUTORS.values("organization__code")),
        "places": ArraySubquery(_PLACES.values("place__code")),
        "health_week": IsoWeek(F("health_week")),
    }

    id = serializers.IntegerField()
    plan = serializers.CharField(source="plan.code")
    simulated = serializers.BooleanField(source="plan.simulated", help_text=SIMULATED)
    pillar = serializers.IntegerField(source="pillar.number")
    code = serializers.CharField()
    title_en = serializers.CharField()
    title_fr = serializers.CharField()
    description_en = serializers.CharField()
    description_fr = serializers.CharField()
    aliases_en = serializers.ListField(child=serializers.CharField(), help_text="Other official wordings.")
    aliases_fr = serializers.ListField(child=serializers.CharField(), help_text="Other official wordings.")
    lead = serializers.CharField(source="lead.code", help_text="Lead organization (OPI).")
    contributors = serializers.ListField(child=serializers.CharField(), help_text="Contributing organizations.")
    places = serializers.ListField(child=serializers.CharField(), help_text="Places where it happens.")
    manager = serializers.CharField(source="manager.username", allow_null=True, help_text="Account.")
    lifecycle = VocabularyField(Lifecycle, help_text="What has become of the commitment.")
    not_pursued_reason = serializers.CharField()
    starts_on = serializers.DateField(allow_null=True)
    announced_on = serializers.DateField(allow_null=True)
    health = VocabularyField(
        HealthBucket, help_text="On the day `on`, by the approved status update in force; never an older one."
    )
    health_week = serializers.CharField(allow_null=True, help_text="Reporting week of that update, `2026-W46`.")
    funding = serializers.DecimalField(
        16, 2, allow_null=True,
        help_text="Dollars of authority recorded by the day `on`, else dollars planned; null is not published.",
    )  # fmt: skip
    security_marking = VocabularyField(SecurityMarking)
    source_text = serializers.CharField(help_text="Words of the commitment.")
    source_text_language = VocabularyField(
        Language, allow_null=True, help_text="Language of these words; null when none are given or it is not known."
    )
    source = SourceField()  # type: ignore[assignment]  # a column of this name
    source_url = serializers.CharField()
    official = OfficialField()
    french_official = OfficialField()
    revision = RevisionField()


class InitiativeSourceRow(RowSerializer):
    supports = VocabularyField(Supports, help_text="What it is a source of.")
    code = serializers.CharField(help_text="Short name of the publication in the plan's files.")
    title = serializers.CharField(help_text="In the language of the publication.")
    url = serializers.CharField(help_text="Address; empty where it is not known whole.")
    official = serializers.BooleanField(help_text="Official, and taken as such here.")
    language = VocabularyField(Language)


class InitiativeDetail(InitiativeRow):
    sources = InitiativeSourceRow(
        many=True, help_text="Publications that state the commitment, then those that state its lifecycle."
    )
