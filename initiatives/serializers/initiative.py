"""Rows of initiatives."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from initiatives.choices import HealthBucket, Lifecycle, SecurityMarking, Supports
from initiatives.models import InitiativeOrganization, InitiativePlace
from pillars.serializers import EnglishAliasesField, FrenchAliasesField
from tracker.choices import Language
from tracker.key_fields import (
    IdField,
    OrganizationField,
    PillarField,
    PlanField,
    RevisionField,
    SimulatedField,
)
from tracker.measure_fields import AmountField
from tracker.row_fields import (
    EnglishTitleField,
    FrenchOfficialField,
    FrenchTitleField,
    OfficialField,
    SourceField,
    SourceUrlField,
)
from tracker.serializers import RowSerializer, VocabularyField
from tracker.tabular import IsoWeek

_CONTRIBUTORS = InitiativeOrganization.objects.filter(initiative=OuterRef("pk")).order_by("organization__code")
_PLACES = InitiativePlace.objects.filter(initiative=OuterRef("pk")).order_by("place__code")


class InitiativeRow(RowSerializer):
    expressions = {
        "contributors": ArraySubquery(_CONTRIBUTORS.values("organization__code")),
        "places": ArraySubquery(_PLACES.values("place__code")),
        "health_week": IsoWeek(F("health_week")),
    }

    id = IdField()
    plan = PlanField(source="plan.code")
    simulated = SimulatedField(source="plan.simulated")
    pillar = PillarField(source="pillar.number", help_text=_("Number of the pillar, within the plan."))
    code = serializers.CharField(
        label=_("Code"),
        help_text=_("Names the initiative for good within its plan, such as 1.02. Other datasets refer to it so."),
    )
    title_en = EnglishTitleField()
    title_fr = FrenchTitleField()
    description_en = serializers.CharField(
        label=_("Description, English"),
        help_text=_("What the commitment is about, in English. Empty where nothing is written."),
    )
    description_fr = serializers.CharField(
        label=_("Description, French"),
        help_text=_("What the commitment is about, in French. Empty where nothing is written."),
    )
    aliases_en = EnglishAliasesField()
    aliases_fr = FrenchAliasesField()
    lead = OrganizationField(
        source="lead.code", label=_("Lead organization"),
        help_text=_("Code of the organization that answers for the initiative (office of primary interest)."),
    )  # fmt: skip
    contributors = serializers.ListField(
        child=serializers.CharField(), label=_("Contributing organizations"),
        help_text=_("Codes of the organizations that contribute to it, in their order; the lead is not among them."),
    )  # fmt: skip
    places = serializers.ListField(
        child=serializers.CharField(), label=_("Places"),
        help_text=_("Codes of the places where it happens, as a source names them. Empty: none is named."),
    )  # fmt: skip
    manager = serializers.CharField(
        source="manager.username", allow_null=True, label=_("Program manager"),
        help_text=_("Account of the person who keeps the initiative current; null while there is none."),
    )  # fmt: skip
    lifecycle = VocabularyField(
        Lifecycle, label=_("Lifecycle"),
        help_text=_("What has become of the commitment. It does not say how well it goes: that is `health`."),
    )  # fmt: skip
    not_pursued_reason = serializers.CharField(
        label=_("Why it is not pursued"), help_text=_("Filled where `lifecycle` is not_pursued; empty otherwise.")
    )
    starts_on = serializers.DateField(
        allow_null=True, label=_("Start"), help_text=_("Day on which work begins; null where none is published.")
    )
    announced_on = serializers.DateField(
        allow_null=True, label=_("Announced on"),
        help_text=_("Day on which the commitment was made public; null where it is not known."),
    )  # fmt: skip
    health = VocabularyField(
        HealthBucket, label=_("Health"),
        help_text=_(
            "On the day `on`: the overall rating of the approved status update of the week that holds the day, else of "
            "the week before; never an older one. What is met or not pursued has no rating, and `no_update` is "
            "unknown, not green."
        ),
    )  # fmt: skip
    health_week = serializers.CharField(
        allow_null=True, label=_("Week of the rating"),
        help_text=_("Reporting week of that update, `2026-W46`; null without one."),
    )  # fmt: skip
    funding = AmountField(
        allow_null=True, label=_("Funding"),
        help_text=_(
            "Authority recorded by the day `on`, all fiscal years and organizations; where there is none, dollars "
            "planned. Null: neither is published. It is not what was announced, nor what is spent."
        ),
    )  # fmt: skip
    security_marking = VocabularyField(
        SecurityMarking, label=_("Security marking"), help_text=_("How what is written of the initiative is protected.")
    )
    source_text = serializers.CharField(
        label=_("Words of the commitment"),
        help_text=_(
            "The commitment as its publication words it, in `source_text_language`. Empty where it is not quoted."
        ),
    )
    source_text_language = VocabularyField(
        Language, allow_null=True, label=_("Language of the words"),
        help_text=_("Language of `source_text`; null when no words are given or it is not known."),
    )  # fmt: skip
    source = SourceField()  # type: ignore[assignment]  # a column of this name
    source_url = SourceUrlField()
    official = OfficialField()
    french_official = FrenchOfficialField()
    revision = RevisionField()


class InitiativeSourceRow(RowSerializer):
    supports = VocabularyField(Supports, help_text=_("What it is a source of."))
    code = serializers.CharField(help_text=_("Short name of the publication in the plan’s files."))
    title = serializers.CharField(help_text=_("In the language of the publication."))
    url = serializers.CharField(help_text=_("Address; empty where it is not known whole."))
    official = serializers.BooleanField(help_text=_("Official, and taken as such here."))
    language = VocabularyField(Language)


class InitiativeDetail(InitiativeRow):
    sources = InitiativeSourceRow(
        many=True, help_text=_("Publications that state the commitment, then those that state its lifecycle.")
    )
