"""Rows of milestones, and of the dates that they had."""

from decimal import Decimal

from django.db.models import BooleanField, Case, Count, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest
from rest_framework import serializers

from initiatives.choices import MilestoneKind
from initiatives.models import MilestoneForecast
from pillars.serializers import SIMULATED
from tracker.fields import DayField, KeptTextField, NameField, WeightField
from tracker.serializers import (
    OfficialField,
    RevisionField,
    RowSerializer,
    SourceField,
    StrictSerializer,
    TextField,
    VocabularyField,
)
from tracker.tabular import DaysBetween

_LAST_DATE = Coalesce(F("actual_on"), F("forecast_on"))
_FORECASTS = (
    MilestoneForecast.objects.filter(milestone=OuterRef("pk")).order_by().values("milestone").annotate(rows=Count("pk"))
)


class MilestoneRow(RowSerializer):
    expressions = {
        "slippage_days_against_first": DaysBetween(_LAST_DATE, F("first_baseline_on")),
        "slippage_days_against_latest": DaysBetween(_LAST_DATE, F("baseline_on")),
        "forecast_moves": Greatest(Coalesce(Subquery(_FORECASTS.values("rows")), Value(0)) - Value(1), Value(0)),
        "pre_plan": Case(
            When(actual_on__lt=F("initiative__plan__announced_on"), then=Value(True)),  # noqa: FBT003 - an SQL value
            default=Value(False),  # noqa: FBT003
            output_field=BooleanField(),
        ),
    }

    id = serializers.IntegerField()
    plan = serializers.CharField(source="initiative.plan.code")
    simulated = serializers.BooleanField(source="initiative.plan.simulated", help_text=SIMULATED)
    pillar = serializers.IntegerField(source="initiative.pillar.number")
    initiative = serializers.CharField(source="initiative.code")
    initiative_id = serializers.IntegerField()
    code = serializers.CharField()
    title_en = serializers.CharField()
    title_fr = serializers.CharField()
    kind = VocabularyField(MilestoneKind)
    weight = serializers.DecimalField(6, 2)
    acceptance_criteria_en = serializers.CharField()
    acceptance_criteria_fr = serializers.CharField()
    evidence = serializers.CharField(help_text="Address of the evidence.")
    note_en = serializers.CharField()
    note_fr = serializers.CharField()
    first_baseline_on = serializers.DateField(allow_null=True, help_text="Date first approved.")
    baseline_on = serializers.DateField(allow_null=True, help_text="Date last approved.")
    forecast_on = serializers.DateField(allow_null=True, help_text="Date last forecast.")
    planned_on = serializers.DateField(
        allow_null=True, help_text="What was promised: `baseline_on`, else first forecast."
    )
    expected_on = serializers.DateField(
        allow_null=True, help_text="What is expected: `forecast_on`, else the baseline."
    )
    actual_on = serializers.DateField(allow_null=True, help_text="Date met.")
    slippage_days_against_first = serializers.IntegerField(
        allow_null=True, help_text="Days from the first baseline to the date met, else forecast; negative is early."
    )
    slippage_days_against_latest = serializers.IntegerField(
        allow_null=True, help_text="Days from the latest baseline to the date met, else forecast; negative is early."
    )
    forecast_moves = serializers.IntegerField(help_text="How often the forecast moved.")
    late = serializers.BooleanField(help_text="Not met by the day `on` though promised for an earlier one.")
    pre_plan = serializers.BooleanField(help_text="Met before the plan was announced: earns no progress.")
    cancelled_on = serializers.DateField(allow_null=True)
    cancelled_reason = serializers.CharField()
    source = SourceField()  # type: ignore[assignment]  # a column of this name
    source_url = serializers.CharField()
    official = OfficialField()
    french_official = OfficialField()
    revision = RevisionField()


class BaselineRow(RowSerializer):
    number = serializers.IntegerField()
    date = serializers.DateField()
    reason = serializers.CharField()
    approved_at = serializers.DateTimeField()
    approved_by = serializers.CharField(source="approved_by.username", allow_null=True, help_text="Account.")


class ForecastRow(RowSerializer):
    date = serializers.DateField()
    reason = serializers.CharField()
    made_at = serializers.DateTimeField()
    made_by = serializers.CharField(source="made_by.username", allow_null=True, help_text="Account.")


class MilestoneDetail(MilestoneRow):
    baselines = BaselineRow(many=True, help_text="Every approved date, oldest first.")
    forecasts = ForecastRow(many=True, help_text="Every date that was expected, oldest first.")


class MilestoneBody(StrictSerializer):
    """A milestone to be added; its code is the next free one of the initiative."""

    plan = NameField(help_text="Code of the plan.")
    initiative = NameField(help_text="Code of the initiative.")
    title_en = NameField(max_length=300)
    title_fr = NameField(max_length=300)
    kind = VocabularyField(MilestoneKind)
    weight = WeightField(default=Decimal(1), help_text="How much it counts beside others; 0 does not count.")
    acceptance_criteria_en = TextField()
    acceptance_criteria_fr = TextField()
    evidence = TextField(max_length=500, help_text="Address of the evidence.")
    forecast_on = DayField(required=False, allow_null=True, help_text="Date first expected.")


class MilestoneChanges(StrictSerializer):
    """What of a milestone may be changed; fields that are left out stay as they are."""

    title_en = NameField(max_length=300)
    title_fr = NameField(max_length=300)
    kind = VocabularyField(MilestoneKind)
    weight = WeightField(help_text="How much it counts beside others; 0 does not count.")
    acceptance_criteria_en = KeptTextField()
    acceptance_criteria_fr = KeptTextField()
    evidence = KeptTextField(max_length=500, help_text="Address of the evidence.")
    note_en = KeptTextField()
    note_fr = KeptTextField()
    actual_on = DayField(allow_null=True, help_text="Date met; null takes back that it is.")
    cancelled_on = DayField(allow_null=True, help_text="Needs `cancelled_reason`; null takes it back.")
    cancelled_reason = KeptTextField()
    reason = KeptTextField(help_text="Why, for the history. Needed to correct when it was met, or take it back.")


class ForecastBody(StrictSerializer):
    """Another date expected."""

    forecast_on = DayField()
    reason = TextField(help_text="Why the date moves; needed for every date but the first.")
    seen = DayField(
        required=False, help_text="The date expected as you read it: where it moved since, nothing is written."
    )
