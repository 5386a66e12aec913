"""Rows of milestones, and of the dates that they had."""

from decimal import Decimal

from django.db.models import BooleanField, Case, Count, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from initiatives.choices import MilestoneKind
from initiatives.models import MilestoneForecast
from initiatives.serializers.scope import OfInitiativeRow
from tracker.fields import DayField, KeptTextField, NameField, WeightField
from tracker.key_fields import RevisionField
from tracker.measure_fields import CountField, MeasureField, Unit
from tracker.row_fields import (
    EnglishNoteField,
    EnglishTitleField,
    FrenchNoteField,
    FrenchOfficialField,
    FrenchTitleField,
    OfficialField,
    SourceField,
    SourceUrlField,
)
from tracker.serializers import RowSerializer, StrictSerializer, TextField, VocabularyField
from tracker.tabular import DaysBetween

_LAST_DATE = F("reached_on")  # of the rows of `MilestoneFilter`, which know the day that is asked about
_FORECASTS = (
    MilestoneForecast.objects.filter(milestone=OuterRef("pk")).order_by().values("milestone").annotate(rows=Count("pk"))
)


class MilestoneRow(OfInitiativeRow):
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

    code = serializers.CharField(
        label=_("Code"), help_text=_("Names the milestone for good within its initiative, such as M2.")
    )
    title_en = EnglishTitleField()
    title_fr = FrenchTitleField()
    kind = VocabularyField(MilestoneKind, label=_("Kind"), help_text=_("What sort of event it is."))
    weight = MeasureField(
        Unit.WEIGHT, max_digits=6, decimal_places=2, label=_("Weight"),
        help_text=_("How much it counts beside others when milestones are counted by weight; 0 does not count."),
    )  # fmt: skip
    acceptance_criteria_en = serializers.CharField(
        label=_("Acceptance criteria, English"),
        help_text=_("What has to be there for it to be met, in English. Empty where nothing is written."),
    )
    acceptance_criteria_fr = serializers.CharField(
        label=_("Acceptance criteria, French"),
        help_text=_("What has to be there for it to be met, in French. Empty where nothing is written."),
    )
    evidence = serializers.CharField(
        label=_("Address of the evidence"),
        help_text=_("Web address that bears out that it was met. More of it is in the evidence."),
    )
    note_en = EnglishNoteField()
    note_fr = FrenchNoteField()
    first_baseline_on = serializers.DateField(
        allow_null=True, label=_("First baseline"), help_text=_("Date first approved; null where none was.")
    )
    baseline_on = serializers.DateField(
        allow_null=True, label=_("Latest baseline"), help_text=_("Date last approved; null where none was.")
    )
    forecast_on = serializers.DateField(
        allow_null=True, label=_("Latest forecast"),
        help_text=_("Date last forecast by those who run it; nobody approves it. Null where none was made."),
    )  # fmt: skip
    planned_on = serializers.DateField(
        allow_null=True, label=_("Promised for"),
        help_text=_("What was promised: `baseline_on`, else the first forecast. Null where there is neither."),
    )  # fmt: skip
    expected_on = serializers.DateField(
        allow_null=True, label=_("Expected on"),
        help_text=_("What is expected: `forecast_on`, else `baseline_on`. Null where there is neither."),
    )  # fmt: skip
    actual_on = serializers.DateField(
        allow_null=True, label=_("Met on"), help_text=_("Day on which it was met; null while it is not.")
    )
    slippage_days_against_first = CountField(
        Unit.DAYS, allow_null=True, label=_("Slippage against the first baseline"),
        help_text=_(
            "Calendar days from `first_baseline_on` to `actual_on` if it is met by the day `on`, else to "
            "`expected_on`; negative is early, null where nothing was approved."
        ),
    )  # fmt: skip
    slippage_days_against_latest = CountField(
        Unit.DAYS, allow_null=True, label=_("Slippage against the latest baseline"),
        help_text=_(
            "Calendar days from `baseline_on` to `actual_on` if it is met by the day `on`, else to `expected_on`; "
            "negative is early, null where nothing was approved. A new baseline sets it back; the slippage against the "
            "first stays."
        ),
    )  # fmt: skip
    forecast_moves = CountField(
        Unit.MOVES, label=_("Moves of the forecast"),
        help_text=_("How often the forecast moved: forecasts made, less the first. 0 also where none was made."),
    )  # fmt: skip
    late = serializers.BooleanField(
        label=_("Late"),
        help_text=_(
            "Not met by the day `on` though `planned_on` is before it, and neither cancelled nor pre-plan. A later "
            "forecast does not excuse. Only milestones that count are late."
        ),
    )
    pre_plan = serializers.BooleanField(
        label=_("Met before the plan"),
        help_text=_("Met before the plan was announced: true work, but it earns the plan no progress."),
    )
    cancelled_on = serializers.DateField(
        allow_null=True,
        label=_("Cancelled on"),
        help_text=_("From this day on it does not count; null while it stands."),
    )
    cancelled_reason = serializers.CharField(label=_("Why it was cancelled"), help_text=_("Empty while it stands."))
    source = SourceField()  # type: ignore[assignment]  # a column of this name
    source_url = SourceUrlField()
    official = OfficialField()
    french_official = FrenchOfficialField()
    revision = RevisionField()


class BaselineRow(RowSerializer):
    number = serializers.IntegerField()
    date = serializers.DateField()
    reason = serializers.CharField()
    approved_at = serializers.DateTimeField()
    approved_by = serializers.CharField(source="approved_by.username", allow_null=True, help_text=_("Account."))


class ForecastRow(RowSerializer):
    date = serializers.DateField()
    reason = serializers.CharField()
    made_at = serializers.DateTimeField()
    made_by = serializers.CharField(source="made_by.username", allow_null=True, help_text=_("Account."))


class MilestoneDetail(MilestoneRow):
    baselines = BaselineRow(many=True, help_text=_("Every approved date, oldest first."))
    forecasts = ForecastRow(many=True, help_text=_("Every date that was expected, oldest first."))


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
