"""What stands beside a milestone's dates: requests for new baselines, and dependencies."""

from rest_framework import serializers

from initiatives.choices import Decision
from initiatives.serializers.evidence import EvidenceRow
from initiatives.serializers.milestone import MilestoneDetail
from pillars.serializers import SIMULATED
from tracker.fields import DayField, DollarsField, NameField
from tracker.serializers import RevisionField, RowSerializer, StrictSerializer, TextField, VocabularyField


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


class ChangeRequestBody(StrictSerializer):
    """A new baseline asked for. Until somebody else approves it, the milestone is measured as before."""

    plan = NameField(help_text="Code of the plan.")
    initiative = NameField(help_text="Code of the initiative.")
    milestone = NameField(help_text="Code of the milestone.")
    date = DayField(help_text="New baseline date.")
    dollars = DollarsField(
        required=False, allow_null=True, default=None, help_text="What it costs; negative saves, null is not estimated."
    )
    reason = NameField()


class DecisionBody(StrictSerializer):
    """What becomes of a request. Nobody decides on their own."""

    decision = VocabularyField(Decision, help_text="`approved` or `refused`.")
    comment = TextField(help_text="Needed to refuse.")


class MilestoneDependencyRow(RowSerializer):
    id = serializers.IntegerField()
    plan = serializers.CharField(source="milestone.initiative.plan.code")
    simulated = serializers.BooleanField(source="milestone.initiative.plan.simulated", help_text=SIMULATED)
    initiative = serializers.CharField(source="milestone.initiative.code")
    milestone = serializers.CharField(source="milestone.code")
    milestone_id = serializers.IntegerField()
    needs_initiative = serializers.CharField(source="needs.initiative.code")
    needs = serializers.CharField(source="needs.code", help_text="What it waits for.")
    needs_id = serializers.IntegerField()
    note = serializers.CharField()
    revision = RevisionField()


class MilestoneDependencyBody(StrictSerializer):
    """What a milestone waits for, within its plan."""

    plan = NameField(help_text="Code of the plan.")
    initiative = NameField(help_text="Code of the initiative.")
    milestone = NameField(help_text="Code of the milestone that waits.")
    needs_initiative = NameField(required=False, help_text="Code; without it the same initiative.")
    needs = NameField(help_text="Code of the milestone that it waits for.")
    note = TextField()


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


class MilestoneWhole(MilestoneDetail):
    needs = NeedsRow(many=True, help_text="What it waits for, within your scopes.")
    dependents = DependentRow(many=True, help_text="What waits for it, within your scopes.")
    evidence_rows = EvidenceRow(many=True, help_text="Links and files that bear it out, newest first.")
    change_requests = ChangeRequestRow(many=True, help_text="Requests for a new baseline, newest first.")
