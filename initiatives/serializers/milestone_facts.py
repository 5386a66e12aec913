"""Rows of what stands beside a milestone's dates: requests for new baselines, dependencies, evidence."""

from rest_framework import serializers

from initiatives.choices import Decision
from initiatives.serializers.milestone import MilestoneDetail
from pillars.serializers import SIMULATED
from tracker.serializers import RevisionField, RowSerializer, VocabularyField


class ChangeRequestRow(RowSerializer):
    id = serializers.IntegerField()
    plan = serializers.CharField(source="milestone.initiative.plan.code")
    simulated = serializers.BooleanField(source="milestone.initiative.plan.simulated", help_text=SIMULATED)
    pillar = serializers.IntegerField(source="milestone.initiative.pillar.number")
    initiative = serializers.CharField(source="milestone.initiative.code")
    milestone = serializers.CharField(source="milestone.code")
    milestone_id = serializers.IntegerField()
    date = serializers.DateField(help_text="New baseline date.")
    dollars = serializers.DecimalField(
        16, 2, allow_null=True, help_text="What the requester says it costs; negative saves, null is not estimated."
    )
    reason = serializers.CharField()
    requested_by = serializers.CharField(source="requested_by.username", help_text="Account.")
    requested_at = serializers.DateTimeField()
    decision = VocabularyField(Decision, allow_null=True, help_text="Null while it waits.")
    decided_by = serializers.CharField(source="decided_by.username", allow_null=True, help_text="Account.")
    decided_at = serializers.DateTimeField(allow_null=True)
    comment = serializers.CharField(help_text="Of who decided.")
    revision = RevisionField()


class NeedsRow(RowSerializer):
    """What the milestone waits for."""

    id = serializers.IntegerField()
    initiative = serializers.CharField(source="needs.initiative.code")
    milestone = serializers.CharField(source="needs.code")
    milestone_id = serializers.IntegerField(source="needs.id")
    note = serializers.CharField()
    revision = RevisionField()


class DependentRow(RowSerializer):
    """What waits for the milestone."""

    id = serializers.IntegerField()
    initiative = serializers.CharField(source="milestone.initiative.code")
    milestone = serializers.CharField(source="milestone.code")
    milestone_id = serializers.IntegerField(source="milestone.id")
    note = serializers.CharField()
    revision = RevisionField()


class EvidenceRow(RowSerializer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    url = serializers.CharField(help_text="Address of a link; empty for a file.")
    sha256 = serializers.CharField(help_text="Of the file; empty for a link.")
    file_name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField(allow_null=True, help_text="Bytes; null for a link.")
    added_by = serializers.CharField(source="added_by.username", allow_null=True, help_text="Account.")
    added_at = serializers.DateTimeField()
    withdrawn_reason = serializers.CharField(help_text="Why it was withdrawn; empty while it stands.")
    revision = RevisionField()


class MilestoneWhole(MilestoneDetail):
    needs = NeedsRow(many=True, help_text="What it waits for, within your scopes.")
    dependents = DependentRow(many=True, help_text="What waits for it, within your scopes.")
    evidence_rows = EvidenceRow(many=True, help_text="Links and files that bear it out, newest first.")
    change_requests = ChangeRequestRow(many=True, help_text="Requests for a new baseline, newest first.")
