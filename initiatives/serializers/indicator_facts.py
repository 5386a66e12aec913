"""Rows of an indicator's targets and observations. Values in the indicator's own unit, but the parts of a ratio."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from initiatives.choices import Availability, ObservationKind, Qualifier, TargetChange, TargetType
from initiatives.serializers.indicator import ValueField
from initiatives.serializers.scope import OfIndicatorRow
from tracker.key_fields import PLACES, CodeField, KeyField, RevisionField
from tracker.measure_fields import MeasureField, Unit
from tracker.row_fields import (
    EnglishNoteField,
    FrenchNoteField,
    OfficialField,
    SourceField,
    SourceUrlField,
)
from tracker.serializers import VocabularyField


class RatioPartField(MeasureField):
    """What stands above or below in a ratio. Only the ratio has the indicator's unit."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Unit.RATIO_PART, max_digits=18, decimal_places=6, allow_null=True, **kwargs)


class TargetRow(OfIndicatorRow):
    due_on = serializers.DateField(label=_("Due"), help_text=_("Day by which the value is to be reached."))
    number = serializers.IntegerField(
        label=_("Version"), help_text=_("1, and one more each time that it is revised; the versions before stay.")
    )
    current = serializers.BooleanField(
        label=_("Current version"), help_text=_("The last version for its day. Only these say what is asked for now.")
    )
    target_type = VocabularyField(
        TargetType, label=_("Target type"),
        help_text=_("How the bounds read; tbd is a target that is promised and not set yet."),
    )  # fmt: skip
    lower = ValueField(
        label=_("Lower bound"),
        help_text=_("In the indicator’s unit: at least this, or exactly this. Null where the type has no such bound."),
    )
    upper = ValueField(
        label=_("Upper bound"),
        help_text=_("In the indicator’s unit: at most this, or exactly this. Null where the type has no such bound."),
    )
    change = VocabularyField(
        TargetChange, label=_("Change of the target"),
        help_text=_("Against the version before, computed. Raised is harder to reach, lowered easier."),
    )  # fmt: skip
    reason = serializers.CharField(label=_("Reason"), help_text=_("Why it was revised; empty for the first version."))
    source = SourceField()  # type: ignore[assignment]  # a column of this name
    source_url = SourceUrlField()
    set_by = serializers.CharField(
        source="set_by.username", allow_null=True, label=_("Set by"),
        help_text=_("Account of who set it; null where a plan’s file did."),
    )  # fmt: skip
    set_at = serializers.DateTimeField(label=_("Set at"), help_text=_("When it was set."))
    revision = RevisionField()


class ObservationRow(OfIndicatorRow):
    period_start = serializers.DateField(
        allow_null=True, label=_("Period from"), help_text=_("First day that the value is of. Null: not published.")
    )
    period_end = serializers.DateField(
        allow_null=True, label=_("Period to"), help_text=_("Last day that the value is of. Null: not published.")
    )
    place = CodeField(
        PLACES,
        source="place.code", allow_null=True, label=_("Place"),
        help_text=_("Code of the place that the value is of. Null: of the whole; never add the two up."),
    )  # fmt: skip
    availability = VocabularyField(
        Availability, label=_("Availability"),
        help_text=_("Whether there is a value; without one it is unknown, which is not zero."),
    )  # fmt: skip
    value = ValueField(
        label=_("Value"),
        help_text=_("In the indicator’s unit, as published; null for a ratio, and where none is reported."),
    )
    numerator = RatioPartField(
        label=_("Numerator"),
        help_text=_(
            "What stands above in a ratio, in a unit of its own: only `amount` has the indicator’s. Null for a plain "
            "number."
        ),
    )
    denominator = RatioPartField(
        label=_("Denominator"),
        help_text=_("What stands below in a ratio, in a unit of its own; more than zero. Null for a plain number."),
    )
    amount = ValueField(
        label=_("Amount"),
        help_text=_("`value`, or `numerator` divided by `denominator`, to six decimals; null unless reported."),
    )
    qualifier = VocabularyField(
        Qualifier, label=_("Qualifier"),
        help_text=_("How exact the published value is: 740+ is more than 740, ~400,000 is about 400,000."),
    )  # fmt: skip
    kind = VocabularyField(
        ObservationKind, label=_("Kind"),
        help_text=_("Correction: what was recorded was wrong. Restatement: the source itself says something else now."),
    )  # fmt: skip
    supersedes = KeyField(
        "observations",
        source="supersedes_id", allow_null=True, label=_("Supersedes"),
        help_text=_("`id` of the observation that it corrects or restates; null for an original."),
    )  # fmt: skip
    superseded_by = KeyField(
        "observations",
        source="superseded_by.id", allow_null=True, label=_("Superseded by"),
        help_text=_("`id` of the observation that corrects or restates it. Null: it stands. Only such rows count."),
    )  # fmt: skip
    reason = serializers.CharField(
        label=_("Reason"), help_text=_("Why it corrects or restates; empty for an original.")
    )
    source = SourceField()  # type: ignore[assignment]  # a column of this name
    source_url = SourceUrlField()
    official = OfficialField()
    published_on = serializers.DateField(
        allow_null=True,
        label=_("Published on"),
        help_text=_("Day on which the source published it; null if not known."),
    )
    note_en = EnglishNoteField()
    note_fr = FrenchNoteField()
    recorded_by = serializers.CharField(
        source="recorded_by.username", allow_null=True, label=_("Recorded by"),
        help_text=_("Account of who recorded it; null where a plan’s file did."),
    )  # fmt: skip
    recorded_at = serializers.DateTimeField(label=_("Recorded at"), help_text=_("When it was recorded."))
    revision = RevisionField()
