"""What stands beside a milestone's dates: requests for new baselines, and dependencies."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from initiatives.choices import Decision
from initiatives.serializers.evidence import EvidenceRow
from initiatives.serializers.milestone import MilestoneDetail
from initiatives.serializers.scope import MilestoneIdField, OfMilestoneRow
from tracker.fields import DayField, DollarsField, NameField
from tracker.key_fields import (
    INITIATIVES,
    CodeField,
    IdField,
    InitiativeField,
    KeyField,
    PlanField,
    RevisionField,
    SimulatedField,
)
from tracker.measure_fields import AmountField
from tracker.serializers import RowSerializer, StrictSerializer, TextField, VocabularyField


class ChangeRequestRow(OfMilestoneRow):
    milestone = serializers.CharField(
        source="milestone.code", label=_("Milestone"),
        help_text=_("Code, within the initiative, of the milestone that would be measured anew."),
    )  # fmt: skip
    milestone_id = MilestoneIdField()
    date = serializers.DateField(
        label=_("New baseline date"), help_text=_("The date asked for. It counts only once the request is approved.")
    )
    dollars = AmountField(
        allow_null=True, label=_("Effect in dollars"),
        help_text=_(
            "What the requester says the change costs the initiative; negative saves, null is not estimated. Nothing "
            "of it enters the ledger."
        ),
    )  # fmt: skip
    reason = serializers.CharField(label=_("Reason"), help_text=_("Why another date is asked for."))
    requested_by = serializers.CharField(
        source="requested_by.username", label=_("Requested by"), help_text=_("Account of who asked.")
    )
    requested_at = serializers.DateTimeField(label=_("Requested at"), help_text=_("When it was asked for."))
    decision = VocabularyField(
        Decision, allow_null=True, label=_("Decision"),
        help_text=_("What became of it; null while it waits. A decision is final."),
    )  # fmt: skip
    decided_by = serializers.CharField(
        source="decided_by.username", allow_null=True, label=_("Decided by"),
        help_text=_("Account of who approved, refused or withdrew it; null while it waits."),
    )  # fmt: skip
    decided_at = serializers.DateTimeField(
        allow_null=True, label=_("Decided at"), help_text=_("When that was; null while it waits.")
    )
    comment = serializers.CharField(
        label=_("Comment"), help_text=_("What the person who decided says to it; a refusal has one.")
    )
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
    id = IdField()
    plan = PlanField(source="milestone.initiative.plan.code")
    simulated = SimulatedField(source="milestone.initiative.plan.simulated")
    initiative = InitiativeField(
        source="milestone.initiative.code", help_text=_("Code of the initiative of the milestone that waits.")
    )
    milestone = serializers.CharField(
        source="milestone.code", label=_("Milestone"),
        help_text=_("Code, within its initiative, of the milestone that waits."),
    )  # fmt: skip
    milestone_id = MilestoneIdField()
    needs_initiative = CodeField(
        INITIATIVES,
        source="needs.initiative.code", label=_("Initiative waited for"),
        help_text=_("Code of the initiative of the milestone that it waits for; of the same plan."),
    )  # fmt: skip
    needs = serializers.CharField(
        source="needs.code", label=_("Milestone waited for"),
        help_text=_("Code, within that initiative, of the milestone that has to be met first."),
    )  # fmt: skip
    needs_id = KeyField(
        "milestones",
        label=_("Key of the milestone waited for"),
        help_text=_("`id` of that milestone in the milestones."),
    )
    note = serializers.CharField(
        label=_("Note"), help_text=_("Why the one waits for the other; empty where nothing is written.")
    )
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
