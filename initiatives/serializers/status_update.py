"""Rows of status updates, and what a program sends to write one."""

from typing import Any

from django.db.models import F
from rest_framework import serializers

from initiatives.choices import Health, Workflow
from pillars.filters import WEEK
from pillars.serializers import SIMULATED
from tracker.serializers import (
    FlagField,
    ProblemSerializer,
    RevisionField,
    RowSerializer,
    StrictSerializer,
    TextField,
    VocabularyField,
)
from tracker.tabular import IsoWeek


class StatusUpdateRow(RowSerializer):
    expressions = {"week": IsoWeek(F("week__starts_on")), "return_comment": F("comment")}

    id = serializers.IntegerField()
    plan = serializers.CharField(source="initiative.plan.code")
    simulated = serializers.BooleanField(source="initiative.plan.simulated", help_text=SIMULATED)
    pillar = serializers.IntegerField(source="initiative.pillar.number")
    initiative = serializers.CharField(source="initiative.code")
    initiative_id = serializers.IntegerField()
    week = serializers.CharField(help_text="Reporting week, `2026-W46`.")
    health_schedule = VocabularyField(Health, allow_null=True)
    health_cost = VocabularyField(Health, allow_null=True)
    health_scope = VocabularyField(Health, allow_null=True)
    health_overall = VocabularyField(Health, allow_null=True)
    overall_reason = serializers.CharField(help_text="Why overall is better than the worst dimension.")
    headline_en = serializers.CharField()
    headline_fr = serializers.CharField()
    narrative_en = serializers.CharField()
    narrative_fr = serializers.CharField()
    path_to_green_en = serializers.CharField()
    path_to_green_fr = serializers.CharField()
    decision_needed_en = serializers.CharField()
    decision_needed_fr = serializers.CharField()
    no_change = serializers.BooleanField(help_text="Reviewed, and nothing changed.")
    workflow = VocabularyField(Workflow)
    author = serializers.CharField(source="author.username", help_text="Account.")
    submitted_by = serializers.CharField(source="submitted_by.username", allow_null=True, help_text="Account.")
    first_submitted_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    decided_by = serializers.CharField(source="decided_by.username", allow_null=True, help_text="Account.")
    decided_at = serializers.DateTimeField(allow_null=True)
    return_comment = serializers.CharField(
        allow_null=True,
        help_text="What its reviewer asks for. Null for readers who may neither write nor decide it.",
    )
    revision = RevisionField()


class RatingField(VocabularyField):
    """A health rating; null or empty while there is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Health, **{"allow_null": True, "allow_blank": True, "required": False, "default": "", **kwargs}
        )
        self.component = "Rating"

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The rating, or the empty string."""
        return super().run_validation(data) or ""


class WholeNumberField(serializers.IntegerField):
    """A number that is a number: a word, a flag or a fraction is not made into one."""

    def to_internal_value(self, data: Any) -> int:
        """The number."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class DifferenceRow(serializers.Serializer[Any]):
    """A field that somebody else changed after you read it."""

    field = serializers.CharField()
    stored = serializers.JSONField(help_text="What it says now: text, or true or false.")
    sent = serializers.JSONField(help_text="What you sent.")
    by = serializers.CharField(help_text="Who changed it last, as named then.")
    at = serializers.DateTimeField()
    revision = serializers.IntegerField(help_text="The revision that changed it.")


class EditConflictSerializer(ProblemSerializer):
    """A refusal because of somebody else's change. Nothing was written."""

    revision = serializers.IntegerField(
        required=False, help_text="The revision of the stored row: sent again under it, yours stands."
    )
    conflicts = DifferenceRow(  # type: ignore[assignment]  # a list here, with who changed it
        many=True, required=False, help_text="Both versions of each field."
    )


class StatusUpdateBody(StrictSerializer):
    """What a program sends to write the status update of an initiative and week. What is left out stays as stored."""

    plan = TextField(
        required=True, allow_blank=False, min_length=1, default=serializers.empty, help_text="Code of the plan."
    )
    initiative = TextField(
        required=True, allow_blank=False, min_length=1, default=serializers.empty, help_text="Code of the initiative."
    )
    week = serializers.RegexField(
        WEEK, required=False, help_text="ISO week, `2026-W46`; the week that holds today without it."
    )
    submit = FlagField(default=True, help_text="False keeps a draft.")
    revision = WholeNumberField(
        required=False, min_value=0, max_value=2**63 - 1,
        help_text="The update's `revision` when you read it; required, here or as `If-Match`, when the week has an "
        "update already. What others changed since is merged; where they changed the same field, the answer is 409.",
    )  # fmt: skip
    health_schedule = RatingField()
    health_cost = RatingField()
    health_scope = RatingField()
    health_overall = RatingField(help_text="Better than the worst dimension needs `overall_reason`.")
    overall_reason = TextField()
    headline_en = TextField()
    headline_fr = TextField()
    narrative_en = TextField()
    narrative_fr = TextField()
    path_to_green_en = TextField(help_text="Amber and red need one, in either language.")
    path_to_green_fr = TextField()
    decision_needed_en = TextField()
    decision_needed_fr = TextField()
    no_change = FlagField(default=False)
