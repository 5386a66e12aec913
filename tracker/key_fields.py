"""Columns that say which row it is and which rows it belongs to, shared by the rows of many datasets: each said once,
in both languages."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


@dataclass(frozen=True)
class Reference:
    """The column of a dataset that a value is found in. A code that is `per_plan` names one row only with the plan."""

    dataset: str
    column: str
    per_plan: bool = False

    def __str__(self) -> str:
        return f"{self.dataset}.{self.column}"


PLANS, ORGANIZATIONS, PLACES = (Reference(name, "code") for name in ("plans", "organizations", "places"))
INITIATIVES, INDICATORS, WEEKS = (
    Reference(name, "code", per_plan=True) for name in ("initiatives", "indicators", "weeks")
)
PILLARS = Reference("pillars", "number", per_plan=True)
REVISIONS, ROLLUPS = Reference("revisions", "number"), Reference("rollups", "code")


class IdField(serializers.IntegerField):
    """The key of the row."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Key of the row"),
            "help_text": _("Number that names this row for good, in this dataset. It says nothing else."),
        }
        super().__init__(**{**given, **kwargs})


class KeyField(serializers.IntegerField):
    """The key of a row of a dataset."""

    def __init__(self, dataset: str, **kwargs: Any) -> None:
        self.refers = Reference(dataset, "id")
        super().__init__(**kwargs)


class CodeField(serializers.CharField):
    """The code of a row of a dataset."""

    def __init__(self, refers: Reference, **kwargs: Any) -> None:
        self.refers = refers
        super().__init__(**kwargs)


class PlanField(serializers.CharField):
    """The plan that a row belongs to."""

    refers = PLANS

    def __init__(self, **kwargs: Any) -> None:
        given = {"label": _("Plan"), "help_text": _("Code of the plan that the row belongs to.")}
        super().__init__(**{**given, **kwargs})


class SimulatedField(serializers.BooleanField):
    """Whether the row is invented."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Simulated"),
            "help_text": _("The plan is a simulation, not a real one: its rows are invented. Never add the two up."),
        }
        super().__init__(**{**given, **kwargs})


class PillarField(serializers.IntegerField):
    """The pillar that a row belongs to."""

    refers = PILLARS

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Pillar"),
            "help_text": _("Number, within the plan, of the pillar that the initiative belongs to."),
        }
        super().__init__(**{**given, **kwargs})


class InitiativeField(serializers.CharField):
    """The initiative that a row belongs to."""

    refers = INITIATIVES

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Initiative"),
            "help_text": _("Code of the initiative that the row belongs to; unique within its plan."),
        }
        super().__init__(**{**given, **kwargs})


class InitiativeIdField(serializers.IntegerField):
    """The key of that initiative."""

    refers = Reference("initiatives", "id")

    def __init__(self, **kwargs: Any) -> None:
        given = {"label": _("Key of the initiative"), "help_text": _("`id` of the initiative in the initiatives.")}
        super().__init__(**{**given, **kwargs})


class OrganizationField(serializers.CharField):
    """An organization, by its code."""

    refers = ORGANIZATIONS

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Organization"),
            "help_text": _("Code of the organization; `code` in the organizations."),
        }
        super().__init__(**{**given, **kwargs})


class RevisionNumberField(serializers.IntegerField):
    """A revision."""

    refers = REVISIONS


class RevisionField(RevisionNumberField):
    """The last revision that touched the row."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Revision"),
            "help_text": _("Number of the last revision that touched this row; who and why is in the revisions."),
        }
        super().__init__(**{**given, **kwargs})
