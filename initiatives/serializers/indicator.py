"""Rows of indicators. Values in the indicator's own unit."""

from typing import Any

from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from initiatives.choices import (
    Accumulation,
    Calendar,
    Direction,
    Level,
    Measure,
    Qualifier,
    RollupRule,
    Standing,
    TargetType,
)
from initiatives.rules.indicators import NoProgress
from initiatives.serializers.scope import OF_INITIATIVE, OF_PILLAR
from tracker.key_fields import (
    IdField,
    InitiativeField,
    InitiativeIdField,
    PillarField,
    PlanField,
    RevisionField,
    SimulatedField,
)
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
    WordField,
)
from tracker.serializers import RowSerializer, VocabularyField

UNIT = _("In the indicator’s unit.")


class ValueField(MeasureField):
    """A value in the indicator's unit; null is unknown, and never zero."""

    def __init__(self, **kwargs: Any) -> None:
        given = {"max_digits": 18, "decimal_places": 6, "allow_null": True, "help_text": UNIT}
        super().__init__(Unit.INDICATOR, **{**given, **kwargs})


class IndicatorRow(RowSerializer):
    expressions = {"pillar": Coalesce("initiative__pillar__number", "pillar__number")}

    id = IdField()
    plan = PlanField(source="plan.code")
    simulated = SimulatedField(source="plan.simulated")
    pillar = PillarField(allow_null=True, help_text=OF_PILLAR)
    initiative = InitiativeField(source="initiative.code", allow_null=True, help_text=OF_INITIATIVE)
    initiative_id = InitiativeIdField(
        allow_null=True, help_text=_("`id` of that initiative in the initiatives; null without one.")
    )
    code = serializers.CharField(
        label=_("Code"), help_text=_("Names the indicator for good within its plan. Other datasets refer to it so.")
    )
    title_en = EnglishTitleField()
    title_fr = FrenchTitleField()
    unit_en = serializers.CharField(
        label=_("Unit, English"), help_text=_("What its values count, in English, such as kilograms.")
    )
    unit_fr = serializers.CharField(
        label=_("Unit, French"), help_text=_("What its values count, in French, such as kilogrammes.")
    )
    decimals = CountField(
        Unit.DECIMALS, label=_("Decimals"), help_text=_("Decimals that pages show. The values here are not rounded.")
    )
    level = VocabularyField(
        Level, label=_("Level"), help_text=_("Output: what the plan does. Outcome: what comes of it.")
    )
    measure = VocabularyField(
        Measure, label=_("Recorded as"), help_text=_("One number, or a numerator and a denominator.")
    )
    direction = VocabularyField(
        Direction, label=_("Direction"), help_text=_("Which way is better; neutral where nobody claims either.")
    )
    target_type = VocabularyField(
        TargetType, label=_("Target type"),
        help_text=_("How its targets usually read. That of the target which counts is `target_due_type`."),
    )  # fmt: skip
    accumulation = VocabularyField(
        Accumulation, label=_("What a value is"),
        help_text=_(
            "Flow: of its period alone; adds up. Running total: since the start of its year. Stock: at the end of its "
            "period."
        ),
    )  # fmt: skip
    rollup_rule = VocabularyField(
        RollupRule, label=_("Rolls up by"),
        help_text=_("How values of several periods or places become one. Where it says none, do not add them up."),
    )  # fmt: skip
    calendar = VocabularyField(
        Calendar, label=_("Calendar"), help_text=_("When its years begin: 1 January, 1 April, or 1 October (U.S.).")
    )
    baseline_value = ValueField(
        label=_("Baseline"),
        help_text=_("Value before the plan, which progress is measured from; null where there is none."),
    )
    baseline_on = serializers.DateField(
        allow_null=True, label=_("Baseline date"), help_text=_("Last day that the baseline is of; null without one.")
    )
    standing = VocabularyField(
        Standing, label=_("Standing"),
        help_text=_("Where it stands on the day `on` towards the target that counts then; computed, never typed."),
    )  # fmt: skip
    actual = ValueField(
        label=_("Actual"),
        help_text=_(
            "What is judged, in the indicator’s unit: the value of the target’s year so far, else of the last year "
            "known; null where nothing is reported."
        ),
    )
    actual_until = serializers.DateField(
        allow_null=True, label=_("Actual until"), help_text=_("Last day that `actual` is of; null without one.")
    )
    target_due_on = serializers.DateField(
        allow_null=True, label=_("Target due"),
        help_text=_("Day by which the target that counts is to be reached; null where no target is set."),
    )  # fmt: skip
    target_due_type = VocabularyField(
        TargetType, allow_null=True, label=_("Type of that target"),
        help_text=_("Of the version in force when the judged period ends; null where no target is set."),
    )  # fmt: skip
    target_lower = ValueField(
        label=_("Lower bound of that target"),
        help_text=_("Of the version in force when the judged period ends; null where the type has no such bound."),
    )
    target_upper = ValueField(
        label=_("Upper bound of that target"),
        help_text=_("Of the version in force when the judged period ends; null where the type has no such bound."),
    )
    progress = MeasureField(
        Unit.SHARE, max_digits=18, decimal_places=4, allow_null=True, label=_("Progress"),
        help_text=_(
            "(actual - baseline) / (target - baseline): 1 at the target, negative on the wrong side of the baseline, "
            "not capped. Null where it has no meaning, which `no_progress` explains; it is not zero then."
        ),
    )  # fmt: skip
    no_progress = WordField(
        [(word.value, word.words) for word in NoProgress], allow_null=True, label=_("Why there is no progress"),
        help_text=_("One word; null where there is progress."),
    )  # fmt: skip
    method_en = serializers.CharField(
        label=_("Method, English"), help_text=_("How it is measured, in English. Empty where nothing is written.")
    )
    method_fr = serializers.CharField(
        label=_("Method, French"), help_text=_("How it is measured, in French. Empty where nothing is written.")
    )
    note_en = EnglishNoteField()
    note_fr = FrenchNoteField()
    source = SourceField()  # type: ignore[assignment]  # a column of this name
    source_url = SourceUrlField()
    official = OfficialField()
    french_official = FrenchOfficialField()
    revision = RevisionField()


class IndicatorYear(serializers.Serializer[Any]):
    """What is known of one year of the indicator's own calendar by the day `on`."""

    year = serializers.IntegerField(help_text=_("Year in which it starts: 2024 for U.S. fiscal year 2025."))
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    value = ValueField(help_text=_("Null: `reason` says why."))
    qualifier = VocabularyField(Qualifier, help_text=_("Of several values about, unless all are exact."))
    until = serializers.DateField(allow_null=True, help_text=_("Last day that the value is of."))
    covered_days = serializers.IntegerField(help_text=_("Days of the year that the value rests on."))
    days = serializers.IntegerField(help_text=_("Days of the year."))
    reason = serializers.CharField(allow_null=True, help_text="nothing_reported, not_rolled_up, places.")
    observations = serializers.ListField(child=serializers.IntegerField(), help_text=_("Those that make the value."))
    target = serializers.IntegerField(
        allow_null=True, help_text=_("Version that was in force when the year’s was due.")
    )
    standing = VocabularyField(Standing, allow_null=True, help_text=_("Null: no target was due in it."))


class IndicatorDetail(IndicatorRow):
    years = IndicatorYear(many=True, help_text=_("Every year that something is reported for or a target falls into."))
