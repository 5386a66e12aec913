"""Rows of the dates that milestones had: what was approved, and what was expected. Neither is ever changed."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from initiatives.serializers.scope import MilestoneIdField, OfMilestoneRow
from tracker.key_fields import KeyField, RevisionField


class MilestoneCodeField(serializers.CharField):
    """The milestone that a row belongs to."""

    def __init__(self) -> None:
        super().__init__(
            source="milestone.code", label=_("Milestone"), help_text=_("Code of the milestone, within the initiative.")
        )


class MilestoneBaselineRow(OfMilestoneRow):
    milestone = MilestoneCodeField()
    milestone_id = MilestoneIdField()
    number = serializers.IntegerField(
        label=_("Number"),
        help_text=_("1 for the milestone’s first baseline, and one more for each that was approved after it."),
    )
    date = serializers.DateField(
        label=_("Baseline date"), help_text=_("Day that was approved; slippage is measured against it.")
    )
    reason = serializers.CharField(
        label=_("Reason"), help_text=_("Why the date was approved; the first baseline may have none.")
    )
    change_request_id = KeyField(
        "change-requests",
        source="request_id", allow_null=True, label=_("Key of the change request"),
        help_text=_("`id` of the change request that it comes from; null where it was published with the plan."),
    )  # fmt: skip
    approved_by = serializers.CharField(
        source="approved_by.username", allow_null=True, label=_("Approved by"),
        help_text=_("Account of who approved it; null where a plan’s file did."),
    )  # fmt: skip
    approved_at = serializers.DateTimeField(label=_("Approved at"), help_text=_("When it was approved."))
    revision = RevisionField()


class MilestoneForecastRow(OfMilestoneRow):
    milestone = MilestoneCodeField()
    milestone_id = MilestoneIdField()
    date = serializers.DateField(
        label=_("Date expected"), help_text=_("Day on which the milestone was then expected to be met.")
    )
    reason = serializers.CharField(label=_("Reason"), help_text=_("Why the date moved; empty for the first forecast."))
    made_by = serializers.CharField(
        source="made_by.username", allow_null=True, label=_("Made by"),
        help_text=_("Account of who made it; null where a plan’s file did."),
    )  # fmt: skip
    made_at = serializers.DateTimeField(
        label=_("Made at"),
        help_text=_(
            "When it was made. The milestone’s forecast is the one made last; of two made at one instant, the one with "
            "the higher `id`."
        ),
    )
    revision = RevisionField()
