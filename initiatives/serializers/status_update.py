"""Rows of status updates, and what a program sends to write one."""

from typing import Any

from django.db.models import F
from rest_framework import serializers

from initiatives.choices import Health, Workflow
from pillars.filters import WEEK
from pillars.serializers import SIMULATED
from tracker.serializers import (
    FlagField,
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
    no_change = serializers.BooleanField(help_text="Reviewed, and nothing changed: the last approved update affirmed.")
    disagreements = serializers.ListField(
        child=serializers.CharField(), help_text="What facts said against the ratings when it was submitted."
    )
    explanation_en = serializers.CharField(help_text="Why the ratings stand although facts speak against them.")
    explanation_fr = serializers.CharField()
    workflow = VocabularyField(Workflow)
    author = serializers.CharField(source="author.username", help_text="Account.")
    submitted_by = serializers.CharField(source="submitted_by.username", allow_null=True, help_text="Account.")
    submitted_for = serializers.CharField(
        source="submitted_for.username", allow_null=True, help_text="Account of the manager for whom it was submitted."
    )
    first_submitted_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    decided_by = serializers.CharField(source="decided_by.username", allow_null=True, help_text="Account.")
    decided_for = serializers.CharField(
        source="decided_for.username", allow_null=True, help_text="Account of the reviewer for whom it was decided."
    )
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
    no_change = FlagField(
        default=False,
        help_text="Affirms the last approved update: leave ratings and texts out; a headline is the week's own.",
    )
    explanation_en = TextField(help_text="Needed, in either language, where facts speak against a rating of green.")
    explanation_fr = TextField()


class ApprovalBody(StrictSerializer):
    """An approval. Nobody approves what they had a hand in."""

    on_behalf_of = TextField(help_text="Account of the pillar lead for whom you stand in; empty in your own name.")


class ReturnBody(ApprovalBody):
    """An update given back to its author."""

    comment = TextField(
        required=True, allow_blank=False, min_length=1, default=serializers.empty, help_text="What should change."
    )
