"""Rows of indicators, their targets and their observations. Values in the indicator's own unit."""

from typing import Any

from django.db.models.functions import Coalesce
from rest_framework import serializers

from initiatives.choices import (
    Accumulation,
    Availability,
    Calendar,
    Direction,
    Level,
    Measure,
    ObservationKind,
    Qualifier,
    RollupRule,
    Standing,
    TargetChange,
    TargetType,
)
from pillars.serializers import SIMULATED
from tracker.serializers import OfficialField, RevisionField, RowSerializer, SourceField, VocabularyField

UNIT = "In the indicator's unit."
NO_PROGRESS = (
    "Why there is no progress: not_reported, no_baseline, no_target, a_range, neutral, no_distance, behind_baseline, "
    "part_of_year."
)


class ValueField(serializers.DecimalField):
    """A value in the indicator's unit; null is unknown, and never zero."""

    def __init__(self, **kwargs: Any) -> None:
        given = {"max_digits": 18, "decimal_places": 6, "allow_null": True, "help_text": UNIT}
        super().__init__(**{**given, **kwargs})


class IndicatorRow(RowSerializer):
    expressions = {"pillar": Coalesce("initiative__pillar__number", "pillar__number")}

    id = serializers.IntegerField()
    plan = serializers.CharField(source="plan.code")
    simulated = serializers.BooleanField(source="plan.simulated", help_text=SIMULATED)
    pillar = serializers.IntegerField(allow_null=True, help_text="Null: of the plan as a whole.")
    initiative = serializers.CharField(
        source="initiative.code", allow_null=True, help_text="Null: of a pillar or the plan as a whole."
    )
    initiative_id = serializers.IntegerField(allow_null=True)
    code = serializers.CharField()
    title_en = serializers.CharField()
    title_fr = serializers.CharField()
    unit_en = serializers.CharField()
    unit_fr = serializers.CharField()
    decimals = serializers.IntegerField(help_text="Decimals that pages show.")
    level = VocabularyField(Level)
    measure = VocabularyField(Measure)
    direction = VocabularyField(Direction)
    target_type = VocabularyField(TargetType, help_text="The usual; that of the target which counts: target_due_type.")
    accumulation = VocabularyField(Accumulation)
    rollup_rule = VocabularyField(RollupRule)
    calendar = VocabularyField(Calendar)
    baseline_value = ValueField()
    baseline_on = serializers.DateField(allow_null=True)
    standing = VocabularyField(Standing, help_text="On the day `on`, towards the target that counts then.")
    actual = ValueField(help_text="What is judged: the value of the target's year so far, else of the last year known.")
    actual_until = serializers.DateField(allow_null=True, help_text="Last day that `actual` is of.")
    target_due_on = serializers.DateField(allow_null=True)
    target_due_type = VocabularyField(
        TargetType, allow_null=True, help_text="Of the version in force when the judged period ends."
    )
    target_lower = ValueField(help_text="Of the version in force when the judged period ends.")
    target_upper = ValueField(help_text="Of the version in force when the judged period ends.")
    progress = serializers.DecimalField(
        18, 4, allow_null=True,
        help_text="(actual - baseline) / (target - baseline): 1 at the target, negative on the wrong side, not capped.",
    )  # fmt: skip
    no_progress = serializers.CharField(allow_null=True, help_text=NO_PROGRESS)
    method_en = serializers.CharField()
    method_fr = serializers.CharField()
    note_en = serializers.CharField()
    note_fr = serializers.CharField()
    source = SourceField()  # type: ignore[assignment]  # a column of this name
    source_url = serializers.CharField()
    official = OfficialField()
    french_official = OfficialField()
    revision = RevisionField()


class IndicatorYear(serializers.Serializer[Any]):
    """What is known of one year of the indicator's own calendar by the day `on`."""

    year = serializers.IntegerField(help_text="Year in which it starts: 2024 for U.S. fiscal year 2025.")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    value = ValueField(help_text="Null: `reason` says why.")
    qualifier = VocabularyField(Qualifier, help_text="Of several values about, unless all are exact.")
    until = serializers.DateField(allow_null=True, help_text="Last day that the value is of.")
    covered_days = serializers.IntegerField(help_text="Days of the year that the value rests on.")
    days = serializers.IntegerField(help_text="Days of the year.")
    reason = serializers.CharField(allow_null=True, help_text="nothing_reported, not_rolled_up, places.")
    observations = serializers.ListField(child=serializers.IntegerField(), help_text="Those that make the value.")
    target = serializers.IntegerField(allow_null=True, help_text="Version that was in force when the year's was due.")
    standing = VocabularyField(Standing, allow_null=True, help_text="Null: no target was due in it.")


class IndicatorDetail(IndicatorRow):
    years = IndicatorYear(many=True, help_text="Every year that something is reported for or a target falls into.")


class TargetRow(RowSerializer):
    expressions = {"pillar": Coalesce("indicator__initiative__pillar__number", "indicator__pillar__number")}

    id = serializers.IntegerField()
    plan = serializers.CharField(source="indicator.plan.code")
    simulated = serializers.BooleanField(source="indicator.plan.simulated", help_text=SIMULATED)
    pillar = serializers.IntegerField(allow_null=True, help_text="Null: of the plan as a whole.")
    initiative = serializers.CharField(source="indicator.initiative.code", allow_null=True)
    indicator = serializers.CharField(source="indicator.code")
    indicator_id = serializers.IntegerField()
    due_on = serializers.DateField()
    number = serializers.IntegerField(help_text="Version: a revision has the next number, and the old one stays.")
    current = serializers.BooleanField(help_text="The last version for its day.")
    target_type = VocabularyField(TargetType)
    lower = ValueField()
    upper = ValueField()
    change = VocabularyField(TargetChange, help_text="Against the version before; computed.")
    reason = serializers.CharField(help_text="Why it was revised.")
    source = SourceField()  # type: ignore[assignment]  # a column of this name
    source_url = serializers.CharField()
    set_by = serializers.CharField(source="set_by.username", allow_null=True, help_text="Account.")
    set_at = serializers.DateTimeField()
    revision = RevisionField()


class ObservationRow(RowSerializer):
    expressions = {"pillar": Coalesce("indicator__initiative__pillar__number", "indicator__pillar__number")}

    id = serializers.IntegerField()
    plan = serializers.CharField(source="indicator.plan.code")
    simulated = serializers.BooleanField(source="indicator.plan.simulated", help_text=SIMULATED)
    pillar = serializers.IntegerField(allow_null=True, help_text="Null: of the plan as a whole.")
    initiative = serializers.CharField(source="indicator.initiative.code", allow_null=True)
    indicator = serializers.CharField(source="indicator.code")
    indicator_id = serializers.IntegerField()
    period_start = serializers.DateField(allow_null=True, help_text="Null: not published.")
    period_end = serializers.DateField(allow_null=True, help_text="Null: not published.")
    place = serializers.CharField(source="place.code", allow_null=True, help_text="Null: of the whole.")
    availability = VocabularyField(Availability)
    value = ValueField()
    numerator = ValueField(help_text="Of a ratio.")
    denominator = ValueField(help_text="Of a ratio.")
    amount = ValueField(help_text="The value, or numerator divided by denominator; null unless reported.")
    qualifier = VocabularyField(Qualifier)
    kind = VocabularyField(ObservationKind)
    supersedes = serializers.IntegerField(
        source="supersedes_id", allow_null=True, help_text="The observation that it corrects or restates."
    )
    superseded_by = serializers.IntegerField(
        source="superseded_by.id", allow_null=True, help_text="The observation that corrects or restates it."
    )
    reason = serializers.CharField(help_text="Why it corrects or restates.")
    source = SourceField()  # type: ignore[assignment]  # a column of this name
    source_url = serializers.CharField()
    official = OfficialField()
    published_on = serializers.DateField(allow_null=True)
    note_en = serializers.CharField()
    note_fr = serializers.CharField()
    recorded_by = serializers.CharField(source="recorded_by.username", allow_null=True, help_text="Account.")
    recorded_at = serializers.DateTimeField()
    revision = RevisionField()
