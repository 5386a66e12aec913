"""What programs send of indicators, their targets and what is observed of them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field

from initiatives.choices import (
    Accumulation,
    Availability,
    Calendar,
    Direction,
    Level,
    Measure,
    Qualifier,
    RollupRule,
    TargetType,
)
from initiatives.serializers.indicator import UNIT
from tracker.fields import DayField, ExactField, KeptTextField, NameField, WholeField
from tracker.serializers import FlagField, StrictSerializer, TextField, VocabularyField

_NUMBER = r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$"
PLAN = "Code of the plan."


@extend_schema_field({"type": ["string", "number", "null"], "pattern": _NUMBER})
class NumberField(ExactField):
    """A value in the indicator's unit, to six decimals; null is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(18, 6, **{"allow_null": True, "required": False, "help_text": UNIT, **kwargs})


class IndicatorBody(StrictSerializer):
    """An indicator to be added: of an initiative, of a pillar, or with neither of the plan as a whole."""

    plan = NameField(help_text=PLAN)
    pillar = WholeField(required=False, allow_null=True, min_value=0, max_value=32767, help_text="Its number.")
    initiative = NameField(required=False, allow_null=True, help_text="Code of the initiative.")
    code = NameField(max_length=40, help_text="Capitals, digits and hyphens; for ever.")
    title_en = NameField(max_length=300)
    title_fr = NameField(max_length=300)
    unit_en = NameField(max_length=80)
    unit_fr = NameField(max_length=80)
    decimals = WholeField(default=0, min_value=0, max_value=6, help_text="Decimals that pages show.")
    level = VocabularyField(Level)
    measure = VocabularyField(Measure, default=Measure.NUMBER)
    direction = VocabularyField(Direction)
    target_type = VocabularyField(TargetType, default=TargetType.TBD)
    accumulation = VocabularyField(Accumulation)
    rollup_rule = VocabularyField(RollupRule, default=RollupRule.NONE)
    calendar = VocabularyField(Calendar)
    baseline_value = NumberField(default=None)
    baseline_on = DayField(required=False, allow_null=True, default=None, help_text="Needed with `baseline_value`.")
    method_en = TextField()
    method_fr = TextField()
    note_en = TextField()
    note_fr = TextField()
    source = TextField(max_length=200)  # type: ignore[assignment]  # a column of this name
    source_url = TextField(max_length=500)
    official = FlagField(default=False)
    french_official = FlagField(default=False)


class IndicatorChanges(StrictSerializer):
    """What of an indicator may be changed; fields that are left out stay as they are. Once something is observed,
    `measure`, `accumulation` and `calendar` stay, and what moves the progress needs `reason`."""

    title_en = NameField(max_length=300)
    title_fr = NameField(max_length=300)
    unit_en = NameField(max_length=80)
    unit_fr = NameField(max_length=80)
    decimals = WholeField(min_value=0, max_value=6, help_text="Decimals that pages show.")
    level = VocabularyField(Level)
    measure = VocabularyField(Measure)
    direction = VocabularyField(Direction)
    target_type = VocabularyField(TargetType)
    accumulation = VocabularyField(Accumulation)
    rollup_rule = VocabularyField(RollupRule)
    calendar = VocabularyField(Calendar)
    baseline_value = NumberField()
    baseline_on = DayField(allow_null=True)
    method_en = KeptTextField()
    method_fr = KeptTextField()
    note_en = KeptTextField()
    note_fr = KeptTextField()
    source = KeptTextField(max_length=200)  # type: ignore[assignment]  # a column of this name
    source_url = KeptTextField(max_length=500)
    official = FlagField()
    french_official = FlagField()
    reason = KeptTextField(help_text="Why, for the history.")


class TargetBody(StrictSerializer):
    """A value to be reached by a day; for a day that has a target, its next version."""

    plan = NameField(help_text=PLAN)
    indicator = NameField(help_text="Code of the indicator.")
    due_on = DayField()
    target_type = VocabularyField(TargetType)
    lower = NumberField(default=None, help_text="For at_least, between and exactly.")
    upper = NumberField(default=None, help_text="For at_most and between; for exactly the same as `lower`.")
    reason = TextField(help_text="Why it is revised; needed for every version but the first.")
    seen = WholeField(
        required=False, min_value=0, max_value=32767,
        help_text="The version that you read, 0 for none: where there is another one since, nothing is written.",
    )  # fmt: skip
    source = TextField(max_length=200)  # type: ignore[assignment]  # a column of this name
    source_url = TextField(max_length=500)


class ObservationBody(StrictSerializer):
    """The first observation of a period, and of a place where it is not of the whole."""

    plan = NameField(help_text=PLAN)
    indicator = NameField(help_text="Code of the indicator.")
    period_start = DayField(
        required=False, allow_null=True, default=None, help_text="First day; a stock may go without."
    )
    period_end = DayField(help_text="Last day; not in the future unless nothing is reported.")
    place = NameField(required=False, allow_null=True, default=None, help_text="Code; null is the whole.")
    availability = VocabularyField(Availability, default=Availability.REPORTED)
    value = NumberField(default=None, help_text="Zero is a value. Null unless reported, and of a ratio.")
    numerator = NumberField(default=None, help_text="Of a ratio.")
    denominator = NumberField(default=None, help_text="Of a ratio; more than zero.")
    qualifier = VocabularyField(Qualifier, default=Qualifier.EXACT)
    source = TextField(max_length=200)  # type: ignore[assignment]  # a column of this name
    source_url = TextField(max_length=500)
    official = FlagField(default=False)
    published_on = DayField(required=False, allow_null=True, default=None)
    note_en = TextField()
    note_fr = TextField()


class SupersedingBody(StrictSerializer):
    """Another reading of the same period and place. What is left out stays as it is recorded."""

    reason = NameField(help_text="Why it is corrected or restated.")
    availability = VocabularyField(Availability, required=False)
    value = NumberField()
    numerator = NumberField()
    denominator = NumberField()
    qualifier = VocabularyField(Qualifier, required=False)
    source = KeptTextField(max_length=200)  # type: ignore[assignment]  # a column of this name
    source_url = KeptTextField(max_length=500)
    official = FlagField(required=False)
    published_on = DayField(required=False, allow_null=True)
    note_en = KeptTextField()
    note_fr = KeptTextField()
