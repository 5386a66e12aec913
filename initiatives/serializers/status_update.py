"""Rows of status updates, and what a program sends to write one."""

from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from initiatives.choices import Health, Workflow
from initiatives.rules.disagreement import Dispute
from initiatives.serializers.scope import OfInitiativeRow
from pillars.filters import WEEK
from tracker.key_fields import WEEKS, CodeField, RevisionField
from tracker.row_fields import WordsField
from tracker.serializers import FlagField, StrictSerializer, TextField, VocabularyField
from tracker.tabular import IsoWeek


class StatusUpdateRow(OfInitiativeRow):
    expressions = {"week": IsoWeek(F("week__starts_on")), "return_comment": F("comment")}

    week = CodeField(
        WEEKS,
        label=_("Reporting week"),
        help_text=_("ISO week that the opinion is of, `2026-W46`; one update for each."),
    )
    health_schedule = VocabularyField(
        Health, allow_null=True, label=_("Health, schedule"),
        help_text=_("Rating of delivery in time. Null in a draft that is not rated yet."),
    )  # fmt: skip
    health_cost = VocabularyField(
        Health, allow_null=True, label=_("Health, cost"),
        help_text=_("Rating of delivery within the money. Null in a draft that is not rated yet."),
    )  # fmt: skip
    health_scope = VocabularyField(
        Health, allow_null=True, label=_("Health, scope"),
        help_text=_("Rating of delivery of all that was promised. Null in a draft that is not rated yet."),
    )  # fmt: skip
    health_overall = VocabularyField(
        Health, allow_null=True, label=_("Health, overall"),
        help_text=_(
            "Rating of the initiative by those who run it: an opinion, not a computation. It counts only once "
            "approved. Null in a draft that is not rated yet."
        ),
    )  # fmt: skip
    overall_reason = serializers.CharField(
        label=_("Why overall is better"),
        help_text=_("Why overall is better than the worst dimension; empty where it is not."),
    )
    headline_en = serializers.CharField(
        label=_("Headline, English"), help_text=_("The week in one sentence, in English; empty until written.")
    )
    headline_fr = serializers.CharField(
        label=_("Headline, French"), help_text=_("The week in one sentence, in French; empty until written.")
    )
    narrative_en = serializers.CharField(
        label=_("Narrative, English"), help_text=_("What happened, in English; may be empty.")
    )
    narrative_fr = serializers.CharField(
        label=_("Narrative, French"), help_text=_("What happened, in French; may be empty.")
    )
    path_to_green_en = serializers.CharField(
        label=_("Path to green, English"),
        help_text=_("Who does what by when, in English. An update that is amber or red has one in either language."),
    )
    path_to_green_fr = serializers.CharField(
        label=_("Path to green, French"),
        help_text=_("Who does what by when, in French. An update that is amber or red has one in either language."),
    )
    decision_needed_en = serializers.CharField(
        label=_("Decision needed, English"), help_text=_("What is asked of whom, in English; empty when nothing is.")
    )
    decision_needed_fr = serializers.CharField(
        label=_("Decision needed, French"), help_text=_("What is asked of whom, in French; empty when nothing is.")
    )
    no_change = serializers.BooleanField(
        label=_("No change"),
        help_text=_("Reviewed, and nothing changed: ratings and texts are those of the last approved update."),
    )
    disagreements = WordsField(
        [(word.value, word.words) for word in Dispute], label=_("Facts that disagree"),
        help_text=_("What facts said against green ratings when it was submitted. Empty: nothing did."),
    )  # fmt: skip
    explanation_en = serializers.CharField(
        label=_("Explanation, English"),
        help_text=_("Why the ratings stand although facts speak against them, in English; may be empty."),
    )
    explanation_fr = serializers.CharField(
        label=_("Explanation, French"),
        help_text=_("Why the ratings stand although facts speak against them, in French; may be empty."),
    )
    workflow = VocabularyField(
        Workflow, label=_("Workflow"),
        help_text=_("Where it stands between its author and its reviewer. Only approved updates count in figures."),
    )  # fmt: skip
    author = serializers.CharField(source="author.username", label=_("Author"), help_text=_("Account of who began it."))
    submitted_by = serializers.CharField(
        source="submitted_by.username", allow_null=True, label=_("Submitted by"),
        help_text=_("Account of who submitted it last; null while nobody has."),
    )  # fmt: skip
    submitted_for = serializers.CharField(
        source="submitted_for.username", allow_null=True, label=_("Submitted for"),
        help_text=_("Account of the manager for whom it was submitted; null where nobody stood in."),
    )  # fmt: skip
    first_submitted_at = serializers.DateTimeField(
        allow_null=True, label=_("First submitted at"),
        help_text=_("When it was first submitted, which says whether it was in time; null while it is not."),
    )  # fmt: skip
    submitted_at = serializers.DateTimeField(
        allow_null=True, label=_("Submitted at"), help_text=_("When it was submitted last; null while it is not.")
    )
    decided_by = serializers.CharField(
        source="decided_by.username", allow_null=True, label=_("Decided by"),
        help_text=_("Account of who approved or returned it; null while nobody has."),
    )  # fmt: skip
    decided_for = serializers.CharField(
        source="decided_for.username", allow_null=True, label=_("Decided for"),
        help_text=_("Account of the reviewer for whom it was decided; null where nobody stood in."),
    )  # fmt: skip
    decided_at = serializers.DateTimeField(
        allow_null=True, label=_("Decided at"), help_text=_("When that was; null while nobody has decided.")
    )
    return_comment = serializers.CharField(
        allow_null=True, label=_("Comment on return"),
        help_text=_(
            "What its reviewer asks for; empty when it was never returned. Null for readers who may neither write nor "
            "decide it."
        ),
    )  # fmt: skip
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
