"""What the rows of several nouns begin with: their key, and the plan, pillar, initiative, milestone or indicator that
they belong to."""

from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from tracker.key_fields import (
    INDICATORS,
    CodeField,
    IdField,
    InitiativeField,
    InitiativeIdField,
    KeyField,
    PillarField,
    PlanField,
    SimulatedField,
)
from tracker.serializers import RowSerializer

OF_PILLAR = _("Number of the pillar that the indicator, or its initiative, is of; null: of the plan as a whole.")
OF_INITIATIVE = _("Code of the initiative that the indicator is of; null: of a pillar or of the plan as a whole.")


class OfInitiativeRow(RowSerializer):
    """A row that belongs to an initiative."""

    id = IdField()
    plan = PlanField(source="initiative.plan.code")
    simulated = SimulatedField(source="initiative.plan.simulated")
    pillar = PillarField(source="initiative.pillar.number")
    initiative = InitiativeField(source="initiative.code")
    initiative_id = InitiativeIdField()


class OfMilestoneRow(RowSerializer):
    """A row that belongs to a milestone."""

    id = IdField()
    plan = PlanField(source="milestone.initiative.plan.code")
    simulated = SimulatedField(source="milestone.initiative.plan.simulated")
    pillar = PillarField(source="milestone.initiative.pillar.number")
    initiative = InitiativeField(source="milestone.initiative.code")


class OfIndicatorRow(RowSerializer):
    """A row that belongs to an indicator, which may be of an initiative, a pillar or the plan."""

    expressions = {"pillar": Coalesce("indicator__initiative__pillar__number", "indicator__pillar__number")}

    id = IdField()
    plan = PlanField(source="indicator.plan.code")
    simulated = SimulatedField(source="indicator.plan.simulated")
    pillar = PillarField(allow_null=True, help_text=OF_PILLAR)
    initiative = InitiativeField(source="indicator.initiative.code", allow_null=True, help_text=OF_INITIATIVE)
    indicator = CodeField(
        INDICATORS,
        source="indicator.code",
        label=_("Indicator"),
        help_text=_("Code of the indicator; unique within its plan."),
    )
    indicator_id = KeyField(
        "indicators", label=_("Key of the indicator"), help_text=_("`id` of the indicator in the indicators.")
    )


class MilestoneIdField(KeyField):
    """The key of the milestone that a row belongs to."""

    def __init__(self) -> None:
        super().__init__(
            "milestones", label=_("Key of the milestone"), help_text=_("`id` of the milestone in the milestones.")
        )
